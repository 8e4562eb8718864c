"""Laws 1, 2 and 6 over tests/cases: each pair of schemas is travelled from A to B and back, and from B to A and back.

A case is a folder with `a.sql` and `b.sql`. Further files, where needed: `prereq.sql` (roles, once a server),
`seed_a.sql` (rows for A), `unmodelled.sql` (what both have that no model covers), `refuses` (what is said where the
change is refused), `replaces` (columns that both sides have and whose rows can't be kept), `copies` (tables, partitions
and sequences that are made anew, the rows copied), `since` (the first server_version_num that knows it all).
"""

import re
from collections.abc import Collection

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
from ..rows import Columns, common, contents, fill, rows
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
    """apply(forward(A, B), A) is B; apply(rollback(A, B), B) is A in structure; the same from B's side. With rows, and
    those in tables and columns that both sides have survive; what fails on rows was said to."""
    on_a, on_b, a, b = lab.states(case)
    if case.refuses:
        assert_refused(a, b, case.refuses)
        return
    shared, wanted = [common(on_a, on_b), common(on_b, on_a)], [places(on_b), places(on_a)]
    copies = case.copies.split()
    lost: list[str] = []
    for database, (old, new), sql, tables, there in zip(
        (on_a, on_b), ((a, b), (b, a)), (case.a, case.b), shared, wanted, strict=True
    ):
        if database is on_a and case.seed_a:
            on_a.psql(case.seed_a)
        else:
            fill(database)
        kept = Kept(database, without_replaced(tables, case), rows(on_a, copies).keys() & rows(on_b, copies).keys())
        try:
            lost += travel(lab, database, old, new, there, case, kept)
        except RowsStopIt:
            lost += travel(lab, lab.database(sql), old, new, there, case)
    assert lost == case.replaces.split()


def without_replaced(tables: Columns, case: Case) -> Columns:
    lost = set(case.replaces.split())
    return {t: [c for c in its if f"{c.schema}.{c.table}.{c.name}" not in lost] for t, its in tables.items()}


class Kept:
    """What rows hold in what is to stay: the values of columns, and whole rows of what is copied."""

    def __init__(self, database: Database, tables: Columns, copies: Collection[str]) -> None:
        self._database, self._tables, self._copies = database, tables, copies
        self._before = self._now()

    def _now(self) -> tuple[object, object]:
        return contents(self._database, self._tables), rows(self._database, self._copies)

    def assert_same(self) -> None:
        assert self._now() == self._before


class RowsStopIt(Exception):
    """A script failed on rows, and had said that it can."""


def travel(
    lab: Lab,
    database: Database,
    old: State,
    new: State,
    wanted: dict[Identity, str],
    case: Case = ANY,
    kept: Kept | None = None,
) -> list[str]:
    """From old to new and back. Nothing that rows are in goes without a word; returns what is replaced, but for what
    is copied: those rows are in `kept`."""
    before = places(database)
    forward, back = script(old, new), script(new, old, rollback=True)
    _run(lab, database, forward, kept)
    assert_is(database, new)
    after = places(database)
    assert [where for where in unnamed_losses(forward, old, before, after) if not copied(where, case)] == []
    if kept is not None:
        kept.assert_same()
    _run(lab, database, back, kept)
    assert_is(database, old)
    if kept is not None:
        kept.assert_same()
    return [name.partition(" ")[2] for name in replaced(before, wanted, after) if not copied(name, case)]


def _run(lab: Lab, database: Database, text: str, kept: Kept | None) -> None:
    try:
        lab.run(database, text)
    except AssertionError as failure:
        if kept is None:
            raise
        assert re.search(r"^-- CARE: these fail", text, re.MULTILINE), failure
        raise RowsStopIt from failure


def assert_refused(a: State, b: State, words: str) -> None:
    """One of the two ways, or both, and nothing else is wrong."""
    said = list[str]()
    for old, new in ((a, b), (b, a)):
        try:
            script(old, new)
        except DbstrataError as error:
            assert error.exit_code == 3, str(error)
            said.append(str(error))
    assert said
    assert all(words.strip() in message for message in said), said
