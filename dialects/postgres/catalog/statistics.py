"""Extended statistics: pg_statistic_ext."""

from typing import Literal

from ....snapshots.postgres import Statistics
from .dependencies import Dependencies, using
from .indexes import numbers
from .names import PG_STATISTIC_EXT, Names
from .printed import printed
from .session import Catalog, Queries, Since, present

__all__ = ["AHEAD", "read"]

SINCE: Since = {
    "expressions": (
        140000,
        "s.stxexprs IS NOT NULL, pg_get_statisticsobjdef_expressions(s.oid)",
        "false, NULL::text[]",
    ),
    "stxstattarget": (170000, "s.stxstattarget", "nullif(s.stxstattarget, -1)"),
}

STATISTICS = """
    SELECT s.oid, s.stxname, s.stxnamespace, s.stxowner, s.stxrelid, s.stxkeys, s.stxkind, {stxstattarget},
        {expressions}
    FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
    WHERE s.stxnamespace = ANY(%(schemas)s) AND c.relkind IN ('r', 'p', 'm')"""

AHEAD: Queries = ((STATISTICS, SINCE),)

KINDS: dict[str, Literal["ndistinct", "dependencies", "mcv"]] = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Statistics]:
    """All in scope."""
    found: list[Statistics] = []
    for oid, name, namespace, owner, relid, keys, kinds, target, has_expressions, expressions in catalog.rows(
        STATISTICS, {"schemas": names.schema_oids}, SINCE
    ):
        schema = names.schemas[namespace]
        if not names.includes(schema, name, names.members.get((PG_STATISTIC_EXT, oid))) or relid not in names.relations:
            continue
        statistics = Statistics(
            schema=schema,
            name=name,
            comment=names.comment(PG_STATISTIC_EXT, oid),
            owner=names.owner(owner),
            table=names.relation(relid),
            kinds=tuple([word for letter, word in KINDS.items() if letter in kinds]),
            columns=tuple(sorted(names.columns(relid, numbers(keys)))),
            expressions=tuple(map(printed, present(expressions))) if has_expressions else (),
            target=target,
        )
        found.append(using(statistics, uses.of(PG_STATISTIC_EXT, oid), statistics.identity()))
    return found
