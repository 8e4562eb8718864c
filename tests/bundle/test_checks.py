"""preflight.sql and verify.sql: what they find in the rows and beside the schema, in stock psql and in `apply`."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbstrata.cli.bundles.running import Options, Run
from dbstrata.cli.demo import run as demo
from dbstrata.dialects import server
from dbstrata.dialects.postgres import checks
from dbstrata.snapshots.errors import Defect

from ..cli.commands import run
from ..lab import Lab
from ..servers import Database
from .bundles import ALLOW, World, world

HERE = Path(demo.__file__).parent

ROWS = {
    "NULLs in the way of NOT NULL": ("a int", "a int NOT NULL", "(NULL)"),
    "a new column that is NOT NULL and has no default": ("a int", "a int, b int NOT NULL", "(1)"),
    "values that are too long": ("a text", "a varchar(3)", "('four')"),
    "values that are too large": ("a bigint", "a smallint", "(40000)"),
    "values that can't be cast": ("a text", "a date", "('no day')"),
    "duplicates in the way of a key": ("a int", "a int UNIQUE", "(1), (1)"),
    "rows in the way of a check": ("a int", "a int CHECK (a > 0)", "(0)"),
    "rows in the way of a foreign key": ("a int", "a int REFERENCES one", "(7)"),
}
ONE = "CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1);"


def psql(database: Database, path: Path) -> list[str]:
    """What stock psql prints, but for the counts."""
    return [line for line in printed(database, path) if not line.startswith("note: rows: ")]


def printed(database: Database, path: Path) -> list[str]:
    """All of it."""
    return database.script(path).strip().splitlines()


COUNTED = (
    """CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); CREATE TABLE u (a int); CREATE TABLE gone (a int);
       CREATE TABLE was (a int); INSERT INTO was VALUES (1); CREATE TABLE alone (a int); INSERT INTO alone VALUES (1);
       CREATE TABLE whole (a int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
       CREATE TABLE away PARTITION OF whole FOR VALUES IN (2); INSERT INTO whole VALUES (1), (2), (2);
       CREATE TABLE hidden (a int); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;""",
    """CREATE TABLE t (a int NOT NULL); CREATE TABLE u (a int, b int); CREATE TABLE made (a int);
       CREATE TABLE is_ (a bigint); CREATE TABLE alone (a int);
       CREATE TABLE whole (a int, b int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
       CREATE TABLE hidden (a int, b int); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;""",
)
RENAMED = ("--rename", "table public.was=table public.is_")


def test_rows_of_kept_tables_are_counted_on_both_sides(lab: Lab, tmp_path: Path) -> None:
    """The tables that change and stay, each partition by itself; not those that hide rows from their owner."""
    made = world(lab, tmp_path, *COUNTED, *ALLOW, *RENAMED)
    before, after = "preflight.sql", "verify.sql"
    counts = [line for line in printed(made.database, made.path / before) if line.startswith("note: rows: ")]
    told = [line.removeprefix("note: rows: table public.") for line in counts]
    assert [line for line in told if not line.startswith("part:")] == [
        "t: 2",
        "u: 0",
        "was, then public.is_: 1",
        "whole: 0",
    ]
    done = made.run("apply")
    assert done.code == 0, done.err
    assert f"no rows are gone from the {len(told)} tables that were counted" in done.out
    assert printed(made.database, made.path / after) == [*counts, "verify: all sound"]


def test_tables_that_are_large_are_not_counted(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text("[preflight]\nlarge_table_mb = 0\n")
    config = ("--config", str(tmp_path / "small.toml"))
    made = world(lab, tmp_path, *COUNTED, *ALLOW, *RENAMED, *config)
    assert not any("rows: table public.t:" in line for line in printed(made.database, made.path / "preflight.sql"))
    assert made.run("apply").code == 0


def test_rows_that_are_gone_afterwards_are_told(lab: Lab, tmp_path: Path) -> None:
    """Somebody deletes one while the script begins: of that, or of what we do, nobody can say which it was."""
    made = world(lab, tmp_path, *COUNTED, *ALLOW, *RENAMED)
    told = list[str]()

    class Thief:
        def tell(self, event: str, text: str, **_facts: Any) -> None:
            if event == "statement" and not any(line.startswith("[1/") for line in told):
                made.database.psql("DELETE FROM t WHERE a = 1")
            told.append(text)

    with server("postgres").open_executor(made.database.url) as session, pytest.raises(Defect) as caught:
        Run(made.bundle, session, Thief(), Options(yes=True, allow=("DB*",))).go()
    assert "rows are gone: table public.t had 2 and has 1" in str(caught.value)
    assert made.differs_from(made.new) == ""


def test_what_stands_in_the_way_is_found_before_anything_is_done(lab: Lab, tmp_path: Path) -> None:
    """One table for each question, all in one bundle; none of them where the rows are fine."""
    tables = list(enumerate(ROWS.values()))
    old = ONE + "".join(f"CREATE TABLE t{n} ({columns});" for n, (columns, _, _) in tables)
    new = ONE + "".join(f"CREATE TABLE t{n} ({columns});" for n, (_, columns, _) in tables)
    old += "CREATE TABLE u (a int, b int);"
    new += "CREATE TABLE u (a int, b int); CREATE UNIQUE INDEX pairs ON u (a, b);"
    made = world(lab, tmp_path, old, new)
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    made.database.psql("".join(f"INSERT INTO t{n} VALUES {rows};" for n, (_, _, rows) in tables))
    made.database.psql("INSERT INTO u VALUES (1, 2), (1, 2), (NULL, 1), (NULL, 1)")
    *problems, last = psql(made.database, made.path / "preflight.sql")
    expected = {*ROWS, "duplicates in the way of a unique index"}
    assert {line.split(": ")[1] for line in problems} == expected
    assert last == f"{len(expected)} in the way: do not run forward.sql"
    done = made.run("apply")
    assert done.code == 3
    assert f"preflight found {len(expected)} problems" in done.err
    assert "column public.t0.a: 1 rows hold NULL" in done.out
    assert made.differs_from(made.old) == ""


NARROWED = {
    "numeric(8,2)|numeric(4,2)": ("99.99", "100"),
    "numeric(3,2)|numeric(2,1)": ("9.94", "9.95"),
    "numeric|numeric(2,0)": ("'NaN'", "-99.5"),
    "double precision|numeric(3,1)": ("99.94", "'Infinity'"),
    "bigint|numeric(3,0)": ("999", "1000"),
}


def test_numbers_of_fewer_digits(lab: Lab, tmp_path: Path) -> None:
    """The question says of each value what the server would say."""
    tables = [(n, *types.split("|"), *values) for n, (types, values) in enumerate(NARROWED.items())]
    old = "".join(
        f"CREATE TABLE t{n} (a {before}); INSERT INTO t{n} VALUES ({fits});" for n, before, _, fits, _ in tables
    )
    made = world(lab, tmp_path, old, "".join(f"CREATE TABLE t{n} (a {after});" for n, _, after, _, _ in tables))
    copy = lab.database(old)
    assert psql(copy, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    for n, _, after, _, breaks in tables:
        made.database.psql(f"INSERT INTO t{n} VALUES ({breaks})")
        with pytest.raises(AssertionError, match=r"overflow|infinite"):
            made.database.psql(f"ALTER TABLE t{n} ALTER a TYPE {after}")
        copy.psql(f"ALTER TABLE t{n} ALTER a TYPE {after}")
    *problems, _ = psql(made.database, made.path / "preflight.sql")
    assert [line.split(": ")[1] for line in problems] == ["values that are too large"] * len(NARROWED)


def test_labels_that_go(lab: Lab, tmp_path: Path) -> None:
    columns = "(a mood, b mood[], c text)"
    old = f"CREATE TYPE mood AS ENUM ('calm', 'cross'); CREATE TABLE t {columns};"
    made = world(lab, tmp_path, old, f"CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE t {columns};")
    made.database.psql("INSERT INTO t VALUES ('calm', '{calm}', 'cross')")
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    made.database.psql("INSERT INTO t VALUES ('cross', '{calm,cross}', NULL)")
    *problems, _ = psql(made.database, made.path / "preflight.sql")
    assert [line.split(": ", 1)[1] for line in problems] == [
        f"values of an enum that go: column public.t.{name}: 1 rows hold a value that goes" for name in "ab"
    ]
    assert made.run("apply").code == 3


CASTS = {
    "integer": ("' +12 '", "'1.5'"),
    "numeric(5,1)": ("'1.5e2'", "'1,5'"),
    "boolean": ("'Yes'", "'maybe'"),
    "uuid": ("'{a0eebc999c0b4ef8bb6d6bb9bd380a11}'", "'a0eebc99-9c0b-4ef8-bb6d'"),
}


def test_casts_are_looked_at_on_servers_that_can_not_be_asked(lab: Lab, tmp_path: Path) -> None:
    """The bundle is for PostgreSQL 15, and says so in its manifest."""
    tables = list(enumerate(CASTS.items()))
    using = [word for n, (to, _) in tables for word in ("--using", f"column public.t{n}.a=a::{to}")]
    old = "".join(f"CREATE TABLE t{n} (a text); INSERT INTO t{n} VALUES ({good});" for n, (_, (good, _)) in tables)
    new = "".join(f"CREATE TABLE t{n} (a {to});" for n, (to, _) in tables)
    made = world(lab, tmp_path, old, new, *ALLOW, "--server-version", "15", *using)
    assert "pg_input_is_valid" not in (made.path / "preflight.sql").read_text()
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    copy = lab.database(old)
    copy.script(made.path / "forward.sql")
    made.database.psql("".join(f"INSERT INTO t{n} VALUES ({bad});" for n, (_, (_, bad)) in tables))
    *problems, _ = psql(made.database, made.path / "preflight.sql")
    assert [line.split(": ")[1] for line in problems] == ["values that can't be cast"] * len(CASTS)


UNIQUE = {
    "(lower(a), b)": "('a', 1), ('A', 1)",
    "(b) WHERE a <> 'x'": "('a', 1), ('b', 1)",
    "(lower(a)) NULLS NOT DISTINCT WHERE b > 5": "(NULL, 6), (NULL, 7)",
}


def test_keys_over_expressions_and_some_of_the_rows(lab: Lab, tmp_path: Path) -> None:
    tables = "".join(f"CREATE TABLE t{n} (a text, b int); " for n in range(len(UNIQUE)))
    made = world(
        lab,
        tmp_path,
        f"{tables} CREATE TABLE f (a double precision);",
        f"{tables} CREATE TABLE f (a int);"
        + "".join(f"CREATE UNIQUE INDEX ON t{n} {key};" for n, key in enumerate(UNIQUE)),
    )
    made.database.psql("INSERT INTO t1 VALUES ('x', 1), ('x', 1), (NULL, 1), (NULL, 1), ('b', 2)")
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    made.database.psql("".join(f"INSERT INTO t{n} VALUES {rows};" for n, rows in enumerate(UNIQUE.values())))
    made.database.psql("INSERT INTO f VALUES (3e9)")
    *problems, _ = psql(made.database, made.path / "preflight.sql")
    assert sorted(line.split(": ")[1] for line in problems) == [
        *["duplicates in the way of a unique index"] * len(UNIQUE),
        "values that are too large",
    ]
    assert made.run("apply").code == 3


def test_what_an_expression_makes_of_the_rows_is_not_asked(lab: Lab, tmp_path: Path) -> None:
    old = "CREATE TABLE t (a text); INSERT INTO t VALUES (''), ('1');"
    using = ("--using", "column public.t.a=nullif(a, '')::integer")
    made = world(lab, tmp_path, old, "CREATE TABLE t (a integer)", *ALLOW, *using)
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    done = made.run("apply")
    assert done.code == 0, done.err


ENUMS = {
    "made": ("text", "made", "'a'", "'c'"),
    "made, arrays": ("text[]", "made[]", "'{a,b}'", "'{a,c}'"),
    "with a label more": ("varchar(5)", "more", "'b'", "'c'"),
    "of another": ("was", "made", "'b'", "'z'"),
}
"""A column's type before and after, a value that goes over, and one that does not."""


def test_labels_of_enums_are_known_before_the_server_has_them(lab: Lab, tmp_path: Path) -> None:
    enums = "CREATE TYPE was AS ENUM ('a', 'b', 'z'); CREATE TYPE more AS ENUM ('a'{}); CREATE DOMAIN d AS int;"
    tables = list(enumerate(ENUMS.values()))
    old = enums.format("") + "".join(
        f"CREATE TABLE t{n} (a {was}); INSERT INTO t{n} VALUES ({good}), (NULL);" for n, (was, _, good, _) in tables
    )
    new = enums.format(", 'b'") + "CREATE TYPE made AS ENUM ('a', 'b'); CREATE DOMAIN asked AS int;"
    new += "".join(f"CREATE TABLE t{n} (a {to});" for n, (_, to, _, _) in tables)
    made = world(
        lab,
        tmp_path,
        f"{old} CREATE TABLE other (a text); INSERT INTO other VALUES ('1');",
        f"{new} CREATE TABLE other (a asked);",
    )
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    made.database.psql("".join(f"INSERT INTO t{n} VALUES ({bad});" for n, (*_, bad) in tables))
    *problems, _ = psql(made.database, made.path / "preflight.sql")
    assert [line.split(": ")[1] for line in problems] == ["values that can't be cast"] * len(ENUMS)
    assert made.run("apply").code == 3
    made.database.psql("".join(f"DELETE FROM t{n} WHERE a = {bad};" for n, (*_, bad) in tables))
    done = made.run("apply")
    assert done.code == 0, done.err


def test_what_is_worth_a_note(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds a lock, a large table, few connections: told, and nothing is refused for it."""
    monkeypatch.setattr(checks, "SLOTS", 1_000_000)
    (tmp_path / "small.toml").write_text("[preflight]\nlarge_table_mb = 0\n")
    old = "CREATE TABLE t (a int); INSERT INTO t VALUES (1);"
    config = ("--config", str(tmp_path / "small.toml"))
    made = world(lab, tmp_path, old, "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t", *config)
    assert run("check", made.path).code == 0
    with psycopg.connect(made.database.url) as other:
        other.execute("SELECT * FROM t")
        *notes, last = psql(made.database, made.path / "preflight.sql")
        process = other.info.backend_pid
    assert last == "preflight: all clear, forward.sql can run"
    assert any(line.startswith("note: connections that are left: connections: ") for line in notes)
    holder = f"note: who holds a lock on what changes: public.t: process {process} of postgres holds AccessShareLock"
    assert holder in notes
    assert any(line.startswith("note: tables of more than 0 MB: public.t: ") for line in notes)
    done = made.run("apply")
    assert done.code == 0, done.err
    assert "note: tables of more than 0 MB: public.t" in done.out


DRIFT = {
    "DROP TABLE t0": "table public.t0: expected it, found nothing",
    "ALTER TABLE t ALTER a TYPE bigint": "column public.t.a: expected integer, found bigint",
    "CREATE TABLE made (id int)": "table public.made: expected nothing, found it",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 9'": "function public.f(): ",
    "CREATE OR REPLACE VIEW v AS SELECT 2 AS one": "view public.v: ",
}


def test_drift_of_what_the_plan_touches_is_found_by_psql_too(lab: Lab, tmp_path: Path) -> None:
    common = "CREATE TABLE t0 (a int); CREATE TABLE t (a int);"
    old = common + "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT 1 AS one;"
    new = """CREATE TABLE made (id int); CREATE TABLE t (a int NOT NULL);
             CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'; CREATE VIEW v AS SELECT 1 AS one, 2 AS two;"""
    made = world(lab, tmp_path, old, new)
    for change, found in DRIFT.items():
        database = lab.database(old + change)
        said = psql(database, made.path / "preflight.sql")
        assert said[-1].endswith(" in the way: do not run forward.sql"), said
        assert any(found in line for line in said), said
        lab.drop(database)


def test_what_no_schema_shows_is_found_afterwards(lab: Lab, tmp_path: Path) -> None:
    sql = "CREATE TABLE t (id serial, n int GENERATED BY DEFAULT AS IDENTITY, a int);"
    made = world(lab, tmp_path, "", sql)
    assert made.run("apply").code == 0
    assert psql(made.database, made.path / "verify.sql") == ["verify: all sound"]
    made.database.psql("INSERT INTO t VALUES (7, 9, 1), (8, 10, 1)")
    made.database.psql("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 5) NOT VALID")
    with pytest.raises(AssertionError):
        made.database.psql("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")
    *problems, last = psql(made.database, made.path / "verify.sql")
    assert [line.split(": ", 1)[1] for line in problems] == [
        "an index that is not valid: public.broken: the index is not valid: drop it and build it again",
        "a constraint that is not valid: positive on public.t: it was never validated: existing rows can break it",
        "a sequence that is behind its column: sequence public.t_id_seq: it stands at 1, and the column holds 8",
        "a sequence that is behind its column: sequence public.t_n_seq: it stands at 1, and the column holds 10",
    ]
    assert last == "4 to be mended"


@pytest.fixture
def shop(lab: Lab, tmp_path: Path) -> World:
    sql = [(HERE / f"shop_v{n}.sql").read_text() for n in (1, 2)]
    return world(lab, tmp_path, *sql)


def test_the_shop_goes_there_and_back_with_its_rows(shop: World) -> None:
    shop.database.script(HERE / "rows.sql")
    assert psql(shop.database, shop.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    done = shop.run("apply")
    assert done.code == 0, done.err
    assert run("check", shop.path).code == 0
    assert psql(shop.database, shop.path / "verify.sql")[-1] == "verify: all sound"
    assert shop.run("rollback").code == 0
    assert shop.differs_from(shop.old) == ""


ANOTHER_KIND = (
    """CREATE VIEW v AS SELECT 1 AS one; CREATE TABLE d (id int); CREATE TYPE e AS ENUM ('x');
       CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0));
       CREATE TABLE u (a int); CREATE TABLE w (a int); CREATE INDEX i ON u (a);""",
    """CREATE MATERIALIZED VIEW v AS SELECT 1 AS one; CREATE VIEW d AS SELECT 1 AS id; CREATE DOMAIN e AS int;
       CREATE PROCEDURE f() LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (a int, CONSTRAINT c UNIQUE (a));
       CREATE TABLE u (a int); CREATE TABLE w (a int); CREATE INDEX i ON w (a);""",
)


def test_what_another_kind_is_called_is_no_drift(lab: Lab, tmp_path: Path) -> None:
    """A name that goes from one kind to another, or from one table to another: the start has the one alone."""
    made = world(lab, tmp_path, *ANOTHER_KIND)
    assert psql(made.database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    assert run("rehearse", made.path, "--scratch", lab.server.url()).code == 0
    assert made.run("apply").code == 0
