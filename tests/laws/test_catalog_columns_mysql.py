"""Nothing of a dictionary is overlooked: each column of each table is read by a query, or ignored for a reason."""

import ast
import re
from pathlib import Path

import pytest

from dbstrata.dialects.mysql import catalog
from dbstrata.dialects.mysql.catalog.ignored import IGNORED

from ..mysql_servers import MyServer

READERS = [path for path in Path(catalog.__path__[0]).glob("*.py") if path.name != "ignored.py"]
COLUMNS = """
    SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{0}' AND TABLE_NAME = '{1}'"""


def queries() -> list[str]:
    """Every string in the readers that asks a dictionary's table."""
    nodes = (node for path in READERS for node in ast.walk(ast.parse(path.read_text())))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if re.search(r"FROM (information_schema|mysql)\.", text)]


def read_of(table: str) -> set[str]:
    """The words of the queries on that table."""
    return {word for text in queries() if f"FROM {table}" in text for word in re.findall(r"\w+", text)}


@pytest.mark.parametrize("table", sorted(IGNORED))
def test_every_column_is_read_or_ignored(my_server: MyServer, table: str) -> None:
    rows = my_server.execute(COLUMNS.format(*table.split(".")))
    columns = {name for (name,) in rows}
    assert columns
    assert columns - read_of(table) - IGNORED[table].keys() == set()


@pytest.mark.parametrize("table", sorted(IGNORED))
def test_what_is_ignored_is_not_read(table: str) -> None:
    """A column that a reader has learnt must leave the table."""
    assert not (IGNORED[table].keys() - {"SCHEMA_NAME"}) & read_of(table)


def test_every_table_that_is_read_is_listed() -> None:
    """All of mysql.db is read."""
    found = {name for text in queries() for name in re.findall(r"FROM ((?:information_schema|mysql)\.\w+)", text)}
    assert found - {"mysql.db"} <= IGNORED.keys()
