"""What MySQL and MariaDB can change, and how: one table a family. Source: the ALTER pages of the two manuals."""

from functools import cache

from ....engine.protocol import KindRules


@cache
def tables() -> dict[str, KindRules]:
    """The rules of every kind."""
    from . import columns, keys, programs, relations

    families = (relations, columns, keys, programs)
    return {kind: rules for family in families for kind, rules in family.RULES.items()}
