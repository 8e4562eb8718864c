"""Laws 1, 2 and 7 over tests/cases_mysql, on every server at hand.

A case is a folder with `a.sql` and `b.sql`; a file `flavour` says on which of the two alone it makes sense.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from .lab import CASES, assert_is, cases, look, script
from .servers import Database, Server, statements

Fresh = Callable[[str], Database]


@pytest.fixture(params=cases(), ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest, server: Server) -> Path:
    folder: Path = request.param
    if folder not in cases(server.flavour):
        pytest.skip(f"not on {server.flavour}")
    return folder


def sql(case: Path, name: str) -> str:
    return (case / f"{name}.sql").read_text(encoding="utf-8")


def test_there_and_back(case: Path, fresh: Fresh, tmp_path: Path) -> None:
    """apply(forward(A, B), A) is B; apply(rollback(A, B), B) is A; the same from B's side."""
    on_a, on_b = fresh(sql(case, "a")), fresh(sql(case, "b"))
    a, b = look(on_a), look(on_b)
    forward, back = script(a, b, tmp_path), script(b, a, tmp_path)
    for database, first, second, middle, end in ((on_a, forward, back, b, a), (on_b, back, forward, a, b)):
        database.run(first)
        assert_is(database, middle)
        database.run(second)
        assert_is(database, end)


STOPPED = sorted(p.name for p in CASES.iterdir() if (p / "stops").exists())


@pytest.mark.parametrize("name", STOPPED)
def test_a_script_that_stops_half_way(name: str, server: Server, fresh: Fresh, tmp_path: Path) -> None:
    """From any state in between, the way to either end is found by another dump."""
    case = CASES / name
    if case not in cases(server.flavour):
        pytest.skip(f"not on {server.flavour}")
    a, b = look(fresh(sql(case, "a"))), look(fresh(sql(case, "b")))
    parts = list(statements(script(a, b, tmp_path)))
    for count in range(3, len(parts)):
        for end in (b, a):
            database = fresh(sql(case, "a"))
            database.run("\n".join(parts[:count]))
            database.run(script(look(database), end, tmp_path))
            assert_is(database, end)
