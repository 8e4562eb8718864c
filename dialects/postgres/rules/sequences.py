"""Sequences, free or of identity columns."""

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import Sequence
from .common import ACL, COMMENT, DERIVED, OWNED, OWNER, same

_OPTIONS = ("type", "start", "increment", "minimum", "maximum", "cache", "cycle")


def _owner(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """A linked sequence's owner follows its table; ALTER SEQUENCE OWNER on it is refused (0A000)."""
    assert isinstance(old, Sequence) and isinstance(new, Sequence)
    return Kept() if old.owned_by is not None and old.owned_by == new.owned_by else OWNER


RULES = {
    "sequence": KindRules(
        create="sequence.create",
        drop="sequence.drop",
        rename="sequence.rename",
        attributes={
            **same(InPlace("sequence.set_options"), *_OPTIONS),
            "unlogged": InPlace("sequence.set_logged", light=True),
            **OWNED,
            "owner": Choose(_owner),
            "owned_by": InPlace("sequence.set_owned_by", unset="sequence.unset_owned_by", light=True),
        },
        weight=18,
        goes_with=lambda obj: getattr(obj, "owned_by", None),
        drop_loses="the sequence's current value",
    ),
    "identity": KindRules(
        create="alter_table.add_identity",
        drop="alter_table.drop_identity",
        attributes={
            "sequence": InPlace("sequence.rename_identity"),
            "always": InPlace("alter_table.set_identity_always"),
            **same(InPlace("sequence.set_identity_options"), *_OPTIONS),
            "unlogged": InPlace("sequence.set_logged", light=True),
            "owner": Kept(),
            "acl": ACL,
            "comment": COMMENT,
            **DERIVED,
        },
        weight=25,
        drop_loses="the sequence's current value",
    ),
}
