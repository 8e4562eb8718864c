"""Rows for any schema: one in each table that takes one; and what became of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from .servers import Database

ROUNDS = 4
"""How often tables are tried: a row may need another table's first."""

COLUMNS = """
    WITH RECURSIVE based (column_type, type) AS (
        SELECT oid, oid FROM pg_type
        UNION ALL SELECT b.column_type, t.typbasetype FROM based b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd')
    SELECT n.nspname, c.relname, a.attname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
           t.typname, t.typcategory, format_type(a.atttypid, a.atttypmod),
           (SELECT enumlabel FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder LIMIT 1)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    JOIN based b ON b.column_type = a.atttypid JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY 1, 2, a.attnum"""

BY_TYPE = {"uuid": "00000000-0000-0000-0000-000000000001", "json": "{}", "jsonb": "{}", "xml": "<a/>", "bytea": "a"}
BY_CATEGORY = {"N": "1", "S": "a", "D": "2024-01-01", "B": "true", "R": "empty", "A": "{}", "I": "10.0.0.1", "T": "1 day",
               "G": "(1,1)", "V": "1"}  # fmt: skip
"""The same everywhere, so that foreign keys hold."""


class Column(NamedTuple):
    """A column that holds values of its own."""

    schema: str
    table: str
    name: str
    needed: bool
    base: str
    category: str
    type: str
    label: str | None

    @property
    def value(self) -> str | None:
        """What to put in; None if there is no saying."""
        return self.label or BY_TYPE.get(self.base) or BY_CATEGORY.get(self.category)


Columns = Mapping[tuple[str, str], list[Column]]


def columns(connection: psycopg.Connection[Any]) -> Columns:
    """The columns of all tables that hold rows."""
    found: dict[tuple[str, str], list[Column]] = {}
    for row in connection.execute(COLUMNS):
        column = Column(*row)
        found.setdefault((column.schema, column.table), []).append(column)
    return found


def fill(database: Database) -> int:
    """A row in every table that takes one; returns how many did."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        waiting = dict(columns(connection))
        found = len(waiting)
        for _ in range(ROUNDS):
            for table, its in list(waiting.items()):
                if any(_inserted(connection, table, chosen) for chosen in _choices(its)):
                    del waiting[table]
    return found - len(waiting)


def _choices(its: list[Column]) -> Iterator[list[Column]]:
    """All columns; those that need a value; none."""
    yield [c for c in its if c.value is not None]
    yield [c for c in its if c.needed]
    yield []


def _inserted(connection: psycopg.Connection[Any], table: tuple[str, str], chosen: list[Column]) -> bool:
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in chosen)
    values = sql.SQL(", ").join(sql.Literal(c.value) for c in chosen)
    insert = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        sql.Identifier(*table), names, values
    )
    if not chosen:
        insert = sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.Identifier(*table))
    try:
        connection.execute(insert)
    except psycopg.Error:
        return False
    return True


def contents(database: Database, tables: Columns) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """The rows of these columns, as text."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    with psycopg.connect(database.url) as connection:
        for table, its in tables.items():
            names = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c.name)) for c in its)
            query = sql.SQL("SELECT {} FROM ONLY {}").format(names, sql.Identifier(*table))
            found[table] = sorted(connection.execute(query).fetchall(), key=str)
    return found


def rows(database: Database, tables: Iterable[str]) -> dict[str, list[str]]:
    """All rows of these, by name with the schema; those of partitions too. What is no table of this database has none."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(database.url, autocommit=True) as connection:
        for table in tables:
            name = sql.Identifier(*table.split("."))
            is_table = "SELECT FROM pg_class WHERE oid = to_regclass(%s) AND relkind IN ('r', 'p')"
            if connection.execute(is_table, (name.as_string(connection),)).fetchone() is not None:
                query = sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t").format(name)
                found[table] = sorted(text for (text,) in connection.execute(query))
    return found


def common(one: Database, other: Database) -> Columns:
    """The columns that both have, of one type: their values must survive. Of all common tables, the rows must."""
    with psycopg.connect(one.url) as first, psycopg.connect(other.url) as second:
        before, after = columns(first), columns(second)
    both: dict[tuple[str, str], list[Column]] = {}
    for table in before.keys() & after.keys():
        types = {c.name: c.type for c in after[table]}
        both[table] = [c for c in before[table] if types.get(c.name) == c.type]
    return both
