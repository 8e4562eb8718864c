"""All families of objects, in the order in which they are read."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ....snapshots.model import Unmodelled, lines
from ....snapshots.mysql import Database, Table, TopLevel
from . import dependencies, events, routines, sequences, tables, triggers, views
from .reading import Reading, each, unmodelled
from .scan import NAME, STRING, NotUnderstood, unescaped
from .session import Row

__all__ = ["read"]

_DATABASE = re.compile(
    rf"CREATE DATABASE {NAME} /\*!40100 DEFAULT CHARACTER SET (?P<charset>\w+)(?: COLLATE (?P<collation>\w+))? \*/"
    rf"(?: COMMENT (?P<comment>{STRING}))?(?: /\*!80016 DEFAULT ENCRYPTION='(?P<encryption>[YN])' \*/)?"
    r"(?: /\* READ ONLY=1 \*/)?\Z",
    re.DOTALL,
)


def read(reading: Reading) -> list[TopLevel]:
    """All objects in scope, in no order."""
    found: list[TopLevel] = [*_database(reading), *_tables(reading)]
    for family in (views, routines, events, sequences):
        found.extend(family.read(reading))
    found.extend(unmodelled(kind.lower(), name, name, f"a {kind.lower()}") for kind, name in reading.names.others)
    return dependencies.resolved(found, reading.scope, ignore_case=reading.catalog.ignores_case)


def _database(reading: Reading) -> Iterator[Database | Unmodelled]:
    def make(_: str, row: Row) -> Database:
        said = _DATABASE.match(row[1] or "")
        if said is None:
            raise NotUnderstood(f"another text than is known: {row[1]}")
        charset, collation = reading.charsets.resolved(said["charset"], said["collation"], "")
        comment = lines(unescaped(said["comment"])) if said["comment"] else None
        return Database(charset=charset, collation=collation, encrypted=said["encryption"] == "Y", comment=comment)

    for _, found in each(reading.catalog, "database", [reading.catalog.server.database], make):
        yield replace(found, name="defaults") if isinstance(found, Unmodelled) else found


def _tables(reading: Reading) -> Iterator[Table | Unmodelled]:
    its_triggers, apart = triggers.read(reading)
    yield from apart

    def make(name: str, row: Row) -> tables.Found:
        return tables.read(str(row[1]), reading)

    for name, found in each(reading.catalog, "table", reading.names.tables, make):
        if isinstance(found, Unmodelled):
            yield found
            for trigger in its_triggers.get(name, ()):
                yield unmodelled("trigger", trigger.name, repr(trigger), "its table is not covered")
            continue
        yield replace(found.table, triggers=its_triggers[name]) if name in its_triggers else found.table
        yield from found.apart
