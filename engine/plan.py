"""The plan: what to do, in which order, in which transactions; proven before anyone sees it."""

from collections.abc import Iterable
from functools import partial

from msgspec import Struct

from ..snapshots.canonical import Document
from ..snapshots.errors import InputError
from ..snapshots.model import Header, Identity
from . import hints, rename
from .compare import Changes, compare
from .decide import Allow, Decisions, nothing
from .held import held_by
from .order import order
from .protocol import Answer, Dialect, Part, Renaming, Statement, Step
from .prove import prove
from .schema import Schema
from .steps import Steps


class Plan(Struct, frozen=True):
    """Proven parts that turn `old` into `new`."""

    old: Schema
    """As it reads once the rename hints are followed."""
    new: Schema
    changes: Changes
    parts: tuple[Part, ...]

    @property
    def steps(self) -> list[Step]:
        """All steps, in order."""
        return [step for part in self.parts for statement in part.statements for step in statement.steps]


def plan(
    old: Document | Schema,
    new: Document | Schema,
    dialect: Dialect,
    *,
    ignore: Iterable[str] = (),
    allow: Allow = nothing,
    renames: Iterable[Renaming] = (),
    answers: Iterable[Answer] = (),
    server: Header | None = None,
) -> Plan:
    """The way from one snapshot to the other.

    `renames` holds hints, for either direction. What they rename is renamed first; the rest is planned, and proven,
    from the old snapshot as it reads then. `answers` are what the dialect would ask for.
    `server` is what the script runs on; unless said, the old snapshot's.
    Raises InputError for snapshots of two dialects; Refused for what can't be done, or may not be; Defect if the plan
    does not prove.
    """
    before, after = (side if isinstance(side, Schema) else Schema(side) for side in (old, new))
    if before.header.dialect != after.header.dialect:
        raise InputError(
            what=f"a {before.header.dialect} snapshot can't become a {after.header.dialect} one",
            where="the two snapshots' headers",
            next="compare snapshots of one dialect",
        )
    on = server or before.header
    before = held_by(before, on, lambda _obj, _attribute: False, dialect.in_words_of)
    after = held_by(
        after,
        on,
        lambda obj, attribute: dialect.too_new(obj, (attribute,), on.version_number) is not None,
        dialect.in_words_of,
    )
    after.answers = hints.answered(answers, before, after)
    followed = hints.follow(hints.wanted(renames, before, after), before, dialect)
    before = followed.schema
    changes = compare(before, after, same=dialect.same, ignore=ignore)
    start, renaming = before, list[Step]()
    if names := rename.found(changes, before, after, dialect):
        start = rename.apply(names, before)
        renaming = list(rename.steps(names, before, start, dialect))
        changes = compare(start, after, same=dialect.same, ignore=ignore)
    decisions = Decisions(changes, start, after, dialect, allow)
    steps = Steps(decisions, start, after, dialect, frozenset(changes.left_out), renaming)
    statements = order(steps, start, after, dialect)
    parts = partial(_parts, transaction=dialect.transactional)
    prove(parts(statements), changes, before, after, dialect)
    first = [Statement((step,)) for step in followed.steps]
    return Plan(before, after, changes, tuple(parts([*first, *statements])))


def _parts(statements: list[Statement], *, transaction: bool) -> Iterable[Part]:
    """Cut where a commit is needed: before the first use of what can be used only then, and round what can't be in a
    transaction."""
    current: list[Statement] = []
    reason = ""
    waiting: set[Identity] = set()
    for statement in statements:
        apart = next((s.apart for s in statement.steps if s.apart), None)
        uses = any(not waiting.isdisjoint(s.needs) for s in statement.steps if s.identity not in waiting)
        if current and (apart or uses):
            why = "what it adds can be used only after a commit" if uses else reason
            yield Part(tuple(current), transaction, why)
            current, reason, waiting = [], "", set[Identity]()
        if apart:
            yield Part((statement,), transaction=False, reason=apart)
            continue
        waiting |= {s.identity for s in statement.steps if s.commits}
        current.append(statement)
    if current:
        yield Part(tuple(current), transaction, reason)
