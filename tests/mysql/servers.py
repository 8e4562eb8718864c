"""Real MySQL and MariaDB servers for the tests, their stock clients, and their own dump as the judge.

A server is found by DBSTRATA_MYSQL_URL and DBSTRATA_MARIADB_URL (mysql://root@127.0.0.1:3306); its clients by
DBSTRATA_MYSQL_BIN and DBSTRATA_MARIADB_BIN, a folder each, or on the PATH.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CLIENTS = {"mysql": ("mysql", "mysqldump"), "mariadb": ("mariadb", "mariadb-dump")}


@dataclass(frozen=True, slots=True)
class Server:
    """One server, by flavour and URL."""

    flavour: str
    address: str

    def command(self, number: int) -> list[str]:
        """A client's program (0) or the dump's (1), with the way to the server."""
        program = CLIENTS[self.flavour][number]
        folder = os.environ.get(f"DBSTRATA_{self.flavour.upper()}_BIN")
        parts = urlsplit(self.address)
        path = str(Path(folder) / program) if folder else program
        password = [f"--password={parts.password}"] if parts.password else []
        return [path, "-h", parts.hostname or "", "-P", str(parts.port or 3306), "-u", parts.username or "", *password]

    def run(self, sql: str, database: str | None = None) -> str:
        """Run SQL with the stock client, stop at the first error, return the bare rows."""
        wanted = [database] if database is not None else []
        return _run([*self.command(0), "--default-character-set=utf8mb4", "-N", "--comments", *wanted], sql)


class Database:
    """One database on one server, for a test to use and to spoil."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        server.run(f"DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}`;")

    @property
    def url(self) -> str:
        """As `dbstrata dump mysql` takes it."""
        return f"{self.server.address.rstrip('/')}/{self.name}"

    def run(self, sql: str) -> str:
        """Run SQL as a user would: the stock client, from stdin."""
        return self.server.run(sql, self.name)

    def canonical(self) -> list[str]:
        """The server's own dump, comparable with that of another database."""
        options = ["--no-data", "--routines", "--events", "--triggers", "--skip-comments", "--skip-dump-date"]
        dump = re.sub(r" AUTO_INCREMENT=\d+", "", _run([*self.server.command(1), *options, self.name]))
        return canonical_dump(dump.replace(f"`{self.name}`", "`DB`"))

    def drop(self) -> None:
        """It is not needed any more."""
        self.server.run(f"DROP DATABASE IF EXISTS `{self.name}`;")


_SETTING = re.compile(r"(/\*M?!\d+ )?(SET |ALTER DATABASE)")
_TABLE = re.compile(r"(CREATE TABLE [^\n]*\()\n(.*)\n(\).*)", re.DOTALL)
_KEY = re.compile(r"(UNIQUE |FULLTEXT |SPATIAL |PRIMARY )?KEY |CONSTRAINT |PERIOD ")


def canonical_dump(dump: str) -> list[str]:
    """Its statements, sorted, without settings; columns keep their order, keys have none that a change could give."""
    statements = (s.strip() for s in re.split(r";\n|;;\n", dump))
    return sorted(_sorted_keys(s) for s in statements if s and not _SETTING.match(s))


def _sorted_keys(statement: str) -> str:
    table = _TABLE.match(statement)
    if table is None:
        return statement
    lines = [line.strip().rstrip(",") for line in table[2].splitlines()]
    columns = [line for line in lines if not _KEY.match(line)]
    return "\n".join([table[1], *columns, *sorted(line for line in lines if _KEY.match(line)), table[3]])


def found() -> list[Server]:
    """The servers that the environment names."""
    addresses = {flavour: os.environ.get(f"DBSTRATA_{flavour.upper()}_URL") for flavour in CLIENTS}
    return [Server(flavour, address) for flavour, address in addresses.items() if address]


def statements(script: str) -> Iterator[str]:
    """The statements of a script, each with what the client needs to take it as one."""
    lines: list[str] = []
    mark = ";"
    for line in script.splitlines():
        if not lines and (not line.strip() or line.startswith("--")):
            continue
        lines.append(line)
        if line.startswith("DELIMITER "):
            mark = line.removeprefix("DELIMITER ")
        if line.endswith(mark) and (mark == ";" or line == "DELIMITER ;"):
            yield "\n".join(lines)
            lines.clear()
    if lines:
        yield "\n".join(lines)


def _run(command: list[str], sql: str = "") -> str:
    done = subprocess.run(command, input=sql, capture_output=True, encoding="utf-8", timeout=120, check=False)
    if done.returncode:
        raise AssertionError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-4000:]}")
    return done.stdout
