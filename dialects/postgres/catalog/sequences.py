"""Sequences: free, owned by a column, and inside identity columns. pg_class, pg_sequence, pg_depend."""

from sys import intern
from typing import Any

from ....snapshots.naming import path
from ....snapshots.postgres import Sequence
from .names import PG_CLASS, Names, Relation
from .session import Catalog, Queries

__all__ = ["AHEAD", "read"]

SEQUENCES = """
    SELECT c.oid, c.relpersistence, c.relacl::text[], format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
        s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.deptype, d.refobjid, d.refobjsubid
    FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    WHERE c.relkind = 'S' AND c.oid >= 16384 AND c.relnamespace = ANY(%(schemas)s)"""

AHEAD: Queries = ((SEQUENCES, None),)

LIMITS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}


def read(catalog: Catalog, names: Names) -> tuple[list[Sequence], dict[tuple[int, int], dict[str, Any]]]:
    """The sequences that stand alone, and by (table, attnum) the attributes of those inside an identity column."""
    alone: list[Sequence] = []
    identities: dict[tuple[int, int], dict[str, Any]] = {}
    for oid, persistence, acl, *options, deptype, relid, attnum in catalog.rows(
        SEQUENCES, {"schemas": names.schema_oids}
    ):
        relation = names.dumped.get(oid)
        if relation is None:
            continue
        attributes = _options(*options)
        attributes["unlogged"] = persistence == "u"
        attributes["acl"] = names.acl(acl, "s", relation.owner)
        attributes["comment"] = names.comment(PG_CLASS, oid)
        if deptype == "i":
            identities[relid, attnum] = {"sequence": path(relation.schema, relation.name), **attributes}
        else:
            alone.append(_sequence(relation, names, attributes, relid, attnum))
    return alone, identities


def _sequence(
    relation: Relation, names: Names, attributes: dict[str, Any], relid: int | None, attnum: int | None
) -> Sequence:
    return Sequence(
        schema=relation.schema,
        name=relation.name,
        owner=names.owner(relation.owner),
        owned_by=names.column(relid, attnum) if relid is not None and attnum is not None else None,
        **attributes,
    )


def _options(
    type_: str, start: int, increment: int, minimum: int, maximum: int, cache: int, cycle: bool
) -> dict[str, Any]:
    """Those of pg_sequence; None where the type and the direction imply it (CREATE SEQUENCE in the manual)."""
    limit = LIMITS[type_]
    implied_min, implied_max = (1, limit - 1) if increment > 0 else (-limit, -1)
    return {
        "type": intern(type_),
        "start": start if start != (minimum if increment > 0 else maximum) else None,
        "increment": increment,
        "minimum": minimum if minimum != implied_min else None,
        "maximum": maximum if maximum != implied_max else None,
        "cache": cache,
        "cycle": cycle,
    }
