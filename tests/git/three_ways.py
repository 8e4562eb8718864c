"""Generated three-way merges: a base of either dialect, and changes to it as data, made by two people."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any, get_type_hints

from msgspec.structs import replace

from dbstrata.snapshots import format, mysql, naming, postgres
from dbstrata.snapshots.canonical import Walk
from dbstrata.snapshots.model import Header, Identity, Inside, Object, Text, attributes, flatten

Snapshot = Any
Key = tuple[Identity, str | None]
"""What a change touches: an attribute, or, None, the whole object."""


@cache
def base(dialect: str) -> Snapshot:
    """A small schema with objects at every depth that the dialect has."""
    header = {"format": format.FORMAT, "dialect": dialect, "facts": {"encoding": "UTF8", "locale": "C"}}
    if dialect == "postgres":
        of = Header(**header, flavour="postgresql", version="18.1", version_number=180001)  # type: ignore[arg-type]
        return format.canonical(postgres.Snapshot(header=of, objects=tuple(_postgres())))
    of = Header(**header, flavour="mysql", version="9.7.0", version_number=90700)  # type: ignore[arg-type]
    return format.canonical(mysql.Snapshot(header=of, objects=tuple(_mysql())))


def _postgres() -> Iterator[Any]:
    p = postgres
    for name in ("orders", "items", "select"):
        columns = tuple(
            p.Column(name=c, type="integer", default=p.Default(expression="0") if at % 2 else None)
            for at, c in enumerate(("id", "a", "b", "c", "d"))
        )
        checks = (p.Check(name="positive", expression="(a > 0)"), p.Check(name="small", expression="(b < 9)"))
        a = naming.identity("column", "public", name, "a")
        index = p.Index(name=f"{name}_a", parts=(p.IndexPart(column=a),))
        yield p.Table(schema="public", name=name, columns=columns, constraints=checks, indexes=(index,))
    yield p.Composite(
        schema="public", name="pair", attributes=tuple(p.Attribute(name=n, type="text") for n in ("x", "y", "z"))
    )
    yield p.Enum(schema="public", name="state", labels=("new", "old"))
    yield p.Schema(name="public")
    for name in ("v", "w"):
        yield p.View(
            schema="public",
            name=name,
            query=("SELECT 1 AS one,", "  2 AS two"),
            columns=(p.ViewColumn(name="one", type="integer"), p.ViewColumn(name="two", type="integer")),
        )


def _mysql() -> Iterator[Any]:
    m = mysql
    for name in ("orders", "Items", "select"):
        columns = tuple(m.Column(name=c, type="int") for c in ("id", "a", "b", "c", "d"))
        checks = (m.Check(name="positive", expression="(`a` > 0)"), m.Check(name="small", expression="(`b` < 9)"))
        index = m.Index(name="a", parts=(m.KeyPart(column=naming.identity("column", name, "a")),))
        yield m.Table(
            name=name, charset="utf8mb4", collation="utf8mb4_bin", columns=columns, checks=checks, indexes=(index,)
        )
    for name in ("f", "g"):
        yield m.Function(name=name, returns="int", parameters="", body=("BEGIN", "  RETURN 1;", "END"))
    yield m.View(name="v", query="select 1 AS `one`", columns=("one",))


# changes


@dataclass(frozen=True)
class Change:
    """One edit that somebody made."""

    touches: Key
    make: Callable[[Snapshot], Snapshot]


def applied(snapshot: Snapshot, changes: list[Change]) -> Snapshot:
    """All of them, in that order, in canonical form."""
    return format.canonical(reduce(lambda found, change: change.make(found), changes, snapshot))


def changes(rng: random.Random, snapshot: Snapshot, names: str) -> list[Change]:
    """Some edits, each of something else. `names`: the letters that new objects are called by."""
    found: dict[Key, Change] = {}
    dropped: set[Identity] = set()
    for _ in range(rng.randint(1, 6)):
        change = rng.choice((_set, _set, _set, _drop, _create, _column))(rng, snapshot, names)
        inside = change is not None and any(_stands_in(change.touches[0], i) for i in dropped)
        if change is None or inside or change.touches in found or change.make(snapshot) == snapshot:
            continue
        if change.make.__name__ == "drop":
            if any(_stands_in(other, change.touches[0]) for other, _ in found):
                continue
            dropped.add(change.touches[0])
        found[change.touches] = change
    return list(found.values())


def _stands_in(inner: Identity, outer: Identity) -> bool:
    return inner == outer or f"{inner} ".partition(" ")[2].startswith(f"{outer.partition(' ')[2]}.")


def _set(rng: random.Random, snapshot: Snapshot, _names: str) -> Change | None:
    of, _, obj = rng.choice([found for root in snapshot.objects for found in flatten(root)])
    hints = _hints(type(obj))
    open_to_any = [a for a in attributes(type(obj)) if hints[a] in VALUES and a != "reason"]
    if not open_to_any:
        return None
    attribute = rng.choice(open_to_any)
    value = rng.choice(VALUES[hints[attribute]])

    def put(snap: Snapshot) -> Snapshot:
        return edited(snap, of, lambda found: replace(found, **{attribute: value}))

    return Change((of, attribute), put)


_hints = cache(get_type_hints)

VALUES: dict[Any, tuple[Any, ...]] = {
    bool: (True, False),
    str: ("x", "y"),
    str | None: ("x", "y", None),
    int: (7, 8),
    int | None: (7, 8, None),
    Text: ("x", ("y", "z"), ("z", "z")),
    Text | None: ("x", ("y", "z"), None),
}


def _drop(rng: random.Random, snapshot: Snapshot, _names: str) -> Change | None:
    used = Walk(snapshot.objects).references
    found = [(i, obj) for root in snapshot.objects for i, _, obj in flatten(root) if obj.kind not in ("schema",)]
    of, obj = rng.choice(found)
    if obj.kind != "table" and any(_stands_in(Identity(i), of) for i in used):
        return None  # what uses it would have to go too

    def drop(snap: Snapshot) -> Snapshot:
        return edited(snap, of, lambda _found: None)

    return Change((of, None), drop)


def _create(rng: random.Random, snapshot: Snapshot, names: str) -> Change:
    tables = [obj for obj in snapshot.objects if obj.kind == "table"]
    like = rng.choice(tables)
    new = replace(like, name=f"new_{rng.choice(names)}", indexes=(), comment=rng.choice(("one", "two", None)))

    def create(snap: Snapshot) -> Snapshot:
        return replace(snap, objects=(*(o for o in snap.objects if o.identity() != new.identity()), new))

    return Change((new.identity(), None), create)


def _column(rng: random.Random, snapshot: Snapshot, names: str) -> Change:
    table = rng.choice([obj for obj in snapshot.objects if obj.kind == "table"])
    letter = rng.choice(names)
    new = replace(table.columns[0], name=f"new_{letter}", comment=rng.choice(("one", "two")))
    before = {c.name for c in table.columns[: 1 + ord(letter) % len(table.columns)]}

    def column(snap: Snapshot) -> Snapshot:
        def put(found: Any) -> Any:
            others = [c for c in found.columns if c.name != new.name]
            at = max((n + 1 for n, c in enumerate(others) if c.name in before), default=0)
            return replace(found, columns=(*others[:at], new, *others[at:]))

        return edited(snap, table.identity(), put)

    return Change((new.identity(table.identity()), None), column)


def edited(snapshot: Snapshot, identity: Identity, edit: Callable[[Any], Any]) -> Snapshot:
    """The snapshot with that object, at whatever depth, changed; None drops it."""
    objects = (_edited(obj, None, identity, edit) for obj in snapshot.objects)
    return replace(snapshot, objects=tuple(obj for obj in objects if obj is not None))


def _edited(obj: Object, parent: Identity | None, identity: Identity, edit: Callable[[Any], Any]) -> Any:
    own = obj.identity(parent)
    if own == identity:
        return edit(obj)
    changed: dict[str, Any] = {}
    for field in obj.children:
        value: Inside = getattr(obj, field)
        if isinstance(value, tuple):
            found = tuple(_edited(inner, own, identity, edit) for inner in value)
            changed[field] = tuple(inner for inner in found if inner is not None)
        elif value is not None:
            changed[field] = _edited(value, own, identity, edit)
    return replace(obj, **changed) if changed else obj


# the judge: a schema as a flat table, which knows nothing of how a merge is made


def flat(snapshot: Snapshot) -> dict[Key, Any]:
    """Every attribute of every object, and, under None, what each stands in."""
    found: dict[Key, Any] = {}
    for root in snapshot.objects:
        for identity, parent, obj in flatten(root):
            found[identity, None] = parent
            found |= {(identity, a): getattr(obj, a) for a in attributes(type(obj))}
    return found


def orders(snapshot: Snapshot) -> dict[Identity, list[str]]:
    """The columns of each table, in order."""
    return {obj.identity(): [c.name for c in obj.columns] for obj in snapshot.objects if obj.kind == "table"}


def expected_conflicts(base: Snapshot, ours: Snapshot, theirs: Snapshot) -> set[Key]:
    """What both sides touched, each otherwise; and what one side dropped and the other touched."""
    before, mine, other = flat(base), flat(ours), flat(theirs)
    found: set[Key] = set()
    for identity, attribute in {**before, **mine, **other}:
        at = identity, attribute
        there = [(identity, None) in side for side in (before, mine, other)]
        if attribute is not None and there[1] and there[2]:
            values = [side.get(at, side) for side in (before, mine, other)]  # a side itself is equal to no value
            if values[1] != values[2] and values[0] not in values[1:]:
                found.add(at)
        elif attribute is None and there == [True, False, True]:
            found |= _dropped_and_touched(identity, before, mine, other)
        elif attribute is None and there == [True, True, False]:
            found |= _dropped_and_touched(identity, before, other, mine)
    return found


def _dropped_and_touched(
    identity: Identity, before: dict[Key, Any], dropped: dict[Key, Any], kept: dict[Key, Any]
) -> set[Key]:
    parent = before[identity, None]
    if parent is not None and (parent, None) not in dropped:  # it stands in what is gone itself
        return set()
    return _touched(identity, before, kept)


def _touched(identity: Identity, before: dict[Key, Any], after: dict[Key, Any]) -> set[Key]:
    inside = {identity}
    for (inner, attribute), parent in (*before.items(), *after.items()):
        if attribute is None and parent in inside:
            inside.add(inner)
    at = {key for key in (*before, *after) if key[0] in inside}
    return {(identity, None)} if any(before.get(k, before) != after.get(k, after) for k in at) else set()
