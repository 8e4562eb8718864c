"""Indexes: pg_index, pg_class, pg_opclass. Those of constraints are read here too, and described in constraints.py."""

from collections import defaultdict
from typing import Any, NamedTuple

from ....snapshots.naming import Identity
from ....snapshots.postgres import Index, IndexPart
from .columns import Columns, options
from .dependencies import Dependencies, using
from .names import PG_CLASS, Names
from .printed import printed
from .session import Catalog, Queries, Since

__all__ = ["AHEAD", "IndexRow", "Indexes", "numbers"]

SINCE: Since = {
    "indnullsnotdistinct": (150000, "i.indnullsnotdistinct", "false"),
    "attstattarget": (170000, "a.attstattarget", "nullif(a.attstattarget, -1)"),
}

INDEXES = """
    SELECT i.indexrelid, i.indrelid, c.relname, c.relam, i.indisunique, {indnullsnotdistinct}, i.indkey,
        i.indnkeyatts, i.indcollation, i.indclass, i.indoption, c.reloptions, c.reltablespace, i.indisvalid,
        i.indisclustered, i.indisreplident, i.indpred IS NOT NULL, pg_get_expr(i.indpred, i.indrelid),
        CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
            FROM generate_series(1, i.indnkeyatts) n WHERE i.indkey[n - 1] = 0 ORDER BY n) END
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE i.indexrelid >= 16384 AND t.relkind IN ('r', 'p', 'm') AND t.relnamespace = ANY(%(schemas)s)"""

ATTRIBUTES = """
    SELECT a.attrelid, a.attnum, a.attoptions, {attstattarget}, a.atttypid, t.typcollation
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid JOIN pg_type t ON t.oid = a.atttypid
    WHERE i.indexrelid >= 16384 AND (i.indexprs IS NOT NULL OR a.attoptions IS NOT NULL OR {attstattarget} >= 0)"""

OPCLASSES = """
    SELECT o.oid, o.opcname, o.opcnamespace, o.opcmethod, o.opcintype, o.opcdefault,
        t.typispreferred OR t.typtype = 'p'
    FROM pg_opclass o JOIN pg_type t ON t.oid = o.opcintype"""

DOMAINS = "SELECT oid, typbasetype FROM pg_type WHERE typtype = 'd'"

AHEAD: Queries = ((OPCLASSES, None), (DOMAINS, None), (INDEXES, SINCE), (ATTRIBUTES, SINCE))

DEFAULT_COLLATION = 100
"""The OID of pg_catalog."default" (DEFAULT_COLLATION_OID in src/include/catalog/pg_collation.dat)."""

DESCENDING, NULLS_FIRST = 1, 2
"""Bits of indoption: INDOPTION_DESC and INDOPTION_NULLS_FIRST."""


class IndexRow(NamedTuple):
    """One row of INDEXES; vectors as the server prints them."""

    oid: int
    relid: int
    name: str
    method: int
    unique: bool
    nulls_not_distinct: bool
    keys: str
    key_count: int
    collations: str
    opclasses: str
    options: str
    reloptions: list[str] | None
    tablespace: int
    valid: bool
    clustered: bool
    replica_identity: bool
    partial: bool
    predicate: str | None
    expressions: list[str | None] | None


class Opclass(NamedTuple):
    """An operator class."""

    name: str
    method: int
    input_type: int
    default: bool
    widely: bool
    """Its type is the preferred one of its category, or polymorphic: the default of other types too."""


def numbers(vector: str) -> list[int]:
    """An int2vector or oidvector as the server prints it."""
    return [int(n) for n in vector.split()]


class Opclasses:
    """Operator classes, and which of them a type has by default."""

    def __init__(self, catalog: Catalog, names: Names) -> None:
        self._found = {
            oid: Opclass(names.qualified(schema, name), *rest) for oid, name, schema, *rest in catalog.rows(OPCLASSES)
        }
        self._exact = {(o.method, o.input_type): oid for oid, o in self._found.items() if o.default}
        self._domains: dict[int, int] = dict(catalog.rows(DOMAINS))

    def stated(self, oid: int) -> str:
        """The name, default or not: options can be given only behind it."""
        return self._found[oid].name

    def named(self, oid: int, typid: int) -> str | None:
        """Its name where it is not the type's default: GetDefaultOpClass() in src/backend/commands/indexcmds.c."""
        while typid in self._domains:
            typid = self._domains[typid]
        opclass = self._found[oid]
        exact = self._exact.get((opclass.method, typid))
        is_default = exact == oid if exact is not None else opclass.default and opclass.widely
        return None if is_default else opclass.name

    def unusual(self, oid: int) -> str | None:
        """Its name where it is not the default of its own input type."""
        opclass = self._found[oid]
        return None if opclass.default else opclass.name


class Indexes:
    """All indexes in scope, those of constraints among them."""

    def __init__(self, catalog: Catalog, names: Names, uses: Dependencies, columns: Columns) -> None:
        self._names, self._uses, self._columns = names, uses, columns
        self.opclasses = Opclasses(catalog, names)
        self.rows: dict[int, IndexRow] = {}
        for row in catalog.rows(INDEXES, {"schemas": names.schema_oids}, SINCE):
            if row[1] in names.dumped:
                self.rows[row[0]] = IndexRow(*row)
        self.clustered = {row.relid: names.indexes[oid] for oid, row in self.rows.items() if row.clustered}
        """The index marked by CLUSTER ON, by table."""
        self.replica_identity = {
            row.relid: names.indexes[oid] for oid, row in self.rows.items() if row.replica_identity
        }
        self._attributes = {(relid, num): rest for relid, num, *rest in catalog.rows(ATTRIBUTES, since=SINCE)}

    def read(self) -> dict[int, list[Index]]:
        """The indexes that no constraint has made, by table."""
        found: dict[int, list[Index]] = defaultdict(list)
        for oid, row in self.rows.items():
            own = self._names.indexes[oid]
            if own.startswith("index "):
                found[row.relid].append(self._index(row, own))
        return found

    def _index(self, row: IndexRow, own: Identity) -> Index:
        names = self._names
        index = Index(
            name=row.name,
            comment=names.comments.get((PG_CLASS, row.oid, 0)),
            derived_from=tuple(names.indexes[p] for p in names.parents.get(row.oid, ()) if p in names.indexes),
            method=names.access_methods[row.method],
            unique=row.unique,
            nulls_not_distinct=row.nulls_not_distinct,
            parts=self.parts(row),
            include=self.include(row),
            predicate=printed(row.predicate) if row.partial else None,
            options=options(row.reloptions),
            tablespace=names.tablespaces[row.tablespace] if row.tablespace else None,
            invalid=not row.valid,
        )
        if (PG_CLASS, row.oid, 0) not in self._uses:
            return index
        return using(index, self.uses(row), own, names.relations[row.relid].identity)

    def uses(self, row: IndexRow) -> set[Identity]:
        """What an index depends on, but for plain columns."""
        return self._uses.of(PG_CLASS, row.oid)

    def include(self, row: IndexRow) -> tuple[Identity, ...]:
        """The columns that it only carries."""
        keys = numbers(row.keys)
        return self._names.columns(row.relid, keys[row.key_count :]) if len(keys) > row.key_count else ()

    def parts(self, row: IndexRow, operators: tuple[str | None, ...] = ()) -> tuple[IndexPart, ...]:
        """Its key parts. `operators`: of an exclusion constraint."""
        keys, flags = numbers(row.keys), numbers(row.options)
        collations, classes = numbers(row.collations), numbers(row.opclasses)
        expressions = iter(row.expressions or ())
        return tuple(
            [
                self._part(row, n, keys[n], expressions, collations[n], classes[n], flags[n], operators)
                for n in range(row.key_count)
            ]
        )

    def _has_collated_column(self, row: IndexRow) -> bool:
        """Whether an expression may have another collation than its type by itself: then the index's is stated."""
        types = self._columns.types
        used = self._uses.columns(PG_CLASS, row.oid)
        return any(types[key][1] not in (0, DEFAULT_COLLATION) for key in used if key in types)

    def _part(
        self,
        row: IndexRow,
        n: int,
        attnum: int,
        expressions: Any,
        collation: int,
        opclass: int,
        flags: int,
        operators: tuple[str | None, ...],
    ) -> IndexPart:
        attoptions, target, typid, usual = self._attributes.get((row.oid, n + 1), (None, None, 0, 0))
        if attnum > 0:
            typid, usual = self._columns.types[row.relid, attnum]
        elif self._has_collated_column(row):
            usual = 0
        descending, nulls_first = bool(flags & DESCENDING), bool(flags & NULLS_FIRST)
        return IndexPart(
            column=self._names.column(row.relid, attnum) if attnum > 0 else None,
            expression=printed(next(expressions)) if attnum == 0 else None,
            collation=self._names.collation(collation) if collation and collation != usual else None,
            opclass=self.opclasses.stated(opclass) if options(attoptions) else self.opclasses.named(opclass, typid),
            opclass_options=options(attoptions),
            descending=descending,
            nulls_first=nulls_first if nulls_first != descending else None,
            statistics=target,
            operator=operators[n] if operators else None,
        )
