"""`dbstrata script` and `build`: the text around the statements, and that stock psql takes it whatever the names."""

import re
import subprocess
from pathlib import Path

import pytest

from dbstrata.snapshots.model import Grant, Unmodelled
from dbstrata.snapshots.naming import quote
from dbstrata.snapshots.postgres import Check, Column, Enum, Schema
from dbstrata.templates.filters import filters

from ..servers import Database
from .commands import refused, run, snapshot, table, written

PUBLIC = Schema(name="public", owner="pg_database_owner", comment="standard public schema")
GONE = Column(name="gone", type="text")
OLD = snapshot(PUBLIC, table("t", Column(name="id", type="integer"), GONE, owner="anna"))
NEW = snapshot(
    PUBLIC,
    table(
        "t",
        Column(name="id", type="integer", not_null=True),
        owner="anna",
        acl=(Grant(to="bert", privileges=("SELECT",)),),
        constraints=(Check(name="positive", expression="(id > 0)"),),
    ),
    table("u", owner="anna", comment="new"),
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.chdir(tmp_path)
    return written(tmp_path, "old.json", OLD), written(tmp_path, "new.json", NEW)


def test_the_header_says_what_to_know_before_running_it(files: tuple[Path, Path]) -> None:
    header, _, rest = run("script", *files, "--ignore", "comment").out.partition("\n\n")
    lines = header.splitlines()
    assert all(line == "--" or line.startswith("-- ") for line in lines)
    assert re.fullmatch(r"-- dbstrata \S+: forward", lines[0])
    assert re.fullmatch("-- from  [0-9a-f]{64}", lines[2])
    assert re.fullmatch("-- to    [0-9a-f]{64}", lines[3])
    assert "-- for   postgresql 18.6" in lines
    assert "-- run   psql -X -v ON_ERROR_STOP=1 -f FILE DATABASE" in lines
    assert "-- DATA LOSS: drop column public.t.gone: the column's values in every row" in lines
    assert "--     NULLs in the column:" in lines
    assert "--         column public.t.id" in lines
    roles = lines.index("-- These roles must exist")
    assert lines[roles + 1 : roles + 3] == ["--     anna", "--     bert"]
    assert lines[-1] == "--     comment"
    assert rest.startswith("SET client_encoding = 'UTF8';\n\nBEGIN;\nSET LOCAL search_path = '';\n")
    assert rest.endswith("\n\nCOMMIT;\n")


def test_the_header_counts_the_risks_and_build_has_none(files: tuple[Path, Path]) -> None:
    header = run("script", *files).out.partition("\n\n")[0].splitlines()
    first = header.index("-- RISKS, by code: how many; docs/risks says what each means")
    assert header[first + 1 : first + 3] == ["--     DB101 drops-column: 1", "--     DB202 scans-table: 1"]
    assert "DB" not in run("build", files[1], "--ignore", "privileges").out


def test_each_statement_or_group_says_why(files: tuple[Path, Path]) -> None:
    found = run("script", *files).out
    assert "\n\n\n" not in found
    _, *groups = found.partition("lock_timeout = '10s';\n\n")[2].removesuffix("\n\nCOMMIT;\n").split("\n\n-- ")
    assert len(groups) >= 4
    assert (
        "\n-- DATA LOSS: drop column public.t.gone: the column's values in every row\n"
        "-- DB101 drops-column: column public.t.gone: the column's values in every row\n"
        "-- DB203 locks-out-all: table public.t: ACCESS EXCLUSIVE\n"
        "-- DB401 removes-object: column public.t.gone: it is not in the new schema\n"
        "ALTER TABLE public.t\n" in found
    )
    assert "-- column public.t.id: change of not null; can fail on NULLs in the column\n" in found
    assert "-- table public.u: new\n" in found
    assert "-- check public.t.positive: new; can fail on rows that break it\n" in found
    assert found.count("table public.u: new") == 1


def test_the_way_back_says_what_does_not_come_back(files: tuple[Path, Path]) -> None:
    found = run("script", *files, "--rollback").out
    assert re.match(r"-- dbstrata \S+: rollback\n", found)
    assert (
        "-- NOT BROUGHT BACK: these are made again, without\n--     column public.t.gone: the column's values" in found
    )
    assert "-- DATA LOSS: drop table public.u: every row of the table\n" in found
    forward = run("script", *files).out.splitlines()
    back = found.splitlines()
    assert forward[2].split()[2] == back[3].split()[2]
    assert forward[3].split()[2] == back[2].split()[2]


def test_equal_snapshots_make_a_script_without_statements(files: tuple[Path, Path]) -> None:
    found = run("script", files[0], files[0]).out
    assert "-- Nothing to do" in found
    assert all(line.startswith("--") for line in found.splitlines())


def test_parts_are_numbered_with_their_reason(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", snapshot(Enum(schema="public", name="e", labels=("a",))))
    new = written(
        tmp_path,
        "new.json",
        snapshot(
            Enum(schema="public", name="e", labels=("a", "b")),
            table("t", Column(name="e", type="public.e", depends_on=("enum public.e",))),  # type: ignore[arg-type]
        ),
    )
    found = run("script", old, new).out
    if "-- Part 1 of 2" in found:
        assert "-- Part 1 of 2, one transaction: what it adds can be used only after a commit\n" in found
        assert found.count("\nBEGIN;\n") == found.count("\nCOMMIT;\n") == 2


def test_unmodelled_differences_are_refused_unless_allowed_by_name(tmp_path: Path) -> None:
    before = snapshot(
        Unmodelled(name="(a AS b)", type="cast", digest="1"), Unmodelled(name="x", type="tree", digest="1")
    )
    after = snapshot(
        Unmodelled(name="(a AS b)", type="cast", digest="2"), Unmodelled(name="x", type="tree", digest="2")
    )
    files = written(tmp_path, "old.json", before), written(tmp_path, "new.json", after)
    assert "unmodelled cast (a AS b) differs" in refused(run("script", *files), 3)
    assert "unmodelled tree x differs" in refused(run("script", *files, "--allow", "unmodelled:cast *"), 3)
    for allow in (["--allow", "unmodelled"], ["--allow", "unmodelled:cast *", "--allow", "unmodelled:*tree*"]):
        found = run("script", *files, *allow)
        assert found.code == 0
        assert "--     unmodelled cast (a AS b)\n--     unmodelled tree x\n" in found.out
    assert "no such code 'modelled'" in refused(run("script", *files, "--allow", "modelled"), 2)


@pytest.mark.parametrize("text", ["10", "500ms", "10s", "0"])
def test_a_lock_timeout_is_a_time(files: tuple[Path, Path], text: str) -> None:
    assert f"SET LOCAL lock_timeout = '{text}';\n" in run("script", *files, "--lock-timeout", text).out


@pytest.mark.parametrize("text", ["", "soon", "1s'; DROP", "-1"])
def test_a_lock_timeout_is_nothing_else(files: tuple[Path, Path], text: str) -> None:
    assert "no time" in refused(run("script", *files, f"--lock-timeout={text}"), 2)


LINE_ENDS = ("\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\u202e", "\0", "\x1b")


@pytest.mark.parametrize("end", LINE_ENDS)
def test_no_line_end_of_any_kind_leaves_a_comment(end: str) -> None:
    line = filters("postgres")["one_line"](f"a{end}\\! id")
    assert len(line.splitlines()) == 1
    assert line.isprintable()


@pytest.mark.parametrize(
    ("sql", "safe"),
    [
        ('a[1:"USER"]', 'a[1: "USER"]'),
        ("a[lo:hi]", "a[lo: hi]"),
        ("a[1:2]", "a[1: 2]"),
        ("a::text", "a::text"),
        ('a::"USER"[]', 'a::"USER"[]'),
        (
            "':USER' || \":USER\" || $$:USER$$ || $a$ :USER $b$ $a$",
            "':USER' || \":USER\" || $$:USER$$ || $a$ :USER $b$ $a$",
        ),
        ("E'\\':USER'", "E'\\':USER'"),
        ("'\\' :x", "'\\' : x"),
        ("-- :x\n:x", "-- :x\n: x"),
        ("f(a := 1)", "f(a := 1)"),
        (":{?x}", ": {?x}"),
    ],
)
def test_psql_finds_no_variable(sql: str, safe: str) -> None:
    assert filters("postgres")["for_psql"](sql) == safe


NAMES = [
    "a\nb", "x */ y", "/* x", "-- dash", "\\! touch trap", "\n\\! touch trap\n", "a\r\\! touch trap", "a:USER", ":USER",
    ":'USER'", ':"USER"', "{{ 7*7 }}", "{% raw %}", "semi;colon", 'quo"te', "it's", "\u2028\\! touch trap", "$$",
    "$body$", "ünï", "select", "é" * 31, "tab\there", "a\u0085b", "\v\f", "\u202eevil", "back\\slash", "E'\\''",
    "%s", " ",
]  # fmt: skip
NASTY = """
CREATE SCHEMA {n};
CREATE TABLE {n}.{n} ({n} text DEFAULT {s}, "USER" integer, a integer[], CONSTRAINT {c} CHECK ({n} <> {s}));
COMMENT ON TABLE {n}.{n} IS {s};
COMMENT ON COLUMN {n}.{n}.{n} IS {s};
CREATE VIEW {n}.{v} AS SELECT {n}, a[1:"USER"] AS s, {s}::text AS k, '{{"a": 1}}'::jsonb AS j FROM {n}.{n};
CREATE FUNCTION {n}.{f}({n} text) RETURNS text LANGUAGE sql AS {body};
CREATE FUNCTION {n}.{g}(x integer[]) RETURNS integer[] LANGUAGE sql
    BEGIN ATOMIC SELECT x[1:array_length(x, 1)]; SELECT x[1:2]; END;
CREATE TYPE {n}.{e} AS ENUM ({s}, 'b');
CREATE POLICY {p} ON {n}.{n} USING ({n} = {s});
CREATE INDEX {i} ON {n}.{n} ((a[1:"USER"]));
"""


def _literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _nasty(name: str) -> str:
    names = {letter: quote(letter + name) for letter in "cvfgepi"}
    body = _literal(f"SELECT {_literal(name)} /* $$ $body$ :USER */")
    return NASTY.format(n=quote(name), s=_literal(name), body=body, **names)


def test_nasty_names_come_out_right_and_run_nothing(database: Database, database2: Database, tmp_path: Path) -> None:
    """Built by stock psql with variables set that such names could name, it is the same schema; and dropped again."""
    import psycopg

    with psycopg.connect(database.url, autocommit=True) as connection:
        for name in NAMES:
            connection.execute(_nasty(name).encode())
    snap, build, drop = tmp_path / "a.json", tmp_path / "build.sql", tmp_path / "drop.sql"
    assert run("dump", "postgres", database.url, "-o", snap).code == 0
    assert run("build", snap, "-o", build) == (0, "", "")
    assert run("script", snap, "empty", "-o", drop) == (0, "", "")
    _psql(database2, build)
    again = tmp_path / "b.json"
    assert run("dump", "postgres", database2.url, "-o", again).code == 0
    assert run("diff", snap, again, "--exit-code") == (0, "", "")
    _psql(database2, drop)
    assert run("dump", "postgres", database2.url, "-o", again).code == 0
    assert run("diff", again, "empty", "--exit-code") == (0, "", "")
    assert not (tmp_path / "trap").exists()


def _psql(database: Database, file: Path) -> None:
    variables = [part for name in ("USER", "hi", "x", "1", "2") for part in ("-v", f"{name}=broken by psql")]
    command: list[str | Path] = [
        database.server.bin("psql"),
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        *variables,
        "-d",
        database.url,
        "-f",
        file,
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False, cwd=file.parent)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_build_runs_on_a_new_database(database: Database, database2: Database, tmp_path: Path) -> None:
    """A new database has its schema public, which the script does not make again, but alters if it must."""
    database.psql("REVOKE USAGE ON SCHEMA public FROM PUBLIC; CREATE TABLE t (a integer PRIMARY KEY)")
    snap, build = tmp_path / "a.json", tmp_path / "build.sql"
    assert run("dump", "postgres", database.url, "-o", snap).code == 0
    assert run("build", snap, "-o", build) == (0, "", "")
    assert "CREATE SCHEMA" not in build.read_text()
    database2.script(build)
    assert database2.canonical() == database.canonical()


def test_a_script_is_utf8_and_says_so(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """psql would take the client's encoding from its environment."""
    snap = written(tmp_path, "a.json", snapshot(PUBLIC_18, table("ünï", constraints=())))
    build = tmp_path / "build.sql"
    assert run("build", snap, "--ignore", "owner", "-o", build) == (0, "", "")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    database.script(build)
    monkeypatch.delenv("PGCLIENTENCODING")
    assert database.psql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace").strip() == "ünï"


PUBLIC_18 = Schema(
    name="public",
    owner="pg_database_owner",
    comment="standard public schema",
    acl=(Grant(to="PUBLIC", privileges=("USAGE",)),),
)


DATES = snapshot(PUBLIC, table("t", Column(name="c", type="date")))
NUMBERS = snapshot(PUBLIC, table("t", Column(name="c", type="integer")))
TEXTS = snapshot(PUBLIC, table("t", Column(name="c", type="text")))


@pytest.fixture
def retyped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "texts.json", TEXTS)
    return written(tmp_path, "old.json", NUMBERS), written(tmp_path, "new.json", DATES)


def test_a_change_of_type_without_a_cast_is_asked_about(retyped: tuple[Path, Path]) -> None:
    message = refused(run("script", *retyped), 3)
    assert "type of column public.t.c: PostgreSQL has no cast from integer to date" in message
    assert "--using 'column public.t.c=EXPRESSION'" in message
    assert "[[using]]" in message


def test_the_answer_stands_in_the_script(retyped: tuple[Path, Path]) -> None:
    answer = "column public.t.c=date '2000-01-01' + c"
    found = run("script", *retyped, "--using", answer).out
    assert "    ALTER COLUMN c TYPE date USING date '2000-01-01' + c;" in found
    assert "-- CARE: these fail, and undo their transaction, if there are" in found
    refused(run("script", *retyped, "--using", "column public.t.c"), 2)
    assert "has column public.t.x" in refused(run("script", *retyped, "--using", "column public.t.x=c"), 2)


def test_the_settings_hold_an_answer_for_each_direction(retyped: tuple[Path, Path]) -> None:
    Path("dbstrata.toml").write_text(
        """
        [[using]]
        column = "public.t.c"
        type = "date"
        using = "date '2000-01-01' + c"
        [[using]]
        column = "public.t.c"
        type = "integer"
        using = "c - date '2000-01-01'"
        [[using]]
        column = "public.other.c"
        using = "c"
        """
    )
    assert "TYPE date USING date '2000-01-01' + c;" in run("script", *retyped).out
    assert "TYPE integer USING c - date '2000-01-01';" in run("script", *retyped, "--rollback").out


def test_an_answer_counts_where_a_cast_would_do_and_not_where_values_are_assigned(retyped: tuple[Path, Path]) -> None:
    files = "texts.json", retyped[0]
    assert "TYPE integer USING c::integer;" in run("script", *files).out
    answer = "column public.t.c=nullif(c, '')::integer"
    assert "TYPE integer USING nullif(c, '')::integer;" in run("script", *files, "--using", answer).out
    assert "TYPE text;" in run("script", *files, "--using", answer, "--rollback").out
