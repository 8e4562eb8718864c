"""What is granted on an object, as GRANT and REVOKE say it.

The servers keep grants by name: a new name has none, and what is dropped leaves its own behind.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ...engine.protocol import Schema, Step
from ...snapshots.model import Grant, Identity
from ...snapshots.naming import kind_of, parts_of

SET = "privileges.set_acl"
OPTION = "GRANT OPTION"

Warning = tuple[str, Identity, str]
"""(code, object, text)"""


class Held(NamedTuple):
    """What one account holds, or gets, or loses."""

    to: str
    privileges: tuple[str, ...]


class Change(NamedTuple):
    """From one list of grants to another."""

    revokes: tuple[Held, ...]
    grants: tuple[Held, ...]


def held(acl: Iterable[Grant]) -> Mapping[str, frozenset[str]]:
    """By account. The grant option is one more privilege: it holds for all that the account has on the object."""
    return {g.to: frozenset(g.privileges) | ({OPTION} if g.grantable else frozenset[str]()) for g in acl}


def difference(old: Iterable[Grant], new: Iterable[Grant]) -> Change:
    """What to revoke and what to grant."""
    before, after = held(old), held(new)
    return Change(_beyond(before, after), _beyond(after, before))


def _beyond(these: Mapping[str, frozenset[str]], those: Mapping[str, frozenset[str]]) -> tuple[Held, ...]:
    found = ((to, names - those.get(to, frozenset())) for to, names in sorted(these.items()))
    return tuple(Held(to, tuple(sorted(names))) for to, names in found if names)


def without(acl: tuple[Grant, ...], revoked: Iterable[Held]) -> tuple[Grant, ...]:
    """A column's grants, when the same is revoked on its table."""
    gone = {one.to: set(one.privileges) for one in revoked}
    kept = ((g, tuple(p for p in g.privileges if p not in gone.get(g.to, ()))) for g in acl)
    return tuple(Grant(to=g.to, privileges=names) for g, names in kept if names)


def of(step: Step) -> Change:
    """What a step changes."""
    return difference(getattr(step.old, "acl", ()), getattr(step.new, "acl", ()))


def target(identity: Identity) -> tuple[str, str | None]:
    """What stands behind ON: a keyword, where it needs one, and the name; None: the whole database."""
    kind = kind_of(identity)
    if kind == "database":
        return "", None
    return kind.upper() if kind in _KEYWORDS else "", parts_of(identity)[0]


_KEYWORDS = frozenset({"function", "procedure", "package"})


def warnings(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """Who loses and who gets what, on an object that both sides have."""
    if step.identity not in old or step.identity not in new:
        return
    change = difference(getattr(old[step.identity], "acl", ()), getattr(new[step.identity], "acl", ()))
    for code, verb, accounts in (("DB501", "loses", change.revokes), ("DB503", "gets", change.grants)):
        for account in accounts:
            yield code, step.identity, f"{account.to} {verb} {', '.join(account.privileges)}"
