"""Tables: pg_class, pg_partitioned_table, pg_inherits."""

from typing import Any, Literal

from ....snapshots.postgres import PartitionKey, PartitionKeyPart, Table
from .columns import options
from .dependencies import Dependencies, using
from .indexes import DEFAULT_COLLATION, numbers
from .inside import Inside, by_name, other_method
from .names import PG_CLASS, PG_TYPE, Names
from .printed import printed
from .scan import split
from .session import Catalog, Queries, present

__all__ = ["AHEAD", "read"]

TABLES = """
    SELECT c.oid, c.relpersistence, c.relam, c.reltablespace, c.reloptions, t.reloptions, c.relreplident,
        c.relrowsecurity, c.relforcerowsecurity, c.reloftype, c.relispartition, c.relacl::text[],
        CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END
    FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
    WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND c.relnamespace = ANY(%(schemas)s)"""

PARTITION_KEYS = """
    SELECT p.partrelid, p.partstrat, p.partattrs, p.partclass, p.partcollation, p.partexprs IS NOT NULL,
        pg_get_expr(p.partexprs, p.partrelid)
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
    WHERE c.relnamespace = ANY(%(schemas)s)"""

AHEAD: Queries = ((PARTITION_KEYS, None), (TABLES, None))

STRATEGIES: dict[str, Literal["range", "list", "hash"]] = {"r": "range", "l": "list", "h": "hash"}
REPLICA_IDENTITIES: dict[str, Literal["default", "full", "nothing", "index"]] = {
    "d": "default",
    "f": "full",
    "n": "nothing",
    "i": "index",
}


def read(catalog: Catalog, names: Names, uses: Dependencies, inside: Inside) -> list[Table]:
    """All in scope, with what stands inside them."""
    keys = _partition_keys(catalog, names, inside)
    rows = catalog.rows(TABLES, {"schemas": names.schema_oids})
    names.resolve((PG_TYPE, row[9]) for row in rows if row[9])
    return [_table(row, names, uses, inside, keys) for row in rows if row[0] in names.dumped]


def _access_method(oid: int, method: int, names: Names, keys: dict[int, PartitionKey]) -> str | None:
    """A partitioned table has none, unless it says which its partitions get; that can be heap."""
    return names.access_methods.get(method) if oid in keys else other_method(names, method)


def _table(
    row: tuple[Any, ...], names: Names, uses: Dependencies, inside: Inside, keys: dict[int, PartitionKey]
) -> Table:
    oid, persistence, access_method, tablespace, opts, toast, replica, *rest = row
    row_security, force, of_type, is_partition, acl, bound = rest
    relation = names.dumped[oid]
    parents = tuple([names.relation(p) for p in names.parents.get(oid, ())])
    table = Table(
        schema=relation.schema,
        name=relation.name,
        comment=names.comment(PG_CLASS, oid),
        owner=names.owner(relation.owner),
        acl=names.acl(acl, "r", relation.owner),
        unlogged=persistence == "u",
        of_type=names.type(of_type) if of_type else None,
        inherits=() if is_partition else parents,
        partition_by=keys.get(oid),
        partition_of=parents[0] if is_partition else None,
        bound=present(bound) if is_partition else None,
        access_method=_access_method(oid, access_method, names, keys),
        tablespace=names.tablespaces[tablespace] if tablespace else None,
        options=options(opts) | options(toast, "toast."),
        replica_identity=REPLICA_IDENTITIES[replica],
        replica_identity_index=inside.marks.replica_identity.get(oid) if replica == "i" else None,
        clustered_on=inside.marks.clustered.get(oid),
        row_security=row_security,
        force_row_security=force,
        columns=tuple(inside.columns.of_tables.get(oid, ())),
        constraints=by_name(inside.constraints.get(oid)),
        indexes=by_name(inside.indexes.get(oid)),
        triggers=by_name(inside.triggers.get(oid)),
        rules=by_name(inside.rules.get(oid)),
        policies=by_name(inside.policies.get(oid)),
    )
    return using(table, uses.of(PG_CLASS, oid), relation.identity) if (PG_CLASS, oid, 0) in uses else table


def _partition_keys(catalog: Catalog, names: Names, inside: Inside) -> dict[int, PartitionKey]:
    found: dict[int, PartitionKey] = {}
    for relid, strategy, attrs, classes, collations, has_expressions, text in catalog.rows(
        PARTITION_KEYS, {"schemas": names.schema_oids}
    ):
        if relid in names.dumped:
            expressions = iter(split(present(text)) if has_expressions else ())
            parts = zip(numbers(attrs), numbers(classes), numbers(collations), strict=True)
            found[relid] = PartitionKey(
                strategy=STRATEGIES[strategy],
                parts=tuple([_part(relid, *part, expressions, names, inside) for part in parts]),
            )
    return found


def _part(
    relid: int, attnum: int, opclass: int, collation: int, expressions: Any, names: Names, inside: Inside
) -> PartitionKeyPart:
    """An expression's type is not in the catalog: its operator class and collation are left out where usual."""
    if attnum:
        typid, usual = inside.columns.types[relid, attnum]
        return PartitionKeyPart(
            column=names.column(relid, attnum),
            collation=names.collation(collation) if collation and collation != usual else None,
            opclass=inside.marks.opclasses.named(opclass, typid),
        )
    return PartitionKeyPart(
        expression=printed(next(expressions)),
        collation=names.collation(collation) if collation not in (0, DEFAULT_COLLATION) else None,
        opclass=inside.marks.opclasses.unusual(opclass),
    )
