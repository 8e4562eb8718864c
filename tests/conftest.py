"""The fixtures of all tests: real servers, one a session (and a worker), a fresh database for each test that asks."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from .lab import Lab
from .servers import INSTALL_POSTGRES15, POSTGRES15, Database

settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("any machine")

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the second PostgreSQL is missing its tests are left out, and the report says so; CI requires them."""
    _expect_known_failures(items)
    if (POSTGRES15 / "postgres").exists() or os.environ.get("DBSTRATA_REQUIRE_POSTGRES15") == "1":
        return
    missing = [item for item in items if item.get_closest_marker("pg15")]
    if missing:
        config.hook.pytest_deselected(items=missing)
        items[:] = [item for item in items if item not in set(missing)]
        config.stash[_LEFT_OUT] = len(missing)


def _expect_known_failures(items: list[pytest.Item]) -> None:
    """What stands in known_failures.txt, by its whole id, must fail, for the reason that is given there."""
    text = Path(__file__).with_name("known_failures.txt").read_text(encoding="utf-8")
    known = dict(line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    for item in items:
        if item.nodeid in known:
            item.add_marker(pytest.mark.xfail(reason=known[item.nodeid], strict=True))


_LEFT_OUT = pytest.StashKey[int]()


def pytest_report_collectionfinish(config: pytest.Config) -> str:
    """The line that says what was left out."""
    left_out = config.stash.get(_LEFT_OUT, 0)
    return f"{left_out} tests left out: no PostgreSQL 15 in {POSTGRES15}; {INSTALL_POSTGRES15}" if left_out else ""


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL 18."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres15() -> Iterator[EmbeddedPostgres]:
    """Debian's PostgreSQL 15; mark the test `pg15`."""
    if not (POSTGRES15 / "postgres").exists():
        pytest.fail(f"no PostgreSQL 15 in {POSTGRES15}; next: {INSTALL_POSTGRES15}")
    with EmbeddedPostgres(bindir=POSTGRES15) as server:
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
def lab(_workbench: Lab) -> Iterator[Lab]:
    """The workbench of the laws, on PostgreSQL 18; its databases are gone after the test."""
    yield _workbench
    _workbench.clear()


def _fresh(server: EmbeddedPostgres) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    server.create_database(name)
    yield Database(server, name)
    server.drop_database(name)
