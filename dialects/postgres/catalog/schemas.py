"""Schemas: pg_namespace. `public` is one like any other."""

from ....snapshots.postgres import Schema
from .dependencies import Dependencies
from .names import PG_NAMESPACE, Names
from .session import Catalog, Queries

__all__ = ["AHEAD", "read"]

SCHEMAS = "SELECT oid, nspname, nspowner, nspacl::text[] FROM pg_namespace WHERE oid = ANY(%(schemas)s)"

AHEAD: Queries = ((SCHEMAS, None),)


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Schema]:
    """All in scope. A schema uses nothing."""
    return [
        Schema(
            name=name,
            comment=names.comment(PG_NAMESPACE, oid),
            owner=names.owner(owner),
            acl=names.acl(acl, "n", owner),
        )
        for oid, name, owner, acl in catalog.rows(SCHEMAS, {"schemas": names.schema_oids})
        if (PG_NAMESPACE, oid) not in names.members
    ]
