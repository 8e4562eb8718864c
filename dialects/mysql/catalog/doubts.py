"""Where the server prints `?` for a character of four bytes: what was stored can't be known, and is not guessed.

Both servers keep their dictionaries' texts in utf8mb3. MySQL prints a default as hexadecimal instead, and in an
expression four of them a character; MariaDB prints expressions right.
"""

from functools import singledispatch
from typing import Any

from ....snapshots.model import plain
from ....snapshots.mysql import Check, Column, Index

__all__ = ["doubt"]

WIDE = frozenset({"utf8mb4", "utf16", "utf16le", "utf32", "gb18030"})
"""Character sets that have characters of four bytes in UTF-8."""
LOST = "????"
REASON = "its `?` may stand for a character of four bytes, which the server does not print"


@singledispatch
def doubt(element: Any, *, is_mariadb: bool) -> str | None:
    """Why the element can't be trusted; None where it can."""
    return None


@doubt.register
def _column(c: Column, *, is_mariadb: bool) -> str | None:
    default = plain(c.default or "")
    members = c.type if c.type.startswith(("enum(", "set(")) else ""
    texts = [members, default if is_mariadb and default.startswith("'") else ""]
    if c.charset in WIDE and any("?" in text for text in texts):
        return f"column {c.name}: {REASON}"
    expressions = [default if default.startswith("(") else "", plain(c.generated.expression) if c.generated else ""]
    return None if is_mariadb else _expression(f"column {c.name}", *expressions)


@doubt.register
def _check(c: Check, *, is_mariadb: bool) -> str | None:
    return None if is_mariadb else _expression(f"check {c.name}", plain(c.expression))


@doubt.register
def _index(k: Index, *, is_mariadb: bool) -> str | None:
    return _expression(f"key {k.name}", *(plain(part.expression or "") for part in k.parts))


def _expression(what: str, *texts: str) -> str | None:
    return f"{what}: {REASON}" if any(LOST in text for text in texts) else None
