"""What the server prints, as it would print it once it had read that."""

import psycopg
import pytest

from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.catalog.printed import settled
from dbstrata.snapshots.postgres import Snapshot

from ...servers import Database

BETWEEN = """
    CREATE TABLE t (a int, b int, c bool, d bool DEFAULT (1 BETWEEN 0 AND 2 AND true),
        g bool GENERATED ALWAYS AS (a BETWEEN 1 AND 10 AND b > 0) STORED,
        CHECK (a BETWEEN 1 AND 10 AND b > 0), CHECK (a NOT BETWEEN 1 AND 10 OR c), CHECK (b > 0 AND a BETWEEN 1 AND 10),
        EXCLUDE USING btree (a WITH =) WHERE (a BETWEEN 1 AND 2 AND c));
    CREATE INDEX i ON t ((a BETWEEN 1 AND 2 AND c)) WHERE a BETWEEN 1 AND 10 AND b BETWEEN 2 AND 3;
    CREATE STATISTICS s ON (a BETWEEN 1 AND 2 AND c), b FROM t;
    CREATE DOMAIN d AS int CHECK (VALUE BETWEEN 1 AND 10 AND VALUE <> 5) DEFAULT 7;
    CREATE VIEW v AS SELECT (a, b) = (1, 2) AND c AS x FROM t
        WHERE a BETWEEN (SELECT min(b) FROM t AS u WHERE u.a BETWEEN 1 AND 2 AND u.c) AND 9 AND b IN (a, 3)
        WINDOW w AS (ORDER BY a ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING);
    CREATE POLICY p ON t USING (a BETWEEN 1 AND 10 AND c) WITH CHECK (a BETWEEN 1 AND 10 AND c);
    CREATE RULE r AS ON UPDATE TO t WHERE old.a BETWEEN 1 AND 10 AND new.c DO ALSO NOTHING;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (new.a BETWEEN 1 AND 10 AND new.c) EXECUTE FUNCTION f();
    CREATE FUNCTION h(x bool DEFAULT (1 BETWEEN 0 AND 2 AND true)) RETURNS bool LANGUAGE sql
        RETURN x AND 1 BETWEEN 0 AND 3 OR (2 BETWEEN 0 AND 3 AND x);
    CREATE TABLE p (a int, c bool) PARTITION BY LIST ((a BETWEEN 1 AND 2 AND c));
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("((a AND b) AND c)", "(a AND b AND c)"),
        ("(((a AND b) AND c) AND d)", "(a AND b AND c AND d)"),
        ("(a AND (b AND c))", "(a AND (b AND c))"),
        ("((a OR b) AND c)", "((a OR b) AND c)"),
        ("((a OR b) OR (c OR d))", "(a OR b OR (c OR d))"),
        ("(((a >= 1) AND (a <= 2)) AND (x = ') AND ('))", "((a >= 1) AND (a <= 2) AND (x = ') AND ('))"),
        ("f((a AND b), c)", "f((a AND b), c)"),
        ("(NOT ((a AND b) AND c))", "(NOT (a AND b AND c))"),
        ("((SELECT (x AND y)) AND z)", "((SELECT (x AND y)) AND z)"),
        ("((ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AND z)", "((ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AND z)"),
        ("((a AND b)", "((a AND b)"),
    ],
)
def test_brackets_that_reading_drops(text: str, wanted: str) -> None:
    assert settled(text) == wanted
    assert settled(wanted) == wanted


def dump(database: Database) -> Snapshot:
    with psycopg.connect(database.url, autocommit=True) as connection:
        return read(connection)


def test_it_reads_back_as_the_same(database: Database, database2: Database) -> None:
    """The server prints other brackets the second time, and the dump is the same."""
    database.psql(BETWEEN)
    database2.psql(database.pg_dump())
    assert database.pg_dump() != database2.pg_dump()
    assert dump(database) == dump(database2)
