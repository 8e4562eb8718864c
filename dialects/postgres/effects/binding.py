"""What becomes one with a parent's when a table is attached to it, or begins to inherit; and alone again after that."""

from collections.abc import Iterator

from msgspec.structs import replace

from ....engine.protocol import Effect, State, Step
from ....snapshots.model import Identity, Object
from ....snapshots.naming import kind_of, parts_of, path_of, quote
from ....snapshots.postgres import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Index,
    NotNullConstraint,
    PrimaryKey,
    Table,
    Trigger,
    Unique,
)
from .. import not_nulls
from .common import all_derived, alone, last, shape
from .creating import created


def attach(step: Step, _current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """Columns and checks become inherited; indexes and keys like the parent's are attached to them; the parent's
    triggers and foreign keys are made."""
    yield step.identity, changed
    parent = changed.partition_of
    assert parent is not None
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        origin = Identity(f"{kind_of(inner)} {path_of(parent)}.{last(inner)}")
        if isinstance(obj, Column) or (isinstance(obj, Check) and state.get(origin) is not None):
            yield inner, replace(obj, derived_from=(origin,), local=False)
    yield from _attach_matching(step.identity, parent, state)
    for inner, _, obj in step.inner:
        yield inner, created(obj, state)


def _attach_matching(child: Identity, parent: Identity, state: State) -> Iterator[Effect]:
    """Each index, key and foreign key of the parent takes the first of the child's that is like it, and valid."""
    taken: set[Identity] = set()
    for above in state.inside(parent):
        origin = state.get(above)
        if not isinstance(origin, Index | PrimaryKey | Unique | Exclusion | ForeignKey):
            continue
        for inner in state.inside(child):
            obj = state.get(inner)
            if getattr(obj, "invalid", False):
                continue
            if inner not in taken and type(obj) is type(origin) and shape(obj, child) == shape(origin, parent):
                assert obj is not None
                taken.add(inner)
                local = {"local": False} if "local" in obj.__struct_fields__ else {}
                yield inner, replace(obj, derived_from=(above,), **local)
                break


def attach_index(step: Step, _current: Object, changed: Object, state: State) -> Iterator[Effect]:
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


def detach(step: Step, current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """Columns, checks, keys and foreign keys stay and are local; indexes stand alone; cloned triggers go."""
    yield step.identity, replace(changed, partition_of=None, bound=None)
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        if obj is None or not obj.derived_from:
            continue
        if isinstance(obj, Trigger):
            yield inner, None
            yield from ((heir, None) for heir, _ in all_derived(inner, state))
        else:
            yield inner, alone(obj) if "local" in obj.__struct_fields__ else replace(obj, derived_from=())


def set_inherits(step: Step, current: Table, changed: Table, state: State) -> Iterator[Effect]:
    """INHERIT marks what the parents have as inherited; NO INHERIT makes local what no parent is left for."""
    yield step.identity, changed
    for inner in state.inside(step.identity):
        obj = state.get(inner)
        if not isinstance(obj, Column | Check):
            continue
        above = (Identity(f"{kind_of(inner)} {path_of(parent)}.{last(inner)}") for parent in changed.inherits)
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
