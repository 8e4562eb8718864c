"""Who may do what: from the compact form of the model to GRANT and REVOKE.

The model holds, by grantee, what differs from acldefault(kind, owner). The built-in defaults: the owner has all;
PUBLIC has EXECUTE on routines and USAGE on types (manual, "Privileges").
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from ...engine.protocol import State
from ...snapshots.model import Grant, Object
from ...snapshots.postgres import DefaultPrivileges

UNKNOWN = (Grant(to="?", privileges=("unknown: default privileges of the role that runs the script",)),)
"""The privileges of an object just made where default privileges could apply to it."""

PUBLIC = "PUBLIC"

_PUBLIC_DEFAULT: Mapping[str, tuple[str, ...]] = {
    "functions": ("EXECUTE",),
    "types": ("USAGE",),
}
OBJECTS: Mapping[str, str] = {
    "table": "tables",
    "view": "tables",
    "materialized_view": "tables",
    "sequence": "sequences",
    "identity": "sequences",
    "function": "functions",
    "procedure": "functions",
    "aggregate": "functions",
    "enum": "types",
    "domain": "types",
    "composite": "types",
    "range": "types",
    "schema": "schemas",
}
"""The word of ALTER DEFAULT PRIVILEGES for a kind."""

ALL_OF: Mapping[str, frozenset[str]] = {
    "tables": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}),
    "sequences": frozenset({"SELECT", "UPDATE", "USAGE"}),
    "functions": frozenset({"EXECUTE"}),
    "types": frozenset({"USAGE"}),
    "schemas": frozenset({"USAGE", "CREATE"}),
    "columns": frozenset({"SELECT", "INSERT", "UPDATE", "REFERENCES"}),
    "large objects": frozenset({"SELECT", "UPDATE"}),
}

_ORDER = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "MAINTAIN",
    "EXECUTE",
    "USAGE",
    "CREATE",
)
"""How the privileges of a Grant are ordered."""


def objects_word(kind: str) -> str:
    """The class of objects whose privileges the kind has."""
    return OBJECTS.get(kind, "columns")


def public_default(word: str) -> tuple[str, ...]:
    """What PUBLIC holds on new objects of that class."""
    return _PUBLIC_DEFAULT.get(word, ())


def unforeseen(obj: Object, state: State) -> bool:
    """Can default privileges of some role apply to a new object like this?"""
    return any(True for _ in _defaults_for(obj, state))


def grantees(obj: Object, state: State) -> set[str]:
    """Whom default privileges could have given something on a new object like this."""
    return {grant.to for default in _defaults_for(obj, state) for grant in default.acl} | {PUBLIC}


def _defaults_for(obj: Object, state: State) -> Iterator[DefaultPrivileges]:
    word = OBJECTS.get(obj.kind)
    schema = getattr(obj, "schema", None)
    for default in state.schema.of_kind("default_privileges"):
        assert isinstance(default, DefaultPrivileges)
        if default.objects == word and default.schema in (None, schema):
            yield default


@dataclass(frozen=True, slots=True)
class Right:
    """One privilege of one grantee."""

    to: str
    privilege: str
    grantable: bool
    by: str | None


@dataclass(frozen=True, slots=True)
class Grants:
    """The statements that take an object's privileges from one state to the other."""

    revokes: tuple[Grant, ...]
    """`grantable` alone: the grant option is revoked, the privilege stays."""
    grants: tuple[Grant, ...]


def rights(acl: Iterable[Grant], word: str, owner: str | None) -> set[Right]:
    """Every right, built-in defaults included; ALL is one privilege of that name, beside which those of its parts stand
    that are held with the grant option."""
    found: set[Right] = set()
    stated: set[str] = set()
    for grant in acl:
        if grant.by is None:
            stated.add(grant.to)
        for privilege in {*grant.privileges, *grant.grantable}:
            found.add(Right(grant.to, privilege, privilege in grant.grantable or grant.grantable == ("ALL",), grant.by))
    if owner is not None and owner not in stated and word != "columns":
        found.add(Right(owner, "ALL", False, None))
    if PUBLIC not in stated:
        found.update(Right(PUBLIC, privilege, False, None) for privilege in _spelled(public_default(word), word))
    return found


def _spelled(held: tuple[str, ...], word: str) -> tuple[str, ...]:
    return ("ALL",) if held and frozenset(held) == ALL_OF[word] else held


def difference(
    old: Iterable[Grant], new: Iterable[Grant], word: str, owner: str | None, at_risk: Iterable[str] = ()
) -> Grants:
    """What to revoke and to grant, in the order in which the server takes it. With `old` UNKNOWN all that the roles
    `at_risk` could hold is revoked first."""
    old, after = tuple(old), rights(new, word, owner)
    if old == UNKNOWN:
        everyone = sorted({*at_risk, *filter(None, [owner])})
        return Grants(tuple(Grant(to=to, privileges=("ALL",)) for to in everyone), _passed_on(_grouped(after)))
    before = rights(old, word, owner)
    kept = {_bare(r) for r in after}
    covered = {r for r in before if _bare(r) in kept or (r.to, "ALL", r.by) in kept}
    gone = before - covered
    less = {r for r in covered if r.grantable and r not in after and Right(r.to, "ALL", True, r.by) not in after}
    while further := {r for r in before - gone if any(_rests_on(r, other) for other in gone | less)}:
        gone |= further
    less -= gone
    taken = {_bare(r) for r in gone}
    whole = {(r.to, r.by) for r in gone if r.privilege == "ALL"}
    restored = {r for r in after if (r.to, r.by) in whole or _bare(r) in taken}
    revokes = _grouped({Right(r.to, r.privilege, False, r.by) for r in gone})
    options = tuple(Grant(to=r.to, grantable=(r.privilege,), by=r.by) for r in sorted(less, key=_key))
    grants = _grouped((after - before) - {r for r in after if _is_lesser(r, before)} | restored)
    return Grants(_passed_on((*revokes, *options), last=True), _passed_on(grants))


def _bare(right: Right) -> tuple[str, str, str | None]:
    return right.to, right.privilege, right.by


def _rests_on(right: Right, other: Right) -> bool:
    """Was it given on the strength of the other? Then that one can't be revoked before (2BP01)."""
    return (
        right.by == other.to
        and other.grantable
        and (right.privilege == other.privilege or "ALL" in (right.privilege, other.privilege))
    )


def _passed_on(grants: tuple[Grant, ...], *, last: bool = False) -> tuple[Grant, ...]:
    """What the owner gives first, then what those give on to whom he gave it; `last`: the other way round."""
    giver = {grant.to: grant.by for grant in reversed(grants)}

    def depth(grant: Grant) -> int:
        at, found = grant.by, 0
        while at is not None and found < len(grants):
            at, found = giver.get(at), found + 1
        return found

    return tuple(sorted(grants, key=depth, reverse=last))


def handed_over(acl: tuple[Grant, ...], word: str, old: str | None, new: str | None, version: int) -> tuple[Grant, ...]:
    """The privileges when the owner has changed: the new one stands where the old one stood, as grantor and as grantee,
    and what he held before is merged into that (aclnewowner() in src/backend/utils/adt/acl.c)."""
    full = everything(word, version)
    held: dict[tuple[str, str | None], tuple[set[str], set[str]]] = {}
    old = old or ""  # whoever ran the script that created it
    for right in rights(acl, word, old):
        to = (new or "") if right.to == old else right.to
        privileges, grantable = held.setdefault((to, None if right.by == new else right.by), (set(), set()))
        names = full if right.privilege == "ALL" else {right.privilege}
        privileges |= names
        grantable |= names if right.grantable else set()
    base: dict[tuple[str, str | None], tuple[set[str], set[str]]] = {}
    if new is not None and word != "columns":
        base[new, None] = set(full), set()
    if public_default(word):
        base[PUBLIC, None] = set(public_default(word)), set()
    found = [
        Grant(to=to, privileges=_words(now[0], full), grantable=_words(now[1], full), by=by)
        for to, by in held.keys() | base.keys()
        if (now := held.get((to, by), (set(), set()))) != base.get((to, by))
    ]
    return tuple(sorted(found, key=lambda grant: (grant.to, grant.by or "")))


def everything(word: str, version: int) -> frozenset[str]:
    """All that can be granted on that class of objects."""
    return ALL_OF[word] if version >= 170000 else ALL_OF[word] - {"MAINTAIN"}


def _words(names: Set[str], full: frozenset[str]) -> tuple[str, ...]:
    return ("ALL",) if names == full else tuple(name for name in _ORDER if name in names)


def added(old: Iterable[Grant], new: Iterable[Grant]) -> Grants:
    """Of default privileges of one schema: there is no built-in default below them."""
    before = {Right(g.to, p, p in g.grantable or g.grantable == ("ALL",), g.by) for g in old for p in g.privileges}
    after = {Right(g.to, p, p in g.grantable or g.grantable == ("ALL",), g.by) for g in new for p in g.privileges}
    return Grants(_grouped({Right(r.to, r.privilege, False, r.by) for r in before - after}), _grouped(after - before))


def _is_lesser(right: Right, before: set[Right]) -> bool:
    return not right.grantable and Right(right.to, right.privilege, True, right.by) in before


def _key(right: Right) -> tuple[str, str, str]:
    return right.to, right.by or "", right.privilege


def _grouped(found: set[Right]) -> tuple[Grant, ...]:
    """Rights of one grantee, grantor and grant option in one GRANT."""
    groups: dict[tuple[str, str | None, bool], list[str]] = {}
    for right in sorted(found, key=_key):
        groups.setdefault((right.to, right.by, right.grantable), []).append(right.privilege)
    for held in groups.values():
        if "ALL" in held:
            held[:] = ["ALL"]
    return tuple(
        Grant(to=to, privileges=tuple(held), grantable=tuple(held) if grantable else (), by=by)
        for (to, by, grantable), held in groups.items()
    )


def changed(old: Object, new: Object, version: int) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """By role: which privileges it loses, and which it gets, from whomever it has them. What comes and goes with being
    the owner is left out."""
    owners = {getattr(obj, "owner", None) for obj in (old, new)}
    word = objects_word(old.kind)
    before, after = (
        {right for right in _held(obj, word, version) if len(owners) == 1 or right[0] not in owners}
        for obj in (old, new)
    )
    return _beyond(before, after), _beyond(after, before)


def _held(obj: Object, word: str, version: int) -> set[tuple[str, str]]:
    """(role, privilege), ALL taken apart."""
    full = everything(word, version)
    return {
        (right.to, name)
        for right in rights(getattr(obj, "acl", ()), word, getattr(obj, "owner", None))
        for name in (full if right.privilege == "ALL" else {right.privilege})
    }


def _beyond(held: set[tuple[str, str]], other: set[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for to, name in sorted(held - other, key=lambda right: (right[0], _ORDER.index(right[1]))):
        found.setdefault(to, []).append(name)
    return found


def revoked(old: Object, new: Object) -> tuple[Grant, ...]:
    """What a change of an object's privileges revokes."""
    word = objects_word(old.kind)
    return difference(getattr(old, "acl", ()), getattr(new, "acl", ()), word, getattr(new, "owner", None)).revokes


def without(acl: tuple[Grant, ...], lost: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Column privileges after a REVOKE on the table: what the same grantor gave goes with it."""
    kept = list[Grant]()
    for grant in acl:
        revokes = [r for r in lost if (r.to, r.by) == (grant.to, grant.by)]
        privileges = tuple(p for p in grant.privileges if not any({p, "ALL"} & {*r.privileges} for r in revokes))
        options = tuple(p for p in grant.grantable if p in privileges and not any(p in r.grantable for r in revokes))
        if privileges:
            kept.append(Grant(to=grant.to, privileges=privileges, grantable=options, by=grant.by))
    return tuple(kept)
