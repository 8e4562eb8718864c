"""The MySQL and MariaDB model: one class a kind, attributes as the two servers' manuals name them.

One dialect with two flavours, MySQL 8.0 to 9.x and MariaDB 10.6 to 12.x. A snapshot is one database, and never names
it: `table orders`, `column orders.total`. Another database's objects are named with it, in texts and in `references`.
Text is kept as `SHOW CREATE` prints it, without the names of the database dumped.
"""

from typing import ClassVar, Literal

from .canonical import Document
from .model import Grant, Object, Text, Unmodelled, Value
from .naming import Identity, identity


class TopObject(Object, frozen=True, kw_only=True):
    """What stands in the database itself."""

    def identity(self, parent: Identity | None = None) -> Identity:
        """kind name"""
        return identity(self.kind, self.name)


class Database(TopObject, tag_field="kind", tag="database", frozen=True, kw_only=True):
    """SHOW CREATE DATABASE: what new tables get. `name` is always `defaults`."""

    kind: ClassVar[str] = "database"
    name: str = "defaults"
    charset: str
    collation: str
    encrypted: bool = False
    """MySQL: DEFAULT ENCRYPTION."""
    acl: tuple[Grant, ...] = ()
    """mysql.db."""


class Generated(Value, frozen=True, kw_only=True):
    """GENERATED ALWAYS AS (expression)."""

    expression: Text
    stored: bool = False


class Column(Object, frozen=True, kw_only=True):
    """information_schema.COLUMNS, with the texts of SHOW CREATE TABLE."""

    kind: ClassVar[str] = "column"
    until: ClassVar[dict[str, int]] = {"charset_apart": 100000}
    """MariaDB, which counts from there on, prints the same either way."""
    type: str
    """COLUMN_TYPE without a display width that nobody asked for, character set and collation apart: `varchar(20)`,
    `enum('a','b')`, `int unsigned`, `tinyint(1)`."""
    charset: str | None = None
    """The resolved one, of a character column, whatever the table's default is."""
    collation: str | None = None
    charset_apart: bool = False
    """MySQL: it is the table's default, and was said all the same, so that SHOW CREATE prints it."""
    not_null: bool = False
    default: Text | None = None
    """SQL as it stands behind DEFAULT: `'5'`, `NULL`, `CURRENT_TIMESTAMP(6)`, `(uuid())`. None: no default. That of a
    nullable column, NULL, is None too."""
    no_default: bool = False
    """Of a nullable column: ALTER COLUMN ... DROP DEFAULT took its NULL, and an INSERT must name the column."""
    on_update: str | None = None
    """CURRENT_TIMESTAMP, with its precision."""
    auto_increment: bool = False
    generated: Generated | None = None
    invisible: bool = False
    check: Text | None = None
    """MariaDB: the check that stands in the column's own clause, and has the column's name."""
    compressed: bool = False
    """MariaDB."""
    without_system_versioning: bool = False
    """MariaDB, in a system-versioned table."""
    row_bound: Literal["start", "end"] | None = None
    """MariaDB: GENERATED ALWAYS AS ROW START or ROW END."""
    srid: int | None = None
    column_format: Literal["fixed", "dynamic"] | None = None
    storage: Literal["disk", "memory"] | None = None
    options: dict[str, str] = {}
    """Further options by their names, as SHOW CREATE TABLE prints them: MySQL's ENGINE_ATTRIBUTE, a MariaDB engine's
    own."""
    acl: tuple[Grant, ...] = ()
    """mysql.columns_priv."""


class KeyPart(Value, frozen=True, kw_only=True):
    """One column of a key, or an expression (MySQL)."""

    column: Identity | None = None
    expression: Text | None = None
    """Without the parentheses round it that SHOW CREATE adds."""
    length: int | None = None
    """The prefix, in characters of a text, in bytes of a binary string."""
    descending: bool = False


class Index(Object, frozen=True, kw_only=True):
    """A KEY: information_schema.STATISTICS, with the options of SHOW CREATE TABLE.

    One that the server made by itself for a foreign key is an index like any other.
    """

    kind: ClassVar[str] = "index"
    type: Literal["plain", "unique", "fulltext", "spatial", "vector"] = "plain"
    parts: tuple[KeyPart, ...] = ()
    using: Literal["btree", "hash", "rtree"] | None = None
    """Where it was said: SHOW CREATE prints it."""
    invisible: bool = False
    """MySQL INVISIBLE, MariaDB IGNORED."""
    parser: str | None = None
    key_block_size: int | None = None
    without_overlaps: str | None = None
    """MariaDB: the application-time period at the end of a unique key."""
    options: dict[str, str] = {}
    """Further options by their names, as SHOW CREATE TABLE prints them: MySQL's ENGINE_ATTRIBUTE, a MariaDB engine's
    own (CLUSTERING, DISTANCE, M)."""


class PrimaryKey(Object, frozen=True, kw_only=True):
    """PRIMARY KEY. `name` is always `PRIMARY`."""

    kind: ClassVar[str] = "primary_key"
    name: str = "PRIMARY"
    parts: tuple[KeyPart, ...] = ()
    using: Literal["btree", "hash"] | None = None
    key_block_size: int | None = None
    without_overlaps: str | None = None
    options: dict[str, str] = {}


class ForeignKey(Object, frozen=True, kw_only=True):
    """information_schema.REFERENTIAL_CONSTRAINTS and KEY_COLUMN_USAGE."""

    kind: ClassVar[str] = "foreign_key"
    columns: tuple[Identity, ...] = ()
    references: Identity | None = None
    """The table, in this database."""
    referenced_columns: tuple[Identity, ...] = ()
    references_outside: tuple[str, str] | None = None
    """(database, table) where it is another database's; then `columns_outside`."""
    columns_outside: tuple[str, ...] = ()
    on_update: Literal["restrict", "no action", "cascade", "set null", "set default"] | None = None
    """None: nothing is printed, which does the same as RESTRICT and NO ACTION. MySQL prints RESTRICT where it was said,
    MariaDB NO ACTION."""
    on_delete: Literal["restrict", "no action", "cascade", "set null", "set default"] | None = None


class Check(Object, frozen=True, kw_only=True):
    """A table's CHECK constraint. MariaDB's column checks are the column's `check`."""

    kind: ClassVar[str] = "check"
    expression: Text
    not_enforced: bool = False
    """MySQL."""


class Program(Object, frozen=True, kw_only=True):
    """What holds a body of SQL, and the session that it was made in."""

    definer: str | None = None
    """`user`@`host` as SHOW CREATE prints it. None: whoever runs the script."""
    sql_mode: str = ""
    """As @@sql_mode prints it."""
    character_set_client: str = "utf8mb4"
    collation_connection: str = ""
    database_collation: str = ""


class Trigger(Program, frozen=True, kw_only=True):
    """SHOW CREATE TRIGGER. It stands in its table."""

    kind: ClassVar[str] = "trigger"
    timing: Literal["before", "after"]
    event: Literal["insert", "update", "delete"]
    follows: Identity | None = None
    """The trigger of the same timing and event that fires just before it."""
    head: Text | None = None
    """MariaDB, which prints it as it was typed: from TRIGGER to the body."""
    update_columns: tuple[Identity, ...] = ()
    """MariaDB 11.8 and later: UPDATE OF."""
    body: Text


class Subpartition(Value, frozen=True, kw_only=True):
    """One subpartition: what a partition without VALUES has."""

    name: str
    comment: Text | None = None
    options: dict[str, str] = {}
    """ENGINE apart from the table's, DATA DIRECTORY, MAX_ROWS, TABLESPACE, ... by their names in the manual."""


class Partition(Subpartition, frozen=True, kw_only=True):
    """One partition."""

    values: str | None = None
    """Behind VALUES: `LESS THAN (10)`, `IN (1,2)`, `LESS THAN MAXVALUE`; MariaDB: HISTORY, CURRENT."""
    subpartitions: tuple[Subpartition, ...] = ()


class Partitioning(Value, frozen=True, kw_only=True):
    """PARTITION BY."""

    method: str
    """RANGE, LIST, RANGE COLUMNS, LIST COLUMNS, HASH, LINEAR HASH, KEY, LINEAR KEY, SYSTEM_TIME."""
    expression: Text | None = None
    columns: tuple[Identity, ...] = ()
    """Of COLUMNS and KEY; the expression is None then."""
    algorithm: int | None = None
    """KEY ALGORITHM=1, where it was said."""
    interval: str | None = None
    """MariaDB's SYSTEM_TIME: INTERVAL or LIMIT, with AUTO."""
    count: int | None = None
    """PARTITIONS n, where no partition was named."""
    subpartition_method: str | None = None
    subpartition_algorithm: int | None = None
    subpartition_expression: Text | None = None
    subpartition_columns: tuple[Identity, ...] = ()
    subpartition_count: int | None = None
    partitions: tuple[Partition, ...] = ()


class Period(Value, frozen=True, kw_only=True):
    """MariaDB: PERIOD FOR name (start, end)."""

    name: str
    """SYSTEM_TIME, or an application-time period's name."""
    start: Identity
    end: Identity


class Table(TopObject, tag_field="kind", tag="table", frozen=True, kw_only=True):
    """A base table. Columns in their order, which is part of it; triggers by name; all else by name too."""

    kind: ClassVar[str] = "table"
    children: ClassVar[tuple[str, ...]] = ("columns", "primary_key", "indexes", "foreign_keys", "checks", "triggers")
    ordered: ClassVar[tuple[str, ...]] = ("columns",)
    engine: str = "InnoDB"
    charset: str
    """The default of columns to come."""
    collation: str
    options: dict[str, str] = {}
    """Further options, by their names in the manual, as SHOW CREATE TABLE prints them: ROW_FORMAT, STATS_PERSISTENT,
    KEY_BLOCK_SIZE, ENCRYPTION, TABLESPACE, PAGE_COMPRESSED, ... AUTO_INCREMENT is not part of the schema."""
    system_versioned: bool = False
    periods: tuple[Period, ...] = ()
    partitioning: Partitioning | None = None
    columns: tuple[Column, ...] = ()
    primary_key: PrimaryKey | None = None
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    acl: tuple[Grant, ...] = ()
    """mysql.tables_priv."""


class View(TopObject, tag_field="kind", tag="view", frozen=True, kw_only=True):
    """SHOW CREATE VIEW. Its columns come from its query."""

    kind: ClassVar[str] = "view"
    query: Text
    columns: tuple[str, ...] = ()
    """The names, in order: what a stand-in must have. Empty of a view that is broken."""
    columns_named: bool = False
    """MySQL: the names stand behind the view's own, and are not the query's."""
    algorithm: Literal["undefined", "merge", "temptable"] = "undefined"
    security: Literal["definer", "invoker"] = "definer"
    check_option: Literal["local", "cascaded"] | None = None
    definer: str | None = None
    character_set_client: str = "utf8mb4"
    collation_connection: str = ""
    acl: tuple[Grant, ...] = ()


class Routine(Program, TopObject, frozen=True, kw_only=True):
    """What functions and procedures share: SHOW CREATE FUNCTION and PROCEDURE."""

    parameters: Text = ""
    """Between the parentheses, as printed."""
    body: Text
    deterministic: bool = False
    data_access: Literal["contains sql", "no sql", "reads sql data", "modifies sql data"] = "contains sql"
    security: Literal["definer", "invoker"] = "definer"
    language: str = "SQL"
    """MySQL 9 has JAVASCRIPT too."""
    acl: tuple[Grant, ...] = ()
    """mysql.procs_priv."""


class Function(Routine, tag_field="kind", tag="function", frozen=True, kw_only=True):
    """A stored function."""

    kind: ClassVar[str] = "function"
    returns: str
    """Behind RETURNS, character set included."""
    aggregate: bool = False
    """MariaDB: CREATE AGGREGATE FUNCTION."""


class Procedure(Routine, tag_field="kind", tag="procedure", frozen=True, kw_only=True):
    """A stored procedure."""

    kind: ClassVar[str] = "procedure"


class Event(Program, TopObject, tag_field="kind", tag="event", frozen=True, kw_only=True):
    """SHOW CREATE EVENT."""

    kind: ClassVar[str] = "event"
    schedule: str
    """Behind ON SCHEDULE: `EVERY 1 DAY STARTS '2026-01-01 00:00:00'`, `AT '...'`."""
    time_zone: str = "SYSTEM"
    preserve: bool = False
    """ON COMPLETION PRESERVE."""
    status: Literal["enable", "disable", "disable on replica"] = "enable"
    body: Text


class Sequence(TopObject, tag_field="kind", tag="sequence", frozen=True, kw_only=True):
    """MariaDB: SHOW CREATE SEQUENCE. Its current value is not part of the schema."""

    kind: ClassVar[str] = "sequence"
    type: str = "bigint"
    """AS, from MariaDB 11.5."""
    start: int
    minimum: int
    maximum: int
    increment: int = 1
    cache: int = 1000
    cycle: bool = False
    engine: str = "InnoDB"
    acl: tuple[Grant, ...] = ()


class Package(Program, TopObject, tag_field="kind", tag="package", frozen=True, kw_only=True):
    """MariaDB: SHOW CREATE PACKAGE, the specification."""

    kind: ClassVar[str] = "package"
    body: Text
    security: Literal["definer", "invoker"] = "definer"
    acl: tuple[Grant, ...] = ()


class PackageBody(Program, TopObject, tag_field="kind", tag="package_body", frozen=True, kw_only=True):
    """MariaDB: SHOW CREATE PACKAGE BODY."""

    kind: ClassVar[str] = "package_body"
    body: Text
    security: Literal["definer", "invoker"] = "definer"


TopLevel = Database | Table | View | Function | Procedure | Event | Sequence | Package | PackageBody | Unmodelled


class Snapshot(Document, frozen=True, kw_only=True):
    """A MySQL or MariaDB database as committed."""

    objects: tuple[TopLevel, ...] = ()
