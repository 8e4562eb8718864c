"""The catalog of MySQL and MariaDB, read whole: one module a family, its statements beside it."""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ....snapshots.model import Header, Scope

if TYPE_CHECKING:
    from ....snapshots.mysql import Snapshot
    from ..connection import Server
    from .session import Catalog

__all__ = ["read"]

FORMAT = 1


def read(
    server: "Server",
    scope: Scope | None = None,
    *,
    privileges: bool = False,
    definer: str = "keep",
    warn: Callable[[str], None] = lambda _: None,
) -> "Snapshot":
    """The snapshot of a database, canonical. Begins again when DDL of other sessions disturbs it; then ServerFailed."""
    from ...attempts import attempts
    from . import visible
    from .session import Catalog

    catalog = Catalog(server)
    visible.check(catalog)
    collecting = gc.isenabled()
    gc.disable()
    try:
        snapshot, warnings = attempts(lambda: _snapshot(catalog, scope or Scope(), privileges, definer))
    finally:
        if collecting:
            gc.enable()
    for warning in warnings:
        warn(warning)
    return snapshot


def _snapshot(catalog: "Catalog", scope: Scope, privileges: bool, definer: str) -> "tuple[Snapshot, list[str]]":
    from ....snapshots.mysql import Snapshot
    from ...attempts import CatalogChanged
    from . import charsets, families, grants, listing
    from .reading import Reading
    from .typed import OwnName

    names = listing.read(catalog, scope)
    own = OwnName(catalog.server.database, names.all, ignore_case=catalog.ignores_case)
    reading = Reading(catalog, names, own, charsets.read(catalog), scope, definer)
    objects = families.read(reading)
    if privileges:
        objects = grants.granted(catalog, objects)
    if listing.read(catalog, scope) != names:
        raise CatalogChanged
    left_out = [*([] if privileges else ["acl"]), *(["definer"] if definer == "strip" else [])]
    header = _header(catalog, scope, tuple(left_out))
    return Snapshot(header=header, objects=tuple(sorted(objects, key=lambda o: o.identity()))), reading.warnings


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
