"""What happens in life on MySQL and MariaDB: each provoked, each one line that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dbstrata.dialects.mysql import connection, local

from ..cli.commands import Done, refused, run
from ..lab import Case
from ..mysql_servers import MyServer
from .grounds import Ground, Made, bundled

PAIR = Case(
    "pair",
    "CREATE TABLE kept (id int PRIMARY KEY); INSERT INTO kept VALUES (1);",
    "CREATE TABLE kept (id int PRIMARY KEY, more int); CREATE TABLE made (id int);",
)


@pytest.fixture
def made(ground: Ground, tmp_path: Path) -> Made:
    return bundled(ground, tmp_path, PAIR)


SEES = {"mysql": "SHOW_ROUTINE ON *.*", "mariadb": "SELECT ON mysql.proc"}
"""What a user needs to see whole routines of others."""


@contextmanager
def account(made: Made, my_server: MyServer, privileges: str, limits: str = "") -> Iterator[str]:
    """The URL of the bundle's database for a user who sees all of it, and may do that alone."""
    database = made.url.rpartition("/")[2]
    name = f"`{database}`@localhost"
    my_server.execute(
        f"CREATE USER {name} IDENTIFIED BY 'word' {limits}",
        f"GRANT {privileges} ON `{database}`.* TO {name}",
        f"GRANT {SEES[my_server.flavour]} TO {name}",
    )
    try:
        yield my_server.url(database, database, "word")
    finally:
        my_server.execute(f"DROP USER {name}")


def applied(made: Made, url: str) -> Done:
    return run("apply", made.path, url, "--yes")


def test_no_server(made: Made) -> None:
    said = refused(applied(made, "mysql://nobody@127.0.0.1:1/x"), 4)
    assert "connection refused" in said
    assert "bind_address" in said


def test_no_such_host_and_no_such_database(made: Made, my_server: MyServer) -> None:
    assert "there is no such host" in refused(applied(made, "mysql://nobody@no.such.host.invalid/x"), 4)
    assert "there is no such database" in refused(applied(made, my_server.url("dbstrata_no_such")), 4)


def test_a_password_that_is_wrong(made: Made, my_server: MyServer) -> None:
    with account(made, my_server, "ALL") as url:
        said = refused(applied(made, url.replace(":word@", ":sesame@")), 4)
    assert "the server refused user or password" in said
    assert "MYSQL_PWD" in said
    assert "sesame" not in said


def test_tls_that_is_not_to_be_trusted(made: Made) -> None:
    """MySQL makes its own certificate, which nobody has signed; MariaDB before 11.4 has none."""
    said = refused(applied(made, f"{made.url}?ssl-mode=VERIFY_CA"), 4)
    assert "TLS with the server failed" in said
    assert "ssl-mode, ssl-ca" in said


def test_what_a_user_may_not_do(made: Made, my_server: MyServer) -> None:
    """The GRANT that helps is in the line; when it is given, the next right is asked for."""
    database, rights = made.url.rpartition("/")[2], "SELECT, SHOW VIEW, TRIGGER, EVENT, INSERT"
    with account(made, my_server, rights) as url:
        missing: list[str] = []
        while (done := applied(made, url) if not missing else run("apply", made.path, url, "--yes", "--resume")).code:
            assert done.code == 4, done.err
            assert done.err.count("\n") == 1
            assert "the user may not do that" in done.err
            right = done.err.partition("have it granted: GRANT ")[2].partition(" ON ")[0]
            assert "SELECT CURRENT_USER()" in done.err
            assert right not in missing
            missing.append(right)
            my_server.execute(f"GRANT {right} ON `{database}`.* TO `{database}`@localhost")
    assert sorted(missing) == ["ALTER", "CREATE"]
    assert made.differs_from(made.new) == ""


def test_no_connection_left(made: Made, my_server: MyServer) -> None:
    with account(made, my_server, "ALL", "WITH MAX_USER_CONNECTIONS 1") as url, connection.connection(url):
        assert "the user has no connection left" in refused(applied(made, url), 4)


def test_a_statement_that_takes_too_long(made: Made, my_server: MyServer) -> None:
    """MySQL's max_execution_time is for SELECT alone, and no change of a schema is one."""
    if my_server.flavour == "mysql":
        pytest.skip("MySQL has no such limit")
    with my_server.connect(made.url.rpartition("/")[2]) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM kept")
        with account(made, my_server, "ALL", "WITH MAX_STATEMENT_TIME 1") as url:
            done = applied(made, url)
    assert done.code == 4
    assert "the server cancelled the statement" in done.err
    assert "MAX_STATEMENT_TIME 0" in done.err
    assert made.run("apply", "--resume").code == 0


def test_no_room_for_the_rows(ground: Ground, my_server: MyServer, tmp_path: Path) -> None:
    """Of a table in memory, which takes 16 MB: what a full disk is to others."""
    wide = ", ".join(f"c{n} char(250) CHARACTER SET utf8mb4 DEFAULT 'x'" for n in range(4))
    case = Case("full", "CREATE TABLE t (a int) ENGINE=MEMORY;", f"CREATE TABLE t (a int, {wide}) ENGINE=MEMORY;")
    made = bundled(ground, tmp_path, case)
    my_server.execute(
        f"INSERT INTO t VALUES {', '.join(['(1)'] * 5000)}",
        database=made.url.rpartition("/")[2],
    )
    done = made.run("apply")
    assert done.code == 4
    assert "the server has no room left" in done.err
    assert "nothing has changed" in done.err
    assert made.differs_from(made.old) == ""


def test_a_server_that_only_reads(my_server: MyServer, made: Made) -> None:
    """A server of our own: the setting is the whole server's."""
    if local.program_of(my_server.flavour) is None:
        pytest.skip(f"no server program of {my_server.flavour} on this machine")
    with local.started(my_server.flavour, "--skip-networking", "--read-only=ON") as server:
        root = connection.connect(server.url).connection
        with root, root.cursor() as cursor:
            for sql in (
                "CREATE DATABASE d CHARACTER SET utf8mb4",
                "CREATE TABLE d.kept (id int PRIMARY KEY)",
                "CREATE USER u@localhost",
            ):
                cursor.execute(sql)
            cursor.execute("GRANT ALL ON d.* TO u@localhost")
            cursor.execute(f"GRANT {SEES[my_server.flavour]} TO u@localhost")
        url = server.url.replace("root@", "u@").replace("/mysql?", "/d?")
        done = applied(made, url)
    assert done.code == 4, done.err
    assert "the server only reads now" in done.err
    assert "connect to the primary" in done.err


def test_a_version_that_is_not_known(made: Made, my_server: MyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    known = connection.FLAVOURS[my_server.flavour]
    monkeypatch.setitem(connection.FLAVOURS, known.name, replace(known, oldest=990000))
    assert "is too old" in refused(applied(made, made.url), 4)
    monkeypatch.setitem(connection.FLAVOURS, known.name, replace(known, newest_tested=known.oldest))
    said = refused(applied(made, made.url), 3)
    assert "is newer than any that dbstrata knows" in said
    assert "--untested-server" in said
