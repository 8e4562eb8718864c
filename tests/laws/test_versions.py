"""Two servers of different major versions: the same DDL is the same schema, and a script crosses from one to the other.

The servers are Debian's PostgreSQL 15 and the embedded 18; what 13, 14, 16 and 17 print stands, as measured, in
tests/unit/postgres/test_spelling.py.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbstrata.cli.plans import make_script
from dbstrata.cli.sources import Pair
from dbstrata.dialects.postgres import catalog
from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.engine.compare import Changes, compare
from dbstrata.engine.schema import Schema
from dbstrata.snapshots.format import write

from ..cli.commands import run
from ..lab import Case, Lab, all_cases, delta, look
from ..servers import Database

pytestmark = pytest.mark.pg15

DEMO = Path(__file__).parents[2] / "cli" / "demo"
SHOPS = [DEMO / "shop_v1.sql", DEMO / "shop_v2.sql"]
SHARED = os.environ.get("DBSTRATA_SHARED")

FORMS = """
    CREATE SCHEMA o;
    CREATE TYPE o.mood AS ENUM ('sad', 'ok');
    CREATE TABLE o.o (id integer PRIMARY KEY, total integer, o integer, mood o.mood DEFAULT 'ok', "json" text,
        "system_user" text, at timestamptz DEFAULT now(), tags text[],
        y text GENERATED ALWAYS AS (substring("json" FROM 1 FOR 3) || trim(LEADING 'x' FROM "system_user")) STORED,
        CHECK (extract(year FROM at AT TIME ZONE 'UTC') > 2000 OR "json" IS NULL AND total BETWEEN 1 AND 5),
        CHECK ((at, at) OVERLAPS (at, at) OR position('a' IN "json") > 0 OR "json" NOT IN ('a', 'b')));
    CREATE INDEX i ON o.o (lower("json"), (total + o * 2) DESC) WHERE "system_user" IS NOT NULL;
    CREATE POLICY p ON o.o USING ("json" = CURRENT_USER AND EXISTS (SELECT FROM o.o q WHERE q.id = o.total));
    CREATE VIEW o.bare AS SELECT id, total, "json", "system_user", o.o AS same, tags[1] AS t, o.*::text AS r FROM o.o;
    CREATE VIEW o.hidden AS SELECT DISTINCT ON (o.total) - total AS total, id FROM o.o ORDER BY o.total, id, -o.id;
    CREATE VIEW o.grouped AS SELECT mood, count(*) FILTER (WHERE total > 1) AS n,
        json_object(array_agg("json")) AS j, row_number() OVER w AS r
        FROM o.o WHERE mood <> 'sad' GROUP BY ROLLUP (mood) HAVING max(total) > 1 WINDOW w AS (ORDER BY mood)
        ORDER BY 2 DESC FETCH FIRST 5 ROWS WITH TIES;
    CREATE VIEW o.inner AS SELECT id, (SELECT max(q.id) FROM o.o q WHERE q.total = o.total) AS m FROM o.o
        WHERE (id, total) IN (SELECT total, id FROM o.o);
    CREATE VIEW o.joined AS SELECT a.id, b.total, c.n FROM o.o a LEFT JOIN o.o b USING (total), LATERAL
        (SELECT count(*) AS n FROM o.o WHERE o = a.id) c;
    CREATE VIEW o.derived AS SELECT q.a FROM (SELECT id AS a, total FROM o.o) q WHERE q.total > 1;
    CREATE VIEW o.called AS SELECT u.a, u.n FROM unnest(ARRAY['a'], ARRAY[1]) WITH ORDINALITY u(a, b, n);
    CREATE VIEW o.recursive AS WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 9)
        SELECT sum(n) FROM t;
    CREATE VIEW o.united AS SELECT id FROM o.o UNION SELECT total FROM o.o ORDER BY 1;
    CREATE FUNCTION o.f(integer) RETURNS SETOF integer LANGUAGE sql
        BEGIN ATOMIC SELECT id FROM o.o WHERE total = $1; END;
    CREATE RULE r AS ON UPDATE TO o.bare DO INSTEAD UPDATE o.o SET total = NEW.total WHERE o.id = OLD.id;
"""


def dump(database: Database) -> Any:
    with psycopg.connect(database.url) as connection:
        return catalog.read(connection)


def changes(old: Database, new: Database) -> Changes:
    return compare(Schema(dump(old)), Schema(dump(new)), same=DIALECT.same)


def differing(found: Changes) -> dict[str, tuple[str, ...]]:
    return {change.identity: change.attributes for change in found}


def migrate(old: Database, new: Database, folder: Path) -> str:
    """Make the one what the other is, by the command line; returns the script."""
    files = [folder / f"{name}.json" for name in ("old", "new")]
    for file, database in zip(files, (old, new), strict=True):
        write(dump(database), file)
    done = subprocess.run(
        [sys.executable, "-m", "dbstrata", "script", *files], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    script = folder / "script.sql"
    script.write_text(done.stdout)
    old.script(script)
    return done.stdout


@pytest.mark.parametrize("ddl", [path.read_text() for path in SHOPS] + [FORMS], ids=["shop_v1", "shop_v2", "forms"])
def test_the_same_ddl_is_the_same_schema(database15: Database, database: Database, ddl: str) -> None:
    """And what the servers spell differently is listed: views over one table."""
    for each in (database15, database):
        each.psql(ddl)
    found = changes(database15, database)
    assert differing(found) == {}
    assert any(identity.startswith("view ") for identity, _ in found.spelling)


@pytest.mark.skipif(SHARED is None, reason="DBSTRATA_SHARED names no folder of cases")
def test_pagila_is_the_same_schema(database15: Database, database: Database) -> None:
    ddl = (Path(SHARED or "") / "cases" / "real" / "pagila_2022.sql").read_text()
    for each in (database15, database):
        each.psql(ddl)
    assert differing(changes(database15, database)) == {}


@pytest.mark.parametrize("upwards", [True, False], ids=["15 to be as 18", "18 to be as 15"])
def test_a_script_crosses_versions(database15: Database, database: Database, tmp_path: Path, upwards: bool) -> None:
    """Version 1 on one server becomes version 2 of the other, in the syntax of the first."""
    old, new = (database15, database) if upwards else (database, database15)
    old.psql(SHOPS[0].read_text())
    new.psql(SHOPS[1].read_text())
    migrate(old, new, tmp_path)
    assert differing(changes(old, new)) == {}


@pytest.mark.parametrize("upwards", [True, False], ids=["15 to be as 18", "18 to be as 15"])
def test_what_is_only_spelled_differently_stays(
    database15: Database, database: Database, tmp_path: Path, upwards: bool
) -> None:
    old, new = (database15, database) if upwards else (database, database15)
    for each in (old, new):
        each.psql(FORMS)
    new.psql(
        "ALTER TABLE o.o ADD COLUMN more integer; CREATE OR REPLACE VIEW o.united AS SELECT id FROM o.o WHERE id > 1"
    )
    script = migrate(old, new, tmp_path)
    assert differing(changes(old, new)) == {}
    assert script.count("ADD COLUMN") == 1
    assert "o.bare" not in script
    assert "o.united" in script


def test_an_extension_is_the_version_that_the_server_ships(
    database15: Database, database: Database, tmp_path: Path
) -> None:
    """Neither updated, nor dropped and made anew, for citext is 1.6 here and 1.8 there."""
    for each in (database15, database):
        each.psql("CREATE EXTENSION citext")
    for found in (changes(database15, database), changes(database, database15)):
        assert differing(found) == {}
        assert ("extension citext", "version") in found.spelling
    database.psql("CREATE EXTENSION hstore")
    migrate(database15, database, tmp_path)
    assert differing(changes(database15, database)) == {}


def test_a_view_of_another_meaning_differs(database15: Database, database: Database) -> None:
    """One character apart in the DDL, and qualified on one side alone."""
    for each, comparison in ((database15, ">"), (database, ">=")):
        each.psql(f"CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t WHERE a {comparison} 1")
    found = changes(database15, database)
    assert differing(found) == {"view public.v": ("query",)}
    assert not found.spelling


@pytest.mark.parametrize(
    ("ddl", "name"),
    [
        ("CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a + 1) VIRTUAL)", "VIRTUAL"),
        ("CREATE TABLE t (a integer, CHECK (a > 1) NOT ENFORCED)", "NOT ENFORCED"),
        ("CREATE TABLE t (a int4range, b int4range, UNIQUE (a, b WITHOUT OVERLAPS))", "WITHOUT OVERLAPS"),
        ("CREATE TABLE t (a integer CONSTRAINT my_name NOT NULL NO INHERIT)", "NOT NULL"),
    ],
)
def test_what_15_cannot_hold_is_refused_by_name(
    database15: Database, database: Database, tmp_path: Path, ddl: str, name: str
) -> None:
    database.psql(ddl)
    with pytest.raises(AssertionError, match=rf"postgresql 15\.\d+ has no .*{name}"):
        migrate(database15, database, tmp_path)


@pytest.mark.parametrize("change", ["CHECK (a > 1) NOT ENFORCED"])
def test_what_15_cannot_hold_is_no_unknown(
    database15: Database, database: Database, tmp_path: Path, change: str
) -> None:
    """An attribute that came later and is off on the older server differs, and can't be set there."""
    database15.psql("CREATE TABLE t (a integer, CONSTRAINT c CHECK (a > 1))")
    database.psql(f"CREATE TABLE t (a integer, CONSTRAINT c {change})")
    assert "not_enforced" in differing(changes(database15, database))["check public.t.c"]
    with pytest.raises(AssertionError, match="NOT ENFORCED"):
        migrate(database15, database, tmp_path)


# -- the way back is for the server that the way forward was for -------------------------------------------------------


def wander(here: Lab, there: Lab, case: Case) -> None:
    """On `here`, the schemas being dumped from two servers: from A to the other server's B and back, and from B to
    the other server's A and back."""
    try:
        ours, theirs = here.pair(case), there.pair(case)
    except AssertionError:
        pytest.skip("not every version can hold it")
    a, b = map(look, ours)
    far_a, far_b = map(look, theirs)
    for database, start, end, far in ((ours[0], a, b, far_b), (ours[1], b, a, far_a)):
        pair = Pair(start.snapshot, far.snapshot, start.snapshot, far.snapshot)
        here.run(database, make_script(pair))
        assert (now := look(database)).statements == end.statements, delta(end.statements, now.statements)
        here.run(database, make_script(pair.back, rollback=True))
        assert (now := look(database)).statements == start.statements, delta(start.statements, now.statements)


APART = ["column_storage", "domain_not_null_renamed", "not_null_of_partitions_own", "partition_exchanged_for_another"]
"""What the two versions have different syntax for, or keep different attributes of."""


@pytest.mark.parametrize("case", [case for case in all_cases() if case.name in APART], ids=lambda case: case.name)
def test_there_and_back_between_versions(lab: Lab, lab15: Lab, case: Case) -> None:
    wander(lab15, lab, case)


@pytest.mark.sweep
@pytest.mark.parametrize("case", [c for c in all_cases() if not c.refuses], ids=lambda case: case.name)
def test_every_case_there_and_back_between_versions(lab: Lab, lab15: Lab, case: Case) -> None:
    wander(lab15, lab, case)


def test_the_server_that_a_bundle_and_migrations_are_for(database: Database, tmp_path: Path) -> None:
    """The bundle remembers it: `check` plans with it, and migrations of the bundle are for it too."""
    old, new, folder = tmp_path / "old.json", tmp_path / "new.json", tmp_path / "bundle"
    write(dump(database), old)
    database.psql("CREATE TABLE t (a integer CONSTRAINT other NOT NULL)")
    write(dump(database), new)
    assert run("bundle", old, new, "-o", folder, "--server-version", "15.4").code == 0
    assert "postgresql 15.4" in (folder / "forward.sql").read_text("utf-8")
    assert "CONSTRAINT other" not in (folder / "forward.sql").read_text("utf-8")
    assert "For postgresql 15.4" in (folder / "report.html").read_text("utf-8")
    assert '"server_version": "15.4"' in (folder / "manifest.json").read_text("utf-8")
    assert run("check", folder).code == 0
    to = ("--to", "dbmate", "--number", "1")
    ways: dict[str, list[str | Path]] = {
        "a": [folder],
        "b": [old, new, "--server-version", "15.4"],
        "c": [old, new],
    }
    for name, sources in ways.items():
        assert run("export", *sources, *to, "-o", tmp_path / name).code == 0
        (file,) = (tmp_path / name).iterdir()
        assert ("CONSTRAINT other" in file.read_text("utf-8")) == (name == "c")
    assert run("export", folder, *to, "-o", tmp_path / "d", "--server-version", "18").code == 2
    assert run("bundle", old, new, "-o", tmp_path / "e", "--server-version", "fifteen").code == 2


@pytest.mark.parametrize("direction", [[], ["--rollback"]], ids=["forward", "back"])
def test_the_server_that_is_named(database: Database, tmp_path: Path, direction: list[str]) -> None:
    """`--server-version`: neither snapshot is from it."""
    old = tmp_path / "old.json"
    write(dump(database), old)
    database.psql("CREATE TABLE t (a integer CONSTRAINT other NOT NULL); CREATE TABLE s (a text, b text)")
    new = tmp_path / "new.json"
    write(dump(database), new)
    command = [sys.executable, "-m", "dbstrata", "script", str(old), str(new), *direction, "--server-version"]
    texts = {}
    for version in ("18", "15.4", "fifteen"):
        done = subprocess.run([*command, version], capture_output=True, encoding="utf-8", check=False)
        texts[version] = done.stdout or done.stderr
    assert "postgresql 18" in texts["18"]
    assert "postgresql 15.4" in texts["15.4"]
    assert ("CONSTRAINT other" in texts["18"]) == (direction == [])
    assert "CONSTRAINT other" not in texts["15.4"]
    assert "no version of postgresql: 'fifteen'" in texts["fifteen"]
