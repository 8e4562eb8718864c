"""Nothing of a catalog is overlooked: each column of each catalog that is read is read, or ignored for a reason."""

import re
from pathlib import Path

import pytest

from dbstrata.dialects.postgres import catalog
from dbstrata.dialects.postgres.catalog.ignored import IGNORED

from ..servers import Database

NO_READERS = {"elsewhere.py", "ignored.py", "unmodelled.py"}
"""But for the second, they keep a digest of what the model does not cover: not read in this sense."""
READERS = [path for path in Path(catalog.__path__[0]).glob("*.py") if path.name not in NO_READERS]
COLUMNS = """
    SELECT attname FROM pg_catalog.pg_attribute
    WHERE attrelid = 'pg_catalog.{catalog}'::regclass AND attnum > 0 AND NOT attisdropped"""


def words_of_readers() -> set[str]:
    """Every word in the readers' source: the names of catalog columns are like no others."""
    return {word for path in READERS for word in re.findall(r"\w+", path.read_text())}


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_every_column_is_read_or_ignored(database: Database, name: str) -> None:
    """On PostgreSQL 18."""
    assert_covered(database, name)


@pytest.mark.pg15
@pytest.mark.parametrize("name", sorted(IGNORED))
def test_every_column_is_read_or_ignored_15(database15: Database, name: str) -> None:
    """On PostgreSQL 15."""
    assert_covered(database15, name)


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_what_is_ignored_is_not_read(name: str) -> None:
    """A column that a reader has learnt must leave the table."""
    assert not IGNORED[name].keys() & words_of_readers()


def assert_covered(database: Database, name: str) -> None:
    columns = set(database.psql(COLUMNS.format(catalog=name)).split())
    assert columns
    assert columns - words_of_readers() - IGNORED[name].keys() == set()
