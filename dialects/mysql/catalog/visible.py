"""Can this account see the whole catalog? What it may not see the server leaves out without a word."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ....snapshots.errors import ServerFailed
from .scan import NAME, quoted, split, unquoted
from .session import Catalog

__all__ = ["check"]

_GRANT = re.compile(
    rf"(?P<verb>GRANT|REVOKE) (?P<privileges>.+?) ON (?P<database>\*|{NAME})\.(?P<object>\*|{NAME}) (?:TO|FROM) ",
    re.DOTALL,
)
NEEDED = ("SELECT", "SHOW VIEW", "TRIGGER", "EVENT")
"""On the database: for tables, the texts of views, triggers, events."""
ROUTINE_PRIVILEGE = {"mysql": "SHOW_ROUTINE", "mariadb": "SHOW CREATE ROUTINE"}
SINCE_MARIADB = 110300
"""That knows SHOW CREATE ROUTINE first."""


class Grants(NamedTuple):
    """What the account holds on everything, on this database, and on the table that MariaDB keeps routines in."""

    everywhere: frozenset[str]
    here: frozenset[str]
    on_routines: frozenset[str]


def check(catalog: Catalog) -> None:
    """Raises ServerFailed, with the GRANT that is missing."""
    held = _held(catalog)
    missing = [name for name in NEEDED if not {name, "ALL PRIVILEGES"} & held.here]
    wanted = [f"GRANT {', '.join(missing)} ON {quoted(catalog.server.database)}.* TO"] if missing else []
    if not _sees_routines(catalog, held):
        privilege = ROUTINE_PRIVILEGE[catalog.flavour]
        missing.append(privilege if _has_privilege(catalog) else "SELECT on mysql.proc")
        wanted.append(f"GRANT {privilege} ON *.* TO" if _has_privilege(catalog) else "GRANT SELECT ON mysql.proc TO")
    if not wanted:
        return
    ((account,),) = catalog.rows("SELECT CURRENT_USER()")
    user = "@".join(map(quoted, str(account).rsplit("@", 1)))
    raise ServerFailed(
        what=f"this user does not see the whole catalog: it lacks {', '.join(missing)}",
        where=catalog.server.where,
        next="have it granted: " + " ".join(f"{grant} {user};" for grant in wanted),
    )


def _has_privilege(catalog: Catalog) -> bool:
    """Does the server know a privilege for reading routines alone?"""
    return not catalog.is_mariadb or catalog.version >= SINCE_MARIADB


def _sees_routines(catalog: Catalog, held: Grants) -> bool:
    enough = {"SELECT", "ALL PRIVILEGES", ROUTINE_PRIVILEGE[catalog.flavour]}
    if catalog.is_mariadb:
        return bool(enough & held.everywhere or held.on_routines & enough or "SHOW CREATE ROUTINE" in held.here)
    return bool(enough & held.everywhere)


def _held(catalog: Catalog) -> Grants:
    everywhere: set[str] = set()
    here: set[str] = set()
    on_routines: set[str] = set()
    database = catalog.server.database
    for revoked, privileges, on, table in _granted(catalog):
        if revoked:
            here -= privileges if _matches(on, database) else set()
            continue
        if on == "*":
            everywhere |= privileges
        if table == "*" and (on == "*" or _matches(on, database)):
            here |= privileges
        if _matches(on, "mysql") and table in ("*", "proc"):
            on_routines |= privileges
    return Grants(frozenset(everywhere), frozenset(here), frozenset(on_routines))


def _granted(catalog: Catalog) -> Iterator[tuple[bool, set[str], str, str]]:
    """(is it a partial revoke, privileges, pattern of databases or *, table or *); revokes come last."""
    lines = [str(line) for (line,) in catalog.rows("SHOW GRANTS")]
    for line in sorted(lines, key=lambda text: text.startswith("REVOKE")):
        found = _GRANT.match(line)
        if found is not None:
            privileges = {part.strip().upper() for part in split(found["privileges"])}
            yield found["verb"] == "REVOKE", privileges, unquoted(found["database"]), unquoted(found["object"])


def _matches(pattern: str, database: str) -> bool:
    """LIKE, as grants on databases mean it."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.fullmatch("".join(wild.get(p) or re.escape(p[-1]) for p in parts), database, re.DOTALL) is not None
