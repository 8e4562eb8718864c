"""Which schemas and objects a dump covers. Patterns have `*`, `?` and `[...]`, and match case-sensitively."""

from fnmatch import fnmatchcase

from ....snapshots.model import Scope

__all__ = ["in_scope", "is_system"]


def is_system(schema: str) -> bool:
    """The server's own schemas, and those of temporary objects."""
    return schema.startswith("pg_") or schema == "information_schema"


def in_scope(scope: Scope, schema: str, name: str | None = None) -> bool:
    """Whether a schema is dumped; with a name, whether that object in it is. `exclude` matches `name` or `schema.name`."""
    if is_system(schema) or _any(scope.exclude_schemas, schema):
        return False
    if scope.schemas and not _any(scope.schemas, schema):
        return False
    return name is None or not (_any(scope.exclude, name) or _any(scope.exclude, f"{schema}.{name}"))


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
