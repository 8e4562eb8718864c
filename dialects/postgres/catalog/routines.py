"""Functions and procedures: pg_proc. Aggregates have a reader of their own."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from ....snapshots.model import lines
from ....snapshots.postgres import Argument, Function, Procedure
from .dependencies import Dependencies, using
from .names import PG_PROC, PG_TYPE, Names
from .printed import printed
from .session import Catalog, Queries, Since, present

__all__ = ["AHEAD", "read", "setting"]

SINCE: Since = {
    "sqlbody": (
        140000,
        "p.prosqlbody IS NOT NULL, CASE WHEN p.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(p.oid) END",
        "false, NULL::text",
    )
}

ROUTINES = """
    SELECT p.oid, p.prokind, p.proname, p.pronamespace, p.proowner, p.proacl::text[], l.lanname, p.provolatile,
        p.proparallel, p.proisstrict, p.proleakproof, p.prosecdef, p.procost, p.prorows, p.proretset,
        s.pronamespace, s.proname, p.proargtypes::oid[], p.proallargtypes, p.proargmodes::text[], p.proargnames,
        CASE WHEN p.pronargdefaults > 0 THEN ARRAY(
            SELECT pg_get_function_arg_default(p.oid, n::int)
            FROM generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) n ORDER BY n) END,
        p.prosrc, p.probin, p.proconfig, p.protrftypes, pg_get_function_result(p.oid), p.prorettype,
        {sqlbody}
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang LEFT JOIN pg_proc s ON s.oid = p.prosupport
    WHERE p.prokind <> 'a' AND p.oid >= 16384 AND p.pronamespace = ANY(%(schemas)s)
        AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')"""
"""Those that the server makes for a range type are internal to it."""

AHEAD: Queries = ((ROUTINES, SINCE),)

TYPE_NAMES = "SELECT oid, format_type(oid, NULL) FROM pg_type WHERE oid = ANY(%s)"

MODES: dict[str, Literal["in", "out", "inout", "variadic", "table"]] = {
    "i": "in",
    "o": "out",
    "b": "inout",
    "v": "variadic",
    "t": "table",
}
VOLATILITY: dict[str, Literal["volatile", "stable", "immutable"]] = {"v": "volatile", "s": "stable", "i": "immutable"}
PARALLEL: dict[str, Literal["unsafe", "restricted", "safe"]] = {"u": "unsafe", "r": "restricted", "s": "safe"}

QUOTED_LISTS = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
"""Settings marked GUC_LIST_QUOTE in src/backend/utils/misc/guc_tables.c: proconfig holds a list of identifiers."""

_ITEM = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,"]*?))\s*(?:,|\Z)')


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Function | Procedure]:
    """All in scope."""
    rows = [
        row
        for row in catalog.rows(ROUTINES, {"schemas": names.schema_oids}, SINCE)
        if names.includes(names.schemas[row[3]], row[2], names.members.get((PG_PROC, row[0])))
    ]
    types = _type_names(catalog, names, rows)
    return [_routine(row, names, uses, types) for row in rows]


def _type_names(catalog: Catalog, names: Names, rows: list[tuple[Any, ...]]) -> dict[int, str]:
    """What all types that the signatures mention are called."""
    oids = {oid for row in rows for column in (17, 18, 25) for oid in row[column] or ()}
    oids.update(row[27] for row in rows if row[27])
    names.resolve((PG_TYPE, oid) for oid in oids if oid in names.types)
    return dict(catalog.rows(TYPE_NAMES, (list(oids),))) if oids else {}


def _routine(row: tuple[Any, ...], names: Names, uses: Dependencies, types: dict[int, str]) -> Function | Procedure:
    oid, kind, name, namespace, owner, acl, language, volatile, parallel, strict, leakproof, definer, *rest = row
    cost, rows, returns_set, support_schema, support, argtypes, alltypes, modes, argnames, defaults, *rest = rest
    source, binary, config, transforms, result, returned, has_sql_body, sql_body = rest
    shared: dict[str, Any] = {
        "schema": names.schemas[namespace],
        "name": name,
        "comment": names.comment(PG_PROC, oid),
        "owner": names.owner(owner),
        "acl": names.acl(acl, "f", owner),
        "signature": tuple([types[t] for t in argtypes]),
        "arguments": _arguments(types, alltypes or argtypes, modes, argnames, defaults),
        "language": language,
        "body": None if has_sql_body else lines(source),
        "sql_body": printed(sql_body) if has_sql_body else None,
        "object_file": binary,
        "security_definer": definer,
        "settings": dict(setting(pair) for pair in config or ()),
        "transforms": tuple([types[t] for t in transforms or ()]),
    }
    if kind == "p":
        routine: Function | Procedure = Procedure(**shared)
    else:
        routine = Function(
            returns=present(result),
            window=kind == "w",
            volatility=VOLATILITY[volatile],
            parallel=PARALLEL[parallel],
            strict=strict,
            leakproof=leakproof,
            cost=cost if cost != (1 if language in ("c", "internal") else 100) else None,
            rows=rows if rows != (1000 if returns_set else 0) else None,
            support=names.qualified(support_schema, support) if support is not None else None,
            **shared,
        )
    mentioned = {t for oid in {*argtypes, *(alltypes or ()), returned} if (t := names.type(oid)) is not None}
    return using(routine, uses.of(PG_PROC, oid) | mentioned, routine.identity())


def _arguments(
    types: dict[int, str],
    oids: Sequence[int],
    modes: Sequence[str] | None,
    argnames: Sequence[str] | None,
    defaults: Sequence[str | None] | None,
) -> tuple[Argument, ...]:
    return tuple(
        [
            Argument(
                mode=MODES[modes[i]] if modes else "in",
                name=(argnames[i] or None) if argnames else None,
                type=types[oid],
                default=printed(text) if defaults and (text := defaults[i]) is not None else None,
            )
            for i, oid in enumerate(oids)
        ]
    )


def setting(pair: str) -> tuple[str, str]:
    """`name=value` of proconfig as name, and the text that follows TO in pg_get_functiondef(): literals."""
    name, _, value = pair.partition("=")
    values = _items(value) if name.lower() in QUOTED_LISTS else [value]
    return name, ", ".join("'" + text.replace("'", "''") + "'" for text in values)


def _items(text: str) -> list[str]:
    """SplitGUCList() in src/backend/utils/adt/varlena.c: commas outside double quotes; no case folding."""
    found: list[str] = []
    at = 0
    while at < len(text) and (match := _ITEM.match(text, at)) is not None:
        quoted, plain = match.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        at = match.end()
    return found
