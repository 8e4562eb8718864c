"""From two snapshots to a script: plan, prove, render."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..engine.plan import Plan


def make_plan(old: Any, new: Any, *, ignore: Iterable[str] = (), allow: Iterable[str] = ()) -> "Plan":
    """The proven plan from one snapshot to the other."""
    from ..dialects import dialect
    from ..engine.plan import plan

    return plan(old, new, dialect(old.header.dialect), ignore=ignore, allow=allow)


def make_script(
    old: Any,
    new: Any,
    *,
    ignore: Iterable[str] = (),
    allow: Iterable[str] = (),
    rollback: bool = False,
    lock_timeout: str = "10s",
) -> str:
    """The script that makes `old` into `new`; `rollback` says only what its header calls it."""
    from importlib.metadata import version

    from ..snapshots.format import fingerprint
    from ..templates.render import render_script

    made = make_plan(old, new, ignore=ignore, allow=allow)
    steps = made.steps
    return render_script(
        old.header.dialect,
        made.parts,
        version=version("dbstrata"),
        direction="rollback" if rollback else "forward",
        old_fingerprint=fingerprint(old),
        new_fingerprint=fingerprint(new),
        server=f"{old.header.flavour} {old.header.version}",
        losses=[f"{s.action} {s.identity}: {s.loses}" for s in steps if s.loses],
        cares=[f"{s.action} {s.identity} can fail on {s.fails}" for s in steps if s.fails],
        roles=roles(steps),
        left_out=made.changes.left_out,
        lock_timeout=lock_timeout,
    )


def roles(steps: Iterable[Any]) -> list[str]:
    """The roles that the steps name: owners, grantees, those of policies and default privileges."""
    found: set[str] = set()
    for step in steps:
        for attribute in step.attributes:
            value = getattr(step.new, attribute, None)
            if attribute == "owner" and value is not None:
                found.add(value)
            if attribute == "acl":
                found |= {grant.to for grant in value or ()} | {grant.by for grant in value or () if grant.by}
        found |= set(getattr(step.new, "roles", ()))
    return sorted(found - {"PUBLIC"})


def nothing(beside: Any) -> Any:
    """An empty database for the server of that snapshot: what exists before anything is created."""
    from ..snapshots.format import empty_like

    return empty_like(beside)
