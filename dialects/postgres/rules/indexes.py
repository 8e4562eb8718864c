"""Indexes that are not a constraint's."""

from msgspec.structs import replace

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Refuse, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Index, Table
from .common import COMMENT, attached, parts, same


def _parts(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """Of a part only the statistics target of its expression can be altered."""
    assert isinstance(old, Index) and isinstance(new, Index)
    bare = [tuple(replace(part, statistics=None) for part in index.parts) for index in (old, new)]
    return InPlace("index.set_statistics", light=True) if bare[0] == bare[1] else Replace()


def _invalid(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """A partitioned index is valid as soon as every partition has its part of it; one just made is as its partitions
    are there, or not. Any other was left so by a concurrent build that failed, which no plan does."""
    table = new_schema.get(new_schema.parent(identity) or identity)
    assert isinstance(old, Index) and isinstance(new, Index)
    if isinstance(table, Table) and table.partition_by is not None:
        if (refusal := left_invalid(identity, new, new_schema)) is not None:
            return refusal
        made = old is not old_schema.get(identity)
        follows = made or (old.invalid and (new.invalid or _gets_parts(identity, old_schema, new_schema)))
        return Kept() if follows else Replace()
    if new.invalid:
        return Refuse(
            "it is one that a concurrent build left invalid, and no plan makes one so",
            next="drop it or REINDEX it there and dump again, or leave that out with --ignore invalid",
        )
    return InPlace("index.rebuild", fails=_fails(new, parent_is_new=False))


def left_invalid(identity: Identity, new: Index, schema: Schema) -> Refuse | None:
    """Why no plan makes a partitioned index so: the partition that had no part of it, and left it invalid, is gone."""
    if not new.invalid or not _is_complete(identity, schema):
        return None
    return Refuse(
        "it has a part for every partition and is not valid, and no plan makes one so",
        next="drop it and make it anew there and dump again, or leave that out with --ignore invalid",
    )


def _valid_parts(index: Identity, schema: Schema) -> set[Identity]:
    return {part for part in schema.heirs(index) if not getattr(schema[part], "invalid", False)}


def _is_complete(index: Identity, schema: Schema) -> bool:
    """Have all partitions a valid part of it?"""
    return len(_valid_parts(index, schema)) == len(_partitions(index, schema))


def _partitions(index: Identity, schema: Schema) -> set[Identity]:
    return set(parts(schema.parent(index) or index, schema))


def _gets_parts(index: Identity, old: Schema, new: Schema) -> bool:
    """Is a part attached to it, and no partition gone, by which the server sees that it is valid?"""
    stay = _partitions(index, old) <= _partitions(index, new)
    return stay and not _valid_parts(index, new) <= _valid_parts(index, old)


def _fails(obj: Object, parent_is_new: bool) -> str | None:
    return "rows that are not unique" if getattr(obj, "unique", False) and not parent_is_new else None


RULES = {
    "index": KindRules(
        create="index.create",
        drop="index.drop",
        rename="index.rename",
        rename_unasked=True,
        attributes={
            **same(Replace(), "method", "unique", "nulls_not_distinct", "include", "predicate"),
            "invalid": Choose(_invalid),
            "parts": Choose(_parts),
            "options": InPlace("index.set_options", light=True),
            "tablespace": InPlace("index.set_tablespace", light=True),
            "derived_from": Choose(attached),
            "comment": COMMENT,
        },
        weight=45,
        detachable=True,
        create_fails=_fails,
    ),
}
