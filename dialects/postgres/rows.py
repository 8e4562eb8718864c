"""What to put into the tables of a rehearsal, on PostgreSQL."""

from functools import partial
from typing import NamedTuple

from ...snapshots.naming import path
from ..filling import filled
from .connection import Connection, explained

__all__ = ["fill"]

COLUMNS = """
    WITH RECURSIVE based (column_type, type) AS (
        SELECT oid, oid FROM pg_catalog.pg_type
        UNION ALL
        SELECT b.column_type, t.typbasetype FROM based b JOIN pg_catalog.pg_type t ON t.oid = b.type
        WHERE t.typtype = 'd')
    SELECT n.nspname, c.relname, a.attname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
           t.typname, t.typcategory,
           (SELECT enumlabel FROM pg_catalog.pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder LIMIT 1)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid JOIN based b ON b.column_type = a.atttypid
    JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY 1, 2, a.attnum"""

BY_TYPE = {"uuid": "00000000-0000-0000-0000-000000000001", "json": "{}", "jsonb": "{}", "xml": "<a/>", "bytea": "a"}
BY_CATEGORY = {
    "N": "1",
    "D": "2024-01-01",
    "B": "true",
    "R": "empty",
    "A": "{}",
    "I": "10.0.0.1",
    "T": "1 day",
    "G": "(1,1)",
    "V": "1",
}


STRINGS = ("a", "AA", "AAA", "a@b.example", "a-1")
"""Tried one after the other: a check may want a code of two letters, or an address."""


class _Column(NamedTuple):
    schema: str
    table: str
    name: str
    needed: bool
    type: str
    category: str
    label: str | None

    def value(self, string: str) -> str | None:
        """What to put in; None if there is no saying."""
        known = string if self.category == "S" else BY_CATEGORY.get(self.category)
        return self.label or BY_TYPE.get(self.type) or known


def fill(connection: Connection) -> tuple[dict[str, int], list[str]]:
    """A row in every table that takes one: how many rows by table; and the tables that stay empty."""
    waiting: dict[str, list[_Column]] = {}
    with explained(connection):
        for row in connection.execute(COLUMNS.encode()):
            column = _Column(*row)
            waiting.setdefault(path(column.schema, column.table), []).append(column)
    return filled(waiting, STRINGS, partial(_insert, connection))


def _insert(connection: Connection, table: str, values: dict[str, str]) -> None:
    names = ", ".join(map(path, values))
    insert = f"INSERT INTO {table} DEFAULT VALUES"
    if values:  # a value without a type, so that the column's is taken
        target = f"{table} ({names})".replace("%", "%%")
        insert = f"INSERT INTO {target} OVERRIDING SYSTEM VALUE VALUES ({', '.join(['%s'] * len(values))})"
    with explained(connection):
        connection.execute(insert.encode(), list(values.values()) or None)
