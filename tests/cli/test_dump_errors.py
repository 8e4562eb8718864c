"""`dbstrata dump` in a bad life, each case provoked for real: one line that says what to do, exit code 4, no file."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from .commands import speaking

SECRET = "tell-nobody"
HBA = """
host all postgres 127.0.0.1/32 trust
host all locked   127.0.0.1/32 reject
host all full     127.0.0.1/32 trust
host all all      127.0.0.1/32 scram-sha-256
"""
SETUP = f"""
CREATE ROLE asked LOGIN PASSWORD '{SECRET}';
CREATE ROLE locked LOGIN;
CREATE ROLE full LOGIN CONNECTION LIMIT 0;
CREATE DATABASE closed;
REVOKE CONNECT ON DATABASE closed FROM PUBLIC;
CREATE TABLE t (a int CHECK (a > 0) DEFAULT 1 + 1);
CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
"""


@pytest.fixture(scope="module")
def strict_server() -> Iterator[EmbeddedPostgres]:
    """A server that asks everyone but the superuser for a password."""
    with EmbeddedPostgres() as server:
        server.psql(SETUP)
        (server.data / "pg_hba.conf").write_text(HBA)
        server.psql("SELECT pg_reload_conf()")
        while "reject" not in server.psql("SELECT string_agg(auth_method, ',') FROM pg_hba_file_rules"):
            time.sleep(0.05)
        yield server


def url(server: EmbeddedPostgres, user: str = "postgres", database: str = "postgres") -> str:
    return f"postgresql://{user}@127.0.0.1:{server.port}/{database}"


def dump(target: str, output: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing on its standard input."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(
        [sys.executable, "-m", "dbstrata", "dump", "postgres", target, "-o", str(output), *options],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=60,
        env={**kept, "PGCONNECT_TIMEOUT": "10", **environment},
        check=False,
    )


def assert_failed(done: subprocess.CompletedProcess[str], output: Path, *words: str, code: int = 4) -> None:
    """One line on stderr with these words in it, nothing on stdout, no file, no password."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("dbstrata: ")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr
    assert SECRET not in done.stderr
    assert list(output.parent.iterdir()) == []


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "schema.json"


def test_wrong_password(strict_server: EmbeddedPostgres, output: Path) -> None:
    done = dump(url(strict_server, f"asked:{SECRET}x"), output)
    assert_failed(done, output, "the server refused the password", "127.0.0.1", str(strict_server.port), "user asked")


def test_no_password(strict_server: EmbeddedPostgres, output: Path) -> None:
    assert_failed(
        dump(url(strict_server, "asked"), output), output, "the server wants a password and got none", "PGPASSFILE"
    )


def test_right_password_from_the_password_file(strict_server: EmbeddedPostgres, tmp_path: Path, output: Path) -> None:
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:{strict_server.port}:*:asked:{SECRET}\n")
    passwords.chmod(0o600)
    done = dump(url(strict_server, "asked"), output, PGPASSFILE=str(passwords))
    assert done.returncode == 0, done.stderr
    assert SECRET not in output.read_text()


def test_service_file(strict_server: EmbeddedPostgres, tmp_path: Path, output: Path) -> None:
    services = tmp_path / "services"
    services.write_text(f"[here]\nhost=127.0.0.1\nport={strict_server.port}\nuser=postgres\ndbname=postgres\n")
    done = dump("service=here", output, PGSERVICEFILE=str(services))
    assert done.returncode == 0, done.stderr


def test_no_such_host(output: Path) -> None:
    assert_failed(
        dump("postgresql://u@no.such.host.invalid/d", output), output, "there is no such host", "no.such.host.invalid"
    )


def test_connection_refused(output: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert_failed(
        dump(f"postgresql://u@127.0.0.1:{port}/d", output),
        output,
        "no server listens there: connection refused",
        str(port),
    )


def test_no_socket(output: Path) -> None:
    done = dump("postgresql://u@/d?host=/no/such/folder", output)
    assert_failed(done, output, "no server listens on that socket", "/no/such/folder")


def test_nobody_answers(output: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        done = dump(f"postgresql://u@127.0.0.1:{mute.getsockname()[1]}/d", output, PGCONNECT_TIMEOUT="2")
    assert_failed(done, output, "the host does not answer", "firewalls")


def test_another_service(output: Path) -> None:
    with speaking(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        done = dump(f"postgresql://u@127.0.0.1:{port}/d", output)
    assert_failed(done, output, "what listens there hung up, or speaks no PostgreSQL")


def test_no_such_database(strict_server: EmbeddedPostgres, output: Path) -> None:
    done = dump(url(strict_server, database="nowhere"), output)
    assert_failed(done, output, "there is no such database", "database nowhere")


def test_role_missing(strict_server: EmbeddedPostgres, output: Path) -> None:
    """A server with passwords doesn't tell that a role is missing; one that trusts does."""
    (strict_server.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n")
    strict_server.psql("SELECT pg_reload_conf()")
    try:
        deadline = time.monotonic() + 10
        while (done := dump(url(strict_server, "ghost"), output)).stderr.count("role") == 0:
            assert time.monotonic() < deadline, done.stderr
        assert_failed(done, output, "there is no such role, or it may not log in", "user ghost", "CREATE ROLE")
    finally:
        (strict_server.data / "pg_hba.conf").write_text(HBA)
        strict_server.psql("SELECT pg_reload_conf()")


def test_not_let_in(strict_server: EmbeddedPostgres, output: Path) -> None:
    assert_failed(
        dump(url(strict_server, "locked"), output),
        output,
        "the server's pg_hba.conf does not let this user in from here",
        "user locked",
    )


def test_permission_denied(strict_server: EmbeddedPostgres, output: Path) -> None:
    done = dump(url(strict_server, f"asked:{SECRET}", "closed"), output)
    assert_failed(done, output, "the role may not connect to this database", "GRANT CONNECT")


def test_the_users_last_connection(strict_server: EmbeddedPostgres, output: Path) -> None:
    done = dump(url(strict_server, "full"), output)
    assert_failed(done, output, "the user has no connection left", "CONNECTION LIMIT")


@pytest.fixture
def small_server() -> Iterator[EmbeddedPostgres]:
    """A server of five connections, three of them kept for superusers, which also listens on a socket."""
    settings = {"max_connections": "5", "unix_socket_directories": "/tmp", "max_locks_per_transaction": "10"}
    with EmbeddedPostgres(settings=settings) as server:
        server.psql("CREATE ROLE plain LOGIN")
        yield server


def _connected(plain: str) -> "psycopg.Connection[Any]":
    """A connection; whoever made the role may still be leaving."""
    for _ in range(100):
        try:
            return psycopg.connect(plain)
        except psycopg.OperationalError:
            time.sleep(0.1)
    return psycopg.connect(plain)


def test_the_servers_last_connection(small_server: EmbeddedPostgres, output: Path) -> None:
    plain = url(small_server, "plain")
    with _connected(plain), _connected(plain):
        done = dump(plain, output)
    assert_failed(done, output, "the server has no connection left")


def test_the_servers_last_lock(small_server: EmbeddedPostgres, output: Path) -> None:
    """Somebody has taken them all, and keeps them."""
    with psycopg.connect(url(small_server), autocommit=True) as other:
        with pytest.raises(psycopg.errors.OutOfMemory):
            other.execute("SELECT pg_advisory_lock(n) FROM generate_series(1, 1000000) n")
        done = dump(url(small_server), output)
    assert_failed(done, output, "the server ran out of memory or of lock slots", "max_locks_per_transaction")


def test_a_user_of_the_operating_system(small_server: EmbeddedPostgres, output: Path) -> None:
    (small_server.data / "pg_hba.conf").write_text("local all plain peer\nhost all all 127.0.0.1/32 trust\n")
    small_server.psql("SELECT pg_reload_conf()")
    time.sleep(0.5)
    done = dump(f"postgresql://plain@/postgres?host=/tmp&port={small_server.port}", output)
    assert_failed(done, output, "the server takes your operating-system user for another one")


def test_a_server_that_stops(small_server: EmbeddedPostgres, output: Path) -> None:
    """It waits for those that are there."""
    with psycopg.connect(url(small_server)):
        os.kill(int((small_server.data / "postmaster.pid").read_text().split()[0]), signal.SIGTERM)
        time.sleep(0.5)
        done = dump(url(small_server), output)
    assert_failed(done, output, "the server starts, stops or recovers")


def test_tls_wanted_where_there_is_none(strict_server: EmbeddedPostgres, output: Path) -> None:
    done = dump(url(strict_server) + "?sslmode=require", output)
    assert_failed(done, output, "TLS with the server failed", "sslmode")


def test_no_url(output: Path) -> None:
    done = dump(f"postgresql://u:{SECRET}%zz@h/d", output)
    assert_failed(done, output, "no PostgreSQL URL", code=2)


def test_no_driver(tmp_path: Path) -> None:
    """The error names the command that installs it."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "psycopg.py").write_text("raise ImportError('not here')\n")
    output = tmp_path / "out" / "schema.json"
    output.parent.mkdir()
    done = dump("postgresql://h/d", output, PYTHONPATH=str(tmp_path / "lib"))
    assert_failed(done, output, "pip install 'dbstrata[postgres]'", code=2)


def test_strict_refuses_what_is_unmodelled(strict_server: EmbeddedPostgres, output: Path) -> None:
    assert_failed(dump(url(strict_server), output, "--strict"), output, "1 x operator", code=3)


def test_what_is_unmodelled_is_counted(strict_server: EmbeddedPostgres, output: Path) -> None:
    done = dump(url(strict_server), output)
    assert done.returncode == 0
    assert "1 x operator" in done.stderr
    assert done.stderr.count("\n") == 1
    assert output.exists()


def test_split_needs_a_directory(output: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dbstrata", "dump", "postgres", "postgresql://h/d", "--split"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert_failed(done, output, "-o DIRECTORY", code=2)


# While it reads: a lock makes it wait, and then something happens.


@contextmanager
def locked_table(server: EmbeddedPostgres) -> Generator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(url(server)) as other:
        other.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        yield other


def when_it_waits(server: EmbeddedPostgres, function: LiteralString) -> threading.Thread:
    """Calls pg_terminate_backend or pg_cancel_backend as soon as the dump waits for the lock."""

    def run() -> None:
        deadline = time.monotonic() + 30
        with psycopg.connect(url(server), autocommit=True) as judge:
            while time.monotonic() < deadline:
                if judge.execute(
                    "SELECT " + function + "(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'dbstrata' AND wait_event_type = 'Lock'"
                ).fetchall():
                    return
                time.sleep(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_connection_lost_midway(strict_server: EmbeddedPostgres, output: Path) -> None:
    with locked_table(strict_server):
        thread = when_it_waits(strict_server, "pg_terminate_backend")
        done = dump(url(strict_server), output)
        thread.join()
    assert_failed(done, output, "the connection to the server was lost midway", "database postgres")


def test_cancelled(strict_server: EmbeddedPostgres, output: Path) -> None:
    with locked_table(strict_server):
        thread = when_it_waits(strict_server, "pg_cancel_backend")
        done = dump(url(strict_server), output)
        thread.join()
    assert_failed(done, output, "someone cancelled the statement")


def test_lock_timeout(strict_server: EmbeddedPostgres, output: Path) -> None:
    with locked_table(strict_server):
        done = dump(url(strict_server), output, PGOPTIONS="-c lock_timeout=200ms")
    assert_failed(done, output, "a lock was not had in time")


def test_statement_timeout(strict_server: EmbeddedPostgres, output: Path) -> None:
    with locked_table(strict_server):
        done = dump(url(strict_server), output, PGOPTIONS="-c statement_timeout=500ms")
    assert_failed(done, output, "the server cancelled the statement", "statement timeout", "statement_timeout=0")


# Servers that we don't have: one that only says its version.


@contextmanager
def server_of_version(version: str) -> Generator[int]:
    """Enough of the protocol to be connected to; then it hangs up."""

    def answer() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                while (size := struct.unpack("!i", client.recv(4))[0]) == 8:  # SSLRequest, GSSENCRequest
                    client.recv(4)
                    client.sendall(b"N")
                client.recv(size)
                status = b"server_version\0" + version.encode() + b"\0"
                client.sendall(
                    b"R" + struct.pack("!ii", 8, 0)
                    + b"S" + struct.pack("!i", 4 + len(status)) + status
                    + b"K" + struct.pack("!iii", 12, 1, 1)
                    + b"Z" + struct.pack("!i", 5) + b"I"
                )  # fmt: skip
                client.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_too_old(output: Path) -> None:
    with server_of_version("12.22") as port:
        done = dump(f"postgresql://u@127.0.0.1:{port}/d", output)
    assert_failed(done, output, "PostgreSQL 12.22 is too old", "13")


def test_too_new(output: Path) -> None:
    with server_of_version("99.1") as port:
        done = dump(f"postgresql://u@127.0.0.1:{port}/d", output)
        tried = dump(f"postgresql://u@127.0.0.1:{port}/d", output, "--untested-server")
    assert_failed(
        done, output, "PostgreSQL 99.1 is newer than any that dbstrata was tested with", "--untested-server", code=3
    )
    assert_failed(tried, output, "lost midway")
