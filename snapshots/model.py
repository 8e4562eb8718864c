"""The base of every dialect's model: objects, what stands inside them, and the snapshot that holds them.

All classes are frozen, keyword-only msgspec structs. An attribute at its default is left out of the file. The engine
knows this module alone: it reads `children`, `since`, and which fields hold identities, and no class by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, TypeAlias, TypeVar, get_args

import msgspec
from msgspec.structs import fields, replace

from .naming import Identity, child, parts_of

__all__ = ["Grant", "Header", "Identity", "Inside", "Object", "Scope", "Text", "Unmodelled", "Value", "lines", "plain"]

Text = str | tuple[str, ...]
"""SQL or prose as the server keeps it: a string, or, where it has line feeds, the array of its lines."""

_Naming: TypeAlias = "Identity | Value | tuple[_Naming, ...] | None"
"""The value of a field that can hold identities."""

Made = TypeVar("Made", bound=msgspec.Struct)


def lines(text: str) -> Text:
    """Text as it stands in the model: split at line feeds alone, if it has any."""
    return tuple(text.split("\n")) if "\n" in text else text


def plain(text: Text) -> str:
    """The inverse of `lines`."""
    return text if isinstance(text, str) else "\n".join(text)


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A structured attribute: it has no identity of its own."""


class Object(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Whatever has an identity. `kind` is the first word of the identity, and the tag in the file."""

    kind: ClassVar[str] = ""
    named_by: ClassVar[tuple[str, ...]] = ("name",)
    """The fields that the identity holds; all others but `children` and `depends_on` are state."""
    children: ClassVar[tuple[str, ...]] = ()
    """The fields whose values are objects that stand inside this one."""
    ordered: ClassVar[tuple[str, ...]] = ()
    """Those of them whose order is part of the object: dropping some and appending others keeps it."""
    since: ClassVar[dict[str, int]] = {}
    """Attributes by the server version number (as 180000) that keeps them first; unknown on older servers. One that
    merely came later and is off where it isn't known (NULLS NOT DISTINCT) is known on all, and not in here."""
    until: ClassVar[dict[str, int]] = {}
    """Attributes by the first server version number that does not keep them: unknown from there on."""

    name: str
    comment: Text | None = None
    depends_on: tuple[Identity, ...] = ()
    """What this object uses and no other attribute names; sorted. Never compared."""
    derived_from: tuple[Identity, ...] = ()
    """The objects from which the server makes or keeps this one: a partition's column has its parent's column here."""

    def identity(self, parent: Identity | None = None) -> Identity:
        """The name shared by two databases. `parent` is given for objects that stand inside another."""
        if parent is None:
            raise TypeError(f"a {self.kind} stands inside another object")
        return child(self.kind, parent, self.name)

    def essence(self) -> str | None:
        """The attribute that is all there is to it, if one is: where that is not compared, neither is the object."""
        return None


Inside = tuple[Object, ...] | Object | None
"""What a field of `children` holds."""


class Grant(Value, frozen=True, kw_only=True):
    """What one grantee holds where it differs from the server's built-in default for the object and its owner.

    No privileges at all: a default (PUBLIC's, or the owner's own) that was revoked. `ALL` stands for the full set.
    """

    to: str
    """A role, or PUBLIC."""
    privileges: tuple[str, ...] = ()
    grantable: tuple[str, ...] = ()
    """Those of the privileges held with the grant option."""
    by: str | None = None
    """The grantor where it is not the owner."""


class Unmodelled(Object, frozen=True, kw_only=True, tag_field="kind", tag="unmodelled"):
    """What the catalog holds and the model does not cover. `name` is the server's own description of it."""

    kind: ClassVar[str] = "unmodelled"
    type: str
    """The server's word for what it is, such as `cast` or `text search dictionary`."""
    digest: str
    """SHA-256 of the server's definition of it, without owner, privileges and comment."""
    owner: str | None = None
    acl: str | None = None
    """SHA-256 of its privileges, where any differ from the built-in default."""
    reason: str = ""

    def identity(self, parent: Identity | None = None) -> Identity:
        """The server's own description."""
        return Identity(f"unmodelled {self.type} {self.name}")

    def essence(self) -> str | None:
        """Of what is said of another object: what that is."""
        return {"privileges": "acl", "comment": "comment"}.get(self.type)


class Scope(Value, frozen=True, kw_only=True):
    """What was dumped: patterns, as given. Empty `schemas`: all of them."""

    schemas: tuple[str, ...] = ()
    exclude_schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Header(Value, frozen=True, kw_only=True):
    """What a snapshot says of itself."""

    format: int
    dialect: str
    flavour: str
    """The server's make: postgresql, mysql, mariadb."""
    version: str
    """As the server spells it, without its packager's additions: 18.6."""
    version_number: int
    """As the server counts: 180006, 80400, 101108."""
    facts: dict[str, str] = {}
    """Server settings that the offline side needs."""
    scope: Scope = Scope()
    not_read: tuple[str, ...] = ()
    """Attributes that the dump left out: `owner`, `acl`. Not read is not absent."""


def attributes(cls: type[Object]) -> tuple[str, ...]:
    """The names of what is compared of such an object."""
    return _attributes(cls)


@cache
def _attributes(cls: type[Object]) -> tuple[str, ...]:
    apart = {"depends_on", *cls.named_by, *cls.children}
    return tuple(f for f in cls.__struct_fields__ if f not in apart)


def children(obj: Object) -> Iterator[Object]:
    """The objects that stand directly inside it."""
    for field in obj.children:
        value: Inside = getattr(obj, field)
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value


def flatten(obj: Object, parent: Identity | None = None) -> Iterator[tuple[Identity, Identity | None, Object]]:
    """(identity, parent's identity, object) of it and all that stands inside, parents first."""
    identity = obj.identity(parent)
    yield identity, parent, obj
    for inner in children(obj):
        yield from flatten(inner, identity)


@cache
def _identity_fields(cls: type[msgspec.Struct]) -> tuple[str, ...]:
    """Fields that can hold identities, directly or inside values. Children are objects of their own."""
    skip = getattr(cls, "children", ())
    hints = {
        name: hint for base in reversed(cls.__mro__) for name, hint in vars(base).get("__annotations__", {}).items()
    }
    return tuple(f for f in cls.__struct_fields__ if f not in skip and _mentions_identity(hints[f]))


def _mentions_identity(hint: Any) -> bool:
    if hint is Identity:
        return True
    if isinstance(hint, type) and issubclass(hint, Value):
        return bool(_identity_fields(hint))
    return any(_mentions_identity(arg) for arg in get_args(hint))


@cache
def _identity_values(cls: type[msgspec.Struct]) -> tuple[tuple[str, ...], Callable[[Any], tuple[_Naming, ...]]]:
    """The fields, and what takes them all from an object."""
    fields = _identity_fields(cls)
    if len(fields) < 2:
        return fields, lambda obj: tuple(getattr(obj, f) for f in fields)
    return fields, attrgetter(*fields)


def relabelled(obj: Made, names: Mapping[Identity, Identity]) -> Made:
    """The object with the identities that it names changed. Its own name, and what stands in it, stay as they are."""
    changed: dict[str, Any] = {}
    for field in _identity_fields(type(obj)):
        value: _Naming = getattr(obj, field)
        if value and (other := _relabelled_value(value, names)) != value:
            changed[field] = tuple(sorted(other)) if field in ("depends_on", "derived_from") else other
    return replace(obj, **changed) if changed else obj


def _relabelled_value(value: _Naming, names: Mapping[Identity, Identity]) -> Any:
    if isinstance(value, str):
        return names.get(Identity(value), value)
    if isinstance(value, tuple):
        return tuple(_relabelled_value(item, names) for item in value)
    return relabelled(value, names) if isinstance(value, Value) else value


def renamed(obj: Made, names: Mapping[Identity, Identity], parent: Identity | None = None) -> Made:
    """The object, and all that stands in it, under their new names and with those that they name changed."""
    assert isinstance(obj, Object)
    before = obj.identity(parent)
    changed: dict[str, Any] = {"name": parts_of(names[before])[-1]} if before in names else {}
    for field in obj.children:
        value: Inside = getattr(obj, field)
        if isinstance(value, tuple):
            changed[field] = tuple(renamed(inner, names, before) for inner in value)
        elif value is not None:
            changed[field] = renamed(value, names, before)
    return relabelled(replace(obj, **changed), names)


def unset(obj: Made, attributes: Iterable[str]) -> Made:
    """The object with these attributes at their defaults."""
    known = _defaults(type(obj))
    return replace(obj, **{attribute: known[attribute] for attribute in attributes})


@cache
def _defaults(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return {f.name: f.default_factory() if callable(f.default_factory) else f.default for f in fields(cls)}


def with_children(obj: Object, made: Callable[[Object], Object]) -> Object:
    """The object with each that stands directly in it made into another; itself if none differs."""
    changed: dict[str, Any] = {}
    for field in obj.children:
        value: Inside = getattr(obj, field)
        other = tuple(map(made, value)) if isinstance(value, tuple) else made(value) if value is not None else None
        if other != value:
            changed[field] = other
    return replace(obj, **changed) if changed else obj


def moved(old: Object, new: Object) -> Iterator[str]:
    """The ordered fields whose objects can't come to stand as in `new` by drops from `old` and appends."""
    for field in new.ordered:
        before, after = ([inner.name for inner in getattr(obj, field)] for obj in (old, new))
        kept = [name for name in before if name in set(after)]
        if after[: len(kept)] != kept:
            yield field


def references(obj: msgspec.Struct) -> list[tuple[str, Identity]]:
    """(attribute, identity) for all that the object names by identity, `depends_on` included."""
    found: list[tuple[str, Identity]] = []
    fields, values_of = _identity_values(type(obj))
    values = values_of(obj)
    if not any(values):
        return found
    for field, value in zip(fields, values, strict=True):
        if not value:
            continue
        item: _Naming
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, (Value, tuple)):
                found.extend((field, identity) for identity in _identities(item))
            elif item is not None:
                found.append((field, item))
    return found


def _identities(value: _Naming) -> Iterator[Identity]:
    if isinstance(value, str):
        yield Identity(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _identities(item)
    elif isinstance(value, Value):
        for _, found in references(value):
            yield found
