"""The catalog of MySQL and MariaDB, read whole: one module a family, its statements beside it."""

import gc
from typing import TYPE_CHECKING, Any

from ....snapshots.model import Header, Scope

if TYPE_CHECKING:
    from ....snapshots.mysql import Snapshot
    from ..connection import Server
    from .session import Catalog

__all__ = ["read"]

FORMAT = 1


def read(
    server: "Server", scope: Scope | None = None, *, privileges: bool = False, definer: str = "keep"
) -> "Snapshot":
    """The snapshot of a database, canonical. Begins again when DDL of other sessions disturbs it; then ServerFailed."""
    from .session import Catalog, attempts

    catalog = Catalog(server)
    collecting = gc.isenabled()
    gc.disable()
    try:
        return attempts(lambda: _snapshot(catalog, scope or Scope()))
    finally:
        if collecting:
            gc.enable()


def _snapshot(catalog: "Catalog", scope: Scope) -> "Snapshot":
    from ....snapshots.mysql import Snapshot
    from . import families

    objects = families.read(catalog, scope)
    return Snapshot(header=_header(catalog, scope, ()), objects=tuple(sorted(objects, key=lambda o: o.identity())))


FACTS = (
    "lower_case_table_names",
    "default_storage_engine",
    "collation_server",
    "sql_mode",
    "explicit_defaults_for_timestamp",
)
"""Of the server, as GLOBAL: what the offline side needs."""


def _header(catalog: "Catalog", scope: Scope, not_read: tuple[str, ...]) -> Header:
    given: dict[str, Any] = {"scope": scope} if scope != Scope() else {}
    (values,) = catalog.rows("SELECT " + ", ".join(f"@@GLOBAL.{name}" for name in FACTS))
    return Header(
        **given,
        format=FORMAT,
        dialect="mysql",
        flavour=catalog.flavour,
        version=catalog.server.version,
        version_number=catalog.version,
        facts={name: value or "" for name, value in zip(FACTS, values, strict=True)},
        not_read=not_read,
    )
