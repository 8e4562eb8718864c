"""How a value of a composite type goes over to the type made anew, or to another one, whose attributes may stand in
another order."""

from collections.abc import Iterator

from ...engine.protocol import Schema
from ...snapshots.model import Identity, Object
from ...snapshots.naming import kind_of, path_of, quote
from ...snapshots.postgres import Attribute, Column, Composite, Domain, Range
from . import casts

Types = tuple[Schema, Schema]


def using(old: Column, new: Column, types: Types) -> str | None:
    """The expression of a USING clause, where the way by the text would mix the attributes up; else None."""
    return _carried(quote(new.name), old, new, types) if _is_shuffled(old, new, types) else None


def unreachable(old: Column | Attribute, new: Column | Attribute, types: Types) -> str | None:
    """Why no expression takes the column's values over; None if one does."""
    if not _is_shuffled(old, new, types):
        return None
    composites = _composites(old, new, types)
    if composites is None:
        return (
            f"{old.type} holds many values whose attributes change places, and which of them is which would be mixed up"
        )
    return next((reason for a, b in _pairs(*composites) if (reason := unreachable(a, b, types)) is not None), None)


def is_like(old: Column, new: Column, types: Types) -> bool:
    """Are both of composite types, or of arrays of such, and has the new one all attributes of the old one?"""
    before, after = _held(old, types[0]), _held(new, types[1])
    if not (isinstance(before, Composite) and isinstance(after, Composite)):
        return False
    return {a.name for a in before.attributes} <= {a.name for a in after.attributes}


def lost(old: Column | Attribute, new: Column | Attribute, types: Types) -> str | None:
    """What of a value goes where the type is made anew without some of its attributes, or with narrower ones, at any
    depth."""
    before, after = _held(old, types[0]), _held(new, types[1])
    if not isinstance(before, Composite) or not isinstance(after, Composite):
        return None
    kept = {a.name for a in after.attributes}
    if gone := [quote(a.name) for a in before.attributes if a.name not in kept]:
        return f"the values of {', '.join(gone)}, which the type no longer has"
    cuts = casts.cuts if _is_shuffled(old, new, types) else casts.loses
    if cut := [quote(b.name) for a, b in _pairs(before, after) if cuts(a.type, b.type)]:
        return f"what of the values of {', '.join(cut)} the attribute's new type has no place for"
    return next((found for a, b in _pairs(before, after) if (found := lost(a, b, types)) is not None), None)


Typed = Column | Attribute | Domain


def _is_shuffled(old: Typed, new: Typed, types: Types) -> bool:
    """Would a value's text be read as something else: are attributes moved, inserted or dropped, at any depth?"""
    before, after = _held(old, types[0]), _held(new, types[1])
    if not isinstance(before, Composite) or not isinstance(after, Composite):
        return False
    if [a.name for a in before.attributes] != [a.name for a in after.attributes]:
        return True
    return any(_is_shuffled(a, b, types) for a, b in _pairs(before, after))


def _held(of: Typed, schema: Schema) -> Object | None:
    """The type of one's own that it has, or an array of, below domains and ranges."""
    obj = _named(of, schema)
    while isinstance(obj, Domain | Range):
        obj = _named(obj, schema)
    return obj


def _named(of: Typed | Range, schema: Schema) -> Object | None:
    type_ = of.subtype if isinstance(of, Range) else of.type
    found = next((i for i in of.depends_on if path_of(i) == type_.removesuffix("[]")), None)
    return schema.get(found) if found is not None else None


def _composites(old: Typed, new: Typed, types: Types) -> tuple[Composite, Composite] | None:
    """The composites that are the two types, not an array's elements nor a range's bounds."""
    before, after = _alone(old, types[0]), _alone(new, types[1])
    return (before, after) if before is not None and after is not None else None


def _alone(of: Typed, schema: Schema) -> Composite | None:
    obj: Object | None = of
    while isinstance(obj, Typed) and not obj.type.endswith("[]"):
        obj = _named(obj, schema)
    return obj if isinstance(obj, Composite) else None


def _pairs(before: Composite, after: Composite) -> Iterator[tuple[Attribute, Attribute]]:
    """The attributes that both have."""
    known = {a.name: a for a in before.attributes}
    return ((known[a.name], a) for a in after.attributes if a.name in known)


def _carried(value: str, old: Typed, new: Typed, types: Types) -> str:
    composites = _composites(old, new, types)
    assert composites is not None
    known = {b.name: a for a, b in _pairs(*composites)}
    fields = list[str]()
    for attribute in composites[1].attributes:
        field = f"({value}).{quote(attribute.name)}"
        before = known.get(attribute.name)
        if before is None:
            fields.append(f"NULL::{attribute.type}")
        elif _is_shuffled(before, attribute, types):
            fields.append(_carried(field, before, attribute, types))
        else:
            fields.append(f"{field}::text::{attribute.type}")
    return f"CASE WHEN {value} IS DISTINCT FROM NULL THEN ROW({', '.join(fields)})::{new.type} END"


def is_stored(composite: Identity, schema: Schema) -> bool:
    """Is it, at any depth, the type of a table's column? The server then alters no attribute's type (0A000)."""
    seen, queue = set[Identity](), [composite]
    while queue:
        found = queue.pop()
        if found in seen:
            continue
        seen.add(found)
        for user, _ in schema.users(found):
            kind = kind_of(user)
            if kind == Column.kind:
                return True
            if kind == Attribute.kind:
                parent = schema.parent(user)
                queue.extend([parent] if parent is not None else [])
            elif kind in ("domain", "range"):
                queue.append(user)
    return False


def is_boxed(domain: Identity, schema: Schema) -> bool:
    """Does a table's column hold it inside something else: an array, a composite, a range? The server then takes no new
    limit of it, for it would not find the values (0A000)."""
    for user, _ in schema.users(domain):
        obj, parent = schema[user], schema.parent(user)
        if isinstance(obj, Column):
            boxed = obj.type != path_of(domain)
        elif isinstance(obj, Domain) and obj.type == path_of(domain):
            boxed = is_boxed(user, schema)
        elif isinstance(obj, Attribute):
            boxed = parent is not None and is_stored(parent, schema)
        else:
            boxed = isinstance(obj, Domain | Range) and is_stored(user, schema)
        if boxed:
            return True
    return False


__all__ = ["is_boxed", "is_like", "is_stored", "lost", "unreachable", "using"]
