"""What is only called differently: renamed where it stands, not made anew.

An object that goes and one that comes, in one parent, of one kind whose rules say so, and equal in all
that could not be altered in place: no rows are at stake, so no hint is needed. The plan is then made from the old
snapshot as it reads with the new names, and the renaming is a step like any other.
"""

from collections.abc import Iterator, Mapping

from ..snapshots.model import Identity, relabelled, renamed
from ..snapshots.naming import kind_of
from .compare import Changes, compared
from .protocol import Choose, Dialect, InPlace, Kept, KindRules, Step, resolve
from .schema import Schema

Names = dict[Identity, Identity]
"""Old identities with their new ones."""


def found(changes: Changes, old: Schema, new: Schema, dialect: Dialect) -> Names:
    """The objects that only their name sets apart. What derives from a renamed one is found once that one is."""
    names: Names = {}
    while more := _found(changes, old, new, dialect, names):
        names |= more
    return _orderable(names, old, new, dialect)


def _orderable(names: Names, old: Schema, new: Schema, dialect: Dialect) -> Names:
    """Without those that take each other's names in a circle: none could be the first."""
    holders = {claim: i for i in names for claim in dialect.claims(i, old[i])}
    awaits = {
        before: {holders[c] for c in dialect.claims(after, new[after]) if c in holders} - {before}
        for before, after in names.items()
    }
    free: set[Identity] = set()
    while more := {i for i, others in awaits.items() if i not in free and others <= free}:
        free |= more
    kept = {before: after for before, after in names.items() if before in free}
    return {b: a for b, a in kept.items() if all(o in kept or o in new for o in old[b].derived_from)}


def _found(changes: Changes, old: Schema, new: Schema, dialect: Dialect, known: Names) -> Names:
    gone: dict[tuple[Identity, str], list[Identity]] = {}
    come: dict[tuple[Identity, str], list[Identity]] = {}
    taken = set(known.values())
    for change in changes:
        identity = change.identity
        if (change.old is None) == (change.new is None):
            continue
        parent = (new if change.old is None else old).parent(identity)
        if parent is None or parent not in old or parent not in new:
            continue
        if not dialect.rules(kind_of(identity)).rename_unasked:
            continue
        if change.new is None and identity not in known:
            gone.setdefault((parent, kind_of(identity)), []).append(identity)
        elif change.old is None and identity not in taken:
            come.setdefault((parent, kind_of(identity)), []).append(identity)
    names: Names = {}
    for place, before in gone.items():
        names |= dict(_paired(before, come.get(place, []), old, new, dialect, known))
    return names


def _paired(
    before: list[Identity], after: list[Identity], old: Schema, new: Schema, dialect: Dialect, known: Names
) -> Iterator[tuple[Identity, Identity]]:
    """The likest first; of those as like, in the order of their names."""
    ranked: list[tuple[int, Identity, Identity]] = []
    for a in before:
        for b in after:
            differing = _differing(a, b, old, new, dialect, known)
            if differing is not None:
                ranked.append((differing, a, b))
    used: set[Identity] = set()
    for _, a, b in sorted(ranked):
        if a not in used and b not in used:
            used |= {a, b}
            yield a, b


def _differing(a: Identity, b: Identity, old: Schema, new: Schema, dialect: Dialect, known: Names) -> int | None:
    """How many attributes would be altered once `a` is called `b`; None if that would not do."""
    before, after = relabelled(old[a], known), new[b]
    rules = dialect.rules(kind_of(a))
    versions = (old.header.version_number, new.header.version_number)
    differing = [n for n in compared(type(after), versions, frozenset()) if getattr(before, n) != getattr(after, n)]
    for attribute in differing:
        rule = rules.attributes.get(attribute)
        if isinstance(rule, Choose):
            rule = resolve(rule, b, before, after, (old, new))
        if isinstance(rule, Kept) and attribute != "derived_from":
            continue
        if not isinstance(rule, InPlace) or not rule.light:
            return None
    return len(differing)


def apply(names: Names, old: Schema) -> Schema:
    """The old schema as it reads once the names are changed."""
    touched = {old.root_of(i) for i in names}
    for identity in names:
        touched |= {old.root_of(user) for user, _ in old.users(identity)}
        touched |= {old.root_of(heir) for heir in old.heirs(identity)}
    return old.with_objects(renamed(obj, names) if root in touched else obj for root, obj in old.roots.items())


def steps(names: Names, old: Schema, relabelled_old: Schema, dialect: Dialect) -> Iterator[Step]:
    """One for each that is renamed by itself; an heir that is renamed along has none."""
    for before, after in names.items():
        rules = dialect.rules(kind_of(before))
        if rules.rename is None or _goes_along(before, names, old, rules):
            continue
        parent = old.parent(before)
        along = {before: after} | dict(_heirs(before, names, old, rules))
        step = Step(
            action="rename",
            identity=after,
            macro=rules.rename,
            old=old[before],
            new=relabelled_old[after],
            parent=parent,
            renames=along,
            inner=tuple(
                (i, heir_parent, relabelled_old[i])
                for i in along.values()
                if i != after and (heir_parent := relabelled_old.parent(i)) is not None
            ),
            destroys=frozenset(along),
            produces=frozenset(along.values()),
            why="its name alone differs",
        )
        yield step


def _goes_along(identity: Identity, names: Mapping[Identity, Identity], old: Schema, rules: KindRules) -> bool:
    return rules.rename_reaches_heirs and any(origin in names for origin in old[identity].derived_from)


def _heirs(identity: Identity, names: Names, old: Schema, rules: KindRules) -> Iterator[tuple[Identity, Identity]]:
    if rules.rename_reaches_heirs:
        for heir in old.heirs(identity):
            if heir in names:
                yield heir, names[heir]
                yield from _heirs(heir, names, old, rules)


__all__ = ["Names", "apply", "found", "steps"]
