"""Three-way merges: 300 generated ones against a judge of their own, and what was thought of by hand."""

import random
import re
import time
from typing import Any

import pytest
from msgspec.structs import replace

from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.engine.compare import compare
from dbstrata.engine.merge import Conflict, Merged, merge, sequence
from dbstrata.engine.schema import Schema
from dbstrata.snapshots import conflicted, format, mysql
from dbstrata.snapshots.errors import InputError
from dbstrata.snapshots.model import Identity
from dbstrata.snapshots.postgres import Column, Index, IndexPart, View

from ..cli.commands import snapshot, table
from .three_ways import applied, base, changes, edited, expected_conflicts, flat, orders

SEEDS = range(300)
DIALECTS = ("postgres", "mysql")


def generated(seed: int) -> tuple[Any, list[Any], list[Any]]:
    rng = random.Random(seed)
    before = base(DIALECTS[seed % 2])
    return before, changes(rng, before, "mnop"), changes(rng, before, "opqr")


def is_subsequence(inner: list[str], outer: list[str]) -> bool:
    rest = iter(outer)
    return all(name in rest for name in inner)


def text_of(merged: Merged) -> str:
    whole = frozenset((c.identity, c.attribute) for c in merged.conflicts if c.attribute is not None)
    return conflicted.marked(
        conflicted.snapshot(merged.ours, whole), conflicted.snapshot(merged.theirs, whole)
    ).decode()


HUNK = re.compile(r"<<<<<<< ours: [^\n]*\n(.*?)^=======\n(.*?)^>>>>>>> theirs: [^\n]*\n", re.DOTALL | re.MULTILINE)


def settled(text: str, pick: Any) -> bytes:
    return HUNK.sub(lambda hunk: str(hunk[pick()]), text).encode()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_is_both_sides_changes(seed: int) -> None:
    """Conflicts stand exactly where both touched one attribute; without one, the result is what either order gives."""
    before, mine, other = generated(seed)
    ours, theirs = applied(before, mine), applied(before, other)
    merged = merge(before, ours, theirs)
    conflicts = {(c.identity, c.attribute) for c in merged.conflicts}
    assert conflicts == expected_conflicts(before, ours, theirs)
    format.check(merged.ours, "ours")
    format.check(merged.theirs, "theirs")
    assert format.encode(merged.ours) == format.pretty(merged.ours)
    if not conflicts:
        assert merged.ours == merged.theirs
        assert flat(merged.ours) == flat(applied(ours, other)) == flat(applied(theirs, mine))
        assert merge(before, theirs, ours).ours == merged.ours
        there = orders(merged.ours)
        for side in (ours, theirs):
            for name, columns in orders(side).items():
                assert is_subsequence([c for c in columns if c in there.get(name, [])], there.get(name, []))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conflict_can_be_settled_either_way(seed: int) -> None:
    """Each pair of markers by itself: whatever is picked, the strict reader takes what is left."""
    before, mine, other = generated(seed)
    merged = merge(before, applied(before, mine), applied(before, other))
    text = text_of(merged)
    if not merged.conflicts:
        assert text.encode() == format.encode(merged.ours)
        return
    with pytest.raises(InputError, match=r"holds a merge conflict: s\.json, line \d+; resolve it"):
        format.decode(text.encode(), "s.json")
    assert conflicted.sides(text.encode()) == (format.encode(merged.ours), format.encode(merged.theirs))
    rng = random.Random(seed)
    for _ in range(3):
        format.decode(settled(text, lambda: rng.choice((1, 2))), "settled")


def test_the_generated_merges_are_of_both_sorts() -> None:
    sides = [(b, applied(b, mine), applied(b, other)) for b, mine, other in map(generated, SEEDS)]
    kinds = [bool(merge(*versions).conflicts) for versions in sides]
    assert min(kinds.count(True), kinds.count(False)) > 40


# by hand

A, B, ID = Column(name="a", type="integer"), Column(name="b", type="integer"), Column(name="id", type="integer")


def test_both_append_a_column() -> None:
    """The everyday conflict of a text merge, and none here."""
    merged = merge(snapshot(table("t", ID)), snapshot(table("t", ID, B)), snapshot(table("t", ID, A)))
    assert merged.conflicts == ()
    assert merged.ours.objects[0].columns == (ID, A, B)


def test_what_one_side_dropped_and_the_other_uses_is_a_conflict() -> None:
    """No attribute was touched twice, and still the result would name what is not there."""
    part = IndexPart(column=Identity("column public.t.a"))
    index = Index(name="by_a", parts=(part,))
    base, ours = snapshot(table("t", ID, A)), snapshot(table("t", ID))
    theirs = snapshot(table("t", ID, A, indexes=(index,)))
    for one, two in ((ours, theirs), (theirs, ours)):
        merged = merge(base, one, two)
        assert merged.conflicts == (Conflict(Identity("column public.t.a")),)
    view = View(schema="public", name="v", query="SELECT 1", depends_on=(Identity("table public.t"),))
    merged = merge(base, snapshot(), snapshot(table("t", ID, A), view))
    assert merged.conflicts == (Conflict(Identity("table public.t")),)


def test_dependencies_follow_and_never_conflict() -> None:
    def view(query: str, *uses: str) -> View:
        return View(schema="public", name="v", query=query, depends_on=tuple(map(Identity, uses)))

    t, u, w = (table(name) for name in "tuw")
    merged = merge(
        snapshot(t, u, w, view("x", "table public.t")),
        snapshot(t, u, w, view("y", "table public.t", "table public.u")),
        snapshot(t, u, w, view("x", "table public.w")),
    )
    assert merged.conflicts == ()
    assert merged.ours.objects[-1] == view("y", "table public.u", "table public.w")
    dropped = merge(snapshot(t, view("x")), snapshot(t), snapshot(t, view("x", "table public.t")))
    assert dropped.conflicts == ()
    assert dropped.ours.objects == (t,)


def test_without_a_base_what_differs_conflicts() -> None:
    ours, theirs = snapshot(table("t", ID, A)), snapshot(table("t", replace(ID, not_null=True), B), table("u"))
    merged = merge(None, ours, theirs)
    assert merged.conflicts == (Conflict(Identity("column public.t.id"), "not_null"),)
    assert [obj.name for obj in merged.ours.objects] == ["t", "u"]
    assert [column.name for column in merged.ours.objects[0].columns] == ["id", "a", "b"]


def test_the_header_merges_by_field_and_by_fact() -> None:
    def with_facts(version: int, **facts: str) -> Any:
        found = snapshot(table("t"), version=version)
        return replace(found, header=replace(found.header, facts=facts))

    merged = merge(
        with_facts(180001, a="1", b="1", c="1"),
        with_facts(180002, a="2", b="1", c="2"),
        with_facts(180001, a="1", b="2", c="3"),
    )
    assert merged.conflicts == (Conflict(Identity("header"), "c"),)
    assert (merged.ours.header.version, merged.ours.header.facts) == ("18.2", {"a": "2", "b": "2", "c": "2"})
    assert merged.theirs.header.facts["c"] == "3"


@pytest.mark.parametrize(
    ("before", "ours", "theirs", "result"),
    [
        ("abc", "abc", "abc", "abc"),
        ("abc", "abxc", "abyc", "abxyc"),
        ("abc", "cab", "abc", "cab"),
        ("abc", "cab", "abxc", "cabx"),
        ("abc", "ac", "axbc", "axbc"),  # b: whether it stays is not the sequence's business
        ("abc", "abxc", "abxc", "abxc"),
        ("abc", "xabc", "abcx", "xabc|abcx"),
        ("abc", "bac", "acb", "bac|acb"),
        ("", "ab", "cd", "abcd"),
    ],
)
def test_sequences(before: str, ours: str, theirs: str, result: str) -> None:
    def names(text: str) -> list[Identity]:
        return [Identity(letter) for letter in text]

    for one, two, wanted in ((ours, theirs, result), (theirs, ours, "|".join(result.split("|")[::-1]))):
        left, right = sequence(names(before), names(one), names(two))
        assert wanted == ("".join(left) if left == right else f"{''.join(left)}|{''.join(right)}")


def test_two_orders_conflict_where_the_order_is_part_of_the_schema() -> None:
    """On MySQL; the whole list stands between the markers. PostgreSQL can't move a column."""

    def moved(found: Any, order: str) -> Any:
        by_name = {c.name: c for c in found.columns}
        return replace(found, columns=tuple(by_name[name] for name in (*order, "id")))

    for dialect, count in (("mysql", 1), ("postgres", 0)):
        before = base(dialect)
        one = next(obj.identity() for obj in before.objects if obj.name == "orders")
        ours = edited(before, one, lambda found: moved(found, "abdc"))
        theirs = edited(before, one, lambda found: moved(found, "bacd"))
        merged = merge(before, ours, theirs)
        assert merged.conflicts == (Conflict(one, "columns"),) * count
        assert HUNK.sub("", text_of(merged)).count('"name": "orders"') == 1
        for side in conflicted.sides(text_of(merged).encode()) or ():
            format.decode(side, "settled")


def test_a_conflict_in_each_of_a_thousand_tables_takes_a_moment() -> None:
    """As where both branches dumped as another owner. A diff of lines took minutes."""
    columns = tuple(Column(name=f"c{at}", type="integer") for at in range(10))
    sides = [snapshot(*(table(f"t{at}", *columns, owner=who) for at in range(1000))) for who in ("me", "ann", "bob")]
    begun = time.process_time()
    merged = merge(*sides)
    text = text_of(merged)
    assert time.process_time() - begun < 10
    assert (len(merged.conflicts), len(HUNK.findall(text))) == (1000, 1000)
    assert conflicted.sides(text.encode()) == (format.encode(sides[1]), format.encode(sides[2]))


def test_what_is_equal_but_in_order_compares_equal() -> None:
    """The law's notion of equal is compare's."""
    before, mine, other = generated(2)
    ours, theirs = applied(before, mine), applied(before, other)
    both = Schema(applied(ours, other))
    assert not compare(Schema(merge(before, ours, theirs).ours), both, same=DIALECT.same)
    assert isinstance(base("mysql"), mysql.Snapshot)
