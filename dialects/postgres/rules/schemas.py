"""Schemas and extensions."""

import re

from ....engine.protocol import Choose, InPlace, KindRules, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Extension
from .common import OWNED, PLAIN


def _version(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """Extensions ship scripts upwards; a way down is rare, so an older version is installed anew."""
    assert isinstance(old, Extension) and isinstance(new, Extension)
    if _numbers(new.version) < _numbers(old.version):
        return Replace(loses="whatever the extension holds")
    return InPlace("extension.update")


def _numbers(version: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", version)]


RULES = {
    "schema": KindRules(create="schema.create", drop="schema.drop", rename="schema.rename", attributes=OWNED, weight=0),
    "extension": KindRules(
        create="extension.create",
        drop="extension.drop",
        attributes={
            "schema": InPlace("extension.set_schema"),
            "version": Choose(_version),
            **PLAIN,
        },
        weight=2,
        drop_loses="whatever the extension holds",
    ),
}
