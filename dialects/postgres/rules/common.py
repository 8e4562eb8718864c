"""Attributes that many kinds share."""

from collections.abc import Iterator

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Rebind, Refuse, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ..casts import NoCast

OWNER = InPlace("common.set_owner", light=True)
ACL = InPlace("common.set_acl", light=True)
COMMENT = InPlace("common.set_comment", light=True)

Attributes = dict[str, Rule | Choose]

DERIVED: Attributes = {"derived_from": Kept()}
OWNED: Attributes = {"owner": OWNER, "acl": ACL, "comment": COMMENT, **DERIVED}
PLAIN: Attributes = {"comment": COMMENT, **DERIVED}


def same(rule: Rule | Choose, *names: str) -> Attributes:
    """One rule for many attributes."""
    return dict.fromkeys(names, rule)


def is_rebound(identity: Identity, old: Schema, new: Schema) -> bool:
    """Is the table that it stands in attached or detached?"""
    table = new.parent(identity) or old.parent(identity)
    before = old.get(table) if table is not None else None
    after = new.get(table) if table is not None else None
    return any(getattr(before, a, None) != getattr(after, a, None) for a in ("partition_of", "bound"))


def is_partition(identity: Identity, schema: Schema) -> bool:
    """Is the table that it stands in a partition?"""
    table = schema.parent(identity)
    return table is not None and getattr(schema.get(table), "partition_of", None) is not None


def parts(table: Identity, schema: Schema) -> Iterator[Identity]:
    """The partitions of a table, without theirs."""
    return (user for user, attribute in schema.users(table) if attribute == "partition_of")


def partitions(table: Identity, schema: Schema) -> Iterator[Identity]:
    """Those of a table, and theirs."""
    for part in parts(table, schema):
        yield part
        yield from partitions(part, schema)


def is_attached_late(index: Object, schema: Schema) -> bool:
    """Is it part of an index that lacks others, and so is made when all partitions are there?"""
    return any(getattr(schema.get(origin), "invalid", False) for origin in index.derived_from)


def attached(identity: Identity, old_obj: Object, new_obj: Object, old: Schema, new: Schema) -> Rule:
    """A partition's index or key: attaching the table attaches it too, but not to one that lacks parts, which is made
    later; detaching the table frees it. Else it is attached by ALTER INDEX ... ATTACH PARTITION, and never detached:
    one that is to stand alone is made anew."""
    late = is_attached_late(new_obj, new)
    if is_rebound(identity, old, new) and not late:
        return Kept()
    return InPlace("index.attach", bound_along=not late) if not old_obj.derived_from else Replace()


def ask(column: Identity, error: NoCast) -> Refuse:
    """The question of how a column's values go over."""
    return Refuse(
        str(error),
        next=f"say how: --using '{column}=EXPRESSION', or under [[using]] in dbstrata.toml",
    )


def is_inherited(obj: Object) -> bool:
    """Is the column or check there for its parent's sake alone?"""
    return not getattr(obj, "local", True)


def own(identity: Identity, old_obj: Object, new_obj: Object, old: Schema, new: Schema) -> Rule:
    """`local` of an inherited column or check. NO INHERIT makes all of a child's its own, and INHERIT leaves them so;
    no statement takes that back, but that a partition has none of its own."""
    table = new.get(new.parent(identity) or identity)
    kept = not new_obj.derived_from or getattr(table, "partition_of", None) is not None
    before, after = not is_inherited(old_obj), not is_inherited(new_obj)
    if kept or before == after or (after and identity not in old):
        return Kept()
    if after:
        return Rebind()
    return Refuse(
        f"that a child's {old_obj.kind} is inherited and its own too can't be said of one alone: NO INHERIT and "
        "INHERIT make all of the child's columns and checks so, and nothing takes it back",
        next="state all of them in the child too in the new schema, or leave that out with --ignore local",
    )


__all__ = [
    "ACL",
    "COMMENT",
    "DERIVED",
    "OWNED",
    "OWNER",
    "PLAIN",
    "Attributes",
    "KindRules",
    "ask",
    "attached",
    "is_attached_late",
    "is_inherited",
    "is_partition",
    "is_rebound",
    "own",
    "partitions",
    "parts",
    "same",
]
