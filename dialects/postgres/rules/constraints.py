"""Constraints of tables."""

from collections.abc import Iterator

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Rebind, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.naming import parts_of
from ....snapshots.postgres import ForeignKey
from .common import COMMENT, attached, is_inherited, is_rebound, own, partitions, same

BREAKS = "rows that break it"


def _validate(_identity: Identity, old: Object, _new_obj: Object, _old: Schema, _new: Schema) -> Rule:
    """NOT VALID can be made valid; never the other way."""
    if getattr(old, "not_valid", False):
        return InPlace("alter_table.validate_constraint", fails=BREAKS, brought=True)
    return Replace()


def _enforced(_identity: Identity, old: Object, new_obj: Object, _old: Schema, _new: Schema) -> Rule:
    """Only a foreign key can be switched (42809 else)."""
    if isinstance(old, ForeignKey):
        fails = None if getattr(new_obj, "not_enforced", False) else BREAKS
        return InPlace("alter_table.alter_enforced", fails=fails, brought=True)
    return Replace()


def _derived(identity: Identity, old: Object, new_obj: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """A partition's own takes its parent's in; it can't outlive that one, and is made anew."""
    if new_obj.derived_from or is_rebound(identity, old_schema, new_schema):
        return Kept()
    above = [old_schema.get(old_schema.parent(origin) or origin) for origin in old.derived_from]
    return Replace() if any(getattr(table, "partition_by", None) for table in above) else Kept()


def _local(identity: Identity, old: Object, new_obj: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """An inherited check that the child states too; NO INHERIT says so where all its columns are to be its own."""
    rule = own(identity, old, new_obj, old_schema, new_schema)
    table = new_schema.parent(identity)
    inner = [new_schema[i] for i in new_schema.inside(table)] if table is not None else []
    inherited = any(obj.derived_from and is_inherited(obj) for obj in inner)
    return InPlace("alter_table.restate_check") if isinstance(rule, Rebind) and inherited else rule


def _is_called_alike(obj: Object) -> bool:
    """A partition gets its foreign key under the parent's name; one of another name was there before."""
    return all(parts_of(origin)[-1] == obj.name for origin in obj.derived_from)


def _holds(obj: Object, schema: Schema) -> Iterator[Identity]:
    """Partitions of the other table. That of a partition goes with its parent's, which holds them."""
    assert isinstance(obj, ForeignKey)
    return iter(()) if obj.derived_from else partitions(obj.references, schema)


def _fails(obj: Object, parent_is_new: bool) -> str | None:
    if parent_is_new or getattr(obj, "not_valid", False) or getattr(obj, "not_enforced", False):
        return None
    return BREAKS


_INDEXED = {
    **same(Replace(), "include", "deferrable", "initially_deferred"),
    "options": InPlace("index.set_options", light=True),
    "tablespace": InPlace("index.set_tablespace", light=True),
    "derived_from": Choose(attached),
    "local": Kept(),
    "index_comment": InPlace("common.set_index_comment", light=True),
    "comment": COMMENT,
}
_KEY = {**same(Replace(), "columns", "without_overlaps"), **_INDEXED}

RULES = {
    "check": KindRules(
        create="alter_table.add_constraint",
        drop="alter_table.drop_constraint",
        rename="table.rename_constraint",
        rename_unasked=True,
        attributes={
            **same(Replace(), "expression", "no_inherit"),
            "not_enforced": Choose(_enforced),
            "not_valid": Choose(_validate),
            "local": Choose(_local),
            "comment": COMMENT,
            "derived_from": Choose(_derived),
        },
        weight=40,
        detachable=True,
        rename_reaches_heirs=True,
        leaves_heirs=True,
        created_along=is_inherited,
        dropped_along=is_inherited,
        create_fails=_fails,
    ),
    "primary_key": KindRules(
        create="alter_table.add_constraint",
        drop="alter_table.drop_constraint",
        rename="table.rename_constraint",
        rename_unasked=True,
        attributes=_KEY,
        weight=41,
        create_fails=_fails,
    ),
    "unique": KindRules(
        create="alter_table.add_constraint",
        drop="alter_table.drop_constraint",
        rename="table.rename_constraint",
        rename_unasked=True,
        attributes={"nulls_not_distinct": Replace(), **_KEY},
        weight=42,
        create_fails=_fails,
    ),
    "exclusion": KindRules(
        create="alter_table.add_constraint",
        drop="alter_table.drop_constraint",
        rename="table.rename_constraint",
        rename_unasked=True,
        attributes={"method": Replace(), "parts": Replace(), "predicate": Replace(), **_INDEXED},
        weight=43,
        detachable=True,
        create_fails=_fails,
    ),
    "foreign_key": KindRules(
        create="alter_table.add_constraint",
        drop="alter_table.drop_constraint",
        rename="table.rename_constraint",
        rename_unasked=True,
        attributes={
            **same(
                Replace(),
                "columns",
                "references",
                "referenced_columns",
                "match",
                "on_update",
                "on_delete",
                "on_delete_columns",
                "period",
            ),
            **same(InPlace("alter_table.alter_deferrable", brought=True), "deferrable", "initially_deferred"),
            "not_enforced": Choose(_enforced),
            "not_valid": Choose(_validate),
            "local": Kept(),
            "comment": COMMENT,
            "derived_from": Choose(_derived),
        },
        weight=60,
        holds=_holds,
        detachable=True,
        created_along=_is_called_alike,
        rebinding_brings=True,
        create_fails=_fails,
    ),
}
