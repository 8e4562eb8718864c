"""Columns of tables and their defaults."""

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Refuse, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Check, Column, Index
from ....templates.restate import is_respelled
from .. import not_nulls
from ..casts import comparable, fits, loses
from ..composites import unreachable
from .common import ACL, COMMENT, DERIVED, is_partition, is_rebound, same

DISTURBED_BY_TYPE = frozenset(
    {"default", "view", "materialized_view", "rule", "policy", "trigger", "column", "function", "procedure"}
)
"""What the server does not leave in place while a column's type changes (0A000). A `column` here is a generated one, a
routine one with an SQL-standard body."""


def _type(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """With no difference between the two it is the type that is made anew: an expression still names the old one."""
    assert isinstance(old, Column) and isinstance(new, Column)
    parent = old_schema.parent(identity)
    table = old_schema[parent] if parent is not None else None
    key = getattr(table, "partition_by", None)
    if key is not None and any(part.column == identity for part in key.parts):
        return Refuse("it is part of the partition key, whose type PostgreSQL can't change (42P16)")
    anew = (old.type, old.collation) == (new.type, new.collation)
    if anew and old.generated is not None:
        return Replace()
    if anew and (reason := unreachable(old, (old_schema, new_schema))) is not None:
        return Refuse(reason)
    disturbs = DISTURBED_BY_TYPE
    if anew or not comparable(old.type, new.type):
        disturbs |= {"foreign_key"}
    users = (old_schema.get(user) for user, _ in old_schema.users(identity))
    disturbs |= {user.kind for user in users if isinstance(user, Check | Index) and _is_respelled(user)}
    return InPlace(
        "alter_table.set_type",
        disturbs=disturbs,
        brought=True,
        fails=None if not anew and fits(old.type, new.type) else "values that do not fit the new type",
        loses=loses(old.type, new.type),
    )


def _is_respelled(user: Check | Index) -> bool:
    """Is its text read back as something else when the server makes it anew?"""
    if isinstance(user, Check):
        return is_respelled(user.expression)
    texts = (user.predicate, *(part.expression for part in user.parts))
    return any(is_respelled(text) for text in texts if text is not None)


def _generated(_identity: Identity, old: Object, new: Object, old_schema: Schema, _new: Schema) -> Rule:
    assert isinstance(old, Column) and isinstance(new, Column)
    if new.generated is None and old.generated is not None and not old.generated.virtual:
        return InPlace("alter_table.drop_expression", brought=True)
    if old.generated is None:
        return Replace(loses="the column's values: they are computed from now on")
    if new.generated is None:
        return Replace()
    if old.generated.virtual == new.generated.virtual and old_schema.header.version_number >= 170000:
        return InPlace("alter_table.set_expression", brought=True)
    return Replace()


def _not_null(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """It comes to the children with the parent's, but where it has a name or a say of its own there: then the child is
    given it before. From a partition it is dropped by itself, for it may have a say of its own, and no dump tells."""
    assert isinstance(old, Column) and isinstance(new, Column)
    brought = True
    if new.derived_from and old_schema.header.version_number >= not_nulls.SINCE:
        brought = (
            not_nulls.is_as_brought(identity, new, ((i, new_schema.get(i)) for i in new.derived_from))
            if new.not_null
            else not is_partition(identity, new_schema) and not not_nulls.is_own(old)
        )
    return InPlace("alter_table.set_not_null", brought=brought, fails="NULLs in the column")


def _not_null_constraint(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """It comes and goes with NOT NULL, under its name; of one that stays the name and what it says can be altered."""
    assert isinstance(old, Column) and isinstance(new, Column)
    if old.not_null != new.not_null:
        return _not_null(identity, old, new, old_schema, new_schema)
    validity = [c is not None and c.not_valid for c in (old.not_null_constraint, new.not_null_constraint)]
    if validity == [False, True]:
        return _not_null(identity, old, new, old_schema, new_schema)
    if _is_named_alone(identity, new, old_schema, new_schema) and not is_rebound(identity, old_schema, new_schema):
        return Refuse(
            "PostgreSQL renames an inherited NOT NULL constraint only with its parent's, and under one name (42P16)",
            next="detach the table, rename the constraint, attach it again, and dump again",
        )
    return InPlace("table.set_not_null_constraint", brought=True)


def _is_named_alone(identity: Identity, new: Column, old_schema: Schema, new_schema: Schema) -> bool:
    """Does its constraint get another name than those that it is derived from, or that derive from it?"""
    family = (identity, *new.derived_from, *old_schema.heirs(identity))
    before, after = (not_nulls.names(family, schema) for schema in (old_schema, new_schema))
    renamed = before[0] is not None and before[0] != after[0]
    return renamed and any(
        pair != (before[0], after[0]) for pair in zip(before, after, strict=True) if None not in pair
    )


def _local(identity: Identity, old: Object, new: Object, old_schema: Schema, _new: Schema) -> Rule:
    """A column of a child's own stays its own when the parent gets one like it (ALTER TABLE, "ADD COLUMN")."""
    assert isinstance(old, Column) and isinstance(new, Column)
    if (
        identity not in old_schema
        or new.local
        or old.derived_from
        or all(origin in old_schema for origin in new.derived_from)
    ):
        return Kept()
    return Replace(loses="the column's values: the child's own column gives way to the parent's new one")


def _irreplaceable(old: Object, _new: Object) -> str | None:
    assert isinstance(old, Column)
    return None if old.generated is not None else "the column's values would be lost"


def _add_fails(obj: Object, parent_is_new: bool) -> str | None:
    assert isinstance(obj, Column)
    if parent_is_new or not obj.not_null or obj.default or obj.generated or obj.identity_column:
        return None
    return "any row: the column is NOT NULL and has no default"


RULES = {
    "column": KindRules(
        create="alter_table.add_column",
        drop="alter_table.drop_column",
        rename="table.rename_column",
        rename_reaches_heirs=True,
        attributes={
            **same(Choose(_type), "type", "collation"),
            "generated": Choose(_generated),
            "not_null": Choose(_not_null),
            "not_null_constraint": Choose(_not_null_constraint),
            "storage": InPlace("alter_table.set_storage", light=True),
            "compression": InPlace("alter_table.set_compression", light=True),
            "statistics": InPlace("alter_table.set_statistics", light=True),
            "options": InPlace("alter_table.set_column_options", light=True),
            "local": Choose(_local),
            "acl": ACL,
            "comment": COMMENT,
            **DERIVED,
        },
        weight=22,
        retype="type",
        irreplaceable=_irreplaceable,
        leaves_heirs=True,
        created_along=lambda _obj: True,
        dropped_along=lambda obj: not getattr(obj, "local", True),
        drop_loses="the column's values in every row",
        create_fails=_add_fails,
    ),
    "default": KindRules(
        create="alter_table.set_default",
        drop="alter_table.drop_default",
        attributes={"expression": InPlace("alter_table.set_default"), **DERIVED, "comment": Kept()},
        weight=24,
        detachable=True,
    ),
}
