"""Filters of PostgreSQL's templates: how names, literals and texts are written for psql."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...engine.protocol import Step
from ...snapshots.model import Identity, Text, plain
from ...snapshots.naming import kind_of, parts_of, path_of, quote
from ..restate import restated


def _literal(value: Text | None) -> str:
    """A string literal that reads the same whatever standard_conforming_strings says; NULL for None."""
    if value is None:
        return "NULL"
    text = plain(value).replace("'", "''")
    if "\\" not in text:
        return f"'{text}'"
    return "E'" + text.replace("\\", "\\\\") + "'"


def _dollar(text: str) -> str:
    """The text in dollar quotes, with a tag that it doesn't hold."""
    tag, count = "$$", 0
    while tag[:-1] in text or text.endswith("$"):
        count += 1
        tag = f"$body{count if count > 1 else ''}$"
        if tag[:-1] not in text:
            break
    return f"{tag}{text}{tag}"


_PIECE = re.compile(
    r"""
    (?P<quoted>
        (?:(?<![\w$])[eE])'(?:[^'\\]|\\.|'')*'
      | '[^']*'
      | "[^"]*"
      | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
      | --[^\n]*
      | ::
    )
  | (?P<colon>:(?=[\w'"{]))
    """,
    re.VERBOSE | re.DOTALL,
)
"""Outside of quotes psql replaces `:name`, `:'name'`, `:"name"` and `:{?name}` by its variables (psql, "SQL
Interpolation"). In SQL that means an array's slice, and a space behind the colon changes nothing there."""


def _for_psql(sql: str) -> str:
    """The same SQL, with nothing in it that psql takes for a variable of its own."""
    if ":" not in sql.replace("::", ""):
        return sql
    return _PIECE.sub(lambda piece: ": " if piece["colon"] else piece[0], sql)


def _in_schema(identity: Identity) -> str:
    """The SQL name of what stands in a table and is named in its schema: an index."""
    parts = parts_of(identity)
    return f"{quote(parts[0])}.{quote(parts[-1])}"


def _beside(relation: Identity, name: str) -> str:
    """The SQL name of an index on the relation, which is in its schema."""
    return f"{quote(parts_of(relation)[0])}.{quote(name)}"


def _last(identity: Identity) -> str:
    return quote(parts_of(identity)[-1])


def _last_of_path(path: str) -> str:
    return _last(Identity(f"x {path}"))


_TYPE = re.compile(r'(?:"(?:[^"]|"")*"|[^",])+')


def _ident(identity: Identity) -> str:
    """The SQL name of what a statement is about. Of procedures that differ in their OUT arguments alone the server
    takes the one whose arguments are said to be IN."""
    path = path_of(identity)
    if kind_of(identity) != "procedure":
        return path
    name = _routine(identity)
    types = [f"IN {type_.strip()}" for type_ in _TYPE.findall(path[len(name) + 1 : -1])]
    return f"{name}({', '.join(types)})"


def _routine(identity: Identity) -> str:
    return ".".join(map(quote, parts_of(identity)))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _operator(name: str) -> str:
    return f"OPERATOR({name})" if "." in name else name


def _for_path(steps: Iterable[Step], kind: str, identity: Identity) -> Step | None:
    wanted = f"{kind} {path_of(identity)}"
    return next((step for step in steps if step.identity == wanted), None)


def table_path(step: Step) -> str:
    """The path of the table that a step on a table, or on what stands in it, is about."""
    if step.parent is None:
        return path_of(step.identity)
    if kind_of(step.identity) in ("default", "identity"):
        return ".".join(map(quote, parts_of(step.parent)[:-1]))
    return path_of(step.parent)


_ENABLE = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def _not_null_name(step: Step) -> str:
    from ...snapshots.naming import constraint_name

    assert step.new is not None
    if step.parent is None:
        return constraint_name(step.new.name, None, "not_null")
    return constraint_name(parts_of(step.parent)[-1], step.new.name, "not_null")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ident": _ident,
    "q": quote,
    "literal": _literal,
    "text": restated,
    "last": _last,
    "last_of_path": _last_of_path,
    "in_schema": _in_schema,
    "beside": _beside,
    "routine": _routine,
    "dollar": _dollar,
    "for_psql": _for_psql,
    "number": _number,
    "operator": _operator,
    "for_path": _for_path,
    "table": table_path,
    "enable": _ENABLE.__getitem__,
    "not_null_name": _not_null_name,
}
