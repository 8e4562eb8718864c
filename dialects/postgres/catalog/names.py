"""What every object of the catalog is called in a snapshot, by the OIDs that the catalog itself uses.

A reader of a family asks here for identities, owners, privileges and comments, and never joins for a name.
"""

from collections.abc import Iterable
from functools import cache
from sys import intern
from typing import Any, NamedTuple

from ....snapshots.model import Grant, Scope, Text, lines
from ....snapshots.naming import Identity, identity, path, path_of
from ....snapshots.naming import quote as quote_part
from .scope import in_scope
from .session import Catalog, Queries, Since

__all__ = ["AHEAD", "Names", "Relation", "Schemas", "Type"]

FIRST_USER_OID = 16384
"""FirstNormalObjectId: what initdb makes has a smaller OID."""

# OIDs of the catalogs themselves: fixed in the server's source (CATALOG() in src/include/catalog/*.h).
PG_TYPE, PG_PROC, PG_CLASS, PG_ATTRDEF, PG_CONSTRAINT, PG_REWRITE, PG_TRIGGER = 1247, 1255, 1259, 2604, 2606, 2618, 2620
PG_NAMESPACE, PG_EXTENSION, PG_POLICY, PG_STATISTIC_EXT, PG_COLLATION = 2615, 3079, 3256, 3381, 3456

RELATION_KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized_view", "S": "sequence", "c": "composite"}
COLUMN_KINDS = {"r": "column", "p": "column", "v": "view_column", "m": "view_column", "c": "attribute"}
KEY_KINDS = {"p": "primary_key", "u": "unique", "x": "exclusion"}
CONSTRAINT_KINDS = {"c": "check", **KEY_KINDS, "f": "foreign_key", "t": "trigger"}
TYPE_KINDS = {"e": "enum", "d": "domain", "r": "range", "m": "range"}
ROUTINE_KINDS = {"f": "function", "w": "function", "p": "procedure", "a": "aggregate"}

SCHEMAS = "SELECT oid, nspname FROM pg_namespace"
ROLES = "SELECT oid, rolname FROM pg_roles"
ACCESS_METHODS = "SELECT oid, amname FROM pg_am"
TABLESPACES = "SELECT oid, spcname FROM pg_tablespace"

MEMBERS = """
    SELECT d.classid, d.objid, e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass"""

RELATIONS = """
    SELECT oid, relkind, relname, relnamespace, relowner FROM pg_class
    WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f') AND relpersistence <> 't'"""

IDENTITY_SEQUENCES = """
    SELECT d.objid, d.refobjid, d.refobjsubid FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.deptype = 'i' AND d.refobjsubid > 0"""

PARENTS = "SELECT inhrelid, array_agg(inhparent ORDER BY inhseqno) FROM pg_inherits GROUP BY inhrelid"

COLUMNS = """
    SELECT a.attrelid, array_agg(a.attnum), array_agg(a.attname)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f')
    GROUP BY a.attrelid"""

TYPES = """
    SELECT t.oid, t.typtype, t.typname, t.typnamespace, t.typrelid,
        CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem END, r.rngtypid
    FROM pg_type t LEFT JOIN pg_range r ON r.{rngmultitypid} = t.oid
    WHERE t.oid >= 16384"""

ROUTINES = """
    SELECT p.oid, p.prokind, p.proname, p.pronamespace,
        ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY a(type, n) ORDER BY a.n)
    FROM pg_proc p WHERE p.oid >= 16384 OR p.prorettype = 'trigger'::regtype"""

CONSTRUCTORS = """
    SELECT d.objid, d.refobjid FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'"""
"""The functions that the server makes for a range type, by which its values are written."""

CONSTRAINTS = """
    SELECT oid, contype, conname, conrelid, contypid, conindid FROM pg_constraint
    WHERE oid >= 16384 AND contype IN ('c', 'p', 'u', 'f', 'x', 't')"""

INDEXES = """
    SELECT c.oid, i.indrelid, c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
    WHERE c.oid >= 16384 AND c.relkind IN ('i', 'I')"""

COLLATIONS = "SELECT oid, collnamespace, collname FROM pg_collation"

COMMENTS = """
    SELECT classoid, objoid, objsubid, description FROM pg_description
    WHERE objoid >= 16384 OR classoid = 'pg_namespace'::regclass"""

OTHERS = """
    SELECT d.classid, d.objid, o.type, o.identity, r.ev_class, r.rulename
    FROM unnest(%s::oid[], %s::oid[]) d(classid, objid)
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) o
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid"""

SINCE: Since = {"rngmultitypid": (140000, "rngmultitypid", "rngtypid")}

AHEAD: Queries = (
    (SCHEMAS, None),
    (ROLES, None),
    (ACCESS_METHODS, None),
    (TABLESPACES, None),
    (MEMBERS, None),
    (COMMENTS, None),
    (COLUMNS, None),
    (RELATIONS, None),
    (IDENTITY_SEQUENCES, None),
    (PARENTS, None),
    (CONSTRAINTS, None),
    (INDEXES, None),
    (TYPES, SINCE),
    (ROUTINES, None),
    (CONSTRUCTORS, None),
    (COLLATIONS, None),
)


quote = cache(quote_part)
"""The same names come again and again."""


def child(kind: str, parent: Identity, name: str) -> Identity:
    """naming.child(), at a third of its time."""
    return Identity(f"{kind} {path_of(parent)}.{quote(name)}")


class Relation(NamedTuple):
    """A table, view, sequence, composite or foreign table, whether dumped or only referred to."""

    oid: int
    relkind: str
    schema: str
    name: str
    identity: Identity
    path: str
    """The identity's, for what stands inside."""
    extension: Identity | None
    """Of which it is a member."""
    owner: int
    columns: dict[int, str]
    """Names by attnum; what was dropped is not in it."""


class Type(NamedTuple):
    """A type that the user made."""

    typtype: str
    schema: str
    name: str
    identity: Identity | None
    """None of base types and the like, until `resolve` asks the server."""
    element: int | None
    """The OID of an array's element type."""


class Schemas(NamedTuple):
    """The database's schemas."""

    all: dict[int, str]
    dumped: list[int]
    """Those to dump."""

    @classmethod
    def read(cls, catalog: Catalog, scope: Scope) -> "Schemas":
        """All of them, and which the scope has."""
        found: dict[int, str] = dict(catalog.rows(SCHEMAS))
        return cls(found, [oid for oid, name in found.items() if in_scope(scope, name)])


class Names:
    """Identities, owners, privileges and comments by OID.

    `relations` holds all of the user's relations; `in_scope(schema, name)` says whether an object is dumped.
    """

    def __init__(
        self, catalog: Catalog, schemas: Schemas, scope: Scope, *, owner: bool = True, privileges: bool = True
    ) -> None:
        self.catalog = catalog
        self.scope = scope
        self.with_owner = owner
        self.with_privileges = privileges
        self.schemas = schemas.all
        self.schema_oids = schemas.dumped
        self.roles: dict[int, str] = dict(catalog.rows(ROLES))
        self.access_methods = {oid: intern(name) for oid, name in catalog.rows(ACCESS_METHODS)}
        self.tablespaces: dict[int, str] = dict(catalog.rows(TABLESPACES))
        self.members = {(c, o): identity("extension", name) for c, o, name in catalog.rows(MEMBERS)}
        """Extensions' members: (classid, objid) to `extension x`."""
        self.comments: dict[tuple[int, int, int], Text] = {
            (c, o, sub): lines(text) for c, o, sub, text in catalog.rows(COMMENTS)
        }
        self._collations: dict[int, Identity] | None = None
        self._others: dict[tuple[int, int], Identity | None] = {}
        self.relations = self._read_relations()
        self.parents: dict[int, list[int]] = dict(catalog.rows(PARENTS))
        """By the OIDs of tables, and of indexes of partitions; in order."""
        self.dumped = {oid: r for oid, r in self.relations.items() if self.includes(r.schema, r.name, r.extension)}
        """The relations to dump."""
        self.constraints: dict[int, Identity] = {}
        self.indexes: dict[int, Identity] = {}
        """Indexes by OID; that of a constraint has the constraint's identity."""
        self._read_constraints_and_indexes()
        self.constraint_identities = frozenset(self.constraints.values())
        self.types: dict[int, Type] = {}
        self._read_types()
        self.routines: dict[int, Identity] = {
            oid: routine(kind, self.schemas[schema], name, types)
            for oid, kind, name, schema, types in catalog.rows(ROUTINES)
        }
        """The user's functions, procedures, aggregates, and every trigger function; members of extensions too. The
        constructors of a range go by its identity."""
        for oid, of_type in catalog.rows(CONSTRUCTORS):
            if (made_for := self.type(of_type)) is not None:
                self.routines[oid] = made_for

    # what an object is called

    def of(self, classid: int, objid: int, objsubid: int = 0) -> Identity | None:
        """The identity of any object; a column's with its number. None: the system's, or unknown before `resolve`.

        Members of an extension, and what stands inside one, have the extension's identity.
        """
        if (member := self.members.get((classid, objid))) is not None:
            return member
        if classid == PG_CLASS:
            return self.column(objid, objsubid) if objid in self.relations else self.indexes.get(objid)
        if classid == PG_TYPE:
            return self.type(objid)
        if classid == PG_PROC:
            return self.routines.get(objid)
        if classid == PG_CONSTRAINT:
            return self.constraints.get(objid)
        return self._others.get((classid, objid))

    def resolve(self, objects: Iterable[tuple[int, int]]) -> None:
        """Ask the server for those that `of` does not know: what is not modelled is `unmodelled <type> <identity>`,
        both as pg_identify_object() gives them."""
        unknown = [key for key in set(objects) if key not in self._others and self.of(*key) is None]
        if not unknown:
            return
        for classid, objid, type_, name, table, rule in self.catalog.rows(
            OTHERS, ([c for c, _ in unknown], [o for _, o in unknown])
        ):
            self._others[classid, objid] = self._other(type_, name, table, rule)

    def _other(self, type_: str | None, name: str | None, table: int | None, rule: str | None) -> Identity | None:
        if table is not None and table in self.relations:
            relation = self.relations[table]
            return relation.identity if rule == "_RETURN" else self.inside("rule", table, str(rule))
        return Identity(f"unmodelled {type_} {name}") if name is not None else None

    def relation(self, oid: int) -> Identity:
        """A relation's or index's identity."""
        relation = self.relations.get(oid)
        return relation.identity if relation else self.indexes[oid]

    def column(self, relid: int, attnum: int) -> Identity:
        """A column's identity; of column 0, and of what has no columns of its own, the relation's."""
        relation = self.relations[relid]
        kind = COLUMN_KINDS.get(relation.relkind)
        if not attnum or kind is None or attnum not in relation.columns:
            return relation.identity
        return Identity(f"{kind} {relation.path}.{quote(relation.columns[attnum])}")

    def columns(self, relid: int, attnums: Iterable[int]) -> tuple[Identity, ...]:
        """Identities of several columns, in that order."""
        return tuple([self.column(relid, n) for n in attnums])

    def inside(self, kind: str, relid: int, name: str) -> Identity:
        """What stands inside a relation: a trigger, a rule, a constraint."""
        return Identity(f"{kind} {self.relations[relid].path}.{quote(name)}")

    def type(self, oid: int) -> Identity | None:
        """A type's identity; of an array its element's, of a row type the relation's. None: the system's."""
        found = self.types.get(oid)
        if found is None:
            return None
        if found.element is not None:
            return self.type(found.element)
        return found.identity or self._others.get((PG_TYPE, oid))

    def collation(self, oid: int) -> Identity:
        """`collation schema.name`, also of the system's."""
        if self._collations is None:
            self._collations = {
                oid: identity("collation", self.schemas[schema], name)
                for oid, schema, name in self.catalog.rows(COLLATIONS)
            }
        return self._collations[oid]

    def qualified(self, schema: int, name: str) -> str:
        """A name inside text: qualified, but for pg_catalog's."""
        space = self.schemas[schema]
        return quote(name) if space == "pg_catalog" else path(space, name)

    def includes(self, schema: str, name: str, extension: Identity | None = None) -> bool:
        """Whether the scope has it; never a member of an extension."""
        return extension is None and in_scope(self.scope, schema, name)

    # what an object has

    def owner(self, role: int) -> str | None:
        """The role's name; None where the dump leaves owners out."""
        return self.roles[role] if self.with_owner else None

    def acl(self, acl: list[str] | None, kind: str, role: int) -> tuple[Grant, ...]:
        """What the ACL (as text[]) grants beyond acldefault(kind, owner); () where the dump leaves privileges out."""
        if acl is None or not self.with_privileges:
            return ()
        from .acl import grants

        return grants(acl, kind, self.roles[role], self.catalog.version)

    def comment(self, classid: int, objid: int, objsubid: int = 0) -> Text | None:
        """COMMENT ON it."""
        return self.comments.get((classid, objid, objsubid))

    # reading

    def _read_relations(self) -> dict[int, Relation]:
        columns = {relid: dict(zip(nums, names, strict=True)) for relid, nums, names in self.catalog.rows(COLUMNS)}
        found: dict[int, Relation] = {}
        for oid, relkind, name, namespace, owner in self.catalog.rows(RELATIONS):
            schema = self.schemas[namespace]
            place = f"{quote(schema)}.{quote(name)}"
            own = Identity(f"{RELATION_KINDS.get(relkind, 'unmodelled foreign table')} {place}")
            member = self.members.get((PG_CLASS, oid))
            found[oid] = Relation(oid, relkind, schema, name, own, place, member, owner, columns.get(oid, {}))
        for oid, relid, attnum in self.catalog.rows(IDENTITY_SEQUENCES):
            if oid in found and relid in found:
                column = child("identity", found[relid].identity, found[relid].columns[attnum])
                found[oid] = found[oid]._replace(identity=column)
        return found

    def _read_constraints_and_indexes(self) -> None:
        of_constraint: dict[int, Identity] = {}
        domains: list[tuple[Any, ...]] = []
        for oid, contype, name, relid, typid, indid in self.catalog.rows(CONSTRAINTS):
            if relid in self.relations:
                self.constraints[oid] = own = self.inside(CONSTRAINT_KINDS[contype], relid, name)
                self._inherit_membership(PG_CONSTRAINT, oid, relid)
                if contype in KEY_KINDS:
                    of_constraint[indid] = own
            elif typid:
                domains.append((oid, name, typid))
        for oid, relid, name in self.catalog.rows(INDEXES):
            if relid in self.relations:
                self.indexes[oid] = of_constraint.get(oid) or self.inside("index", relid, name)
                self._inherit_membership(PG_CLASS, oid, relid)
        self._domain_checks = domains

    def _inherit_membership(self, classid: int, oid: int, relid: int) -> None:
        """What stands inside a member of an extension is not marked in pg_depend, yet belongs to it."""
        if (extension := self.relations[relid].extension) is not None:
            self.members[classid, oid] = extension

    def _read_types(self) -> None:
        rows = self.catalog.rows(TYPES, since=SINCE)
        for oid, typtype, name, namespace, relid, element, _ in rows:
            schema = self.schemas[namespace]
            own = self.members.get((PG_TYPE, oid))
            if own is None and relid in self.relations:
                own = self.relations[relid].extension or self.relations[relid].identity
            elif own is None and typtype in TYPE_KINDS:
                own = identity(TYPE_KINDS[typtype], schema, name)
            self.types[oid] = Type(typtype, schema, name, own, element)
        for oid, typtype, *_, of_range in rows:
            if typtype == "m" and of_range in self.types and (PG_TYPE, oid) not in self.members:
                self.types[oid] = self.types[oid]._replace(identity=self.types[of_range].identity)
        for oid, name, typid in self._domain_checks:
            domain = self.type(typid)
            if domain is not None:
                member = domain.startswith("extension ")
                self.constraints[oid] = domain if member else child("domain_check", domain, name)


def routine(prokind: str, schema: str, name: str, types: Iterable[str]) -> Identity:
    """A routine's identity."""
    return Identity(f"{ROUTINE_KINDS[prokind]} {path(schema, name)}({', '.join(types)})")
