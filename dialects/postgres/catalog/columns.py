"""Columns of tables and views: pg_attribute, pg_attrdef, and the NOT NULL constraints of PostgreSQL 18."""

from collections import defaultdict
from typing import Any, Literal, NamedTuple

from ....snapshots.naming import Identity, child
from ....snapshots.postgres import Column, Default, Generated, IdentityColumn, NotNullConstraint, ViewColumn
from .dependencies import Dependencies, using
from .names import PG_ATTRDEF, PG_CLASS, PG_CONSTRAINT, PG_TYPE, Names, Relation
from .printed import printed
from .session import Catalog, Queries, Since, present

__all__ = ["AHEAD", "ColumnType", "Columns", "options", "read"]

SINCE: Since = {
    "attcompression": (140000, "a.attcompression", "''"),
    "attstattarget": (170000, "a.attstattarget", "nullif(a.attstattarget, -1)"),
}

COLUMNS = """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attstorage, {attcompression},
        {attstattarget}, a.attnotnull, a.attidentity, a.attgenerated, a.attislocal, a.attinhcount > 0, a.attoptions,
        a.attacl::text[], d.oid, CASE WHEN d.oid IS NOT NULL THEN
            pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE a.attrelid END) END
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
        AND c.relnamespace = ANY(%(schemas)s)
    ORDER BY a.attrelid, a.attnum"""
"""A default names no column, so its text needs no relation: half the time, and no lock."""

TYPES = """
    SELECT u.atttypid, u.atttypmod, format_type(u.atttypid, u.atttypmod), t.typstorage, t.typcollation
    FROM (SELECT DISTINCT a.atttypid, a.atttypmod FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
            AND c.relnamespace = ANY(%(schemas)s)) u
    JOIN pg_type t ON t.oid = u.atttypid"""

NOT_NULLS = """
    SELECT n.oid, n.conrelid, n.conkey[1], n.conname, n.connoinherit, NOT n.convalidated,
        CASE WHEN n.conislocal <> a.attislocal AND NOT c.relispartition THEN n.conislocal END
    FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
    JOIN pg_attribute a ON a.attrelid = n.conrelid AND a.attnum = n.conkey[1]
    WHERE n.contype = 'n' AND c.relnamespace = ANY(%(schemas)s)
        AND (n.conname <> c.relname || '_' || a.attname || '_not_null' OR n.connoinherit OR NOT n.convalidated
            OR n.conislocal <> a.attislocal AND NOT c.relispartition OR EXISTS (
                SELECT FROM pg_description d WHERE d.classoid = 'pg_constraint'::regclass AND d.objoid = n.oid))"""

AHEAD: Queries = ((COLUMNS, SINCE), (TYPES, None), (NOT_NULLS, None))

STORAGE: dict[str, Literal["plain", "external", "extended", "main"]] = {
    "p": "plain",
    "e": "external",
    "x": "extended",
    "m": "main",
}
COMPRESSION: dict[str, Literal["pglz", "lz4"]] = {"p": "pglz", "l": "lz4"}


class ColumnType(NamedTuple):
    """A type with its modifier, and what follows from it."""

    text: str
    storage: str
    collation: int
    depends_on: tuple[Identity, ...]


class Columns(NamedTuple):
    """All columns read."""

    of_tables: dict[int, list[Column]]
    of_views: dict[int, list[ViewColumn]]
    types: dict[tuple[int, int], tuple[int, int]]
    """(type, collation) as OIDs, by (relation, attnum)."""


class _Parts(NamedTuple):
    """What of a column stands in other catalogs, by (relation, attnum)."""

    types: dict[tuple[int, int], ColumnType]
    not_nulls: dict[tuple[int, int], NotNullConstraint]
    identities: dict[tuple[int, int], dict[str, Any]]
    alike: dict[tuple[Any, ...], Column]
    """Columns that have nothing of their own: the same in many tables, made once."""


_SERVERS_OWN = frozenset({"pg_attver"})
"""What the server writes there itself: the releases of November 2026 note a version of each column in `attoptions`,
another in each database, which no statement sets and pg_dump leaves out."""


def options(reloptions: list[str] | None, prefix: str = "") -> dict[str, str]:
    """`name=value` pairs in the order in which the catalogs keep them, and pg_dump prints them."""
    if not reloptions:
        return {}
    stated = (option.partition("=") for option in reloptions)
    return {prefix + name: value for name, _, value in stated if name not in _SERVERS_OWN}


def read(
    catalog: Catalog, names: Names, uses: Dependencies, identities: dict[tuple[int, int], dict[str, Any]]
) -> Columns:
    """All columns in scope, in physical order. `identities`: the identity columns' sequences (sequences.read)."""
    rows = catalog.rows(COLUMNS, {"schemas": names.schema_oids}, SINCE)
    parts = _Parts(_types(catalog, names), _not_nulls(catalog, names), identities, {})
    found = Columns(defaultdict(list), defaultdict(list), {})
    dumped = names.dumped
    for row in rows:
        relation = dumped.get(row[0])
        if relation is None:
            continue
        found.types[row[0], row[1]] = row[3], row[5]
        if relation.relkind in "rp":
            alike = row[2:10] + row[17:] if _has_nothing_own(row, names, uses, parts) else None
            column = parts.alike.get(alike) if alike else None
            if column is None:
                column = _column(row, relation, names, uses, parts)
                if alike:
                    parts.alike[alike] = column
            found.of_tables[row[0]].append(column)
        else:
            found.of_views[row[0]].append(_view_column(row, relation, names, uses, parts))
    return found


def _has_nothing_own(row: tuple[Any, ...], names: Names, uses: Dependencies, parts: _Parts) -> bool:
    """Whether columns of the same name, type, storage, statistics target, NOT NULL and default are equal to it."""
    relid, num = row[:2]
    identity, generated, _, inherited, opts, acl, default_oid, _ = row[10:]
    return not (
        identity
        or generated
        or inherited
        or opts
        or acl
        or (relid, num) in parts.not_nulls
        or (PG_CLASS, relid, num) in names.comments
        or (default_oid and (PG_ATTRDEF, default_oid, 0) in uses)
    )


def _column(row: tuple[Any, ...], relation: Relation, names: Names, uses: Dependencies, parts: _Parts) -> Column:
    relid, num, name, typid, typmod, coll, storage, compression, target, *rest = row
    not_null, identity, generated, is_local, inherited, opts, acl, default_oid, expression = rest
    key = relid, num
    typ = parts.types[typid, typmod]
    column = Column(
        name=name,
        comment=names.comments.get((PG_CLASS, relid, num)),
        depends_on=typ.depends_on,
        derived_from=_from_parents(relid, name, names) if inherited else (),
        type=typ.text,
        collation=names.collation(coll) if coll != typ.collation and coll else None,
        not_null=not_null,
        not_null_constraint=parts.not_nulls.get(key) if not_null else None,
        generated=Generated(expression=printed(expression), virtual=generated == "v") if generated else None,
        default=_default(default_oid, expression, names, uses, key) if default_oid and not generated else None,
        identity_column=_identity(identity, parts.identities.get(key)) if identity else None,
        storage=STORAGE[storage] if storage != typ.storage else None,
        compression=COMPRESSION.get(compression),
        statistics=target,
        options=options(opts),
        acl=names.acl(acl, "c", relation.owner) if acl else (),
        local=is_local,
    )
    if generated:
        return using(column, uses.of(PG_ATTRDEF, default_oid).union(typ.depends_on), names.column(*key))
    return column


def _view_column(
    row: tuple[Any, ...], relation: Relation, names: Names, uses: Dependencies, parts: _Parts
) -> ViewColumn:
    relid, num, name, typid, typmod, coll, storage, compression, target, *rest = row
    *_, opts, acl, default_oid, expression = rest
    typ = parts.types[typid, typmod]
    return ViewColumn(
        name=name,
        comment=names.comments.get((PG_CLASS, relid, num)),
        depends_on=typ.depends_on,
        type=typ.text,
        collation=names.collation(coll) if coll != typ.collation and coll else None,
        default=_default(default_oid, expression, names, uses, (relid, num)) if default_oid else None,
        acl=names.acl(acl, "c", relation.owner) if acl else (),
        statistics=target,
        storage=STORAGE[storage] if storage != typ.storage else None,
        compression=COMPRESSION.get(compression),
        options=options(opts),
    )


def _default(oid: int, expression: str, names: Names, uses: Dependencies, key: tuple[int, int]) -> Default:
    default = Default(expression=printed(expression))
    if (PG_ATTRDEF, oid, 0) not in uses:
        return default
    return using(default, uses.of(PG_ATTRDEF, oid), names.column(*key))


def _identity(attidentity: str, sequence: dict[str, Any] | None) -> IdentityColumn | None:
    """None on a partition (from 17 on): the sequence is its parent's."""
    return None if sequence is None else IdentityColumn(always=attidentity == "a", **sequence)


def _from_parents(relid: int, name: str, names: Names) -> tuple[Identity, ...]:
    parents = (names.relations[p] for p in names.parents.get(relid, ()) if p in names.relations)
    return tuple(sorted(child("column", p.identity, name) for p in parents if name in p.columns.values()))


def _types(catalog: Catalog, names: Names) -> dict[tuple[int, int], ColumnType]:
    rows = catalog.rows(TYPES, {"schemas": names.schema_oids})
    names.resolve((PG_TYPE, typid) for typid, *_ in rows if typid in names.types)
    found: dict[tuple[int, int], ColumnType] = {}
    for typid, typmod, text, storage, coll in rows:
        made = names.of(PG_TYPE, typid)
        found[typid, typmod] = ColumnType(present(text), storage, coll, (made,) if made else ())
    return found


def _not_nulls(catalog: Catalog, names: Names) -> dict[tuple[int, int], NotNullConstraint]:
    found: dict[tuple[int, int], NotNullConstraint] = {}
    rows = catalog.rows(NOT_NULLS, {"schemas": names.schema_oids})
    for oid, relid, num, name, no_inherit, not_valid, local in rows:
        relation = names.dumped.get(relid)
        if relation is None:
            continue
        constraint = NotNullConstraint(
            name=name if name != default_name(relation.name, relation.columns[num], "not_null") else None,
            no_inherit=no_inherit,
            not_valid=not_valid,
            local=local,
            comment=names.comment(PG_CONSTRAINT, oid),
        )
        if constraint != NotNullConstraint():
            found[relid, num] = constraint
    return found


def default_name(table: str, column: str, label: str) -> str:
    """The name that the server makes up, if it is free: makeObjectName() in src/backend/commands/indexcmds.c."""
    first, second = table.encode(), column.encode()
    room = 63 - len(label) - 2
    one, two = len(first), len(second)
    while one + two > room:
        if one > two:
            one -= 1
        else:
            two -= 1
    return f"{_clip(first, one)}_{_clip(second, two)}_{label}"


def _clip(text: bytes, size: int) -> str:
    return text[:size].decode(errors="ignore")
