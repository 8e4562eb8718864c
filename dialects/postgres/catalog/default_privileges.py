"""ALTER DEFAULT PRIVILEGES: pg_default_acl."""

from typing import Literal

from ....snapshots.postgres import DefaultPrivileges
from .acl import grants
from .dependencies import Dependencies
from .names import Names
from .scope import in_scope_globally
from .session import Catalog, Queries

__all__ = ["AHEAD", "read"]

DEFAULT_ACLS = "SELECT defaclrole, defaclnamespace, defaclobjtype, defaclacl::text[] FROM pg_default_acl"

AHEAD: Queries = ((DEFAULT_ACLS, None),)

OBJECTS: dict[str, tuple[str, Literal["tables", "sequences", "functions", "types", "schemas", "large objects"]]] = {
    "r": ("r", "tables"),
    "S": ("s", "sequences"),
    "f": ("f", "functions"),
    "T": ("T", "types"),
    "n": ("n", "schemas"),
    "L": ("L", "large objects"),
}
"""By defaclobjtype: acldefault()'s letter, and the word of ALTER DEFAULT PRIVILEGES."""


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[DefaultPrivileges]:
    """Those of the schemas in scope and, if none narrow it, of the database; no privileges, no entries."""
    if not names.with_privileges:
        return []
    found: list[DefaultPrivileges] = []
    for role, namespace, objtype, acl in catalog.rows(DEFAULT_ACLS):
        schema = names.schemas[namespace] if namespace else None
        if namespace not in names.schema_oids if namespace else not in_scope_globally(names.scope, None, ""):
            continue
        letter, objects = OBJECTS[objtype]
        owner = names.roles[role]
        given = grants(acl, letter, owner, catalog.version, empty_base=schema is not None)
        found.append(DefaultPrivileges(name=owner, schema=schema, objects=objects, acl=given))
    return found
