"""Tables, each from its SHOW CREATE TABLE: its text is the one full and right account of it that both servers give."""

import re
from typing import Any, NamedTuple

from ....snapshots.model import lines
from ....snapshots.mysql import Check, Column, ForeignKey, Index, Period, PrimaryKey, Table
from ....snapshots.naming import Identity, child, identity
from . import columns, keys, partitions
from .charsets import Charsets, canonical
from .scan import NAME, STRING, NotUnderstood, Scanner, unescaped, unquoted

__all__ = ["Reading", "read"]

_HEAD = re.compile(rf"CREATE TABLE (?:{NAME}\.)?(?P<name>{NAME}) (?=\()", re.DOTALL)
_BODY = re.compile(rf"  (?P<element>(?:[^'`\n]|{STRING}|{NAME})*?)(?:,\n|\n\Z)", re.DOTALL)
_COLUMN = re.compile(rf"(?P<name>{NAME}) ", re.DOTALL)
_PERIOD = re.compile(rf"PERIOD FOR (?P<name>SYSTEM_TIME|{NAME}) \((?P<start>{NAME}), ?(?P<end>{NAME})\)\Z", re.DOTALL)
_OPTION = re.compile(
    rf""" \ (?:
    /\*!50100\ TABLESPACE\ (?P<tablespace>{NAME})(?P<tablespace_storage>\ STORAGE\ (?:DISK|MEMORY))?\ \*/
  | (?P<versioned>WITH\ SYSTEM\ VERSIONING)
  | COMMENT=(?P<comment>{STRING})
  | ENGINE=(?P<engine>\w+)
  | AUTO_INCREMENT=(?P<auto_increment>\d+)
  | DEFAULT\ CHARSET=(?P<charset>\w+)
  | COLLATE=(?P<collation>\w+)
  | (?:/\*!\d+\ )?(?P<name>[A-Z_]+(?:\ DIRECTORY)?|{NAME})=(?P<value>{STRING}|\((?:[^()`]|{NAME})*\)|[\w.:-]+)(?:\ \*/)?
    )""",
    re.DOTALL | re.VERBOSE,
)
INNODB = "InnoDB"
SECRET = frozenset({"CONNECTION", "connection"})
"""Options that can hold a password: not kept."""


class Reading(NamedTuple):
    """A table, and what of its text the model does not cover."""

    table: Table
    reasons: tuple[str, ...] = ()


def read(text: str, charsets: Charsets, *, is_mariadb: bool, database: str) -> Reading:
    """What SHOW CREATE TABLE printed. Raises NotUnderstood."""
    scanner = Scanner(text)
    name = unquoted(scanner.need(_HEAD, "CREATE TABLE")["name"])
    body = scanner.group()
    found = _options(scanner, charsets)
    reasons = tuple(f"its {option} is not kept" for option in SECRET if found["options"].pop(option, None))
    table = identity("table", name)
    found["partitioning"] = partitions.read(scanner, table, found.get("engine", INNODB))
    if not scanner.done:
        raise NotUnderstood(f"an unknown option, {scanner.excerpt()}")
    context = columns.Context(charsets, found["collation"], is_mariadb, database)
    return Reading(Table(name=name, **found, **_elements(body, table, context)), reasons)


def _elements(body: str, table: Identity, context: columns.Context) -> dict[str, Any]:
    """What stands between the brackets, by the fields of the model."""
    inside = Scanner(body, 1)
    found: dict[type, list[Any]] = {}
    while not inside.done:
        line = inside.need(_BODY, "a column, a key or a constraint")["element"]
        element = _element(line, table, context)
        found.setdefault(type(element), []).append(element)
    return {
        "columns": tuple(found.get(Column, ())),
        "primary_key": next(iter(found.get(PrimaryKey, ())), None),
        "indexes": _by_name(found.get(Index, [])),
        "foreign_keys": _by_name(found.get(ForeignKey, [])),
        "checks": _by_name(found.get(Check, [])),
        "periods": tuple(found.get(Period, ())),
    }


def _by_name(objects: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(objects, key=lambda obj: str(obj.name)))


def _element(line: str, table: Identity, context: columns.Context) -> Any:
    text = Scanner(line)
    if name := text.take(_COLUMN):
        return columns.read(unquoted(name["name"]), text, context)
    found = keys.key(text, table) or keys.constraint(text, table, context.database)
    if found is not None:
        return found
    if period := text.take(_PERIOD):
        bounds = (child("column", table, unquoted(period[bound])) for bound in ("start", "end"))
        return Period(name=unquoted(period["name"]), **dict(zip(("start", "end"), bounds, strict=True)))
    raise NotUnderstood(f"neither column nor key nor constraint: {text.excerpt()}")


def _options(text: Scanner, charsets: Charsets) -> dict[str, Any]:
    found: dict[str, Any] = {"options": {}}
    charset = collation = None
    while option := text.take(_OPTION):
        kind = option.lastgroup
        if kind == "charset":
            charset = option["charset"]
        elif kind == "collation":
            collation = option["collation"]
        elif kind == "versioned":
            found["system_versioned"] = True
        elif kind in ("tablespace", "tablespace_storage"):
            found["options"]["TABLESPACE"] = option["tablespace"] + (option["tablespace_storage"] or "")
        elif kind == "comment":
            found["comment"] = lines(unescaped(option["comment"]))
        elif kind == "engine" and option["engine"] != INNODB:
            found["engine"] = option["engine"]
        elif kind == "value":
            found["options"][unquoted(option["name"])] = option["value"]
    found["charset"], found["collation"] = charsets.resolved(charset, collation and canonical(collation), "")
    return found
