"""`dbstrata dump mysql`: what it writes, and a bad life, each case provoked for real."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbstrata.snapshots import format

from ..mysql_servers import MyDatabase
from .commands import refused, run

SECRET = "tell-nobody"
NOBODY = "dbstrata_nobody"


@pytest.fixture
def nobody(my_database: MyDatabase) -> Iterator[MyDatabase]:
    """A database, and an account without any privilege."""
    accounts = [f"{NOBODY}@'{host}'" for host in ("localhost", "127.0.0.1", "%")]
    for account in accounts:
        my_database.run(f"CREATE USER {account} IDENTIFIED BY '{SECRET}'")
    yield my_database
    for account in accounts:
        my_database.run(f"DROP USER {account}")


def grant(database: MyDatabase, privileges: str, on: str) -> None:
    for host in ("localhost", "127.0.0.1", "%"):
        database.run(f"GRANT {privileges} ON {on} TO {NOBODY}@'{host}'")


def url(database: MyDatabase, password: str = SECRET) -> str:
    return database.server.url(database.name, NOBODY, password)


def test_a_file_is_written(my_database: MyDatabase, tmp_path: Path) -> None:
    """Canonical, and the same when dumped again; a split one has the same fingerprint."""
    my_database.run("CREATE TABLE t (a INT)")
    one, two, split = tmp_path / "1.json", tmp_path / "2.json", tmp_path / "split"
    assert run("dump", "mysql", my_database.url, "-o", one) == (0, "", "")
    assert run("dump", "mysql", my_database.url.replace("mysql:", "mariadb:"), "-o", two).code == 0
    assert run("dump", "mysql", my_database.url, "-o", split, "--split").code == 0
    assert one.read_bytes() == two.read_bytes() == format.encode(format.read(one))
    assert format.fingerprint(format.read(split)) == format.fingerprint(format.read(one))


def test_strict_refuses_what_is_not_covered(my_database: MyDatabase, tmp_path: Path) -> None:
    my_database.run("CREATE TABLE t (a ENUM('?', 'b'))")
    assert "1 x table" in refused(run("dump", "mysql", my_database.url, "--strict", "-o", tmp_path / "x"), 3)
    said = run("dump", "mysql", my_database.url, "-o", tmp_path / "x")
    assert said.code == 0
    assert "warning: not covered by the model: 1 x table" in said.err


def test_wrong_password(nobody: MyDatabase, tmp_path: Path) -> None:
    grant(nobody, "ALL", f"`{nobody.name}`.*")
    line = refused(run("dump", "mysql", url(nobody, "wr0ng"), "-o", tmp_path / "x"), 4)
    assert "refused user or password" in line
    assert "wr0ng" not in line
    assert not (tmp_path / "x").exists()


def test_the_password_is_taken_from_the_environment_and_the_file(nobody: MyDatabase, tmp_path: Path) -> None:
    grant(nobody, "ALL", "*.*")
    target = url(nobody).replace(f":{SECRET}", "")
    (tmp_path / ".my.cnf").write_text(f"!includedir /nowhere\n[client]\npassword = '{SECRET}'\n")
    for given in ({"MYSQL_PWD": SECRET, "HOME": "/nonexistent"}, {"HOME": str(tmp_path)}):
        kept = {name: value for name, value in os.environ.items() if name != "MYSQL_PWD"}
        done = subprocess.run(
            [sys.executable, "-m", "dbstrata", "dump", "mysql", target],
            env={**kept, **given},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert SECRET not in done.stdout


def test_what_the_account_may_not_see_is_refused_by_name(nobody: MyDatabase) -> None:
    """Each missing privilege, and the GRANT to ask for."""
    grant(nobody, "SELECT, TRIGGER", f"`{nobody.name}`.*")
    line = refused(run("dump", "mysql", url(nobody)), 4)
    assert "this user does not see the whole catalog: it lacks" in line
    assert f"GRANT SHOW VIEW, EVENT ON `{nobody.name}`.* TO" in line
    assert ("SHOW_ROUTINE" if nobody.server.flavour == "mysql" else "mysql.proc") in line
    assert SECRET not in line
    grant(nobody, "SHOW VIEW, EVENT", f"`{nobody.name}`.*")
    grant(nobody, *(("SHOW_ROUTINE", "*.*") if nobody.server.flavour == "mysql" else ("SELECT", "mysql.proc")))
    assert run("dump", "mysql", url(nobody)).code == 0


def test_a_role_that_is_on_counts(nobody: MyDatabase) -> None:
    """One that is not, doesn't."""
    nobody.run("CREATE ROLE dbstrata_role", "GRANT ALL ON *.* TO dbstrata_role")
    try:
        grant(nobody, "SELECT", f"`{nobody.name}`.*")
        for host in ("localhost", "127.0.0.1", "%"):
            nobody.run(f"GRANT dbstrata_role TO {NOBODY}@'{host}'")
        assert "SHOW VIEW" in refused(run("dump", "mysql", url(nobody)), 4)
        word = "TO" if nobody.server.flavour == "mysql" else "FOR"
        for host in ("localhost", "127.0.0.1", "%"):
            nobody.run(f"SET DEFAULT ROLE dbstrata_role {word} {NOBODY}@'{host}'")
        assert run("dump", "mysql", url(nobody)).code == 0
    finally:
        nobody.run("DROP ROLE dbstrata_role")


def test_no_such_database(my_database: MyDatabase) -> None:
    line = refused(run("dump", "mysql", my_database.server.url("dbstrata_no_such")), 4)
    assert "no such database" in line


def test_tls_can_be_demanded(my_database: MyDatabase) -> None:
    """MySQL has a certificate of its own making; the MariaDB here has none."""
    done = run("dump", "mysql", f"{my_database.url}?ssl-mode=REQUIRED")
    if my_database.server.flavour == "mysql":
        assert done.code == 0
        assert "TLS" in refused(run("dump", "mysql", f"{my_database.url}?ssl-mode=VERIFY_CA"), 4)
    else:
        assert "TLS" in refused(done, 4)


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = refused(run("dump", "mysql", f"mysql://u:{SECRET}@127.0.0.1:{port}/d"), 4)
    assert "connection refused" in line
    assert SECRET not in line


def test_no_such_host() -> None:
    assert "no such host" in refused(run("dump", "mysql", "mysql://u@no-such-host.invalid/d"), 4)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (f"mysql://u:{SECRET}@h:port/d", "no MySQL URL"),
        (f"postgresql://u:{SECRET}@h/d", "no MySQL URL"),
        (f"mysql://u:{SECRET}@h", "names no database"),
        (f"mysql://u:{SECRET}@h/d?sslmode=require", "no option 'sslmode'"),
        (f"mysql://u:{SECRET}@h/d?ssl-mode=maybe", "no such ssl-mode"),
    ],
)
def test_bad_urls(target: str, said: str) -> None:
    line = refused(run("dump", "mysql", target), 2)
    assert said in line
    assert SECRET not in line
