"""The order of steps, from one graph, and their joining into statements.

Edges say "before": what is needed is made first, what is used is let go before it is dropped or altered, a name is free
before it is taken. Ties are broken by a stable key, so the same input gives the same script.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ..snapshots.errors import Refused
from ..snapshots.model import Identity
from ..snapshots.naming import kind_of, path_of
from .graph import Graph
from .places import placed, ranks
from .protocol import Dialect, Statement, Step
from .schema import Schema
from .steps import Steps

Key = tuple[int, int, str, int]
Edge = tuple[int, int]
"""The numbers of two steps: before, after."""


def order(steps: Steps, old: Schema, new: Schema, dialect: Dialect) -> list[Statement]:
    """The statements in the order in which they run. Raises Refused with the cycle if there is none."""
    number = {id(step): n for n, step in enumerate(steps.steps)}
    graph = Graph(range(len(steps.steps)))
    graph.add((number[id(a)], number[id(b)]) for a, b in steps.edges)
    graph.add(_uses(steps.steps, dialect))
    graph.add(_claims(steps.steps, old, new, dialect))
    rank = ranks(steps.steps, new, dialect)
    keys = [_key(n, step, rank, dialect) for n, step in enumerate(steps.steps)]
    sequence = _sorted(graph, keys, steps.steps)
    leads = _join(graph, sequence, steps.steps, dialect)
    members: dict[int, list[int]] = {}
    for n in sequence:
        members.setdefault(leads.get(n, n), []).append(n)
    if leads:
        sequence = _sorted(graph, keys, steps.steps)
    found = [_statement([steps.steps[n] for n in members[lead]], dialect) for lead in sequence]
    return placed(found, old, new, dialect)


def _uses(steps: list[Step], dialect: Dialect) -> Iterator[Edge]:
    """What is needed is made first; what is used is let go first."""
    producers = _by_identity(steps, lambda s: s.produces)
    settlers = _by_identity(steps, lambda s: {s.identity} if s.action == "alter" and s.settles else ())
    workers = _by_identity(steps, lambda s: {s.identity, *s.produces} if s.action != "drop" else ())
    destroyers = _by_identity(steps, lambda s: s.destroys)
    altering = _by_identity(steps, lambda s: {s.identity} if s.action == "alter" else ())
    for n, step in enumerate(steps):
        binds_late = dialect.rules(kind_of(step.identity)).binds_late
        for needed in step.needs:
            yield from ((m, n) for m in producers.get(needed, ()))
            if binds_late and not dialect.rules(kind_of(needed)).binds_late:
                continue
            if step.settles or step.action == "create" or needed != step.identity:
                yield from ((m, n) for m in settlers.get(needed, ()) if _waits(step, steps[m]))
        for released in step.releases:
            yield from ((n, m) for m in _ends(released, step, steps, destroyers))
            ends = step.action in ("drop", "set aside")
            if ends and released in settlers and not dialect.rules(kind_of(released)).stays_used:
                yield from ((n, m) for m in settlers[released])
        for identity, attribute in step.after:
            yield from ((m, n) for m in altering.get(identity, ()) if attribute in steps[m].attributes)
        for later in step.precedes:
            yield from ((n, m) for m in workers.get(later, ()))
        for destroyed in step.destroys:
            for m in producers.get(destroyed, ()):
                if steps[m].action != "set aside":
                    yield (m, n) if _drops_renamed(step, steps[m]) else (n, m)


def _drops_renamed(step: Step, other: Step) -> bool:
    """Does the step drop what the other gives the name under which it is dropped?"""
    return bool(other.renames) and not step.renames and not step.destroys.isdisjoint(other.produces)


def _ends(released: Identity, step: Step, steps: list[Step], destroyers: dict[Identity, list[int]]) -> Iterator[int]:
    """The steps that the last use must come before: of what is set aside, its drop, for a rename is followed by all
    but those that are called after it, such as a function with an argument of the type."""
    for m in destroyers.get(released, ()):
        follows = step.action == "drop" or (step.action == "alter" and not step.unset)
        if steps[m].action == "set aside" and follows and not _is_called_after(step, steps[m]):
            for aside in steps[m].produces:
                yield from destroyers.get(aside, ())
        else:
            yield m


def _is_called_after(step: Step, other: Step) -> bool:
    """Does the step's object have the other's name in its own, as what stands in it or takes it as an argument?"""
    path, (own, _, arguments) = path_of(other.identity), path_of(step.identity).partition("(")
    return own.startswith(f"{path}.") or path in arguments


def _waits(step: Step, settler: Step) -> bool:
    """Does the step wait for its object to be settled by the other? Not if that one in turn needs what it makes."""
    return settler.identity != step.identity and not settler.needs & step.produces


def _by_identity(steps: list[Step], of: Callable[[Step], Iterable[Identity]]) -> dict[Identity, list[int]]:
    found: dict[Identity, list[int]] = {}
    for n, step in enumerate(steps):
        for identity in of(step):
            found.setdefault(identity, []).append(n)
    return found


def _claims(steps: list[Step], old: Schema, new: Schema, dialect: Dialect) -> Iterator[Edge]:
    """A name is given up before it is taken."""
    freed: dict[str, list[int]] = {}
    for n, step in enumerate(steps):
        for identity in step.destroys:
            obj = step.old if step.renames else old.get(identity)
            for claim in dialect.claims(identity, obj) if obj is not None else ():
                freed.setdefault(claim, []).append(n)
    for n, step in enumerate(steps):
        for identity in step.produces:
            obj = new.get(identity)
            for claim in dialect.claims(identity, obj) if obj is not None else ():
                yield from ((m, n) for m in freed.get(claim, ()) if not _drops_renamed(steps[m], step))


def _key(n: int, step: Step, rank: Mapping[Identity, int], dialect: Dialect) -> Key:
    """What waits for a commit first; then renames; then drops, the last made first; then the rest, by weight; what has
    a place among its siblings, in their order."""
    rules = dialect.rules(kind_of(step.identity))
    weight = rules.weight
    if step.identity in rank:
        return (2, weight, f"{path_of(step.parent or step.identity)} {rank[step.identity]:06}", n)
    if rules.last:
        return (3, weight, step.identity, n)
    if step.commits:
        return (0, weight, step.identity, n)
    if step.renames:
        return (1, -1000, step.identity, n)
    if step.action in ("drop", "set aside") or step.unset:
        return (1, -weight, step.identity, n)
    return (2, weight, step.identity, n)


def _sorted(graph: Graph[int], keys: list[Key], steps: list[Step]) -> list[int]:
    found = graph.in_order(keys.__getitem__)
    if len(found) < len(graph.before):
        raise Refused(
            what="no order of these steps works: " + " -> ".join(_say(steps[n]) for n in graph.circle()),
            where="the dependency graph of the plan",
            next="make one of these changes in a release of its own; please report both snapshots",
        )
    return found


def _say(step: Step) -> str:
    return f"{step.action} {step.identity}" + (f" ({', '.join(step.attributes)})" if step.attributes else "")


def _join(graph: Graph[int], sequence: list[int], steps: list[Step], dialect: Dialect) -> dict[int, int]:
    """Each step that goes into another's statement, with the step that leads it; never so that a cycle comes of it. The
    graph is then one of statements."""
    leads: dict[int, int] = {}
    open_: dict[str, list[int]] = {}
    members: dict[int, list[Step]] = {}
    for n in sequence:
        group = dialect.group(steps[n])
        for lead in open_.get(group, ()):
            if dialect.joins(members[lead], steps[n]) and not graph.passes_between(lead, n):
                leads[n] = lead
                members[lead].append(steps[n])
                graph.contract(n, into=lead)
                break
        else:
            members[n] = [steps[n]]
            open_.setdefault(group, []).append(n)
    return leads


def _statement(steps: list[Step], dialect: Dialect) -> Statement:
    return Statement(tuple(steps), dialect.wrap(steps))
