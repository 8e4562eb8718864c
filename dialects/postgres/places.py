"""What a statement does something to: the objects that locks.py speaks of."""

from collections.abc import Callable, Iterable, Iterator

from ...engine.protocol import Schema, Step
from ...snapshots.model import Identity
from ...snapshots.naming import kind_of
from ...snapshots.postgres import ForeignKey, Table

Place = Callable[[Step, Schema, Schema], Iterable[Identity]]
"""The objects that something is done to."""
Condition = Callable[[Step, Schema, Schema], bool]


def nowhere(_step: Step, _old: Schema, _new: Schema) -> Iterable[Identity]:
    """Nothing."""
    return ()


def own(step: Step, _old: Schema, _new: Schema) -> Iterable[Identity]:
    """The step's subject."""
    return (step.identity,)


def relation(step: Step, old: Schema, new: Schema) -> Iterable[Identity]:
    """What the subject stands in, outermost; itself, if nothing."""
    return (_relation(step.identity, step.parent, old, new),)


def _relation(identity: Identity, parent: Identity | None, old: Schema, new: Schema) -> Identity:
    while parent is not None:
        identity, parent = parent, old.parent(parent) or new.parent(parent)
    return identity


def family(step: Step, old: Schema, new: Schema) -> Iterable[Identity]:
    """The relation and all that derive from it."""
    return with_heirs(relation(step, old, new), old, new)


def with_heirs(relations: Iterable[Identity], *schemas: Schema) -> Iterator[Identity]:
    """Tables with their partitions and children, on either side."""
    found = dict.fromkeys(relations)
    by_table = [below for schema in schemas if (below := schema.remember("heirs of tables", _heirs))]
    waiting = list(found) if by_table else []
    while waiting:
        at = waiting.pop()
        heirs = {heir for below in by_table for heir in below.get(at, ())}
        waiting.extend(heirs - found.keys())
        found.update(dict.fromkeys(sorted(heirs)))
    return iter(found)


def _heirs(schema: Schema) -> dict[Identity, list[Identity]]:
    """Partitions and children, by what they derive from directly."""
    found: dict[Identity, list[Identity]] = {}
    for table in schema.of_kind("table"):
        assert isinstance(table, Table)
        for parent in (*table.inherits, *([table.partition_of] if table.partition_of else ())):
            found.setdefault(parent, []).append(table.identity())
    return found


def above(step: Step, old: Schema, new: Schema) -> Iterable[Identity]:
    """What the table is a partition or a child of, or is to be; and the default partitions there."""
    parents: dict[Identity, None] = {}
    for table in (step.old, step.new):
        if isinstance(table, Table):
            parents.update(dict.fromkeys([*table.inherits, *([table.partition_of] if table.partition_of else ())]))
    return parents


def defaults(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """The default partitions beside it, with what stands below."""
    for parent in above(step, old, new):
        for heir in with_heirs([parent], old, new):
            if any(getattr(schema.get(heir), "bound", None) == "DEFAULT" for schema in (old, new)):
                yield from with_heirs([heir], old, new)


def referenced(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """The tables that the foreign keys at hand refer to: the subject, what goes with it, what stands in the table."""
    keys = [obj for obj in (step.old, step.new) if isinstance(obj, ForeignKey)]
    keys += [obj for i in step.destroys if isinstance(obj := old.get(i), ForeignKey)]
    tables = [i for i in (step.identity, *step.destroys, *above(step, old, new)) if kind_of(i) == "table"]
    inside = (schema.get(i) for table in tables for schema in (old, new) for i in schema.inside(table))
    keys += [obj for obj in inside if isinstance(obj, ForeignKey)]
    return with_heirs([key.references for key in keys], old, new)


def referring(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """The tables whose foreign keys refer to the table, or to what it is a part of, at whatever remove."""
    tables = [step.identity, *above(step, old, new)]
    for table in tables:
        wholes = (getattr(schema.get(table), "partition_of", None) for schema in (old, new))
        tables += [whole for whole in wholes if whole is not None and whole not in tables]
    for table in tables:
        for schema in (old, new):
            users = [user for user, attribute in schema.users(table) if attribute == "references"]
            yield from with_heirs([p for user in users if (p := schema.parent(user)) is not None], old, new)


def keyed(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """The tables at both ends of the foreign keys that the column, or one that derives from it, has a part in."""
    columns = [step.identity]
    for column in columns:
        columns += old.heirs(column)
    ends: dict[Identity, None] = {}
    for column in columns:
        for user, _ in old.users(column):
            key = old.get(user)
            if isinstance(key, ForeignKey):
                ends.update(dict.fromkeys([key.references, old.root_of(user) or user]))
    return with_heirs(ends, old, new)


def followed(step: Step, _old: Schema, _new: Schema) -> Iterable[Identity]:
    """The tables behind whose rows a sequence goes on."""
    return [table for table, _ in step.context["continued"]]


def going(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """What is dropped, and what that was a part of."""
    yield from with_heirs([*step.destroys, *above(step, old, new)], old)


def beside(step: Step, _old: Schema, _new: Schema) -> Iterable[Identity]:
    """The partitioned index that it is attached to."""
    return step.new.derived_from if step.new is not None else ()


def further_up(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """The partitioned indexes above that one, with their tables: as it becomes whole they may. The releases of November
    2026 lock them for it."""
    waiting = list(beside(step, old, new))
    while waiting:
        index = new.get(waiting.pop())
        for origin in index.derived_from if index is not None else ():
            yield origin
            yield from filter(None, [new.parent(origin)])
            waiting.append(origin)


def holders(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """Tables with a column of the type, through types that are made of it."""
    found = {step.parent or step.identity}
    waiting = list(found)
    while waiting:
        at = waiting.pop()
        for schema in (old, new):
            for user, _ in schema.users(at):
                root = schema.root_of(user) or user
                if kind_of(user) == "column":
                    yield root
                elif root not in found and kind_of(root) in ("domain", "composite", "range"):
                    found.add(root)
                    waiting.append(root)


def sources(step: Step, old: Schema, new: Schema) -> Iterator[Identity]:
    """The tables that a query reads, through views."""
    found: set[Identity] = set()
    waiting = [step.identity]
    while waiting:
        at = waiting.pop()
        for schema in (old, new):
            obj = schema.get(at)
            for used in obj.depends_on if obj is not None else ():
                root = schema.root_of(used)
                if root is not None and root not in found and kind_of(root) in _READ:
                    found.add(root)
                    waiting.append(root)
    yield from with_heirs(sorted(found), old, new)


_READ = frozenset({"table", "view", "materialized_view"})


def when(condition: Condition, place: Place) -> Place:
    """There, if the condition holds."""
    return lambda step, old, new: place(step, old, new) if condition(step, old, new) else ()


def unless(condition: Condition, place: Place) -> Place:
    """There, if the condition does not hold."""
    return lambda step, old, new: () if condition(step, old, new) else place(step, old, new)


def both(*places: Place) -> Place:
    """Each of them."""
    return lambda step, old, new: [identity for place in places for identity in place(step, old, new)]
