"""The fixtures of all tests: real servers, one a session (and a worker), a fresh database for each test that asks."""

import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from . import mysql_servers
from .lab import Lab
from .mysql_servers import MyDatabase, MyServer
from .servers import ALSO, INSTALL_POSTGRES15, POSTGRES15, THROWAWAY, Database, admin, create_database, use_memory

settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("any machine")

use_memory()

_numbers = itertools.count(1)


class Extra(NamedTuple):
    """A server that not every machine has. Tests of it have its marker."""

    marker: str
    title: str
    required: str
    """The variable that makes its absence an error."""
    is_there: Callable[[], bool]
    install: str


EXTRAS = (
    Extra(
        "pg15",
        f"PostgreSQL 15 in {POSTGRES15}",
        "DBSTRATA_REQUIRE_POSTGRES15",
        (POSTGRES15 / "postgres").exists,
        INSTALL_POSTGRES15,
    ),
    Extra(
        "also",
        "PostgreSQL of another version in DBSTRATA_POSTGRES_ALSO",
        "DBSTRATA_REQUIRE_POSTGRES_ALSO",
        lambda: bool(ALSO),
        "name its bin folder there (`.ci/postgres` fetches one)",
    ),
    Extra(
        "my_also",
        "MySQL or MariaDB of another version in DBSTRATA_MYSQL_ALSO",
        "DBSTRATA_REQUIRE_MYSQL_ALSO",
        lambda: bool(mysql_servers.ALSO),
        "name its folder there (`.ci/mysql` and `.ci/mariadb` fetch one)",
    ),
    *(
        Extra(
            flavour,
            title,
            f"DBSTRATA_REQUIRE_{flavour.upper()}",
            partial(mysql_servers.is_there, flavour),
            mysql_servers.INSTALL[flavour],
        )
        for flavour, title in (("mysql", "MySQL"), ("mariadb", "MariaDB"))
    ),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a server is missing its tests are left out, and the report says so; CI requires them all."""
    _expect_known_failures(items)
    config.stash[_LEFT_OUT] = []
    for extra in EXTRAS:
        if os.environ.get(extra.required) == "1" or extra.is_there():
            continue
        missing = {item for item in items if item.get_closest_marker(extra.marker)}
        if missing:
            config.hook.pytest_deselected(items=list(missing))
            items[:] = [item for item in items if item not in missing]
            line = f"{len(missing)} tests left out: no {extra.title}; {extra.install}"
            config.stash[_LEFT_OUT].append(line)


def _expect_known_failures(items: list[pytest.Item]) -> None:
    """What stands in known_failures.txt must fail."""
    text = Path(__file__).with_name("known_failures.txt").read_text(encoding="utf-8")
    known = dict(line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    for item in items:
        if item.nodeid in known:
            item.add_marker(pytest.mark.xfail(reason=known[item.nodeid], strict=True))


_LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """The lines that say what was left out."""
    return config.stash.get(_LEFT_OUT, list[str]())


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL 18."""
    with EmbeddedPostgres(settings=THROWAWAY) as server:
        yield server


@pytest.fixture(scope="session")
def postgres15() -> Iterator[EmbeddedPostgres]:
    """Debian's PostgreSQL 15; mark the test `pg15`."""
    if not (POSTGRES15 / "postgres").exists():
        pytest.fail(f"no PostgreSQL 15 in {POSTGRES15}; next: {INSTALL_POSTGRES15}")
    with EmbeddedPostgres(bindir=POSTGRES15, settings=THROWAWAY) as server:
        yield server


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh, empty database on PostgreSQL 18."""
    yield from _fresh(postgres)


@pytest.fixture
def database2(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """Another one beside it: a test's B to its A."""
    yield from _fresh(postgres)


@pytest.fixture
def database15(postgres15: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh, empty database on PostgreSQL 15."""
    yield from _fresh(postgres15)


@pytest.fixture(scope="session")
def _workbench(postgres: EmbeddedPostgres) -> Iterator[Lab]:
    lab = Lab(postgres)
    yield lab
    lab.close()


@pytest.fixture
def lab15(postgres15: EmbeddedPostgres) -> Iterator[Lab]:
    """A workbench on PostgreSQL 15; mark the test `pg15`."""
    bench = Lab(postgres15)
    yield bench
    bench.close()


@pytest.fixture
def lab(_workbench: Lab) -> Iterator[Lab]:
    """The workbench of the laws, on PostgreSQL 18; its databases are gone after the test."""
    yield _workbench
    _workbench.clear()


FLAVOURS = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("mysql", "mariadb")]


@pytest.fixture(scope="session", params=FLAVOURS)
def my_server(request: pytest.FixtureRequest) -> Iterator[MyServer]:
    """MySQL and MariaDB in turn."""
    if not mysql_servers.is_there(request.param):
        pytest.fail(f"no {request.param} on this machine; next: {mysql_servers.INSTALL[request.param]}")
    with mysql_servers.server_of(request.param) as server:
        yield server


@pytest.fixture
def my_database(my_server: MyServer) -> Iterator[MyDatabase]:
    """A fresh, empty database on each of the two."""
    with mysql_servers.fresh(my_server) as database:
        yield database


@pytest.fixture
def my_database2(my_server: MyServer) -> Iterator[MyDatabase]:
    """Another one beside it, on the same server: a test's B to its A."""
    with mysql_servers.fresh(my_server) as database:
        yield database


def _fresh(server: EmbeddedPostgres) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    with admin(server) as connection:
        create_database(connection, name)
    yield Database(server, name)
    with admin(server) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
