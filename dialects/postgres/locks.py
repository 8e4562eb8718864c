"""What each statement locks, rewrites and scans, by macro. Source: the ALTER, CREATE and DROP pages of the manuals of
13 to 18, "Explicit Locking", and src/backend/commands; measured by tests/laws/test_locks.py.

Reported, not certified: never less than what the server does, sometimes more. Locks that get in nobody's way (ACCESS
SHARE, ROW SHARE, ROW EXCLUSIVE) are left out. A lock on a table goes for its indexes, its TOAST table and the sequences
that its columns own; partitions that come and go at run time are locked with their parent.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...engine.protocol import Blocks, Lock, Schema, Step
from ...snapshots.model import Identity, Object, Text, plain
from ...snapshots.naming import kind_of
from ...snapshots.postgres import Column, Domain, ForeignKey, Table
from . import casts

AE, SRE, SHARE, SUE = (
    "ACCESS EXCLUSIVE",
    "SHARE ROW EXCLUSIVE",
    "SHARE",
    "SHARE UPDATE EXCLUSIVE",
)

BLOCKS: Mapping[str, Blocks] = {AE: "reads and writes", SRE: "writes", SHARE: "writes", SUE: "nothing"}

Place = Callable[[Step, Schema, Schema], Iterable[Identity]]
"""The objects that something is done to."""
Condition = Callable[[Step, Schema, Schema], bool]


def nowhere(_step: Step, _old: Schema, _new: Schema) -> Iterable[Identity]:
    """Nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Row:
    """What a macro's statement does."""

    locks: tuple[tuple[str, Place], ...] = ()
    rewrites: Place = nowhere
    scans: Place = nowhere


# ---------------------------------------------------------------------- places


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
    waiting = list(found)
    while waiting:
        at = waiting.pop()
        heirs = {heir for schema in schemas for heir in schema.remember("heirs of tables", _heirs).get(at, ())}
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


# ---------------------------------------------------------------------- conditions


def is_unchecked(step: Step, _old: Schema, _new: Schema) -> bool:
    """Are existing rows taken as they are?"""
    return bool(getattr(step.new, "not_valid", False) or getattr(step.new, "not_enforced", False))


def becomes_not_null(step: Step, _old: Schema, _new: Schema) -> bool:
    """Must each row be looked at for NULLs?"""
    constraint = getattr(step.new, "not_null_constraint", None)
    return bool(getattr(step.new, "not_null", False)) and not (constraint is not None and constraint.not_valid)


def is_stored(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the generated column kept in the rows?"""
    generated = getattr(step.new, "generated", None)
    return generated is not None and not generated.virtual


_CONSTANT = re.compile(
    r"""(
        -? [\d.]+ (e[+-]?\d+)? | \(\s*-[\d.]+\s*\) | '(?:[^']|'')*' | true | false | null
      | now\(\) | current_(timestamp | date | time)(\(\d\))? | localtime(stamp)?(\(\d\))?
    ) (\s*::\s*[\w\s".]+(\([\d,\s]+\))?(\s+with(out)?\s+time\s+zone)?(\[\])*)*""",
    re.VERBOSE | re.IGNORECASE,
)


def _is_constant(expression: Text | None) -> bool:
    """Is it one value for all rows, so that it need not be written into them (ALTER TABLE, "ADD COLUMN")?"""
    return expression is None or _CONSTANT.fullmatch(plain(expression).strip()) is not None


def fills_rows(step: Step, old: Schema, new: Schema) -> bool:
    """Does the new column have a value of its own in each row?"""
    column = step.new
    assert isinstance(column, Column)
    if column.identity_column is not None or is_stored(step, old, new):
        return True
    domain = _domain(column.type, old, new)
    limited = domain is not None and bool(
        domain.checks or domain.not_null or domain.default or _is_domain(domain, old, new)
    )
    return limited or not _is_constant(column.default.expression if column.default is not None else None)


def _domain(type_: str, old: Schema, new: Schema) -> Domain | None:
    identity = Identity(f"domain {casts.base(type_)}")
    found = new.get(identity) or old.get(identity)
    return found if isinstance(found, Domain) else None


def _is_domain(domain: Domain, old: Schema, new: Schema) -> bool:
    return _domain(domain.type, old, new) is not None


def looks_at_rows(step: Step, old: Schema, new: Schema) -> bool:
    """Is each row read though none is written: for NULLs?"""
    return fills_rows(step, old, new) or bool(getattr(step.new, "not_null", False))


def is_stored_anew(step: Step, old: Schema, new: Schema) -> bool:
    """Are values of the new type kept in another form?"""
    assert isinstance(step.old, Column) and isinstance(step.new, Column)
    return bool(step.context.get("using")) or not casts.is_kept(step.old.type, step.new.type)


def is_looked_at(step: Step, old: Schema, new: Schema) -> bool:
    """Are rows read at a change of type: because they are stored anew, or for what is made of them?"""
    users = {user for schema in (old, new) for user, _ in schema.users(step.identity)}
    made_of_it = any(kind_of(user) in ("check", "index", "primary_key", "unique", "exclusion") for user in users)
    return made_of_it or is_stored_anew(step, old, new)


_EASY = re.compile(
    r"(toast\.)?(autovacuum_\w+|vacuum_\w+|log_autovacuum_\w+|fillfactor|toast_tuple_target|parallel_workers|"
    r"deduplicate_items|n_distinct(_inherited)?)"
)
"""Options that may change while the rows do (src/backend/access/common/reloptions.c, `lockmode`)."""


def sets_easy_options(step: Step, _old: Schema, _new: Schema) -> bool:
    """Do all the options that it sets or resets take a weak lock?"""
    return all(_EASY.fullmatch(name) for name in (*step.context["set"], *step.context["reset"]))


def only_validates(step: Step, _old: Schema, _new: Schema) -> bool:
    """Does the NOT NULL constraint keep its name, and whom it reaches?"""
    before, after = (getattr(obj, "not_null_constraint", None) for obj in (step.old, step.new))
    said = [(c.name, c.no_inherit) if c is not None else (None, False) for c in (before, after)]
    return said[0] == said[1]


def is_validated(step: Step, _old: Schema, _new: Schema) -> bool:
    """Does the NOT NULL constraint become valid?"""
    before, after = (getattr(obj, "not_null_constraint", None) for obj in (step.old, step.new))
    return before is not None and before.not_valid and not (after is not None and after.not_valid)


def adopts(step: Step, old: Schema, new: Schema) -> bool:
    """Have tables that derive from it a key of their own that becomes a part of this one?"""
    return any(i not in step.produces for i in new.heirs(step.identity))


def has_keys(step: Step, old: Schema, new: Schema) -> bool:
    """Does the table have foreign keys of its own?"""
    inside = {*old.inside(step.identity), *new.inside(step.identity)}
    return any(kind_of(i) == "foreign_key" for i in inside - step.produces)


def is_enforced(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the key enforced from now on?"""
    return not getattr(step.new, "not_enforced", False)


def is_filled(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the query run?"""
    return not getattr(step.new, "not_populated", False)


def is_detached(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the partition detached before it is dropped?"""
    return bool(step.context.get("detach"))


# ---------------------------------------------------------------------- the table

NOTHING = Row()
"""No relation that was there before is locked against anyone."""

ALTER = Row(locks=((AE, family),))
ALTER_ONE = Row(locks=((AE, relation),))
TUNE = Row(locks=((SUE, family),))
REWRITE = Row(locks=((AE, family),), rewrites=family)
OWN = Row(locks=((AE, own),))
OPTIONS = Row(locks=((SUE, when(sets_easy_options, relation)), (AE, unless(sets_easy_options, relation))))
INDEX_OPTIONS = Row(locks=((SUE, when(sets_easy_options, own)), (AE, unless(sets_easy_options, own))))
ADD_KEY = Row(locks=((AE, family),), scans=family)
DOMAIN_CHECK = Row(locks=((SHARE, unless(is_unchecked, holders)),), scans=unless(is_unchecked, holders))
SEQUENCE = Row(locks=((SRE, own),))
COMMENT = Row(locks=((SUE, relation),))

_RELATIONS = ("table", "view", "materialized_view", "sequence", "composite")
_KEYS = ("primary_key", "unique", "exclusion")

ROWS: Mapping[str, Row | Mapping[str, Row]] = {
    "alter_table.add_column": Row(
        locks=((AE, family),), rewrites=when(fills_rows, family), scans=when(looks_at_rows, family)
    ),
    "alter_table.drop_column": Row(locks=((AE, family), (AE, going), (AE, referenced))),
    "alter_table.set_type": Row(
        locks=((AE, both(family, keyed)),),
        rewrites=when(is_stored_anew, family),
        scans=both(when(is_looked_at, family), keyed),
    ),
    "alter_table.set_default": ALTER,
    "alter_table.drop_default": ALTER,
    "alter_table.add_identity": Row(locks=((AE, family),), scans=family),  # setval behind the rows that there are
    "alter_table.drop_identity": ALTER,
    "alter_table.set_identity_always": ALTER,
    "alter_table.set_not_null": Row(locks=((AE, family),), scans=when(becomes_not_null, family)),
    "alter_table.set_expression": Row(locks=((AE, family),), rewrites=when(is_stored, family)),
    "alter_table.drop_expression": ALTER,
    "alter_table.set_storage": ALTER,
    "alter_table.set_compression": ALTER,
    "alter_table.set_statistics": TUNE,
    "alter_table.set_column_options": TUNE,
    "alter_table.add_constraint": {
        "check": Row(locks=((AE, family),), scans=unless(is_unchecked, family)),
        **dict.fromkeys(_KEYS, ADD_KEY),
        "foreign_key": Row(
            locks=((SRE, both(family, referenced)), (AE, when(adopts, both(family, referenced)))),
            scans=unless(is_unchecked, both(family, referenced)),
        ),
    },
    "alter_table.drop_constraint": {
        "check": ALTER,
        **dict.fromkeys(_KEYS, ALTER),
        "foreign_key": Row(locks=((AE, both(family, referenced)),)),
    },
    "alter_table.restate_check": Row(locks=((AE, family),), scans=unless(is_unchecked, family)),
    "alter_table.validate_constraint": Row(locks=((SUE, family),), scans=both(family, referenced)),
    "alter_table.alter_enforced": Row(
        locks=((AE, both(family, referenced)),), scans=when(is_enforced, both(family, referenced))
    ),
    "alter_table.alter_deferrable": ALTER,
    "alter_table.set_logged": REWRITE,
    "alter_table.set_access_method": REWRITE,
    "alter_table.set_tablespace": REWRITE,
    "alter_table.set_options": OPTIONS,
    "alter_table.set_of_type": ALTER_ONE,
    "alter_table.set_not_of_type": ALTER_ONE,
    "alter_table.set_replica_identity": ALTER_ONE,
    "alter_table.set_clustered_on": Row(locks=((SUE, relation),)),
    "alter_table.set_row_security": ALTER_ONE,
    "alter_table.set_force_row_security": ALTER_ONE,
    "common.set_acl": NOTHING,
    "common.set_comment": {
        **dict.fromkeys((*_RELATIONS, "column", "view_column", "attribute"), COMMENT),
        "index": Row(locks=((SUE, own),)),
        "identity": Row(locks=((SUE, own),)),
        **dict.fromkeys(
            (
                *("schema", "extension", "enum", "domain", "domain_check", "range", "function", "procedure"),
                *("aggregate", "statistics", "check", *_KEYS, "foreign_key", "trigger", "rule", "policy"),
            ),
            NOTHING,
        ),
    },
    "common.set_index_comment": Row(locks=((SUE, own),)),
    "common.set_owner": {
        **dict.fromkeys(_RELATIONS, OWN),
        **dict.fromkeys(
            ("schema", "enum", "domain", "range", "function", "procedure", "aggregate", "statistics"), NOTHING
        ),
    },
    "domain.add_check": DOMAIN_CHECK,
    "domain.create": NOTHING,
    "domain.drop": NOTHING,
    "domain.drop_check": NOTHING,
    "domain.rename": NOTHING,
    "domain.rename_check": NOTHING,
    "domain.rename_not_null": NOTHING,
    "domain.set_aside": NOTHING,
    "domain.set_default": NOTHING,
    "domain.set_not_null": Row(
        locks=((SHARE, when(becomes_not_null, holders)),), scans=when(becomes_not_null, holders)
    ),
    "domain.validate": Row(locks=((SHARE, holders),), scans=holders),
    "extension.create": NOTHING,
    "extension.drop": NOTHING,
    "extension.set_schema": NOTHING,
    "extension.update": NOTHING,
    "index.attach": Row(locks=((AE, own), (SUE, beside))),
    "index.create": Row(locks=((SHARE, family),), scans=family),
    "index.drop": ALTER,
    "index.rebuild": Row(locks=((SHARE, relation), (AE, own)), scans=relation),
    "index.rename": Row(locks=((SUE, own),)),
    "index.set_options": INDEX_OPTIONS,
    "index.set_statistics": Row(locks=((SUE, own),)),
    "index.set_tablespace": OWN,
    "materialized_view.create": Row(scans=when(is_filled, sources)),
    "materialized_view.drop": OWN,
    "materialized_view.refresh": Row(locks=((AE, own),), rewrites=own, scans=when(is_filled, sources)),
    "materialized_view.rename": OWN,
    "materialized_view.set_access_method": Row(locks=((AE, own),), rewrites=own),
    "materialized_view.set_clustered_on": Row(locks=((SUE, own),)),
    "materialized_view.set_options": OPTIONS,
    "materialized_view.set_tablespace": Row(locks=((AE, own),), rewrites=own),
    "policy.alter": ALTER_ONE,
    "policy.create": ALTER_ONE,
    "policy.drop": ALTER_ONE,
    "policy.rename": ALTER_ONE,
    "privileges.set_defaults": NOTHING,
    "privileges.unset_defaults": NOTHING,
    "routine.create": NOTHING,
    "routine.create_aggregate": NOTHING,
    "routine.drop": NOTHING,
    "routine.rename": NOTHING,
    "routine.replace": NOTHING,
    "rule.create": ALTER_ONE,
    "rule.drop": ALTER_ONE,
    "rule.set_enabled": ALTER_ONE,
    "schema.create": NOTHING,
    "schema.drop": NOTHING,
    "schema.rename": NOTHING,
    "sequence.create": Row(scans=followed),
    "sequence.drop": OWN,
    "sequence.rename": OWN,
    "sequence.rename_identity": OWN,
    "sequence.set_identity_options": SEQUENCE,
    "sequence.set_logged": OWN,
    "sequence.set_options": SEQUENCE,
    "sequence.set_owned_by": SEQUENCE,
    "sequence.unset_owned_by": SEQUENCE,
    "statistics.create": Row(locks=((SUE, lambda step, _old, _new: _tables(step.new)),)),
    "statistics.drop": Row(locks=((SUE, lambda step, _old, _new: _tables(step.old)),)),
    "statistics.rename": NOTHING,
    "statistics.set_target": NOTHING,
    "table.attach": Row(
        locks=(
            (SUE, above),
            (AE, both(family, defaults, referring)),
            (SRE, unless(has_keys, referenced)),
            (AE, when(has_keys, referenced)),
        ),
        scans=both(family, defaults, referring, referenced),
    ),
    "table.create": Row(locks=((SUE, above),)),
    "table.detach": Row(
        locks=((AE, both(above, family, defaults)), (SRE, both(referring, referenced))), scans=referring
    ),
    "table.drop": Row(
        locks=((AE, both(going, defaults, referenced, when(is_detached, referring))),),
        scans=when(is_detached, referring),
    ),
    "table.move_rows": Row(locks=((AE, family),), rewrites=family),
    "table.rename": Row(locks=((AE, own),)),
    "table.rename_column": ALTER,
    "table.rename_constraint": ALTER,
    "table.set_aside": ALTER,
    "table.set_inherits": Row(locks=((AE, family), (SUE, above))),
    "table.set_not_null_constraint": Row(
        locks=((SUE, when(only_validates, family)), (AE, unless(only_validates, family))),
        scans=when(is_validated, family),
    ),
    "table.unset_inherits": Row(locks=((AE, family), (SUE, above))),
    "trigger.create": Row(locks=((SRE, family),)),
    "trigger.drop": ALTER,
    "trigger.rename": ALTER,
    "trigger.set_enabled": Row(locks=((SRE, family),)),
    "type.add_attribute": ALTER_ONE,
    "type.add_values": NOTHING,
    "type.alter_attribute": ALTER_ONE,
    "type.create_composite": NOTHING,
    "type.create_enum": NOTHING,
    "type.create_range": NOTHING,
    "type.drop": OWN,
    "type.drop_attribute": ALTER_ONE,
    "type.rename": OWN,
    "type.rename_attribute": ALTER_ONE,
    "type.rename_multirange": NOTHING,
    "type.set_aside": OWN,
    "type.set_aside_range": NOTHING,
    "view.create": NOTHING,
    "view.drop": OWN,
    "view.rename": OWN,
    "view.replace": OWN,
    "view.set_options": OWN,
}
"""By macro; where kinds that share one differ, by kind then. A macro without a row is an error."""


def _tables(obj: Object | None) -> tuple[Identity, ...]:
    table = getattr(obj, "table", None)
    return (table,) if table is not None else ()


def row(kind: str, macro: str) -> Row:
    """What the macro does to a kind of object. Raises KeyError if the table does not say."""
    found = ROWS[macro]
    return found if isinstance(found, Row) else found[kind]


def locks(row: Row, step: Step, old: Schema, new: Schema) -> tuple[Lock, ...]:
    """The strongest lock on each object."""
    found: dict[Identity, str] = {}
    for mode, place in row.locks:
        for identity in place(step, old, new):
            if identity not in found or _STRENGTH[mode] > _STRENGTH[found[identity]]:
                found[identity] = mode
    return tuple(Lock(mode, on, BLOCKS[mode]) for on, mode in found.items() if kind_of(on) in _LOCKED)


_STRENGTH = {mode: at for at, mode in enumerate((SUE, SHARE, SRE, AE))}
_LOCKED = frozenset({*_RELATIONS, "index", *_KEYS, "identity"})
"""Kinds that are, or have, a relation of their own."""
