"""The PostgreSQL catalog, read whole: one module a family, its query beside it.

What is imported late is imported while the server works.
"""

import gc
from typing import TYPE_CHECKING, Any

from ....snapshots.model import Header, Scope

if TYPE_CHECKING:
    import psycopg

    from ....snapshots.postgres import Snapshot
    from .session import Catalog

__all__ = ["read"]

FORMAT = 1

FACTS = """
    SELECT pg_encoding_to_char(encoding), datcollate, datctype, current_setting('default_table_access_method'),
        current_setting('default_toast_compression', true)
    FROM pg_database WHERE datname = current_database()"""


def read(
    connection: "psycopg.Connection[Any]", scope: Scope | None = None, *, owner: bool = True, privileges: bool = True
) -> "Snapshot":
    """The snapshot of a database, canonical. Begins again when DDL of other sessions disturbs it; then ServerFailed."""
    from ...attempts import attempts
    from .session import Catalog

    def once() -> "Snapshot":
        with Catalog.open(connection) as catalog:
            return _snapshot(catalog, scope or Scope(), owner, privileges)

    collecting = gc.isenabled()
    gc.disable()
    try:
        return attempts(once)
    finally:
        if collecting:
            gc.enable()


def _snapshot(catalog: "Catalog", scope: Scope, owner: bool, privileges: bool) -> "Snapshot":
    from . import names as naming

    catalog.ask(((FACTS, None), *naming.AHEAD))
    from ....snapshots.postgres import Snapshot
    from . import dependencies, families

    schemas = naming.Schemas.read(catalog, scope)
    for asking in (dependencies, *families.ALL):
        catalog.ask(asking.AHEAD, {"schemas": schemas.dumped})
    names = naming.Names(catalog, schemas, scope, owner=owner, privileges=privileges)
    objects = families.read(catalog, names, dependencies.Dependencies(catalog, names))
    left_out = [name for name, wanted in (("owner", owner), ("acl", privileges)) if not wanted]
    return Snapshot(
        header=_header(catalog, scope, tuple(left_out)),
        objects=tuple(sorted(objects, key=lambda o: o.identity())),
    )


def _header(catalog: "Catalog", scope: Scope, not_read: tuple[str, ...]) -> Header:
    ((encoding, collate, ctype, access_method, compression),) = catalog.rows(FACTS)
    facts = {
        "encoding": encoding,
        "lc_collate": collate,
        "lc_ctype": ctype,
        "default_table_access_method": access_method,
    }
    if compression is not None:
        facts["default_toast_compression"] = compression
    given = {"scope": scope} if scope != Scope() else {}
    return Header(
        **given,
        format=FORMAT,
        dialect="postgres",
        flavour="postgresql",
        version=_spelled(catalog.version),
        version_number=catalog.version,
        facts=facts,
        not_read=not_read,
    )


def _spelled(version: int) -> str:
    return f"{version // 10000}.{version % 10000}"
