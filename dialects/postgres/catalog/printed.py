"""What the server prints of an expression or a query, as it would print it again once it had read that.

Its parser makes one list of `(a AND b) AND c`, and prints `(a AND b AND c)`. What it made another way it prints with
the inner brackets: `x BETWEEN 1 AND 2 AND y`. Round a list on the right they stay. Source: makeAndExpr() and
makeOrExpr() in gram.y.
"""

from dataclasses import dataclass

from ....snapshots.model import Text, lines
from .scan import TOKEN
from .session import present

__all__ = ["printed", "settled"]

_CONNECTIVES = frozenset({"AND", "OR"})


@dataclass
class _Group:
    """What stands between two brackets, as far as it has been read."""

    start: int
    first: "_Group | None" = None
    """The brackets with which it begins, while nothing but these has come."""
    end: int = -1
    empty: bool = True
    connective: str = ""
    """What joins it; `-` where the word is a frame's."""


def printed(text: str | None) -> Text:
    """What pg_get_*def() or pg_get_expr() gave."""
    return lines(settled(present(text)))


def settled(text: str) -> str:
    """The text without the brackets that reading it drops."""
    if "((" not in text or (") AND " not in text and ") OR " not in text):
        return text
    dropped: set[int] = set()
    around = [_Group(-1, empty=False)]
    for match in TOKEN.finditer(text):
        token, group = match.group(), around[-1]
        if token in "([":
            inner = _Group(match.start())
            group.first = inner if token == "(" and group.empty else None
            group.empty = False
            around.append(inner)
        elif token in ")]" and len(around) > 1:
            around.pop().end = match.start()
        elif token in _CONNECTIVES:
            _join(group, token, dropped)
        elif not token.isspace():
            group.empty, group.first = False, None
            if token == "BETWEEN":
                group.connective = "-"
    return "".join(c for at, c in enumerate(text) if at not in dropped) if dropped else text


def _join(group: _Group, connective: str, dropped: set[int]) -> None:
    """The group turns out to be a list; if it begins with one of the same kind, they are one."""
    first = group.first
    if not group.connective:
        group.connective = connective
        if first is not None and first.connective == connective:
            dropped |= {first.start, first.end}
    group.first = None
