"""What a server of another version or flavour can't hold, or says in other words.

Source: the two manuals and their release notes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ...snapshots.model import Header, Object, plain

MARIADB = 100000
"""MariaDB counts from 10.0 on; MySQL is below."""


def _set(value: Any) -> bool:
    return bool(value)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of an attribute, and since when each flavour has it; None: never."""

    name: str
    mysql: int | None
    mariadb: int | None
    is_in: Callable[[Any], bool] = _set

    def lacks(self, version: int) -> bool:
        """Is that server without it?"""
        since = self.mariadb if version >= MARIADB else self.mysql
        return since is None or version < since


@dataclass(frozen=True, slots=True)
class _Gone:
    """What MySQL has no more, and since when."""

    name: str
    since: int
    is_in: Callable[[Any], bool]

    def lacks(self, version: int) -> bool:
        """Is that server without it?"""
        return self.since <= version < MARIADB


def _is_expression(default: Any) -> bool:
    return default is not None and plain(default).startswith("(")


def _counts_in_floats(column: Any) -> bool:
    return bool(column.auto_increment) and column.type.startswith(("float", "double"))


def _type(name: str) -> Callable[[Any], bool]:
    return lambda value: value.partition("(")[0] == name


UCA1400 = 101000
"""MariaDB that has the collations of Unicode 14."""
_COLLATED = ("collation", "collation_connection", "database_collation", "returns")
_OWN_DEFAULT = re.compile(r"\b(utf8mb[34]|ucs2|utf16|utf32)_uca1400_ai_ci\b")
"""What MariaDB from 11.5 on sorts by where nobody says a collation."""
_OF_ANY: Mapping[str, tuple[_Form, ...]] = dict.fromkeys(
    _COLLATED, (_Form("collation of Unicode 14", None, UCA1400, lambda value: "_uca1400_" in (value or "")),)
)
"""By the attribute, whatever kind has it."""

_FORMS: Mapping[tuple[str, str], tuple[_Form, ...]] = {
    ("check", "not_enforced"): (_Form("NOT ENFORCED", 80016, None),),
    ("column", "default"): (_Form("default of an expression", 80013, 100201, _is_expression),),
    ("column", "invisible"): (_Form("INVISIBLE column", 80023, 100303),),
    ("column", "compressed"): (_Form("COMPRESSED column", None, 100302),),
    ("column", "row_bound"): (_Form("ROW START and ROW END", None, 100303),),
    ("column", "options"): (_Form("attributes for an engine", 80021, 0),),
    ("column", "srid"): (_Form("SRID", 80003, None),),
    ("column", "without_system_versioning"): (_Form("WITHOUT SYSTEM VERSIONING", None, 100303),),
    ("column", "type"): (
        _Form("type json", 50708, None, _type("json")),
        _Form("type uuid", None, 100700, _type("uuid")),
        _Form("type inet6", None, 100500, _type("inet6")),
        _Form("type inet4", None, 101000, _type("inet4")),
        _Form("type vector", 90000, 110700, _type("vector")),
    ),
    ("function", "aggregate"): (_Form("AGGREGATE function", None, 100303),),
    ("index", "type"): (_Form("VECTOR key", None, 110700, lambda value: value == "vector"),),
    ("index", "options"): (_Form("attributes for an engine", 80021, 0),),
    ("index", "without_overlaps"): (_Form("WITHOUT OVERLAPS", None, 100503),),
    ("index", "parts"): (
        _Form("functional key part", 80013, None, lambda value: any(p.expression is not None for p in value)),
        _Form("descending key part", 80001, 100800, lambda value: any(p.descending for p in value)),
    ),
    ("index", "invisible"): (_Form("INVISIBLE or IGNORED index", 80000, 100600),),
    ("table", "system_versioned"): (_Form("system versioning", None, 100303),),
    ("table", "periods"): (_Form("PERIOD", None, 100303),),
    ("trigger", "update_columns"): (_Form("UPDATE OF", None, 110800),),
}
_GONE: Mapping[str, tuple[_Gone, ...]] = {
    "column": (_Gone("AUTO_INCREMENT of a floating-point number", 80400, _counts_in_floats),),
}
_KINDS: Mapping[str, _Form] = {
    "sequence": _Form("sequence", None, 100303),
    "package": _Form("package", None, 100305),
    "package_body": _Form("package body", None, 100305),
}


def too_new(obj: Object, attributes: Iterable[str], version: int) -> str | None:
    """What of these attributes' values a server of that version can't hold."""
    kind = _KINDS.get(obj.kind)
    if kind is not None and kind.lacks(version):
        return kind.name
    found = [
        form.name
        for attribute in attributes
        for form in (*_FORMS.get((obj.kind, attribute), ()), *_OF_ANY.get(attribute, ()))
        if form.is_in(getattr(obj, attribute)) and form.lacks(version)
    ]
    found += [gone.name for gone in _GONE.get(obj.kind, ()) if gone.is_in(obj) and gone.lacks(version)]
    return "; no ".join(found) or None


def in_words_of(obj: Object, version: int) -> Object:
    """The object with the older MariaDB's own default collations for the newer one's, where it lacks those."""
    if not MARIADB <= version < UCA1400:
        return obj
    said = {name: value for name in _COLLATED if isinstance(value := getattr(obj, name, None), str)}
    changed = {name: own for name, value in said.items() if (own := _OWN_DEFAULT.sub(r"\1_general_ci", value)) != value}
    return replace(obj, **changed) if changed else obj


def not_on_replicas(server: Header) -> str:
    """What keeps an event from running there: MySQL 8.0 and MariaDB know SLAVE alone."""
    return "DISABLE ON REPLICA" if 80400 <= server.version_number < MARIADB else "DISABLE ON SLAVE"


def asks_for_unique(server: Header) -> bool:
    """Has it `restrict_fk_on_non_standard_key`?"""
    return 80400 <= server.version_number < MARIADB


_DROPS_NULL = {1006: 100623, 1104: 110407}
"""The last release of each series of MariaDB that was seen to; the next ones of each have DEFAULT NULL then."""


def drops_null(server: Header) -> bool:
    """Does ALTER COLUMN ... DROP DEFAULT leave a nullable column without the default NULL too?"""
    known = server.version_number
    return known < MARIADB or known <= _DROPS_NULL.get(known // 100, 0)


def number(version: str) -> int:
    """As the servers count: three parts, of which the later may be left out."""
    major, minor, patch = (*map(int, version.split(".")), 0, 0)[:3]
    return major * 10000 + minor * 100 + patch
