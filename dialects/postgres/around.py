"""What stands around an object: children and parents of its table, what derives from it, whose owner is its own too."""

from collections.abc import Iterator

from ...engine.protocol import Schema, Step
from ...snapshots.model import Identity, Object
from ...snapshots.postgres import IdentityColumn, Table
from ...snapshots.postgres import Sequence as SequenceObject
from ...templates.filters.postgres import table_path


def has_children(step: Step, old: Schema, new: Schema) -> bool:
    """Has the table that the step is about children, on either side?"""
    parents = [found for schema in (old, new) if (found := schema.remember("parents", _parents))]
    if not parents:
        return False
    table = Identity(f"table {table_path(step)}")
    return any(table in found for found in parents)


def _parents(schema: Schema) -> frozenset[Identity]:
    """The tables that others inherit from, or are partitions of."""
    tables = [t for t in schema.of_kind("table") if isinstance(t, Table)]
    return frozenset(p for t in tables for p in (*t.inherits, *([t.partition_of] if t.partition_of else ())))


def ancestors(table: Identity, schema: Schema) -> Iterator[Identity]:
    """The tables that it is a part of or inherits from, at whatever remove."""
    obj = schema.get(table)
    for parent in (getattr(obj, "partition_of", None), *getattr(obj, "inherits", ())):
        if parent is not None:
            yield parent
            yield from ancestors(parent, schema)


def holder_of(identity: Identity, schema: Schema) -> Identity | None:
    """The relation whose owner is the object's too: of a column, an identity, or a sequence that a column owns."""
    obj = schema.get(identity)
    column = getattr(obj, "owned_by", None) if isinstance(obj, SequenceObject) else identity
    above = schema.parent(column) if column is not None else None
    return schema.parent(above) if above is not None and isinstance(obj, IdentityColumn) else above


def beyond(table: Object | None, other: Object | None) -> list[Identity]:
    """The parents of one that the other has not."""
    there: tuple[Identity, ...] = getattr(other, "inherits", ())
    return [parent for parent in getattr(table, "inherits", ()) if parent not in there]
