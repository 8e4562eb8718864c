"""The risks of a plan: what its steps say of themselves, and what the dialect knows of them, by code.

Only what was there before can be at risk: nobody waits for a lock on what the plan itself makes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..snapshots.model import Identity
from ..snapshots.naming import kind_of
from .plan import Plan
from .protocol import Dialect, Lock, Refuse, Statement, Step, resolve
from .risk import Assessment, Facts, Risk, Undo
from .schema import Schema


def assess(step: Step, old: Schema, new: Schema, dialect: Dialect) -> Assessment:
    """All that is known of one step of a plan between these two."""
    facts = dialect.facts(step, old, new)
    locks = tuple(lock for lock in facts.locks if _was_there(lock.on, step, old))
    rewrites, scans = (
        tuple(i for i in dict.fromkeys(found) if _was_there(i, step, old)) for found in (facts.rewrites, facts.scans)
    )
    scans = tuple(i for i in scans if i not in rewrites)
    risks = (*_own(step, facts), *_of_locks(locks, rewrites, scans), *(Risk(*warning) for warning in facts.warnings))
    return Assessment(locks, rewrites, scans, undo(step, old, new, dialect), tuple(dict.fromkeys(risks)))


@dataclass(frozen=True)
class Risks:
    """The risks of one plan, each worked out once."""

    plan: Plan
    dialect: Dialect

    @cached_property
    def by_step(self) -> dict[Step, Assessment]:
        """Of each step, in order."""
        return {s: assess(s, self.plan.old, self.plan.new, self.dialect) for s in self.plan.steps}

    @cached_property
    def by_statement(self) -> dict[Statement, list[Risk]]:
        """Of each statement, by code. A lock is told where a transaction takes it first: from there on it holds it."""
        found = {}
        for part in self.plan.parts:
            held: set[tuple[Identity, str]] = set()
            for statement in part.statements:
                steps = [self.by_step[step] for step in statement.steps]
                risks = dict.fromkeys(risk for step in steps for risk in step.risks)
                found[statement] = sorted((r for r in risks if not _is_held(r, held)), key=_place)
                if part.transaction:
                    held |= {(lock.on, lock.mode) for step in steps for lock in step.locks}
                    held |= {(lock.on, "") for step in steps for lock in step.locks if lock.blocks == _ALL}
        return found

    @property
    def all(self) -> list[Risk]:
        """Of the whole plan, each once."""
        return list(dict.fromkeys(risk for step in self.by_step.values() for risk in step.risks))


def _place(risk: Risk) -> tuple[str, str, str]:
    """Where it stands among others: the same in every run."""
    return risk.code, risk.identity, risk.text


_ALL = "reads and writes"


def _is_held(risk: Risk, held: set[tuple[Identity, str]]) -> bool:
    """Is it about a lock that is there already, or a stronger one?"""
    return risk.code in _OF_LOCKS and bool({(risk.identity, risk.text), (risk.identity, "")} & held)


_OF_LOCKS = ("DB203", "DB204")


def _was_there(identity: Identity, step: Step, old: Schema) -> bool:
    """Is it in the old schema, by its name or by the one that the step takes from it?"""
    return identity in old or any(after == identity and before in old for before, after in step.renames.items())


def _own(step: Step, facts: Facts) -> Iterator[Risk]:
    """What the step says of itself."""
    if step.loses:
        yield Risk(facts.loss, step.identity, step.loses)
    if step.fails and not step.unset:
        yield Risk(facts.failure, step.identity, step.fails)
    if step.apart:
        yield Risk("DB601", step.identity, step.apart)
    if step.commits and step.action == "alter":
        yield Risk("DB602", step.identity, "what it adds can be used only after a commit")


def _of_locks(locks: tuple[Lock, ...], rewrites: tuple[Identity, ...], scans: tuple[Identity, ...]) -> Iterator[Risk]:
    held = {lock.on: lock for lock in locks if lock.blocks != "nothing"}
    for identity in rewrites:
        mode = f" under {held[identity].mode}" if identity in held else ""
        yield Risk("DB201", identity, f"every row is written anew{mode}")
    for identity in scans:
        if identity in held:
            yield Risk("DB202", identity, f"every row is read under {held[identity].mode}")
    for identity, lock in held.items():
        if identity not in rewrites and identity not in scans:
            yield Risk(_OF_LOCKS[0] if lock.blocks == _ALL else _OF_LOCKS[1], identity, lock.mode)


def undo(step: Step, old: Schema, new: Schema, dialect: Dialect) -> Undo:
    """How the way back undoes it."""
    if step.loses:
        return "structure only"
    if step.action == "alter" and step.old is not None and step.new is not None:
        rules = dialect.rules(kind_of(step.identity)).attributes
        for attribute in step.attributes:
            rule = resolve(rules[attribute], step.identity, step.new, step.old, (new, old))
            if isinstance(rule, Refuse):
                return "not at all"
    return "exactly"
