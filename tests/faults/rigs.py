"""Servers that a test may kill, on each of the three: every commit is on disk before it is told of."""

import itertools
import os
import signal
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

from dbstrata.dialects.mysql import local
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres
from dbstrata.snapshots.errors import ServerFailed

from ..bundle.grounds import Ground, NotBuilt
from ..mysql_servers import MyDatabase, MyServer
from ..processes import children
from ..servers import Database

PATIENCE = 10.0
"""Seconds in which a killed server's processes must be gone."""


@dataclass
class Rig:
    """A server of our own."""

    ground: Ground
    dialect: str
    kill: Callable[[], None]
    """SIGKILL to all of it."""
    start: Callable[[], None]
    reader: Callable[[str], Any]
    """A connection to that URL; what it begins it does not end."""

    def through(self, url: str, port: int) -> str:
        """The URL by way of another port."""
        parts = urlsplit(url)
        assert parts.port is not None
        return url.replace(f":{parts.port}/", f":{port}/")


@contextmanager
def _postgres() -> Generator[Rig]:
    with EmbeddedPostgres(settings={"synchronous_commit": "on"}) as server:

        def kill() -> None:
            file = server.data / "postmaster.pid"
            process = int(file.read_text().split()[0])
            os.kill(process, signal.SIGSTOP)  # or it has one more child than we have seen
            for one in (process, *children(process)):
                with suppress(ProcessLookupError):  # some end by themselves meanwhile
                    os.kill(one, signal.SIGKILL)
            file.unlink()  # where nobody reaps it, the dead process counts as a running one

        def start() -> None:
            """What was killed may hold the shared memory for a moment."""
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    server.start()
                    break
                except ServerFailed:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.2)

        numbers = itertools.count(1)

        def database(sql: str) -> str:
            made = Database(server, f"faults_{next(numbers)}")
            server.create_database(made.name)
            try:
                made.psql(sql)
            except AssertionError as error:
                raise NotBuilt(str(error)) from error
            return made.url

        ground = Ground("postgres", "postgres", server.url(), database)
        yield Rig(ground, "postgres", kill, start, psycopg.connect)


@contextmanager
def _mysql(flavour: str) -> Generator[Rig]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (f"--port={port}", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=1")
    with local.started(flavour, *options) as server:

        def kill() -> None:
            assert server.process is not None
            server.process.kill()
            server.process.wait()

        my_server = MyServer(flavour, "127.0.0.1", port, "root")

        def reader(url: str) -> Any:
            connection = my_server.connect(url.rpartition("/")[2])
            connection.autocommit(False)  # pyright: ignore[reportUnknownMemberType]: its stub has no type for this
            return connection

        numbers = itertools.count(1)

        # Not dropped: a MariaDB that is killed in an ALTER can leave files in the folder of the database, which then
        # can't be dropped (1010). All of it goes with the server.
        def database(sql: str) -> str:
            made = MyDatabase(my_server, f"faults_{next(numbers)}")
            my_server.execute(f"CREATE DATABASE {made.name} CHARACTER SET utf8mb4")
            try:
                made.script(sql)
            except AssertionError as error:
                raise NotBuilt(str(error)) from error
            return made.url

        ground = Ground(flavour, "mysql", my_server.url("mysql"), database)
        yield Rig(ground, "mysql", kill, server.start, reader)


def rig(flavour: str) -> Any:
    """One, gone in the end."""
    return _postgres() if flavour == "postgres" else _mysql(flavour)
