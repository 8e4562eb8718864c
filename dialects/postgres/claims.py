"""Which names an object takes, and where one waits that gives way to another of its name."""

from collections.abc import Iterator

from ...engine.protocol import Schema
from ...snapshots.model import Identity, Object
from ...snapshots.naming import kind_of, parts_of, path_of, quote
from ...snapshots.postgres import IdentityColumn, InSchema, Range, Routine
from ...snapshots.postgres import Sequence as SequenceObject
from . import spelling

_RELATIONS = frozenset({"table", "view", "materialized_view", "sequence", "composite"})
_TYPES = frozenset({"enum", "domain", "range", "composite", "table", "view", "materialized_view"})
KEYS = frozenset({"primary_key", "unique", "exclusion"})
"""Constraints that an index enforces."""
INDEXES = KEYS | {"index"}
_CONSTRAINTS = KEYS | {"check", "foreign_key"}


def claims(identity: Identity, obj: Object) -> Iterator[str]:
    """Relations and indexes share one namespace in a schema, types another, a table's constraints a third."""
    if isinstance(obj, InSchema | SequenceObject):
        name = f"{quote(obj.schema)}.{quote(obj.name)}"
        if obj.kind in _RELATIONS:
            yield f"relation {name}"
        if obj.kind in _TYPES:
            yield f"type {name}"
        if isinstance(obj, Range) and obj.multirange is not None:
            yield f"type {obj.multirange}"
        if isinstance(obj, Routine):
            yield f"routine {path_of(identity)}"
            yield from _calls(name, obj)
    elif obj.kind in INDEXES:
        yield f"relation {quote(parts_of(identity)[0])}.{quote(obj.name)}"
    elif isinstance(obj, IdentityColumn):
        yield f"relation {obj.sequence}"
    if obj.kind in _CONSTRAINTS:
        yield f"constraint {path_of(identity)}"


def _calls(name: str, routine: Routine) -> Iterator[str]:
    """What a call can give it, where defaults stand for the rest. Of two that take the same it is not clear which."""
    given = [a for a in routine.arguments if a.mode in ("in", "inout", "variadic")]
    least = sum(a.default is None for a in given)
    for count in range(least, len(given) + 1):
        yield f"call {name}({', '.join(a.type for a in given[:count])})"


def aside(identity: Identity, old: Schema, new: Schema) -> Identity:
    """Where a superseded type or table waits."""
    return Identity(f"{kind_of(identity)} {spelling.aside(path_of(identity), taken_names(old) | taken_names(new))}")


def taken_names(schema: Schema) -> frozenset[str]:
    """The names, with their schemas, of the types and relations that could be taken for what waits."""
    return schema.remember("waiting names", _waiting_names)


def _waiting_names(schema: Schema) -> frozenset[str]:
    waiting = spelling.WAITING
    alike = [
        (identity, obj)
        for identity, _, obj in schema.objects()
        if waiting in identity or (type(obj) is IdentityColumn and waiting in obj.sequence)
    ]
    found = (claim.partition(" ") for identity, obj in alike for claim in claims(identity, obj))
    return frozenset(name for kind, _, name in found if kind in ("relation", "type"))
