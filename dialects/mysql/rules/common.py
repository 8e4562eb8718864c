"""Attributes that many kinds share."""

from ....engine.protocol import Choose, InPlace, Kept, Rule
from .. import privileges

ACL = InPlace(privileges.SET, light=True)

Attributes = dict[str, Rule | Choose]

DERIVED: Attributes = {"derived_from": Kept()}


def same(rule: Rule | Choose, *names: str) -> Attributes:
    """One rule for many attributes."""
    return dict.fromkeys(names, rule)


__all__ = ["ACL", "DERIVED", "Attributes", "same"]
