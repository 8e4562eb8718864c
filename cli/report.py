"""A comparison, prepared for people and for programs: grouped by top-level object, values as text.

Kind-free: how a value looks follows from its type alone. What it looks like on the page is the templates' business.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeAlias

import msgspec

from ..engine.compare import Change, Changes
from ..engine.protocol import Renaming
from ..engine.schema import Schema
from ..snapshots.model import Header, Identity, Object, Text, Value, attributes, flatten
from ..snapshots.naming import kind_of, path_of
from .reasons import label

__all__ = ["Report", "as_data", "entries", "facts", "header_differences", "listing", "painter", "report"]

WORDS = {"acl": "privileges"}
"""Attributes that people know by another name."""

LONGEST = 100
"""Characters; a longer value is not shown on one line with another."""

UNTOLD = frozenset({"owner", "acl", "comment", "derived_from", "depends_on"})
"""What is not told of an object that is created."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute: two values on one line, or a diff of lines."""

    name: str
    old: str
    new: str
    lines: tuple[str, ...] = ()
    """Each beginning with `+`, `-` or a space."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object that changed."""

    label: str
    change: str
    """created, dropped, altered, or nothing: something inside it changed."""
    told: str = ""
    """Of a created one: what it is, in short."""
    derived: bool = False
    """The server makes or changes it along with what it derives from."""
    differences: tuple[Difference, ...] = ()
    inner: tuple["Item", ...] = ()

    @property
    def sign(self) -> str:
        """What stands before it."""
        return {"created": "+", "dropped": "-", "altered": "±"}.get(self.change, " ")

    @property
    def is_long(self) -> bool:
        """Does it take more than one line?"""
        return bool(self.differences or self.inner)


@dataclass(frozen=True, slots=True)
class Report:
    """All that a template prints."""

    groups: tuple[Item, ...]
    created: int
    dropped: int
    altered: int
    """What is inside a created or dropped object is not counted by itself."""
    not_compared: tuple[str, ...] = ()
    taken_out: tuple[str, ...] = ()
    spelling: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """(as it was, as it is) of what a hint renames."""


def facts(found: Report) -> dict[str, Any]:
    """The report's fields, by name."""
    return {f.name: getattr(found, f.name) for f in fields(found)}


def report(
    changes: Changes,
    old: Schema,
    new: Schema,
    ignore: Sequence[str],
    notes: Sequence[str],
    renamings: Sequence[Renaming] = (),
) -> Report:
    """The comparison of two schemas, for the templates."""
    groups: dict[Identity, list[Change]] = {}
    for change in changes:
        side = old if change.new is None else new
        groups.setdefault(side.root_of(change.identity) or change.identity, []).append(change)
    out = frozenset(changes.left_out)
    counts = _counts(changes, old, new)
    return Report(
        groups=tuple(_group(root, inside, out) for root, inside in groups.items()),
        created=counts["created"],
        dropped=counts["dropped"],
        altered=counts["altered"],
        not_compared=tuple(_why_not(name, old.header, new.header, ignore) for name in changes.left_out),
        taken_out=tuple(notes),
        spelling=tuple(f"{label(identity)}: {_word(attribute)}" for identity, attribute in changes.spelling),
        renamed=tuple((label(r.before), path_of(r.after)) for r in renamings),
    )


def _kind_of_change(change: Change) -> str:
    return "created" if change.old is None else "dropped" if change.new is None else "altered"


def _counts(changes: Changes, old: Schema, new: Schema) -> dict[str, int]:
    counts = {"created": 0, "dropped": 0, "altered": 0}
    for change in changes:
        kind = _kind_of_change(change)
        parent = (old if change.new is None else new).parent(change.identity)
        around = changes.by_identity.get(parent) if parent is not None else None
        if around is None or _kind_of_change(around) != kind or kind == "altered":
            counts[kind] += 1
    return counts


def _why_not(attribute: str, old: Header, new: Header, ignore: Sequence[str]) -> str:
    reasons = [f"not in {side}" for side, header in (("OLD", old), ("NEW", new)) if attribute in header.not_read]
    if attribute in ignore:
        reasons.append("ignored")
    return f"{_word(attribute)} ({', '.join(reasons)})" if reasons else _word(attribute)


def _word(attribute: str) -> str:
    return WORDS.get(attribute, attribute.replace("_", " "))


# one top-level object


def _group(root: Identity, changes: Sequence[Change], out: frozenset[str]) -> Item:
    own = next((c for c in changes if c.identity == root), None)
    inner = tuple(_item(c, _inner_label(c.identity, root), out) for c in changes if c.identity != root)
    if own is None:
        return Item(label(root), "", inner=inner)
    item = _item(own, label(root), out)
    if item.change == "dropped":  # all that is in it goes too
        return item
    return Item(item.label, item.change, item.told, item.derived, item.differences, inner)


def _inner_label(identity: Identity, root: Identity) -> str:
    kind, path, outside = kind_of(identity).replace("_", " "), path_of(identity), path_of(root)
    return f"{kind} {path.removeprefix(outside + '.')}"


def _item(change: Change, name: str, out: frozenset[str]) -> Item:
    kind = _kind_of_change(change)
    obj = change.new or change.old
    assert obj is not None
    derived = bool(obj.derived_from)
    if kind == "created":
        return Item(name, kind, told=_told(obj, out), derived=derived)
    if kind == "dropped":
        return Item(name, kind, derived=derived)
    differences = tuple(_difference(a, getattr(change.old, a), getattr(change.new, a)) for a in change.attributes)
    return Item(name, kind, derived=derived, differences=differences)


def _told(obj: Object, out: frozenset[str]) -> str:
    """What is short and not at its default: `type text, not null`."""
    parts: list[str] = []
    length = 0
    for name, value in _set(obj):
        if name in UNTOLD or name in out or value is False:
            continue
        said = _one_line(value) if name in _texts(type(obj)) else "; ".join(_lines(value))
        text = _word(name) if value is True else f"{_word(name)} {said}"
        if "\n" not in text and length + len(text) <= LONGEST:
            parts.append(text)
            length += len(text)
    return ", ".join(parts)


_fields = cache(msgspec.structs.fields)
"""It reads the type hints anew each time."""


@cache
def _texts(cls: type[Object]) -> frozenset[str]:
    """The attributes whose tuples are the lines of one text."""
    return frozenset(f.name for f in _fields(cls) if f.type in (Text, Text | None))


def _one_line(text: Text) -> str:
    return " ".join(line.strip() for line in _lines(text)).strip()


def _set(obj: Object) -> Iterator[tuple[str, Any]]:
    """(attribute, value) of what is not at its default."""
    by_name = {f.name: f for f in _fields(type(obj))}
    for name in attributes(type(obj)):
        value = getattr(obj, name)
        if value is not None and value != by_name[name].default and value not in ((), {}):
            yield name, value


# by itself


def listing(objects: Iterable[Object]) -> Iterator[str]:
    """Every object with all that is set, an attribute a line, for a comparison by lines."""
    for root in objects:
        for identity, _, obj in flatten(root):
            yield label(identity)
            for name, value in _set(obj):
                yield from _named(_word(name), _lines(value))


def header_differences(old: Header | None, new: Header) -> Iterator[str]:
    """What two headers say otherwise, a line each; all of `new` without `old`."""
    for field in msgspec.structs.fields(new):
        before, after = (getattr(side, field.name) if side is not None else None for side in (old, new))
        if before != after and field.name != "version_number":
            if old is None:
                yield from _named(_word(field.name), _lines(after))
            else:
                was, now = ("; ".join(_lines(value)) or "none" for value in (before, after))
                yield f"{_word(field.name)}: {was} -> {now}"


def _named(name: str, lines: list[str]) -> Iterator[str]:
    if len(lines) == 1:
        yield f"    {name}: {lines[0]}"
    elif lines:
        yield f"    {name}:"
        yield from (f"        {line}" for line in lines)


# values

_Shown: TypeAlias = "Object | Value | str | float | tuple[_Shown, ...] | dict[str, _Shown] | None"


def _lines(value: _Shown) -> list[str]:
    """A value as lines: an element, or a key, each."""
    if value is None or value in ((), {}):
        return []
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if isinstance(value, dict):
        return [f"{key} = {_plain(element)}" for key, element in value.items()]
    return str(_plain(value)).split("\n")


def _plain(value: _Shown) -> str:
    """A value on one line, as far as it goes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Object):
        return value.name
    if isinstance(value, Value):
        return ", ".join(_field(name, getattr(value, name)) for name in _not_default(value))
    if isinstance(value, tuple):
        return " ".join(map(_plain, value))
    if isinstance(value, dict):
        return " ".join(_lines(value))
    return "none" if value is None else str(value)


def _field(name: str, value: Any) -> str:
    """With its name, unless an identity begins with that anyway: `column public.t.a`."""
    said = _plain(value)
    if value is True:
        return _word(name)
    return said if said.startswith(f"{name} ") else f"{_word(name)} {said}"


def _not_default(value: Value) -> list[str]:
    return [f.name for f in _fields(type(value)) if getattr(value, f.name) not in (f.default, (), {})]


def _difference(attribute: str, old: Any, new: Any) -> Difference:
    before, after = _lines(old), _lines(new)
    name = _word(attribute)
    if len(before) > 1 or len(after) > 1 or len("".join(before + after)) > LONGEST:
        return Difference(name, "", "", tuple(_line_diff(before, after)))
    return Difference(name, before[0] if before else "none", after[0] if after else "none")


def _line_diff(old: list[str], new: list[str]) -> Iterator[str]:
    """A unified diff; where it leaves lines out it says so."""
    from difflib import unified_diff

    lines = list(unified_diff(old, new, n=2, lineterm=""))[2:]
    for at, line in enumerate(lines):
        if not line.startswith("@@"):
            yield line
        elif at:
            yield " ..."


# for programs


def as_data(changes: Changes, old: Schema, new: Schema, found: Report, prints: tuple[str, str]) -> dict[str, Any]:
    """What `--format json` prints; docs/commands.md documents it, and it only grows."""
    return {
        "version": 1,
        "old": _side(old.header, prints[0]),
        "new": _side(new.header, prints[1]),
        "summary": {"created": found.created, "dropped": found.dropped, "altered": found.altered},
        "changes": entries(changes, old, new),
        "not_compared": list(changes.left_out),
        "renamed": [{"from": before, "to": after} for before, after in found.renamed],
        "taken_out": list(found.taken_out),
        "spelling": [{"identity": identity, "attribute": attribute} for identity, attribute in changes.spelling],
    }


def _side(header: Header, fingerprint: str) -> dict[str, Any]:
    return {
        "dialect": header.dialect,
        "flavour": header.flavour,
        "version": header.version,
        "fingerprint": fingerprint,
    }


def entries(changes: Changes, old: Schema, new: Schema) -> list[dict[str, Any]]:
    """The changes by themselves."""
    return [_entry(change, old, new, frozenset(changes.left_out)) for change in changes]


def _entry(change: Change, old: Schema, new: Schema, out: frozenset[str]) -> dict[str, Any]:
    obj = change.new or change.old
    assert obj is not None
    root = (old if change.new is None else new).root_of(change.identity)
    names = change.attributes or [name for name, _ in _set(obj) if name not in out]
    return {
        "identity": change.identity,
        "kind": kind_of(change.identity),
        "within": root if root != change.identity else None,
        "change": _kind_of_change(change),
        "derived": bool(obj.derived_from),
        "attributes": [
            {"name": name, "old": _builtin(change.old, name), "new": _builtin(change.new, name)} for name in names
        ],
    }


def _builtin(obj: Object | None, attribute: str) -> Any:
    return None if obj is None else msgspec.to_builtins(getattr(obj, attribute))


# colour

STYLES = {"created": "green", "dropped": "red", "altered": "yellow", "+": "green", "-": "red", "faint": "dim"}

Paint = Callable[[str, str], str]


def painter(*, colour: bool) -> Paint:
    """What puts a text in its colour; on anything but a terminal, what leaves it as it is."""
    if not colour:
        return lambda text, _style: text
    from rich.console import Console
    from rich.style import Style

    system = Console().color_system
    if system is None:
        return lambda text, _style: text
    from rich.color import ColorSystem

    systems = {
        "standard": ColorSystem.STANDARD,
        "256": ColorSystem.EIGHT_BIT,
        "truecolor": ColorSystem.TRUECOLOR,
        "windows": ColorSystem.STANDARD,
    }
    styles = {name: Style.parse(style) for name, style in STYLES.items()}
    return lambda text, style: styles[style].render(text, color_system=systems[system]) if style in styles else text
