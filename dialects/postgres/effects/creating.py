"""What the statement that creates an object makes: of all that it is to have, what the server gives it at once, and
what comes along in child tables."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from msgspec.structs import fields, replace

from ....engine.protocol import Effect, State, Step
from ....snapshots.model import Identity, Object
from ....snapshots.naming import kind_of, path_of
from ....snapshots.postgres import (
    Check,
    Column,
    Default,
    Extension,
    ForeignKey,
    IdentityColumn,
    Index,
    NotNullConstraint,
    Table,
    Trigger,
)
from ....templates.filters.postgres import table_path
from .. import not_nulls, privileges
from .common import UNKNOWN_COMMENT, all_derived, alone, last, shape

_ALWAYS_LATER = frozenset({"owner", "acl", "comment"})

NOT_CREATED: dict[str, frozenset[str]] = {
    "table": frozenset(
        {
            "partition_of",
            "bound",
            "replica_identity",
            "replica_identity_index",
            "clustered_on",
            "row_security",
            "force_row_security",
        }
    ),
    "column": frozenset({"storage", "compression", "statistics", "options"}),
    "view_column": frozenset({"storage", "compression", "statistics", "options"}),
    "sequence": frozenset({"owned_by"}),
    "index": frozenset({"derived_from", "invalid"}),
    "primary_key": frozenset({"derived_from", "local", "index_comment"}),
    "unique": frozenset({"derived_from", "local", "index_comment"}),
    "exclusion": frozenset({"derived_from", "local", "index_comment"}),
    "trigger": frozenset({"enabled"}),
    "rule": frozenset({"enabled"}),
    "materialized_view": frozenset({"clustered_on"}),
    "statistics": frozenset({"target"}),
    "domain": frozenset({"not_null_name"}),
}
"""What the statement that creates an object leaves at its default, beside owner, privileges and comment."""


def create(step: Step, state: State) -> Iterator[Effect]:
    assert step.new is not None
    if kind_of(step.identity) == "default_privileges":
        yield step.identity, step.new
        return
    standalone = isinstance(step.new, Table) and step.new.partition_of is not None
    made = created(step.new, state)
    if isinstance(made, Index) and step.context.get("only"):
        made = replace(made, invalid=_has_partitions(step, state))
    if isinstance(made, IdentityColumn):
        made = replace(made, unlogged=_is_unlogged(step, state))
    if isinstance(made, Column) and step.context.get("bare"):
        made = not_nulls.bare(made)
    yield step.identity, made if _is_bound(made, step.parent, state) else alone(made)
    inside = {step.identity}
    taken = _own_names(step)
    for identity, parent, obj in step.inner:
        if parent in inside:
            inside.add(identity)
            made = created(obj, state)
            yield identity, alone(made) if standalone else made
            if isinstance(made, Column) and not standalone and made.derived_from:
                yield from _inheriting(identity, made, _by_parent(step), taken)
    yield from _created_along(step, state)


def _is_unlogged(step: Step, state: State) -> bool:
    """A sequence is made as its table is (from PostgreSQL 15 on)."""
    table = state.get(Identity(f"table {table_path(step)}")) or step.context["table"]
    return state.server.version_number >= 150000 and getattr(table, "unlogged", False)


def _own_names(step: Step) -> set[str]:
    """What the NOT NULL constraints are called that a new table states."""
    columns = ((i, obj) for i, _, obj in step.inner if isinstance(obj, Column))
    return {not_nulls.name(i, c.not_null_constraint) for i, c in columns if _states_not_null(c)}


def _states_not_null(column: Column) -> bool:
    return column.not_null and not_nulls.is_valid(column) and not_nulls.is_own(column)


def _by_parent(step: Step) -> dict[Identity, Column]:
    """The columns that a new child inherits, in the order of its parents."""
    parents = step.new.inherits if isinstance(step.new, Table) else ()
    above: Mapping[Identity, Column] = step.context.get("origins", {})
    return {i: c for parent in parents for i, c in above.items() if path_of(i).startswith(f"{path_of(parent)}.")}


def _inheriting(
    identity: Identity, column: Column, above: Mapping[Identity, Column], names: set[str]
) -> Iterator[Effect]:
    """CREATE TABLE ... INHERITS takes storage, compression and default over; where it is not stated, NOT NULL too,
    under the parent's name unless another column's is called so."""
    origins = [(i, c) for i, c in above.items() if i in column.derived_from]
    for attribute in ("storage", "compression"):
        taken = next((value for _, o in origins if (value := getattr(o, attribute)) is not None), None)
        column = replace(column, **{attribute: taken})
    if not _states_not_null(column):
        column = not_nulls.bare(column)
        for i, o in origins:
            made = o.not_null_constraint or NotNullConstraint()
            if o.not_null and not made.no_inherit:
                called = not_nulls.name(i, made)
                called = not_nulls.name(identity, None) if called in names else called
                column = not_nulls.inherited(identity, column, called, made.not_valid)
                names.add(called)
                break
    yield identity, column
    default = next((o.default for _, o in origins if o.default is not None), None)
    if default is not None and column.default is not None:
        yield column.default.identity(identity), replace(default, comment=None)


def _has_partitions(step: Step, state: State) -> bool:
    """An index on ONLY a partitioned table is not valid before its partitions have theirs."""
    table = step.parent
    return table is not None and any(getattr(state.get(i), "partition_of", None) == table for i in state.users(table))


def created(obj: Object, state: State) -> Object:
    made = replace(obj, **_set_later(type(obj)))
    if isinstance(obj, Extension):
        made = replace(made, comment=UNKNOWN_COMMENT)
    if "acl" in obj.__struct_fields__ and privileges.unforeseen(obj, state):
        made = replace(made, acl=privileges.UNKNOWN)
    if isinstance(obj, Index) and obj.parts:
        made = replace(made, parts=tuple(replace(part, statistics=None) for part in obj.parts))
    if isinstance(obj, Column) and obj.not_null_constraint is not None:
        kept = not_nulls.unless_plain(replace(obj.not_null_constraint, comment=None))
        if obj.not_null_constraint.not_valid:
            made = replace(made, not_null=False, not_null_constraint=None)
        else:
            made = replace(made, not_null_constraint=kept)
    return made


def _is_bound(obj: Object, table: Identity | None, state: State) -> bool:
    """Is the table that it stands in a child of one that holds what it derives from?"""
    whole = state.get(table) if table is not None else None
    above = (whole.partition_of, *whole.inherits) if isinstance(whole, Table) else ()
    return not obj.derived_from or any(origin in state.inside(p) for p in above if p for origin in obj.derived_from)


def _created_along(step: Step, state: State) -> Iterator[Effect]:
    """ADD COLUMN, ADD CONSTRAINT and CREATE TRIGGER reach the children of the table (ALTER TABLE, "ONLY")."""
    if step.parent is None or not isinstance(step.new, Column | Check | ForeignKey | Trigger | Default):
        return
    if isinstance(step.new, Column | Check | ForeignKey):
        brought = [(i, table) for i, table, obj in step.inner if obj.derived_from]
        for origin, table in [(step.identity, step.parent), *brought]:
            yield from _taken_in(origin, table, step.new, state)
    if isinstance(step.new, Default):
        yield from _default_along(step, step.parent, step.new, state)
        return
    for child, origin in _heirs(step):
        made = next((obj for i, _, obj in step.inner if i == child), None)
        if made is None:
            made = state.get(child)
        if made is not None:
            current = created(made, state)
            if isinstance(step.new, Column) and isinstance(current, Column):
                current = _column_along(child, current, step)
            inherited = {"local": False} if isinstance(current, Column | Check) else {}
            yield child, replace(current, derived_from=made.derived_from or (origin,), **inherited)


def _default_along(step: Step, column: Identity, default: Default, state: State) -> Iterator[Effect]:
    """ADD COLUMN with a default reaches the columns that it makes in children; a default by itself stays off them."""
    if step.context.get("only") or state.schema.get(column) is not None:
        return
    for heir, _ in all_derived(column, state):
        obj = state.get(heir)
        brought = isinstance(obj, Column) and not obj.local and state.schema.get(heir) is None
        if isinstance(obj, Column) and brought and obj.default is not None:
            yield obj.default.identity(heir), default


def _column_along(child: Identity, column: Column, step: Step) -> Column:
    """The child's column is NOT NULL where the parent's is, by a constraint of the same name."""
    assert isinstance(step.new, Column)
    made = step.new.not_null_constraint
    if not step.new.not_null or step.context.get("bare") or (made is not None and (made.not_valid or made.no_inherit)):
        return not_nulls.bare(column)
    return not_nulls.inherited(child, column, not_nulls.name(step.identity, made), not_valid=False)


def _taken_in(origin: Identity, table: Identity, new: Object, state: State) -> Iterator[Effect]:
    """A child's own column or check of the same name, or a partition's own foreign key like the new one, becomes part
    of it."""
    for child in state.users(table):
        below = state.get(child)
        if not isinstance(below, Table) or table not in (below.partition_of, *below.inherits):
            continue
        for inner in state.inside(child):
            obj = state.get(inner)
            if type(obj) is not type(new) or not isinstance(obj, Column | Check | ForeignKey) or obj.derived_from:
                continue
            if (
                last(inner) == last(origin)
                if not isinstance(obj, ForeignKey)
                else shape(obj, child) == shape(new, table)
            ):
                local = obj.local and below.partition_of is None
                yield inner, replace(obj, derived_from=(origin,), local=local)
                break


def _heirs(step: Step) -> Iterator[tuple[Identity, Identity]]:
    """(heir, origin) of what a creation makes in child tables."""
    for inner, _, obj in step.inner:
        if obj.derived_from:
            yield inner, obj.derived_from[0]


@cache
def _set_later(cls: type[Object]) -> dict[str, Any]:
    """What the statement that creates such an object leaves at its default, with that."""
    later = _ALWAYS_LATER | NOT_CREATED.get(cls.kind, frozenset())
    return {
        f.name: f.default_factory() if callable(f.default_factory) else f.default
        for f in fields(cls)
        if f.name in later
    }
