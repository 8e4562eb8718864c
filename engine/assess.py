"""The risks of a plan: what its steps say of themselves, and what the dialect knows of them, by code.

Only what was there before can be at risk: nobody waits for a lock on what the plan itself makes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import cast

from ..snapshots.model import Identity
from ..snapshots.naming import kind_of
from .plan import Plan
from .protocol import Assesses, Dialect, Lock, Refuse, Statement, Step, resolve
from .risk import Assessment, Facts, Risk, Undo
from .schema import Schema


def assess(step: Step, whole: Facts | None, old: Schema, new: Schema, dialect: Dialect) -> Assessment:
    """All that is known of one step of a plan between these two. `whole`: what its statement as a whole locks and
    rewrites."""
    facts = cast(Assesses, dialect).facts(step, old, new) if _assesses(type(dialect)) else Facts()
    there = whole if whole is not None else facts
    locks = tuple(sorted([k for k in there.locks if _was_there(k.on, step, old)], key=lambda lock: lock.on))
    rewrites, scans = (
        tuple(sorted([i for i in set(found) if _was_there(i, step, old)])) for found in (there.rewrites, there.scans)
    )
    scans = tuple([i for i in scans if i not in rewrites])
    risks = (*_own(step, facts), *_of_locks(locks, rewrites, scans), *(Risk(*warning) for warning in facts.warnings))
    return Assessment(locks, rewrites, scans, facts.passes, tuple(sorted(set(risks), key=_place)))


@cache
def _assesses(dialect: type[Dialect]) -> bool:
    """To look at a protocol takes as long as the facts of a step do."""
    return issubclass(dialect, Assesses)


@dataclass(frozen=True)
class Risks:
    """The risks of one plan, each worked out once."""

    plan: Plan
    dialect: Dialect

    @cached_property
    def by_step(self) -> dict[Step, Assessment]:
        """Of each step, in order."""
        return {
            step: assess(step, whole, self.plan.old, self.plan.new, self.dialect)
            for part in self.plan.parts
            for statement in part.statements
            for whole in [self._whole(statement)]
            for step in statement.steps
        }

    def _whole(self, statement: Statement) -> Facts | None:
        if not _assesses(type(self.dialect)):
            return None
        return cast(Assesses, self.dialect).whole(statement.steps, self.plan.old)

    @cached_property
    def by_statement(self) -> dict[Statement, list[Risk]]:
        """Of each statement, by code. A lock is told where a transaction takes it first: it holds it from there on."""
        found = dict[Statement, list[Risk]]()
        for part in self.plan.parts:
            held = _Held()
            for statement in part.statements:
                steps = [self.by_step[step] for step in statement.steps]
                found[statement] = sorted(dict.fromkeys(held.told(steps)), key=_place)
                if part.transaction:
                    held.add(lock for step in steps for lock in step.locks)
        return found

    @property
    def all(self) -> list[Risk]:
        """Of the whole plan, each once."""
        return list(dict.fromkeys(risk for risks in self.by_statement.values() for risk in risks))


def _place(risk: Risk) -> tuple[str, str, str]:
    """Where it stands among others: the same in every run."""
    return risk.code, risk.identity, risk.text


class _Held:
    """The locks that a transaction holds."""

    def __init__(self) -> None:
        self._modes: set[tuple[Identity, str]] = set()
        self._shut: dict[Identity, str] = {}
        """What nobody else gets at, and by which mode."""

    def add(self, locks: Iterable[Lock]) -> None:
        """Note what a statement takes."""
        for lock in locks:
            self._modes.add((lock.on, lock.mode))
            if lock.blocks == _ALL:
                self._shut[lock.on] = lock.mode

    def told(self, steps: Iterable[Assessment]) -> Iterator[Risk]:
        """The risks of a statement, without those of locks that are there already, or that a longer wait tells of. What
        would be read without being in anyone's way is not, under a lock that was taken before."""
        risks = [risk for step in steps for risk in step.risks]
        read = {i: self._shut[i] for step in steps for i in step.scans if i in self._shut}
        risks += [Risk(_SCANS, i, f"every row is read under {mode}, held from before", mode) for i, mode in read.items()
                  if not any(risk.code == _SCANS and risk.identity == i for risk in risks)]  # fmt: skip
        long = {risk.identity for risk in risks if risk.code in (_REWRITES, _SCANS)}
        for risk in risks:
            there = risk.identity in self._shut or (risk.identity, risk.text) in self._modes
            if risk.code not in (_SHUTS, _STOPS_WRITES) or not (there or risk.identity in long):
                yield risk


_ALL = "reads and writes"
_REWRITES, _SCANS, _SHUTS, _STOPS_WRITES = "DB201", "DB202", "DB203", "DB204"


def _was_there(identity: Identity, step: Step, old: Schema) -> bool:
    """Is it in the old schema, by its name or by the one that the step takes from it?"""
    return identity in old or (
        bool(step.renames) and any(after == identity and before in old for before, after in step.renames.items())
    )


def _own(step: Step, facts: Facts) -> Iterator[Risk]:
    """What the step says of itself."""
    if step.loses:
        yield Risk(facts.loss, step.identity, step.loses)
    if step.fails and not step.unset:
        for code, text in facts.failures or ((facts.failure, step.fails),):
            yield Risk(code, step.identity, text)
    if step.apart:
        yield Risk("DB601", step.identity, step.apart)
    if step.commits and step.action == "alter":
        yield Risk("DB602", step.identity, "what it adds can be used only after a commit")


def _of_locks(locks: tuple[Lock, ...], rewrites: tuple[Identity, ...], scans: tuple[Identity, ...]) -> Iterator[Risk]:
    held = {lock.on: lock for lock in locks if lock.blocks != "nothing"}
    for identity in rewrites:
        mode = held[identity].mode if identity in held else ""
        yield Risk(_REWRITES, identity, f"every row is written anew{f' under {mode}' * bool(mode)}", mode)
    for identity in scans:
        if identity in held:
            mode = held[identity].mode
            yield Risk(_SCANS, identity, f"every row is read under {mode}", mode)
    for identity, lock in held.items():
        if identity not in rewrites and identity not in scans:
            yield Risk(_SHUTS if lock.blocks == _ALL else _STOPS_WRITES, identity, lock.mode, lock.mode)


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
