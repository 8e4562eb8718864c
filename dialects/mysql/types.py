"""Types of columns: what a change of one can lose in silence, and on what it can fail under a strict sql_mode."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...snapshots.mysql import Column

_TYPE = re.compile(r"(?P<name>[a-z]+(?: precision)?)(?:\((?P<arguments>.*)\))?(?P<rest>(?: [a-z]+)*)\Z", re.DOTALL)
_MEMBER = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)


class Type(NamedTuple):
    """A type taken apart: `decimal(10,2) unsigned`."""

    name: str
    arguments: tuple[str, ...]
    unsigned: bool

    @property
    def length(self) -> int:
        """The first number in brackets; 0 if there is none."""
        return int(self.arguments[0]) if self.arguments and self.arguments[0].isdigit() else 0


def parse(text: str) -> Type:
    """A type as COLUMN_TYPE prints it."""
    found = _TYPE.match(text)
    if found is None:
        return Type(text, (), False)
    inside = found["arguments"] or ""
    is_list = found["name"] in ("enum", "set")
    arguments = tuple(_MEMBER.findall(inside)) if is_list else tuple(p.strip() for p in inside.split(",") if p)
    return Type(found["name"], arguments, "unsigned" in found["rest"])


INTEGERS = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
TEXTS = {"tinytext": 255, "text": 65535, "mediumtext": 2**24 - 1, "longtext": 2**32 - 1}
BLOBS = {"tinyblob": 255, "blob": 65535, "mediumblob": 2**24 - 1, "longblob": 2**32 - 1}
_FLOATS = frozenset({"float", "double"})
_DATES = frozenset({"date", "datetime", "timestamp", "time", "year"})


_CLOSED = frozenset({"inet4", "inet6", "uuid"})
_STRINGS = frozenset({"char", "varchar", "binary", "varbinary", "enum", "set", "json", *TEXTS, *BLOBS})


_MAPS_INET4 = 110300
"""MariaDB that makes ::ffff:10.0.0.1 of 10.0.0.1."""


def converts(old: str, new: str, version: int) -> bool:
    """Does MariaDB, which has these types, modify a column of one type to the other (4078)?"""
    before, after = parse(old).name, parse(new).name
    if before == after or not {before, after}.isdisjoint(_STRINGS):
        return True
    if (before, after) == ("inet4", "inet6"):
        return version >= _MAPS_INET4
    return _CLOSED.isdisjoint((before, after))


def fails(old: Column, new: Column, *, narrowed: bool) -> str | None:
    """What in existing rows makes the change fail."""
    return "; ".join(text for _, text in failures(old, new, narrowed=narrowed)) or None


def failures(old: Column, new: Column, *, narrowed: bool) -> Iterator[tuple[str, str]]:
    """(code, what) of all that in existing rows makes the change fail. `narrowed`: a key sees fewer differences."""
    if new.not_null and not old.not_null:
        yield "DB301", "NULLs in the column"
    if old.type != new.type and not widens(parse(old.type), parse(new.type)):
        yield "DB305", "values that do not fit the new type"
    elif old.charset != new.charset:
        yield "DB305", "characters that the new character set lacks"
    if narrowed:
        yield "DB302", "values of a key that are the same by the new collation"
    if new.generated is not None and new.generated.stored and new.generated != old.generated:
        yield "DB300", "rows that its expression fails on"
    if new.check is not None and new.check != old.check:
        yield "DB303", "rows that break its check"


def refused(new: Column) -> str | None:
    """What in existing rows makes ADD COLUMN fail."""
    if new.check is not None:
        return "rows that break its check"
    if new.generated is not None and new.generated.stored:
        return "rows that its expression fails on"
    if new.not_null and new.default is None and parse(new.type).name in _SHAPES:
        return "rows: its type has no value that stands for none"
    return None


_SHAPES = frozenset(
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}
    | {"geometrycollection", "geomcollection"}
)


def widens(old: Type, new: Type) -> bool:
    """Does every value fit?"""
    if old.name in INTEGERS and new.name in INTEGERS:
        return INTEGERS[old.name] <= INTEGERS[new.name] and old.unsigned == new.unsigned
    if old.name == new.name in ("enum", "set"):
        return set(old.arguments) <= set(new.arguments)
    if old.name == new.name:
        return len(old.arguments) == len(new.arguments) and all(map(_at_most, old.arguments, new.arguments))
    for sizes in (TEXTS, BLOBS):
        if old.name in sizes and new.name in sizes:
            return sizes[old.name] <= sizes[new.name]
    return False


def _at_most(old: str, new: str) -> bool:
    return old.isdigit() and new.isdigit() and int(old) <= int(new)


def loses(old: Column, new: Column) -> str | None:
    """What the change takes from values without an error, even under a strict sql_mode."""
    if new.generated is not None and old.generated is None:
        return "the column's values: they are computed from now on"
    if old.type == new.type:
        return None
    before, after = parse(old.type), parse(new.type)
    exact = after.name in INTEGERS or after.name == "decimal"
    if exact and (before.name in _FLOATS or (before.name == "decimal" and _scale(before) > _scale(after))):
        return "digits behind the decimal point"
    if before.name in _DATES and after.name in _DATES and _moment(before) - _moment(after):
        return "parts of dates or times"
    if after.name == "binary" and (before.name, before.length) != (after.name, after.length):
        return "the end of shorter values: zero bytes fill them"
    if after.name == "char" and before.name != "char" and _family(before) in ("text", "bytes"):
        return "spaces at the end"
    if after.name in _FLOATS and not _fits_float(before, after):
        return "digits of precision"
    if before.name != after.name and _family(after) not in _KEEPS.get(_family(before), ()):
        return "what of the values the new type has no place for"
    return None


def _family(type_: Type) -> str:
    return next((family for family, names in _FAMILIES.items() if type_.name in names), type_.name)


_FAMILIES = {
    "integer": frozenset(INTEGERS),
    "text": frozenset({"char", "varchar", *TEXTS}),
    "bytes": frozenset({"varbinary", *BLOBS}),
}
_KEEPS = {
    "integer": frozenset({"integer", "decimal", "double", "float", "bit", "text", "bytes", "json"}),
    "decimal": frozenset({"integer", "text", "bytes"}),
    "double": frozenset({"text", "bytes", "json"}),
    "float": frozenset({"double"}),
    "bit": frozenset({"integer", "decimal"}),
    "date": frozenset({"datetime", "timestamp", "integer", "text", "bytes"}),
    "datetime": frozenset({"date", "time", "timestamp", "text", "bytes"}),
    "timestamp": frozenset({"date", "time", "datetime", "text", "bytes"}),
    "time": frozenset({"text", "bytes"}),
    "year": frozenset({"integer", "decimal", "double", "float", "text", "bytes"}),
    "text": frozenset({"text", "bytes", "enum", "set", "json"}),
    "bytes": frozenset({"text", "bytes", "enum", "set"}),
    "binary": frozenset({"text", "bytes"}),
    "enum": frozenset({"set", "text", "bytes"}),
    "set": frozenset({"text", "bytes"}),
    "json": frozenset({"text"}),
    "inet4": frozenset({"inet6", "text", "bytes"}),
    "inet6": frozenset({"text", "bytes"}),
    "uuid": frozenset({"text", "bytes"}),
}
"""What takes every value of which type, or refuses it, under a strict sql_mode: measured on MySQL 9.7 and MariaDB
10.11, there and back. What is lost and named by itself may stand here too."""


def _fits_float(before: Type, after: Type) -> bool:
    """Has the mantissa (24 bits, or 53) a place for every number? One with a scale rounds."""
    if after.arguments:
        return before == after
    if before.name in _FLOATS:
        return (before.name, after.name) != ("double", "float")
    most = 3 if after.name == "float" else 4
    return before.name == "year" or INTEGERS.get(before.name, most + 1) <= most


def _scale(type_: Type) -> int:
    return int(type_.arguments[1]) if len(type_.arguments) > 1 else 0


def _moment(type_: Type) -> set[str]:
    """What a temporal type holds; each digit of its fraction too."""
    fraction = {f"digit {n}" for n in range(type_.length)} if type_.name != "year" else set[str]()
    parts = {"date": {"date"}, "year": set[str](), "time": {"time"}}.get(type_.name, {"date", "time"})
    return parts | fraction
