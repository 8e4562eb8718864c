"""What a database is asked before a script, as far as it is the same for all dialects: about which objects, and about
the rows of which tables.

A question about rows is asked where the old schema has all that it names; where it has not, there are no such rows, or
the statement itself is the first that can tell.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from ..engine.protocol import Schema, Step
from ..snapshots.model import Identity, Object
from ..snapshots.naming import kind_of, parts_of, path_of
from .protocol import Query

__all__ = ["ROWS", "SLOTS", "Kept", "Known", "Questions", "about_rows", "kept", "touched"]

SLOTS = 3
"""Connections that a run takes: one works, one looks at it, one cancels."""
ROWS = "rows"
"""The title of the counts."""


class Known(ABC):
    """The old schema, also by the names that things have once the script has renamed them."""

    def __init__(self, steps: Iterable[Step], old: Schema) -> None:
        self.old = old
        self._before: Mapping[Identity, Identity] = {new: was for s in steps for was, new in s.renames.items()}
        self._after: Mapping[Identity, Identity] = {was: new for new, was in self._before.items()}

    def was(self, identity: Identity) -> Identity:
        """What it is called before the script."""
        return self._before.get(identity, identity)

    def get(self, identity: Identity) -> Object | None:
        """It, before the script."""
        return self.old.get(self.was(identity))

    def now(self, identity: Identity) -> Identity:
        """What is called so before the script, by its name behind it."""
        return self._after.get(identity, identity)

    @abstractmethod
    def around(self, step: Step) -> Identity | None:
        """The table that the step is on, as it is called before the script, if it was there."""

    @abstractmethod
    def table(self, step: Step) -> str | None:
        """Its name in SQL."""

    def columns(self, identities: Iterable[Identity]) -> list[str] | None:
        """Their names before the script; None unless all were there."""
        found = [self.was(i) for i in identities]
        return [parts_of(i)[-1] for i in found] if all(self.old.get(i) is not None for i in found) else None


K = TypeVar("K", bound=Known)
Questions = Sequence[tuple[type[Object], Callable[[Step, K, str], Iterator[Query]]]]
"""By what the step makes or alters. Each is given the step, what is known, and the table's name."""


def touched(steps: Iterable[Step], known: Known, kinds: frozenset[str]) -> list[tuple[Identity, Object | None]]:
    """What of these kinds the steps touch, sorted, as it has to be before them; None: it must not be there."""
    wanted: dict[Identity, Object | None] = {}
    for step in steps:
        for identity in (step.identity, *step.renames, *step.destroys):
            if (obj := known.old.get(identity)) is not None:
                wanted[identity] = obj
        parent_is_there = step.parent is None or known.get(step.parent) is not None
        if step.action == "create" and parent_is_there and known.get(step.identity) is None:
            wanted[step.identity] = None
    return [(i, obj) for i, obj in sorted(wanted.items(), key=lambda item: item[0]) if kind_of(i) in kinds]


def about_rows(step: Step, known: K, questions: "Questions[K]") -> Iterator[Query]:
    """Whether rows stand in the way of the step."""
    table = known.table(step)
    if table is None or step.unset or not step.fails or step.new is None:
        return
    for cls, ask in questions:
        if isinstance(step.new, cls):
            yield from ask(step, known, table)


class Kept(NamedTuple):
    """A table that steps change and whose rows stay, before them and after."""

    old: Identity
    new: Identity

    @property
    def label(self) -> str:
        """The same on both sides."""
        return f"table {path_of(self.old)}" + f", then {path_of(self.new)}" * (self.old != self.new)


def kept(steps: Iterable[Step], known: Known, new: Schema) -> list[Kept]:
    """Sorted. A table that steps aside for another, or loses rows by its own step, is none."""
    on, losing = set[Identity](), set[Identity]()
    for step in steps:
        if (table := known.around(step)) is not None:
            on.add(table)
            if known.was(step.identity) == table and (step.loses or step.action in ("drop", "set aside")):
                losing.add(table)
        losing |= step.destroys - step.renames.keys()
    found = [Kept(table, known.now(table)) for table in sorted(on - losing)]
    return [one for one in found if one.new in new.roots]
