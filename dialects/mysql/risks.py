"""What a step puts at risk, by kind and macro: which code fits what it loses or fails on, what breaks an application
that runs meanwhile. Locks are in locks.py.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from ...engine.protocol import Facts, Schema, Step
from ...snapshots.model import Identity, Object
from ...snapshots.mysql import Column, Function, Index, Routine, View
from ...snapshots.naming import child, kind_of, path_of
from . import privileges, types
from .keys import is_narrowed
from .rules.columns import MODIFY

Warning = tuple[str, Identity, str]
"""(code, object, text)"""
Warn = Callable[[Step, Schema, Schema], Iterator[Warning]]

DATABASE = Identity("database defaults")


def facts(step: Step, old: Schema, new: Schema) -> Facts:
    """All that is known of a step, but for its lock, which is the whole statement's."""
    return Facts(
        passes=(DATABASE,) if step.context.get("collation") else (),
        loss=_loss(step),
        failure=_FAILURE.get(step.macro, "DB300"),
        failures=_failures(step, new),
        warnings=tuple(_warnings(step, old, new)),
    )


# ---------------------------------------------------------------------- which code

_LOSS = {"column": "DB101", "table": "DB102", "sequence": "DB104"}
"""Of a drop, by kind."""
_LOSS_BY_ALTER = {"alter_table.change_partitions": "DB102", "sequence.set_options": "DB104"}
_FAILURE = {
    "alter_table.add_primary_key": "DB302",
    "alter_table.add_index": "DB302",
    "alter_table.add_check": "DB303",
    "alter_table.alter_check": "DB303",
    "alter_table.add_column": "DB303",
    "alter_table.add_foreign_key": "DB304",
    "alter_table.partition_by": "DB306",
    MODIFY: "DB305",
}

_NAMED = frozenset({"table", "column", "view", "sequence", "function", "procedure", "package"})
"""Kinds that an application names in its statements."""


def _loss(step: Step) -> str:
    if step.action != "alter":
        return _LOSS.get(kind_of(step.identity), "DB100")
    if step.macro == MODIFY:
        return "DB101" if _is_computed(step.old, step.new) else "DB103"
    return _LOSS_BY_ALTER.get(step.macro, "DB100")


def _is_computed(old: Object | None, new: Object | None) -> bool:
    """Is it computed from now on, where it was written?"""
    return getattr(old, "generated", None) is None and getattr(new, "generated", None) is not None


def _failures(step: Step, new: Schema) -> tuple[tuple[str, str], ...]:
    """One statement changes all of a column."""
    if step.macro == MODIFY and isinstance(step.old, Column) and isinstance(step.new, Column):
        narrowed = is_narrowed(step.identity, step.old, step.new, new)
        return tuple(types.failures(step.old, step.new, narrowed=narrowed))
    return ()


# ---------------------------------------------------------------------- what warns


def _warnings(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    for warn in (_BY_ACTION.get(step.action), _BY_MACRO.get(step.macro)):
        if warn is not None:
            yield from warn(step, old, new)


def _gone(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """Dropped for good."""
    if kind_of(step.identity) in _NAMED and step.identity in old and step.identity not in new:
        yield "DB401", step.identity, "it is not in the new schema"


def _made(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """Made where its table was there before."""
    identity, obj = step.identity, step.new
    if obj is None or step.parent is None or step.parent not in old:
        return
    if isinstance(obj, Column):
        if identity not in old and _needs_value(obj):
            yield "DB405", identity, "it is NOT NULL and has no default"
    elif _constrains(obj) and not _was_there(identity, obj, old):
        yield "DB404", identity, "what breaks it is refused from now on"


def _needs_value(column: Column) -> bool:
    return column.not_null and column.default is None and column.generated is None and not column.auto_increment


def _constrains(obj: Object) -> bool:
    if isinstance(obj, Index):
        return obj.type == "unique"
    return obj.kind in ("primary_key", "foreign_key", "check") and not getattr(obj, "not_enforced", False)


def _was_there(identity: Identity, obj: Object, old: Schema) -> bool:
    """Does it come back as it was?"""
    return old.get(identity) == obj


def _renamed(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if kind_of(step.identity) in _NAMED:
        was = next((before for before, after in step.renames.items() if after == step.identity), None)
        yield "DB402", step.identity, f"it was {path_of(was)}" if was is not None else "it has another name"


def _modified(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    before, after, identity = step.old, step.new, step.identity
    if not isinstance(before, Column) or not isinstance(after, Column):
        return
    if before.type != after.type:
        yield from _retyped(identity, before, after)
    if after.not_null and not before.not_null:
        yield "DB404", identity, "NULL is refused from now on"
    if _needs_value(after) and not _needs_value(replace(before, not_null=True)):
        yield "DB405", identity, "it is NOT NULL and has no default any more"
    if _is_computed(before, after):
        yield "DB404", identity, "it is computed from now on, and can't be written"
    if after.check is not None and after.check != before.check:
        yield "DB404", identity, "what breaks its check is refused from now on"


def _retyped(identity: Identity, before: Column, after: Column) -> Iterator[Warning]:
    """Of one type that becomes wider nobody notices anything; one that becomes narrower refuses what it took."""
    was, becomes = types.parse(before.type), types.parse(after.type)
    if was.name == becomes.name in ("enum", "set"):
        gone, more = (_listed(one.arguments, other.arguments) for one, other in ((was, becomes), (becomes, was)))
        if gone:
            yield "DB404", identity, f"it has no {gone} any more"
        if more:
            yield "DB407", identity, f"new: {more}"
    elif not types.widens(was, becomes):
        code = "DB404" if was.name == becomes.name else "DB403"
        yield code, identity, f"{before.type} becomes {after.type}"


def _listed(members: tuple[str, ...], others: tuple[str, ...]) -> str:
    return ", ".join(member for member in members if member not in others)


def _enforced(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if not getattr(step.new, "not_enforced", False):
        yield "DB404", step.identity, "what breaks it is refused from now on"


def _routine(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    before, after = old.get(step.identity), step.new
    if isinstance(before, Routine) and isinstance(after, Routine) and _signature(before) != _signature(after):
        yield "DB406", step.identity, "parameters or result change"
    yield from _given_to_definer(step, old, new)


def _signature(routine: Routine) -> tuple[object, str | None]:
    return routine.parameters, routine.returns if isinstance(routine, Function) else None


def _given_to_definer(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """Does it run with its definer's privileges, where it ran with the caller's?"""
    was, becomes = (getattr(obj, "security", "") for obj in (old.get(step.identity), step.new))
    if (was, becomes) == ("invoker", "definer"):
        yield "DB506", step.identity, "SQL SECURITY DEFINER from now on"


def _view(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    before, after = old.get(step.identity), step.new
    if isinstance(before, View) and isinstance(after, View):
        for name in before.columns:
            if name not in after.columns:
                yield "DB401", child("column", step.identity, name), "the view does not return it any more"
    yield from _given_to_definer(step, old, new)


_BY_ACTION: Mapping[str, Warn] = {"drop": _gone, "create": _made, "rename": _renamed}

_BY_MACRO: Mapping[str, Warn] = {
    privileges.SET: privileges.warnings,
    MODIFY: _modified,
    "alter_table.alter_check": _enforced,
    "routine.replace": _routine,
    "routine.alter": _given_to_definer,
    "package.replace": _given_to_definer,
    "view.replace": _view,
}
