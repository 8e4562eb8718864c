"""What every text of a program has: its definer, the session that it was made in, and a body that somebody typed."""

import re
from collections.abc import Sequence
from typing import Any

from ....snapshots.model import lines
from .charsets import canonical
from .reading import Reading
from .scan import NAME, NotUnderstood, Scanner, quoted, unquoted
from .typed import DOUBLE

__all__ = ["CREATE", "QUOTED", "body", "definer", "head", "session"]

QUOTED = rf"(?:{NAME}|{DOUBLE})"
"""A name: in double quotes where the program's sql_mode has ANSI_QUOTES."""
CREATE = rf"CREATE (?:OR REPLACE )?(?:DEFINER=(?P<definer>{QUOTED}(?:@{QUOTED})?) )?"
_PART = re.compile(QUOTED, re.DOTALL)


def _name_of(text: str) -> str:
    """A name without its quotes."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else unquoted(text)


def definer(printed: str | None, reading: Reading) -> dict[str, str]:
    """`definer`, by the policy."""
    policy = reading.definer
    if policy == "strip" or printed is None:
        return {}
    if policy == "keep":
        return {"definer": "@".join(quoted(_name_of(part)) for part in _PART.findall(printed))}
    user, _, host = policy.rpartition("@")
    return {"definer": f"{quoted(user or host)}@{quoted(host if user else '%')}"}


def session(sql_mode: str | None, rest: Sequence[str | None]) -> dict[str, Any]:
    """What was set when it was made; `rest`: character_set_client, collation_connection, the database's collation."""
    client, connection, database = (canonical(value or "") for value in rest)
    found = {"collation_connection": connection, "database_collation": database}
    if sql_mode:
        found["sql_mode"] = sql_mode
    return found if client == "utf8mb4" else {**found, "character_set_client": client}


def head(pattern: "re.Pattern[str]", text: str | None, what: str) -> tuple["re.Match[str]", Scanner]:
    """The beginning of a text that SHOW CREATE printed, and what is behind it. Raises NotUnderstood."""
    if text is None:
        raise NotUnderstood(f"the server does not show the text of {what}")
    scanner = Scanner(text)
    return scanner.need(pattern, f"the beginning of {what}"), scanner


def body(text: str, reading: Reading) -> Any:
    """A body as it stands in the model."""
    return lines(reading.own.off(text))
