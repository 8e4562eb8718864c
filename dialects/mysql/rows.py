"""What to put into the tables of a rehearsal, on MySQL and MariaDB, and how rows are taken out again."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from ...snapshots.model import Identity
from ...snapshots.naming import parts_of, path
from ...templates.filters.mysql import quote
from ..filling import filled
from .connection import Server, explained
from .types import parse

__all__ = ["empty", "fill", "quoted"]

COLUMNS = """
    SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE,
           c.IS_NULLABLE = 'NO' AND c.COLUMN_DEFAULT IS NULL AND c.EXTRA NOT LIKE '%auto_increment%'
    FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
    WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
      AND COALESCE(c.GENERATION_EXPRESSION, '') = '' AND COALESCE(t.ENGINE, '') <> 'MRG_MyISAM'
    ORDER BY 1, c.ORDINAL_POSITION"""
"""A MERGE table has no rows of its own: it shows those of its union."""

BY_TYPE = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "bit"), "1"),
    **dict.fromkeys(("date", "datetime", "timestamp"), "2024-01-01"),
    **dict.fromkeys(("tinyblob", "blob", "mediumblob", "longblob", "binary", "varbinary"), "a"),
    "time": "01:00:00",
    "year": "2024",
    "json": "{}",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "inet4": "10.0.0.1",
    "inet6": "::1",
}
STRING_TYPES = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
STRINGS = ("a", "AA", "AAA", "a@b.example", "a-1", "{}")
"""Tried one after the other: a check may want a code of two letters, an address, or JSON."""


class _Column(NamedTuple):
    name: str
    type: str
    needed: bool

    def value(self, string: str) -> str | None:
        """What to put in; None if there is no saying."""
        found = parse(self.type)
        if found.name in ("enum", "set"):
            return found.arguments[0].replace("''", "'") if found.arguments else None
        return string if found.name in STRING_TYPES else BY_TYPE.get(found.name)


def quoted(table: str) -> str:
    """The SQL name of a table, given the path of its identity."""
    return quote(parts_of(Identity(f"table {table}"))[0])


def fill(server: Server) -> tuple[dict[str, int], list[str]]:
    """A row in every table that takes one: how many rows by table; and the tables that stay empty."""
    waiting: dict[str, list[_Column]] = {}
    with explained(server.where), server.connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, name, type_, needed in cursor.fetchall():
            column = _Column(name.decode(), type_.decode(errors="replace"), needed == b"1")
            waiting.setdefault(path(table.decode()), []).append(column)
    return filled(waiting, STRINGS, partial(_insert, server))


def _insert(server: Server, table: str, values: dict[str, str]) -> None:
    names = ", ".join(map(quote, values)).replace("%", "%%")
    target = quoted(table).replace("%", "%%")
    marks = ", ".join(["%s"] * len(values))
    with explained(server.where), server.connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {target} ({names}) VALUES ({marks})", tuple(values.values()))


CHILDREN = """
    SELECT DISTINCT TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE
    WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME = %s"""


def empty(server: Server, table: str) -> None:
    """All rows out, and first those of the tables that refer to them."""
    (name,) = parts_of(Identity(f"table {table}"))
    tables = {name: None}
    with explained(server.where), server.connection.cursor() as cursor:
        for parent in _growing(tables):
            cursor.execute(CHILDREN, (parent,))
            tables |= dict.fromkeys(child.decode() for (child,) in cursor.fetchall())
        cursor.execute("SET foreign_key_checks = 0")
        for one in tables:
            cursor.execute(f"DELETE FROM {quote(one)}")
        cursor.execute("SET foreign_key_checks = 1")


def _growing(names: dict[str, None]) -> Iterator[str]:
    """Each of the names, those too that come while it goes on."""
    seen: set[str] = set()
    while waiting := [name for name in names if name not in seen]:
        seen.update(waiting)
        yield from waiting
