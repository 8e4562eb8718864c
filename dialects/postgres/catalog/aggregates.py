"""Aggregate functions: pg_aggregate with its pg_proc.

`definition` holds the parameters of CREATE AGGREGATE that are not at their default, each by the manual's name with the
SQL text that stands behind its `=`. Source: dumpAgg() in src/bin/pg_dump/pg_dump.c.
"""

from collections.abc import Iterator
from typing import Any

from ....snapshots.naming import quote
from ....snapshots.postgres import Aggregate
from .dependencies import Dependencies, using
from .names import PG_PROC, PG_TYPE, Names
from .session import Catalog, Queries, present

__all__ = ["AHEAD", "read"]

AGGREGATES = """
    SELECT p.oid, p.proname, p.pronamespace, p.proowner, p.proacl::text[], p.proargtypes::oid[],
        ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY a(type, n) ORDER BY a.n),
        pg_get_function_arguments(p.oid), a.aggkind, p.proparallel,
        a.aggtransfn::oid, format_type(a.aggtranstype, NULL), a.aggtransspace, a.aggfinalfn::oid, a.aggfinalextra,
        a.aggfinalmodify, a.aggcombinefn::oid, a.aggserialfn::oid, a.aggdeserialfn::oid, a.agginitval,
        a.aggmtransfn::oid, a.aggminvtransfn::oid,
        CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END,
        a.aggmtransspace, a.aggmfinalfn::oid, a.aggmfinalextra, a.aggmfinalmodify, a.aggminitval,
        o.oprnamespace, o.oprname
    FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid LEFT JOIN pg_operator o ON o.oid = a.aggsortop
    WHERE p.oid >= 16384 AND p.pronamespace = ANY(%(schemas)s)"""

FUNCTIONS = """
    SELECT DISTINCT p.oid, p.pronamespace, p.proname FROM pg_proc p JOIN pg_aggregate a
        ON p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
            a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
    WHERE a.aggfnoid >= 16384"""

AHEAD: Queries = ((AGGREGATES, None),)

MODIFY = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}
PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": None}


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Aggregate]:
    """All in scope."""
    rows = [
        row
        for row in catalog.rows(AGGREGATES, {"schemas": names.schema_oids})
        if names.includes(names.schemas[row[2]], row[1], names.members.get((PG_PROC, row[0])))
    ]
    if not rows:
        return []
    functions = {oid: names.qualified(schema, name) for oid, schema, name in catalog.rows(FUNCTIONS)}
    names.resolve((PG_TYPE, oid) for row in rows for oid in row[5] if oid in names.types)
    return [_aggregate(row, names, uses, functions) for row in rows]


def _aggregate(row: tuple[Any, ...], names: Names, uses: Dependencies, functions: dict[int, str]) -> Aggregate:
    oid, name, namespace, owner, acl, argtypes, signature, arguments, *rest = row
    aggregate = Aggregate(
        schema=names.schemas[namespace],
        name=name,
        comment=names.comment(PG_PROC, oid),
        owner=names.owner(owner),
        acl=names.acl(acl, "f", owner),
        signature=tuple(signature),
        arguments=present(arguments),
        definition={key: value for key, value in _definition(rest, names, functions) if value is not None},
    )
    mentioned = {known for typ in argtypes if (known := names.type(typ)) is not None}
    return using(aggregate, uses.of(PG_PROC, oid) | mentioned, aggregate.identity())


def _definition(row: list[Any], names: Names, functions: dict[int, str]) -> Iterator[tuple[str, str | None]]:
    kind, parallel, transition, state, space, final, extra, modify, combine, serial, deserial, initial, *rest = row
    m_transition, m_inverse, m_state, m_space, m_final, m_extra, m_modify, m_initial, sort_schema, sort = rest
    modify_default = "r" if kind == "n" else "w"  # AggKind; CREATE AGGREGATE in the manual
    yield "SFUNC", functions.get(transition)
    yield "STYPE", state
    yield "SSPACE", str(space) if space else None
    yield "FINALFUNC", functions.get(final)
    yield "FINALFUNC_EXTRA", "true" if extra else None
    yield "FINALFUNC_MODIFY", MODIFY[modify] if modify != modify_default else None
    yield "COMBINEFUNC", functions.get(combine)
    yield "SERIALFUNC", functions.get(serial)
    yield "DESERIALFUNC", functions.get(deserial)
    yield "INITCOND", _literal(initial)
    yield "MSFUNC", functions.get(m_transition)
    yield "MINVFUNC", functions.get(m_inverse)
    yield "MSTYPE", m_state
    yield "MSSPACE", str(m_space) if m_space else None
    yield "MFINALFUNC", functions.get(m_final)
    yield "MFINALFUNC_EXTRA", "true" if m_extra else None
    yield "MFINALFUNC_MODIFY", MODIFY[m_modify] if m_state and m_modify != modify_default else None
    yield "MINITCOND", _literal(m_initial)
    yield "SORTOP", _operator(names, sort_schema, sort)
    yield "PARALLEL", PARALLEL[parallel]
    yield "HYPOTHETICAL", "true" if kind == "h" else None


def _operator(names: Names, schema: int | None, name: str | None) -> str | None:
    if schema is None or name is None:
        return None
    return f"OPERATOR({quote(names.schemas[schema])}.{name})"


def _literal(text: str | None) -> str | None:
    """A value as a string literal, for standard_conforming_strings."""
    return None if text is None else "'" + text.replace("'", "''") + "'"
