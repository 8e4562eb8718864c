"""How a value of a composite type goes over to the type made anew, whose attributes may stand in another order."""

from ...engine.protocol import Schema
from ...snapshots.model import Identity
from ...snapshots.naming import kind_of, path_of, quote
from ...snapshots.postgres import Attribute, Column, Composite, Domain, Range

Types = tuple[Schema, Schema]


def using(column: Column, types: Types) -> str | None:
    """The expression of a USING clause, where the way by the text would mix the attributes up; else None."""
    found = _composite(column, types)
    return _carried(quote(column.name), found, types) if found is not None and is_shuffled(found, types) else None


def unreachable(column: Column, types: Types) -> str | None:
    """Why no expression takes the column's values over; None if one does."""
    mixed = [i for i in column.depends_on if is_shuffled(i, types)]
    if mixed and _composite(column, types) is None:
        return f"it holds arrays of {mixed[0]}, whose attributes change their places"
    return None


def is_shuffled(composite: Identity, types: Types) -> bool:
    """Would a value's text be read as something else: are attributes moved, inserted or dropped, at any depth?"""
    before, after = (schema.get(composite) for schema in types)
    if isinstance(before, Domain):
        return any(is_shuffled(i, types) for i in before.depends_on)
    if not isinstance(before, Composite) or not isinstance(after, Composite):
        return False
    if [a.name for a in before.attributes] != [a.name for a in after.attributes]:
        return True
    return any(is_shuffled(i, types) for a in after.attributes for i in a.depends_on)


def _composite(of: Column | Attribute, types: Types) -> Identity | None:
    """The composite that is its type, not an array's elements."""
    return next((i for i in of.depends_on if kind_of(i) == Composite.kind and of.type == path_of(i)), None)


def _carried(value: str, composite: Identity, types: Types) -> str:
    before, after = types[0][composite], types[1][composite]
    assert isinstance(before, Composite) and isinstance(after, Composite)
    known = {a.name for a in before.attributes}
    fields = []
    for attribute in after.attributes:
        inner = _composite(attribute, types)
        field = f"({value}).{quote(attribute.name)}"
        if attribute.name not in known:
            fields.append(f"NULL::{attribute.type}")
        elif inner is not None and is_shuffled(inner, types):
            fields.append(_carried(field, inner, types))
        else:
            fields.append(f"{field}::text::{attribute.type}")
    return f"CASE WHEN {value} IS DISTINCT FROM NULL THEN ROW({', '.join(fields)})::{path_of(composite)} END"


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


__all__ = ["is_boxed", "is_shuffled", "is_stored", "unreachable", "using"]
