"""Functions, procedures and aggregates."""

from ....engine.protocol import Choose, InPlace, KindRules, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Argument, Function, Routine
from .common import OWNED, same

REPLACE = InPlace("routine.replace")

_OUT = ("out", "inout", "table")


def _definition(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """What CREATE OR REPLACE refuses (42P13): another return type or OUT columns, an input argument renamed or its
    name removed, a default removed."""
    assert isinstance(old, Routine) and isinstance(new, Routine)
    if (
        isinstance(old, Function)
        and isinstance(new, Function)
        and (old.returns, old.window) != (new.returns, new.window)
    ):
        return Replace()
    if [_out(a) for a in old.arguments if a.mode in _OUT] != [_out(a) for a in new.arguments if a.mode in _OUT]:
        return Replace()
    pairs = zip(_inputs(old), _inputs(new), strict=False)
    if any(_breaks(before, after) for before, after in pairs):
        return Replace()
    return REPLACE


def _out(argument: Argument) -> tuple[str, str | None, str]:
    return argument.mode, argument.name, argument.type


def _inputs(routine: Routine) -> list[Argument]:
    return [a for a in routine.arguments if a.mode in ("in", "inout", "variadic")]


def _breaks(before: Argument, after: Argument) -> bool:
    renamed = before.name is not None and before.name != after.name
    return renamed or before.mode != after.mode or (before.default is not None and after.default is None)


_SHARED = (
    "arguments",
    "language",
    "body",
    "sql_body",
    "object_file",
    "security_definer",
    "settings",
    "transforms",
)
_FUNCTION = ("returns", "window", "volatility", "parallel", "strict", "leakproof", "cost", "rows", "support")

RULES = {
    "function": KindRules(
        create="routine.create",
        drop="routine.drop",
        rename="routine.rename",
        attributes={**same(Choose(_definition), *_SHARED, *_FUNCTION), **OWNED},
        weight=30,
    ),
    "procedure": KindRules(
        create="routine.create",
        drop="routine.drop",
        rename="routine.rename",
        attributes={**same(Choose(_definition), *_SHARED), **OWNED},
        weight=31,
    ),
    "aggregate": KindRules(
        create="routine.create_aggregate",
        drop="routine.drop",
        rename="routine.rename",
        attributes={**same(Replace(), "arguments", "definition"), **OWNED},
        weight=32,
    ),
}
