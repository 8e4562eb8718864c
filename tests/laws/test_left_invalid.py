"""An index that a concurrent build left invalid: a plan builds it again, and makes none so."""

import psycopg
import pytest

from dbstrata.snapshots.errors import Refused

from ..lab import Lab, State, assert_is, look, script
from ..servers import Database

TABLE = "CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (1);"
INDEX = "CREATE UNIQUE INDEX t_a ON t (a)"


def left_invalid(lab: Lab) -> tuple[Database, State]:
    database = lab.database(TABLE)
    with (
        psycopg.connect(database.url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        connection.execute(INDEX.replace("INDEX", "INDEX CONCURRENTLY"))
    return database, look(database)


def test_it_is_built_again(lab: Lab) -> None:
    database, broken = left_invalid(lab)
    whole = look(lab.database(TABLE.partition(";")[0], INDEX))
    text = script(broken, whole)
    assert "-- CARE: these fail" in text
    with pytest.raises(AssertionError, match="could not create unique index"):
        lab.run(database, text)
    database.psql("DELETE FROM t WHERE ctid = '(0,1)'")
    lab.run(database, text)
    assert_is(database, whole)


def test_none_is_made(lab: Lab) -> None:
    _, broken = left_invalid(lab)
    for other in (look(lab.database()), look(lab.database(TABLE, "DELETE FROM t", INDEX))):
        with pytest.raises(Refused, match=r"invalid of index public\.t\.t_a: it is one that a concurrent build left"):
            script(other, broken)
