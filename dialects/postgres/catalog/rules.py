"""Rules: pg_rewrite, but for the _RETURN rule that is a view's query."""

from collections import defaultdict

from ....snapshots.postgres import Rule
from .dependencies import Dependencies, using
from .names import PG_REWRITE, Names
from .printed import printed
from .session import Catalog, Queries
from .triggers import ENABLED

__all__ = ["AHEAD", "read"]

RULES = """
    SELECT r.oid, r.ev_class, r.rulename, pg_get_ruledef(r.oid), r.ev_enabled
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    WHERE r.oid >= 16384 AND r.rulename <> '_RETURN' AND c.relkind IN ('r', 'p', 'v')
        AND c.relnamespace = ANY(%(schemas)s)"""

AHEAD: Queries = ((RULES, None),)


def read(catalog: Catalog, names: Names, uses: Dependencies) -> dict[int, list[Rule]]:
    """By table or view."""
    found: dict[int, list[Rule]] = defaultdict(list)
    for oid, relid, name, definition, enabled in catalog.rows(RULES, {"schemas": names.schema_oids}):
        if relid in names.dumped:
            rule = Rule(
                name=name,
                comment=names.comment(PG_REWRITE, oid),
                definition=printed(definition),
                enabled=ENABLED[enabled],
            )
            own, table = names.inside("rule", relid, name), names.relations[relid].identity
            found[relid].append(using(rule, uses.of(PG_REWRITE, oid), own, table))
    return found
