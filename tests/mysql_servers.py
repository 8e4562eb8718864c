"""Real MySQL and MariaDB servers for the tests: one that is named, or a throwaway on a free port."""

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
from pymysql.constants import CLIENT

HOMES = {flavour: os.environ.get(f"DBSTRATA_{flavour.upper()}_HOME", "") for flavour in ("mysql", "mariadb")}
"""Each a folder whose bin/ has the server, its client and its dump program: one that is not installed."""
ALSO = [home for home in os.environ.get("DBSTRATA_MYSQL_ALSO", "").split(os.pathsep) if home]
"""More such folders, of other versions of either."""
SYSTEM = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/local/mysql/bin"])
START_SECONDS = 120
INSTALL = {
    "mysql": "install MySQL, or name its folder in DBSTRATA_MYSQL_HOME, or a server in DBSTRATA_MYSQL_URL",
    "mariadb": "apt-get install mariadb-server, or name its folder in DBSTRATA_MARIADB_HOME, or a server in "
    "DBSTRATA_MARIADB_URL",
}
CLIENTS = {"mysql": ("mysql", "mysqldump"), "mariadb": ("mariadb", "mariadb-dump")}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class MyServer:
    """A server, and its own client and dump program."""

    flavour: str
    host: str
    port: int
    user: str
    password: str = ""
    home: str = ""
    """The folder of its programs, if they are not installed."""

    def url(self, database: str, user: str = "", password: str = "") -> str:
        """What dbstrata takes."""
        login = f"{user}:{password}" if user else f"{self.user}:{self.password}" if self.password else self.user
        return f"mysql://{login}@{self.host}:{self.port}/{database}"

    def connect(self, database: str | None = None) -> "pymysql.connections.Connection[Any]":
        """A connection that takes several statements at once."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )

    @property
    def version(self) -> tuple[int, ...]:
        """(10, 11, 19)"""
        [(text,)] = self.execute("SELECT VERSION()")
        return tuple(map(int, str(text).partition("-")[0].split(".")))

    def execute(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run them, and return the rows of the last one."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def program(self, dump: bool = False) -> list[str]:
        """The stock client, or the dump program, with all but the database."""
        name = CLIENTS[self.flavour][dump]
        found = shutil.which(name, path=_path(self.home))
        if found is None:
            raise AssertionError(f"no {name} on this machine; next: {INSTALL[self.flavour]}")
        return [
            found,
            "--no-defaults",
            f"--host={self.host}",
            f"--port={self.port}",
            f"--user={self.user}",
            "--protocol=tcp",
            "--default-character-set=utf8mb4",
        ]


class MyDatabase:
    """One database on one server, for a test to use and to spoil."""

    def __init__(self, server: MyServer, name: str) -> None:
        self.server, self.name = server, name

    @property
    def url(self) -> str:
        """What dbstrata takes."""
        return self.server.url(self.name)

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run them, and return the rows of the last one."""
        return self.server.execute(*statements, database=self.name)

    def script(self, text: str, force: bool = False) -> str:
        """Run a script as a user would: the stock client, which knows DELIMITER, and stops at the first error. Without
        --comments it would take the comments out of bodies. With `force` it goes on after errors."""
        options = ["--comments", *(["--force"] if force else [])]
        return _run([*self.server.program(), *options, self.name], text, self.server.password, check=not force)

    def dump(self) -> str:
        """The server's own dump of the schema."""
        options = ["--no-data", "--routines", "--events", "--triggers", "--skip-comments", "--skip-dump-date"]
        return _run([*self.server.program(dump=True), *options, self.name], "", self.server.password)


def _run(command: list[str], text: str, password: str, check: bool = True) -> str:
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",  # MariaDB dumps the default of a binary column as its bytes
        timeout=120,
        check=False,
        env={**os.environ, "MYSQL_PWD": password},
    )
    if done.returncode and check:
        raise AssertionError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-4000:]}")
    return done.stdout


@contextmanager
def fresh(server: MyServer) -> Generator[MyDatabase]:
    """A new, empty database, utf8mb4; dropped in the end."""
    name = f"dbstrata_test_{os.getpid()}_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield MyDatabase(server, name)
    finally:
        server.execute("SET foreign_key_checks = 0", f"DROP DATABASE IF EXISTS {name}")


# where a server comes from


def flavour_in(home: str) -> str:
    """Which of the two is in that folder?"""
    return "mariadb" if (Path(home) / "bin" / "mariadbd").exists() else "mysql"


def _path(home: str) -> str:
    return os.pathsep.join([f"{home}/bin", SYSTEM] if home else [SYSTEM])


def url_of(flavour: str) -> str:
    """The server that the environment names, if it does."""
    return os.environ.get(f"DBSTRATA_{flavour.upper()}_URL", "")


def program_of(flavour: str, home: str | None = None) -> str | None:
    """The server's program on this machine, or in that folder. Debian calls MariaDB's `mysqld` too."""
    path = _path(HOMES[flavour] if home is None else home)
    if flavour == "mariadb":
        return shutil.which("mariadbd", path=path)
    found = shutil.which("mysqld", path=path)
    return None if found is None or "mariadb" in os.path.realpath(found).lower() else found


def is_there(flavour: str) -> bool:
    """Can tests of it run here?"""
    return bool(url_of(flavour) or program_of(flavour))


@contextmanager
def server_of(flavour: str) -> Generator[MyServer]:
    """The one that is named, or a throwaway."""
    if url := url_of(flavour):
        parts = urlsplit(url)
        yield MyServer(
            flavour, parts.hostname or "localhost", parts.port or 3306, unquote(parts.username or "root"),
            unquote(parts.password or ""), HOMES[flavour],
        )  # fmt: skip
        return
    with throwaway(flavour, HOMES[flavour]) as server:
        yield server


@contextmanager
def throwaway(flavour: str, home: str, *options: str) -> Generator[MyServer]:
    """A server of the programs in that folder, or of the machine's."""
    program = program_of(flavour, home)
    assert program is not None, INSTALL[flavour]
    with (
        tempfile.TemporaryDirectory(prefix=f"dbstrata-{flavour}-", ignore_cleanup_errors=True) as folder,
        _started(
            MyServer(flavour, "127.0.0.1", _free_port(), "root", home=home), program, Path(folder), options
        ) as one,
    ):
        yield one


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(server: MyServer, program: str, folder: Path, options: Iterable[str]) -> Generator[MyServer]:
    data = folder / "data"
    user = ["--user=root"] if os.getuid() == 0 else []
    # A server that starts empties its tmpdir of temporary tables: another server's, if they share one.
    common = [*user, f"--datadir={data}", f"--tmpdir={folder}", *_own_files(server)]
    with (folder / "log").open("w", encoding="utf-8") as log:
        subprocess.run(_initialise(server, program, common), stdout=log, stderr=log, check=True, timeout=START_SECONDS)
        process = subprocess.Popen(
            [
                program,
                "--no-defaults",
                *common,
                f"--port={server.port}",
                "--bind-address=127.0.0.1",
                f"--socket={folder}/sock",
                f"--pid-file={folder}/pid",
                "--innodb-flush-log-at-trx-commit=0",
                "--sync-binlog=0",
                "--skip-log-bin",
                "--event-scheduler=OFF",
                *(["--mysqlx=OFF", "--secure-file-priv=NULL"] if server.flavour == "mysql" else []),
                *options,
            ],
            stdout=log,
            stderr=log,
        )
        try:
            _wait(server, process, folder / "log")
            yield server
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _initialise(server: MyServer, program: str, common: list[str]) -> list[str]:
    if server.flavour == "mysql":
        return [program, "--no-defaults", "--initialize-insecure", *common]
    installs = shutil.which("mariadb-install-db", path=_path(server.home)) or "mariadb-install-db"
    return [installs, "--no-defaults", "--auth-root-authentication-method=normal", *common]


def _own_files(server: MyServer) -> list[str]:
    """Of a MySQL that is not installed: its messages and character sets."""
    share = Path(server.home) / "root" / "usr" / "share" / "mysql"
    if not server.home or server.flavour != "mysql" or not share.is_dir():
        return []
    return [f"--lc-messages-dir={share}", f"--character-sets-dir={share}/charsets"]


def _wait(server: MyServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            server.connect().close()
        except pymysql.err.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{server.flavour} did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
