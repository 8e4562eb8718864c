"""The keys whose values all differ."""

from collections.abc import Iterator

from ...engine.protocol import Schema
from ...snapshots.model import Identity, Object
from ...snapshots.mysql import Index, PrimaryKey

__all__ = ["distinct", "is_narrowed"]


def distinct(column: Identity, schema: Schema) -> Iterator[tuple[Identity, PrimaryKey | Index]]:
    """Those that the column is in."""
    table = schema.root_of(column)
    for identity in schema.inside(table) if table is not None else ():
        key = schema[identity]
        unique = isinstance(key, PrimaryKey) or (isinstance(key, Index) and key.type == "unique")
        if unique and isinstance(key, PrimaryKey | Index) and any(part.column == column for part in key.parts):
            yield identity, key


def is_narrowed(column: Identity, old: Object, new: Object, schema: Schema) -> bool:
    """Can values of a key be the same by the column's new collation?"""
    collations = [getattr(side, "collation", None) for side in (old, new)]
    return None not in collations and collations[0] != collations[1] and any(distinct(column, schema))
