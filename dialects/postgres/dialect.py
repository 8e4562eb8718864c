"""PostgreSQL, as the engine sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...engine.protocol import Effect, Facts, KindRules, Links, Renaming, Schema, State, Statement, Step
from ...snapshots.model import Grant, Header, Identity, Object
from ...snapshots.naming import kind_of, parts_of, path_of, quote
from ...snapshots.postgres import (
    Column,
    Default,
    Enum,
    ForeignKey,
    IdentityColumn,
    Index,
    InSchema,
    Range,
    Routine,
    SequenceOptions,
    Table,
    Trigger,
)
from ...snapshots.postgres import Schema as SchemaObject
from ...snapshots.postgres import Sequence as SequenceObject
from ...templates.filters.postgres import table_path
from . import casts, conversion, not_nulls, privileges, risks, spelling, versions
from .effects import effects
from .rules import tables
from .rules.common import is_attached_late, partitions
from .rules.relations import whole

_RELATIONS = frozenset({"table", "view", "materialized_view", "sequence", "composite"})
_TYPES = frozenset({"enum", "domain", "range", "composite", "table", "view", "materialized_view"})
_INDEXES = frozenset({"index", "primary_key", "unique", "exclusion"})
_CONSTRAINTS = frozenset({"check", "primary_key", "unique", "exclusion", "foreign_key"})

_CLAUSES = "alter_table."
"""Macros of this family are clauses of ALTER TABLE; `table.alter` puts the statement round them."""

_JOIN_CREATE = frozenset({"alter_table.set_default", "alter_table.add_identity", "alter_table.add_constraint"})
_JOIN_ADD = frozenset({"alter_table.add_column", "alter_table.set_default", "alter_table.add_identity"})
_JOIN_TYPE = frozenset({"alter_table.drop_default", "alter_table.set_type", "alter_table.set_default"})

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


class Postgres:
    """Implements engine.protocol.Dialect and Assesses."""

    name = "postgres"
    transactional = True

    def rules(self, kind: str) -> KindRules:
        """The rules of a kind of object."""
        return tables()[kind]

    def effects(self, step: Step, state: State) -> Iterable[Effect]:
        """All that the server does at this step."""
        return effects(step, state)

    def claims(self, identity: Identity, obj: Object) -> Iterator[str]:
        """Relations and indexes share one namespace in a schema, types another, a table's constraints a third."""
        if isinstance(obj, InSchema | SequenceObject):
            name = f"{quote(obj.schema)}.{quote(obj.name)}"
            if obj.kind in _RELATIONS:
                yield f"relation {name}"
            if obj.kind in _TYPES:
                yield f"type {name}"
            if isinstance(obj, Range) and obj.multirange is not None:
                yield f"type {obj.multirange}"
            if isinstance(obj, Routine):
                yield f"routine {path_of(identity)}"
                yield from _calls(name, obj)
        elif obj.kind in _INDEXES:
            yield f"relation {quote(parts_of(identity)[0])}.{quote(obj.name)}"
        elif isinstance(obj, IdentityColumn):
            yield f"relation {obj.sequence}"
        if obj.kind in _CONSTRAINTS:
            yield f"constraint {path_of(identity)}"

    def aside(self, identity: Identity, old: Schema, new: Schema) -> Identity:
        """Where a superseded type or table waits."""
        return Identity(f"{kind_of(identity)} {spelling.aside(path_of(identity), _taken(old) | _taken(new))}")

    def placed(self, obj: Object, renaming: Renaming) -> Object:
        """A top-level object in a renamed schema, or with a renamed type among its arguments."""
        from . import renames

        return renames.placed(obj, renaming)

    def respelled(
        self, identity: Identity, obj: Object, renaming: Renaming, moved: Mapping[Identity, Identity], *, guess: bool
    ) -> Object:
        """The object with its texts as they read after the renaming."""
        from . import renames

        return renames.respelled(identity, obj, renaming, moved, guess=guess)

    def group(self, step: Step) -> str:
        """The table that an ALTER TABLE or CREATE TABLE is about; any other step is alone."""
        if step.macro.startswith(_CLAUSES) or step.macro == "table.create":
            return "table " + table_path(step)
        return f"{step.action} {step.identity} {step.macro}"

    def joins(self, together: Sequence[Step], step: Step) -> bool:
        """CREATE TABLE takes defaults and constraints in; ADD COLUMN the column's default and further columns;
        a change of type stands between DROP DEFAULT and SET DEFAULT in one statement."""
        lead = together[0]
        if lead.macro == "table.create":
            return step.macro in _JOIN_CREATE and step.action == "create" and not _stands_alone(step, lead)
        if step.macro not in _JOIN_ADD | _JOIN_TYPE or lead.context.get("only") != step.context.get("only"):
            return False
        if lead.macro == "alter_table.add_column" and step.action == "create":
            columns = {path_of(s.identity) for s in together if s.macro == "alter_table.add_column"}
            return step.macro == "alter_table.add_column" or (
                step.macro in _JOIN_ADD and path_of(step.identity) in columns
            )
        return lead.macro in _JOIN_TYPE and step.macro in _JOIN_TYPE and _prepares_type(together, step)

    def wrap(self, together: Sequence[Step]) -> str | None:
        """Clauses of ALTER TABLE stand in one."""
        return "table.alter" if together[0].macro.startswith(_CLAUSES) else None

    def links(self, step: Step, old: Schema, new: Schema) -> Links:
        """What orders the step beyond what it names."""
        make = _LINKS.get(step.macro)
        return make(step, old, new) if make is not None else Links()

    def prepare(self, step: Step, old: Schema, new: Schema) -> Mapping[str, Any]:
        """What the macro needs beside the objects."""
        context: dict[str, Any] = {}
        if step.macro.startswith(_CLAUSES):
            context["only"] = _stays_off_children(step, old, new)
        make = _CONTEXT.get(step.macro)
        if make is not None:
            context |= make(step, old, new)
        return context

    def cost(self, statement: Statement, old: Schema) -> str:
        """Nothing is foretold."""
        return ""

    def too_new(self, obj: Object, attributes: Iterable[str], version: int) -> str | None:
        """What of these attributes' values PostgreSQL of that version can't hold."""
        return versions.too_new(obj, attributes, version)

    def version_number(self, version: str) -> int:
        """server_version_num of PostgreSQL `15`, or `15.4`. Raises ValueError."""
        return versions.number(version)

    def same(self, old: Object, new: Object, attribute: str) -> bool:
        """Do two values of different servers mean the same?"""
        return spelling.same(old, new, attribute)

    def facts(self, step: Step, old: Schema, new: Schema) -> Facts:
        """What the step locks, rewrites and scans, and what else can go wrong by it."""
        return risks.facts(step, old, new)

    def fresh(self, header: Header, beside: Iterable[Object]) -> Iterator[Object]:
        """The schema `public`, as template1 has it. Before PostgreSQL 15 its owner is whoever ran initdb."""
        public = next((o for o in beside if isinstance(o, SchemaObject) and o.name == "public"), None)
        owned = header.version_number >= 150000
        owner = "pg_database_owner" if owned else public.owner if public is not None else None
        yield SchemaObject(
            name="public",
            comment="standard public schema",
            owner=None if "owner" in header.not_read else owner,
            acl=() if "acl" in header.not_read else (Grant(to="PUBLIC", privileges=("USAGE",) if owned else ("ALL",)),),
        )


def _calls(name: str, routine: Routine) -> Iterator[str]:
    """What a call can give it, where defaults stand for the rest. Of two that take the same it is not clear which."""
    given = [a for a in routine.arguments if a.mode in ("in", "inout", "variadic")]
    least = sum(a.default is None for a in given)
    for count in range(least, len(given) + 1):
        yield f"call {name}({', '.join(a.type for a in given[:count])})"


def _taken(schema: Schema) -> frozenset[str]:
    """The names, with their schemas, of the types and relations that could be taken for what waits."""
    return schema.remember("waiting names", _waiting_names)


def _waiting_names(schema: Schema) -> frozenset[str]:
    alike = (
        (identity, obj)
        for identity, obj in schema.objects()
        if spelling.WAITING in identity or (isinstance(obj, IdentityColumn) and spelling.WAITING in obj.sequence)
    )
    claims = (claim.partition(" ") for identity, obj in alike for claim in DIALECT.claims(identity, obj))
    return frozenset(name for kind, _, name in claims if kind in ("relation", "type"))


def _stands_alone(step: Step, table: Step) -> bool:
    """A foreign key waits for the other table; in CREATE TABLE a constraint is valid, whatever is said; and a column
    that is inherited alone is not stated."""
    unsaid = {i for i, _, obj in table.inner if isinstance(obj, Column) and not obj.local}
    if step.parent in unsaid and getattr(table.new, "partition_of", None) is None:
        return True
    return kind_of(step.identity) == "foreign_key" or getattr(step.new, "not_valid", False)


def _prepares_type(together: Sequence[Step], step: Step) -> bool:
    """DROP DEFAULT, TYPE, SET DEFAULT of one column, in this order."""
    last = together[-1]
    rank = {"alter_table.drop_default": 0, "alter_table.set_type": 1, "alter_table.set_default": 2}
    return path_of(last.identity) == path_of(step.identity) and rank[last.macro] < rank[step.macro]


def _stays_off_children(step: Step, old: Schema, new: Schema) -> bool:
    """A new column's default comes with the column, and reaches them: their rows get it too."""
    column = step.parent
    is_new = kind_of(step.identity) == Default.kind and column is not None and column not in old
    comes_along = is_new and column is not None and not new[column].derived_from
    return step.macro in _STAY_OFF_CHILDREN and not comes_along and _has_children(step, old, new)


def _has_children(step: Step, old: Schema, new: Schema) -> bool:
    table = Identity(f"table {table_path(step)}")
    return any(table in schema.remember("parents", _parents) for schema in (old, new))


def _parents(schema: Schema) -> frozenset[Identity]:
    """The tables that others inherit from, or are partitions of."""
    tables = [t for t in schema.of_kind("table") if isinstance(t, Table)]
    return frozenset(p for t in tables for p in (*t.inherits, *([t.partition_of] if t.partition_of else ())))


# ---------------------------------------------------------------------- order beyond the model's references


def _create_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child comes when the checks and defaults are there that it inherits, and its parents' columns are final."""
    checks = {origin for _, _, obj in step.inner if obj.kind == "check" for origin in obj.derived_from}
    columns = {origin for _, _, obj in step.inner if isinstance(obj, Column) for origin in obj.derived_from}
    if getattr(step.new, "partition_of", None) is not None:
        return Links(needs=frozenset(checks))
    defaults = {d for origin in columns if (d := Identity(f"default {path_of(origin)}")) in new}
    final = {(origin, a) for origin in columns for a in ("storage", "compression", "not_null", "not_null_constraint")}
    return Links(needs=frozenset(checks | defaults), after=frozenset(final))


def _default_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child's own default comes after the one that ADD COLUMN brings."""
    column = new[step.parent] if step.parent is not None else None
    above = column.derived_from if column is not None else ()
    return Links(needs=frozenset(d for origin in above if (d := Identity(f"default {path_of(origin)}")) in new))


def _attach_links(step: Step, old: Schema, new: Schema) -> Links:
    """ATTACH comes when the parent is finished, but for indexes that lack parts, and the child's own keys and indexes
    are there to be attached, with the parts that they need to be valid: the server passes over any that is not."""
    table = step.new
    assert isinstance(table, Table)
    parents = [table.partition_of] if table.partition_of else _beyond(table, step.old)
    needs = [i for parent in parents for i in new.inside(parent) if not getattr(new[i], "invalid", False)]
    own = [
        i
        for i in new.inside(step.identity)
        if i not in step.produces and _is_attached(i, new[i]) and not is_attached_late(new[i], new)
    ]
    parts = (part for i in own if kind_of(i) in _INDEXES for part in _heirs(i, new))
    return Links(needs=frozenset([*needs, *own]), after=frozenset((part, "derived_from") for part in parts))


def _is_attached(identity: Identity, obj: Object) -> bool:
    """Does the parent take it in? A trigger it makes; a foreign key of the child's alone may come later."""
    return kind_of(identity) != Trigger.kind and bool(obj.derived_from or kind_of(identity) != ForeignKey.kind)


def _detach_links(step: Step, old: Schema, new: Schema) -> Links:
    """DETACH comes before anything is done to the parent, or to the child for its own sake."""
    table = step.old
    assert isinstance(table, Table)
    parents = [table.partition_of] if table.partition_of else _beyond(table, step.new)
    around = [*parents, step.identity]
    releases = frozenset(i for a in around for i in old.descendants(a)) - step.destroys
    return Links(releases=releases, precedes=frozenset(i for a in around for i in new.descendants(a)) - step.destroys)


def _index_links(step: Step, old: Schema, new: Schema) -> Links:
    """A partitioned index that lacks parts comes when all partitions are there: ATTACH would make the parts."""
    if step.parent is None or not getattr(step.new, "invalid", False):
        return Links()
    partitions = [user for user, attribute in new.users(step.parent) if attribute == "partition_of"]
    return Links(after=frozenset((i, "partition_of") for i in partitions))


def _not_null_links(step: Step, old: Schema, new: Schema) -> Links:
    """A child's own NOT NULL comes before the parent's reaches it, and goes after that: none that is inherited can be
    dropped; nor one whose column tells rows apart for replication."""
    assert isinstance(step.new, Column)
    around = set(_heirs(step.identity, new)) if step.new.not_null else step.new.derived_from
    after = {(i, attribute) for i in around for attribute in _NOT_NULL}
    if not step.new.not_null and step.parent is not None and step.identity in _telling_apart(old.get(step.parent), old):
        after |= {(step.parent, attribute) for attribute in ("replica_identity", "replica_identity_index")}
    return Links(after=frozenset(after))


def _replica_identity_links(step: Step, old: Schema, new: Schema) -> Links:
    """An index tells rows apart once its columns are NOT NULL."""
    columns = _telling_apart(step.new, new)
    return Links(after=frozenset((column, attribute) for column in columns for attribute in _NOT_NULL))


_NOT_NULL = ("not_null", "not_null_constraint")


def _telling_apart(table: Object | None, schema: Schema) -> tuple[Identity, ...]:
    """The columns of the index that is the table's replica identity."""
    index = schema.get(getattr(table, "replica_identity_index", None) or Identity(""))
    if isinstance(index, Index):
        return tuple(part.column for part in index.parts if part.column is not None)
    return getattr(index, "columns", ())


def _heirs(identity: Identity, schema: Schema) -> Iterator[Identity]:
    for heir in schema.heirs(identity):
        yield heir
        yield from _heirs(heir, schema)


def _of_type_links(step: Step, old: Schema, new: Schema) -> Links:
    """A table is of a type when both have all that they are to have."""
    of = getattr(step.new, "of_type", None)
    inside = [*new.inside(of), *new.inside(step.identity)] if of is not None else []
    return Links(needs=frozenset(i for i in inside if kind_of(i) in _IN_ROW))


def _not_of_type_links(step: Step, old: Schema, new: Schema) -> Links:
    """And no more before either loses, gets or changes one."""
    both = [i for i in (getattr(step.old, "of_type", None), step.identity) if i is not None]
    before, after = (
        frozenset(i for table in both for i in s.inside(table) if kind_of(i) in _IN_ROW) for s in (old, new)
    )
    return Links(releases=before - after, precedes=after)


_IN_ROW = frozenset({"column", "attribute"})


def _owned_by_links(step: Step, old: Schema, new: Schema) -> Links:
    """A sequence is linked when both owners are final: they must be one."""
    column = getattr(step.new, "owned_by", None)
    table = new.parent(column) if column is not None else None
    return Links(after=frozenset({(table, "owner")}) if table is not None else frozenset())


def _acl_links(step: Step, old: Schema, new: Schema) -> Links:
    """A REVOKE on the table takes the columns' privileges along, so the table's come first."""
    holder = _holder(step.identity, new)
    if holder is None:
        return Links()
    if kind_of(step.identity) in _WITH_COLUMNS:
        return Links(after=frozenset({(holder, "acl"), (holder, "owner")}))
    return Links(after=frozenset({(holder, "owner")}))


_WITH_COLUMNS = frozenset({"column", "view_column"})


def _holder(identity: Identity, schema: Schema) -> Identity | None:
    """The relation whose owner is the object's too: of a column, an identity, or a sequence that a column owns."""
    obj = schema.get(identity)
    column = getattr(obj, "owned_by", None) if isinstance(obj, SequenceObject) else identity
    above = schema.parent(column) if column is not None else None
    return schema.parent(above) if above is not None and isinstance(obj, IdentityColumn) else above


def _move_links(step: Step, old: Schema, new: Schema) -> Links:
    """Rows are moved when all partitions are there to take them, and before a trigger could fire, a foreign key to them
    be checked, or a materialised view be filled."""
    parts = list(partitions(step.identity, new))
    later = {user for user in _readers(step.identity, new) if kind_of(user) in ("foreign_key", "materialized_view")}
    later -= {i for part in (step.identity, *parts) for i in new.inside(part)}
    if not parts:
        later |= {i for i in new.inside(step.identity) if kind_of(i) in ("trigger", "foreign_key", "rule")}
    return Links(needs=frozenset(parts), precedes=frozenset(later))


def _readers(identity: Identity, schema: Schema) -> set[Identity]:
    """Who uses a relation or its columns, through views too."""
    found: set[Identity] = set()
    waiting = [identity]
    while waiting:
        at = waiting.pop()
        for used in (at, *schema.inside(at)):
            fresh = {user for user, _ in schema.users(used)} - found
            found |= fresh
            waiting.extend(user for user in fresh if kind_of(user) in ("view", "materialized_view"))
    return found


def _freed_links(step: Step, old: Schema, new: Schema) -> Links:
    """Foreign keys to a partitioned table go before one of its partitions is detached; that they go before one is
    dropped is in their rules."""
    gone = [i for i in (step.identity, *old.inside(step.identity)) if kind_of(i) == ForeignKey.kind]
    return Links(precedes=frozenset(p for i in gone for p in _referenced_partitions(i, old)))


def _held_links(step: Step, old: Schema, new: Schema) -> Links:
    """And come when all are attached, and a partition's own of another name is there to be taken in."""
    own = {i for i in new.heirs(step.identity) if parts_of(i)[-1] != parts_of(step.identity)[-1]}
    heirs = own if kind_of(step.identity) == ForeignKey.kind else frozenset()
    return Links(needs=frozenset({*_referenced_partitions(step.identity, new), *heirs}))


def _referenced_partitions(foreign_key: Identity, schema: Schema) -> Iterator[Identity]:
    """The partitions of the table that it refers to, unless it is in that table itself, or in a part of it."""
    obj, table = schema.get(foreign_key), schema.parent(foreign_key)
    if isinstance(obj, ForeignKey) and table is not None and whole(table, schema) != whole(obj.references, schema):
        yield from partitions(obj.references, schema)


_LINKS: Mapping[str, Callable[[Step, Schema, Schema], Links]] = {
    "table.create": _create_links,
    "table.attach": _attach_links,
    "table.detach": _detach_links,
    "table.set_inherits": _attach_links,
    "table.unset_inherits": _detach_links,
    "table.move_rows": _move_links,
    "alter_table.set_not_null": _not_null_links,
    "alter_table.set_replica_identity": _replica_identity_links,
    "alter_table.set_of_type": _of_type_links,
    "alter_table.set_not_of_type": _not_of_type_links,
    "alter_table.set_default": _default_links,
    "index.create": _index_links,
    "sequence.set_owned_by": _owned_by_links,
    "common.set_acl": _acl_links,
    "alter_table.add_constraint": _held_links,
    "alter_table.drop_constraint": _freed_links,
    "table.drop": _freed_links,
}


# ---------------------------------------------------------------------- what macros need


def _acl(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    kind = kind_of(step.identity)
    word = privileges.objects_word(kind)
    old_acl, new_acl = getattr(step.old, "acl", ()), getattr(step.new, "acl", ())
    at_risk = privileges.grantees(step.new, State(old)) if step.new is not None else ()
    owner = _owner(step.identity, new)
    holder = _holder(step.identity, old)
    if (
        holder is not None
        and holder == _holder(step.identity, new)
        and old_acl == getattr(old[step.identity], "acl", None)
    ):
        version = old.server.version_number
        old_acl = privileges.handed_over(old_acl, word, _owner(step.identity, old), owner, version)
    return {"change": privileges.difference(old_acl, new_acl, word, owner, at_risk)}


def _owner(identity: Identity, schema: Schema) -> str | None:
    """Who may grant, and has all by default."""
    obj = schema.get(_holder(identity, schema) or identity)
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
    additions = []
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
    taken = _taken(old) | _taken(new)
    return {
        "aside": path_of(DIALECT.aside(step.identity, old, new)),
        "multirange": name,
        "multirange_aside": spelling.aside(name, taken) if name is not None else None,
    }


def _beyond(table: Object | None, other: Object | None) -> list[Identity]:
    """The parents of one that the other has not."""
    there: tuple[Identity, ...] = getattr(other, "inherits", ())
    return [parent for parent in getattr(table, "inherits", ()) if parent not in there]


def _inherits(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"gone": _beyond(step.old, step.new), "added": _beyond(step.new, step.old)}


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
    partitioned = isinstance(table, Table) and table.partition_by is not None
    key = kind_of(step.identity) in ("index", "primary_key", "unique", "exclusion")
    only = partitioned and key and _has_children(step, old, new)
    return {"only": only}


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
        "aside": DIALECT.aside(step.identity, old, new),
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
        if getattr(old.get(above), "partition_by", None) != getattr(new.get(above), "partition_by", None):
            break
        detach = detach or any(attribute == "references" and user in new for user, attribute in old.users(above))
        table = old.get(above)
    return {"detach": detach}


def _added(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Added without NOT NULL where a child's is not the one that ADD COLUMN would bring."""
    heirs = [(i, c) for i, _, c in step.inner if isinstance(c, Column) and c.not_null]
    own = (not not_nulls.is_as_brought(i, c, [(o, new.get(o)) for o in c.derived_from]) for i, c in heirs)
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
        "only": each and _has_children(step, old, new),
        "not_null_name": _stated_name(step, old, new),
    }


def _stated_name(step: Step, old: Schema, new: Schema) -> str | None:
    """The name of a NOT NULL constraint that the server would not make up, for a child's own is called so already."""
    assert isinstance(step.new, Column)
    if old.server.version_number < not_nulls.SINCE:
        return None
    name = not_nulls.name(step.identity, step.new.not_null_constraint)
    made = {i for i, _, _ in step.inner}
    for heir in _heirs(step.identity, new):
        column, before = new[heir], old.get(heir)
        assert isinstance(column, Column)
        apart = before is None or not before.derived_from
        there = apart or getattr(before, "not_null", False) or not_nulls.is_own(column)
        if heir not in made and there and not_nulls.name(heir, column.not_null_constraint) == name:
            return name
    return None


def _not_nulls(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """The columns whose NOT NULL is said, with its name: the given one; of a table with children, any, for these
    may have it already, and the server makes up no name twice in a schema."""
    inner = ((step.identity, step.new), *((identity, obj) for identity, _, obj in step.inner))
    columns = [(i, c, c.not_null_constraint) for i, c in inner if isinstance(c, Column) and c.not_null]
    named = old.server.version_number >= not_nulls.SINCE and _has_children(step, old, new)
    given = [(i, c, n, n.name if n is not None else None) for i, c, n in columns if n is None or not n.not_valid]
    return {"not_nulls": {c.name: not_nulls.name(i, n) if named else name for i, c, n, name in given}}


def _extension(_step: Step, _old: Schema, new: Schema) -> dict[str, Any]:
    """Another server has its own version of it."""
    return {"stated": new.header.version_number // 10000 == new.server.version_number // 10000}


def _only(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    return {"only": _has_children(step, old, new)}


_CONTEXT: Mapping[str, Callable[[Step, Schema, Schema], dict[str, Any]]] = {
    "common.set_acl": _acl,
    "privileges.set_defaults": _default_privileges,
    "privileges.unset_defaults": _default_privileges,
    "alter_table.set_type": _using,
    "table.create": _new_table,
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
    "index.create": _partitioned,
    "trigger.set_enabled": _only,
    "table.drop": _is_referenced,
    "table.move_rows": _moved_columns,
    "table.set_aside": _named_not_nulls,
    "sequence.create": _continued,
    "extension.create": _extension,
    "alter_table.add_identity": _continued,
    "sequence.set_options": _sequence,
    "sequence.set_identity_options": _sequence,
}

DIALECT = Postgres()
