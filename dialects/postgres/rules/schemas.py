"""Schemas and extensions."""

from ....engine.protocol import InPlace, KindRules
from .common import OWNED, PLAIN

RULES = {
    "schema": KindRules(create="schema.create", drop="schema.drop", attributes=OWNED, weight=0),
    "extension": KindRules(
        create="extension.create",
        drop="extension.drop",
        attributes={
            "schema": InPlace("extension.set_schema"),
            "version": InPlace("extension.update"),
            **PLAIN,
        },
        weight=2,
        drop_loses="whatever the extension holds",
    ),
}
