"""Two judges that know nothing of dbstrata: the server's own dump of the schema, and the rows themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ...snapshots.postgres import Snapshot, Table

__all__ = ["Rows", "canonical", "common_columns", "read_rows", "rows_query", "total"]


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


def common_columns(old: Snapshot, new: Snapshot) -> dict[tuple[str, str], list[str]]:
    """The columns with values of their own that both versions have, by (schema, table); generated ones are left out."""
    after = {(t.schema, t.name): set(_stored(t)) for t in _tables(new)}
    return {
        key: [column for column in _stored(table) if column in after[key]]
        for table in _tables(old)
        if (key := (table.schema, table.name)) in after
    }


def _tables(snapshot: Snapshot) -> list[Table]:
    """All that hold rows: a partitioned table's rows are in its partitions."""
    return [obj for obj in snapshot.objects if isinstance(obj, Table) and obj.partition_by is None]


def _stored(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.generated is None]


def rows_query(columns: Mapping[tuple[str, str], Iterable[str]]) -> str:
    """A query: schema, name, count and checksum of each table. Values count as text: a wider type changes none."""
    return "\nUNION ALL\n".join(_table_query(*key, names) for key, names in columns.items()) + ";\n"


def _table_query(schema: str, name: str, columns: Iterable[str]) -> str:
    row = ", ".join(f"{_ident(column)}::text" for column in columns)
    return (
        f"SELECT {_literal(schema)}, {_literal(name)}, count(*), md5(coalesce(string_agg(r, '' ORDER BY r), ''))"
        f" FROM (SELECT md5(ROW({row})::text) AS r FROM ONLY {_ident(schema)}.{_ident(name)}) AS rows"
    )


def read_rows(answer: str) -> dict[tuple[str, str], Rows]:
    """What psql -At printed for `rows_query`, by (schema, table)."""
    cells = (line.split("|") for line in answer.splitlines())
    return {(schema, name): Rows(int(count), checksum) for schema, name, count, checksum in cells}


def total(found: Mapping[tuple[str, str], Rows]) -> int:
    """Rows of all tables."""
    return sum(rows.number for rows in found.values())


def _ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
