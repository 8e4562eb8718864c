"""What differs between two snapshots: objects by identity, attributes by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from ..snapshots.model import Header, Identity, Object, attributes, moved
from .schema import Schema

Same = Callable[[Object, Object, str, tuple[int, int]], bool]


class Change(Struct, frozen=True):
    """One object that was created (`old` is None), dropped (`new` is None), or altered in `attributes`."""

    identity: Identity
    old: Object | None
    new: Object | None
    attributes: tuple[str, ...] = ()


class Changes(Struct, frozen=True):
    """All that differs, by identity, parents before what stands in them."""

    by_identity: Mapping[Identity, Change]
    spelling: tuple[tuple[Identity, str], ...] = ()
    """Attributes whose text differs though it means the same on the two servers."""
    left_out: tuple[str, ...] = ()
    """Attributes that one of the snapshots did not read, or that were to be ignored."""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.by_identity.values())

    def __len__(self) -> int:
        return len(self.by_identity)

    def __bool__(self) -> bool:
        return bool(self.by_identity)


class Spelling(Struct, frozen=True):
    """One attribute that means the same on two servers, and how each spells it."""

    identity: Identity
    attribute: str
    old: Any
    new: Any


def spellings(changes: Changes, old: Schema, new: Schema) -> Iterator[Spelling]:
    """What `changes` calls a difference of spelling alone, with both values."""
    for identity, attribute in changes.spelling:
        yield Spelling(identity, attribute, getattr(old[identity], attribute), getattr(new[identity], attribute))


def compared(cls: type[Object], versions: tuple[int, ...], left_out: frozenset[str]) -> tuple[str, ...]:
    """The attributes of a class that all servers of these versions know and nobody left out."""
    return _compared(cls, min(versions), max(versions), left_out)


@cache
def _compared(cls: type[Object], oldest: int, newest: int, left_out: frozenset[str]) -> tuple[str, ...]:
    known = (a for a in attributes(cls) if cls.since.get(a, 0) <= oldest and newest < cls.until.get(a, newest + 1))
    return tuple(a for a in known if a not in left_out)


def left_out(old: Header, new: Header, ignore: Iterable[str] = ()) -> frozenset[str]:
    """The attributes that can't be compared, or are not to be."""
    names = {"privileges": "acl", "owners": "owner", "comments": "comment"}
    return frozenset(old.not_read) | frozenset(new.not_read) | {names.get(i, i) for i in ignore}


class _Comparison(Struct):
    versions: tuple[int, int]
    left_out: frozenset[str]
    same: Same | None
    spelling: list[tuple[Identity, str]] = []

    def attributes(self, identity: Identity, old: Object, new: Object) -> tuple[str, ...]:
        found: list[str] = []
        if old == new:
            return ()
        for attribute in compared(type(old), self.versions, self.left_out):
            if getattr(old, attribute) == getattr(new, attribute):
                continue
            if self.same is not None and self.same(old, new, attribute, self.versions):
                self.spelling.append((identity, attribute))
            else:
                found.append(attribute)
        return (*found, *moved(old, new))


def compare(old: Schema, new: Schema, *, same: Same, ignore: Iterable[str] = ()) -> Changes:
    """What must change for `old` to become `new`.

    Texts from one flavour and series are compared as they are; else `same` is asked about what differs. `ignore`
    holds attributes to leave out; `privileges`, `owners` and `comments` are understood. Objects that can't be changed
    because nothing differs but what was left out are no difference.
    """
    out = left_out(old.header, new.header, ignore)
    comparison = _Comparison(
        versions=(old.header.version_number, new.header.version_number),
        left_out=out,
        same=same if _spelled_apart(old.header, new.header) else None,
    )
    found: dict[Identity, Change] = {}
    for root in sorted(_differing(old.roots, new.roots)):
        found.update(_compare_root(root, old, new, comparison))
    return Changes(found, tuple(comparison.spelling), tuple(sorted(out)))


def _differing(old: Mapping[Identity, Object], new: Mapping[Identity, Object]) -> Iterator[Identity]:
    """The top-level objects that are not the same on both sides."""
    for root in old.keys() | new.keys():
        before, after = old.get(root), new.get(root)
        if before is not after and before != after:
            yield root


def _compare_root(
    root: Identity, old: Schema, new: Schema, comparison: _Comparison
) -> Iterator[tuple[Identity, Change]]:
    identities = dict.fromkeys([root, *old.descendants(root)]) | dict.fromkeys([root, *new.descendants(root)])
    for identity in identities:
        before, after = old.get(identity), new.get(identity)
        either = before or after
        if either is not None and either.essence() in comparison.left_out:
            continue
        if before is None or after is None:
            yield identity, Change(identity, before, after)
        elif differing := comparison.attributes(identity, before, after):
            yield identity, Change(identity, before, after, differing)


def _spelled_apart(old: Header, new: Header) -> bool:
    """Are they of two flavours or series? The last two digits count a series' releases."""
    return (old.flavour, old.version_number // 100) != (new.flavour, new.version_number // 100)
