"""Everything that PostgreSQL does at a step, side effects included.

Sources: the manual's pages of the statements, and measurements on the server where it is silent; a test runs each kind
of step alone on a real server and compares. Nothing here looks at how a plan was made.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec.structs import fields, replace

from ...engine.protocol import Effect, State, Step
from ...snapshots.model import Grant, Identity, Object, attributes, relabelled
from ...snapshots.naming import constraint_name, kind_of, moved, parts_of, path_of, quote
from ...snapshots.postgres import (
    Check,
    Column,
    Default,
    Domain,
    Exclusion,
    Extension,
    ForeignKey,
    IdentityColumn,
    Index,
    Key,
    MaterializedView,
    NotNullConstraint,
    PrimaryKey,
    Range,
    Sequence,
    Statistics,
    Table,
    Trigger,
    Unique,
    View,
    ViewColumn,
)
from ..renaming import rename
from . import not_nulls, privileges

UNKNOWN_COMMENT = "\0"
"""One that nothing here tells, and no server can hold: of an extension just made its control file does."""

_ALWAYS_LATER = frozenset({"owner", "acl", "comment"})

STATISTICS_KEEP_OWNER = 180000
"""Before, ALTER TYPE makes extended statistics the property of who runs it. Measured on 15 and 18; None is unknown."""

DERIVED_INDEXES_UNCOMMENTED = 180000
"""Before, ALTER TYPE gives the indexes of partitions the comment of the partitioned one. Measured on 15 and 18; in
between it is unknown."""

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


def effects(step: Step, state: State) -> list[Effect]:
    """The effects of one step on a state; the state is left as it is."""
    return list(_ACTIONS[step.action](step, state))


# ---------------------------------------------------------------------- create


def _create(step: Step, state: State) -> Iterator[Effect]:
    assert step.new is not None
    if kind_of(step.identity) == "default_privileges":
        yield step.identity, step.new
        return
    standalone = isinstance(step.new, Table) and step.new.partition_of is not None
    made = _created(step.new, state)
    if isinstance(made, Index) and step.context.get("only"):
        made = replace(made, invalid=_has_partitions(step, state))
    if isinstance(made, Column) and step.context.get("bare"):
        made = not_nulls.bare(made)
    yield step.identity, made if _is_bound(made, step.parent, state) else _alone(made)
    inside = {step.identity}
    for identity, parent, obj in step.inner:
        if parent in inside:
            inside.add(identity)
            made = _created(obj, state)
            yield identity, _alone(made) if standalone else made
            if isinstance(made, Column) and not standalone and made.derived_from:
                yield from _inheriting(identity, made, step.context.get("origins", {}))
    yield from _created_along(step, state)


def _inheriting(identity: Identity, column: Column, above: Mapping[Identity, Column]) -> Iterator[Effect]:
    """CREATE TABLE ... INHERITS takes storage, compression and default over; where it is not stated, NOT NULL too."""
    origins = [(i, above[i]) for i in column.derived_from if i in above]
    for attribute in ("storage", "compression"):
        taken = next((value for _, o in origins if (value := getattr(o, attribute)) is not None), None)
        column = replace(column, **{attribute: taken})
    if not column.local:
        column = not_nulls.bare(column)
        for i, o in origins:
            made = o.not_null_constraint or NotNullConstraint()
            if o.not_null and not made.no_inherit:
                column = not_nulls.inherited(identity, column, not_nulls.name(i, made), made.not_valid)
                break
    yield identity, column
    default = next((o.default for _, o in origins if o.default is not None), None)
    if default is not None and column.default is not None:
        yield column.default.identity(identity), replace(default, comment=None)


def _has_partitions(step: Step, state: State) -> bool:
    """An index on ONLY a partitioned table is not valid before its partitions have theirs."""
    table = step.parent
    return table is not None and any(getattr(state.get(i), "partition_of", None) == table for i in state.users(table))


def _created(obj: Object, state: State) -> Object:
    later = _ALWAYS_LATER | NOT_CREATED.get(obj.kind, frozenset())
    made = _reset(obj, later)
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


def _alone(obj: Object) -> Object:
    """The object as it is before its table is attached to another."""
    if "local" in obj.__struct_fields__:
        return replace(obj, derived_from=(), local=True)
    return obj


def _created_along(step: Step, state: State) -> Iterator[Effect]:
    """ADD COLUMN, ADD CONSTRAINT and CREATE TRIGGER reach the children of the table (ALTER TABLE, "ONLY")."""
    if step.parent is None or not isinstance(step.new, Column | Check | ForeignKey | Trigger | Default):
        return
    if isinstance(step.new, Column | Check | ForeignKey):
        yield from _taken_in(step.identity, step.parent, step.new, state)
    if isinstance(step.new, Default):
        yield from _default_along(step, step.parent, step.new, state)
        return
    for child, origin in _heirs(step):
        made = next((obj for i, _, obj in step.inner if i == child), None)
        if made is None:
            made = state.get(child)
        if made is not None:
            current = _created(made, state)
            if isinstance(step.new, Column) and isinstance(current, Column):
                current = _column_along(child, current, step)
            yield child, replace(current, derived_from=made.derived_from or (origin,), **_inherited(made))


def _default_along(step: Step, column: Identity, default: Default, state: State) -> Iterator[Effect]:
    """ADD COLUMN with a default reaches the children; a default by itself stays off them."""
    if step.context.get("only") or state.schema.get(column) is not None:
        return
    for heir, _ in _all_derived(column, state):
        obj = state.get(heir)
        if isinstance(obj, Column) and obj.default is not None and state.schema.get(heir) is None:
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
                _last(inner) == _last(origin)
                if not isinstance(obj, ForeignKey)
                else _shape(obj, child) == _shape(new, table)
            ):
                local = obj.local and below.partition_of is None
                yield inner, replace(obj, derived_from=(origin,), local=local)
                break


def _inherited(obj: Object) -> dict[str, Any]:
    return {"local": obj.local} if isinstance(obj, Column | Check) else {}


def _heirs(step: Step) -> Iterator[tuple[Identity, Identity]]:
    """(heir, origin) of what a creation makes in child tables."""
    for inner, _, obj in step.inner:
        if obj.derived_from:
            yield inner, obj.derived_from[0]


# ---------------------------------------------------------------------- drop, set aside


def _drop(step: Step, state: State) -> Iterator[Effect]:
    gone = {step.identity, *step.destroys, *state.descendants(step.identity)}
    if step.context.get("only"):
        yield from _left_local(step.identity, state)
    else:
        gone |= set(_taken_along(gone, state))
    for identity in gone:
        yield identity, None
    yield from _cleared(gone, state)


def _taken_along(gone: set[Identity], state: State) -> Iterator[Identity]:
    """Sequences go with the column that owns them; indexes, constraints and defaults with their columns; what derives
    from an index, a constraint or a column with it."""
    for identity in list(gone):
        for user in state.users(identity):
            obj = state.get(user)
            if isinstance(obj, Sequence) and obj.owned_by == identity:
                yield user
        for heir, _ in _derived(identity, state):
            obj = state.get(heir)
            if obj is not None and not (getattr(obj, "local", False) and isinstance(obj, Column | Check)):
                yield heir
                yield from state.descendants(heir)


def _left_local(origin: Identity, state: State) -> Iterator[Effect]:
    for heir, _ in _derived(origin, state):
        obj = state.get(heir)
        if isinstance(obj, Column | Check):
            yield heir, replace(obj, derived_from=tuple(i for i in obj.derived_from if i != origin), local=True)


def _cleared(gone: set[Identity], state: State) -> Iterator[Effect]:
    """A dropped index is no longer the one to cluster on, nor the replica identity (whose mode stays `index`)."""
    for identity in gone:
        for user in state.users(identity):
            obj = state.get(user)
            if user in gone or obj is None:
                continue
            cleared: dict[str, None] = {
                field: None
                for field in ("clustered_on", "replica_identity_index")
                if getattr(obj, field, None) == identity
            }
            if cleared:
                yield user, replace(obj, **cleared)


def _set_aside(step: Step, state: State) -> Iterator[Effect]:
    """RENAME: whoever uses the type names it as it is called now."""
    aside = next(iter(step.produces))
    names = {i: moved(i, step.identity, aside) for i in (step.identity, *state.descendants(step.identity))}
    for before, after in names.items():
        obj = state.get(before)
        assert obj is not None
        yield before, None
        called = replace(obj, name=parts_of(aside)[-1]) if before == step.identity else obj
        if isinstance(called, Column) and step.context.get("bared"):
            called = replace(called, not_null=False, not_null_constraint=None)
        called = replace(called, **_renamed_along(obj, step, state))
        yield after, relabelled(called, names)
    for user in {user for before in names for user in state.users(before)} - names.keys():
        using = state.get(user)
        assert using is not None
        using = relabelled(using, names)
        renamed: dict[str, Any] = {}
        for field in ("type", "subtype"):
            if (text := getattr(using, field, None)) is not None:
                renamed[field] = _renamed_type(text, path_of(step.identity), path_of(aside))
        yield user, replace(using, **renamed)


def _renamed_along(obj: Object, step: Step, state: State) -> dict[str, Any]:
    """A range's multirange type makes way too; what a domain's NOT NULL is called is now a name of its own."""
    if isinstance(obj, Range) and obj.multirange is not None:
        return {"multirange": step.context["multirange_aside"]}
    if isinstance(obj, Domain) and obj.not_null and state.server.version_number >= 170000:
        return {"not_null_name": obj.not_null_name or constraint_name(obj.name, None, "not_null")}
    return {}


def _renamed_type(text: str, before: str, after: str) -> str:
    base, bracket, rest = text.partition("[")
    return (after if base == before else base) + bracket + rest


# ---------------------------------------------------------------------- alter


def _alter(step: Step, state: State) -> Iterator[Effect]:
    current = state.get(step.identity)
    assert current is not None
    assert step.new is not None
    changed = replace(current, **{a: getattr(step.new, a) for a in step.attributes})
    if not step.unset:
        changed = replace(changed, depends_on=step.new.depends_on)
    side = _SIDE_EFFECTS.get(step.macro)
    if side is None:
        yield step.identity, changed
    else:
        yield from side(step, current, changed, state)


SideEffect = Callable[[Step, Any, Any, State], Iterable[Effect]]


def _set_type(step: Step, current: Column, changed: Column, state: State) -> Iterator[Effect]:
    """STORAGE and COMPRESSION go back to the new type's; indexes are made anew, without their statistics targets; so
    are extended statistics. An identity column's sequence follows."""
    yield step.identity, replace(changed, storage=None, compression=None)
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        if isinstance(obj, IdentityColumn):
            yield inner, replace(obj, type=changed.type)
    for heir, _ in _all_derived(step.identity, state):
        obj = state.get(heir)
        if isinstance(obj, Column):
            yield (
                heir,
                replace(
                    obj,
                    type=changed.type,
                    collation=changed.collation,
                    depends_on=changed.depends_on,
                    storage=None,
                    compression=None,
                ),
            )
            yield from _rebuilt(heir, state)
            yield from _made_anew(heir, state)
    yield from _rebuilt(step.identity, state)


def _made_anew(column: Identity, state: State) -> Iterator[Effect]:
    """What derives from the parent's is dropped with that and comes again, without the comment that it had."""
    for user in state.users(column):
        obj = state.get(user)
        if obj is None or not obj.derived_from:
            continue
        if isinstance(obj, Index):
            yield user, replace(obj, comment=_index_comment("comment", obj, state))
        elif isinstance(obj, Key | Exclusion):
            yield user, replace(obj, comment=None, index_comment=_index_comment("index_comment", obj, state))
        elif isinstance(obj, ForeignKey) or (isinstance(obj, Check) and not obj.local):
            yield user, replace(obj, comment=None)


def _index_comment(attribute: str, made: Object, state: State) -> str | None:
    """The comment of a partition's index that is made again after the one at the top."""
    top: Object | None = made
    while top is not None and top.derived_from:
        top = state.get(top.derived_from[0])
    is_copied = state.server.version_number < DERIVED_INDEXES_UNCOMMENTED and getattr(top, attribute, None) is not None
    return UNKNOWN_COMMENT if is_copied else None


def _rebuilt(column: Identity, state: State) -> Iterator[Effect]:
    for user in state.users(column):
        obj = state.get(user)
        if isinstance(obj, Index) and any(part.statistics is not None for part in obj.parts):
            yield user, replace(obj, parts=tuple(replace(part, statistics=None) for part in obj.parts))
        elif isinstance(obj, Statistics):
            owner = obj.owner if state.server.version_number >= STATISTICS_KEEP_OWNER else None
            yield user, replace(obj, target=None, owner=owner)


def _reaches_heirs(step: Step, _current: Object, changed: Object, state: State) -> Iterator[Effect]:
    """Done to a table, it is done to its children."""
    yield step.identity, changed
    for heir, _ in _all_derived(step.identity, state):
        obj = state.get(heir)
        if obj is not None:
            yield heir, replace(obj, **{a: getattr(changed, a) for a in step.attributes})


def _set_not_null(step: Step, _current: Column, changed: Column, state: State) -> Iterator[Effect]:
    """The constraint comes with NOT NULL, as stated, and goes with it, whatever its name. It reaches the children: one
    that has none gets it under the same name; one's own stays, as does, dropped from ONLY the parent, each child's."""
    assert isinstance(step.new, Column)
    made = step.new.not_null_constraint if changed.not_null else None
    made = replace(made, comment=None) if made is not None else None
    yield step.identity, replace(changed, not_null_constraint=not_nulls.unless_plain(made))
    if not step.context.get("only") and (made is None or not made.no_inherit):
        yield from _inherit_not_null(step.identity, not_nulls.name(step.identity, made), changed.not_null, made, state)


def _inherit_not_null(
    origin: Identity, name: str, not_null: bool, made: NotNullConstraint | None, state: State
) -> Iterator[Effect]:
    for heir, _ in _derived(origin, state):
        obj = state.get(heir)
        if not isinstance(obj, Column):
            continue
        if not_null and not obj.not_null:
            yield heir, not_nulls.inherited(heir, obj, name, made is not None and made.not_valid)
            yield from _inherit_not_null(heir, name, not_null, made, state)
        elif not not_null and obj.not_null and not not_nulls.is_own(obj):
            yield heir, not_nulls.bare(obj)
            yield from _inherit_not_null(heir, name, not_null, None, state)


def _set_not_null_constraint(step: Step, current: Column, changed: Column, state: State) -> Iterator[Effect]:
    """A new name reaches the children, as does its validation."""
    yield step.identity, changed
    before, after = (not_nulls.name(step.identity, c.not_null_constraint) for c in (current, changed))
    valid = changed.not_null_constraint is None or not changed.not_null_constraint.not_valid
    for heir, _ in _all_derived(step.identity, state):
        obj = state.get(heir)
        if isinstance(obj, Column) and obj.not_null and not_nulls.name(heir, obj.not_null_constraint) == before:
            was = obj.not_null_constraint or NotNullConstraint()
            made = replace(
                was,
                name=after if after != not_nulls.name(heir, None) else None,
                not_valid=was.not_valid and not valid,
            )
            yield heir, replace(obj, not_null_constraint=not_nulls.unless_plain(made))


def _set_domain_not_null(step: Step, _current: Object, changed: Object, _state: State) -> Iterator[Effect]:
    """The constraint's name is made up, or gone."""
    yield step.identity, replace(changed, not_null_name=None)


def _set_replica_identity(step: Step, _current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """Mode and index are one."""
    assert isinstance(step.new, Table)
    mode, index = step.new.replica_identity, step.new.replica_identity_index
    yield step.identity, replace(changed, replica_identity=mode, replica_identity_index=index)


def _set_owner(step: Step, current: Object, changed: Object, state: State) -> Iterator[Effect]:
    """Sequences of columns follow, and privileges, those on columns too, are the new owner's to give."""
    owner = getattr(changed, "owner", None)
    yield step.identity, _handed_over(changed, getattr(current, "owner", None), owner, state)
    if not isinstance(current, Table | View | MaterializedView):
        return
    for column in state.inside(step.identity):
        obj = state.get(column)
        if isinstance(obj, Column | ViewColumn) and obj.acl:
            yield column, _handed_over(obj, current.owner, owner, state)
        for user in (*state.users(column), *state.inside(column)):
            obj = state.get(user)
            if isinstance(obj, IdentityColumn):
                yield user, _handed_over(obj, current.owner, owner, state)
            elif isinstance(obj, Sequence) and obj.owned_by == column:
                yield user, _handed_over(replace(obj, owner=owner), obj.owner, owner, state)


def _handed_over(obj: Object, old: str | None, new: str | None, state: State) -> Object:
    acl: tuple[Grant, ...] = getattr(obj, "acl", ())
    if obj.kind == "statistics" or acl == privileges.UNKNOWN:
        return obj
    word = privileges.objects_word(obj.kind)
    return replace(obj, acl=privileges.handed_over(acl, word, old, new, state.server.version_number))


def _set_acl(step: Step, current: Object, changed: Object, state: State) -> Iterator[Effect]:
    """REVOKE on a table takes the same privilege on its columns along."""
    yield step.identity, changed
    lost = privileges.revoked(current, changed)
    if kind_of(step.identity) not in ("table", "view", "materialized_view") or not lost:
        return
    for column in state.inside(step.identity):
        obj = state.get(column)
        acl: tuple[Grant, ...] = getattr(obj, "acl", ())
        if obj is not None and acl and kind_of(column) in ("column", "view_column"):
            kept = privileges.without(acl, lost)
            if kept != acl:
                yield column, replace(obj, acl=kept)


def _set_logged(step: Step, _current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """SET [UN]LOGGED reaches the sequences that the table owns (from PostgreSQL 15 on)."""
    yield step.identity, changed
    if state.server.version_number < 150000:
        return
    for column in state.inside(step.identity):
        owned = [u for u in state.users(column) if isinstance(state.get(u), Sequence)]
        for user in (*owned, *state.inside(column)):
            obj = state.get(user)
            if obj is not None and "unlogged" in obj.__struct_fields__:
                yield user, replace(obj, unlogged=changed.unlogged)


def _attach(step: Step, _current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """Columns and checks become inherited; indexes and keys like the parent's are attached to them; the parent's
    triggers and foreign keys are made."""
    yield step.identity, changed
    parent = changed.partition_of
    assert parent is not None
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        origin = Identity(f"{kind_of(inner)} {path_of(parent)}.{_last(inner)}")
        if isinstance(obj, Column) or (isinstance(obj, Check) and state.get(origin) is not None):
            yield inner, replace(obj, derived_from=(origin,), local=False)
    yield from _attach_matching(step.identity, parent, state)
    for inner, _, obj in step.inner:
        yield inner, _created(obj, state)


def _attach_matching(child: Identity, parent: Identity, state: State) -> Iterator[Effect]:
    """Each index, key and foreign key of the parent takes the first of the child's that is like it, and valid."""
    taken: set[Identity] = set()
    for above in state.inside(parent):
        origin = state.get(above)
        if not isinstance(origin, Index | PrimaryKey | Unique | ForeignKey):
            continue
        for inner in state.inside(child):
            obj = state.get(inner)
            if getattr(obj, "invalid", False):
                continue
            if inner not in taken and type(obj) is type(origin) and _shape(obj, child) == _shape(origin, parent):
                assert obj is not None
                taken.add(inner)
                local = {"local": False} if "local" in obj.__struct_fields__ else {}
                yield inner, replace(obj, derived_from=(above,), **local)
                break


def _shape(obj: Object | None, table: Identity) -> object:
    """What must agree for an index to serve as a partition's part of the parent's."""
    assert obj is not None
    keep = [
        a
        for a in attributes(type(obj))
        if a not in {"comment", "derived_from", "local", "options", "tablespace", "index_comment", "invalid"}
    ]
    if isinstance(obj, Index):
        obj = replace(obj, parts=tuple(replace(part, statistics=None) for part in obj.parts))
    return [repr(getattr(obj, a)).replace(f" {path_of(table)}.", " *.") for a in keep]


def _attach_index(step: Step, _current: Object, changed: Object, state: State) -> Iterator[Effect]:
    """An attached key is no longer local; the parent's index is valid once all its parts are there."""
    local = {"local": False} if "local" in changed.__struct_fields__ else {}
    yield step.identity, replace(changed, **local)
    attached, invalid = step.identity, getattr(changed, "invalid", False)
    for origin in changed.derived_from:
        yield from _completed(origin, attached, invalid, state)


def _completed(origin: Identity, attached: Identity, invalid: bool, state: State) -> Iterator[Effect]:
    """A partitioned index, one more part of which is there; it may in turn be a part of another one."""
    index = state.get(origin)
    if invalid or not isinstance(index, Index) or not index.invalid:
        return
    parts = {i for i in state.heirs(origin) if not getattr(state.get(i), "invalid", False)} | {attached}
    table = Identity(f"table {'.'.join(map(quote, parts_of(origin)[:-1]))}")
    if len(parts) == sum(getattr(state.get(i), "partition_of", None) == table for i in state.users(table)):
        yield origin, replace(index, invalid=False)
        for above in index.derived_from:
            yield from _completed(above, origin, False, state)


def _detach(step: Step, current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """Columns, checks, keys and foreign keys stay and are local; indexes stand alone; cloned triggers go."""
    yield step.identity, replace(changed, partition_of=None, bound=None)
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        if obj is None or not obj.derived_from:
            continue
        if isinstance(obj, Trigger):
            yield inner, None
            yield from ((heir, None) for heir, _ in _all_derived(inner, state))
        else:
            yield inner, _alone(obj) if "local" in obj.__struct_fields__ else replace(obj, derived_from=())


def _set_inherits(step: Step, current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """INHERIT marks what the parents have as inherited; NO INHERIT makes local what no parent is left for."""
    yield step.identity, changed
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        if not isinstance(obj, Column | Check):
            continue
        above = (Identity(f"{kind_of(inner)} {path_of(parent)}.{_last(inner)}") for parent in changed.inherits)
        origins = tuple(sorted(origin for origin in above if state.get(origin) is not None))
        if origins != obj.derived_from:
            made = replace(obj, derived_from=origins, local=obj.local or not origins)
            yield inner, _own_not_null(made, state) if isinstance(made, Column) else made


def _own_not_null(column: Column, state: State) -> Column:
    """Its NOT NULL is its own where none of its parents' columns has one."""
    constraint = column.not_null_constraint or NotNullConstraint()
    inherited = any(getattr(state.get(origin), "not_null", False) for origin in column.derived_from)
    own = None if column.local or inherited else True
    if not column.not_null or constraint.local == own or state.server.version_number < not_nulls.SINCE:
        return column
    return replace(column, not_null_constraint=not_nulls.unless_plain(replace(constraint, local=own)))


def _restate_check(step: Step, current: Check, changed: Check, state: State) -> Iterator[Effect]:
    """A check that is inherited alone, added once more, is the child's own too."""
    yield step.identity, replace(changed, local=True)


def _replace_view(step: Step, _current: Object, changed: Object, state: State) -> Iterator[Effect]:
    """CREATE OR REPLACE VIEW sets the options that it states, and no others; new columns come at the end."""
    yield step.identity, replace(changed, options=getattr(step.new, "options", {}))
    for inner, _, obj in step.inner:
        yield inner, _created(obj, state)


def _replace_routine(step: Step, _current: Object, _changed: Object, state: State) -> Iterator[Effect]:
    """CREATE OR REPLACE keeps owner, privileges and comment; all else is as it states."""
    assert step.new is not None
    current = state.get(step.identity)
    assert current is not None
    yield step.identity, replace(step.new, **{a: getattr(current, a) for a in ("owner", "acl", "comment")})


_SIDE_EFFECTS: dict[str, SideEffect] = {
    "alter_table.set_type": _set_type,
    "alter_table.set_not_null": _set_not_null,
    "alter_table.set_replica_identity": _set_replica_identity,
    "domain.set_not_null": _set_domain_not_null,
    "table.set_not_null_constraint": _set_not_null_constraint,
    "alter_table.restate_check": _restate_check,
    "alter_table.validate_constraint": _reaches_heirs,
    "alter_table.alter_enforced": _reaches_heirs,
    "alter_table.alter_deferrable": _reaches_heirs,
    "alter_table.drop_expression": _reaches_heirs,
    "alter_table.set_expression": _reaches_heirs,
    "common.set_owner": _set_owner,
    "common.set_acl": _set_acl,
    "alter_table.set_logged": _set_logged,
    "table.attach": _attach,
    "table.detach": _detach,
    "table.set_inherits": _set_inherits,
    "table.unset_inherits": _set_inherits,
    "index.attach": _attach_index,
    "view.replace": _replace_view,
    "routine.replace": _replace_routine,
}


# ---------------------------------------------------------------------- helpers


def _derived(identity: Identity, state: State) -> Iterator[tuple[Identity, Identity]]:
    """(heir, origin): what the server made from it."""
    for heir in state.heirs(identity):
        yield heir, identity


def _all_derived(identity: Identity, state: State) -> Iterator[tuple[Identity, Identity]]:
    for heir, origin in _derived(identity, state):
        yield heir, origin
        yield from _all_derived(heir, state)


def _last(identity: Identity) -> str:
    return quote(parts_of(identity)[-1])


def _reset(obj: Object, names: Iterable[str]) -> Object:
    """The object with these attributes at their defaults."""
    defaults = _defaults(type(obj))
    return replace(obj, **{name: defaults[name] for name in names if name in defaults})


@cache
def _defaults(cls: type[Object]) -> dict[str, Any]:
    return {f.name: f.default_factory() if callable(f.default_factory) else f.default for f in fields(cls)}


_ACTIONS: dict[str, Callable[[Step, State], Iterator[Effect]]] = {
    "create": _create,
    "drop": _drop,
    "set aside": _set_aside,
    "rename": rename,
    "alter": _alter,
}
