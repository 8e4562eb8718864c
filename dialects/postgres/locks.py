"""What each statement locks, rewrites and scans, by macro. Source: the ALTER, CREATE and DROP pages of the manuals of
13 to 18, "Explicit Locking", and src/backend/commands; measured by tests/laws/test_locks.py.

Reported, not certified: never less than what the server does, sometimes more. Locks that get in nobody's way (ACCESS
SHARE, ROW SHARE, ROW EXCLUSIVE) are left out. A lock on a table goes for its indexes, its TOAST table and the sequences
that its columns own; partitions that come and go at run time are locked with their parent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ...engine.protocol import Blocks, Lock, Schema, Step
from ...snapshots.model import Identity, Object
from ...snapshots.naming import kind_of
from .claims import KEYS
from .conditions import (
    adopts,
    becomes_not_null,
    fills_rows,
    has_keys,
    is_detached,
    is_enforced,
    is_filled,
    is_looked_at,
    is_stored,
    is_stored_anew,
    is_unchecked,
    is_validated,
    looks_at_rows,
    only_validates,
    sets_easy_options,
)
from .places import (
    Place,
    above,
    beside,
    both,
    defaults,
    family,
    followed,
    further_up,
    going,
    holders,
    keyed,
    nowhere,
    own,
    referenced,
    referring,
    relation,
    sources,
    unless,
    when,
)

AE, SRE, SHARE, SUE = (
    "ACCESS EXCLUSIVE",
    "SHARE ROW EXCLUSIVE",
    "SHARE",
    "SHARE UPDATE EXCLUSIVE",
)

BLOCKS: Mapping[str, Blocks] = {AE: "reads and writes", SRE: "writes", SHARE: "writes", SUE: "nothing"}


@dataclass(frozen=True, slots=True)
class Row:
    """What a macro's statement does."""

    locks: tuple[tuple[str, Place], ...] = ()
    rewrites: Place = nowhere
    scans: Place = nowhere


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
        **dict.fromkeys(KEYS, ADD_KEY),
        "foreign_key": Row(
            locks=((SRE, both(family, referenced)), (AE, when(adopts, both(family, referenced)))),
            scans=unless(is_unchecked, both(family, referenced)),
        ),
    },
    "alter_table.drop_constraint": {
        "check": ALTER,
        **dict.fromkeys(KEYS, ALTER),
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
                *("aggregate", "statistics", "check", *KEYS, "foreign_key", "trigger", "rule", "policy"),
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
    "index.attach": Row(locks=((AE, both(own, further_up)), (SUE, beside))),
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
_LOCKED = frozenset({*_RELATIONS, "index", *KEYS, "identity"})
"""Kinds that are, or have, a relation of their own."""
