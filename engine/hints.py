"""Rename hints: the old snapshot as it reads once what has another name now is called by it.

A hint is followed where its old name is there and its new one is not; turned round where it is the other way about, so
that the way back needs no hint of its own; and done where only the new name is there. The renamings are the first
steps of a plan. All that is planned after them speaks the new names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..snapshots.errors import Defect, InputError
from ..snapshots.model import Identity, Inside, Object, flatten, relabelled
from ..snapshots.naming import kind_of, parts_of, path_of
from .protocol import Answer, Dialect, Renaming, Step
from .schema import Schema

__all__ = ["Followed", "answered", "follow", "wanted"]

_WHERE = "the rename hint {} -> {}"


class Followed(Struct, frozen=True):
    """The old schema under its new names, and the steps that make it so."""

    schema: Schema
    steps: tuple[Step, ...] = ()
    renamings: tuple[Renaming, ...] = ()
    """In the order of the steps; the names as they are when the step comes."""


def wanted(hints: Iterable[Renaming], old: Schema, new: Schema) -> tuple[Renaming, ...]:
    """Those of the hints that are to be followed on the way from one to the other. Raises InputError for one that
    can't be meant."""
    hints = tuple(dict.fromkeys(hints))
    found = [asked for hint in hints if (asked := _wanted(hint, hints, old, new)) is not None]
    for name in ("before", "after"):
        names = [getattr(r, name) for r in found]
        for renaming in found:
            if names.count(getattr(renaming, name)) > 1:
                raise _bad(renaming, f"two hints name {getattr(renaming, name)}")
    return tuple(found)


def answered(answers: Iterable[Answer], old: Schema, new: Schema) -> tuple[Answer, ...]:
    """The answers, each about something that is there. Raises InputError."""
    found = tuple(answers)
    for answer in found:
        if answer.identity not in old and answer.identity not in new:
            raise InputError(
                f"neither OLD nor NEW has {answer.identity}",
                f"the hint {answer.identity} = {answer.text}",
                "name it as the snapshot does, or remove the hint",
            )
    return found


def _wanted(hint: Renaming, hints: tuple[Renaming, ...], old: Schema, new: Schema) -> Renaming | None:
    if kind_of(hint.before) != kind_of(hint.after):
        raise _bad(hint, f"a {_word(hint.before)} can't become a {_word(hint.after)}")
    if Renaming(hint.after, hint.before) in hints:
        raise _bad(hint, "two names can't be swapped at once", "rename by way of a third name, in a release before")
    before = hint.before if hint.before in old else _outside_done(hint.before, hints, old)
    in_old, in_new = (before in old, hint.after in old), (hint.before in new, hint.after in new)
    match in_old, in_new:
        case (True, False), (_, True):
            return Renaming(before, hint.after)
        case (False, True), (True, False):
            return Renaming(hint.after, hint.before)
        case (False, True), (True, True) if any(o.before == hint.after and o.after not in new for o in hints):
            return Renaming(hint.after, hint.before)
        case ((False, True), _) | ((True, True), (True, True)) | ((True, False), (True, False)):
            return None
        case (True, True), _:
            if any(other.before == hint.after for other in hints) and in_new[1]:
                return Renaming(before, hint.after)
            if any(other.after == hint.before for other in hints) and in_new[0]:
                return Renaming(hint.after, hint.before)
            raise _bad(hint, f"OLD has both {hint.before} and {hint.after}")
        case (False, False), _:
            raise _bad(hint, f"OLD has no {hint.before}")
        case _:
            raise _bad(hint, f"NEW has no {hint.after}")


def _outside_done(identity: Identity, hints: tuple[Renaming, ...], old: Schema) -> Identity:
    """How it is called where another hint, about what it stands in, is done already."""
    kind, path = kind_of(identity), path_of(identity)
    for hint in hints:
        outside = path_of(hint.before)
        if path.startswith(f"{outside}.") and hint.before not in old and hint.after in old:
            return Identity(f"{kind} {path_of(hint.after)}{path[len(outside) :]}")
    return identity


def follow(renamings: Iterable[Renaming], old: Schema, dialect: Dialect, *, guess: bool = False) -> Followed:
    """The schema as it is after the renamings: outer ones first, and a name is free before it is taken.

    With `guess`, what a text reads afterwards is taken as likely; else, where it isn't certain, it equals nothing.
    """
    pending = {r.before: r.after for r in renamings}
    steps: list[Step] = []
    done: list[Renaming] = []
    schema = old
    while pending:
        before = _next(pending, schema, dialect)
        renaming = Renaming(before, _target(before, pending[before], schema))
        del pending[before]
        schema, step, moved = _renamed(renaming, schema, dialect, guess=guess)
        steps.append(step)
        done.append(renaming)
        pending = {moved.get(i, i): after for i, after in pending.items()}
    return Followed(schema, tuple(steps), tuple(done))


def _next(pending: Mapping[Identity, Identity], schema: Schema, dialect: Dialect) -> Identity:
    """The outermost whose new name nobody holds."""
    holders: dict[str, Identity] = {}
    for _root, obj in schema.roots.items():
        for identity, _, inner in flatten(obj):
            holders |= dict.fromkeys(dialect.claims(identity, inner), identity)
    held: tuple[Identity, Identity] | None = None
    for before in sorted(pending, key=lambda i: (len(parts_of(i)), i)):
        after = _target(before, pending[before], schema)
        obj = replace(schema[before], name=parts_of(after)[-1])
        by = next((h for c in dialect.claims(after, obj) if (h := holders.get(c, before)) != before), None)
        if by is None and after in schema:
            by = after
        if by is None:
            return before
        held = held or (before, by)
    assert held is not None
    before, by = held
    raise InputError(
        f"{pending[before]} can't take its name, which {by} holds",
        _WHERE.format(before, pending[before]),
        f"rename or drop {by} in a release before",
    )


def _target(before: Identity, after: Identity, schema: Schema) -> Identity:
    """The new identity while what is around it may still have its old name."""
    parts = parts_of(before)
    cut = path_of(before)
    parent = schema.parent(before)
    outside = path_of(parent) + "." if parent is not None else path_of(before)[: _last_start(cut, parts)]
    name = path_of(after)[_last_start(path_of(after), parts_of(after)) :]
    return Identity(f"{kind_of(before)} {outside}{name}")


def _last_start(path: str, parts: tuple[str, ...]) -> int:
    """Where the last part of the name begins, whatever stands behind it."""
    return len(_joined(parts[:-1])) + (1 if parts[1:] else 0)


def _joined(parts: tuple[str, ...]) -> str:
    from ..snapshots.naming import path

    return path(*parts)


def _renamed(
    renaming: Renaming, schema: Schema, dialect: Dialect, *, guess: bool
) -> tuple[Schema, Step, Mapping[Identity, Identity]]:
    before = renaming.before
    obj = schema[before]
    rules = dialect.rules(kind_of(before))
    if rules.rename is None:
        raise _bad(renaming, f"a {_word(before)} can't be renamed")
    heirs = tuple(schema.all_heirs(before)) if rules.rename_reaches_heirs else ()
    if obj.derived_from and rules.rename_reaches_heirs:
        raise _bad(renaming, f"it comes from {obj.derived_from[0]}, and is renamed with that")
    subjects = {before, *heirs}
    named = {root: _named(top, None, subjects, renaming) for root, top in schema.roots.items()}
    named = {root: dialect.placed(top, renaming) for root, top in named.items()}
    moved: dict[Identity, Identity] = {}
    for root, top in named.items():
        if top is not schema.roots[root]:
            pairs = zip(flatten(schema.roots[root]), flatten(top), strict=True)
            moved |= {was[0]: now[0] for was, now in pairs if was[0] != now[0]}
    touched = _touched(moved, before, schema)
    objects = tuple(
        _spelled(schema.roots[root], top, None, renaming, moved, dialect, guess) if root in touched else top
        for root, top in named.items()
    )
    made = schema.with_objects(sorted(objects, key=lambda o: o.identity()))
    _check(moved, made, renaming)
    step = _step(moved[before], obj, schema, made, moved, rules.rename)
    return made, replace(step, context={**step.context, **dialect.prepare(step, schema, made)}), moved


def _named(obj: Object, parent: Identity | None, subjects: set[Identity], renaming: Renaming) -> Object:
    """The object under its new name, with what stands in it under theirs; the same one if nothing in it is renamed."""
    identity = obj.identity(parent)
    changed: dict[str, Any] = {}
    if identity in subjects:
        changed["name"] = parts_of(renaming.after)[-1]
    inside = path_of(identity) + "."
    if any(path_of(i).startswith(inside) for i in subjects):
        for field in obj.children:
            value: Inside = getattr(obj, field)
            if isinstance(value, tuple):
                inner = tuple(_named(i, identity, subjects, renaming) for i in value)
                if any(a is not b for a, b in zip(inner, value, strict=True)):
                    changed[field] = inner
    return replace(obj, **changed) if changed else obj


def _touched(moved: Mapping[Identity, Identity], before: Identity, schema: Schema) -> set[Identity | None]:
    """The top-level objects that hold a name which changes."""
    touched = {schema.root_of(i) for i in (*moved, before)}
    for identity in moved:
        touched |= {schema.root_of(user) for user, _ in schema.users(identity)}
        touched |= {schema.root_of(heir) for heir in schema.heirs(identity)}
    return touched


def _spelled(
    was: Object,
    obj: Object,
    parent: Identity | None,
    renaming: Renaming,
    moved: Mapping[Identity, Identity],
    dialect: Dialect,
    guess: bool,
) -> Object:
    """The object, and what stands in it, with the names that they hold changed."""
    identity = was.identity(parent)
    changed: dict[str, Any] = {}
    for field in obj.children:
        value: Inside = getattr(obj, field)
        before = getattr(was, field)
        if isinstance(value, tuple):
            pairs = zip(before, value, strict=True)
            changed[field] = tuple(_spelled(a, b, identity, renaming, moved, dialect, guess) for a, b in pairs)
        elif value is not None:
            changed[field] = _spelled(before, value, identity, renaming, moved, dialect, guess)
    obj = replace(obj, **changed) if changed else obj
    return relabelled(dialect.respelled(identity, obj, renaming, moved, guess=guess), moved)


def _check(moved: Mapping[Identity, Identity], made: Schema, renaming: Renaming) -> None:
    """Nobody names what is called otherwise now."""
    for identity in moved:
        if identity not in made and (users := made.users(identity)):
            raise Defect(
                f"{users[0][0]} still names {identity}",
                _WHERE.format(renaming.before, renaming.after),
                "this plan is not rendered; please report both snapshots",
            )


def _step(
    after: Identity, obj: Object, old: Schema, new: Schema, moved: Mapping[Identity, Identity], macro: str
) -> Step:
    before = next(i for i, now in moved.items() if now == after)
    return Step(
        action="rename",
        identity=after,
        macro=macro,
        old=obj,
        new=new[after],
        parent=new.parent(after),
        renames=moved,
        destroys=frozenset(moved),
        produces=frozenset(moved.values()),
        context={"was": before},
        why="a rename hint says so",
    )


def _word(identity: Identity) -> str:
    return kind_of(identity).replace("_", " ")


def _bad(hint: Renaming, what: str, next: str = "correct the hint, or remove it") -> InputError:
    return InputError(what, _WHERE.format(hint.before, hint.after), next)
