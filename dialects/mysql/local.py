"""A server of our own, from the programs that the machine has: a throwaway, gone with all that is in it, also if this
process dies without stopping it (local_guard.py sees to that)."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from ...snapshots.errors import InputError, ServerFailed
from ..guarding import guard
from .connection import connect

__all__ = ["Local", "client_of", "program_of", "started"]

HOMES = {"mysql": "DBSTRATA_MYSQL_HOME", "mariadb": "DBSTRATA_MARIADB_HOME"}
"""Each names a folder with bin/mysqld or bin/mariadbd: a server that is not installed."""
SYSTEM = ("/usr/sbin", "/usr/local/sbin", "/usr/local/mysql/bin", "/usr/bin")
START_SECONDS = 120
OPTIONS = (
    *("--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-log-bin", "--event-scheduler=OFF"),
    "--innodb-buffer-pool-size=64M",
)
"""It need not survive anything; no event runs by itself."""
OWN_OPTIONS = {"mysql": ("--mysqlx=OFF", "--secure-file-priv=NULL", "--log-bin-trust-function-creators=1")}


def _path(flavour: str) -> str:
    home = os.environ.get(HOMES[flavour])
    return os.pathsep.join([*([f"{home}/bin"] if home else []), os.environ.get("PATH", ""), *SYSTEM])


def program_of(flavour: str) -> str | None:
    """The server's program. Debian calls MariaDB's `mysqld` too."""
    if flavour == "mariadb":
        return shutil.which("mariadbd", path=_path(flavour))
    found = shutil.which("mysqld", path=_path(flavour))
    return None if found is None or _is_mariadb(found) else found


CLIENTS = {"mysql": ("mysql", "mysqldump"), "mariadb": ("mariadb", "mariadb-dump")}


def client_of(flavour: str, *, dump: bool = False) -> str | None:
    """The stock client, or the dump program. Debian calls MariaDB's `mysql` and `mysqldump` too."""
    program = shutil.which(CLIENTS[flavour][dump], path=_path(flavour))
    return None if program is None or (flavour == "mysql" and _is_mariadb(program)) else program


def _is_mariadb(program: str) -> bool:
    return "mariadb" in os.path.realpath(program).lower()


@contextmanager
def started(flavour: str, *options: str) -> Generator["Local"]:
    """A server, stopped in the end.

    Raises InputError if the machine has no such program, ServerFailed if it does not start.
    """
    program = program_of(flavour)
    if program is None:
        name = "mariadbd" if flavour == "mariadb" else "mysqld"
        raise InputError(f"no {name} on this machine", "the PATH", "install it, or name a server with --scratch URL")
    with (
        tempfile.TemporaryDirectory(prefix="dbstrata-", ignore_cleanup_errors=True) as folder,
        _guarded(folder) as told,
    ):
        server = Local(flavour, program, Path(folder), options, told)
        try:
            server.initialise()
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def _guarded(folder: str) -> Generator[IO[bytes]]:
    """What tells the guard which process runs; closed, however this process ends, it cleans up."""
    with guard(Path(__file__).with_name("local_guard.py"), folder) as watcher:
        assert watcher.stdin is not None
        yield watcher.stdin


@dataclass
class Local:
    """One server, whose data are in a folder that nobody else can look into; root has no password."""

    flavour: str
    program: str
    folder: Path
    options: tuple[str, ...]
    guard: IO[bytes]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Of its own database, by its socket."""
        return f"mysql://root@localhost/mysql?socket={quote(str(self.socket))}&ssl-mode=DISABLED"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "sock"

    def initialise(self) -> None:
        """Make its data."""
        command = _initialise(self.flavour, self.program, self._common)
        try:
            code = self._begin(command).wait(START_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise self._not_started(str(error)) from error
        self._ended()
        if code:
            raise self._not_started(f"exit code {code}")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        own = (*OPTIONS, *OWN_OPTIONS.get(self.flavour, ()), *self.options)
        files = (f"--socket={self.socket}", f"--pid-file={self.folder}/pid")
        self.socket.unlink(missing_ok=True)
        process = self._begin([self.program, "--no-defaults", *self._common, *files, *own])
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            if self.socket.exists():
                with suppress(ServerFailed):
                    connect(self.url).connection.close()
                    return
            time.sleep(0.1)
        process.kill()
        raise self._not_started("it does not answer")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(START_SECONDS)
            self._ended()

    def _begin(self, command: list[str]) -> "subprocess.Popen[bytes]":
        """In a group of its own: Ctrl-C is for us, and the guard ends it whole."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._tell(self.process.pid)
        return self.process

    def _ended(self) -> None:
        self.process = None
        self._tell(0)

    def _tell(self, process: int) -> None:
        self.guard.write(b"%d\n" % process)
        self.guard.flush()

    @property
    def _common(self) -> list[str]:
        user = ["--user=root"] if os.geteuid() == 0 else []
        # A server that starts empties its tmpdir of temporary tables: another server's, if they share one.
        return [*user, f"--datadir={self.folder / 'data'}", f"--tmpdir={self.folder}", *_own_files(self.program)]

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _not_started(self, why: str) -> ServerFailed:
        text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        last = text.splitlines()[-1] if text else why
        return ServerFailed(
            f"a server of our own did not start: {last}", self.program, "name a server with --scratch URL"
        )


def _initialise(flavour: str, program: str, common: list[str]) -> list[str]:
    if flavour == "mysql":
        return [program, "--no-defaults", "--initialize-insecure", *common]
    installs = shutil.which("mariadb-install-db", path=_path(flavour)) or "mariadb-install-db"
    return [installs, "--no-defaults", "--auth-root-authentication-method=normal", *common]


def _own_files(program: str) -> list[str]:
    """Of a MySQL that is not installed: its messages and character sets."""
    home = os.environ.get(HOMES["mysql"], "")
    share = Path(home) / "root" / "usr" / "share" / "mysql"
    if not home or not program.startswith(home) or not share.is_dir():
        return []
    return [f"--lc-messages-dir={share}", f"--character-sets-dir={share}/charsets"]
