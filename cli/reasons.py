"""Why each statement of a script is there, in words; what it can lose, and on what it can fail."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..engine.codes import CODES
from ..engine.policy import said
from ..snapshots.model import Identity
from ..snapshots.naming import kind_of, path_of

if TYPE_CHECKING:
    from ..engine.assess import Risks
    from ..engine.plan import Plan
    from ..engine.protocol import Dialect, Statement, Step
    from ..engine.risk import Risk

__all__ = ["Reasons", "Said", "by_danger", "counted", "label", "loss"]

GONE = "not in the new schema"
NEW = "new"


class Said(NamedTuple):
    """What stands above a statement. Neighbours that share the reason share the line."""

    reason: str
    losses: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    """By code."""
    cost: str = ""
    """How the server does it."""


def label(identity: Identity) -> str:
    """An identity for people: `materialized view public.v`."""
    return f"{kind_of(identity).replace('_', ' ')} {path_of(identity)}"


class Reasons:
    """The words for the statements of one plan."""

    def __init__(self, plan: "Plan", risks: "Risks", dialect: "Dialect") -> None:
        self._risks, self._dialect = risks, dialect
        self._old, self._new, self._changes = plan.old, plan.new, plan.changes
        self._made: dict[Identity, Step] = {
            made: step for step in plan.steps if step.action == "create" for made in (step.identity, *step.produces)
        }

    def of(self, statement: "Statement") -> Said:
        """What stands above it."""
        by_reason: dict[str, dict[Identity, None]] = {}
        for step in _telling(statement.steps):
            subject, reason = self._reason(step)
            by_reason.setdefault(reason, {})[subject] = None
        losses = tuple(loss(step) for step in statement.steps if step.loses)
        risks = tuple(said(risk) for risk in self._risks.by_statement[statement])
        cost = self._dialect.cost(statement, self._old)
        if losses and by_reason.keys() <= {GONE}:
            return Said("", losses, risks, cost)
        words = [f"{', '.join(map(label, subjects))}: {reason}" for reason, subjects in by_reason.items()]
        return Said("; ".join(words), losses, risks, cost)

    def _reason(self, step: "Step") -> tuple[Identity, str]:
        if step.moves and not step.attributes:
            return step.identity, "takes another place"
        if step.action == "alter" and not step.attributes:
            return step.identity, f"{step.why}; can fail on {step.fails}" if step.fails else step.why
        fails = f"; can fail on {step.fails}" if step.fails and not step.unset else ""
        if step.action in ("drop", "set aside"):
            return step.identity, self._why_it_goes(step)
        maker = self._made.get(step.identity)
        if maker is None:
            return step.identity, self._why_it_changes(step) + fails
        subject = self._whole(maker.identity)
        return subject, self._why_it_comes(maker if subject == maker.identity else self._made[subject]) + fails

    def _whole(self, identity: Identity) -> Identity:
        """The outermost object around it that this plan creates."""
        parent = self._new.parent(identity)
        return self._whole(parent) if parent is not None and parent in self._made else identity

    def _why_it_goes(self, step: "Step") -> str:
        if step.identity not in self._new:
            return step.why if step.identity not in self._old and step.why else GONE
        return f"out of the way, made again below: {step.why}" if step.why else "out of the way, made again below"

    def _why_it_comes(self, step: "Step") -> str:
        if step.identity not in self._old:
            return NEW
        return f"made again: {step.why}" if step.why else "made again"

    def _why_it_changes(self, step: "Step") -> str:
        if step.renames:
            return f"renamed, it was {step.old.name if step.old is not None else 'another'}"
        change = self._changes.by_identity.get(step.identity)
        words = ", ".join(a.replace("_", " ") for a in step.attributes)
        if step.unset:
            return f"{words} let go, so that what it names can change"
        if change is None or not set(change.attributes) & set(step.attributes):
            return f"{words} stated again: {step.why or 'something resets it'}"
        return f"change of {words}"


def _telling(steps: "Sequence[Step]") -> "Sequence[Step]":
    """The steps whose reasons are worth a word: where a default steps aside for its column, the column's."""
    altered = {path_of(step.identity) for step in steps if step.action == "alter" and not step.unset}
    return [s for s in steps if s.action == "alter" or path_of(s.identity) not in altered]


def loss(step: "Step") -> str:
    """What a step loses."""
    return f"{step.action} {label(step.identity)}: {step.loses}"


def by_danger(steps: "Iterable[Step]") -> Mapping[str, list[str]]:
    """What in existing rows can make steps fail, and the objects that it concerns."""
    found: dict[str, dict[str, None]] = {}
    for step in steps:
        if step.fails and not step.unset:
            found.setdefault(step.fails, {})[label(step.identity)] = None
    return {danger: list(labels) for danger, labels in found.items()}


def counted(risks: "Iterable[Risk]") -> list[str]:
    """How often there is which risk."""
    found = Counter(risk.code for risk in risks)
    return [f"{code} {CODES[code].slug}: {found[code]}" for code in sorted(found)]
