"""The proof of a plan: what its statements do, folded over the old snapshot, is the new one.

It knows nothing of how the plan was made. Values are compared by their encoded bytes, not by `compare`.
"""

from collections.abc import Iterable, Iterator

import msgspec

from ..snapshots.errors import Defect
from ..snapshots.model import Identity, Object, Unmodelled
from .compare import Changes, compared
from .protocol import Dialect, Part, Statement
from .schema import Schema, State

_encode = msgspec.json.Encoder(order="sorted").encode


def prove(parts: Iterable[Part], changes: Changes, old: Schema, new: Schema, dialect: Dialect) -> None:
    """Raises Defect, with the object, the attribute and the step, unless the plan makes the new snapshot of the old.

    What `changes` calls a difference of spelling alone is not looked at again.
    """
    state = State(old)
    for part in parts:
        for statement in part.statements:
            _run(statement, state, dialect, new)
    _check_end(state, changes, old, new)


def fold(statement: Statement, state: State, dialect: Dialect) -> dict[Identity, Object | None]:
    """Applies to the state what the statement does. Returns what it touched, as it is in the end."""
    touched: dict[Identity, Object | None] = {}
    for step in statement.steps:
        for identity, obj in dialect.effects(step, state):
            state.apply([(identity, obj)])
            touched[identity] = obj
        if step.parent is not None and state.get(step.identity) is not None:
            state.place(step.identity, step.parent)
        if step.parent is not None and step.place is not None:
            state.move(step.identity, step.parent, step.place.after)
        for inner, parent, _ in step.inner:
            state.place(inner, parent)
    return touched


def differing(want: Object, got: Object, names: Iterable[str]) -> Iterator[tuple[str, bytes, bytes]]:
    """(attribute, wanted, found) of those whose encoded values differ."""
    for attribute in names:
        one, other = getattr(want, attribute), getattr(got, attribute)
        if one is other:
            continue
        wanted, found = _encode(one), _encode(other)
        if wanted != found:
            yield attribute, wanted, found


def _run(statement: Statement, state: State, dialect: Dialect, new: Schema) -> None:
    touched = fold(statement, state, dialect)
    for identity, obj in touched.items():
        if obj is None:
            _check_unused(identity, statement, state)
        else:
            _check_founded(identity, statement, state, new)


def _check_unused(identity: Identity, statement: Statement, state: State) -> None:
    if state.get(identity) is not None:
        return
    for user in state.users(identity):
        if not isinstance(state.get(user), Unmodelled):
            raise _defect(f"{user} still uses {identity}, which is gone", statement)


def _check_founded(identity: Identity, statement: Statement, state: State, new: Schema) -> None:
    for attribute, used in state.named(identity):
        if isinstance(new.get(used), Unmodelled):
            continue
        if attribute != "derived_from" and state.get(used) is None and (used in state.touched or used in new):
            raise _defect(f"{identity} names {used} in {attribute}, which is not there", statement)


def _check_end(state: State, changes: Changes, old: Schema, new: Schema) -> None:
    versions = (old.header.version_number, new.header.version_number)
    left_out = frozenset(changes.left_out)
    spelling = set(changes.spelling)
    expected: dict[Identity, Object | None] = {i: c.new for i, c in changes.by_identity.items()}
    for identity in list(state.touched):
        expected.setdefault(identity, new.get(identity))
        if (around := new.parent(identity)) is not None:
            expected.setdefault(around, new.get(around))
    for identity, target in expected.items():
        found = state.get(identity)
        if isinstance(target or found, Unmodelled):
            continue
        if found is None or target is None:
            if found is not target:
                raise _defect(f"{identity} {'is missing' if found is None else 'is left over'}", None)
            continue
        _check_places(identity, target, state)
        for attribute, want, got in differing(target, found, compared(type(target), versions, left_out)):
            if (identity, attribute) not in spelling:
                raise _defect(
                    f"{attribute} of {identity} comes out as {got.decode()[:200]}, not {want.decode()[:200]}", None
                )


def _check_places(identity: Identity, target: Object, state: State) -> None:
    for field in target.ordered:
        want = [inner.identity(identity) for inner in getattr(target, field)]
        got = [i for i in state.inside(identity) if i in set(want)]
        if got != want:
            raise _defect(f"{field} of {identity} come out in the order {', '.join(got)}", None)


def _defect(what: str, statement: Statement | None) -> Defect:
    where = "the end of the plan"
    if statement is not None:
        where = "after " + ", ".join(f"{s.action} {s.identity} [{s.macro}]" for s in statement.steps)
    return Defect(what, where, "this plan is not rendered; please report both snapshots")
