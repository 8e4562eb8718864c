"""A file that a person can settle: two documents, alike but for conflicts, as one with markers where they differ.

The markers stand round whole attributes and whole objects, so that either side of each leaves JSON. The reader knows
them and says so.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from .format import Snapshot, pretty
from .model import Header, Identity, Inside, Object

__all__ = ["MARKER", "Unit", "Units", "Whole", "manifest", "marked", "object_file", "sides", "snapshot"]

MARKER = 7
"""Characters of a marker, as git has them."""


class Unit(NamedTuple):
    """Lines that stay together: an attribute, or what opens and closes an object."""

    path: tuple[str, ...]
    """Where it stands; two units are the same only if they stand in the same place."""
    text: str


Units = Iterator[Unit]

Whole = frozenset[tuple[Identity, str]]
"""(object, field) of the lists that stay together, because their order is in question."""


def snapshot(found: Snapshot, whole: Whole = frozenset()) -> Units:
    """A whole document."""
    yield Unit((), "{")
    yield from _header(found.header, ",")
    yield from _Layout(whole).listed("objects", found.objects, None, (), 2, "")
    yield Unit(("}",), "}")


def manifest(found: Header) -> Units:
    """The manifest of a split snapshot."""
    yield Unit((), "{")
    yield from _header(found, "")
    yield Unit(("}",), "}")


def object_file(obj: Object, whole: Whole = frozenset()) -> Units:
    """One object's own file."""
    return _Layout(whole).object(obj, obj.identity(), 0, "")


def _header(found: Header, comma: str) -> Units:
    fields = msgspec.to_builtins(found)
    yield Unit(("header",), '  "header": {')
    for field, behind in _with_commas(list(fields)):
        yield Unit(("header", field), _entry(field, fields[field], 4, behind))
    yield Unit(("header", "}"), f"  }}{comma}")


def _entry(field: str, value: Any, indent: int, comma: str) -> str:
    """`"field": value`, as it stands in a document."""
    text = pretty(value).decode().rstrip("\n").replace("\n", "\n" + " " * indent)
    return f'{" " * indent}"{field}": {text}{comma}'


class _Layout(NamedTuple):
    """Objects as units."""

    whole: Whole

    def object(self, obj: Object, identity: Identity, indent: int, comma: str, opening: str = "") -> Units:
        path, pad = (identity,), " " * indent
        yield Unit(path, f"{pad}{opening}{{")
        fields = msgspec.to_builtins(obj)
        for field, behind in _with_commas(list(fields)):
            value: Inside = getattr(obj, field, None) if field in obj.children else None
            if value is None or (identity, field) in self.whole:
                yield Unit((*path, field), _entry(field, fields[field], indent + 2, behind))
            elif isinstance(value, tuple):
                yield from self.listed(field, value, identity, path, indent + 2, behind)
            else:
                yield from self.object(value, value.identity(identity), indent + 2, behind, f'"{field}": ')
        yield Unit((*path, "}"), f"{pad}}}{comma}")

    def listed(
        self,
        field: str,
        objects: tuple[Object, ...],
        parent: Identity | None,
        path: tuple[str, ...],
        indent: int,
        comma: str,
    ) -> Units:
        pad = " " * indent
        if not objects:
            yield Unit((*path, field), f'{pad}"{field}": []{comma}')
            return
        yield Unit((*path, field), f'{pad}"{field}": [')
        for obj, behind in _with_commas(objects):
            yield from self.object(obj, obj.identity(parent), indent + 2, behind)
        yield Unit((*path, field, "]"), f"{pad}]{comma}")


def _with_commas(items: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    for at, item in enumerate(items):
        yield item, "," if at < len(items) - 1 else ""


def marked(ours: Units, theirs: Units, size: int = MARKER) -> bytes:
    """Both documents as one, with markers of that many characters where they differ."""
    lines: list[str] = []
    for mine, other in _aligned(list(ours), list(theirs)):
        if mine == other:
            lines += [unit.text for unit in mine]
            continue
        label = _label((*mine, *other))
        lines.append(f"{'<' * size} ours{label}")
        lines += [unit.text for unit in mine]
        lines.append("=" * size)
        lines += [unit.text for unit in other]
        lines.append(f"{'>' * size} theirs{label}")
    return "".join(f"{line}\n" for line in lines).encode()


def _aligned(left: list[Unit], right: list[Unit]) -> Iterator[tuple[list[Unit], list[Unit]]]:
    """Both in pieces, which are alike and differ by turns. What both have is in one order, so each is gone through
    once: a diff of any two texts takes the product of their lengths where much differs."""
    places: dict[Unit, list[int]] = {}
    for at, unit in enumerate(right):
        places.setdefault(unit, []).append(at)
    i = j = 0
    while i < len(left) or j < len(right):
        a, b = i, len(right)
        while a < len(left):
            found = places.get(left[a], [])
            nearest = bisect_left(found, j)
            if nearest < len(found):
                b = found[nearest]
                break
            a += 1
        if a > i or b > j:
            yield left[i:a], right[j:b]
        i, j = a, b
        while a < len(left) and b < len(right) and left[a] == right[b]:
            a, b = a + 1, b + 1
        if a > i:
            yield left[i:a], right[j:b]
        i, j = a, b


def _label(units: Iterable[Unit]) -> str:
    """Of what the lines between two markers are."""
    name = next((unit.path[0] for unit in units if unit.path), "")
    return f": {''.join(c if c.isprintable() else ' ' for c in name)}"


_HUNK = re.compile(
    rb"^<{7,}(?: [^\n]*)?\n(?P<ours>.*?)^(?:\|{7,}.*?)?={7,}\n(?P<theirs>.*?)^>{7,}(?: [^\n]*)?\n",
    re.DOTALL | re.MULTILINE,
)


def sides(data: bytes) -> tuple[bytes, bytes] | None:
    """The document with all conflicts settled for ours, and for theirs; None if there is none."""
    if not _HUNK.search(data):
        return None
    return _HUNK.sub(lambda hunk: hunk["ours"], data), _HUNK.sub(lambda hunk: hunk["theirs"], data)
