"""Where an object comes to stand among its siblings, in holders whose rules say that a place can be given.

What stays keeps its place: the longest run of objects that stand in one order on both sides. All others are moved,
or made, behind the nearest one before them that is there by then; so any order of the steps ends in the right one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ..snapshots.model import Identity, Object
from ..snapshots.naming import kind_of
from .protocol import Dialect, Place, Statement, Step
from .schema import Schema


def movers(identity: Identity, old: Object, new: Object, field: str) -> list[Identity]:
    """The objects of the field, on both sides, that have to be moved."""
    before = {inner.name: at for at, inner in enumerate(getattr(old, field))}
    kept = [inner for inner in getattr(new, field) if inner.name in before]
    staying = _longest_rise([before[inner.name] for inner in kept])
    return [inner.identity(identity) for at, inner in enumerate(kept) if at not in staying]


def _longest_rise(numbers: list[int]) -> set[int]:
    """Where the elements of the longest rising subsequence are."""
    ends: list[int] = []
    at_end: list[int] = []
    before: list[int | None] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at_end[length - 1] if length else None)
        ends[length : length + 1], at_end[length : length + 1] = [number], [at]
    found: set[int] = set()
    last = at_end[-1] if at_end else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def ranks(steps: Iterable[Step], new: Schema, dialect: Dialect) -> Mapping[Identity, int]:
    """The number, among its siblings, of what the steps make or move at a place."""
    found: dict[Identity, int] = {}
    for parent in _holders(steps, dialect):
        found |= {inner: number for number, inner in enumerate(_placed(parent, new, dialect))}
    return found


def placed(statements: list[Statement], old: Schema, new: Schema, dialect: Dialect) -> list[Statement]:
    """The statements with the place of all that they make or move."""
    steps = [step for statement in statements for step in statement.steps]
    orders = {parent: list(_placed(parent, new, dialect)) for parent in _holders(steps, dialect)}
    coming = {step.identity for step in steps if _takes_place(step, dialect)}
    there = {i for siblings in orders.values() for i in siblings if i in old and i not in coming}
    found: list[Statement] = []
    for statement in statements:
        changed: list[Step] = []
        for step in statement.steps:
            if _takes_place(step, dialect):
                assert step.parent is not None
                step = replace(step, place=_place(step, orders[step.parent], there))
                there.add(step.identity)
            changed.append(step)
        found.append(replace(statement, steps=tuple(changed)))
    return found


def _place(step: Step, siblings: list[Identity], there: set[Identity]) -> Place | None:
    """None: at the end, where a new one comes to stand by itself."""
    at = siblings.index(step.identity)
    if step.action == "create" and not there.intersection(siblings[at + 1 :]):
        return None
    return Place(next((i for i in reversed(siblings[:at]) if i in there), None))


def _takes_place(step: Step, dialect: Dialect) -> bool:
    return (step.action == "create" or step.moves) and _is_placeable(step, dialect)


def _is_placeable(step: Step, dialect: Dialect) -> bool:
    if step.parent is None or step.new is None:
        return False
    return kind_of(step.identity) in dialect.rules(kind_of(step.parent)).placeable.values()


def _holders(steps: Iterable[Step], dialect: Dialect) -> dict[Identity, None]:
    """What the steps make or move something in at a place."""
    return {s.parent: None for s in steps if s.parent is not None and _takes_place(s, dialect)}


def _placed(parent: Identity, new: Schema, dialect: Dialect) -> Iterator[Identity]:
    for field in dialect.rules(kind_of(parent)).placeable:
        for inner in getattr(new[parent], field):
            yield inner.identity(parent)
