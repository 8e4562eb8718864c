"""The canonical form of objects, and whether what they name is there.

One walk over all objects does both, for it is the same walk: 10,000 tables take about a third of a second. What there
is to look at in a class is found once, from its type hints; attributes at their default are skipped together.
"""

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

import msgspec

from .model import Identity, Object, Text, Value, flatten, lines, plain, references
from .naming import quote

__all__ = ["Walk", "duplicates", "users_of"]

IN_ORDER = frozenset({"columns", "attributes"})
"""Fields whose objects stand in physical order. All others are sorted by name."""

Node = TypeVar("Node", Object, Value)


class _Looks(NamedTuple):
    """What is to be looked at in the instances of one class."""

    get: Callable[[Any], tuple[Any, ...]]
    """The fields, as one tuple."""
    defaults: tuple[Any, ...]
    fields: tuple[tuple[str, str, type[Any] | None], ...]
    """(field, what it holds, the class where only one is possible)."""
    by_child: bool
    """Whether its identity is its parent's path and its name."""


class Walk:
    """Objects in their canonical form, and on the way all identities and all references."""

    def __init__(self) -> None:
        self.identities: list[str] = []
        self.references: set[str] = set()
        self._quoted: dict[str, str] = {}

    def root(self, obj: Object) -> Object:
        """The object as it stands in the file: the same one if it is canonical already."""
        identity = obj.identity()
        self.identities.append(identity)
        return self._visit(obj, identity)

    def _visit(self, obj: Any, identity: str) -> Any:
        looks = _looks(type(obj))
        values = looks.get(obj)
        if values == looks.defaults:
            return obj
        changed: dict[str, Any] = {}
        for (field, holds, _), value, default in zip(looks.fields, values, looks.defaults, strict=True):
            if value is default or value == default:
                continue
            if holds == "identity":
                self.references.add(value)
                continue
            if holds == "identities":
                self.references.update(value)
                continue
            new = getattr(self, holds)(field, value, identity)
            if new is not value:
                changed[field] = new
        return msgspec.structs.replace(obj, **changed) if changed else obj

    def users(self, field: str, value: tuple[str, ...], identity: str) -> tuple[str, ...]:
        """`depends_on` and its like: sorted, each once."""
        self.references.update(value)
        if len(value) == 1:
            return value
        ordered = tuple(sorted(set(value)))
        return value if ordered == value else ordered

    def text(self, field: str, value: Text, identity: str) -> Text:
        """A string where it is one line, else the array of its lines."""
        if isinstance(value, str):
            return lines(value) if "\n" in value else value
        canonical = lines(plain(value))
        return value if canonical == value else canonical

    def texts(self, field: str, value: tuple[Text, ...], identity: str) -> tuple[Text, ...]:
        """Several."""
        return self._each(value, lambda text: self.text(field, text, identity))

    def value(self, field: str, value: Any, identity: str) -> Any:
        """A structured attribute, or several."""
        if isinstance(value, tuple):
            return self._each(value, lambda inner: self._visit(inner, identity))
        return self._visit(value, identity)

    def child(self, field: str, value: Any, identity: str) -> Any:
        """An object, or several."""
        if not isinstance(value, tuple):
            return self._inner(value, identity)
        path, quoted, note, visit = identity.partition(" ")[2], self._quoted, self.identities.append, self._visit
        found = []
        for inner in value:
            looks = _looks(type(inner))
            if looks.by_child:
                name = inner.name
                if (part := quoted.get(name)) is None:
                    part = quoted[name] = quote(name)
                own = f"{inner.kind} {path}.{part}"
            else:
                own = inner.identity(identity)
            note(own)
            found.append(inner if looks.get(inner) == looks.defaults else visit(inner, own))
        if field not in IN_ORDER and len(found) > 1:
            found.sort(key=_name_and_kind)
        return value if all(a is b for a, b in zip(found, value, strict=True)) else tuple(found)

    def _inner(self, obj: Object, parent: str) -> Object:
        own = obj.identity(Identity(parent))
        self.identities.append(own)
        return self._visit(obj, own)

    def _each(self, values: tuple[Any, ...], visit: Callable[[Any], Any]) -> tuple[Any, ...]:
        found = tuple([visit(value) for value in values])
        return values if all(a is b for a, b in zip(found, values, strict=True)) else found


def duplicates(identities: list[str]) -> Iterator[str]:
    """Those that are there more than once."""
    seen: set[str] = set()
    for identity in identities:
        if identity in seen:
            yield identity
        seen.add(identity)


def users_of(objects: tuple[Object, ...], missing: frozenset[str]) -> Iterator[tuple[Identity, str, Identity]]:
    """(identity, attribute, what it names) of all that name one of these."""
    for root in objects:
        for identity, _, obj in flatten(root):
            for attribute, used in references(obj):
                if used in missing:
                    yield identity, attribute, used


def _name_and_kind(obj: Object) -> tuple[str, str]:
    return obj.name, obj.kind


@cache
def _looks(cls: type[Any]) -> _Looks:
    hints = get_type_hints(cls, include_extras=True)
    inner = getattr(cls, "children", ())
    found = [(f, h) for f in cls.__struct_fields__ if (h := _holds(f, hints[f], inner)) is not None]
    defaults = {f.name: _default(f) for f in msgspec.structs.fields(cls)}
    names = [f for f, _ in found]
    return _Looks(
        get=_getter(names),
        defaults=tuple(defaults[name] for name in names),
        fields=tuple((f, h, None) for f, h in found),
        by_child=issubclass(cls, Object) and cls.identity is Object.identity,
    )


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda obj: tuple([getattr(obj, name) for name in names])


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _holds(field: str, hint: Any, inner: tuple[str, ...]) -> str | None:
    """The name of the method of Walk that looks at such a field; None: nothing to look at."""
    if field in inner:
        return "child"
    if hint is Identity or hint == Identity | None:
        return "identity"
    if hint == tuple[Identity, ...]:
        return "users" if field in ("depends_on", "derived_from") else "identities"
    if hint in (Text, Text | None):
        return "text"
    if hint == tuple[Text, ...]:
        return "texts"
    return "value" if any(_looks(cls).fields for cls in _values_in(hint)) else None


def _values_in(hint: Any) -> Iterator[type[Value]]:
    if isinstance(hint, type) and issubclass(hint, Value):
        yield hint
    for arg in get_args(hint):
        yield from _values_in(arg)
