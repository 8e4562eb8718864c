"""What is wrong with a file, in one line that names the file, the object and the field.

Only reached when something is wrong, so nothing here needs to be fast; but a large file must not take minutes.
"""

import re
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast, get_args, get_type_hints

import msgspec

from .errors import InputError
from .model import Object
from .naming import Identity, quote

__all__ = ["NOT_A_SNAPSHOT", "check_header", "explained"]

NOT_A_SNAPSHOT = "name a file that `dbstrata dump` wrote"
FROM_GIT = "restore the file from git, or dump it again"

_MARKERS = (b"\n<<<<<<<", b"\n|||||||", b"\n>>>>>>>")
_AT = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?\Z", re.DOTALL)
_STEP = re.compile(r"\.(?P<field>\w+)|\[(?P<index>\d+)\]|\[\.\.\.\]")
_BYTE = re.compile(r"\(byte (\d+)\)")

Classes = Callable[[], type[Any] | dict[str, type[Object]]]
"""Gives the class that was decoded, or several by kind; called only when there is an error to explain."""


@contextmanager
def explained(data: bytes, where: str, classes: Classes | None = None) -> Generator[None]:
    """Whatever msgspec raises inside as an InputError about `data`."""
    try:
        yield
    except msgspec.ValidationError as error:
        raise _invalid(str(error), data, where, classes) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(str(error), data, where) from None
    except RecursionError:
        raise InputError(what="nested too deep to be a snapshot", where=where, next=NOT_A_SNAPSHOT) from None


def check_header(header: dict[str, Any], where: str, newest: int, dialects: Collection[str]) -> None:
    """InputError unless the document says that it is a snapshot of a format and dialect that can be read."""
    number, dialect = header.get("format"), header.get("dialect")
    if type(number) is not int or not isinstance(dialect, str):
        raise InputError(
            what="JSON, but no snapshot: its header lacks format or dialect", where=where, next=NOT_A_SNAPSHOT
        )
    if number > newest:
        raise InputError(
            what=f"format {number}, and this dbstrata reads formats up to {newest}",
            where=where,
            next=f"install a dbstrata that knows format {number}: pip install --upgrade dbstrata",
        )
    if number < 0:
        raise InputError(what=f"format {number}, which never was", where=where, next=NOT_A_SNAPSHOT)
    if dialect not in dialects:
        raise InputError(
            what=f"dialect {dialect!r}, and this dbstrata knows {', '.join(sorted(dialects))}",
            where=where,
            next="install a dbstrata that knows it: pip install --upgrade dbstrata",
        )


def _not_json(message: str, data: bytes, where: str) -> InputError:
    for applies, what, next_step in _NOT_JSON:
        if applies(data):
            return InputError(what=what, where=where, next=next_step)
    if (conflict := _conflict(data)) is not None:
        return InputError(
            what="holds a merge conflict",
            where=f"{where}, line {conflict}",
            next="resolve it, or let `dbstrata git-setup` merge snapshots from now on",
        )
    if "truncated" in message:
        return InputError(what="ends in the middle: truncated", where=where, next=FROM_GIT)
    at = int(found.group(1)) if (found := _BYTE.search(message)) else 0
    line, column = _line(data, at), at - data.rfind(b"\n", 0, at)
    return InputError(what="not JSON", where=f"{where}, line {line}, column {column}", next=NOT_A_SNAPSHOT)


def _conflict(data: bytes) -> int | None:
    """The line of the first conflict marker. No canonical file has one: line feeds are escaped in JSON."""
    if data.startswith(b"<<<<<<<"):
        return 1
    found = [at for marker in _MARKERS if (at := data.find(marker)) >= 0]
    return _line(data, min(found) + 1) if found else None


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _is_binary(data: bytes) -> bool:
    """Whether control characters are in its beginning."""
    return any(byte < 32 and byte not in b"\t\n\r\f" for byte in data[:4096])


def _is_not_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


_NOT_JSON: tuple[tuple[Callable[[bytes], bool], str, str], ...] = (
    (lambda data: not data[:4096].strip() and not data.strip(), "empty file", "dump it again, or say `empty`"),
    (lambda data: data.startswith((b"\xff\xfe", b"\xfe\xff")), "UTF-16 text", "save it as UTF-8, or dump with -o FILE"),
    (lambda data: data.startswith(b"version https://git-lfs"), "a git-lfs pointer", "fetch the file: git lfs pull"),
    (_is_binary, "a binary file, no snapshot", NOT_A_SNAPSHOT),
    (_is_not_utf8, "not UTF-8 text", "save it as UTF-8, or dump it again"),
)


# what the strict decoder refuses


class _Rough(msgspec.Struct):
    objects: list[msgspec.Raw] = []


class _Place(NamedTuple):
    """Where a path leads: the innermost object on it, and the field in that."""

    identity: str | None
    field: str


def _invalid(message: str, data: bytes, where: str, classes: Classes | None) -> InputError:
    found = _AT.match(message)
    what, path = (found["what"], found["path"] or "$") if found else (message, "$")
    if classes is None:
        return InputError(what="JSON, but no snapshot", where=where, next=NOT_A_SNAPSHOT)
    place = _place(path, data, classes)
    named = ", ".join(part for part in (place.identity, place.field and f"field {place.field}") if part)
    what = what.replace("Object contains unknown", "unknown").replace("Object missing", "missing")
    return InputError(what=what[:1].lower() + what[1:], where=f"{where}: {named}" if named else where, next=_next(what))


def _next(what: str) -> str:
    if what.startswith("unknown field"):
        return "remove it; a file with fields of a newer dbstrata needs that version"
    return FROM_GIT


def _place(path: str, data: bytes, classes: Classes) -> _Place:
    steps = [(m["field"], m["index"]) for m in _STEP.finditer(path)]
    hint: Any = classes()
    value: Any = None
    if not isinstance(hint, type):  # one object alone; its class by kind
        value = msgspec.json.decode(data)
        hint = _get(hint, _get(value, "kind"))
        steps.insert(0, (None, None))
    elif len(steps) > 1 and steps[0][0] == "objects":
        value = msgspec.json.decode(msgspec.json.decode(data, type=_Rough).objects[int(steps[1][1] or 0)])
        hint = get_type_hints(hint)["objects"]
        steps[:2] = [(None, None)]
    identity: Identity | None = None
    rest: list[str] = []
    for field, index in steps:
        if field is not None:
            hint = get_type_hints(hint).get(field) if isinstance(hint, type) else None
            rest.append(field)
        value = _get(value, int(index) if index is not None else field)
        cls = _class_of(hint, value)
        if cls is not None and isinstance(value, dict):
            hint = cls
            if issubclass(cls, Object):
                identity, rest = _identity(cls, cast("dict[str, Any]", value), identity), []
        elif _is_of_no_kind(hint, value):
            identity, rest = _called(value), []
    return _Place(identity, ".".join(rest))


def _get(value: Any, key: str | int | None) -> Any:
    """What stands there, if anything does; `value` itself without a key."""
    try:
        return value if key is None else value[key]
    except (KeyError, IndexError, TypeError):
        return None


def _class_of(hint: Any, value: Any) -> type[Any] | None:
    """The one of the classes in a hint that such a value is to become."""
    found = list(_classes_in(hint))
    if len(found) == 1:
        return found[0]
    kind = _get(value, "kind")
    return next((cls for cls in found if getattr(cls, "kind", None) == kind), None)


def _classes_in(hint: Any) -> Iterator[type[Any]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for arg in get_args(hint):
        yield from _classes_in(arg)


def _is_of_no_kind(hint: Any, value: Any) -> bool:
    """Is it to be an object, and of a kind that there is not?"""
    return isinstance(value, dict) and any(issubclass(cls, Object) for cls in _classes_in(hint))


def _called(raw: dict[str, Any]) -> Identity:
    """As much of an identity as an object of an unknown kind tells."""
    parts = (raw.get(field) for field in ("schema", "name"))
    return Identity(f"{raw.get('kind', 'object')} {'.'.join(quote(part) for part in parts if isinstance(part, str))}")


class _Raw:
    """An object that did not decode, as far as its identity needs it."""

    def __init__(self, cls: type[Object], raw: dict[str, Any]) -> None:
        defaults = {f.name: f.default for f in msgspec.structs.fields(cls) if f.default is not msgspec.NODEFAULT}
        self.__dict__ |= defaults | raw
        self.kind = cls.kind


def _identity(cls: type[Object], raw: dict[str, Any], parent: Identity | None) -> Identity:
    """Its identity, or, where what makes it is wrong, as much as can be told."""
    try:
        return cls.identity(cast(Object, _Raw(cls, raw)), parent)
    except Exception:  # anything can be in there
        inside = f" in {parent}" if parent is not None else ""
        return Identity(f"{cls.kind} {raw.get('name', 'without a name')}{inside}")
