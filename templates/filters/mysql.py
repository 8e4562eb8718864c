"""Filters of MySQL's and MariaDB's templates: how names, literals and texts are written for their clients.

The script sets sql_mode, so that a backslash escapes in what it says itself; a body's own text stays as it is printed.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from ...engine.protocol import Step
from ...snapshots.model import Identity, Text, plain
from ...snapshots.naming import parts_of


def quote(name: str) -> str:
    """A name in backticks, whatever sql_mode says."""
    return "`" + name.replace("`", "``") + "`"


def last(identity: Identity) -> str:
    """The quoted name of an object, without what it stands in."""
    return quote(parts_of(identity)[-1])


def table(step: Step) -> str:
    """The quoted name of the table that a step is about."""
    return last(step.parent or step.identity)


def literal(value: Text | None, sql_mode: str = "") -> str:
    """A string literal under that sql_mode; NULL for None."""
    if value is None:
        return "NULL"
    text = plain(value).replace("'", "''")
    return f"'{text}'" if "NO_BACKSLASH_ESCAPES" in sql_mode else "'" + text.replace("\\", "\\\\") + "'"


_DELIMITERS = (";;", "$$", "//", "@@")


def delimited(sql: str) -> str:
    """A statement that the client sends as one, whatever semicolons are in it."""
    if ";" not in sql:
        return f"{sql};"
    mark = next((mark for mark in _DELIMITERS if mark not in sql), "$dbstrata$")
    return f"DELIMITER {mark}\n{sql}\n{mark}\nDELIMITER ;"


def names(identities: tuple[Identity, ...]) -> str:
    """The quoted names, joined by commas."""
    return ", ".join(map(last, identities))


_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}


def seconds(time: str) -> int:
    """A time with its unit (none: ms) in whole seconds, at least one: what lock_wait_timeout takes."""
    number = time.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = time[len(number) :].strip() or "ms"
    return max(1, ceil(int(number) * _UNITS[unit]))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "q": quote,
    "ident": last,
    "last": last,
    "names": names,
    "table": table,
    "literal": literal,
    "seconds": seconds,
    "text": plain,
    "delimited": delimited,
}
