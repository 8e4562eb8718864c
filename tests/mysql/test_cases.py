"""Laws 1, 2 and 7 over tests/cases_mysql, on every server at hand.

A case is a folder with `a.sql` and `b.sql`; a file `flavour` says on which of the two alone it makes sense.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ..mysql_servers import MyDatabase, MyServer, fresh
from .lab import CASES, assert_is, cases, look, script, statements

Make = Callable[[str], MyDatabase]


@pytest.fixture(params=cases(), ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest, my_server: MyServer) -> Path:
    folder: Path = request.param
    if folder not in cases(my_server.flavour):
        pytest.skip(f"not on {my_server.flavour}")
    return folder


@pytest.fixture
def make(my_server: MyServer) -> Iterator[Make]:
    """A fresh database in which a script was run."""
    with ExitStack() as stack:

        def made(text: str) -> MyDatabase:
            database = stack.enter_context(fresh(my_server))
            database.script(text)
            return database

        yield made


def sql(case: Path, name: str) -> str:
    return (case / f"{name}.sql").read_text(encoding="utf-8")


def test_there_and_back(case: Path, make: Make, tmp_path: Path) -> None:
    """apply(forward(A, B), A) is B; apply(rollback(A, B), B) is A; the same from B's side."""
    on_a, on_b = make(sql(case, "a")), make(sql(case, "b"))
    a, b = look(on_a), look(on_b)
    forward, back = script(a, b, tmp_path), script(b, a, tmp_path)
    for database, first, second, middle, end in ((on_a, forward, back, b, a), (on_b, back, forward, a, b)):
        database.script(first)
        assert_is(database, middle)
        database.script(second)
        assert_is(database, end)


STOPPED = sorted(p.name for p in CASES.iterdir() if (p / "stops").exists())


@pytest.mark.sweep
@pytest.mark.parametrize("name", STOPPED)
def test_a_script_that_stops_half_way(name: str, my_server: MyServer, make: Make, tmp_path: Path) -> None:
    """From any state in between, the way to either end is found by another dump."""
    case = CASES / name
    if case not in cases(my_server.flavour):
        pytest.skip(f"not on {my_server.flavour}")
    a, b = look(make(sql(case, "a"))), look(make(sql(case, "b")))
    parts = list(statements(script(a, b, tmp_path)))
    for count in range(3, len(parts)):
        for end in (b, a):
            database = make(sql(case, "a"))
            database.script("\n".join(parts[:count]))
            database.script(script(look(database), end, tmp_path))
            assert_is(database, end)
