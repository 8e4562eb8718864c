"""What happens in life on MySQL and MariaDB: each provoked, each one line that says what to do."""

import socket
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dbstrata.dialects import server
from dbstrata.dialects.mysql import connection, local
from dbstrata.snapshots.errors import LockTimeout, ServerFailed

from ..cli.commands import Done, refused, run, speaking
from ..faults.proxy import proxy
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
def account(made: Made, my_server: MyServer, privileges: str, limits: str = "") -> Generator[str]:
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


@contextmanager
def own_server(flavour: str, *options: str) -> Generator[tuple[Any, str]]:
    """A server with these options: root's connection to it, and the URL of its database `d` for user `u`, by TCP."""
    if local.program_of(flavour) is None:
        pytest.skip(f"no server program of {flavour} on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with local.started(flavour, f"--port={port}", "--bind-address=127.0.0.1", *options) as own:
        root = connection.connect(own.url).connection
        sees = f"GRANT {SEES[flavour]} TO u@localhost"
        execute(root, "CREATE DATABASE d", "CREATE USER u@localhost", "GRANT ALL ON d.* TO u@localhost", sees)
        yield root, f"mysql://u@127.0.0.1:{port}/d"


def execute(root: Any, *statements: str) -> None:
    with root.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def applied(made: Made, url: str) -> Done:
    return run("apply", made.path, url, "--yes")


def test_no_server(made: Made) -> None:
    said = refused(applied(made, "mysql://nobody@127.0.0.1:1/x"), 4)
    assert "no server listens there: connection refused" in said
    assert "bind_address" in said


def test_no_such_place(made: Made, my_server: MyServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = f"mysql://nobody@127.0.0.1:{mute.getsockname()[1]}/x?connect-timeout=1"
        assert "the host does not answer" in refused(applied(made, silent), 4)
    assert "no server listens on that socket" in refused(applied(made, "mysql://nobody@/x?socket=/no/such"), 4)
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


def test_an_account_that_does_not_let_in(made: Made, my_server: MyServer) -> None:
    """Locked; its password has expired, which MariaDB tells at the first statement; it has no privilege here."""
    with account(made, my_server, "ALL", "ACCOUNT LOCK") as url:
        said = refused(applied(made, url), 4)
    assert "the account is locked" in said
    assert "ACCOUNT UNLOCK" in said
    with account(made, my_server, "ALL", "PASSWORD EXPIRE") as url:
        said = refused(applied(made, url), 4)
    assert "the password has expired" in said
    assert "ALTER USER" in said
    with account(made, my_server, "ALL") as url:
        assert "the user may not use this database" in refused(applied(made, f"{url.rpartition('/')[0]}/nobodys"), 4)


def test_a_user_who_must_come_by_tls(made: Made, my_server: MyServer) -> None:
    """MariaDB says of him what it says of a wrong password; MySQL says it first where all must."""
    with own_server(my_server.flavour, "--require-secure-transport=ON") as (_, url):
        said = refused(applied(made, f"{url}?ssl-mode=DISABLED"), 4)
    words = {"mysql": "the server wants TLS", "mariadb": "the server refused user or password"}
    assert words[my_server.flavour] in said
    assert "ssl-mode=REQUIRED" in said


def test_tls_that_is_required_of_a_server_without(made: Made, my_server: MyServer) -> None:
    without = {"mysql": "--tls-version=", "mariadb": "--skip-ssl"}[my_server.flavour]
    with own_server(my_server.flavour, without) as (_, url):
        said = refused(applied(made, f"{url}?ssl-mode=REQUIRED"), 4)
        assert applied(made, url).code == 3
    assert "TLS with the server failed" in said


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no second address of their own")
def test_a_host_that_is_not_let_in(made: Made, my_server: MyServer) -> None:
    """It comes from an address that no account is for; then from one that has hung up too often."""
    with own_server(my_server.flavour, "--max-connect-errors=1") as (root, url):
        host, port = urlsplit(url).hostname, urlsplit(url).port
        assert host and port
        with proxy(host, port, "127.0.0.2") as between:
            elsewhere = url.replace(f":{port}/", f":{between.port}/")
            assert "the server does not let this host in" in refused(applied(made, elsewhere), 4)
            execute(root, "CREATE USER u@'127.0.0.2'")
            for _ in range(3):
                with socket.create_connection(("127.0.0.1", between.port)) as hasty:
                    hasty.recv(1)
            said = refused(applied(made, elsewhere), 4)
    assert "the server has blocked this host after too many errors" in said
    assert "FLUSH HOSTS" in said


def test_the_servers_last_connection(made: Made, my_server: MyServer) -> None:
    with own_server(my_server.flavour, "--max-connections=10") as (_, url), ExitStack() as others:
        with suppress(ServerFailed):
            for _ in range(12):
                others.enter_context(connection.connection(url))
        assert "the server has no connection left" in refused(applied(made, url), 4)


def test_ways_of_logging_in_that_the_driver_does_not_know(made: Made, my_server: MyServer) -> None:
    """A user of the socket; a password that it has no package for; one of the kind before 4.1."""
    if my_server.flavour == "mysql":
        with account(made, my_server, "ALL") as url:
            said = refused(applied(made, f"{url}?ssl-mode=DISABLED"), 4)
        assert "without TLS this way of logging in needs the package cryptography" in said
        return
    with own_server("mariadb", "--plugin-load-add=auth_ed25519", "--secure-auth=OFF") as (root, url):
        for user, way in (
            ("here", "unix_socket"),
            ("new", "ed25519 USING PASSWORD('word')"),
            ("old", "mysql_old_password USING '0123456789abcdef'"),
        ):
            execute(root, f"CREATE USER {user}@localhost IDENTIFIED VIA {way}")
        here, new, old = (
            refused(applied(made, url.replace("u@", f"{user}:word@")), 4) for user in ("here", "new", "old")
        )
    assert "the server lets that user in by another way alone" in here
    assert "this way of logging in needs the package pynacl" in new
    assert "python -m pip install pynacl" in new
    assert "the server wants a way of logging in that the driver does not know" in old


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_another_service(made: Made, greeting: bytes) -> None:
    with speaking(greeting) as port:
        said = refused(applied(made, f"mysql://nobody@127.0.0.1:{port}/x"), 4)
    assert "what listens there hung up, or speaks no MySQL" in said


def test_a_setting_that_forbids_it(my_server: MyServer) -> None:
    """Files may be read and written in one folder alone."""
    with (
        own_server(my_server.flavour, "--secure-file-priv=/dev") as (root, _),
        pytest.raises(ServerFailed, match="the server's settings forbid it"),
        connection.explained("here"),
    ):
        execute(root, "SELECT 1 INTO OUTFILE '/tmp/dbstrata'")


def test_a_deadlock_and_a_statement_that_is_cancelled(made: Made, my_server: MyServer) -> None:
    """DDL is no victim where a transaction is one: of two that change rows, ours has changed fewer."""
    with my_server.connect(made.url.rpartition("/")[2]) as other, server("mysql").open_executor(made.url) as session:
        ((process,),) = session.rows("SELECT CONNECTION_ID()")
        with other.cursor() as cursor:
            cursor.execute(f"INSERT INTO kept VALUES {', '.join(f'({n})' for n in range(2, 500))}")
            cursor.execute("BEGIN")
            cursor.execute("UPDATE kept SET id = -id WHERE id > 2")
            session.run("BEGIN")
            session.run("UPDATE kept SET id = -1 WHERE id = 1")
            waits = threading.Thread(target=cursor.execute, args=("UPDATE kept SET id = -100000 WHERE id = 1",))
            waits.start()
            time.sleep(1)
            with pytest.raises(LockTimeout, match="the server broke a deadlock"):
                session.run("UPDATE kept SET id = 0 WHERE id = -400")
            waits.join()
        threading.Timer(0.5, my_server.execute, [f"KILL QUERY {process}"]).start()
        with pytest.raises(ServerFailed, match="someone cancelled the statement"):
            session.run("UPDATE kept SET id = 0 WHERE id = -400")


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


def test_rows_that_the_preflight_does_not_ask_for(ground: Ground, my_server: MyServer, tmp_path: Path) -> None:
    """No year."""
    made = bundled(ground, tmp_path, Case("year", "CREATE TABLE t (a int);", "CREATE TABLE t (a year);"))
    my_server.execute("INSERT INTO t VALUES (300)", database=made.url.rpartition("/")[2])
    done = made.run("apply")
    assert done.code == 4, done.err
    assert "rows stand in the way" in done.err
    assert "nothing has changed" in done.err


def test_a_server_that_only_reads(my_server: MyServer, made: Made) -> None:
    """A server of our own: the setting is the whole server's."""
    with own_server(my_server.flavour, "--read-only=ON") as (root, url):
        execute(root, "ALTER DATABASE d CHARACTER SET utf8mb4", "CREATE TABLE d.kept (id int PRIMARY KEY)")
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
