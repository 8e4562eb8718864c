"""Laws 1 and 2 over tests/cases: each pair of schemas is travelled from A to B and back, and from B to A and back.

A case is a folder with `a.sql` and `b.sql`. Further files, where needed: `prereq.sql` (roles, once a server),
`seed_a.sql` (rows for A), `unmodelled.sql` (what both have that no model covers), `refuses` (what is said where the
change is refused), `replaces` (columns that both sides have and whose rows can't be kept), `copies` (tables, partitions
and sequences that are made anew, the rows copied), `since` (the first server_version_num that knows it all).
"""

import pytest

from dbstrata.snapshots.errors import DbstrataError
from dbstrata.snapshots.naming import Identity

from ..lab import (
    SHARED,
    Case,
    Lab,
    State,
    all_cases,
    assert_is,
    copied,
    pagila,
    places,
    replaced,
    script,
    shop,
    unnamed_losses,
)
from ..servers import Database

ANY = Case("any", "", "")
CASES = [*all_cases(), shop(), *([pagila()] if SHARED else [])]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


def test_there_and_back(lab: Lab, case: Case) -> None:
    assert_there_and_back(lab, case)


def assert_there_and_back(lab: Lab, case: Case) -> None:
    """apply(forward(A, B), A) is B; apply(rollback(A, B), B) is A in structure; the same from B's side."""
    on_a, on_b, a, b = lab.states(case)
    if case.refuses:
        assert_refused(a, b, case.refuses)
        return
    there = places(on_b)
    if case.seed_a:
        on_a.psql(case.seed_a)
    lost = [*travel(lab, on_a, a, b, there, case), *travel(lab, on_b, b, a, places(on_a), case)]
    assert lost == case.replaces.split()


def travel(
    lab: Lab, database: Database, old: State, new: State, wanted: dict[Identity, str], case: Case = ANY
) -> list[str]:
    """From old to new and back. Nothing that rows are in goes without a word; returns what is replaced, but for what
    is copied: those rows test_law_5_and_6_rows counts."""
    before = places(database)
    forward, back = script(old, new), script(new, old, rollback=True)
    lab.run(database, forward)
    assert_is(database, new)
    after = places(database)
    assert [where for where in unnamed_losses(forward, old, before, after) if not copied(where, case)] == []
    lab.run(database, back)
    assert_is(database, old)
    return [name.partition(" ")[2] for name in replaced(before, wanted, after) if not copied(name, case)]


def assert_refused(a: State, b: State, words: str) -> None:
    """One of the two ways, or both, and nothing else is wrong."""
    said = []
    for old, new in ((a, b), (b, a)):
        try:
            script(old, new)
        except DbstrataError as error:
            assert error.exit_code == 3, str(error)
            said.append(str(error))
    assert said
    assert all(words.strip() in message for message in said), said
