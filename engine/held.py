"""A schema as the server that the script runs on can hold it.

The two snapshots may come from servers of different versions; the script runs on one of them, forward and back.
"""

from collections.abc import Callable

from ..snapshots.model import Header, Object, unset, with_children
from .schema import Schema

Keeps = Callable[[Object, str], bool]
"""Says of an object's attribute that the server does not know, whether its value is to be missed."""

Respell = Callable[[Object, int], Object]
"""The object in the words of an older server, its parts apart."""


def held_by(schema: Schema, server: Header, keeps: Keeps, respell: Respell) -> Schema:
    """The schema on that server: without the values of attributes that only a newer one keeps, but for those that
    `keeps` names, and as that server spells it."""
    version = server.version_number
    if server.flavour != schema.header.flavour or version >= schema.header.version_number:
        return schema.on(server)
    before = list(schema.roots.values())
    after = [_held(obj, version, keeps, respell) for obj in before]
    changed = any(was is not now for was, now in zip(before, after, strict=True))
    return (schema.with_objects(after) if changed else schema).on(server)


def _held(obj: Object, version: int, keeps: Keeps, respell: Respell) -> Object:
    whole = respell(with_children(obj, lambda inner: _held(inner, version, keeps, respell)), version)
    unknown = [
        attribute
        for attribute, since in obj.since.items()
        if since > version and getattr(obj, attribute) and not keeps(obj, attribute)
    ]
    return unset(whole, unknown) if unknown else whole
