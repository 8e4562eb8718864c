"""The PostgreSQL catalog, read whole: one module a family, its query beside it."""

import gc
from typing import TYPE_CHECKING, Any

from ....snapshots.model import Header, Scope
from ....snapshots.postgres import Snapshot, TopLevel

if TYPE_CHECKING:
    import psycopg

    from .dependencies import Dependencies
    from .names import Names
    from .session import Catalog

__all__ = ["read"]

FORMAT = 1

FACTS = """
    SELECT pg_encoding_to_char(encoding), datcollate, datctype, current_setting('default_table_access_method'),
        current_setting('default_toast_compression', true)
    FROM pg_database WHERE datname = current_database()"""


def read(
    connection: "psycopg.Connection[Any]", scope: Scope | None = None, *, owner: bool = True, privileges: bool = True
) -> Snapshot:
    """The snapshot of a database. Begins again when DDL of other sessions disturbs it; then ServerFailed."""
    from .session import Catalog, attempts

    def once() -> Snapshot:
        with Catalog.open(connection) as catalog:
            return _snapshot(catalog, scope or Scope(), owner, privileges)

    collecting = gc.isenabled()
    gc.disable()
    try:
        return attempts(once)
    finally:
        if collecting:
            gc.enable()


def _snapshot(catalog: "Catalog", scope: Scope, owner: bool, privileges: bool) -> Snapshot:
    from .dependencies import Dependencies
    from .names import Names

    names = Names(catalog, scope, owner=owner, privileges=privileges)
    uses = Dependencies(catalog, names)
    objects = [*_relations(catalog, names, uses), *_others(catalog, names, uses)]
    left_out = [name for name, wanted in (("owner", owner), ("acl", privileges)) if not wanted]
    return Snapshot(
        header=_header(catalog, scope, tuple(left_out)),
        objects=tuple(sorted(objects, key=lambda o: o.identity())),
    )


def _relations(catalog: "Catalog", names: "Names", uses: "Dependencies") -> list[TopLevel]:
    from . import columns, constraints, policies, rules, sequences, statistics, tables, triggers, views
    from .indexes import Indexes
    from .inside import Inside

    alone, identities = sequences.read(catalog, names)
    its_columns = columns.read(catalog, names, uses, identities)
    indexes = Indexes(catalog, names, uses, its_columns)
    inside = Inside(
        columns=its_columns,
        constraints=constraints.read(catalog, names, uses, indexes),
        indexes=indexes.read(),
        triggers=triggers.read(catalog, names, uses),
        rules=rules.read(catalog, names, uses),
        policies=policies.read(catalog, names, uses),
        marks=indexes,
    )
    return [
        *alone,
        *tables.read(catalog, names, uses, inside),
        *views.read(catalog, names, uses, inside),
        *statistics.read(catalog, names, uses),
    ]


def _others(catalog: "Catalog", names: "Names", uses: "Dependencies") -> list[TopLevel]:
    from . import aggregates, default_privileges, extensions, routines, schemas, types, unmodelled

    families = (schemas, extensions, types, routines, aggregates, default_privileges, unmodelled)
    return [found for family in families for found in family.read(catalog, names, uses)]


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
