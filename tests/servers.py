"""Real servers for the tests, and their own dump as the judge."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free there."""
THROWAWAY = {"autovacuum": "off", "max_wal_size": "128MB", "min_wal_size": "32MB"}
"""Settings of a server that lives in memory for a few minutes, with a thousand small databases after one another."""

POSTGRES15 = Path(os.environ.get("DBSTRATA_POSTGRES15", "/usr/lib/postgresql/15/bin"))
"""The second PostgreSQL: Debian's, of another major version and built with ICU, OpenSSL and libxml."""
INSTALL_POSTGRES15 = "apt-get install postgresql-15 (or name its bin folder in DBSTRATA_POSTGRES15)"


def use_memory() -> None:
    """Have temporary folders in memory, unless TMPDIR says where: a new database is 300 files. Not where there is too
    little of it, nor where programs can't be run from there: those of a server that root starts are copied."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(MEMORY).free >= ROOM and os.access(MEMORY, os.W_OK | os.X_OK):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


@contextmanager
def admin(server: EmbeddedPostgres) -> Generator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection that makes and drops databases."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        yield connection


def create_database(connection: "psycopg.Connection[Any]", name: str, template: str = "template0") -> None:
    """A new one, by copying files, which takes a tenth of what writing them to the log does; before PostgreSQL 15
    there was no other way."""
    strategy = " STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{strategy}".encode())


ALSO = [Path(each) for each in os.environ.get("DBSTRATA_POSTGRES_ALSO", "").split(":") if each]
"""The bin folders of more PostgreSQL servers, of other versions, which the sweep tries too."""


class Database:
    """One database on one server, for a test to use and to spoil."""

    def __init__(self, server: EmbeddedPostgres, name: str) -> None:
        self.server, self.name = server, name

    @property
    def url(self) -> str:
        """The libpq URL, as superuser."""
        return self.server.url(self.name)

    def psql(self, sql: str) -> str:
        """Run SQL, stop at the first error, return the bare rows."""
        return psql(self.url, sql, self.server)

    def script(self, path: Path) -> str:
        """Run a script as a user would: stock psql, ON_ERROR_STOP, -f."""
        return _run([self.server.bin("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-f", path])

    def pg_dump(self, *, rows: bool = False) -> str:
        """The server's own dump of the schema; with the rows, ready for psql, where they are asked for."""
        if rows:
            return _run([self.server.bin("pg_dump"), "-d", self.url])
        return pg_dump_schema(self.url, self.server)

    def canonical(self) -> list[str]:
        """The server's own dump, comparable with that of another database."""
        return canonical_dump(self.pg_dump())


def psql(url: str, sql: str, server: EmbeddedPostgres | None = None) -> str:
    """Run SQL, stop at the first error, return the bare rows."""
    program = (server or EmbeddedPostgres()).bin("psql")
    return _run([program, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url], sql)


def pg_dump_schema(url: str, server: EmbeddedPostgres | None = None) -> str:
    """`pg_dump -s`, by the server's own pg_dump where it is given: an older one refuses a newer server."""
    return _run([(server or EmbeddedPostgres()).bin("pg_dump"), "-s", "-d", url])


def canonical_dump(dump: str) -> list[str]:
    """The statements of a pg_dump, sorted, without comments and settings; the lines of a table in no order.

    PostgreSQL can only append a column: tables that differ in the order of columns alone are the same to us, and so are
    extended statistics, whose columns the server keeps in the table's order.
    """
    return sorted(_unordered_columns(statement) for statement in _statements(dump))


def _statements(dump: str) -> Iterator[str]:
    """Split at line ends with a semicolon outside dollar quotes."""
    lines: list[str] = []
    open_quote: str | None = None
    for line in dump.splitlines():
        if open_quote is None and (
            not line.strip() or line.startswith(("--", "SET ", "SELECT pg_catalog.set_config", "\\"))
        ):
            continue
        for quote in re.findall(r"\$(?:[A-Za-z_]\w*)?\$", line):
            if open_quote is None:
                open_quote = quote
            elif quote == open_quote:
                open_quote = None
        lines.append(line)
        if open_quote is None and line.rstrip().endswith(";"):
            yield "\n".join(lines).strip()
            lines.clear()
    if lines:
        yield "\n".join(lines).strip()


def _unordered_columns(statement: str) -> str:
    if statistics := re.match(r"(CREATE STATISTICS .* ON )(.*)( FROM .*)", statement, re.DOTALL):
        head, columns, tail = statistics.groups()
        return head + ", ".join(sorted(columns.split(", "))) + tail
    table = re.match(r"(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^(]*\()\n(.*)\n(\).*)", statement, re.DOTALL)
    if table is None:
        return statement
    head, body, tail = table.groups()
    return "\n".join([head, *sorted(line.strip().rstrip(",") for line in body.splitlines()), tail])


def _run(command: list[str | Path], sql: str = "") -> str:
    done = subprocess.run(command, input=sql, capture_output=True, encoding="utf-8", timeout=120, check=False)
    if done.returncode:
        raise AssertionError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-4000:]}")
    return done.stdout
