"""Laws 1, 2, 6 and 7 over tests/cases_mysql, on every server at hand.

A case is a folder with `a.sql` and `b.sql`; a file `flavour` says on which of the two alone it makes sense, a file
`since` which version is the first that knows it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path

import pytest

from dbstrata.snapshots.errors import Refused

from ..mysql_servers import MyDatabase, MyServer
from ..random_mysql import random_pair
from .lab import CASES, State, assert_is, cases, is_beyond, leave_out_elsewhere, look, made, script, statements
from .rows import Column, contents, fill, written

Make = Callable[[str], MyDatabase]


@pytest.fixture(params=cases(), ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest, my_server: MyServer) -> Path:
    folder: Path = request.param
    leave_out_elsewhere(folder, my_server)
    return folder


@pytest.fixture
def make(my_server: MyServer) -> Iterator[Make]:
    """A fresh database in which a script was run."""
    with ExitStack() as stack:
        yield lambda text: made(my_server, text, stack)


def sql(case: Path, name: str) -> str:
    return (case / f"{name}.sql").read_text(encoding="utf-8")


def test_there_and_back(case: Path, my_server: MyServer, make: Make, tmp_path: Path) -> None:
    assert_case_holds(case, my_server, make, tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(60))
def test_random_pair_there_and_back(seed: int, my_server: MyServer, make: Make, tmp_path: Path) -> None:
    """The seeds are fixed: what fails, fails again."""
    assert_there_and_back(*random_pair(seed, my_server.flavour), make, tmp_path)


def assert_case_holds(case: Path, server: MyServer, make: Make, folder: Path) -> None:
    """A case that takes a newer server must be beyond this one: it does not run, or dbstrata says what it can't do."""
    beyond = is_beyond(case, server)
    with pytest.raises((AssertionError, Refused)) if beyond else nullcontext():
        assert_there_and_back(sql(case, "a"), sql(case, "b"), make, folder)


def assert_there_and_back(before: str, after: str, make: Make, folder: Path) -> None:
    """apply(forward(A, B), A) is B; apply(rollback(A, B), B) is A; the same from B's side. With rows in A, and those in
    columns that both sides have survive; a script that fails for rows has said so, and is tried without."""
    on_a, on_b = make(before), make(after)
    a, b = look(on_a), look(on_b)
    forward, back = script(a, b, folder), script(b, a, folder)
    mine, theirs = written(on_a), written(on_b)
    fill(on_a)
    try:
        travel(on_a, [(forward, b), (back, a)], [column for column, kind in mine.items() if theirs.get(column) == kind])
    except RowsStopIt:
        travel(make(before), [(forward, b), (back, a)])
    travel(on_b, [(back, a), (forward, b)])


class RowsStopIt(Exception):
    """A script failed on rows, and had said that it can."""


def travel(database: MyDatabase, ways: list[tuple[str, State]], kept: list[Column] | None = None) -> None:
    """Run each script, and be what it says. With `kept` there are rows, in which these columns stay as they are."""
    before = contents(database, kept or [])
    for text, end in ways:
        try:
            database.script(text)
        except AssertionError as failure:
            if kept is None:
                raise
            assert "-- CARE: these fail" in text, failure
            raise RowsStopIt from failure
        assert_is(database, end)
        assert contents(database, kept or []) == before


STOPPED = sorted(p.name for p in CASES.iterdir() if (p / "stops").exists())


@pytest.mark.sweep
@pytest.mark.parametrize("name", STOPPED)
def test_a_script_that_stops_half_way(name: str, my_server: MyServer, make: Make, tmp_path: Path) -> None:
    """From any state in between, the way to either end is found by another dump."""
    case = CASES / name
    leave_out_elsewhere(case, my_server)
    a, b = look(make(sql(case, "a"))), look(make(sql(case, "b")))
    parts = list(statements(script(a, b, tmp_path)))
    for count in range(3, len(parts)):
        for end in (b, a):
            database = make(sql(case, "a"))
            database.script("\n".join(parts[:count]))
            database.script(script(look(database), end, tmp_path))
            assert_is(database, end)
