"""Law 6 on MySQL and MariaDB: rows in tables and columns that both sides have survive, there and back; a script that
fails for rows has said so."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ..mysql_servers import MyDatabase, MyServer, fresh
from .lab import State, assert_is, cases, look, script

COLUMNS = """SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.EXTRA LIKE '% GENERATED'
    FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
    WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
        AND t.ENGINE <> 'MRG_MyISAM'
    ORDER BY 1, c.ORDINAL_POSITION"""
"""A MERGE table has no rows of its own: it shows those of its union."""

Column = tuple[str, str]


@pytest.fixture(params=cases(), ids=lambda folder: folder.name)
def pair_(request: pytest.FixtureRequest, my_server: MyServer) -> Iterator[tuple[MyDatabase, MyDatabase]]:
    folder: Path = request.param
    if folder not in cases(my_server.flavour):
        pytest.skip(f"not on {my_server.flavour}")
    with ExitStack() as stack:
        both = [stack.enter_context(fresh(my_server)) for _ in "ab"]
        for name, database in zip("ab", both, strict=True):
            database.script((folder / f"{name}.sql").read_text(encoding="utf-8"))
        yield both[0], both[1]


def written(database: MyDatabase) -> dict[Column, str]:
    """The columns that take values, with their types."""
    return {(table, column): kind for table, column, kind, computed in database.run(COLUMNS) if not computed}


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def fill(database: MyDatabase) -> None:
    """A row in each table, and 7 in each column, as far as the server takes them."""
    lines = ["SET sql_mode = '', foreign_key_checks = 0;"]
    for table in dict.fromkeys(table for table, _ in written(database)):
        lines.append(f"INSERT IGNORE INTO {quoted(table)} () VALUES ();")
    lines += [f"UPDATE IGNORE {quoted(table)} SET {quoted(c)} = '7';" for table, c in written(database)]
    database.script("\n".join(lines), force=True)


def contents(database: MyDatabase, columns: list[Column]) -> dict[Column, list[bytes]]:
    return {
        (table, column): [v for (v,) in database.run(f"SELECT HEX({quoted(column)}) FROM {quoted(table)}")]
        for table, column in columns
    }


def test_rows_survive(pair_: tuple[MyDatabase, MyDatabase], tmp_path: Path) -> None:
    on_a, on_b = pair_
    a, b = look(on_a), look(on_b)
    mine, theirs = written(on_a), written(on_b)
    kept = [column for column, kind in mine.items() if theirs.get(column) == kind]
    fill(on_a)
    before = contents(on_a, kept)
    for old, new in ((a, b), (b, a)):
        if not survives(on_a, old, new, tmp_path):
            return
        assert contents(on_a, kept) == before


def survives(database: MyDatabase, old: State, new: State, folder: Path) -> bool:
    """Did the script run? If not, it has said what rows make it fail."""
    text = script(old, new, folder)
    try:
        database.script(text)
    except AssertionError as failure:
        assert "-- CARE: these fail" in text, failure
        return False
    assert_is(database, new)
    return True
