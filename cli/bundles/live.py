"""A database beside a snapshot: what differs, and the way from here to there."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...snapshots.model import Identity
from ...snapshots.naming import path_of
from ..sources import ask

if TYPE_CHECKING:
    from ...engine.compare import Change, Changes
    from ..config import Config
    from ..sources import Pair
    from .model import Script
    from .opening import Bundle

__all__ = ["Beside"]


@dataclass(frozen=True)
class Beside:
    """A live schema and one that it should be, compared with a bundle's settings."""

    live: Any
    wanted: Any
    config: "Config"
    allow: tuple[str, ...] = ()
    """`unmodelled` objects that may differ."""

    @cached_property
    def pair(self) -> "Pair":
        """What is compared. A rename is no excuse for a difference."""
        return ask(self.wanted, self.live, config=self.config.without_hints())

    @cached_property
    def changes(self) -> "Changes":
        """What differs, but for what is allowed to."""
        from ...dialects import dialect
        from ...engine.compare import Changes, compare
        from ...snapshots.model import Unmodelled
        from ..plans import allowances, allowing

        old, new = self.pair.schemas
        found = compare(old, new, same=dialect(old.header.dialect).same, ignore=self.pair.ignore)
        allowed = allowing(allowances(self.allow)[0])
        kept = {
            identity: change
            for identity, change in found.by_identity.items()
            if not (isinstance(change.old or change.new, Unmodelled) and allowed(identity))
        }
        return Changes(kept, found.spelling, found.left_out)

    @property
    def equal(self) -> bool:
        """Is there no difference?"""
        return not self.changes

    def told(self, only: "Collection[str]" = ()) -> str:
        """The differences, as `dbstrata verify` prints them: `+` is there and should not be. Of `only`, if any."""
        from ...engine.compare import Changes
        from ...templates.render import render_report
        from ..report import facts, painter, report

        changes = self.changes
        if only:
            shown = {i: change for i, change in changes.by_identity.items() if self._root(change) in only}
            changes = Changes(shown, changes.spelling, changes.left_out)
        found = report(changes, *self.pair.schemas, self.pair.ignore, self.pair.notes)
        return render_report("diff.txt", paint=painter(colour=False), show_spelling=False, **facts(found))

    def foreign(self, bundle: "Bundle") -> list[str]:
        """The top-level objects that differ though neither way of the bundle touches anything in them."""
        plan, ends = bundle.plan, bundle.pair.schemas
        named = {Identity(i) for script in (plan.forward, plan.rollback) for s in script.statements()
                 for step in s.steps for i in (step.identity, *step.touches)}  # fmt: skip
        touched = {path_of(end.root_of(i) or i) for i in named for end in ends}
        roots = dict.fromkeys(map(self._root, self.changes))
        return [root for root in roots if path_of(root) not in touched]

    def _root(self, change: "Change") -> Identity:
        old, new = self.pair.schemas
        return (old if change.new is None else new).root_of(change.identity) or change.identity

    def way(self, lock_timeout: str, *, rollback: bool) -> "Script":
        """The plan from what is there to what is wanted, made and proven now."""
        from ..plans import allowances, make_plan, written_down

        pair = ask(self.live, self.wanted, config=self.config)
        made = make_plan(pair, allow=allowances(self.allow)[0])
        return written_down(made, pair, rollback=rollback, lock_timeout=lock_timeout)
