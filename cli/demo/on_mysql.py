"""The tour on MySQL or MariaDB: a throwaway from the machine's own programs, or a server that the environment names."""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ...dialects.mysql.connection import FLAVOURS, Target, beside, target
from ...dialects.mysql.local import Local, client_of, program_of, started
from ...snapshots.errors import InputError, ServerFailed
from . import judge
from .judge import Rows, Table
from .stage import SHOP, Stage, client

__all__ = ["URLS", "found", "lacking", "opened"]

HERE = Path(__file__).parent
URLS = {"mysql": "DBSTRATA_MYSQL_URL", "mariadb": "DBSTRATA_MARIADB_URL"}
"""Name a server for it, where none is installed."""
PREFIX = "dbstrata_demo_"
"""On a server that is not ours the databases have names that nobody else's have."""
SCHEMA_OF = ("--no-data", "--routines", "--events", "--triggers", "--skip-comments", "--skip-dump-date")


def found() -> str | None:
    """The flavour that the tour can play on here, MySQL if both."""
    return next((flavour for flavour in URLS if _missing(flavour) is None), None)


def lacking() -> str:
    """What keeps the tour from either."""
    return ", ".join(f"no {_missing(flavour)}" for flavour in URLS)


def _missing(flavour: str) -> str | None:
    """What a tour on it lacks."""
    title = FLAVOURS[flavour].title
    if program_of(flavour) is None and not os.environ.get(URLS[flavour]):
        return f"{title} on this machine"
    if client_of(flavour) is None or client_of(flavour, dump=True) is None:
        return f"client and dump program of {title}"
    return None if find_spec("pymysql") else "driver: the extra mysql"


@contextmanager
def opened(flavour: str, folder: Path) -> Generator[Stage]:
    """The server, for as long as it is needed. Raises InputError if there is none, ServerFailed."""
    if missing := _missing(flavour):
        raise InputError(f"no {missing}", "the PATH", f"install it, or name a server with {URLS[flavour]}")
    if program_of(flavour) is not None:
        with started(flavour, "--skip-networking") as server:
            yield MySQL(flavour, server.url, folder, "", server)
        return
    stage = MySQL(flavour, beside(os.environ[URLS[flavour]], "mysql"), folder, PREFIX)
    try:
        yield stage
    finally:
        stage.tidy()


@dataclass
class MySQL:
    """A server of either flavour."""

    flavour: str
    base: str
    """The URL of a database that is there."""
    folder: Path
    prefix: str
    server: Local | None = None
    dialect = "mysql"

    def __post_init__(self) -> None:
        self.title = FLAVOURS[self.flavour].title
        self.ours = self.server is not None
        self.made: list[str] = []
        self._client, self._dumper = (client_of(self.flavour, dump=dump) or "" for dump in (False, True))
        self.client, self.dumper = Path(self._client).name, f"{Path(self._dumper).name} --no-data"

    @property
    def _target(self) -> Target:
        return target(self.base)

    def url(self, database: str) -> str:
        """What dbstrata takes."""
        return beside(self.base, self.prefix + database)

    def address(self, database: str) -> str:
        """For people; without a password."""
        return " ".join([self.client, *self._login(), self.prefix + database])

    def build(self, database: str, version: int) -> None:
        """A new database that holds this version."""
        name = self.prefix + database
        self._sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;")
        self.made.append(name)
        self.script(HERE / f"shop_v{version}_mysql.sql", database)

    def tidy(self) -> None:
        """Drop what was made."""
        for name in self.made:
            with suppress(ServerFailed):
                self._sql(f"SET foreign_key_checks = 0; DROP DATABASE {name};")

    def load(self) -> None:
        """The rows."""
        self.script(HERE / "rows_mysql.sql", SHOP)

    def stop(self) -> None:
        """Stop it, if it is ours."""
        if self.server is not None:
            self.server.stop()

    def start(self) -> None:
        """Start it again."""
        if self.server is not None:
            self.server.start()

    def script(self, path: Path, database: str) -> None:
        """Stop at the first error; without --comments the client would take the comments out of bodies."""
        self._sql(path.read_text(encoding="utf-8"), "--comments", self.prefix + database)

    def schema(self, database: str) -> list[str]:
        """The statements of mysqldump."""
        name = self.prefix + database
        dumped = client([self._dumper, *self._options(), *SCHEMA_OF, name], self.folder, self._settings())
        return judge.canonical_mysql(dumped, name)

    def rows_query(self, columns: Mapping[Table, Sequence[str]]) -> str:
        """One for all tables."""
        return judge.rows_query_mysql(columns)

    def rows(self, query: str) -> dict[Table, Rows]:
        """Count and checksum of every table."""
        return judge.read_rows(self._sql(query, "--batch", "--skip-column-names", self.prefix + SHOP), "\t")

    def _sql(self, text: str, *arguments: str) -> str:
        return client([self._client, *self._options(), *arguments], self.folder, self._settings(), text)

    def _options(self) -> list[str]:
        return ["--no-defaults", *self._login(), "--default-character-set=utf8mb4"]

    def _login(self) -> list[str]:
        to = self._target
        place = [f"--socket={to.socket}"] if to.socket else [f"--host={to.host}", f"--port={to.port}", "--protocol=tcp"]
        return [*place, f"--user={to.user}"]

    def _settings(self) -> dict[str, str]:
        return {"MYSQL_PWD": self._target.password}
