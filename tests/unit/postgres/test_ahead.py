"""Queries sent ahead: the same answers in whatever order they are taken, and errors where they belong."""

from typing import Any

import psycopg
import pytest

from dbstrata.dialects.attempts import CatalogChanged
from dbstrata.dialects.postgres.catalog import families, names, read, unmodelled
from dbstrata.dialects.postgres.catalog.ahead import Ahead
from dbstrata.dialects.postgres.catalog.session import Catalog
from dbstrata.snapshots import format

from ...servers import Database

FAILS = "SELECT 1 / 0"


def test_answers_are_taken_in_any_order(database: Database) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        with Catalog.open(connection) as catalog:
            catalog.ask((("SELECT 1", None), ("SELECT %(n)s::int", None)), {"n": 2})
            assert catalog.rows("SELECT 3, '{a,b}'::text[]") == [(3, ["a", "b"])]
            assert catalog.rows("SELECT %(n)s::int", {"n": 2}) == [(2,)]
            assert catalog.rows("SELECT 1") == [(1,)]
            assert catalog.rows("SELECT 1") == [(1,)]
        assert connection.execute("SELECT current_setting('transaction_isolation')").fetchone() == ("read committed",)


def asked(catalog: Catalog, *queries: str) -> list[list[tuple[Any, ...]]]:
    """The answers to all of them, asked for together."""
    catalog.ask(tuple((query, None) for query in queries))
    return [catalog.rows(query) for query in queries]


def fresh(database: Database, *queries: str) -> list[list[tuple[Any, ...]]]:
    """The same on a connection of its own, which must live on unless it is lost."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        try:
            with Catalog.open(connection) as catalog:
                return asked(catalog, *queries)
        finally:
            assert connection.closed or connection.execute("SELECT 1").fetchone() == (1,)


def test_an_error_comes_with_its_query_and_the_connection_lives_on(database: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        fresh(database, "SELECT 1", FAILS, "SELECT 2")


def test_what_the_server_skips_after_an_error_has_that_error(database: Database) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection, Catalog.open(connection) as catalog:
        with pytest.raises(psycopg.errors.DivisionByZero):
            asked(catalog, FAILS, "SELECT 2")
        with pytest.raises(psycopg.errors.DivisionByZero):
            catalog.rows("SELECT 2")


def test_what_the_server_finds_gone_is_a_changed_catalog(database: Database) -> None:
    """XX000, as pg_get_*def() fails when DDL runs meanwhile."""
    with pytest.raises(CatalogChanged):
        fresh(database, "DO $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = 'XX000'; END $$", "SELECT 1")


def test_a_connection_lost_midway_is_an_error_of_the_driver(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="terminating connection"):
        fresh(database, "SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 2")


def test_all_that_is_asked_is_taken(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader no longer wants should not be asked any more; and the way without pipelines reads the same."""
    left: list[bytes] = []
    close = Ahead.close

    def noted(self: Ahead) -> None:
        left.extend([*self._asked, *self._answers])  # pyright: ignore[reportPrivateUsage]
        close(self)

    monkeypatch.setattr(Ahead, "close", noted)
    database.psql('CREATE TABLE t (a text COLLATE "C", b int[]); CREATE TABLE u (LIKE t)')
    with psycopg.connect(database.url, autocommit=True) as connection:
        found = read(connection)
        assert left == []
        monkeypatch.setattr(Ahead, "supported", lambda: False)
        assert read(connection) == found
    assert format.canonical(found) is found


def test_every_query_of_the_readers_is_asked_ahead() -> None:
    """But for those that need what others found."""
    later = {"TYPE_NAMES", "FUNCTIONS", "OTHERS", "IDENTIFY", "SUBSCRIPTIONS"}
    inside = {"CASTS", "BASE_TYPES", "FOREIGN_TABLES", "STATISTICS", "USER_MAPPINGS"}
    for module in (names, *families.ALL):
        queries = {name: text for name, text in vars(module).items() if _is_query(name, text)}
        asked = {sql for sql, _ in module.AHEAD}
        missing = {name for name, text in queries.items() if text not in asked} - later
        assert missing - (inside if module is unmodelled else set()) == set(), module.__name__


def _is_query(name: str, text: Any) -> bool:
    return name.isupper() and isinstance(text, str) and text.lstrip().startswith(("SELECT", "WITH"))
