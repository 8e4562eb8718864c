"""`dbstrata dump postgres --from-sql` and `--from-dump` give what the database gives that they are from."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from ..lab import shop
from ..servers import Database
from .commands import refused, run

SQL = """
CREATE TYPE public.state AS ENUM ('new', 'old');
CREATE TABLE public.orders (id integer PRIMARY KEY, state public.state DEFAULT 'new', note text CHECK (note <> ''));
CREATE VIEW public.v AS SELECT id FROM public.orders;
INSERT INTO public.orders VALUES (1, 'new', 'a');
"""
ROLES = """
CREATE ROLE here;
CREATE TABLE public.t (id integer);
ALTER TABLE public.t OWNER TO "the owner";
GRANT SELECT ON public.t TO reader, here;
"""


@pytest.fixture(scope="module")
def scratch() -> Iterator[EmbeddedPostgres]:
    """A server that is not ours: what is on it is there in the end, and nothing else."""
    with EmbeddedPostgres() as server:
        server.psql("CREATE ROLE kept")
        yield server
        assert server.psql("SELECT datname FROM pg_database ORDER BY 1").split() == [
            "postgres",
            "template0",
            "template1",
        ]
        assert server.psql("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1").split() == [
            "kept",
            "postgres",
        ]


def dumped(*arguments: str | Path, stdin: bytes = b"") -> str:
    done = run("dump", "postgres", *arguments, stdin=stdin)
    assert done.code == 0, done.err
    return done.out


def test_sql_and_dumps_give_what_their_database_gives(
    database: Database, tmp_path: Path, scratch: EmbeddedPostgres
) -> None:
    case = shop()
    database.psql(case.a)
    database.psql(case.seed_a)
    wanted = dumped(database.url)
    plain, custom = tmp_path / "dump.sql", tmp_path / "dump.custom"
    pg_dump: list[str | Path] = [database.server.bin("pg_dump"), "-d", database.url]
    subprocess.run([*pg_dump, "-f", plain], check=True)
    subprocess.run([*pg_dump, "-Fc", "-f", custom], check=True)
    assert dumped("--from-sql", plain) == wanted
    assert dumped("--from-dump", custom, "--scratch", scratch.url()) == wanted


@pytest.mark.pg15
def test_a_dump_of_an_older_server_on_a_server_like_it(
    postgres15: EmbeddedPostgres, database15: Database, tmp_path: Path
) -> None:
    database15.psql(SQL)
    subprocess.run([database15.server.bin("pg_dump"), "-Fc", "-d", database15.url, "-f", tmp_path / "d"], check=True)
    assert dumped("--from-dump", tmp_path / "d", "--scratch", postgres15.url()) == dumped(database15.url)


def test_files_run_one_behind_the_other_and_from_standard_input(tmp_path: Path, scratch: EmbeddedPostgres) -> None:
    half = SQL.index("CREATE VIEW")
    (tmp_path / "1.sql").write_text(SQL[:half])
    (tmp_path / "2.sql").write_text(SQL[half:])
    to = ("--scratch", scratch.url())
    whole = dumped("--from-sql", "-", *to, stdin=SQL.encode())
    assert dumped("--from-sql", tmp_path / "1.sql", "--from-sql", tmp_path / "2.sql", *to) == whole
    assert '"name": "v"' in whole


def test_roles_that_nobody_made_are_made_and_told(tmp_path: Path, scratch: EmbeddedPostgres) -> None:
    file = tmp_path / "roles.sql"
    file.write_text(ROLES)
    done = run("dump", "postgres", "--from-sql", file, "--scratch", scratch.url())
    assert (done.code, done.err) == (
        0,
        "dbstrata: made on the scratch server, for the SQL names them: role reader, role the owner\n",
    )
    assert '"owner": "the owner"' in done.out
    assert '"to": "here"' in done.out


def test_the_database_that_a_file_connects_to_is_read(tmp_path: Path) -> None:
    """As pg_dump --create writes it; a server of ours is gone with it."""
    file = tmp_path / "create.sql"
    file.write_text(f"CREATE DATABASE shop;\n\\connect shop\n{SQL}\nALTER TABLE public.orders OWNER TO app;")
    assert '"name": "orders"' in dumped("--from-sql", file)


@pytest.mark.parametrize(
    ("sql", "code", "said"),
    [
        ("SELECT 1;\nCREATE TABLE t (a nope);", 4, 'type "nope" does not exist: {file}, line 2, on postgresql 18'),
        ("DROP ROLE nobody_is;DROP ROLE nobody_is;", 4, 'role "nobody_is" does not exist: {file}, line 1'),
        ("CREATE EXTENSION nope;", 4, 'extension "nope" is not available'),
        ("SELECT 1;\n\\connect postgres\n", 3, "it leaves the scratch database for another: {file}, line 2"),
        ("create database x;", 3, "{file}, line 1: create database"),
        ("PGDMP\x01", 2, "say --from-dump {file}"),
    ],
)
def test_a_file_that_fails(tmp_path: Path, scratch: EmbeddedPostgres, sql: str, code: int, said: str) -> None:
    file = tmp_path / "bad.sql"
    file.write_text(sql)
    done = run("dump", "postgres", "--from-sql", file, "--scratch", scratch.url())
    line = done.err.splitlines()[-1]
    assert (done.code, done.out) == (code, "")
    assert said.format(file=file) in line, line


def test_wrong_words(tmp_path: Path) -> None:
    assert "nothing to read" in refused(run("dump", "postgres"), 2)
    assert "URL and --from-sql at once" in refused(run("dump", "postgres", "postgresql://h/d", "--from-sql", "x"), 2)
    assert "--scratch beside a URL" in refused(run("dump", "postgres", "postgresql://h/d", "--scratch", "x"), 2)
    assert "cannot read: No such file" in refused(run("dump", "postgres", "--from-sql", tmp_path / "nope"), 2)
    assert "no such file" in refused(run("dump", "postgres", "--from-dump", tmp_path / "nope"), 2)
    text = tmp_path / "text.sql"
    text.write_text("SELECT 1;")
    assert "pg_restore can't read it" in refused(run("dump", "postgres", "--from-dump", text), 2)
