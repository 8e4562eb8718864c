"""All families of objects, in the order in which they are read."""

from collections.abc import Iterator

from msgspec.structs import replace

from ....snapshots.model import Unmodelled
from ....snapshots.mysql import Database, Table, TopLevel
from . import charsets, dependencies, events, routines, sequences, tables, triggers, views
from .reading import Reading, each, unmodelled
from .session import Row

__all__ = ["read"]

DATABASE = """
    SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA
    WHERE SCHEMA_NAME = DATABASE()"""


def read(reading: Reading) -> list[TopLevel]:
    """All objects in scope, in no order."""
    found: list[TopLevel] = [*_database(reading), *_tables(reading)]
    for family in (views, routines, events, sequences):
        found.extend(family.read(reading))
    found.extend(unmodelled(kind.lower(), name, name, f"a {kind.lower()}") for kind, name in reading.names.others)
    return dependencies.resolved(found, ignore_case=reading.catalog.ignores_case)


def _database(reading: Reading) -> Iterator[Database]:
    for charset, collation in reading.catalog.rows(DATABASE):
        yield Database(charset=charsets.canonical(str(charset)), collation=charsets.canonical(str(collation)))


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
