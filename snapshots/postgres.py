"""The PostgreSQL model: one class a kind, attributes as the PostgreSQL manual names them (servers 13 to 18).

Sources are the system catalogs (manual, part VII); a field's docstring names the column where its name differs.
"""

from typing import ClassVar, Literal

from .canonical import Document
from .model import Grant, Object, Text, Unmodelled, Value
from .naming import Identity, identity, quote


class Owned(Object, frozen=True, kw_only=True):
    """An object that has an owner and privileges."""

    owner: str | None = None
    acl: tuple[Grant, ...] = ()
    """What differs from acldefault(kind, owner), by grantee."""


class InSchema(Owned, frozen=True, kw_only=True):
    """An object whose name lives in a schema."""

    named_by: ClassVar[tuple[str, ...]] = ("name", "schema")
    schema: str

    def identity(self, parent: Identity | None = None) -> Identity:
        """kind schema.name"""
        return identity(self.kind, self.schema, self.name)


class Schema(Owned, tag_field="kind", tag="schema", frozen=True, kw_only=True):
    """pg_namespace."""

    kind: ClassVar[str] = "schema"

    def identity(self, parent: Identity | None = None) -> Identity:
        """schema name"""
        return identity(self.kind, self.name)


class Extension(Object, tag_field="kind", tag="extension", frozen=True, kw_only=True):
    """pg_extension. Its members are not in the snapshot."""

    kind: ClassVar[str] = "extension"
    schema: str
    version: str

    def identity(self, parent: Identity | None = None) -> Identity:
        """extension name; the schema is an attribute, for an extension's name is unique in the database."""
        return identity(self.kind, self.name)


class Enum(InSchema, tag_field="kind", tag="enum", frozen=True, kw_only=True):
    """pg_type, pg_enum."""

    kind: ClassVar[str] = "enum"
    labels: tuple[str, ...] = ()


class DomainCheck(Object, frozen=True, kw_only=True):
    """pg_constraint of a domain, contype c."""

    kind: ClassVar[str] = "domain_check"
    expression: Text
    not_valid: bool = False


class Domain(InSchema, tag_field="kind", tag="domain", frozen=True, kw_only=True):
    """pg_type, typtype d."""

    kind: ClassVar[str] = "domain"
    children: ClassVar[tuple[str, ...]] = ("checks",)
    since: ClassVar[dict[str, int]] = {"not_null_name": 170000}
    type: str
    """The base type with its modifier."""
    collation: Identity | None = None
    """Where it is not the base type's: `collation s.name`."""
    default: Text | None = None
    not_null: bool = False
    not_null_name: str | None = None
    """The NOT NULL constraint's name where it is not the one that the server makes up."""
    checks: tuple[DomainCheck, ...] = ()


class Attribute(Object, frozen=True, kw_only=True):
    """pg_attribute of a composite type."""

    kind: ClassVar[str] = "attribute"
    type: str
    collation: Identity | None = None


class Composite(InSchema, tag_field="kind", tag="composite", frozen=True, kw_only=True):
    """pg_type and pg_class of a free-standing composite type. Attributes in physical order."""

    kind: ClassVar[str] = "composite"
    children: ClassVar[tuple[str, ...]] = ("attributes",)
    ordered: ClassVar[tuple[str, ...]] = ("attributes",)
    attributes: tuple[Attribute, ...] = ()


class Range(InSchema, tag_field="kind", tag="range", frozen=True, kw_only=True):
    """pg_type, pg_range."""

    kind: ClassVar[str] = "range"
    since: ClassVar[dict[str, int]] = {"multirange": 140000}
    subtype: str
    subtype_opclass: str | None = None
    """Where it is not the subtype's default."""
    collation: Identity | None = None
    canonical: Identity | None = None
    subtype_diff: str | None = None
    """The function's qualified name."""
    multirange: str | None = None
    """The multirange type's qualified name."""


class SequenceOptions(Owned, frozen=True, kw_only=True):
    """What a sequence does, free or of an identity column. An option at the default of its type is left out."""

    type: str = "bigint"
    start: int | None = None
    increment: int = 1
    minimum: int | None = None
    maximum: int | None = None
    cache: int = 1
    cycle: bool = False
    unlogged: bool = False


class Sequence(SequenceOptions, tag_field="kind", tag="sequence", frozen=True, kw_only=True):
    """pg_class, pg_sequence. Its current value is not part of the schema."""

    kind: ClassVar[str] = "sequence"
    named_by: ClassVar[tuple[str, ...]] = ("name", "schema")
    since: ClassVar[dict[str, int]] = {"unlogged": 150000}
    schema: str
    owned_by: Identity | None = None
    """The column with which it is dropped."""

    def identity(self, parent: Identity | None = None) -> Identity:
        """sequence schema.name"""
        return identity(self.kind, self.schema, self.name)


class Default(Object, frozen=True, kw_only=True):
    """pg_attrdef of a column or a view's column. `name` is always `default`."""

    kind: ClassVar[str] = "default"
    name: str = "default"
    expression: Text

    def identity(self, parent: Identity | None = None) -> Identity:
        """default schema.table.column"""
        assert parent is not None
        return Identity(f"default {parent.partition(' ')[2]}")


class IdentityColumn(SequenceOptions, frozen=True, kw_only=True):
    """What makes a column an identity column, with its sequence. `name` is always `identity`."""

    kind: ClassVar[str] = "identity"
    since: ClassVar[dict[str, int]] = {"unlogged": 150000}
    name: str = "identity"
    always: bool = False
    """GENERATED ALWAYS; BY DEFAULT else."""
    sequence: str
    """The sequence's qualified name."""

    def identity(self, parent: Identity | None = None) -> Identity:
        """identity schema.table.column"""
        assert parent is not None
        return Identity(f"identity {parent.partition(' ')[2]}")


class Generated(Value, frozen=True, kw_only=True):
    """GENERATED ALWAYS AS (expression)."""

    expression: Text
    virtual: bool = False
    """Not stored: PostgreSQL 18."""


class NotNullConstraint(Value, frozen=True, kw_only=True):
    """A NOT NULL constraint where it differs from the one that plain NOT NULL makes (PostgreSQL 18)."""

    name: str | None = None
    no_inherit: bool = False
    not_valid: bool = False
    local: bool | None = None
    """On an inherited column: conislocal, where it is not the column's own `local`. Not of a partition, for which
    pg_dump does not tell the two apart."""
    comment: Text | None = None


class Column(Object, frozen=True, kw_only=True):
    """pg_attribute of a table."""

    kind: ClassVar[str] = "column"
    children: ClassVar[tuple[str, ...]] = ("default", "identity_column")
    since: ClassVar[dict[str, int]] = {"not_null_constraint": 180000, "compression": 140000}
    type: str
    """format_type(atttypid, atttypmod), qualified outside pg_catalog."""
    collation: Identity | None = None
    """Where it is not the type's."""
    not_null: bool = False
    not_null_constraint: NotNullConstraint | None = None
    generated: Generated | None = None
    default: Default | None = None
    identity_column: IdentityColumn | None = None
    storage: Literal["plain", "external", "extended", "main"] | None = None
    """Where it is not the type's."""
    compression: Literal["pglz", "lz4"] | None = None
    statistics: int | None = None
    """The statistics target where it is set."""
    options: dict[str, str] = {}
    """n_distinct and n_distinct_inherited."""
    acl: tuple[Grant, ...] = ()
    local: bool = True
    """False where the column is inherited only. A partition's columns never are local."""


class Constraint(Object, frozen=True, kw_only=True):
    """What all of pg_constraint share."""

    local: bool = True
    """conislocal, of an inherited constraint."""


class Check(Constraint, tag_field="kind", tag="check", frozen=True, kw_only=True):
    """contype c."""

    kind: ClassVar[str] = "check"
    expression: Text
    no_inherit: bool = False
    not_valid: bool = False
    not_enforced: bool = False


class Deferrable(Constraint, frozen=True, kw_only=True):
    """A constraint that can be deferred."""

    deferrable: bool = False
    initially_deferred: bool = False


class Key(Deferrable, frozen=True, kw_only=True):
    """A constraint that is a unique index."""

    columns: tuple[Identity, ...] = ()
    include: tuple[Identity, ...] = ()
    without_overlaps: bool = False
    options: dict[str, str] = {}
    tablespace: str | None = None
    index_comment: Text | None = None


class PrimaryKey(Key, tag_field="kind", tag="primary_key", frozen=True, kw_only=True):
    """contype p."""

    kind: ClassVar[str] = "primary_key"


class Unique(Key, tag_field="kind", tag="unique", frozen=True, kw_only=True):
    """contype u."""

    kind: ClassVar[str] = "unique"
    nulls_not_distinct: bool = False


class ForeignKey(Deferrable, tag_field="kind", tag="foreign_key", frozen=True, kw_only=True):
    """contype f. The key that it relies on (conindid) is in depends_on."""

    kind: ClassVar[str] = "foreign_key"
    columns: tuple[Identity, ...] = ()
    references: Identity
    referenced_columns: tuple[Identity, ...] = ()
    match: Literal["simple", "full", "partial"] = "simple"
    on_update: Literal["no action", "restrict", "cascade", "set null", "set default"] = "no action"
    on_delete: Literal["no action", "restrict", "cascade", "set null", "set default"] = "no action"
    on_delete_columns: tuple[Identity, ...] = ()
    period: bool = False
    not_valid: bool = False
    not_enforced: bool = False


class IndexPart(Value, frozen=True, kw_only=True):
    """One column of an index: a column, or an expression."""

    column: Identity | None = None
    expression: Text | None = None
    collation: Identity | None = None
    """Where it is not the column's."""
    opclass: str | None = None
    """Where it is not the default of the type."""
    opclass_options: dict[str, str] = {}
    descending: bool = False
    nulls_first: bool | None = None
    """Where it is not what the direction implies."""
    statistics: int | None = None
    """ALTER INDEX ... ALTER COLUMN n SET STATISTICS, of an expression."""
    operator: str | None = None
    """Of an exclusion constraint alone: `schema.=` or, in pg_catalog, `=`."""


class Exclusion(Deferrable, tag_field="kind", tag="exclusion", frozen=True, kw_only=True):
    """contype x."""

    kind: ClassVar[str] = "exclusion"
    method: str = "gist"
    parts: tuple[IndexPart, ...] = ()
    include: tuple[Identity, ...] = ()
    predicate: Text | None = None
    options: dict[str, str] = {}
    tablespace: str | None = None
    index_comment: Text | None = None


class Index(Object, frozen=True, kw_only=True):
    """pg_index, those of constraints left out. `derived_from` holds the partitioned index it is attached to."""

    kind: ClassVar[str] = "index"
    method: str = "btree"
    unique: bool = False
    nulls_not_distinct: bool = False
    parts: tuple[IndexPart, ...] = ()
    include: tuple[Identity, ...] = ()
    predicate: Text | None = None
    options: dict[str, str] = {}
    tablespace: str | None = None
    invalid: bool = False
    """not indisvalid: a concurrent build failed, or a partition lacks its part."""


class Trigger(Object, frozen=True, kw_only=True):
    """pg_trigger, internal ones left out. A partition's clone names its parent's in derived_from."""

    kind: ClassVar[str] = "trigger"
    timing: Literal["before", "after", "instead of"]
    events: tuple[Literal["insert", "update", "delete", "truncate"], ...] = ()
    """In this order."""
    update_columns: tuple[Identity, ...] = ()
    for_each_row: bool = False
    when: Text | None = None
    function: Identity
    arguments: tuple[str, ...] = ()
    constraint: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    from_table: Identity | None = None
    old_table: str | None = None
    new_table: str | None = None
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"


class Rule(Object, frozen=True, kw_only=True):
    """pg_rewrite, views' own _RETURN left out."""

    kind: ClassVar[str] = "rule"
    definition: Text
    """pg_get_ruledef()."""
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"


class Policy(Object, frozen=True, kw_only=True):
    """pg_policy."""

    kind: ClassVar[str] = "policy"
    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    restrictive: bool = False
    roles: tuple[str, ...] = ("PUBLIC",)
    using: Text | None = None
    check: Text | None = None


class PartitionKeyPart(Value, frozen=True, kw_only=True):
    """One column of a partition key."""

    column: Identity | None = None
    expression: Text | None = None
    collation: Identity | None = None
    opclass: str | None = None


class PartitionKey(Value, frozen=True, kw_only=True):
    """PARTITION BY."""

    strategy: Literal["range", "list", "hash"]
    parts: tuple[PartitionKeyPart, ...]


class Table(InSchema, tag_field="kind", tag="table", frozen=True, kw_only=True):
    """pg_class, relkind r and p. Columns in physical order, all else in it by name."""

    kind: ClassVar[str] = "table"
    children: ClassVar[tuple[str, ...]] = ("columns", "constraints", "indexes", "triggers", "rules", "policies")
    unlogged: bool = False
    of_type: Identity | None = None
    inherits: tuple[Identity, ...] = ()
    """The parents, in order; never of a partition."""
    partition_by: PartitionKey | None = None
    partition_of: Identity | None = None
    bound: str | None = None
    """DEFAULT or FOR VALUES ..., of a partition: pg_get_expr(relpartbound)."""
    access_method: str | None = None
    """Where it is not heap; of a partitioned table, where it is set."""
    tablespace: str | None = None
    options: dict[str, str] = {}
    """Storage parameters; those of its TOAST table begin with `toast.`."""
    replica_identity: Literal["default", "full", "nothing", "index"] = "default"
    replica_identity_index: Identity | None = None
    """None though replica_identity is `index`: that index was dropped."""
    clustered_on: Identity | None = None
    """The index or key marked by CLUSTER ON."""
    row_security: bool = False
    force_row_security: bool = False
    columns: tuple[Column, ...] = ()
    constraints: tuple[Check | PrimaryKey | Unique | ForeignKey | Exclusion, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    policies: tuple[Policy, ...] = ()


class ViewColumn(Object, frozen=True, kw_only=True):
    """pg_attribute of a view or materialised view. Name and type come from the query."""

    kind: ClassVar[str] = "view_column"
    children: ClassVar[tuple[str, ...]] = ("default",)
    type: str
    collation: Identity | None = None
    default: Default | None = None
    acl: tuple[Grant, ...] = ()
    statistics: int | None = None
    storage: Literal["plain", "external", "extended", "main"] | None = None
    compression: Literal["pglz", "lz4"] | None = None
    options: dict[str, str] = {}


class View(InSchema, tag_field="kind", tag="view", frozen=True, kw_only=True):
    """pg_class, relkind v."""

    kind: ClassVar[str] = "view"
    children: ClassVar[tuple[str, ...]] = ("columns", "triggers", "rules")
    query: Text
    """pg_get_viewdef() without the final semicolon."""
    options: dict[str, str] = {}
    """check_option, security_barrier, security_invoker."""
    columns: tuple[ViewColumn, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()


class MaterializedView(InSchema, tag_field="kind", tag="materialized_view", frozen=True, kw_only=True):
    """pg_class, relkind m."""

    kind: ClassVar[str] = "materialized_view"
    children: ClassVar[tuple[str, ...]] = ("columns", "indexes")
    query: Text
    not_populated: bool = False
    """WITH NO DATA."""
    access_method: str | None = None
    tablespace: str | None = None
    options: dict[str, str] = {}
    clustered_on: Identity | None = None
    columns: tuple[ViewColumn, ...] = ()
    indexes: tuple[Index, ...] = ()


class Argument(Value, frozen=True, kw_only=True):
    """One argument of a routine."""

    mode: Literal["in", "out", "inout", "variadic", "table"] = "in"
    name: str | None = None
    type: str
    default: Text | None = None


class Routine(InSchema, frozen=True, kw_only=True):
    """What functions and procedures share: pg_proc. `signature` is part of the identity."""

    named_by: ClassVar[tuple[str, ...]] = ("name", "schema", "signature")
    signature: tuple[str, ...] = ()
    """The types of the input arguments (proargtypes), qualified."""
    arguments: tuple[Argument, ...] = ()
    language: str
    body: Text | None = None
    """prosrc, of a string body (in C: the symbol)."""
    sql_body: Text | None = None
    """pg_get_function_sqlbody()."""
    object_file: str | None = None
    """probin."""
    security_definer: bool = False
    settings: dict[str, str] = {}
    """SET clauses: the text of the value as pg_get_functiondef() prints it."""
    transforms: tuple[str, ...] = ()

    def identity(self, parent: Identity | None = None) -> Identity:
        """kind schema.name(types)"""
        return Identity(f"{self.kind} {quote(self.schema)}.{quote(self.name)}({', '.join(self.signature)})")


class Function(Routine, tag_field="kind", tag="function", frozen=True, kw_only=True):
    """prokind f and w."""

    kind: ClassVar[str] = "function"
    returns: str
    """pg_get_function_result()."""
    window: bool = False
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    parallel: Literal["unsafe", "restricted", "safe"] = "unsafe"
    strict: bool = False
    leakproof: bool = False
    cost: float | None = None
    """Where it is not the language's default."""
    rows: float | None = None
    support: str | None = None


class Procedure(Routine, tag_field="kind", tag="procedure", frozen=True, kw_only=True):
    """prokind p."""

    kind: ClassVar[str] = "procedure"


class Aggregate(InSchema, tag_field="kind", tag="aggregate", frozen=True, kw_only=True):
    """prokind a, pg_aggregate. `definition` holds CREATE AGGREGATE's parameters by their names in the manual."""

    kind: ClassVar[str] = "aggregate"
    named_by: ClassVar[tuple[str, ...]] = ("name", "schema", "signature")
    signature: tuple[str, ...] = ()
    arguments: str
    """pg_get_function_arguments(), ORDER BY of ordered-set aggregates included."""
    definition: dict[str, str] = {}

    def identity(self, parent: Identity | None = None) -> Identity:
        """aggregate schema.name(types)"""
        return Identity(f"{self.kind} {quote(self.schema)}.{quote(self.name)}({', '.join(self.signature)})")


class Statistics(InSchema, tag_field="kind", tag="statistics", frozen=True, kw_only=True):
    """pg_statistic_ext. It has no privileges; `acl` stays empty."""

    kind: ClassVar[str] = "statistics"
    table: Identity
    kinds: tuple[Literal["ndistinct", "dependencies", "mcv"], ...] = ()
    columns: tuple[Identity, ...] = ()
    expressions: tuple[Text, ...] = ()
    target: int | None = None


class DefaultPrivileges(Object, tag_field="kind", tag="default_privileges", frozen=True, kw_only=True):
    """pg_default_acl: what objects that `name` (a role) creates get. For one schema, added to the global entry."""

    kind: ClassVar[str] = "default_privileges"
    named_by: ClassVar[tuple[str, ...]] = ("name", "schema", "objects")
    schema: str | None = None
    objects: Literal["tables", "sequences", "functions", "types", "schemas", "large objects"]
    acl: tuple[Grant, ...] = ()
    """Of a global entry: what differs from the built-in default; of a schema's: what is added."""

    def identity(self, parent: Identity | None = None) -> Identity:
        """default_privileges role in schema on objects"""
        inside = f" in {quote(self.schema)}" if self.schema is not None else ""
        return Identity(f"{self.kind} {quote(self.name)}{inside} on {self.objects}")

    def essence(self) -> str | None:
        """The privileges."""
        return "acl"


TopLevel = (
    Schema
    | Extension
    | Enum
    | Domain
    | Composite
    | Range
    | Sequence
    | Table
    | View
    | MaterializedView
    | Function
    | Procedure
    | Aggregate
    | Statistics
    | DefaultPrivileges
    | Unmodelled
)


class Snapshot(Document, frozen=True, kw_only=True):
    """A PostgreSQL schema as committed."""

    objects: tuple[TopLevel, ...] = ()
