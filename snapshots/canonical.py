"""The canonical form of objects, and whether what they name is there.

`Walk` looks at all objects at once and quickly: what is there, what is named, and whether it is canonical. `canonical`
makes one object canonical, and is only called where a walk found that something is not. What there is to look at in a
class is found once, from its type hints.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from types import CodeType
from typing import Any, NamedTuple, cast, get_args, get_type_hints

import msgspec

from .model import Header, Identity, Object, Text, Value, flatten, lines, plain, references
from .naming import quote

__all__ = ["Document", "Root", "Walk", "canonical", "duplicates", "users_of"]

IN_ORDER = frozenset({"columns", "attributes"})
"""Fields whose objects stand in physical order. All others are sorted by name."""

SORTED = frozenset({"depends_on", "derived_from"})
"""Fields whose identities are sorted, each once."""


# what there is to look at


class _Field(NamedTuple):
    name: str
    holds: str
    """identity, identities, sorted, text, texts, value, values, child or children."""


@cache
def _fields(cls: type[msgspec.Struct]) -> tuple[_Field, ...]:
    """Those that hold identities, text or what has either; what stands inside last, as `flatten` has it."""
    hints = get_type_hints(cls, include_extras=True)
    inner = getattr(cls, "children", ())
    names = sorted(cls.__struct_fields__, key=lambda name: inner.index(name) if name in inner else -1)
    found = [(name, _holds(name, hints[name], inner)) for name in names]
    return tuple(_Field(name, holds) for name, holds in found if holds is not None)


def _holds(name: str, hint: Any, inner: tuple[str, ...]) -> str | None:
    many = _is_tuple(hint)
    if name in inner:
        return "children" if many else "child"
    if hint is Identity or hint == Identity | None:
        return "identity"
    if hint == tuple[Identity, ...]:
        return "sorted" if name in SORTED else "identities"
    if hint in (Text, Text | None):
        return "text"
    if hint == tuple[Text, ...]:
        return "texts"
    if any(_fields(cls) for cls in _values_in(hint)):
        return "values" if many else "value"
    return None


def _is_tuple(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is tuple


def _values_in(hint: Any) -> Iterator[type[Value]]:
    if isinstance(hint, type) and issubclass(hint, Value):
        yield hint
    for arg in get_args(hint):
        yield from _values_in(arg)


# the walk

LOOKS = {
    "identity": "if (value := obj.{name}) is not None: use((user, {attribute}, value))",
    "identities": "for value in obj.{name}: use((user, {attribute}, value))",
    "sorted": "if value := obj.{name}: in_order(value, user, {attribute})",
    "text": "if (value := obj.{name}) is not None: text(value)",
    "texts": "for value in obj.{name}: text(value)",
    "value": "if (value := obj.{name}) is not None: look(value, user, {attribute})",
    "values": "for value in obj.{name}: look(value, user, {attribute})",
    "child": "if (value := obj.{name}) is not None: inside(value, user, path)",
    "children": "if value := obj.{name}: all_inside(value, user, path, {in_order})",
}
"""How each sort of field is looked at, in the source of a function made for each class.

The functions are compiled, as those of dataclasses are, because a walk by tables of attributes takes three times as
long: a diff of two files with 10,000 tables each spends a second of its three on that.
"""


@cache
def _source(cls: type[msgspec.Struct]) -> CodeType:
    """Of an object, `path` is that of its identity; of a value, `attribute` is the one that holds it."""
    is_value = issubclass(cls, Value)
    body = [
        LOOKS[f.holds].format(
            name=f.name, in_order=f.name in IN_ORDER, attribute="attribute" if is_value else repr(f.name)
        )
        for f in _fields(cls)
    ]
    head = f"def looker(obj, user, {'attribute' if is_value else 'path'}):"
    return compile("\n    ".join([head, *body, "return"]), f"<walk of {cls.__name__}>", "exec")


Looker = Callable[[Any, Identity, str], None]
"""Looks at an object."""

Entry = tuple[Identity, Identity | None, Object]
"""Of an object, as `flatten` gives it: (identity, parent's identity, object)."""

Use = tuple[Identity, str, Identity]
"""Who names what in which attribute: (user, attribute, used)."""


class _Quoted(dict[str, str]):
    """Names, quoted once each."""

    def __missing__(self, name: str) -> str:
        self[name] = quoted = quote(name)
        return quoted


class _Lookers(dict[type[msgspec.Struct], Looker]):
    """The function for each class, made when first asked for."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __missing__(self, cls: type[msgspec.Struct]) -> Looker:
        names = dict(self._names)
        exec(_source(cls), names)
        looker: Looker = names["looker"]
        self[cls] = looker
        return looker


class Root(NamedTuple):
    """What a walk found of one top-level object."""

    entries: list[Entry]
    """It, and all that stands in it."""
    inward: list[Use]
    """Who of them names another of them,"""
    outward: list[Use]
    """and who names what stands elsewhere."""


class Walk:
    """All identities and all references of some objects, and whether the objects are canonical.

    An object that the walk `beside` this one has met is not looked at again.
    """

    def __init__(self, objects: Iterable[Object], beside: "Walk | None" = None) -> None:
        self.roots: list[Root] = []
        self.canonical: bool = beside is None or beside.canonical
        self._looked_at: list[Root] = []
        self._entries: list[Entry] = []
        self._uses: list[Use] = []
        self._quoted = _Quoted()
        self._lookers = _Lookers(
            {
                "use": self._uses.append,
                "in_order": self._in_order,
                "text": self._text,
                "look": self._look,
                "inside": self._inside,
                "all_inside": self._all_inside,
            }
        )
        met = {id(root.entries[0][2]): root for root in beside.roots} if beside is not None else {}
        last = ""
        for obj in objects:
            root = met.get(id(obj)) or self._root(obj)
            identity = root.entries[0][0]
            if identity <= last:
                self.canonical = False
            last = identity
            self.roots.append(root)

    @property
    def identities(self) -> Iterator[Identity]:
        """Of all objects, at whatever depth."""
        return (identity for root in self.roots for identity, _, _ in root.entries)

    @property
    def references(self) -> set[Identity]:
        """All that is named, but for what the walk beside this one has found in the object that names it."""
        inward = {used for root in self._looked_at for _, _, used in root.inward}
        return inward | {used for root in self.roots for _, _, used in root.outward}

    def _root(self, obj: Object) -> Root:
        identity = obj.identity()
        path = identity.partition(" ")[2]
        root = Root([(identity, None, obj)], [], [])
        self._lookers[type(obj)](obj, identity, path)
        root.entries.extend(self._entries)
        around = f"{path}."
        for use in self._uses:
            used = use[2]
            is_inside = used == identity or (self._entries and used.partition(" ")[2].startswith(around))
            (root.inward if is_inside else root.outward).append(use)
        self._entries.clear()
        self._uses.clear()
        self._looked_at.append(root)
        return root

    def _look(self, value: Value, user: Identity, attribute: str) -> None:
        self._lookers[type(value)](value, user, attribute)

    def _inside(self, obj: Object, parent: Identity, path: str) -> None:
        """An object in another; not all of them are called as `child` calls them."""
        identity = obj.identity(parent)
        self._entries.append((identity, parent, obj))
        self._lookers[type(obj)](obj, identity, identity.partition(" ")[2])

    def _all_inside(self, objects: tuple[Object, ...], parent: Identity, path: str, in_order: bool) -> None:
        note, quoted, lookers, child = self._entries.append, self._quoted, self._lookers, Object.identity
        last = ""
        for obj in objects:
            cls: type[Object] = type(obj)
            name = obj.name
            if not in_order and name <= last and objects != _by_name(objects):
                self.canonical = False
            last = name
            if cls.identity is child:
                own = f"{path}.{quoted[name]}"
                identity: Any = f"{cls.kind} {own}"
                note((identity, parent, obj))
                lookers[cls](obj, identity, own)
            else:
                self._inside(obj, parent, path)

    def _in_order(self, identities: tuple[Identity, ...], user: Identity, attribute: str) -> None:
        self._uses.extend((user, attribute, used) for used in identities)
        if len(identities) > 1 and identities != _sorted(identities):
            self.canonical = False

    def _text(self, text: Text) -> None:
        if isinstance(text, str):
            if "\n" in text:
                self.canonical = False
        elif _text(text) != text:
            self.canonical = False


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """The base of every dialect's snapshot: what has been found out about its objects goes along with it."""

    header: Header
    objects: tuple[Any, ...] = ()
    """Sorted by identity."""

    @cached_property
    def walk(self) -> Walk:
        """Of its objects."""
        return Walk(self.objects)

    def walk_beside(self, other: "Document") -> None:
        """Take the walk, but for the objects that are the other's too."""
        vars(self)["walk"] = Walk(self.objects, other.walk)


# the canonical form


def canonical(obj: Any) -> Any:
    """The object, or structured attribute, in canonical form."""
    changed: dict[str, Any] = {}
    for field in _fields(cast("type[msgspec.Struct]", type(obj))):
        value = getattr(obj, field.name)
        if value is not None and (new := _canonical(field, value)) != value:
            changed[field.name] = new
    return msgspec.structs.replace(obj, **changed) if changed else obj


def _canonical(field: _Field, value: Any) -> Any:
    match field.holds:
        case "sorted":
            return _sorted(value)
        case "text":
            return _text(value)
        case "texts":
            return tuple(map(_text, value))
        case "value" | "child":
            return canonical(value)
        case "values":
            return tuple(map(canonical, value))
        case "children":
            objects = tuple(map(canonical, value))
            return objects if field.name in IN_ORDER else _by_name(objects)
        case _:
            return value


def _sorted(identities: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(identities)))


def _text(text: Text) -> Text:
    return lines(plain(text))


def _by_name(objects: tuple[Object, ...]) -> tuple[Object, ...]:
    return tuple(sorted(objects, key=lambda obj: (obj.name, obj.kind)))


# what a walk found, explained


def duplicates(identities: Iterable[str]) -> Iterator[str]:
    """Those that are there more than once."""
    seen: set[str] = set()
    for identity in identities:
        if identity in seen:
            yield identity
        seen.add(identity)


def users_of(objects: Iterable[Object], missing: frozenset[str]) -> Iterator[tuple[Identity, str, Identity]]:
    """(identity, attribute, what it names) of all that name one of these."""
    for root in objects:
        for identity, _, obj in flatten(root):
            for attribute, used in references(obj):
                if used in missing:
                    yield identity, attribute, used
