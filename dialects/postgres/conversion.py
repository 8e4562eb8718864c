"""How the values of a column go over to another type: by assignment, by a cast that fails where one does not fit, by
what the user answered; or it is asked.

Types of one's own (enums, ranges, composites) go by way of the text, as do types made anew: it is read anew, and fails
if it can't be. Domains go as the type below them.
"""

from ...engine.protocol import Answer, Schema
from ...snapshots.model import Identity
from ...snapshots.naming import kind_of, path_of, quote
from ...snapshots.postgres import Column, Domain
from . import casts, composites

Types = tuple[Schema, Schema]

_OWN = frozenset({"enum", "range", "composite"})


def using(identity: Identity, old: Column, new: Column, types: Types, *, anew: bool) -> str | None:
    """The expression of the USING clause; None where an assignment does. `anew`: a type that both name is made anew.
    Raises NoCast where it must be asked."""
    try:
        if (reason := composites.unreachable(old, new, types)) is not None:
            raise casts.NoCast(old.type, new.type, reason)
        if (anew or composites.is_like(old, new, types)) and (carried := composites.using(old, new, types)) is not None:
            return carried
        cast = "::text::" + new.type if anew else _cast(old, new, types)
    except casts.NoCast:
        if (answer := _answer(identity, new, types[1])) is None:
            raise
        return answer
    if cast is None:
        return None
    return _answer(identity, new, types[1]) or quote(new.name) + cast


def loses(old: Column, new: Column, types: Types) -> str | None:
    """What the change of type can lose without an error."""
    return casts.loses(_below(old, types[0])[0], _below(new, types[1])[0])


def _answer(identity: Identity, new: Column, schema: Schema) -> str | None:
    """What the user said, of this type first."""
    answers: list[Answer] = [a for a in schema.answers if a.identity == identity and a.value in (None, new.type)]
    return max(answers, key=lambda a: a.value is not None).text if answers else None


def _cast(old: Column, new: Column, types: Types) -> str | None:
    (before, was_own), (after, is_own) = _below(old, types[0]), _below(new, types[1])
    if not was_own and not is_own:
        cast = casts.using(before, after)
        return f"::{new.type}" if cast == f"::{after}" else cast
    if casts.is_assigned_text(before, after):
        return None
    if was_own == is_own == "composite" and composites.is_like(old, new, types):
        return f"::text::{new.type}"
    texts = before.endswith("[]") == after.endswith("[]") and (casts.is_text(before) or casts.is_text(after))
    if texts or casts.is_string(before) or was_own == is_own == "enum" or before == after:
        return f"::text::{new.type}"
    raise casts.NoCast(old.type, new.type)


def _below(column: Column, schema: Schema) -> tuple[str, str | None]:
    """The type below domains, and its kind if it is one's own."""
    text, depends_on = column.type, column.depends_on
    while found := next((i for i in depends_on if path_of(i) == text.removesuffix("[]")), None):
        obj = schema.get(found)
        brackets = "[]" if text.endswith("[]") else ""
        if not isinstance(obj, Domain) or (brackets and obj.type.endswith("[]")):
            return text, kind_of(found) if kind_of(found) in _OWN else None
        text, depends_on = obj.type + brackets, obj.depends_on
    return text, None


__all__ = ["loses", "using"]
