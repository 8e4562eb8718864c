"""What PostgreSQL can change, and how: one table a family. Source: the ALTER pages of the manuals of 13 to 18."""

from functools import cache

from ....engine.protocol import KindRules


@cache
def tables() -> dict[str, KindRules]:
    """The rules of every kind."""
    from . import (
        columns,
        constraints,
        indexes,
        privileges,
        relations,
        routines,
        schemas,
        sequences,
        triggers,
        types,
        views,
    )

    families = (
        schemas,
        types,
        sequences,
        relations,
        columns,
        constraints,
        indexes,
        triggers,
        views,
        routines,
        privileges,
    )
    return {kind: rules for family in families for kind, rules in family.RULES.items()}
