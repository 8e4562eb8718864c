"""Three versions of a schema become one: what either side changed since the base, by object and attribute.

A conflict is one attribute that both sides changed, each to another value; or an object that one side dropped while the
other changed it or uses it. `depends_on` follows the objects and never conflicts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ..snapshots.canonical import IN_ORDER, Document, Walk
from ..snapshots.model import Header, Identity, Inside, Object, attributes, children, flatten

__all__ = ["HEADER", "Conflict", "Merged", "merge", "merge_header", "merge_objects"]

HEADER = Identity("header")
"""Stands for the header where a conflict is in there."""

ABSENT = object()
"""The value of an attribute in a base that has no such object."""

Sides = tuple[Any, Any]
"""A value twice: as it is if all conflicts are settled for ours, and for theirs. The same one where there is none."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a person must settle."""

    identity: Identity
    attribute: str | None = None
    """None: one side dropped the object."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The result, twice where there are conflicts; both are alike in all else."""

    ours: Any
    theirs: Any
    conflicts: tuple[Conflict, ...] = ()


def merge(base: Document | None, ours: Document, theirs: Document) -> Merged:
    """One snapshot of three. Without a base all that both sides have, and have otherwise, conflicts."""
    header = merge_header(base.header if base is not None else None, ours.header, theirs.header)
    objects = merge_objects(base.objects if base is not None else (), ours.objects, theirs.objects)
    whole: Any = ours
    return Merged(
        replace(whole, header=header.ours, objects=objects.ours),
        replace(whole, header=header.theirs, objects=objects.theirs),
        header.conflicts + objects.conflicts,
    )


def merge_header(base: Header | None, ours: Header, theirs: Header) -> Merged:
    """The header, by field; the server facts by name."""
    merging = _Merging(frozenset())
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for field in ours.__struct_fields__:
        values = [getattr(side, field) if side is not None else ABSENT for side in (base, ours, theirs)]
        if isinstance(values[1], dict):
            left[field], right[field] = merging.by_key(HEADER, *(v if isinstance(v, dict) else {} for v in values))
        else:
            left[field], right[field] = merging.value(HEADER, field, *values)
    return Merged(replace(ours, **left), replace(ours, **right), tuple(merging.conflicts))


def merge_objects(base: Sequence[Object], ours: Sequence[Object], theirs: Sequence[Object]) -> Merged:
    """The top-level objects, by identity and sorted by it. What one side dropped and the other came to use is a
    conflict."""
    held: frozenset[Identity] = frozenset()
    while True:
        merging = _Merging(held)
        left, right = merging.objects(None, base, ours, theirs)
        lost = _lost((base, ours, theirs), (left, right)) - held
        if not lost:
            break
        held |= lost
    return Merged(_by_identity(left), _by_identity(right), tuple(dict.fromkeys(merging.conflicts)))


def _by_identity(objects: Iterable[Object]) -> tuple[Object, ...]:
    return tuple(sorted(objects, key=lambda obj: obj.identity()))


def _lost(versions: Iterable[Sequence[Object]], results: Iterable[Sequence[Object]]) -> frozenset[Identity]:
    """What is named in the result, is not there, and was in one of the versions; with what it stood in."""
    walks = [Walk(side) for side in results]
    there = {i for walk in walks for i in walk.identities}
    missing = {i for walk in walks for i in walk.references} - there
    if not missing:
        return frozenset()
    parents = {i: parent for side in versions for root in side for i, parent, _ in flatten(root)}
    found: set[Identity] = set()
    for name in missing & parents.keys():
        identity: Identity | None = Identity(name)
        while identity is not None:
            found.add(identity)
            identity = parents[identity]
    return frozenset(found)


@dataclass(slots=True)
class _Merging:
    """One pass over all objects."""

    held: frozenset[Identity]
    """What may not be dropped without asking, because the result uses it."""
    conflicts: list[Conflict]

    def __init__(self, held: frozenset[Identity]) -> None:
        self.held, self.conflicts = held, []

    def value(self, identity: Identity, attribute: str, base: Any, ours: Any, theirs: Any) -> Sides:
        """One attribute, as a whole."""
        if ours == theirs or theirs == base:
            return ours, ours
        if ours == base:
            return theirs, theirs
        self.conflicts.append(Conflict(identity, attribute))
        return ours, theirs

    def by_key(self, identity: Identity, base: Any, ours: Any, theirs: Any) -> Sides:
        """A dictionary, each key an attribute of its own."""
        sides: Sides = ({}, {})
        for key in _united(ours, theirs):
            values = self.value(identity, key, *(side.get(key, ABSENT) for side in (base, ours, theirs)))
            for side, found in zip(sides, values, strict=True):
                if found is not ABSENT:
                    side[key] = found
        return sides

    def objects(
        self, parent: Identity | None, base: Sequence[Object], ours: Sequence[Object], theirs: Sequence[Object]
    ) -> tuple[list[Object], list[Object]]:
        """Objects by kind and name, those of ours first."""
        versions = [{obj.identity(parent): obj for obj in side} for side in (base, ours, theirs)]
        sides: tuple[list[Object], list[Object]] = ([], [])
        for identity in _united(*versions[1:], versions[0]):
            found = self.object(identity, parent, *(version.get(identity) for version in versions))
            for side, obj in zip(sides, found, strict=True):
                if obj is not None:
                    side.append(obj)
        return sides

    def object(
        self,
        identity: Identity,
        parent: Identity | None,
        base: Object | None,
        ours: Object | None,
        theirs: Object | None,
    ) -> Sides:
        """One object, None where it is not."""
        if ours is None or theirs is None:
            return self._one_sided(identity, base, ours, theirs)
        if ours == theirs:
            return ours, ours
        if not self.held and base in (ours, theirs):
            return (theirs, theirs) if ours == base else (ours, ours)
        return self._both_sided(identity, base, ours, theirs)

    def _one_sided(self, identity: Identity, base: Object | None, ours: Object | None, theirs: Object | None) -> Sides:
        left = ours if ours is not None else theirs
        if base is None or left is None:  # one side created it; or both dropped it
            return left, left
        if _same(base, left) and identity not in self.held:
            return None, None
        self.conflicts.append(Conflict(identity))
        return ours, theirs

    def _both_sided(self, identity: Identity, base: Object | None, ours: Object, theirs: Object) -> Sides:
        changed: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        for field in ours.__struct_fields__:
            if field in ours.named_by:
                continue
            values = [getattr(side, field) if side is not None else ABSENT for side in (base, ours, theirs)]
            changed[0][field], changed[1][field] = self._field(identity, type(ours), field, *values)
        return replace(ours, **changed[0]), replace(ours, **changed[1])

    def _field(self, identity: Identity, cls: type[Object], field: str, base: Any, ours: Any, theirs: Any) -> Sides:
        if field == "depends_on":
            before = frozenset(base if base is not ABSENT else ())
            mine, other = frozenset(ours), frozenset(theirs)
            kept = tuple(sorted((mine & other) | (mine - before) | (other - before)))
            return kept, kept
        if field not in cls.children:
            return self.value(identity, field, base, ours, theirs)
        inside: Inside = ours
        if isinstance(inside, tuple):
            return self._inside(identity, cls, field, base if base is not ABSENT else (), inside, theirs)
        base = None if base is ABSENT else base
        if len({obj.identity(identity) for obj in (base, ours, theirs) if obj is not None}) > 1:
            return self.value(identity, field, base, ours, theirs)
        some = next((obj for obj in (base, ours, theirs) if obj is not None), None)
        return (None, None) if some is None else self.object(some.identity(identity), identity, base, ours, theirs)

    def _inside(
        self,
        identity: Identity,
        cls: type[Object],
        field: str,
        base: tuple[Object, ...],
        ours: tuple[Object, ...],
        theirs: tuple[Object, ...],
    ) -> Sides:
        """The objects of one field: sorted, or in the order that both sides' changes leave."""
        found = self.objects(identity, base, ours, theirs)
        if field not in IN_ORDER:
            left, right = (tuple(sorted(side, key=lambda obj: (obj.name, obj.kind))) for side in found)
            return left, right
        names = ([obj.identity(identity) for obj in side] for side in (base, ours, theirs))
        orders = sequence(*names)
        if orders[0] != orders[1] and field in cls.ordered:
            self.conflicts.append(Conflict(identity, field))
        else:
            orders = (orders[0], orders[0])
        by_name = ({obj.identity(identity): obj for obj in side} for side in found)
        left, right = (tuple(s[i] for i in order if i in s) for s, order in zip(by_name, orders, strict=True))
        return left, right


def sequence(base: Sequence[Identity], ours: Sequence[Identity], theirs: Sequence[Identity]) -> Sides:
    """All names of both sides in the order that both sides' changes leave; two orders where both moved the same.

    What one side inserted stands behind what it stood behind there. Where both inserted, the lesser name goes first:
    the result is the same whichever side is called ours.
    """
    shared = set(ours) & set(theirs)
    mine, other = ([name for name in side if name in shared] for side in (ours, theirs))
    before = [name for name in base if name in shared]
    moved = [[name for name in side if name in set(before)] != before for side in (mine, other)]
    if mine == other or moved == [True, False]:
        orders = (mine, mine)
    elif moved == [False, True]:
        orders = (other, other)
    else:
        orders = (mine, other)
    gaps = [_inserted(side, shared) for side in (ours, theirs)]
    left, right = (_filled(order, *gaps) for order in orders)
    return left, right


Gaps = dict[Identity | None, list[Identity]]
"""Names by the shared name that they stand behind; None: before all."""


def _inserted(side: Sequence[Identity], shared: set[Identity]) -> Gaps:
    gaps: Gaps = {}
    anchor: Identity | None = None
    for name in side:
        if name in shared:
            anchor = name
        else:
            gaps.setdefault(anchor, []).append(name)
    return gaps


def _filled(order: Sequence[Identity], *gaps: Gaps) -> list[Identity]:
    result: list[Identity] = []
    for anchor in (None, *order):
        result += [anchor] if anchor is not None else []
        for names in sorted(gap[anchor] for gap in gaps if anchor in gap):
            result += names
    return result


def _united(*mappings: Iterable[Any]) -> dict[Any, None]:
    return {key: None for mapping in mappings for key in mapping}


def _same(old: Object, new: Object) -> bool:
    """Are they equal in all that is compared?"""
    if type(old) is not type(new) or any(getattr(old, a) != getattr(new, a) for a in attributes(type(old))):
        return False
    before, after = tuple(children(old)), tuple(children(new))
    return len(before) == len(after) and all(
        a.name == b.name and _same(a, b) for a, b in zip(before, after, strict=True)
    )
