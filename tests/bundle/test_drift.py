"""Drift of every kind of object is refused: by `apply`, which lists it, and by `verify`, which a monitor runs."""

import json
from pathlib import Path

import psycopg

from dbstrata.dialects.mysql.rules import tables as my_rules
from dbstrata.dialects.postgres.rules import tables
from dbstrata.snapshots.naming import Identity, kind_of

from ..cli.commands import run
from ..lab import Case, Lab
from ..mysql_servers import MyServer
from .grounds import Made, bundled, on_mysql, on_postgres

POSTGRES = """
    CREATE TYPE mood AS ENUM ('calm'); CREATE TYPE pair AS (a int);
    CREATE TABLE t (id int PRIMARY KEY, a int, b int, r int4range, CONSTRAINT one UNIQUE (a));
    CREATE TABLE parent (id int); CREATE VIEW v AS SELECT a FROM t;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""
ON_POSTGRES = {
    "aggregate": ("CREATE AGGREGATE s (int) (SFUNC = int4pl, STYPE = int)", "DROP AGGREGATE s (int)"),
    "attribute": ("ALTER TYPE pair ADD ATTRIBUTE b int", "ALTER TYPE pair DROP ATTRIBUTE b"),
    "check": ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE t DROP CONSTRAINT c"),
    "column": ("ALTER TABLE t ALTER b TYPE bigint", "ALTER TABLE t ALTER b TYPE int"),
    "composite": ("CREATE TYPE other AS (a int)", "DROP TYPE other"),
    "default": ("ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER a DROP DEFAULT"),
    "default_privileges": (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC",
    ),
    "domain": ("CREATE DOMAIN d AS int", "DROP DOMAIN d"),
    "domain_check": ("CREATE DOMAIN d AS int CHECK (VALUE > 0)", "DROP DOMAIN d"),
    "enum": ("ALTER TYPE mood ADD VALUE 'sad'", "DROP TYPE mood; CREATE TYPE mood AS ENUM ('calm')"),
    "exclusion": ("ALTER TABLE t ADD CONSTRAINT e EXCLUDE USING gist (r WITH &&)", "ALTER TABLE t DROP CONSTRAINT e"),
    "extension": ("CREATE EXTENSION pg_trgm", "DROP EXTENSION pg_trgm"),
    "foreign_key": ("ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES t", "ALTER TABLE t DROP CONSTRAINT k"),
    "function": ("CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION g()"),
    "identity": (
        "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE t ALTER id DROP IDENTITY",
    ),
    "index": ("CREATE INDEX i ON t (b)", "DROP INDEX i"),
    "materialized_view": ("CREATE MATERIALIZED VIEW m AS SELECT 1 AS one", "DROP MATERIALIZED VIEW m"),
    "policy": ("CREATE POLICY p ON t", "DROP POLICY p ON t"),
    "primary_key": ("ALTER TABLE parent ADD PRIMARY KEY (id)", "DROP TABLE parent; CREATE TABLE parent (id int)"),
    "procedure": ("CREATE PROCEDURE pr() LANGUAGE sql AS 'SELECT 1'", "DROP PROCEDURE pr()"),
    "range": ("CREATE TYPE rg AS RANGE (SUBTYPE = int)", "DROP TYPE rg"),
    "rule": ("CREATE RULE ru AS ON UPDATE TO t DO ALSO NOTHING", "DROP RULE ru ON t"),
    "schema": ("CREATE SCHEMA other", "DROP SCHEMA other"),
    "sequence": ("CREATE SEQUENCE s", "DROP SEQUENCE s"),
    "statistics": ("CREATE STATISTICS st ON a, b FROM t", "DROP STATISTICS st"),
    "table": ("ALTER TABLE t SET (fillfactor = 50)", "ALTER TABLE t RESET (fillfactor)"),
    "trigger": ("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "DROP TRIGGER tr ON t"),
    "unique": ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (b)", "ALTER TABLE t DROP CONSTRAINT u"),
    "unmodelled": ("CREATE CAST (text AS mood) WITH INOUT", "DROP CAST (text AS mood)"),
    "view": ("ALTER VIEW v SET (security_barrier)", "ALTER VIEW v RESET (security_barrier)"),
    "view_column": ("COMMENT ON COLUMN v.a IS 'touched'", "COMMENT ON COLUMN v.a IS NULL"),
}
"""What drifts, and back."""

MYSQL = """
    CREATE TABLE t (id int PRIMARY KEY, a int, b int, KEY on_a (a)); CREATE TABLE parent (id int PRIMARY KEY);
    CREATE VIEW v AS SELECT a FROM t;
"""
ON_MYSQL = {
    "check": ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE t DROP CONSTRAINT c"),
    "column": ("ALTER TABLE t MODIFY b bigint", "ALTER TABLE t MODIFY b int"),
    "database": ("ALTER DATABASE COLLATE utf8mb4_bin", "ALTER DATABASE COLLATE {collation}"),
    "event": ("CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DISABLE DO DO 1", "DROP EVENT e"),
    "foreign_key": (
        "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES parent (id)",
        "ALTER TABLE t DROP FOREIGN KEY k",
    ),
    "function": ("CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1", "DROP FUNCTION f"),
    "index": ("ALTER TABLE t ADD KEY i (b)", "ALTER TABLE t DROP KEY i"),
    "primary_key": ("ALTER TABLE parent DROP PRIMARY KEY", "ALTER TABLE parent ADD PRIMARY KEY (id)"),
    "procedure": ("CREATE PROCEDURE p() DO 1", "DROP PROCEDURE p"),
    "table": ("ALTER TABLE t COMMENT 'touched'", "ALTER TABLE t COMMENT ''"),
    "trigger": ("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "DROP TRIGGER tr"),
    "view": ("ALTER VIEW v AS SELECT b AS a FROM t", "ALTER VIEW v AS SELECT a FROM t"),
}
ON_MARIADB = {
    "sequence": ("CREATE SEQUENCE s", "DROP SEQUENCE s"),
    "package": ("CREATE PACKAGE pk AS FUNCTION f RETURN int; END", "DROP PACKAGE pk"),
    "package_body": (
        "CREATE PACKAGE pk AS FUNCTION f RETURN int; END;;"
        "CREATE PACKAGE BODY pk AS FUNCTION f RETURN int AS BEGIN RETURN 1; END; END",
        "DROP PACKAGE pk",
    ),
}
PAIR = "CREATE TABLE made (id int);"
"""What the bundle makes: nothing that drifts here is touched by it."""


def test_each_kind_is_here() -> None:
    assert ON_POSTGRES.keys() == {*tables(), "unmodelled"}
    assert ON_MYSQL.keys() | ON_MARIADB.keys() == set(my_rules())


def assert_refused(made: Made, kind: str) -> None:
    """An object of that kind is in the list, of `verify` and of `apply`, which changes nothing."""
    done = run("verify", made.old, made.url, "--format", "json")
    assert done.code == 1, kind
    found = [Identity(change["identity"]) for change in json.loads(done.out)["changes"]]
    assert kind in map(kind_of, found), (kind, found)
    applied = made.run("apply")
    assert applied.code == 3, (kind, applied)
    assert "the database has drifted" in applied.err, kind
    assert "0 created, 0 dropped, 0 altered" not in applied.out, kind
    assert run("verify", made.old, made.url, "--format", "json").out == done.out


def test_drift_of_every_kind_on_postgres(lab: Lab, tmp_path: Path) -> None:
    with on_postgres(lab) as ground:
        made = bundled(ground, tmp_path, Case("drift", POSTGRES, POSTGRES + PAIR), "--allow", "DB*")
        with psycopg.connect(made.url, autocommit=True) as connection:
            for kind, (there, back) in ON_POSTGRES.items():
                connection.execute(there.encode())
                assert_refused(made, kind)
                connection.execute(back.encode())
                assert made.differs_from(made.old) == "", kind


def test_drift_of_every_kind_on_mysql(my_server: MyServer, tmp_path: Path) -> None:
    every = ON_MYSQL | (ON_MARIADB if my_server.flavour == "mariadb" else {})
    with on_mysql(my_server) as ground:
        made = bundled(ground, tmp_path, Case("drift", MYSQL, MYSQL + PAIR), "--allow", "DB*")
        database = made.url.rpartition("/")[2]
        ((collation,),) = my_server.execute("SELECT @@collation_database", database=database)
        for kind, (there, back) in every.items():
            oracle = ["SET sql_mode = ORACLE"] if kind.startswith("package") else []
            my_server.execute(*oracle, *there.split(";;"), database=database)
            assert_refused(made, kind)
            my_server.execute(*oracle, back.format(collation=collation), database=database)
            assert made.differs_from(made.old) == "", kind
