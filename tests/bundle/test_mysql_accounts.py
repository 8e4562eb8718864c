"""Accounts that a bundle names on MySQL and MariaDB: in the header, in the preflight, on scratch servers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbstrata.dialects.mysql import local

from ..cli.commands import refused, run
from ..mysql_servers import MyDatabase, MyServer
from .grounds import Ground
from .test_mysql import asked

TABLE = "CREATE TABLE t (a int);"
VIEW = "CREATE DEFINER={definer} VIEW v AS SELECT a FROM t;"


@pytest.fixture
def account(my_server: MyServer, my_database: MyDatabase) -> Iterator[str]:
    """One that may log in."""
    name = f"`{my_database.name}`@`%`"
    my_server.execute(f"CREATE USER {name}")
    yield name
    my_server.execute(f"DROP USER IF EXISTS {name}")


Bundle = Callable[[str], tuple[Path, MyDatabase]]


@pytest.fixture
def bundle(my_server: MyServer, my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> Bundle:
    """From the table to more, with who may do what; and the database that is at its start."""

    def make(more: str) -> tuple[Path, MyDatabase]:
        my_database.script(TABLE)
        my_database2.script(TABLE + more)
        for database, name in ((my_database, "a"), (my_database2, "b")):
            assert run("dump", "mysql", database.url, "--privileges", "-o", tmp_path / f"{name}.json").code == 0
        done = run("bundle", tmp_path / "a.json", tmp_path / "b.json", "-o", tmp_path / "release", "--allow", "DB*")
        assert done.code == 0, done.err
        return tmp_path / "release", my_database

    return make


def test_an_account_that_is_not_there(bundle: Bundle, account: str, my_server: MyServer) -> None:
    """It stands in the header, both preflights refuse, and no GRANT makes it."""
    path, database = bundle(f"GRANT SELECT ON t TO {account};")
    forward = (path / "forward.sql").read_text("utf-8")
    assert f"-- These accounts must exist\n--     {account}" in forward
    assert asked(database, path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    my_server.execute(f"DROP USER {account}")
    said = asked(database, path / "preflight.sql")
    assert said[0] == f"problem: an account that the script names: {account}: there is no such account"
    assert said[-1] == "1 in the way: do not run forward.sql"
    assert f"the server lacks roles or accounts: {account}" in refused(run("apply", path, database.url, "--yes"), 3)
    with pytest.raises(AssertionError):
        database.script(forward)
    assert my_server.execute(f"SELECT User FROM mysql.user WHERE User = '{database.name}'") == []


def test_an_account_on_a_scratch_server(bundle: Bundle, account: str, ground: Ground, my_server: MyServer) -> None:
    """One that is named must have it; on our own it is made."""
    path, _ = bundle(f"GRANT SELECT ON t TO {account};")
    assert run("rehearse", path, "--scratch", ground.scratch).code == 0
    my_server.execute(f"DROP USER {account}")
    done = run("rehearse", path, "--scratch", ground.scratch)
    assert done.code == 3
    assert f"the scratch server lacks accounts: {account}" in done.err
    if local.program_of(my_server.flavour) is not None:
        done = run("rehearse", path)
        assert done.code == 0, done.err


def test_a_definer_that_is_not_there(bundle: Bundle, account: str, my_server: MyServer) -> None:
    """Worth a note: the server makes the view all the same."""
    path, database = bundle(VIEW.format(definer=account))
    assert f"-- These accounts must exist\n--     {account}" in (path / "forward.sql").read_text("utf-8")
    assert asked(database, path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    my_server.execute(f"DROP USER {account}")
    said = asked(database, path / "preflight.sql")
    assert said[0].startswith(f"note: a definer that the script names: {account}: there is no such account")
    assert said[1:] == ["preflight: all clear, forward.sql can run"]
