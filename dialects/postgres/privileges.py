"""Who may do what: from the compact form of the model to GRANT and REVOKE.

The model holds, by grantee, what differs from acldefault(kind, owner). The built-in defaults: the owner has all;
PUBLIC has EXECUTE on routines and USAGE on types (manual, "Privileges").
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...engine.schema import State
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

ORDER = (
    *("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    *("EXECUTE", "USAGE", "CREATE"),
)
"""In which privileges stand in a Grant."""

ALL_OF: Mapping[str, frozenset[str]] = {
    "tables": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}),
    "sequences": frozenset({"SELECT", "UPDATE", "USAGE"}),
    "functions": frozenset({"EXECUTE"}),
    "types": frozenset({"USAGE"}),
    "schemas": frozenset({"USAGE", "CREATE"}),
    "columns": frozenset({"SELECT", "INSERT", "UPDATE", "REFERENCES"}),
    "large objects": frozenset({"SELECT", "UPDATE"}),
}


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
        stated.add(grant.to)
        for privilege in grant.privileges:
            found.add(Right(grant.to, privilege, privilege in grant.grantable or grant.grantable == ("ALL",), grant.by))
        if grant.privileges == ("ALL",) != grant.grantable:
            found.update(Right(grant.to, privilege, True, grant.by) for privilege in grant.grantable)
    if owner is not None and owner not in stated and word != "columns":
        found.add(Right(owner, "ALL", False, None))
    if PUBLIC not in stated:
        found.update(Right(PUBLIC, privilege, False, None) for privilege in _spelled(public_default(word), word))
    return found


def _spelled(held: tuple[str, ...], word: str) -> tuple[str, ...]:
    return ("ALL",) if held and frozenset(held) == ALL_OF[word] else held


def difference(old: Iterable[Grant], new: Iterable[Grant], word: str, owner: str | None, at_risk: Iterable[str] = ()) -> Grants:
    """What to revoke and to grant. With `old` UNKNOWN all that the roles `at_risk` could hold is revoked first."""
    old, after = tuple(old), rights(new, word, owner)
    if old == UNKNOWN:
        everyone = sorted({*at_risk, *([owner] if owner else [])})
        return Grants(tuple(Grant(to=to, privileges=("ALL",)) for to in everyone), _grouped(after))
    before = rights(old, word, owner)
    kept = {(r.to, r.privilege, r.by) for r in after}
    gone = {(r.to, r.privilege, r.by) for r in before if not {(r.to, r.privilege, r.by), (r.to, "ALL", r.by)} & kept}
    less = {r for r in before - after if r.grantable and (r.to, r.privilege, r.by) not in gone}
    revokes = _grouped({Right(to, privilege, False, by) for to, privilege, by in gone})
    options = tuple(Grant(to=r.to, grantable=(r.privilege,), by=r.by) for r in sorted(less, key=_key))
    restored = {r for r in after if (r.to, "ALL", r.by) in gone}
    grants = _grouped((after - before) - {r for r in after if _is_lesser(r, before)} | restored)
    depth = _depths(before | after)
    return Grants(
        tuple(sorted((*revokes, *options), key=lambda grant: -depth.get(grant.by, 0))),
        tuple(sorted(grants, key=lambda grant: depth.get(grant.by, 0))),
    )


def _depths(found: set[Right]) -> dict[str | None, int]:
    """How far each grantor is from the owner: nobody can grant before he holds it, nor lose it while others have it
    from him."""
    depth: dict[str | None, int] = {None: 0}
    while more := {r.to: depth[r.by] + 1 for r in found if r.grantable and r.by in depth and r.to not in depth}:
        depth |= more
    return depth


def owned(acl: Iterable[Grant], old_owner: str | None, new_owner: str | None) -> tuple[Grant, ...]:
    """The privileges after ALTER ... OWNER: what the old owner held and granted is the new one's (aclnewowner())."""
    before = tuple(acl)
    if old_owner is not None and all(grant.to != old_owner for grant in before):
        before = (*before, Grant(to=old_owner, privileges=("ALL",)))
    held: dict[tuple[str, str | None], tuple[set[str], set[str]]] = {}
    for grant in before:
        to = new_owner if grant.to == old_owner and new_owner is not None else grant.to
        privileges, grantable = held.setdefault((to, None if grant.by == new_owner else grant.by), (set(), set()))
        privileges.update(grant.privileges)
        grantable.update(grant.grantable)
    merged = (
        Grant(to=to, privileges=_in_order(privileges), grantable=_in_order(grantable), by=by)
        for (to, by), (privileges, grantable) in held.items()
    )
    implied = Grant(to=new_owner or "", privileges=("ALL",))
    return tuple(sorted((g for g in merged if g != implied), key=lambda grant: (grant.to, grant.by or "")))


def _in_order(held: set[str]) -> tuple[str, ...]:
    return ("ALL",) if "ALL" in held else tuple(word for word in ORDER if word in held)


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
    return tuple(
        Grant(to=to, privileges=tuple(held), grantable=tuple(held) if grantable else (), by=by)
        for (to, by, grantable), held in groups.items()
    )


def revoked(old: Object, new: Object) -> set[tuple[str, str]]:
    """(grantee, privilege) that a change of an object's privileges revokes."""
    word = objects_word(old.kind)
    change = difference(getattr(old, "acl", ()), getattr(new, "acl", ()), word, getattr(new, "owner", None))
    return {(grant.to, privilege) for grant in change.revokes for privilege in grant.privileges}


def without(acl: tuple[Grant, ...], lost: set[tuple[str, str]]) -> tuple[Grant, ...]:
    """Column privileges after a REVOKE on the table."""
    kept = []
    for grant in acl:
        privileges = tuple(p for p in grant.privileges if (grant.to, p) not in lost and (grant.to, "ALL") not in lost)
        if privileges:
            options = tuple(p for p in grant.grantable if p in privileges)
            kept.append(Grant(to=grant.to, privileges=privileges, grantable=options, by=grant.by))
    return tuple(kept)
