"""What a macro needs beside the objects of its step, by macro."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...engine.protocol import Schema, State, Step
from ...snapshots.errors import Refused
from ...snapshots.model import Identity
from ...snapshots.naming import kind_of, path_of, quote
from ...snapshots.postgres import (
    Column,
    Default,
    Enum,
    IdentityColumn,
    Index,
    SequenceOptions,
    Table,
)
from ...templates.filters.postgres import table_path
from . import casts, conversion, not_nulls, privileges, spelling
from .around import beyond, has_children, holder_of
from .claims import INDEXES, KEYS, aside, taken_names
from .rules.common import parts
from .rules.indexes import left_invalid

__all__ = ["CONTEXT", "stays_off_children"]

_STAY_OFF_CHILDREN = frozenset(
    {
        "alter_table.set_default",
        "alter_table.drop_default",
        "alter_table.set_storage",
        "alter_table.set_statistics",
        "alter_table.set_column_options",
        "alter_table.set_compression",
    }
)
"""Clauses that ALTER TABLE would carry to child tables, each of which has its own value: they are said with ONLY."""


def stays_off_children(step: Step, old: Schema, new: Schema) -> bool:
    """A new column's default comes with the column, and reaches them: their rows get it too."""
    column = step.parent
    is_new = kind_of(step.identity) == Default.kind and column is not None and column not in old
    comes_along = is_new and column is not None and not new[column].derived_from
    return step.macro in _STAY_OFF_CHILDREN and not comes_along and has_children(step, old, new)


def _acl(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    kind = kind_of(step.identity)
    word = privileges.objects_word(kind)
    old_acl, new_acl = getattr(step.old, "acl", ()), getattr(step.new, "acl", ())
    at_risk = privileges.grantees(step.new, State(old)) if step.new is not None else ()
    owner = _owner(step.identity, new)
    holder = holder_of(step.identity, old)
    if (
        holder is not None
        and holder == holder_of(step.identity, new)
        and old_acl == getattr(old[step.identity], "acl", None)
    ):
        version = old.server.version_number
        old_acl = privileges.handed_over(old_acl, word, _owner(step.identity, old), owner, version)
    return {"change": privileges.difference(old_acl, new_acl, word, owner, at_risk)}


def _owner(identity: Identity, schema: Schema) -> str | None:
    """Who may grant, and has all by default."""
    obj = schema.get(holder_of(identity, schema) or identity)
    return getattr(obj, "owner", None)


def _default_privileges(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    entry = step.new or step.old
    assert entry is not None
    word, role = getattr(entry, "objects", ""), entry.name
    is_global = getattr(entry, "schema", None) is None
    before, after = getattr(step.old, "acl", ()), getattr(step.new, "acl", ())
    if is_global:
        return {"change": privileges.difference(before, after, word, role)}
    return {"change": privileges.added(before, after)}


def _using(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """The USING clause. A type is made anew where the old one still waits to be dropped."""
    assert isinstance(step.old, Column) and isinstance(step.new, Column)
    anew = step.old.type == step.new.type and any(i not in old for i in step.releases)
    return {"using": conversion.using(step.identity, step.old, step.new, (old, new), anew=anew)}


def _labels(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """(label, BEFORE or None, neighbour) of each ADD VALUE, so that each names one that is there already."""
    assert isinstance(step.old, Enum) and isinstance(step.new, Enum)
    there = set(step.old.labels)
    additions = list[dict[str, str | None]]()
    for at, label in enumerate(step.new.labels):
        if label in there:
            continue
        later = next((other for other in step.new.labels[at:] if other in there), None)
        additions.append({"label": label, "before": later})
        there.add(label)
    return {"additions": additions}


def _range_aside(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """How a range and its multirange type are called while they wait to be dropped."""
    name: str | None = getattr(step.old, "multirange", None)
    taken = taken_names(old) | taken_names(new)
    return {
        "aside": path_of(aside(step.identity, old, new)),
        "multirange": name,
        "multirange_aside": spelling.aside(name, taken) if name is not None else None,
    }


def _inherits(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"gone": beyond(step.old, step.new), "added": beyond(step.new, step.old)}


def _options(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Options to set, and to reset. The server keeps them in the order in which they were set last, so all are set."""
    before: dict[str, str] = getattr(step.old, "options", {})
    after: dict[str, str] = getattr(step.new, "options", {})
    return {"set": after if before != after else {}, "reset": sorted(before.keys() - after.keys())}


_INTEGERS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}


def _limits(sequence: SequenceOptions) -> tuple[int, int, int]:
    """Lowest, highest and first value: as said, or as type and direction imply (CREATE SEQUENCE)."""
    size, up = _INTEGERS[sequence.type], sequence.increment > 0
    low = sequence.minimum if sequence.minimum is not None else 1 if up else -size
    high = sequence.maximum if sequence.maximum is not None else size - 1 if up else -1
    return low, high, sequence.start if sequence.start is not None else low if up else high


def _sequence(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Limits in figures. A sequence that may stand outside of the new ones is first moved to the nearer; where old and
    new limits have nothing in common, it starts anew."""
    assert isinstance(step.old, SequenceOptions) and isinstance(step.new, SequenceOptions)
    (old_low, old_high, _), (low, high, start) = _limits(step.old), _limits(step.new)
    apart = high < old_low or old_high < low
    return {
        "limits": not {"type", "increment", "minimum", "maximum"}.isdisjoint(step.attributes),
        "minimum": low,
        "maximum": high,
        "start": start,
        "lowest": low if old_low < low and not apart else None,
        "highest": high if high < old_high and not apart else None,
        "restart": apart,
    }


def _continued(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """(table, column) whose rows hold values already, and are to be followed by those of a new sequence."""
    return {"continued": [(i, c) for i, c in _fed(step, new) if _holds_numbers(c, old) and _stays(i, old, new)]}


def _identity(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """And the table, as it is when it is made."""
    return {"table": new.get(Identity(f"table {table_path(step)}")), **_continued(step, old, new)}


def _fed(step: Step, schema: Schema) -> Iterator[tuple[Identity, Identity]]:
    """The tables and columns that the sequence gives their values."""
    if kind_of(step.identity) == IdentityColumn.kind:
        columns = {step.parent}
    else:
        owner = getattr(step.new, "owned_by", None)
        users = (user for user, _ in schema.users(step.identity) if kind_of(user) == Default.kind)
        columns = {owner, *(schema.parent(user) for user in users)}
    for column in sorted(c for c in columns if c is not None):
        if (table := schema.parent(column)) is not None:
            yield table, column


def _holds_numbers(column: Identity, schema: Schema) -> bool:
    return getattr(schema.get(column), "type", None) in _INTEGERS


def _stays(table: Identity, old: Schema, new: Schema) -> bool:
    """Is it not made anew?"""
    before, after = old.get(table), new.get(table)
    return isinstance(before, Table) and getattr(after, "partition_by", None) == before.partition_by


_MAIN_BY_DEFAULT = frozenset({"numeric", "inet", "cidr"})


def _storage(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """The keyword. Back to the type's own: DEFAULT, which servers before 16 do not know."""
    stored = getattr(step.new, "storage", None)
    if stored is None and old.server.version_number < 160000:
        type_ = casts.base(getattr(step.new, "type", ""))
        domain = new.get(Identity(f"domain {type_}"))
        based = getattr(domain, "type", getattr(step.new, "type", ""))
        stored = "main" if "[" not in based and casts.base(based) in _MAIN_BY_DEFAULT else "extended"
    return {"storage": (stored or "default").upper()}


def _partitioned(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Keys and indexes of a partitioned table are made on it ONLY, and its partitions' own are attached. Where the plan
    knows no partition there may be some that come and go at run time, and the server gives each its own."""
    table = new.get(Identity(f"table {table_path(step)}"))
    if not isinstance(table, Table) or table.partition_by is None or kind_of(step.identity) not in INDEXES:
        return {"only": False}
    if step.action == "create" and kind_of(step.identity) in KEYS:
        _check_parts([step.identity], list(parts(table.identity(), new)), new)
    return {"only": has_children(step, old, new)}


def _attached(step: Step, _old: Schema, new: Schema) -> dict[str, Any]:
    """Raises Refused where ATTACH makes a key that is not to be."""
    assert isinstance(step.new, Table)
    assert step.new.partition_of is not None
    _check_parts([i for i in new.inside(step.new.partition_of) if kind_of(i) in KEYS], [step.identity], new)
    return {}


def _check_parts(keys: list[Identity], tables: list[Identity], schema: Schema) -> None:
    """Has each partition its part of each key? Of an index one sees that it lacks some, of a key not."""
    for key in keys:
        there = {schema.parent(heir) for heir in schema.heirs(key)}
        if lacking := [table for table in tables if table not in there]:
            raise Refused(
                f"{key} is not whole: {lacking[0]} has no part of it, and no plan makes one so",
                "the new snapshot",
                "give the partition its key there (ALTER INDEX ... ATTACH PARTITION) and dump again",
            )


def _new_index(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Raises Refused where no statement makes it so."""
    assert isinstance(step.new, Index)
    table = new.get(step.parent) if step.parent is not None else None
    partitioned = getattr(table, "partition_by", None) is not None
    if partitioned and (refusal := left_invalid(step.identity, step.new, new)) is not None:
        raise Refused(f"invalid of {step.identity}: {refusal.reason}", "the new snapshot", refusal.next)
    return _partitioned(step, old, new)


def _leaves_heirs(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """DROP on ONLY the parent leaves its children's own, now local (ALTER TABLE, "DROP COLUMN").

    Wanted where a child keeps it by itself; where it is dropped to be made anew, it comes to the children anew.
    """
    table = old.get(step.parent) if step.parent is not None else None
    if getattr(table, "partition_by", None) is not None:
        return {"only": False}
    kept = [new.get(heir) for heir in old.heirs(step.identity)]
    return {"only": any(heir is not None and step.identity not in heir.derived_from for heir in kept)}


def _moved_columns(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """(name, expression) of the columns that both have; the sequences of identity columns with their columns."""
    assert isinstance(step.old, Table) and isinstance(step.new, Table)
    before = {column.name: column for column in step.old.columns}
    both = [column for column in step.new.columns if column.name in before and column.generated is None]

    def moved(column: Column) -> str:
        identity = column.identity(step.identity)
        expression = conversion.using(identity, before[column.name], column, (old, new), anew=False)
        return expression or quote(column.name)

    return {
        "aside": aside(step.identity, old, new),
        "columns": [(c.name, moved(c)) for c in both],
        "overriding": any(c.identity_column is not None and c.identity_column.always for c in both),
        "sequences": [(c.identity_column.sequence, c.name) for c in both if c.identity_column is not None],
    }


def _named_not_nulls(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """From 18 on NOT NULL is a constraint, whose name the new table is to have."""
    columns = step.old.columns if isinstance(step.old, Table) and old.server.version_number >= 180000 else ()
    return {"bared": tuple(column.name for column in columns if column.not_null)}


def _is_referenced(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Foreign keys to a partitioned table hold its partitions too: each must be detached before it is dropped."""
    table, above = step.old, step.identity
    detach = False
    while isinstance(table, Table) and table.partition_of is not None:
        above = table.partition_of
        if above in new and getattr(old[above], "partition_by", None) != getattr(new[above], "partition_by", None):
            break
        detach = detach or any(attribute == "references" and user in new for user, attribute in old.users(above))
        table = old.get(above)
    return {"detach": detach}


def _added(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Added without NOT NULL where a child's is not the one that ADD COLUMN would bring."""
    heirs = [(i, c) for i, _, c in step.inner if isinstance(c, Column) and c.not_null]
    here = {step.identity, *(i for i, _, _ in step.inner)}
    own = (here.isdisjoint(not_nulls.bringers(i, c, new)) for i, c in heirs)
    bare = old.server.version_number >= not_nulls.SINCE and any(own)
    return {"bare": bare, **_undefaulted(step, new), **({"not_nulls": {}} if bare else _not_nulls(step, old, new))}


def _new_table(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """What the columns of a child inherit, as it is when the parents are done."""
    origins = {o: new.get(o) for _, _, c in step.inner if isinstance(c, Column) for o in c.derived_from}
    return {"origins": origins, **_undefaulted(step, new), **_not_nulls(step, old, new)}


def _undefaulted(step: Step, new: Schema) -> dict[str, Any]:
    """(table, column) of the children's columns that have no default, though their parents' have one."""
    if getattr(step.new, "partition_of", None) is not None:
        return {"undefaulted": []}
    columns = [(table, i, c) for i, table, c in step.inner if isinstance(c, Column) and c.default is None]
    above = {i: [o for origin in c.derived_from if isinstance(o := new.get(origin), Column)] for _, i, c in columns}
    return {"undefaulted": [(table, i) for table, i, _ in columns if any(o.default is not None for o in above[i])]}


def _not_null(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """NOT NULL that goes from a partitioned table and its partitions goes from each by itself. Before it was a
    constraint the server would carry it, come or gone, to all children, whatever they have."""
    assert isinstance(step.new, Column)
    table = new.get(Identity(f"table {table_path(step)}"))
    partitioned = getattr(table, "partition_by", None) is not None
    inherits = old.server.version_number >= not_nulls.SINCE
    each = partitioned and not step.new.not_null if inherits else not partitioned
    return {
        "only": each and has_children(step, old, new),
        "not_null_name": _stated_name(step, old, new),
    }


def _stated_name(step: Step, old: Schema, new: Schema) -> str | None:
    """The name of a NOT NULL constraint that the server would not make up, for another one is called so already: a
    child's own."""
    assert isinstance(step.new, Column)
    if old.server.version_number < not_nulls.SINCE:
        return None
    name = not_nulls.name(step.identity, step.new.not_null_constraint)
    if not_nulls.is_taken(step.identity, step.new, old, new):
        return name
    made = {i for i, _, _ in step.inner}
    for heir in new.all_heirs(step.identity):
        column, before = new[heir], old.get(heir)
        assert isinstance(column, Column)
        apart = before is None or not before.derived_from
        there = apart or getattr(before, "not_null", False) or not_nulls.is_own(column)
        if heir not in made and there and not_nulls.name(heir, column.not_null_constraint) == name:
            return name
    return None


def _not_nulls(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """The columns whose NOT NULL is said, with its name where the server would make up another one: it makes up none
    twice in a schema, and a table's children may have it already. What a child has from its parents alone is not said.
    """
    inner = ((step.identity, step.new), *((identity, obj) for identity, _, obj in step.inner))
    columns = [(i, c) for i, c in inner if isinstance(c, Column) and c.not_null]
    table = new.get(Identity(f"table {table_path(step)}"))
    inherits, parents = getattr(table, "partition_of", None) is None, has_children(step, old, new)
    if old.server.version_number < not_nulls.SINCE:
        return {"not_nulls": {c.name: None for _, c in columns if c.local or not inherits}}
    return {
        "not_nulls": {
            c.name: not_nulls.name(i, c.not_null_constraint) if parents else not_nulls.stated_name(i, c, old, new)
            for i, c in columns
            if not_nulls.is_valid(c) and not (inherits and c.derived_from and not not_nulls.is_own(c))
        }
    }


def _extension(_step: Step, _old: Schema, new: Schema) -> dict[str, Any]:
    """Another server has its own version of it."""
    return {"stated": new.header.version_number // 10000 == new.server.version_number // 10000}


def _only(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"only": has_children(step, old, new)}


CONTEXT: Mapping[str, Callable[[Step, Schema, Schema], dict[str, Any]]] = {
    "common.set_acl": _acl,
    "privileges.set_defaults": _default_privileges,
    "privileges.unset_defaults": _default_privileges,
    "alter_table.set_type": _using,
    "table.create": _new_table,
    "table.attach": _attached,
    "alter_table.set_storage": _storage,
    "alter_table.add_column": _added,
    "alter_table.set_not_null": _not_null,
    "type.set_aside_range": _range_aside,
    "type.add_values": _labels,
    "table.set_inherits": _inherits,
    "table.unset_inherits": _inherits,
    "alter_table.set_options": _options,
    "alter_table.set_column_options": _options,
    "index.set_options": _options,
    "view.set_options": _options,
    "materialized_view.set_options": _options,
    "alter_table.add_constraint": _partitioned,
    "alter_table.drop_column": _leaves_heirs,
    "alter_table.drop_constraint": _leaves_heirs,
    "index.create": _new_index,
    "trigger.set_enabled": _only,
    "table.drop": _is_referenced,
    "table.move_rows": _moved_columns,
    "table.set_aside": _named_not_nulls,
    "sequence.create": _continued,
    "extension.create": _extension,
    "alter_table.add_identity": _identity,
    "sequence.set_options": _sequence,
    "sequence.set_identity_options": _sequence,
}
