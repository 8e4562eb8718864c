"""Attributes that many kinds share."""

from ....engine.protocol import Choose, Kept, Refuse, Rule

ACL = Refuse("dbstrata does not plan privileges on MySQL and MariaDB", "grant or revoke them by hand")

Attributes = dict[str, Rule | Choose]

DERIVED: Attributes = {"derived_from": Kept()}


def same(rule: Rule | Choose, *names: str) -> Attributes:
    """One rule for many attributes."""
    return dict.fromkeys(names, rule)


__all__ = ["ACL", "DERIVED", "Attributes", "same"]
