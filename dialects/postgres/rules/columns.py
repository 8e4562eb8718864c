"""Columns of tables and their defaults."""

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Refuse, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.naming import kind_of
from ....snapshots.postgres import Check, Column, Index
from ....templates.restate import is_respelled
from .. import composites, conversion, not_nulls
from ..casts import NoCast, comparable, fits
from .common import ACL, COMMENT, DERIVED, ask, is_inherited, is_partition, is_rebound, own, same
from .heirs import losing

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
    types = (old_schema, new_schema)
    anew = (old.type, old.collation) == (new.type, new.collation)
    if anew and old.generated is not None:
        return Replace()
    try:
        conversion.using(identity, old, new, types, anew=anew)
    except NoCast as error:
        return ask(identity, error)
    disturbs = DISTURBED_BY_TYPE
    if anew or not comparable(old.type, new.type):
        disturbs |= {"foreign_key"}
    below = frozenset(losing(identity, old_schema))
    if stuck := [i for i in sorted(below) if i in new_schema and not _can_be_unbound(i, old_schema)]:
        return Refuse(
            f"the NOT NULL of {stuck[0]} has another name than its parent's, at which PostgreSQL 18 stumbles",
            next="give both one name (ALTER TABLE ... RENAME CONSTRAINT), or make the child's columns its own",
        )
    if below:
        disturbs |= {"foreign_key"}
    users = (old_schema.get(user) for user, _ in old_schema.users(identity))
    disturbs |= {user.kind for user in users if isinstance(user, Check | Index) and _is_respelled(user)}
    return InPlace(
        "alter_table.set_type",
        disturbs=disturbs,
        brought=True,
        unbinds=below,
        fails=None if not anew and fits(old.type, new.type) else "values that do not fit the new type",
        loses=conversion.loses(old, new, types) or (composites.lost(old, new, types) if anew else None),
    )


def _can_be_unbound(table: Identity, schema: Schema) -> bool:
    """Is it as before once it is bound again? NO INHERIT makes inherited columns the child's own."""
    columns = (schema[i] for i in schema.inside(table) if kind_of(i) == Column.kind)
    partition = getattr(schema[table], "partition_of", None) is not None
    return partition or not any(map(is_inherited, columns))


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
    if old.generated.virtual == new.generated.virtual and old_schema.server.version_number >= 170000:
        return InPlace("alter_table.set_expression", brought=True)
    return Replace()


def _not_null(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """It comes to the children with the parent's, but where it has a name or a say of its own there: then the child is
    given it before. From a partition it is dropped by itself, for it may have a say of its own, and no dump tells.
    Before it was a constraint each table but a partition has its own."""
    assert isinstance(old, Column) and isinstance(new, Column)
    fails = "NULLs in the column" if new.not_null and not_nulls.is_valid(new) else None
    brought = True
    if old_schema.server.version_number < not_nulls.SINCE:
        brought = is_partition(identity, new_schema)
    elif new.derived_from and not new.not_null:
        brought = not is_partition(identity, new_schema) and not not_nulls.is_own(old)
    elif new.derived_from:
        brought = bool(not_nulls.bringers(identity, new, new_schema))
        if not brought and not not_nulls.is_own(new) and not is_partition(identity, new_schema):
            return Refuse(
                "its NOT NULL is inherited under a name that no parent's has, and no statement makes one so",
                next="give it a parent's name in the new schema, or make it the child's own too",
            )
        if _comes_by_inherit(identity, new, old_schema, new_schema):
            return InPlace("table.set_not_null_constraint", brought=brought, fails=fails)
    return InPlace("alter_table.set_not_null", brought=brought, fails=fails)


def _comes_by_inherit(identity: Identity, column: Column, old: Schema, new: Schema) -> bool:
    """Has the parent's been there before, and is to reach its children now (ALTER CONSTRAINT ... INHERIT)?"""
    for origin in not_nulls.bringers(identity, column, new):
        before, after = old.get(origin), new[origin]
        assert isinstance(after, Column)
        if not isinstance(before, Column):
            continue
        if before.not_null:
            return not not_nulls.reaches_heirs(before)
        return _comes_by_inherit(origin, after, old, new)
    return False


def _not_null_constraint(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """It comes and goes with NOT NULL, under its name; of one that stays the name and what it says can be altered. An
    inherited one is renamed with the parent's, or apart from it."""
    assert isinstance(old, Column) and isinstance(new, Column)
    if old.not_null != new.not_null:
        return _not_null(identity, old, new, old_schema, new_schema)
    names = [not_nulls.name(identity, c.not_null_constraint) for c in (old, new)]
    table = new_schema.parent(identity)
    if _is_to_be_left(old, new) and not is_partition(identity, new_schema):
        return Refuse(
            "its NOT NULL is the child's own, and no statement leaves it to the parent alone",
            next="state it in the child too in the new schema, or take NOT NULL from the child first",
        )
    reaches = not_nulls.reaches_heirs(old) and not_nulls.reaches_heirs(new)
    if reaches and names[0] != names[1] and _is_kept_by_heirs(identity, names[0], old_schema, new_schema):
        return Refuse(
            "its NOT NULL can't be renamed, for a child has it under another name",
            next="keep the name in the new schema, or drop it and add it again by hand",
        )
    apart = bool(old.derived_from) and _origin_names(old, old_schema, new_schema) != names
    if names[0] != names[1] and apart and table is not None and identity in old_schema:
        return InPlace("table.set_not_null_constraint", unbinds=frozenset({table}))
    validity = [c is not None and c.not_valid for c in (old.not_null_constraint, new.not_null_constraint)]
    if validity == [False, True]:
        if _is_inherited_not_null(new, old_schema, new_schema):
            return Refuse(
                "its NOT NULL is valid, and no statement makes one that is inherited NOT VALID again",
                next="leave it valid in the new schema",
            )
        return _not_null(identity, old, new, old_schema, new_schema)
    return InPlace("table.set_not_null_constraint", brought=True)


def _is_to_be_left(old: Column, new: Column) -> bool:
    """Is a child's own NOT NULL to be its parents' alone, though its column is what it was?"""
    inherits = bool(old.derived_from and new.derived_from) and old.local == new.local
    return inherits and not_nulls.is_own(old) and not not_nulls.is_own(new)


def _is_kept_by_heirs(column: Identity, called: str, old: Schema, new: Schema) -> bool:
    """Has one that derives from it NOT NULL under another name, and keeps it? RENAME stops there."""
    for heir in old.all_heirs(column):
        before, after = old[heir], new.get(heir)
        if isinstance(before, Column) and isinstance(after, Column) and before.not_null and after.derived_from:
            names = {not_nulls.name(heir, c.not_null_constraint) for c in (before, after)}
            if len(names) == 1 and called not in names:
                return True
    return False


def _is_inherited_not_null(column: Column, *schemas: Schema) -> bool:
    """Is a parent's column NOT NULL on both sides?"""
    above = ([schema.get(origin) for schema in schemas] for origin in column.derived_from)
    return any(all(isinstance(c, Column) and c.not_null for c in both) for both in above)


def _origin_names(column: Column, *schemas: Schema) -> list[str] | None:
    """How the constraint of its one parent is called on each side."""
    if len(column.derived_from) != 1:
        return None
    origin = column.derived_from[0]
    above = [schema.get(origin) for schema in schemas]
    return [not_nulls.name(origin, c.not_null_constraint) for c in above if isinstance(c, Column) and c.not_null]


def _local(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """A column of a child's own stays its own when the parent gets one like it (ALTER TABLE, "ADD COLUMN"); of a
    partition that is attached then it becomes the parent's."""
    if is_rebound(identity, old_schema, new_schema):
        return Kept()
    if not old.derived_from and identity in old_schema and any(o not in old_schema for o in new.derived_from):
        if is_inherited(new):
            return Replace(loses="the column's values: the child's own column gives way to the parent's new one")
        return Kept()
    return own(identity, old, new, old_schema, new_schema)


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
        created_along=is_inherited,
        dropped_along=is_inherited,
        drop_loses="the column's values in every row",
        create_fails=_add_fails,
    ),
    "default": KindRules(
        create="alter_table.set_default",
        drop="alter_table.drop_default",
        attributes={"expression": InPlace("alter_table.set_default"), **DERIVED, "comment": Kept()},
        weight=24,
        rides=frozenset({"alter_table.set_type"}),
        detachable=True,
    ),
}
