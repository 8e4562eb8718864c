"""What both sides of a comparison are narrowed to before anything is compared: scope, ignored objects, partitions
that come and go at run time.

Whatever is taken out is taken out of both, so that it is neither created nor dropped nor altered, and is counted.
"""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import msgspec

from ..snapshots.errors import InputError
from ..snapshots.model import Header, Identity, Inside, Object, Scope, flatten
from ..snapshots.naming import path_of

__all__ = ["Narrowed", "attribute_names", "covers", "narrowed", "split_ignore"]

ALIASES = {"owners": "owner", "privileges": "acl", "comments": "comment"}
"""What attributes are called besides their name in the snapshot."""

HISTORY = "dbstrata_history"
"""The table that `apply --record` keeps. It is nobody's difference."""

Keep = Callable[[Identity, Object], bool]


class Narrowed(NamedTuple):
    """Both sides, and what was taken out of them."""

    old: Any
    new: Any
    notes: tuple[str, ...] = ()


def narrowed(old: Any, new: Any, *, scope: Scope, ignore: Iterable[str] = (), managed: Iterable[str] = ()) -> Narrowed:
    """The two snapshots with only what is to be compared. Raises InputError if their scopes can't be compared."""
    notes: list[str] = []
    if scope != Scope():
        old, new = _in_scope(old, new, scope, notes)
    elif old.header.scope != new.header.scope:
        raise InputError(
            what=f"dumped with different scopes: {_told(old.header.scope)}, and {_told(new.header.scope)}",
            where="the two snapshots' headers",
            next="say what to compare with --scope PATTERN, or dump both alike",
        )
    old, new = _without_history(old), _without_history(new)
    patterns, tables = tuple(ignore), tuple(managed)
    if tables:
        old, new = _without_partitions(old, tables, notes), _without_partitions(new, tables, notes)
    if patterns:
        old, new = _without_ignored(old, patterns, notes), _without_ignored(new, patterns, notes)
    return Narrowed(old, new, tuple(dict.fromkeys(notes)))


# scope


def _in_scope(old: Any, new: Any, scope: Scope, notes: list[str]) -> tuple[Any, Any]:
    """What the scope and both dumps cover: not read is not absent."""
    scopes = (scope, old.header.scope, new.header.scope)
    sides = [_kept(side, lambda _, obj: all(covers(s, obj) for s in scopes)) for side in (old, new)]
    if not any(side.objects for side in sides) and (old.objects or new.objects):
        raise InputError(
            what=f"nothing to compare: no object of either side is within {_told(scope)}",
            where="--scope, or [scope] in the settings",
            next="check the pattern, and the scope in the headers",
        )
    taken = sum(len(side.objects) for side in (old, new)) - sum(len(side.objects) for side in sides)
    if taken:
        notes.append(f"{_counted(taken, 'object')} outside of {_told(scope)}")
    return _scoped(sides[0], scope), _scoped(sides[1], scope)


def _scoped(snapshot: Any, scope: Scope) -> Any:
    header: Header = msgspec.structs.replace(snapshot.header, scope=scope)
    return msgspec.structs.replace(snapshot, header=header)


def covers(scope: Scope, obj: Object) -> bool:
    """Whether a dump with that scope reads the object; what stands in no schema is read when none is named."""
    if scope == Scope():
        return True
    schema = obj.name if obj.kind == "schema" else getattr(obj, "schema", None)
    if schema is None:
        return not scope.schemas and not _matches(scope.exclude, obj.name)
    if _matches(scope.exclude_schemas, schema) or (scope.schemas and not _matches(scope.schemas, schema)):
        return False
    return obj.kind == "schema" or not (
        _matches(scope.exclude, obj.name) or _matches(scope.exclude, f"{schema}.{obj.name}")
    )


def _told(scope: Scope) -> str:
    parts = [f"{word} {', '.join(p)}" for word, p in zip(_WORDS, msgspec.structs.astuple(scope), strict=True) if p]
    return "; ".join(parts) or "all schemas"


_WORDS = ("schemas", "without schemas", "without")


# partitions that come and go


def _without_partitions(snapshot: Any, tables: tuple[str, ...], notes: list[str]) -> Any:
    """Without the partitions, at whatever depth, of the tables that match, and what is made and dropped with them."""
    parents: dict[Identity, Identity] = {
        obj.identity(): parent for obj in snapshot.objects if (parent := getattr(obj, "partition_of", None))
    }

    def managed_by(identity: Identity) -> Identity | None:
        while (parent := parents.get(identity)) is not None:
            if _matches(tables, path_of(parent)) or _matches(tables, parent):
                return parent
            identity = parent
        return None

    gone: dict[Identity, Identity] = {i: parent for i in parents if (parent := managed_by(i)) is not None}
    if not gone:
        return snapshot
    columns = {i for obj in snapshot.objects if obj.identity() in gone for i, _, _ in flatten(obj)}
    for parent in sorted(set(gone.values())):
        notes.append(f"the partitions of {parent}, which are managed at run time")
    return _kept(
        snapshot,
        lambda identity, obj: (
            identity not in gone
            and getattr(obj, "owned_by", None) not in columns
            and getattr(obj, "table", None) not in gone
        ),
    )


# ignored objects


def _without_history(snapshot: Any) -> Any:
    if not any(obj.name == HISTORY for obj in snapshot.objects):
        return snapshot
    return _kept(snapshot, lambda _, obj: obj.name != HISTORY)


def _without_ignored(snapshot: Any, patterns: tuple[str, ...], notes: list[str]) -> Any:
    """Without the objects, at whatever depth, whose identity, or its path, matches."""
    taken: list[Identity] = []

    def keep(identity: Identity, _obj: Object) -> bool:
        if _matches(patterns, identity) or _matches(patterns, path_of(identity)):
            taken.append(identity)
            return False
        return True

    objects = tuple(_pruned(obj, keep, None) for obj in snapshot.objects if keep(obj.identity(), obj))
    if not taken:
        return snapshot
    for pattern in patterns:
        notes.append(f"what matches {pattern}, which is ignored")
    return msgspec.structs.replace(snapshot, objects=objects)


def _pruned(obj: Object, keep: Keep, parent: Identity | None) -> Object:
    """The object without those inside it that are not kept; the same one if that is none."""
    identity = obj.identity(parent)
    changed: dict[str, Any] = {}
    for field in obj.children:
        value: Inside = getattr(obj, field)
        if isinstance(value, tuple):
            inner = tuple(_pruned(i, keep, identity) for i in value if keep(i.identity(identity), i))
            if len(inner) != len(value) or any(a is not b for a, b in zip(inner, value, strict=True)):
                changed[field] = inner
        elif value is not None and not keep(value.identity(identity), value):
            changed[field] = None
    return msgspec.structs.replace(obj, **changed) if changed else obj


# --ignore


def split_ignore(words: Iterable[str], known: Callable[[], frozenset[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(attributes, object patterns): what holds a dot, a space or a wildcard is a pattern. Raises InputError."""
    attributes: dict[str, None] = {}
    patterns: dict[str, None] = {}
    for word in filter(None, (w.strip() for w in words)):
        if any(c in word for c in ". *?["):
            patterns[word] = None
            continue
        name = ALIASES.get(word, word)
        if name not in known():
            raise InputError(
                what=f"no attribute {word!r}",
                where="--ignore, or [ignore] in the settings",
                next="say owner, privileges, comment, or another attribute as it stands in the snapshot; or "
                "an object as `kind name`, with its schema if it has one",
            )
        attributes[name] = None
    return tuple(attributes), tuple(patterns)


def attribute_names() -> frozenset[str]:
    """All attributes that objects of the dialects loaded so far can have."""
    found: set[str] = set(ALIASES.values())
    pending: list[type[Object]] = list(Object.__subclasses__())
    while pending:
        cls = pending.pop()
        found |= {f for f in cls.__struct_fields__ if f not in cls.named_by and f not in cls.children}
        pending.extend(cls.__subclasses__())
    return frozenset(found)


# helpers


def _kept(snapshot: Any, keep: Keep) -> Any:
    return msgspec.structs.replace(snapshot, objects=tuple(o for o in snapshot.objects if keep(o.identity(), o)))


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
