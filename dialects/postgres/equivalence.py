"""When two texts that two PostgreSQL servers print are one expression, or one query.

Measured on 13.23, 14.23, 15.18, 16.2, 17.10 and 18.6, given the same DDL: their deparser (ruleutils.c) prints the same
tokens, and varies in this alone. All of it is undone here; what still differs, token by token, means something else.

    16   a view over one source names its columns bare; up to 15 they are qualified, unless ORDER BY would then mean
         an output column
    17   (and 16) quotes json, json_object, system_user and other words that have become keywords
    14   AT TIME ZONE, POSITION, SUBSTRING, TRIM, OVERLAY and OVERLAPS as the standard writes them; 13 as calls of
         functions, with the casts to text that they imply
    16   (its first minor versions) FETCH FIRST 5 ROWS; the others FETCH FIRST (5) ROWS

Trees of another parser are no judge here: they fold names of functions, and drop what they don't know. Nor are EXTRACT
and date_part() one: what 13 stores for EXTRACT is date_part(), a double precision; since 14 it is a numeric.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

__all__ = ["same_expression", "same_query"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | [eE]'(?:[^'\\]|\\.|'')*'
    | (?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'
    | (?:[uU]&)?"(?:[^"]|"")*"
    | [A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*
    | \d+(?:\.\d*)?(?:[eE][+-]?\d+)? | \.\d+(?:[eE][+-]?\d+)?
    | \$\d+
    | ::|:=|[-+*/<>=~!@\#%^&|`?]+|[][().,;:]
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_COMMENT = re.compile(r"[-+*/<>=~!@#%^&|`?]*(?:--|/\*)")
_IDENTIFIER = re.compile(r'"|[a-z_\x80-\U0010ffff]')
"""How a name begins: the deparser prints keywords in capitals."""
_PLAIN = re.compile(r"(?:[eE]?'|[\"a-z_\x80-\U0010ffff\d$]|CURRENT_|LOCAL|::\Z|\.\Z)")

_QUOTED_SINCE_16 = frozenset(
    f'"{word}"'
    for word in """json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
    json_serialize json_table json_value merge_action system_user""".split()
)
"""pg_get_keywords() with catcode other than U on some of 13 to 18, and not on all."""

_CLOSING = {"(": ")", "[": "]"}
_SUBQUERY = ("SELECT", "VALUES", "WITH")
_SET_OPERATIONS = frozenset(("UNION", "INTERSECT", "EXCEPT"))
_AFTER_FROM = frozenset(("WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR"))
_AFTER_ORDER = frozenset(("LIMIT", "OFFSET", "FETCH", "FOR"))
_NAME_FOLLOWS = frozenset((".", "::", "COLLATE", "AS", "RETURNING"))
"""Behind these a qualified name is that of a type, a collation or an alias, never a column's."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What stands between two brackets."""

    bracket: str
    items: "_Items"


_Items = tuple["str | _Group", ...]


class _Unreadable(Exception):
    """Not a text that the deparser prints."""


def same_query(old: str, new: str) -> bool:
    """Are two views' queries one?"""
    return old == new or _same(_query(old), _query(new))


def same_expression(old: str, new: str) -> bool:
    """Are two expressions, or two statements of a routine or a rule, one?"""
    return old == new or _same(_expression(old), _expression(new))


def _same(old: _Items | None, new: _Items | None) -> bool:
    return old is not None and old == new


@lru_cache(maxsize=256)
def _query(text: str) -> _Items | None:
    try:
        return _unqualified(_plain_fetch(_as_calls(_tree(text))))
    except _Unreadable:
        return None


@lru_cache(maxsize=256)
def _expression(text: str) -> _Items | None:
    try:
        items = _as_calls(_tree(text))
    except _Unreadable:
        return None
    while len(items) == 1 and isinstance(items[0], _Group) and items[0].bracket == "(" and not _is_subquery(items[0]):
        if "," in items[0].items:  # a row
            break
        items = items[0].items
    return items


# ---------------------------------------------------------------------- tokens, and brackets in brackets


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or _COMMENT.match(token := match.group()):
            raise _Unreadable
        at = match.end()
        if match.lastgroup != "space":
            yield token[1:-1] if token in _QUOTED_SINCE_16 else token


def _tree(text: str) -> _Items:
    around: list[tuple[str, list[str | _Group]]] = []
    items: list[str | _Group] = []
    for token in _tokens(text):
        if token in _CLOSING:
            around.append((token, items))
            items = []
        elif token in (")", "]"):
            if not around or _CLOSING[around[-1][0]] != token:
                raise _Unreadable
            bracket, outer = around.pop()
            outer.append(_Group(bracket, tuple(items)))
            items = outer
        else:
            items.append(token)
    if around:
        raise _Unreadable
    return tuple(items)


def _is_subquery(item: str | _Group) -> bool:
    if not isinstance(item, _Group) or not item.items:
        return False
    first = item.items[0]
    return first in _SUBQUERY or not _SET_OPERATIONS.isdisjoint(item.items)


# ---------------------------------------------------------------------- 14: the standard's syntax, to function calls


def _as_calls(items: _Items) -> _Items:
    found: list[str | _Group] = []
    for item in items:
        if not isinstance(item, _Group):
            found.append(item)
            continue
        inner = _as_calls(item.items)
        call: _Items | None = None
        name = found[-1] if found else ""
        if item.bracket == "(" and not _is_name(name):
            call = _infix(inner)
        if item.bracket == "(" and call is None and isinstance(name, str) and found[-2:-1] != ["."]:
            call = _CALLS[name](inner) if name in _CALLS else _without_casts(name, inner)
            if call is not None:
                found.pop()
        found += call or (_Group(item.bracket, inner),)
    return tuple(found)


def _infix(items: _Items) -> _Items | None:
    """(x AT TIME ZONE zone) and ((a, b) OVERLAPS (c, d)), their operands plain or in brackets."""
    for at in range(1, len(items) - 3):
        if items[at : at + 3] == ("AT", "TIME", "ZONE"):
            time, zone = items[:at], items[at + 3 :]
            return _call("timezone", zone, time) if all(map(_is_plain, (*time, *zone))) else None
    if len(items) == 3 and items[1] == "OVERLAPS":
        left, _, right = items
        if isinstance(left, _Group) and isinstance(right, _Group):
            return _call('"overlaps"', left.items, right.items)
    return None


def _is_plain(item: str | _Group) -> bool:
    """Part of a constant, a name or a cast, none of an operation that could bind weaker than its neighbour."""
    return isinstance(item, _Group) or _PLAIN.match(item) is not None


def _trim(items: _Items) -> _Items | None:
    functions = {"BOTH": "btrim", "LEADING": "ltrim", "TRAILING": "rtrim"}
    parts = _split(items[1:], "FROM")
    if not items or items[0] not in functions or len(parts) != 2:
        return None
    characters, text = parts
    return _call(functions[str(items[0])], text, *([characters] if characters else []))


def _substring(items: _Items) -> _Items | None:
    return _call('"substring"', *_split(items, "FROM", "FOR")) if "FROM" in items else None


def _position(items: _Items) -> _Items | None:
    parts = _split(items, "IN")
    if len(parts) != 2:
        return None
    what, where = ((part[0].items if len(part) == 1 and isinstance(part[0], _Group) else part) for part in parts)
    return _call('"position"', where, what)


def _overlay(items: _Items) -> _Items | None:
    return _call('"overlay"', *_split(items, "PLACING", "FROM", "FOR")) if "PLACING" in items else None


_CALLS = {"TRIM": _trim, "SUBSTRING": _substring, "POSITION": _position, "OVERLAY": _overlay}
_TEXT_FUNCTIONS = frozenset(('"substring"', '"position"', '"overlay"', "btrim", "ltrim", "rtrim"))
"""Those of a text, and of a bytea; which of the two, one argument decides for all."""


def _without_casts(name: str, items: _Items) -> _Items | None:
    return _call(name, *_split(items, ",")) if name in _TEXT_FUNCTIONS else None


def _call(name: str, *arguments: _Items) -> _Items:
    """name(arguments). Beside a literal 'x'::text another argument's (y)::text says nothing: there is no other such
    function."""
    if name in _TEXT_FUNCTIONS and any(map(_is_literal_text, arguments)):
        arguments = tuple(map(_without_cast, arguments))
    joined: list[str | _Group] = []
    for argument in arguments:
        joined += (",", *argument) if joined else argument
    return (name, _Group("(", tuple(joined)))


def _is_literal_text(argument: _Items) -> bool:
    return len(argument) == 3 and argument[1:] == ("::", "text") and str(argument[0]).startswith(("'", "E'"))


def _without_cast(argument: _Items) -> _Items:
    if len(argument) == 3 and argument[1:] == ("::", "text") and isinstance(argument[0], _Group):
        inner = argument[0].items
        return inner if len(inner) == 1 or (len(inner) == 3 and inner[1] == ".") else argument[:1]
    return argument


def _split(items: _Items, *words: str) -> list[_Items]:
    parts: list[list[str | _Group]] = [[]]
    for item in items:
        if item in words:
            parts.append([])
        else:
            parts[-1].append(item)
    return [tuple(part) for part in parts]


# ---------------------------------------------------------------------- 16: columns of a view's only source


def _unqualified(items: _Items) -> _Items:
    """The query with its columns bare, if it has one source and is no set operation. Subqueries, which see two scopes,
    are qualified on all servers, and stay as they are."""
    start, end = _from_item(items)
    if end == 0 or not _SET_OPERATIONS.isdisjoint(items):
        return items
    source = _source(items[start:end])
    if source is None:
        return items
    order = next((at for at in range(end, len(items)) if items[at : at + 2] == ("ORDER", "BY")), len(items))
    over = next((at for at in range(order, len(items)) if items[at] in _AFTER_ORDER), len(items))
    outputs = _outputs(items[:start])
    select: list[str | _Group] = list(_bare(items[:start], source))
    if (on := _distinct_on(items)) is not None and isinstance(group := items[on], _Group):
        select[on] = _Group("(", tuple(_bare(group.items, source, outputs)))
        select[on + 1 :] = _bare(items[on + 1 : start], source)
    return (
        *select,
        *items[start:end],
        *_bare(items[end:order], source),
        *_bare(items[order:over], source, outputs),
        *items[over:],
    )


def _from_item(items: _Items) -> tuple[int, int]:
    """Where the FROM clause's content begins and ends; end is 0 where there is none."""
    if "SELECT" not in items:
        return 0, 0
    for at in range(items.index("SELECT"), len(items)):
        if items[at] == "FROM" and items[at - 1] != "DISTINCT":
            rest = range(at + 1, len(items))
            return at + 1, next((end for end in rest if items[end] in _AFTER_FROM), len(items))
    return 0, 0


def _source(items: _Items) -> str | None:
    """The name by which columns of the only source are qualified; None if there are more, or it is not clear."""
    if "," in items or "JOIN" in items:
        return None
    rest = list(items)
    while rest and rest[0] in ("ONLY", "LATERAL"):
        del rest[0]
    name: str | None = None
    if rest and isinstance(rest[0], _Group):
        if not _is_subquery(rest[0]):
            return None
        del rest[0]
    elif rest[:2] == ["ROWS", "FROM"]:
        del rest[:3]
    elif len(rest) > 1 and isinstance(rest[1], _Group) and not _is_name(rest[0]):  # UNNEST(...), XMLTABLE(...)
        del rest[:2]
    else:
        while rest and _is_name(rest[0]):
            name = str(rest.pop(0))
            if not rest or rest[0] != ".":
                break
            del rest[0]
        if name is None:
            return None
        if rest and isinstance(rest[0], _Group):
            del rest[0]
    if rest[:2] == ["WITH", "ORDINALITY"]:
        del rest[:2]
    if rest and rest[0] == "AS":
        del rest[0]
    return str(rest[0]) if rest and _is_name(rest[0]) else name


def _is_name(item: str | _Group) -> bool:
    return isinstance(item, str) and _IDENTIFIER.match(item) is not None


def _outputs(select: _Items) -> frozenset[str]:
    """The names that AS gives to output columns: where such a one could be meant, the qualification decides."""
    return frozenset(str(name) for word, name in pairwise(select) if word == "AS")


def _distinct_on(items: _Items) -> int | None:
    at = items.index("SELECT")
    return at + 3 if items[at + 1 : at + 3] == ("DISTINCT", "ON") else None


def _bare(items: Iterable[str | _Group], source: str, outputs: frozenset[str] = frozenset()) -> Iterator[str | _Group]:
    items = tuple(items)
    at = 0
    while at < len(items):
        if items[at] == source and _is_column(items, at) and items[at + 2] not in outputs:
            at += 2
        item = items[at]
        if isinstance(item, _Group) and not _is_subquery(item):
            item = _Group(item.bracket, tuple(_bare(item.items, source)))
        yield item
        at += 1


def _is_column(items: _Items, at: int) -> bool:
    """Do a dot and a column's name follow; is it no type, collation, function?"""
    before, behind = items[at - 1] if at else "", items[at + 1 : at + 4]
    if len(behind) < 2 or behind[0] != "." or not _is_name(behind[1]) or before in _NAME_FOLLOWS:
        return False
    last = behind[2] if len(behind) == 3 else ""
    return last != "." and not (isinstance(last, _Group) and last.bracket == "(")


def _plain_fetch(items: _Items) -> _Items:
    """FETCH FIRST (5) as FETCH FIRST 5."""
    found = list(items)
    for at in range(len(items) - 2):
        count = items[at + 2]
        if items[at : at + 2] == ("FETCH", "FIRST") and isinstance(count, _Group) and len(count.items) == 1:
            found[at + 2] = count.items[0]
    return tuple(found)
