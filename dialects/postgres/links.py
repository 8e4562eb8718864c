"""What orders a step beyond what its objects name, by macro."""

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from ...engine.protocol import Links, Schema, Step
from ...snapshots.model import Identity, Object
from ...snapshots.naming import identity, kind_of, parts_of, path_of
from ...snapshots.postgres import Column, ForeignKey, Index, Table, Trigger
from . import not_nulls
from .around import ancestors, beyond, holder_of
from .claims import INDEXES
from .effects.common import shape
from .rules.common import is_attached_late, is_inherited, partitions, parts
from .rules.relations import whole

__all__ = ["links"]


def links(step: Step, old: Schema, new: Schema) -> Links:
    """What orders the step beyond what it names."""
    make = _LINKS.get(step.macro)
    found = make(step, old, new) if make is not None else Links()
    needs, releases = ({i} if (i := _schema(obj, step)) else set[Identity]() for obj in (step.new, step.old))
    if step.action == "create" and needs:
        return replace(found, needs=found.needs | needs)
    if step.action == "drop" and releases:
        return replace(found, releases=found.releases | releases)
    return found


def _schema(obj: Object | None, step: Step) -> Identity | None:
    """The schema that a top-level object is in."""
    name = getattr(obj, "schema", None) if step.parent is None else None
    return identity("schema", name) if name is not None else None


def _create_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child comes when the checks and defaults are there that it inherits, and its parents' columns are final."""
    checks = {origin for _, _, obj in step.inner if obj.kind == "check" for origin in obj.derived_from}
    columns = {origin for _, _, obj in step.inner if isinstance(obj, Column) for origin in obj.derived_from}
    if getattr(step.new, "partition_of", None) is not None:
        return Links(needs=frozenset(checks))
    defaults = {d for origin in columns if (d := Identity(f"default {path_of(origin)}")) in new}
    final = {(origin, a) for origin in columns for a in ("storage", "compression", "not_null", "not_null_constraint")}
    return Links(needs=frozenset(checks | defaults), after=frozenset(final))


def _default_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child's own default comes after the one that ADD COLUMN brings, where it brings the column."""
    column = new[step.parent] if step.parent is not None else None
    above = column.derived_from if column is not None and is_inherited(column) else ()
    return Links(needs=frozenset(d for origin in above if (d := Identity(f"default {path_of(origin)}")) in new))


def _attach_links(step: Step, old: Schema, new: Schema) -> Links:
    """ATTACH comes when the parent is finished, with what reaches it from above, but for indexes that lack parts, and
    the child's own keys and indexes are there to be attached, with the parts that they need to be valid: the server
    passes over any that is not."""
    table = step.new
    assert isinstance(table, Table)
    parents = [table.partition_of] if table.partition_of else beyond(table, step.old)
    above = dict.fromkeys(at for parent in parents for at in (parent, *ancestors(parent, new)))
    needs = [i for at in above for i in new.inside(at) if not getattr(new[i], "invalid", False)]
    own = [
        i
        for i in new.inside(step.identity)
        if i not in step.produces and _is_attached(i, new[i]) and not is_attached_late(new[i], new)
        if not _is_double(i, new)
    ]
    parts = (part for i in own if kind_of(i) in INDEXES for part in new.all_heirs(i))
    return Links(needs=frozenset([*needs, *own]), after=frozenset((part, "derived_from") for part in parts))


def _is_attached(identity: Identity, obj: Object) -> bool:
    """Does the parent take it in? A trigger it makes; a foreign key of the child's alone may come later."""
    return kind_of(identity) != Trigger.kind and bool(obj.derived_from or kind_of(identity) != ForeignKey.kind)


def _is_double(identity: Identity, schema: Schema) -> bool:
    """Is it a partition's own, and like one of the parent's? ATTACH would take it for the part of that one."""
    obj, table = schema[identity], schema.parent(identity)
    above = getattr(schema[table], "partition_of", None) if table is not None else None
    if table is None or above is None or obj.derived_from or kind_of(identity) not in INDEXES:
        return False
    alike = [i for i in schema.inside(above) if kind_of(i) == kind_of(identity)]
    return any(shape(schema[i], above) == shape(obj, table) for i in alike)


def _after_attach(step: Step, new: Schema) -> frozenset[tuple[Identity, str]]:
    """A double comes when the partition is attached."""
    if step.parent is None or step.action != "create" or not _is_double(step.identity, new):
        return frozenset()
    return frozenset({(step.parent, "partition_of")})


def _detach_links(step: Step, old: Schema, new: Schema) -> Links:
    """DETACH comes before anything is done to the parent, or to the child for its own sake."""
    table = step.old
    assert isinstance(table, Table)
    parents = [table.partition_of] if table.partition_of else beyond(table, step.new)
    around = [*parents, step.identity]
    releases = frozenset(i for a in around for i in old.descendants(a)) - step.destroys
    return Links(releases=releases, precedes=frozenset(i for a in around for i in new.descendants(a)) - step.destroys)


def _index_links(step: Step, old: Schema, new: Schema) -> Links:
    """A partitioned index that lacks parts comes when all partitions are there: ATTACH would make the parts."""
    if step.parent is None or not getattr(step.new, "invalid", False):
        return Links(after=_after_attach(step, new))
    return Links(after=frozenset((i, "partition_of") for i in parts(step.parent, new)))


def _not_null_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child's own NOT NULL comes before the parent's reaches it, as does the one of a parent from which it has its
    name; and goes after that: none that is inherited can be dropped; nor one whose column tells rows apart for
    replication."""
    assert isinstance(step.new, Column)
    around = set(_before_it_reaches(step.identity, new)) if step.new.not_null else set[Identity]()
    if getattr(step.old, "not_null", False):
        around.update(step.new.derived_from)
    after = {(i, attribute) for i in around for attribute in _NOT_NULL}
    if not step.new.not_null and step.parent is not None and step.identity in _telling_apart(old.get(step.parent), old):
        after |= {(step.parent, attribute) for attribute in ("replica_identity", "replica_identity_index")}
    return Links(after=frozenset(after))


def _before_it_reaches(column: Identity, new: Schema) -> Iterator[Identity]:
    for heir in new.heirs(column):
        obj = new[heir]
        assert isinstance(obj, Column)
        first = not_nulls.bringers(heir, obj, new)
        if not first:
            yield heir
        elif column not in first:
            yield first[0]
        yield from _before_it_reaches(heir, new)


def _not_null_constraint_links(step: Step, old: Schema, new: Schema) -> Links:
    """One that reaches the children from now on comes to them as a new one does."""
    assert isinstance(step.old, Column) and isinstance(step.new, Column)
    reaches = not_nulls.reaches_heirs(step.new) and not not_nulls.reaches_heirs(step.old)
    return _not_null_links(step, old, new) if reaches else Links()


def _replica_identity_links(step: Step, old: Schema, new: Schema) -> Links:
    """An index tells rows apart once its columns are NOT NULL."""
    columns = _telling_apart(step.new, new)
    return Links(after=frozenset((column, attribute) for column in columns for attribute in _NOT_NULL))


_NOT_NULL = ("not_null", "not_null_constraint")


def _telling_apart(table: Object | None, schema: Schema) -> tuple[Identity, ...]:
    """The columns of the index that is the table's replica identity."""
    index = schema.get(getattr(table, "replica_identity_index", None) or Identity(""))
    if isinstance(index, Index):
        return tuple(part.column for part in index.parts if part.column is not None)
    return getattr(index, "columns", ())


def _options_links(step: Step, old: Schema, new: Schema) -> Links:
    """The server forgets what is said of a TOAST table before there is one: columns come first."""
    options: Mapping[str, str] = getattr(step.new, "options", {})
    if not any(name.startswith("toast.") for name in options):
        return Links()
    return Links(needs=frozenset(i for i in new.inside(step.identity) if kind_of(i) == Column.kind))


def _of_type_links(step: Step, old: Schema, new: Schema) -> Links:
    """A table is of a type when both have all that they are to have."""
    of = getattr(step.new, "of_type", None)
    inside = [*new.inside(of), *new.inside(step.identity)] if of is not None else []
    return Links(needs=frozenset(i for i in inside if kind_of(i) in _IN_ROW))


def _not_of_type_links(step: Step, old: Schema, new: Schema) -> Links:
    """And no more before either loses, gets or changes one."""
    both = [i for i in (getattr(step.old, "of_type", None), step.identity) if i is not None]
    before, after = (
        frozenset(i for table in both for i in s.inside(table) if kind_of(i) in _IN_ROW) for s in (old, new)
    )
    return Links(releases=before - after, precedes=after)


_IN_ROW = frozenset({"column", "attribute"})


def _owned_by_links(step: Step, old: Schema, new: Schema) -> Links:
    """A sequence is linked when both owners are final: they must be one."""
    column = getattr(step.new, "owned_by", None)
    table = new.parent(column) if column is not None else None
    return Links(after=frozenset({(table, "owner")}) if table is not None else frozenset())


def _acl_links(step: Step, old: Schema, new: Schema) -> Links:
    """A REVOKE on the table takes the columns' privileges along, so the table's come first."""
    holder = holder_of(step.identity, new)
    if holder is None:
        return Links()
    if kind_of(step.identity) in _WITH_COLUMNS:
        return Links(after=frozenset({(holder, "acl"), (holder, "owner")}))
    return Links(after=frozenset({(holder, "owner")}))


_WITH_COLUMNS = frozenset({"column", "view_column"})


def _move_links(step: Step, old: Schema, new: Schema) -> Links:
    """Rows are moved when all partitions are there to take them, and before a trigger could fire, a foreign key to them
    be checked, or a materialised view be filled."""
    parts = list(partitions(step.identity, new))
    later = {user for user in _readers(step.identity, new) if kind_of(user) in ("foreign_key", "materialized_view")}
    later -= {i for part in (step.identity, *parts) for i in new.inside(part)}
    if not parts:
        later |= {i for i in new.inside(step.identity) if kind_of(i) in ("trigger", "foreign_key", "rule")}
    return Links(needs=frozenset(parts), precedes=frozenset(later))


def _readers(identity: Identity, schema: Schema) -> set[Identity]:
    """Who uses a relation or its columns, through views too."""
    found: set[Identity] = set()
    waiting = [identity]
    while waiting:
        at = waiting.pop()
        for used in (at, *schema.inside(at)):
            fresh = {user for user, _ in schema.users(used)} - found
            found |= fresh
            waiting.extend(user for user in fresh if kind_of(user) in ("view", "materialized_view"))
    return found


def _freed_links(step: Step, old: Schema, new: Schema) -> Links:
    """Foreign keys to a partitioned table go before one of its partitions is detached; that they go before one is
    dropped is in their rules."""
    gone = [i for i in (step.identity, *old.inside(step.identity)) if kind_of(i) == ForeignKey.kind]
    return Links(precedes=frozenset(p for i in gone for p in _referenced_partitions(i, old)))


def _own_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child's own column or check comes before the parent's, which takes it in, unless CREATE TABLE inherits it."""
    origins = step.new.derived_from if step.new is not None else ()
    if not all(_is_in(table, old) for table in (step.parent, *map(new.parent, origins))):
        return Links()
    return Links(precedes=frozenset(origins))


def _is_in(table: Identity | None, schema: Schema) -> bool:
    return table is not None and table in schema


def _constraint_links(step: Step, old: Schema, new: Schema) -> Links:
    return _own_links(step, old, new) if kind_of(step.identity) == "check" else _held_links(step, old, new)


def _held_links(step: Step, old: Schema, new: Schema) -> Links:
    """And come when all are attached, and a partition's own of another name is there to be taken in."""
    own = {i for i in new.heirs(step.identity) if parts_of(i)[-1] != parts_of(step.identity)[-1]}
    heirs = own if kind_of(step.identity) == ForeignKey.kind else frozenset[Identity]()
    needs = frozenset({*_referenced_partitions(step.identity, new), *heirs})
    return Links(needs=needs, after=_after_attach(step, new))


def _referenced_partitions(foreign_key: Identity, schema: Schema) -> Iterator[Identity]:
    """The partitions of the table that it refers to, unless it is in that table itself, or in a part of it."""
    obj, table = schema.get(foreign_key), schema.parent(foreign_key)
    if isinstance(obj, ForeignKey) and table is not None and whole(table, schema) != whole(obj.references, schema):
        yield from partitions(obj.references, schema)


_LINKS: Mapping[str, Callable[[Step, Schema, Schema], Links]] = {
    "table.create": _create_links,
    "table.attach": _attach_links,
    "table.detach": _detach_links,
    "table.set_inherits": _attach_links,
    "table.unset_inherits": _detach_links,
    "table.move_rows": _move_links,
    "alter_table.set_not_null": _not_null_links,
    "table.set_not_null_constraint": _not_null_constraint_links,
    "alter_table.set_replica_identity": _replica_identity_links,
    "alter_table.set_options": _options_links,
    "alter_table.set_of_type": _of_type_links,
    "alter_table.set_not_of_type": _not_of_type_links,
    "alter_table.set_default": _default_links,
    "index.create": _index_links,
    "sequence.set_owned_by": _owned_by_links,
    "common.set_acl": _acl_links,
    "alter_table.add_column": _own_links,
    "alter_table.add_constraint": _constraint_links,
    "alter_table.drop_constraint": _freed_links,
    "table.drop": _freed_links,
}
