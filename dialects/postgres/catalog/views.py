"""Views and materialized views: pg_class, pg_rewrite."""

from typing import Any

from ....snapshots.model import Text
from ....snapshots.postgres import MaterializedView, View
from .columns import options
from .dependencies import Dependencies, using
from .inside import Inside, by_name, other_method
from .names import PG_CLASS, PG_REWRITE, Names
from .printed import printed
from .session import Catalog, Queries, present

__all__ = ["AHEAD", "read"]

VIEWS = """
    SELECT c.oid, pg_get_viewdef(c.oid), r.oid, c.reloptions, c.relacl::text[], c.relispopulated, c.relam,
        c.reltablespace, t.reloptions
    FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
    WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384 AND c.relnamespace = ANY(%(schemas)s)"""

AHEAD: Queries = ((VIEWS, None),)


def read(catalog: Catalog, names: Names, uses: Dependencies, inside: Inside) -> list[View | MaterializedView]:
    """All in scope, with what stands inside them."""
    found: list[View | MaterializedView] = []
    for oid, query, rule, opts, acl, populated, access_method, tablespace, toast in catalog.rows(
        VIEWS, {"schemas": names.schema_oids}
    ):
        relation = names.dumped.get(oid)
        if relation is None:
            continue
        common: dict[str, Any] = {
            "schema": relation.schema,
            "name": relation.name,
            "comment": names.comment(PG_CLASS, oid),
            "owner": names.owner(relation.owner),
            "acl": names.acl(acl, "r", relation.owner),
            "query": _query(query),
            "columns": tuple(inside.columns.of_views.get(oid, ())),
        }
        view: View | MaterializedView
        if relation.relkind == "v":
            view = View(
                **common,
                options=options(opts),
                triggers=by_name(inside.triggers.get(oid)),
                rules=by_name(inside.rules.get(oid)),
            )
        else:
            view = MaterializedView(
                **common,
                options=options(opts) | options(toast, "toast."),
                not_populated=not populated,
                access_method=other_method(names, access_method),
                tablespace=names.tablespaces[tablespace] if tablespace else None,
                clustered_on=inside.marks.clustered.get(oid),
                indexes=by_name(inside.indexes.get(oid)),
            )
        found.append(using(view, uses.of(PG_REWRITE, rule), relation.identity))
    return found


def _query(viewdef: str | None) -> Text:
    return printed(present(viewdef).removesuffix(";"))
