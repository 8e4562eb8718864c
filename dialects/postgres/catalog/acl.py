"""Access control lists: from the server's aclitem text to what differs from the built-in default.

Sources: manual, "Privileges", tables 5.1 (letters) and 5.2 (which kinds have which, and what PUBLIC has by default);
acldefault() and aclitemout() in src/backend/utils/adt/acl.c. The kinds are acldefault()'s letters, and `c` for columns.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from ....snapshots.errors import Refused
from ....snapshots.model import Grant

__all__ = ["ALL", "PUBLIC", "AclItem", "grants", "parse"]

PUBLIC = "PUBLIC"
ALL = ("ALL",)
"""A full set. Written so, the MAINTAIN of version 17 is no difference between two servers."""

PRIVILEGES = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
    "X": "EXECUTE",
    "U": "USAGE",
    "C": "CREATE",
    "c": "CONNECT",
    "T": "TEMPORARY",
    "s": "SET",
    "A": "ALTER SYSTEM",
}
"""In the order in which the manual lists them, and in which they stand in a Grant."""

FULL = {
    "r": "rawdDxt",
    "c": "rawx",
    "s": "rwU",
    "d": "CcT",
    "f": "X",
    "l": "U",
    "L": "rw",
    "n": "UC",
    "t": "C",
    "T": "U",
    "F": "U",
    "S": "U",
    "p": "sA",
}
"""All that can be granted on a kind."""

FULL_SINCE = {"r": (170000, "m")}
"""What later versions added."""

TO_PUBLIC = {"d": "cT", "f": "X", "l": "U", "T": "U"}
"""What PUBLIC has by default; on all other kinds nothing."""

Held = tuple[frozenset[str], frozenset[str]]
NOTHING: Held = (frozenset(), frozenset())


class AclItem(NamedTuple):
    """One aclitem. `to` is empty for PUBLIC; privileges as letters."""

    to: str
    privileges: frozenset[str]
    grantable: frozenset[str]
    by: str


@cache
def parse(item: str) -> AclItem:
    """`role=r*w/grantor`; roles are quoted where they have anything but letters, digits and underscores."""
    to, at = _role(item, 0)
    slash = item.index("/", at)
    held, grantable = set[str](), set[str]()
    letter = ""
    for char in item[at + 1 : slash]:
        if char == "*":
            grantable.add(letter)
        else:
            held.add(letter := char)
    by, _ = _role(item, slash + 1)
    return AclItem(to, frozenset(held), frozenset(grantable), by)


def _role(text: str, at: int) -> tuple[str, int]:
    """The role's name that begins there, and where it ends. Quotes may stand around a part of it alone."""
    found: list[str] = []
    quoted = False
    while at < len(text) and (quoted or text[at] not in "=/"):
        if text[at] != '"':
            found.append(text[at])
        elif quoted and text[at + 1 : at + 2] == '"':
            found.append('"')
            at += 1
        else:
            quoted = not quoted
        at += 1
    return "".join(found), at


def grants(
    acl: Iterable[str] | None, kind: str, owner: str, version: int, *, empty_base: bool = False
) -> tuple[Grant, ...]:
    """What the ACL (text[]; None is the default) holds beyond acldefault(kind, owner), sorted by (to, by).

    `empty_base`: beyond nothing, as a schema's own entry in pg_default_acl is to be read.
    """
    if acl is None:
        return ()
    base = {} if empty_base else default(kind, owner, version)
    held: dict[tuple[str, str], Held] = {}
    for item in map(parse, acl):
        before = held.get((item.to, item.by), NOTHING)
        held[item.to, item.by] = before[0] | item.privileges, before[1] | item.grantable
    if held == base:
        return ()
    full = everything(kind, version)
    found = [
        Grant(
            to=_named(to),
            privileges=_words(now[0], full),
            grantable=_words(now[1], full),
            by=None if by == owner else by,
        )
        for to, by in held.keys() | base.keys()
        if (now := held.get((to, by), NOTHING)) != base.get((to, by), NOTHING)
    ]
    return tuple(sorted(found, key=lambda grant: (grant.to, grant.by or "")))


def default(kind: str, owner: str, version: int) -> dict[tuple[str, str], Held]:
    """acldefault(kind, owner), by (to, by)."""
    base: dict[tuple[str, str], Held] = {}
    if kind in TO_PUBLIC:
        base["", owner] = frozenset(TO_PUBLIC[kind]), frozenset()
    if kind != "c":
        base[owner, owner] = everything(kind, version), frozenset()
    return base


@cache
def everything(kind: str, version: int) -> frozenset[str]:
    """The letters of all privileges of that kind on that server."""
    since, more = FULL_SINCE.get(kind, (0, ""))
    return frozenset(FULL[kind] + (more if version >= since else ""))


def _words(letters: frozenset[str], full: frozenset[str]) -> tuple[str, ...]:
    if letters == full:
        return ALL
    return tuple(word for letter, word in PRIVILEGES.items() if letter in letters)


def _named(role: str) -> str:
    if role == PUBLIC:
        raise Refused(
            what='a role is named "PUBLIC", in capitals',
            where="a snapshot can't tell it from PUBLIC, which is everyone",
            next='rename it: ALTER ROLE "PUBLIC" RENAME TO ...; or dump with --no-privileges',
        )
    return role or PUBLIC
