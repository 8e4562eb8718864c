"""Orders between steps that no need and no use tells, once all steps are made: pairs, before and after."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..snapshots.model import Identity
from ..snapshots.naming import kind_of
from .decide import Decisions
from .protocol import InPlace, Step
from .schema import Schema

Pair = tuple[Step, Step]


def around_disturbing(
    steps: Sequence[Step], drops: Mapping[Identity, Step], decisions: Decisions, old: Schema
) -> Iterator[Pair]:
    """What stands in an object is dropped before the alter that disturbs it, and made again after it; so is what
    stands in its heirs, to which the alter reaches."""
    creates = {step.identity: step for step in steps if step.action == "create"}
    for step in steps:
        if step.action == "alter" and step.settles and step.identity in old:
            disturbed = _disturbed(step, decisions, old)
            yield from ((drops[i], step) for i in disturbed if i in drops)
            yield from ((step, creates[i]) for i in disturbed if i in creates)


def _disturbed(step: Step, decisions: Decisions, old: Schema) -> list[Identity]:
    assert step.old is not None and step.new is not None
    rules = [decisions.rule(step.identity, a, step.old, step.new) for a in step.attributes]
    kinds = frozenset[str]().union(*(rule.disturbs for rule in rules if isinstance(rule, InPlace)))
    reached = dict.fromkeys([step.identity, *old.all_heirs(step.identity)]) if kinds else ()
    return [i for identity in reached for i in old.inside(identity) if kind_of(i) in kinds]


def after_leaving(steps: Iterable[Step], left: Iterable[tuple[Step, Identity, str]], old: Schema) -> Iterator[Pair]:
    """What a step leaves as it is, or resets to what it is, is set after it, where nobody waits for that. `left` has
    the step, and the attribute of which object it leaves."""
    setters: dict[tuple[Identity, str], list[Step]] = {}
    for step in steps:
        if step.action == "alter" and not step.settles and not step.unset:
            for attribute in step.attributes:
                setters.setdefault((step.identity, attribute), []).append(step)
    for cause, identity, attribute in left:
        if _derives(identity, cause.identity, old):
            yield from ((cause, step) for step in setters.get((identity, attribute), ()) if step is not cause)


def _derives(identity: Identity, origin: Identity, old: Schema) -> bool:
    """Does it derive from that, at whatever remove?"""
    above = old[identity].derived_from if identity in old else ()
    return origin in above or any(_derives(i, origin, old) for i in above)


def appending(steps: Iterable[Step], decisions: Decisions, new: Schema) -> Iterator[Pair]:
    """What can only be appended is made in its order."""
    made: dict[Identity, dict[Identity, Step]] = {}
    for step in steps:
        if step.action == "create" and step.parent is not None:
            made.setdefault(step.parent, {})[step.identity] = step
    for parent, inside in made.items():
        around = new[parent]
        for field in set(around.ordered).difference(decisions.rules(parent).placeable):
            siblings = [inner.identity(parent) for inner in getattr(around, field)]
            yield from itertools.pairwise(inside[i] for i in siblings if i in inside)
