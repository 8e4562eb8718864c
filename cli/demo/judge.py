"""Two judges that know nothing of dbstrata: the server's own dump of the schema, and the rows themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = [
    "Rows",
    "Table",
    "canonical",
    "canonical_mysql",
    "common_columns",
    "read_rows",
    "rows_query",
    "rows_query_mysql",
    "total",
]

Table = tuple[str, str]
"""Schema and name; on MySQL the schema is empty."""


class Rows(NamedTuple):
    """How many rows a table has, and one checksum of them all."""

    number: int
    checksum: str


def canonical(dump: str) -> list[str]:
    """The statements of `pg_dump -s`, sorted, settings and comments apart; a table's lines in no order.

    PostgreSQL can only append a column: tables that differ in the order of columns alone are the same to us.
    """
    return sorted(_unordered(statement) for statement in _statements(dump))


def _statements(dump: str) -> Iterator[str]:
    """Split at line ends with a semicolon outside dollar quotes."""
    lines: list[str] = []
    tag: str | None = None
    for line in dump.splitlines():
        if tag is None and (not line.strip() or line.startswith(("--", "SET ", "SELECT pg_catalog.set_config", "\\"))):
            continue
        for found in re.findall(r"\$[A-Za-z_0-9]*\$", line):
            tag = found if tag is None else None if found == tag else tag
        lines.append(line)
        if tag is None and line.rstrip().endswith(";"):
            yield "\n".join(lines).strip()
            lines.clear()
    if lines:
        yield "\n".join(lines).strip()


def _unordered(statement: str) -> str:
    table = re.match(r"(CREATE (?:UNLOGGED )?TABLE [^(]*\()\n(.*)\n(\).*)", statement, re.DOTALL)
    if table is None:
        return statement
    head, body, tail = table.groups()
    return "\n".join([head, *sorted(line.strip().rstrip(",") for line in body.splitlines()), tail])


SETTINGS = re.compile(r"(/\*M?!\d+ )?(SET |ALTER DATABASE)")
"""Of mysqldump: what a session needs, and not what a schema is."""
KEY = re.compile(r"((UNIQUE|FULLTEXT|SPATIAL|PRIMARY) )?KEY |CONSTRAINT ")


def canonical_mysql(dump: str, database: str) -> list[str]:
    """The statements of `mysqldump --no-data`, sorted, without the database's name and AUTO_INCREMENT.

    A table's columns are in their order; its keys and constraints in none, for no DDL could change that.
    """
    bare = re.sub(r" AUTO_INCREMENT=\d+", "", dump).replace(f"`{database}`", "`")
    parts = (part.strip() for part in re.split(r";;?\n", bare))
    return sorted(_keys_unordered(part) for part in parts if part and not SETTINGS.match(part))


def _keys_unordered(statement: str) -> str:
    table = re.match(r"(CREATE TABLE [^\n]*\()\n(.*)\n(\).*)", statement, re.DOTALL)
    if table is None:
        return statement
    head, body, tail = table.groups()
    lines = [line.strip().rstrip(",") for line in body.splitlines()]
    keys = [line for line in lines if KEY.match(line)]
    return "\n".join([head, *(line for line in lines if line not in keys), *sorted(keys), tail])


def common_columns(old: Any, new: Any) -> dict[Table, list[str]]:
    """The columns with values of their own that both versions have, by table; generated ones are left out."""
    after = {_key(table): set(_stored(table)) for table in _tables(new)}
    return {
        _key(table): [column for column in _stored(table) if column in after[_key(table)]]
        for table in _tables(old)
        if _key(table) in after
    }


def _key(table: Any) -> Table:
    return getattr(table, "schema", ""), table.name


def _tables(snapshot: Any) -> list[Any]:
    """All that hold rows: on PostgreSQL a partitioned table's are in its partitions."""
    return [obj for obj in snapshot.objects if obj.kind == "table" and getattr(obj, "partition_by", None) is None]


def _stored(table: Any) -> list[str]:
    return [column.name for column in table.columns if column.generated is None]


def rows_query(columns: Mapping[Table, Iterable[str]]) -> str:
    """A query: schema, name, count and checksum of each table. Values count as text: a wider type changes none."""
    return "\nUNION ALL\n".join(_table_query(*key, names) for key, names in columns.items()) + ";\n"


def _table_query(schema: str, name: str, columns: Iterable[str]) -> str:
    row = ", ".join(f"{_ident(column)}::text" for column in columns)
    return (
        f"SELECT {_literal(schema)}, {_literal(name)}, count(*), md5(coalesce(string_agg(r, '' ORDER BY r), ''))"
        f" FROM (SELECT md5(ROW({row})::text) AS r FROM ONLY {_ident(schema)}.{_ident(name)}) AS rows"
    )


def rows_query_mysql(columns: Mapping[Table, Iterable[str]]) -> str:
    """The same for MySQL and MariaDB."""
    return "\nUNION ALL\n".join(_table_query_mysql(name, names) for (_, name), names in columns.items()) + ";\n"


def _table_query_mysql(name: str, columns: Iterable[str]) -> str:
    row = ", ".join(f"quote(`{column}`)" for column in columns)
    half = "coalesce(sum(cast(conv(substr(sha2(concat_ws(',', {row}), 256), {start}, 15), 16, 10) AS unsigned)), 0)"
    checksum = ", '-', ".join(half.format(row=row, start=start) for start in (1, 17))
    return f"SELECT '', '{name}', count(*), concat({checksum}) FROM `{name}`"


def read_rows(answer: str, separator: str) -> dict[Table, Rows]:
    """What the stock client printed for the query, by table."""
    cells = (line.split(separator) for line in answer.splitlines())
    return {(schema, name): Rows(int(count), checksum) for schema, name, count, checksum in cells}


def total(found: Mapping[Table, Rows]) -> int:
    """Rows of all tables."""
    return sum(rows.number for rows in found.values())


def _ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
