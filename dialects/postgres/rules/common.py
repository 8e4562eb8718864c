"""Attributes that many kinds share."""

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Rule

OWNER = InPlace("common.set_owner", light=True)
ACL = InPlace("common.set_acl", light=True)
COMMENT = InPlace("common.set_comment", light=True)

Attributes = dict[str, Rule | Choose]

DERIVED: Attributes = {"derived_from": Kept()}
OWNED: Attributes = {"owner": OWNER, "acl": ACL, "comment": COMMENT, **DERIVED}
PLAIN: Attributes = {"comment": COMMENT, **DERIVED}


def same(rule: Rule | Choose, *names: str) -> Attributes:
    """One rule for many attributes."""
    return dict.fromkeys(names, rule)


__all__ = ["ACL", "COMMENT", "DERIVED", "OWNED", "OWNER", "PLAIN", "Attributes", "KindRules", "same"]
