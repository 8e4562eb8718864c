"""What ALTER and CREATE OR REPLACE change beyond what they say, by macro."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from ....engine.protocol import Effect, State, Step
from ....snapshots.model import Grant, Identity, Object
from ....snapshots.naming import kind_of
from ....snapshots.postgres import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    IdentityColumn,
    Index,
    Key,
    MaterializedView,
    NotNullConstraint,
    Sequence,
    Statistics,
    Table,
    View,
    ViewColumn,
)
from .. import not_nulls, privileges
from .binding import attach, attach_index, detach, set_inherits
from .common import UNKNOWN_COMMENT, all_derived, derived
from .creating import created

STATISTICS_KEEP_OWNER = 180000
"""Before, ALTER TYPE makes extended statistics the property of who runs it. Measured on 15 and 18; None is unknown."""

DERIVED_INDEXES_UNCOMMENTED = 180000
"""Before, ALTER TYPE gives the indexes of partitions the comment of the partitioned one. Measured on 15 and 18; in
between it is unknown."""


def alter(step: Step, state: State) -> Iterator[Effect]:
    current = state.get(step.identity)
    assert current is not None
    assert step.new is not None
    stated = step.attributes if step.unset else (*step.attributes, "depends_on")
    changed = replace(current, **{a: getattr(step.new, a) for a in stated})
    side = SIDE_EFFECTS.get(step.macro)
    if side is None:
        yield step.identity, changed
    else:
        yield from side(step, current, changed, state)


SideEffect = Callable[[Step, Any, Any, State], Iterable[Effect]]


def _set_type(step: Step, current: Column, changed: Column, state: State) -> Iterator[Effect]:
    """STORAGE and COMPRESSION go back to the new type's; indexes are made anew, without their statistics targets; so
    are extended statistics. An identity column's sequence follows. A default is dropped before and set behind it."""
    yield step.identity, replace(changed, storage=None, compression=None)
    yield from ((rider, obj) for rider, _, obj in step.inner)
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        if isinstance(obj, IdentityColumn):
            yield inner, replace(obj, type=changed.type)
    for heir, _ in all_derived(step.identity, state):
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
    for heir, _ in all_derived(step.identity, state):
        obj = state.get(heir)
        if obj is not None:
            yield heir, replace(obj, **{a: getattr(changed, a) for a in step.attributes})


def _set_not_null(step: Step, _current: Column, changed: Column, state: State) -> Iterator[Effect]:
    """The constraint comes with NOT NULL, as stated, and goes with it, whatever its name. It reaches the children: one
    that has none gets it under the same name; one's own stays, as does, dropped from ONLY the parent, each child's."""
    assert isinstance(step.new, Column)
    made = step.new.not_null_constraint if changed.not_null else None
    made = replace(made, comment=None) if made is not None else None
    changed = replace(changed, not_null_constraint=not_nulls.unless_plain(made))
    yield step.identity, not_nulls.own(changed) if _has_own_not_null(step, changed, state) else changed
    if step.context.get("only"):
        return
    if not_nulls.reaches_heirs(changed):
        yield from _inherit_not_null(step.identity, not_nulls.name(step.identity, made), made, state)
    elif not changed.not_null:
        yield from _lose_not_null(step.identity, {step.identity}, state)


def _has_own_not_null(step: Step, changed: Column, state: State) -> bool:
    """A child's stated NOT NULL is its own; nothing tells that of a partition."""
    table = state.get(step.parent) if step.parent is not None else None
    inherits = changed.derived_from and getattr(table, "partition_of", None) is None
    return bool(inherits) and changed.not_null and state.server.version_number >= not_nulls.SINCE


def _inherit_not_null(origin: Identity, name: str, made: NotNullConstraint | None, state: State) -> Iterator[Effect]:
    for heir, _ in derived(origin, state):
        obj = state.get(heir)
        if isinstance(obj, Column) and not obj.not_null:
            yield heir, not_nulls.inherited(heir, obj, name, made is not None and made.not_valid)
            yield from _inherit_not_null(heir, name, made, state)


def _lose_not_null(origin: Identity, bared: set[Identity], state: State) -> Iterator[Effect]:
    """A child's goes with the last of its parents', unless it is its own."""
    for heir, _ in derived(origin, state):
        obj = state.get(heir)
        if not isinstance(obj, Column) or not obj.not_null or not_nulls.is_own(obj):
            continue
        above = (state.get(other) for other in obj.derived_from if other not in bared)
        if not any(isinstance(c, Column) and not_nulls.reaches_heirs(c) for c in above):
            bared.add(heir)
            yield heir, not_nulls.bare(obj)
            yield from _lose_not_null(heir, bared, state)


def _set_not_null_constraint(step: Step, current: Column, changed: Column, state: State) -> Iterator[Effect]:
    """A new name reaches the children, as does its validation. With INHERIT it comes to those that have none, and is
    valid there; with NO INHERIT it becomes their own first."""
    yield step.identity, changed
    before, after = (not_nulls.name(step.identity, c.not_null_constraint) for c in (current, changed))
    valid = not_nulls.is_valid(changed)
    reached, reaches = not_nulls.reaches_heirs(current), not_nulls.reaches_heirs(changed)
    if reaches and not reached:
        yield from _inherit_not_null(step.identity, after, None, state)
    if reached and not reaches:
        left = ((heir, state.get(heir)) for heir, _ in derived(step.identity, state))
        yield from ((heir, not_nulls.own(obj)) for heir, obj in left if isinstance(obj, Column) and obj.not_null)
    for heir, _ in all_derived(step.identity, state) if reached and reaches else ():
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


def _restate_check(step: Step, current: Check, changed: Check, state: State) -> Iterator[Effect]:
    """A check that is inherited alone, added once more, is the child's own too."""
    yield step.identity, replace(changed, local=True)


def _replace_view(step: Step, _current: Object, changed: Object, state: State) -> Iterator[Effect]:
    """CREATE OR REPLACE VIEW sets the options that it states, and no others; new columns come at the end."""
    yield step.identity, replace(changed, options=getattr(step.new, "options", {}))
    for inner, _, obj in step.inner:
        yield inner, created(obj, state)


def _replace_routine(step: Step, _current: Object, _changed: Object, state: State) -> Iterator[Effect]:
    """CREATE OR REPLACE keeps owner, privileges and comment; all else is as it states."""
    assert step.new is not None
    current = state.get(step.identity)
    assert current is not None
    yield step.identity, replace(step.new, **{a: getattr(current, a) for a in ("owner", "acl", "comment")})


SIDE_EFFECTS: dict[str, SideEffect] = {
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
    "table.attach": attach,
    "table.detach": detach,
    "table.set_inherits": set_inherits,
    "table.unset_inherits": set_inherits,
    "index.attach": attach_index,
    "view.replace": _replace_view,
    "routine.replace": _replace_routine,
}
