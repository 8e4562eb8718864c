"""How PostgreSQL spells things: casts between types, and when two expressions of different servers are one."""

from ...snapshots.model import Object


def using(old_type: str, new_type: str, *, via_text: bool) -> str | None:
    """The cast of a USING clause, behind the column; None where an assignment cast does."""
    if via_text:
        return f"::text::{new_type}"
    return f"::{new_type}" if base(old_type) != base(new_type) else None


def base(type_: str) -> str:
    """A type's name without modifier and array brackets."""
    return type_.partition("(")[0].partition("[")[0].strip()


def same(old: Object, new: Object, attribute: str) -> bool:
    """Do two values of different servers mean the same?"""
    return False
