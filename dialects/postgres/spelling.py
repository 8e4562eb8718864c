"""How PostgreSQL spells things: casts between types, and when two values of different servers are one."""

import itertools
from collections.abc import Mapping, Set
from hashlib import sha256
from typing import Any

from ...snapshots.model import Identity, Object, Value, plain
from ...snapshots.naming import parts_of, quote

_QUERIES = frozenset({("view", "query"), ("materialized_view", "query")})
_EXPRESSIONS: Mapping[str, frozenset[str]] = {
    "check": frozenset({"expression"}),
    "column": frozenset({"generated"}),
    "default": frozenset({"expression"}),
    "domain": frozenset({"default"}),
    "domain_check": frozenset({"expression"}),
    "exclusion": frozenset({"parts", "predicate"}),
    "function": frozenset({"arguments", "sql_body"}),
    "index": frozenset({"parts", "predicate"}),
    "policy": frozenset({"using", "check"}),
    "procedure": frozenset({"arguments", "sql_body"}),
    "rule": frozenset({"definition"}),
    "statistics": frozenset({"expressions"}),
    "table": frozenset({"partition_by", "bound"}),
    "trigger": frozenset({"when"}),
}
"""The attributes that are what the server's deparser prints, or hold it."""
_INNER = frozenset({"expression", "default"})
"""The fields of structured values that do; `parts` and `expressions` are tuples of such, or of texts."""


_SHIPPED = frozenset({("extension", "version")})
"""What comes with the server: the same file's extension is 1.6 on PostgreSQL 15 and 1.8 on 18."""


def same(old: Object, new: Object, attribute: str) -> bool:
    """Do two values of different servers mean the same? Only what a deparser prints can be spelled in two ways, and
    what a server ships is as it ships it."""
    if (old.kind, attribute) in _SHIPPED:
        return True
    before, after = getattr(old, attribute), getattr(new, attribute)
    if type(old) is not type(new):
        return False
    if (old.kind, attribute) in _QUERIES:
        from .equivalence import same_query

        return same_query(plain(before), plain(after))
    if attribute not in _EXPRESSIONS.get(old.kind, ()):
        return False
    if attribute in ("arguments", "expressions", "parts"):
        return len(before) == len(after) and all(map(_same, before, after))
    return _same(before, after)


def _same(old: Any, new: Any) -> bool:
    """Of two texts, or two values: all their texts."""
    if old == new:
        return True
    if old is None or new is None:
        return False
    if not isinstance(old, Value):
        from .equivalence import same_expression

        return not isinstance(new, Value) and same_expression(plain(old), plain(new))
    return type(old) is type(new) and all(
        _same_field(field, getattr(old, field), getattr(new, field)) for field in old.__struct_fields__
    )


def _same_field(field: str, old: Any, new: Any) -> bool:
    if field == "parts":
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new) or (field in _INNER and _same(old, new))


WAITING = "__old"
"""In the name of whatever waits to be dropped."""


def aside(path: str, taken: Set[str]) -> str:
    """Where what is superseded waits: its name with `__old` behind it, and a number where that is taken; a long one is
    cut and hashed, so that no two wait under one name."""
    *schema, name = parts_of(Identity(f"x {path}"))
    for number in itertools.count(1):
        end = f"{WAITING}{number if number > 1 else ''}"
        if len(name.encode()) + len(end) > 63:
            end = f"_{sha256(name.encode()).hexdigest()[:8]}{end}"
        cut = name.encode()[: 63 - len(end)].decode(errors="ignore")
        found = ".".join(map(quote, (*schema, cut + end)))
        if found not in taken:
            return found
    raise AssertionError("unreachable: there is always a free number")
