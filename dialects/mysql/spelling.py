"""When two values of different servers are one: what each flavour, or series, only spells in its own way."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...snapshots.model import Object, Text, plain
from ...snapshots.mysql import Generated, KeyPart

_OWN_DEFAULT = re.compile(r"\b(utf8mb[34]|ucs2|utf16|utf32)_(?:general_ci|0900_ai_ci|uca1400_ai_ci)\b")
"""What a character set is sorted by where nobody said anything: MariaDB, MySQL (utf8mb4), MariaDB from 11.5 on."""
_NO_ACTION = frozenset({None, "restrict", "no action"})
_NOW = re.compile(r"\bnow\((?=\d?\))", re.IGNORECASE)
_NUMBER = re.compile(r"'(-?\d+(?:\.\d+)?)'\Z")


def same(old: Object, new: Object, attribute: str) -> bool:
    """Do two values of different servers mean the same?"""
    alike = _ALIKE.get((old.kind, attribute)) or _ANYWHERE.get(attribute)
    return alike is not None and bool(alike(getattr(old, attribute), getattr(new, attribute)))


def _same_collation(old: str | None, new: str | None) -> bool:
    return old == new or (old is not None and new is not None and _unsaid(old) == _unsaid(new))


def _unsaid(text: str) -> str:
    """Without what nobody said."""
    return _OWN_DEFAULT.sub(r"\1", text)


def _same_action(old: str | None, new: str | None) -> bool:
    return {old, new} <= _NO_ACTION


def _same_default(old: Text | None, new: Text | None) -> bool:
    """A number with quotes or without, a function in brackets or without."""
    if old is None or new is None:
        return old == new
    return _bare(plain(old)) == _bare(plain(new)) or same_expression(old, new)


def _bare(text: str) -> str:
    number = _NUMBER.match(text)
    return number[1] if number is not None else text


def _same_generated(old: Generated | None, new: Generated | None) -> bool:
    if old is None or new is None:
        return old is new
    return old.stored == new.stored and same_expression(old.expression, new.expression)


def _same_text(old: Text | None, new: Text | None) -> bool:
    return old == new if old is None or new is None else same_expression(old, new)


def _same_parts(old: tuple[KeyPart, ...], new: tuple[KeyPart, ...]) -> bool:
    return len(old) == len(new) and all(map(_same_part, old, new))


def _same_part(old: KeyPart, new: KeyPart) -> bool:
    shape = [(part.column, part.length, part.descending) for part in (old, new)]
    return shape[0] == shape[1] and _same_text(old.expression, new.expression)


_WIDTH = re.compile(r"\b((?:tiny|small|medium|big)?int|year)\(\d+\)")


def _same_type(old: str, new: str) -> bool:
    """With a display width or without, sorted as the server itself does."""
    return _unsaid(_WIDTH.sub(r"\1", old)) == _unsaid(_WIDTH.sub(r"\1", new))


def _same_options(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """With quotes, which MariaDB 11.8 puts round each, or without."""
    return old.keys() == new.keys() and all(old[name].strip("'") == new[name].strip("'") for name in old)


def _one_is_unsaid(old: object, new: object) -> bool:
    return old is None or new is None


def same_expression(old: Text, new: Text) -> bool:
    """The same tree, whatever brackets, introducers and words each server adds. MySQL 8 prints NOT EXISTS as EXISTS IS
    FALSE, which is never unknown. What doesn't parse is the same as nothing else."""
    before, after = _tree(plain(old)), _tree(plain(new))
    return before is not None and before == after


@lru_cache(maxsize=10_000)
def _tree(sql: str) -> Any:
    import sqlglot
    from sqlglot import errors, exp

    try:
        parsed = sqlglot.parse_one(_NOW.sub("current_timestamp(", sql), read="mysql")
    except errors.SqlglotError:
        return None
    if any(isinstance(node, exp.Command) for node in parsed.walk()):
        return None
    whole = exp.Paren(this=parsed)
    for node in list(whole.find_all(exp.Paren, exp.Introducer)):
        if node is not whole:
            node.replace(node.expression if isinstance(node, exp.Introducer) else node.this)
    for node in list(whole.find_all(exp.Is)):
        if isinstance(node.this, exp.Exists) and isinstance(node.expression, exp.Boolean):
            node.replace(node.this if node.expression.this else exp.Not(this=node.this))
    for node in list(whole.find_all(exp.Not)):
        if isinstance(node.this, exp.Not) and isinstance(node.this.this, exp.Exists):
            node.replace(node.this.this)
    return whole.this


_ANYWHERE: Mapping[str, Callable[[Any, Any], bool]] = {
    "collation": _same_collation,
    "collation_connection": _same_collation,
    "database_collation": _same_collation,
}
_ALIKE: Mapping[tuple[str, str], Callable[[Any, Any], bool]] = {
    ("check", "expression"): _same_text,
    ("column", "check"): _same_text,
    ("column", "default"): _same_default,
    ("column", "generated"): _same_generated,
    ("foreign_key", "on_delete"): _same_action,
    ("foreign_key", "on_update"): _same_action,
    ("function", "returns"): _same_type,
    ("index", "parts"): _same_parts,
    ("table", "options"): _same_options,
    ("trigger", "head"): _one_is_unsaid,
    ("view", "query"): _same_text,
}
