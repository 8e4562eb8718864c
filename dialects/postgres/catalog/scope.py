"""Which schemas and objects a dump reads.

Patterns are shell globs (`*`, `?`, `[...]`), case-sensitive, on unquoted names: of a schema `name`, of an object
`schema.name`, or `name` for that name in every schema.
"""

from fnmatch import fnmatchcase
from functools import lru_cache

from ....snapshots.model import Scope

__all__ = ["in_scope", "in_scope_globally", "is_system"]


def is_system(schema: str) -> bool:
    """Whether the schema is the server's own; PostgreSQL reserves the prefix `pg_`."""
    return schema == "information_schema" or schema.startswith("pg_")


def in_scope(scope: Scope, schema: str, name: str | None = None) -> bool:
    """Whether the dump reads the schema, or the object of that name in it."""
    return _schema(scope.schemas, scope.exclude_schemas, schema) and not (
        name is not None and scope.exclude and _excluded(scope.exclude, schema, name)
    )


def in_scope_globally(scope: Scope, schema: str | None, name: str) -> bool:
    """The same for what lives in the database, such as an extension or a cast, though it may be filed under a schema.

    What has no schema, or the server's, is read when no `schemas` narrow the dump.
    """
    if schema is None or is_system(schema):
        return not scope.schemas and not _excluded(scope.exclude, schema or "", name)
    return in_scope(scope, schema, name)


@lru_cache(maxsize=4096)
def _schema(schemas: tuple[str, ...], exclude_schemas: tuple[str, ...], schema: str) -> bool:
    if is_system(schema) or any(fnmatchcase(schema, pattern) for pattern in exclude_schemas):
        return False
    return not schemas or any(fnmatchcase(schema, pattern) for pattern in schemas)


def _excluded(patterns: tuple[str, ...], schema: str, name: str) -> bool:
    full = f"{schema}.{name}"
    return any(fnmatchcase(full, pattern) or fnmatchcase(name, pattern) for pattern in patterns)
