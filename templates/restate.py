"""Text in the words that make the server keep it as it stands.

What pg_get_expr() prints is not always read back as the same expression. `(ARRAY['a'::character varying])::text[]`,
which is how the server prints `column IN ('a')` of a varchar column, is read as a cast of each element
(transformArrayExpr() pushes a cast directly on ARRAY[...] down), and printed differently from then on. A cast to the
elements' own type between the two keeps the outer one outside.
"""

import re

from ..snapshots.model import Text, plain

_CAST_ARRAY = re.compile(r"\(ARRAY\[")
_ELEMENT_TYPE = re.compile(r"::((?:character varying|bpchar|\"?[a-z_][\w$.\"]*))\Z")
_OUTER_CAST = re.compile(r"\)::[a-z_][\w$. \"]*\[\]")


def restated(text: Text) -> str:
    """The text, with casts of whole array constructors kept whole."""
    sql = plain(text)
    if "(ARRAY[" not in sql:
        return sql
    pieces, at = list[str](), 0
    for match in _CAST_ARRAY.finditer(sql):
        start, end = match.end(), _closing(sql, match.end())
        if end is None or not _OUTER_CAST.match(sql, end + 1):
            continue
        element = _ELEMENT_TYPE.search(sql, start, end)
        if element is None:
            continue
        pieces.append(f"{sql[at : match.start()]}((ARRAY[{sql[start:end]}])::{element.group(1)}[]")
        at = end + 1
    return "".join(pieces) + sql[at:]


def is_respelled(text: Text) -> bool:
    """Does the server print it differently once it has read back what it prints, as when a column's type changes?"""
    return restated(text) != plain(text)


def _closing(sql: str, at: int) -> int | None:
    """Where the bracket that is open at `at` closes; quoted text is passed over."""
    depth, quoted = 1, ""
    while at < len(sql):
        c = sql[at]
        if quoted:
            quoted = "" if c == quoted else quoted
        elif c in "'\"":
            quoted = c
        elif c == "[":
            depth += 1
        elif c == "]":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return None
