"""Enum, domain, composite and range types: pg_type, pg_enum, pg_range, pg_constraint and pg_attribute."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ....snapshots.model import lines
from ....snapshots.naming import Identity, path
from ....snapshots.postgres import Attribute, Composite, Domain, DomainCheck, Enum, Range
from .dependencies import Dependencies, using
from .names import PG_CLASS, PG_CONSTRAINT, PG_TYPE, Names
from .printed import printed
from .session import Catalog, Queries, Since, present

__all__ = ["AHEAD", "implied_not_null_name", "read"]

ENUMS = """
    SELECT t.oid, t.typname, t.typnamespace, t.typowner, t.typacl::text[],
        ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)
    FROM pg_type t WHERE t.typtype = 'e' AND t.oid >= 16384 AND t.typnamespace = ANY(%(schemas)s)"""

DOMAINS = """
    SELECT t.oid, t.typname, t.typnamespace, t.typowner, t.typacl::text[], t.typbasetype,
        format_type(t.typbasetype, t.typtypmod), t.typcollation, b.typcollation, t.typdefaultbin IS NOT NULL,
        pg_get_expr(t.typdefaultbin, 0), t.typdefault, t.typnotnull, n.conname
    FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_constraint n ON n.contypid = t.oid AND n.contype = 'n'
    WHERE t.typtype = 'd' AND t.oid >= 16384 AND t.typnamespace = ANY(%(schemas)s)"""

DOMAIN_CHECKS = """
    SELECT c.oid, c.contypid, c.conname, c.convalidated, pg_get_expr(c.conbin, 0)
    FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid
    WHERE c.contype = 'c' AND t.oid >= 16384 AND t.typnamespace = ANY(%(schemas)s)
    ORDER BY c.conname COLLATE "C" """

COMPOSITES = """
    SELECT t.oid, c.oid, t.typacl::text[] FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
    WHERE c.relkind = 'c' AND c.oid >= 16384 AND c.relnamespace = ANY(%(schemas)s)"""

ATTRIBUTES = """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.attcollation,
        t.typcollation
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind = 'c' AND c.oid >= 16384 AND c.relnamespace = ANY(%(schemas)s) AND a.attnum > 0
        AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum"""

RANGES = """
    SELECT t.oid, t.typname, t.typnamespace, t.typowner, t.typacl::text[], r.rngsubtype,
        format_type(r.rngsubtype, NULL), r.rngcollation, s.typcollation,
        o.opcnamespace, o.opcname, r.rngcanonical::oid, d.pronamespace, d.proname, {multirange}
    FROM pg_type t JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_type s ON s.oid = r.rngsubtype
    LEFT JOIN pg_opclass o ON o.oid = r.rngsubopc AND NOT (o.opcdefault AND o.opcintype = r.rngsubtype)
    LEFT JOIN pg_proc d ON d.oid = r.rngsubdiff
    {multirange_join}
    WHERE t.typtype = 'r' AND t.oid >= 16384 AND t.typnamespace = ANY(%(schemas)s)"""

MULTIRANGE: Since = {
    "multirange_join": (140000, "LEFT JOIN pg_type m ON m.oid = r.rngmultitypid", ""),
    "multirange": (140000, "m.typnamespace, m.typname", "NULL::oid, NULL::name"),
}

AHEAD: Queries = (
    (ENUMS, None),
    (DOMAINS, None),
    (DOMAIN_CHECKS, None),
    (ATTRIBUTES, None),
    (COMPOSITES, None),
    (RANGES, MULTIRANGE),
)

NAME_BYTES = 63
"""NAMEDATALEN - 1."""


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Enum | Domain | Composite | Range]:
    """All in scope."""
    return [
        *_enums(catalog, names, uses),
        *_domains(catalog, names, uses),
        *_composites(catalog, names, uses),
        *_ranges(catalog, names, uses),
    ]


def implied_not_null_name(domain: str) -> str:
    """What the server calls a domain's NOT NULL constraint (makeObjectName() in src/backend/commands/indexcmds.c)."""
    suffix = "_not_null"
    return domain.encode()[: NAME_BYTES - len(suffix)].decode(errors="ignore") + suffix


def _in_scope(names: Names, oid: int, name: str, namespace: int) -> bool:
    return names.includes(names.schemas[namespace], name, names.members.get((PG_TYPE, oid)))


def _owned(names: Names, oid: int, name: str, namespace: int, owner: int, acl: list[str] | None) -> dict[str, Any]:
    return {
        "schema": names.schemas[namespace],
        "name": name,
        "comment": names.comment(PG_TYPE, oid),
        "owner": names.owner(owner),
        "acl": names.acl(acl, "T", owner),
    }


def _types(names: Names, *oids: int) -> set[Identity]:
    """The identities of the user's among these types."""
    return {known for oid in oids if (known := names.type(oid)) is not None}


def _collation(names: Names, collation: int, usual: int) -> Identity | None:
    return names.collation(collation) if collation and collation != usual else None


def _enums(catalog: Catalog, names: Names, uses: Dependencies) -> Iterator[Enum]:
    for oid, name, namespace, owner, acl, labels in catalog.rows(ENUMS, {"schemas": names.schema_oids}):
        if _in_scope(names, oid, name, namespace):
            yield Enum(labels=tuple(labels), **_owned(names, oid, name, namespace, owner, acl))


def _domains(catalog: Catalog, names: Names, uses: Dependencies) -> Iterator[Domain]:
    rows = catalog.rows(DOMAINS, {"schemas": names.schema_oids})
    checks: dict[int, list[DomainCheck]] = defaultdict(list)
    for oid, typid, name, validated, expression in catalog.rows(DOMAIN_CHECKS, {"schemas": names.schema_oids}):
        own = names.type(typid)
        check = DomainCheck(
            name=name,
            comment=names.comment(PG_CONSTRAINT, oid),
            expression=printed(expression),
            not_valid=not validated,
        )
        checks[typid].append(using(check, uses.of(PG_CONSTRAINT, oid), *([own] if own else [])))
    names.resolve((PG_TYPE, row[5]) for row in rows if row[5] in names.types)
    for oid, name, namespace, owner, acl, base, type_, collation, usual, has_default, default, plain, *rest in rows:
        if not _in_scope(names, oid, name, namespace):
            continue
        not_null, not_null_name = rest
        text = present(default) if has_default else plain
        domain = Domain(
            type=type_,
            collation=_collation(names, collation, usual),
            default=lines(text) if text is not None else None,
            not_null=not_null,
            not_null_name=not_null_name if not_null_name != implied_not_null_name(name) else None,
            checks=tuple(checks[oid]),
            **_owned(names, oid, name, namespace, owner, acl),
        )
        yield using(domain, uses.of(PG_TYPE, oid) | _types(names, base), domain.identity())


def _composites(catalog: Catalog, names: Names, uses: Dependencies) -> Iterator[Composite]:
    attributes = _attributes(catalog, names)
    for typid, relid, acl in catalog.rows(COMPOSITES, {"schemas": names.schema_oids}):
        if (relation := names.dumped.get(relid)) is None:
            continue
        composite = Composite(
            schema=relation.schema,
            name=relation.name,
            comment=names.comment(PG_TYPE, typid) or names.comment(PG_CLASS, relid),
            owner=names.owner(relation.owner),
            acl=names.acl(acl, "T", relation.owner),
            attributes=tuple(attributes[relid]),
        )
        yield using(composite, uses.of(PG_TYPE, typid), composite.identity())


def _attributes(catalog: Catalog, names: Names) -> dict[int, list[Attribute]]:
    rows = catalog.rows(ATTRIBUTES, {"schemas": names.schema_oids})
    names.resolve((PG_TYPE, row[3]) for row in rows if row[3] in names.types)
    found: dict[int, list[Attribute]] = defaultdict(list)
    for relid, attnum, name, typid, type_, collation, usual in rows:
        attribute = Attribute(
            name=name,
            comment=names.comment(PG_CLASS, relid, attnum),
            type=type_,
            collation=_collation(names, collation, usual),
        )
        found[relid].append(using(attribute, _types(names, typid)))
    return found


def _ranges(catalog: Catalog, names: Names, uses: Dependencies) -> Iterator[Range]:
    rows = catalog.rows(RANGES, {"schemas": names.schema_oids}, MULTIRANGE)
    names.resolve((PG_TYPE, row[5]) for row in rows if row[5] in names.types)
    for oid, name, namespace, owner, acl, subtypid, subtype, collation, usual, *rest in rows:
        if not _in_scope(names, oid, name, namespace):
            continue
        class_schema, class_name, canonical, diff_schema, diff_name, multi_schema, multi_name = rest
        range_ = Range(
            subtype=subtype,
            subtype_opclass=_qualified(names, class_schema, class_name),
            collation=_collation(names, collation, usual),
            canonical=names.routines.get(canonical),
            subtype_diff=_qualified(names, diff_schema, diff_name),
            multirange=path(names.schemas[multi_schema], multi_name) if multi_name else None,
            **_owned(names, oid, name, namespace, owner, acl),
        )
        yield using(range_, uses.of(PG_TYPE, oid) | _types(names, subtypid), range_.identity())


def _qualified(names: Names, schema: int | None, name: str | None) -> str | None:
    return names.qualified(schema, name) if schema is not None and name is not None else None
