"""Indexes that are not a constraint's."""

from msgspec.structs import replace

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Refuse, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Index, Table
from .common import COMMENT, attached, same


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
        follows = old.invalid or old is not old_schema.get(identity)
        return Kept() if follows else Replace()
    if new.invalid:
        return Refuse(
            "it is one that a concurrent build left invalid, and no plan makes one so",
            next="drop it or REINDEX it there and dump again, or leave that out with --ignore invalid",
        )
    return InPlace("index.rebuild", fails=_fails(new, parent_is_new=False))


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
