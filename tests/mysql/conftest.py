"""The servers and databases of the tests on MySQL and MariaDB."""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from .servers import Database, Server, found

_numbers = itertools.count(1)
SERVERS = found()


@pytest.fixture(params=SERVERS or [None], ids=lambda server: server.flavour if server else "no server")
def server(request: pytest.FixtureRequest) -> Server:
    """Each server that is named in the environment."""
    if request.param is None:
        pytest.skip("no MySQL and no MariaDB: name them in DBSTRATA_MYSQL_URL and DBSTRATA_MARIADB_URL")
    wanted: Server = request.param
    return wanted


@pytest.fixture
def fresh(server: Server) -> Iterator[Callable[[str], Database]]:
    """Makes an empty database and runs SQL in it; all of them are dropped in the end."""
    made: list[Database] = []

    def make(sql: str) -> Database:
        database = Database(server, f"dbstrata_test_{os.getpid()}_{next(_numbers)}")
        made.append(database)
        database.run(sql)
        return database

    yield make
    for database in made:
        database.drop()
