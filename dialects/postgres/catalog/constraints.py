"""Table constraints: pg_constraint. NOT NULL (18) stands in its column; constraint triggers are in triggers.py."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeVar

from ....snapshots.naming import Identity, child
from ....snapshots.postgres import Check, Exclusion, ForeignKey, PrimaryKey, Unique
from .columns import options
from .dependencies import Dependencies, using
from .indexes import Indexes
from .names import PG_CLASS, PG_CONSTRAINT, Names
from .printed import printed
from .session import Catalog, Queries, Since

__all__ = ["AHEAD", "TableConstraint", "read"]

Made = TypeVar("Made", PrimaryKey, Unique, Exclusion)

TableConstraint = Check | PrimaryKey | Unique | ForeignKey | Exclusion

SINCE: Since = {
    "confdelsetcols": (150000, "c.confdelsetcols", "NULL::int2[]"),
    "conenforced": (180000, "c.conenforced", "true"),
    "conperiod": (180000, "c.conperiod", "false"),
}

CONSTRAINTS = """
    SELECT c.oid, c.contype, c.conname, c.conrelid, c.condeferrable, c.condeferred, c.convalidated, {conenforced},
        c.conislocal, c.coninhcount > 0, c.conparentid, c.conindid, c.conkey, c.confrelid, c.confkey, c.confmatchtype,
        c.confupdtype, c.confdeltype, {confdelsetcols}, {conperiod}, c.connoinherit,
        CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid) END,
        CASE WHEN c.contype = 'x' THEN ARRAY(
            SELECT CASE WHEN s.nspname = 'pg_catalog' THEN '' ELSE quote_ident(s.nspname) || '.' END || p.oprname
            FROM unnest(c.conexclop) WITH ORDINALITY u(oid, n) JOIN pg_operator p ON p.oid = u.oid
            JOIN pg_namespace s ON s.oid = p.oprnamespace ORDER BY u.n) END
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('c', 'p', 'u', 'f', 'x') AND t.relkind IN ('r', 'p') AND t.relnamespace = ANY(%(schemas)s)"""

AHEAD: Queries = ((CONSTRAINTS, SINCE),)

Action = Literal["no action", "restrict", "cascade", "set null", "set default"]
NO_ACTION = "a"
ACTIONS: dict[str, Action] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
MATCHES: dict[str, Literal["simple", "full", "partial"]] = {"s": "simple", "f": "full", "p": "partial"}


class ConstraintRow(NamedTuple):
    """One row of CONSTRAINTS."""

    oid: int
    contype: str
    name: str
    relid: int
    deferrable: bool
    deferred: bool
    validated: bool
    enforced: bool
    is_local: bool
    inherited: bool
    parent: int
    index_oid: int
    key: list[int] | None
    referenced: int
    referenced_key: list[int] | None
    match: str
    on_update: str
    on_delete: str
    on_delete_columns: list[int] | None
    period: bool
    no_inherit: bool
    expression: str | None
    operators: list[str] | None


class _Reading(NamedTuple):
    names: Names
    uses: Dependencies
    indexes: Indexes
    rows: dict[int, ConstraintRow]


def read(catalog: Catalog, names: Names, uses: Dependencies, indexes: Indexes) -> dict[int, list[TableConstraint]]:
    """By table."""
    rows = [ConstraintRow(*row) for row in catalog.rows(CONSTRAINTS, {"schemas": names.schema_oids}, SINCE)]
    reading = _Reading(names, uses, indexes, {row.oid: row for row in rows})
    found: dict[int, list[TableConstraint]] = defaultdict(list)
    for row in rows:
        if row.relid in names.dumped and not _is_part(row, reading.rows):
            found[row.relid].append(READERS[row.contype](row, reading))
    return found


def _is_part(row: ConstraintRow, rows: dict[int, ConstraintRow]) -> bool:
    """What the server adds for each partition of a referenced table: no constraint of its own."""
    parent = rows.get(row.parent)
    return parent is not None and row.contype == "f" and parent.referenced != row.referenced


def _common(row: ConstraintRow, names: Names) -> dict[str, Any]:
    return {
        "name": row.name,
        "comment": names.comments.get((PG_CONSTRAINT, row.oid, 0)),
        "derived_from": (names.constraints[row.parent],) if row.parent in names.constraints else (),
        "local": row.is_local,
    }


def _deferrable(row: ConstraintRow, names: Names) -> dict[str, Any]:
    return {**_common(row, names), "deferrable": row.deferrable, "initially_deferred": row.deferred}


def _check(row: ConstraintRow, reading: _Reading) -> Check:
    names = reading.names
    check = Check(
        name=row.name,
        comment=names.comments.get((PG_CONSTRAINT, row.oid, 0)),
        derived_from=_inherited_from(row, names) if row.inherited else (),
        local=row.is_local,
        expression=printed(row.expression),
        no_inherit=row.no_inherit,
        not_valid=row.enforced and not row.validated,
        not_enforced=not row.enforced,
    )
    return using(check, reading.uses.of(PG_CONSTRAINT, row.oid), names.relations[row.relid].identity)


def _inherited_from(row: ConstraintRow, names: Names) -> tuple[Identity, ...]:
    """Checks are inherited by name: the parents' of the same name."""
    candidates = (
        child("check", names.relations[p].identity, row.name)
        for p in names.parents.get(row.relid, ())
        if p in names.relations
    )
    known = names.constraint_identities
    return tuple(sorted(c for c in candidates if c in known))


def _index_attributes(row: ConstraintRow, reading: _Reading) -> dict[str, Any]:
    index = reading.indexes.rows[row.index_oid]
    return {
        **_deferrable(row, reading.names),
        "include": reading.indexes.include(index),
        "options": options(index.reloptions),
        "tablespace": reading.names.tablespaces[index.tablespace] if index.tablespace else None,
        "index_comment": reading.names.comments.get((PG_CLASS, row.index_oid, 0)),
    }


def _key_attributes(row: ConstraintRow, reading: _Reading) -> dict[str, Any]:
    return {
        **_index_attributes(row, reading),
        "columns": reading.names.columns(row.relid, row.key or ()),
        "without_overlaps": row.period,
    }


def _primary_key(row: ConstraintRow, reading: _Reading) -> PrimaryKey:
    return _used(PrimaryKey(**_key_attributes(row, reading)), row, reading)


def _unique(row: ConstraintRow, reading: _Reading) -> Unique:
    nulls = reading.indexes.rows[row.index_oid].nulls_not_distinct
    return _used(Unique(**_key_attributes(row, reading), nulls_not_distinct=nulls), row, reading)


def _exclusion(row: ConstraintRow, reading: _Reading) -> Exclusion:
    index = reading.indexes.rows[row.index_oid]
    return _used(
        Exclusion(
            **_index_attributes(row, reading),
            method=reading.names.access_methods[index.method],
            parts=reading.indexes.parts(index, tuple(row.operators or ())),
            predicate=printed(index.predicate) if index.partial else None,
        ),
        row,
        reading,
    )


def _used(constraint: Made, row: ConstraintRow, reading: _Reading) -> Made:
    """With what the constraint's index depends on: operator classes, functions, columns of expressions."""
    if (PG_CLASS, row.index_oid, 0) not in reading.uses:
        return constraint
    own, table = reading.names.constraints[row.oid], reading.names.relations[row.relid].identity
    return using(constraint, reading.uses.of(PG_CLASS, row.index_oid), own, table)


def _actions(row: ConstraintRow) -> dict[str, Any]:
    """Those that are not the default: msgspec leaves out a default by its identity, not by its value."""
    actions = {"on_update": row.on_update, "on_delete": row.on_delete}
    return {name: ACTIONS[letter] for name, letter in actions.items() if letter != NO_ACTION}


def _foreign_key(row: ConstraintRow, reading: _Reading) -> ForeignKey:
    names = reading.names
    key = names.of(PG_CLASS, row.index_oid)
    return ForeignKey(
        **_deferrable(row, names),
        depends_on=(key,) if key else (),
        columns=names.columns(row.relid, row.key or ()),
        references=names.relation(row.referenced),
        referenced_columns=names.columns(row.referenced, row.referenced_key or ()),
        match=MATCHES[row.match],
        **_actions(row),
        on_delete_columns=names.columns(row.relid, row.on_delete_columns or ()),
        period=row.period,
        not_valid=row.enforced and not row.validated,
        not_enforced=not row.enforced,
    )


READERS: dict[str, Callable[[ConstraintRow, _Reading], Any]] = {
    "c": _check,
    "p": _primary_key,
    "u": _unique,
    "f": _foreign_key,
    "x": _exclusion,
}
