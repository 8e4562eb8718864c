"""What goes with an object that is dropped, and what is called otherwise when one is set aside."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ....engine.protocol import Effect, State, Step
from ....snapshots.model import Identity, Object, relabelled
from ....snapshots.naming import constraint_name, moved, parts_of, path_of
from ....snapshots.postgres import Check, Column, Domain, Range, Sequence
from .common import derived


def drop(step: Step, state: State) -> Iterator[Effect]:
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
        for heir, _ in derived(identity, state):
            obj = state.get(heir)
            if obj is not None and not (getattr(obj, "local", False) and isinstance(obj, Column | Check)):
                yield heir
                yield from state.descendants(heir)


def _left_local(origin: Identity, state: State) -> Iterator[Effect]:
    for heir, _ in derived(origin, state):
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


def set_aside(step: Step, state: State) -> Iterator[Effect]:
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
