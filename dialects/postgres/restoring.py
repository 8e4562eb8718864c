"""A schema that no database holds: SQL files, or a dump that pg_dump made, run on a scratch server.

Stock psql runs the files, backslash commands included, so what comes out is what it makes: as with psql, run no file of
somebody that you don't trust. The scratch server is an embedded one, or one that is named; there a database is made
beside the others and dropped in the end. Roles that the files name and nobody made are made, and dropped again.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...snapshots.errors import InputError, Refused, ServerFailed
from ...snapshots.naming import path as quoted
from .connection import Connection, connect, elsewhere
from .embedded import EmbeddedPostgres, EmbeddedPostgresMissing, environment
from .executor import Executor

__all__ = ["restored", "restored_dump"]

NAME = "dbstrata_import"
ARCHIVE = b"PGDMP"
"""How a dump in pg_dump's own format begins."""
NO_ROLE = re.compile(r'role "(.*)" does not exist')
FAILED = re.compile(r"^psql:(?P<file>.*):(?P<line>\d+): (?:ERROR|FATAL):\s+(?P<what>.*)", re.MULTILINE)
ELSEWHERE = re.compile(rb"^\s*(\\c\s|\\connect\b|(?:create|drop|alter)\s+database\b)", re.IGNORECASE | re.MULTILINE)
"""What leaves the one database that is ours."""
LACKING = re.compile(r"extension .* is not available|not supported (?:by|in) this build|could not access file")
Tell = Callable[[str], None]


@contextmanager
def restored(files: Sequence[str], *, scratch: str | None = None, tell: Tell) -> Generator[str]:
    """The URL of a database that holds what these SQL files (`-`: standard input) make, in that order.

    `tell` is told which roles were made. Raises InputError, Refused, ServerFailed.
    """
    with tempfile.TemporaryDirectory(prefix="dbstrata-") as folder:
        named = {str(_at_hand(file, Path(folder))): file for file in files}
        with _run_on(scratch, named, tell) as url:
            yield url


@contextmanager
def restored_dump(dump: str, *, scratch: str | None = None, tell: Tell) -> Generator[str]:
    """The same of a dump by `pg_dump -Fc`, `-Fd` or `-Ft`: its schema, without rows."""
    if not Path(dump).exists():
        raise InputError("no such file", dump, "name a dump that pg_dump -Fc wrote")
    with tempfile.TemporaryDirectory(prefix="dbstrata-") as folder:
        script = Path(folder, "dump.sql")
        command: list[str | Path] = [_program("pg_restore"), "--schema-only", "-f", script, dump]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            text = " ".join(done.stderr.split()).removeprefix("pg_restore: error: ")
            plain = "text format" in text
            raise InputError(
                f"pg_restore can't read it: {text}",
                dump,
                f"say --from-sql {dump}" if plain else "name a dump that pg_dump -Fc wrote, of no newer version",
            )
        script.write_bytes(script.read_bytes().replace(b"SET transaction_timeout = 0;\n", b"", 1))  # new in 17
        with _run_on(scratch, {str(script): f"{dump}, as pg_restore writes it"}, tell) as url:
            yield url


def _at_hand(file: str, folder: Path) -> Path:
    """The file, for it may be read more than once. Raises InputError for what psql can't run."""
    try:
        found = Path(file)
        if file == "-":
            found = folder / "stdin.sql"
            found.write_bytes(sys.stdin.buffer.read())
        with found.open("rb") as stream:
            begins = stream.read(len(ARCHIVE))
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror or error}", file, "name a file of SQL") from error
    if begins == ARCHIVE:
        raise InputError("this is no SQL: pg_dump wrote it in its own format", file, f"say --from-dump {file}")
    return found.resolve()


def _program(name: str) -> Path:
    """The embedded server's, which reads what any older one has written; without it, the installed one."""
    try:
        return EmbeddedPostgres().bin(name)
    except EmbeddedPostgresMissing:
        if installed := shutil.which(name):
            return Path(installed)
        raise


@contextmanager
def _run_on(scratch: str | None, named: Mapping[str, str], tell: Tell) -> Generator[str]:
    if scratch is None:
        with EmbeddedPostgres() as server, _made(server.url(), named, tell, ours=True) as url:
            yield url
    else:
        for file, name in named.items():
            if match := ELSEWHERE.search(data := Path(file).read_bytes()):
                line = data.count(b"\n", 0, match.start(1)) + 1
                raise Refused(
                    "it leaves the scratch database for another",
                    f"{name}, line {line}: {match[1].decode().strip()}",
                    "take the line out (pg_dump without --create), or leave --scratch out",
                )
        with _made(scratch, named, tell, ours=False) as url:
            yield url


@contextmanager
def _made(url: str, named: Mapping[str, str], tell: Tell, *, ours: bool) -> Generator[str]:
    """Run the files; once more with the roles that were missing."""
    connection = connect(url)
    try:
        scratch = _Scratch(Executor(connection), _Psql(connection, ours=ours), named)
        try:
            yield scratch.filled(tell)
        finally:
            scratch.clear()
    finally:
        connection.close()


class _Psql:
    """How psql is run on a server."""

    def __init__(self, connection: Connection, *, ours: bool) -> None:
        self.ours = ours
        self._connection = connection
        self._program = _program("psql")

    def url(self, database: str) -> str:
        """For our own driver."""
        return elsewhere(self._connection, database)

    def run(self, files: Sequence[str], *, stop: bool) -> "subprocess.CompletedProcess[str]":
        """The last line that it prints is the database that it ended in. No password is in the command."""
        place, password = elsewhere(self._connection, NAME, secret=False), self._connection.info.password
        clean = environment() if self.ours else {**os.environ, "PGCLIENTENCODING": "UTF8"}
        return subprocess.run(
            [
                self._program,
                *("-X", "-q", "-A", "-t", "-v", f"ON_ERROR_STOP={int(stop)}", "-d", place),
                *(word for file in files for word in ("-f", file)),
                *("-c", "\\echo :DBNAME"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env=clean | ({"PGPASSWORD": password} if password else {}),
        )


class _Scratch:
    """A server and the files to run there."""

    def __init__(self, session: Executor, psql: _Psql, named: Mapping[str, str]) -> None:
        self._session, self._psql, self._named = session, psql, named
        self._before = (self._databases(), self._roles())
        self._made: set[str] = set()
        self._text = b"" if psql.ours else b"".join(Path(file).read_bytes() for file in named)
        if NAME in self._before[0]:
            raise Refused(
                f"there is a database {NAME}: another dbstrata is at work, or one left it",
                session.where,
                f"wait, or drop it: DROP DATABASE {NAME}",
            )

    def filled(self, tell: Tell) -> str:
        """The URL of the database that the files end in."""
        while (done := self._run(stop=True)).returncode:
            if not NO_ROLE.search(done.stderr):
                raise self._failure(done.stderr)
            missing = set(NO_ROLE.findall(self._run(stop=False).stderr)) - self._made
            if not missing:
                raise self._failure(done.stderr)
            tell(
                f"made on the scratch server, for the SQL names them: {', '.join(f'role {r}' for r in sorted(missing))}"
            )
            self._made |= missing
        return self._psql.url((done.stdout.splitlines() or [NAME])[-1])

    def clear(self) -> None:
        """All that was not there before: of a server that isn't ours, what the files or we have made."""
        databases, roles = self._databases() - self._before[0], self._roles() - self._before[1]
        if not self._psql.ours:
            databases &= {NAME}
            roles = {role for role in roles if role in self._made or role.encode() in self._text}
        for name in databases:
            self._session.run(f"DROP DATABASE {quoted(name)} WITH (FORCE)")
        if roles:
            listed = ", ".join(quoted(role) for role in sorted(roles))
            self._session.run(f"DROP OWNED BY {listed}")
            self._session.run(f"DROP ROLE {listed}")

    def _run(self, *, stop: bool) -> "subprocess.CompletedProcess[str]":
        self.clear()
        for role in sorted(self._made):
            self._session.run(f"CREATE ROLE {quoted(role)}")
        self._session.run(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
        return self._psql.run(list(self._named), stop=stop)

    def _databases(self) -> set[str]:
        return set(self._names("SELECT datname FROM pg_catalog.pg_database"))

    def _roles(self) -> set[str]:
        return set(self._names("SELECT rolname FROM pg_catalog.pg_roles"))

    def _names(self, query: str) -> Iterator[str]:
        yield from (name for (name,) in self._session.rows(query))

    def _failure(self, text: str) -> ServerFailed:
        found = FAILED.search(text)
        if found is None:
            last = (text.strip().splitlines() or ["psql says nothing"])[-1]
            return ServerFailed(f"psql failed: {last}", ", ".join(self._named.values()), "mend what it complains about")
        place = f"{self._named.get(found['file'], found['file'])}, line {found['line']}"
        lacking = self._psql.ours and LACKING.search(found["what"])
        advice = "name a server that has it with --scratch URL" if lacking else "mend the file; psql stops there too"
        return ServerFailed(found["what"], f"{place}, on {self._session.server}", advice)
