"""Extensions: pg_extension. That plpgsql which initdb installs is the server's, not the user's."""

from ....snapshots.postgres import Extension
from .dependencies import Dependencies, using
from .names import PG_EXTENSION, Names
from .scope import in_scope_globally
from .session import Catalog, Queries

__all__ = ["AHEAD", "read"]

EXTENSIONS = "SELECT oid, extname, extnamespace, extversion FROM pg_extension WHERE oid >= 16384"

AHEAD: Queries = ((EXTENSIONS, None),)


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[Extension]:
    """Those whose schema is in scope. One may require another."""
    found: list[Extension] = []
    for oid, name, namespace, version in catalog.rows(EXTENSIONS):
        schema = names.schemas[namespace]
        if in_scope_globally(names.scope, schema, name):
            extension = Extension(name=name, comment=names.comment(PG_EXTENSION, oid), schema=schema, version=version)
            found.append(using(extension, uses.of(PG_EXTENSION, oid), extension.identity()))
    return found
