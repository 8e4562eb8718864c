"""Where the story plays: what the tour asks of a server, and how it runs programs."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from ...snapshots.errors import ServerFailed
from .judge import Rows, Table

__all__ = ["MODEL", "SHOP", "Opened", "Stage", "client", "last_words", "run"]

SHOP, MODEL = "shop", "shop_v2"
"""The database that is migrated, and the one that version 2 is built in, to compare with."""
TIMEOUT = 300
ELSEWHERE = ("PG", "MYSQL_HOST", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT")
"""How settings begin that would lead a program to another server."""


class Stage(Protocol):
    """A server, and its own programs."""

    title: str
    dialect: str
    """The word behind `dbstrata dump`."""
    client: str
    dumper: str
    """The names of the two programs, for the story."""
    ours: bool
    """Is it a server of our own, that can be stopped?"""

    def url(self, database: str) -> str:
        """What dbstrata takes."""
        ...

    def address(self, database: str) -> str:
        """How the stock client is called, for people."""
        ...

    def build(self, database: str, version: int) -> None:
        """A new database that holds this version of the shop."""
        ...

    def load(self) -> None:
        """The rows, into version 1."""
        ...

    def stop(self) -> None:
        """Stop it."""
        ...

    def start(self) -> None:
        """Start it again."""
        ...

    def script(self, path: Path, database: str) -> None:
        """Run a script as a user would: the stock client, that stops at the first error."""
        ...

    def schema(self, database: str) -> list[str]:
        """The server's own idea of it: its dump, as statements."""
        ...

    def rows_query(self, columns: Mapping[Table, Sequence[str]]) -> str:
        """What counts the rows of tables, and takes their checksum over these columns."""
        ...

    def rows(self, query: str) -> dict[Table, Rows]:
        """Its answer."""
        ...


Opened = AbstractContextManager[Stage]


def run(
    command: Sequence[str | Path], folder: Path, settings: Mapping[str, str] | None = None, text: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a program in the folder of the files, free of what would lead it elsewhere."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ELSEWHERE)}
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT,
        cwd=folder,
        env={**clean, "PGCLIENTENCODING": "UTF8", "PYTHONIOENCODING": "utf-8", **(settings or {})},
        stdin=subprocess.DEVNULL if text is None else None,
        input=text,
    )


def client(
    command: Sequence[str | Path], folder: Path, settings: Mapping[str, str] | None = None, text: str | None = None
) -> str:
    """Run one of the server's programs; raises ServerFailed."""
    done = run(command, folder, settings, text)
    if done.returncode:
        raise ServerFailed(f"{Path(command[0]).name} failed", last_words(done), f"look at {folder}")
    return done.stdout


def last_words(done: "subprocess.CompletedProcess[str]") -> str:
    """The end of what it complained about: an error of ours is one line, one of psql's has its DETAIL below."""
    return " ".join(" ".join(done.stderr.splitlines()[-3:]).split())[-600:] or f"exit status {done.returncode}"
