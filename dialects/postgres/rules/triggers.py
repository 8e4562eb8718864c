"""Triggers, rewrite rules and policies."""

from ....engine.protocol import Choose, InPlace, KindRules, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Policy
from .common import PLAIN, same

_TRIGGER = (
    "timing",
    "events",
    "update_columns",
    "for_each_row",
    "when",
    "function",
    "arguments",
    "constraint",
    "deferrable",
    "initially_deferred",
    "from_table",
    "old_table",
    "new_table",
)


def _policy_expression(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """ALTER POLICY can set an expression, not remove it."""
    assert isinstance(old, Policy) and isinstance(new, Policy)
    removed = (old.using is not None and new.using is None) or (old.check is not None and new.check is None)
    return Replace() if removed else InPlace("policy.alter")


RULES = {
    "trigger": KindRules(
        create="trigger.create",
        drop="trigger.drop",
        rename="trigger.rename",
        rename_reaches_heirs=True,
        attributes={**same(Replace(), *_TRIGGER), "enabled": InPlace("trigger.set_enabled", light=True), **PLAIN},
        weight=70,
        detachable=True,
        created_along=lambda _obj: True,
        rebinding_brings=True,
        unbinding_drops=True,
    ),
    "rule": KindRules(
        create="rule.create",
        drop="rule.drop",
        attributes={"definition": Replace(), "enabled": InPlace("rule.set_enabled", light=True), **PLAIN},
        weight=72,
        detachable=True,
    ),
    "policy": KindRules(
        create="policy.create",
        drop="policy.drop",
        rename="policy.rename",
        attributes={
            **same(Replace(), "command", "restrictive"),
            "roles": InPlace("policy.alter"),
            **same(Choose(_policy_expression), "using", "check"),
            **PLAIN,
        },
        weight=74,
        detachable=True,
    ),
}
