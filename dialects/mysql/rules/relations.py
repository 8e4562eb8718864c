"""The database's defaults, tables, views and sequences."""

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Refuse, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.mysql import Sequence, Table, View
from ....snapshots.naming import kind_of
from .. import partitions
from .common import ACL, DERIVED, same

PARTITION_BY = "alter_table.partition_by"
REMOVE = "alter_table.remove_partitioning"
OUTSIDE = "rows that no partition takes"


def _partitioning(identity: Identity, old: Object, new: Object, olds: Schema, news: Schema) -> Rule:
    """Partitions at the end come and go by themselves; any other change copies the table. Where its keys or types
    change too, or columns go, it is first not partitioned at all: at each point every key must hold all columns of the
    partitioning (1503), and these be there (3855, 1054), of types that its method takes (1659). So it is where
    partitions hold a history that the table keeps no more (4131)."""
    assert isinstance(old, Table) and isinstance(new, Table)
    if new.partitioning is None:
        return InPlace(REMOVE, rank=-2)
    change = partitions.change(old.partitioning, new.partitioning)
    if change is not None:
        gone = ", ".join(change.dropped)
        return InPlace("alter_table.change_partitions", loses=f"the rows of {gone}" if gone else None)
    histories = old.partitioning is not None and old.partitioning.method == "SYSTEM_TIME" and not new.system_versioned
    rebinds = old.partitioning is not None and (
        histories or _keys_differ(identity, olds, news) or _columns_differ(old, new)
    )
    fails = OUTSIDE if partitions.is_closed(new.partitioning) else None
    return InPlace(PARTITION_BY, unset=REMOVE, rebinds=rebinds, rank=-2 if histories else 0, fails=fails)


def _columns_differ(old: Table, new: Table) -> bool:
    """Does a column go, or get another type, that the one partitioning or the other could be about?"""
    types = {column.name: column.type for column in new.columns}
    return any(types.get(column.name) != column.type for column in old.columns)


def _keys_differ(identity: Identity, old: Schema, new: Schema) -> bool:
    keys = [
        {i: schema[i] for i in schema.inside(identity) if kind_of(i) in ("primary_key", "index")}
        for schema in (old, new)
    ]
    return keys[0] != keys[1]


def _options(_identity: Identity, old: Object, new: Object, olds: Schema, _news: Schema) -> Rule:
    """A key keeps the KEY_BLOCK_SIZE that it had of its table; not on MySQL, where the table has none from then on."""
    before, after = (getattr(table, "options", {}).get("KEY_BLOCK_SIZE") for table in (old, new))
    keeps = before not in (None, after) and (after is not None or olds.server.flavour == "mariadb")
    disturbs = frozenset({"primary_key", "index"} if keeps else ())
    assert isinstance(old, Table) and isinstance(new, Table)
    first = old.engine != new.engine and uncompresses(old, new)
    return InPlace("alter_table.set_options", disturbs=disturbs, rank=-1 if first else 0)


def uncompresses(old: Table, new: Table) -> bool:
    """Is a page no more compressed as InnoDB does it?"""
    return any(name.startswith("PAGE_COMPRESS") for name in old.options.keys() - new.options.keys())


def _versioned(_identity: Identity, _old: Object, new: Object, _olds: Schema, _news: Schema) -> Rule:
    gone = not getattr(new, "system_versioned", False)
    lost = "the history of its rows" if gone else None
    return InPlace("alter_table.set_versioning", light=True, rank=-1 if gone else 0, loses=lost)


def _engine(_identity: Identity, old: Object, new: Object, _olds: Schema, _news: Schema) -> Rule:
    """InnoDB keeps a row's history in its own way, and no history goes over."""
    assert isinstance(old, Table) and isinstance(new, Table)
    if old.system_versioned and new.system_versioned and "InnoDB" in (old.engine, new.engine):
        return Refuse(
            "MariaDB takes no table that keeps its history to InnoDB or from it (4120)",
            "drop its system versioning in a release of its own, which loses the history",
        )
    return InPlace("alter_table.set_engine")


def _periods(_identity: Identity, old: Object, new: Object, _olds: Schema, _news: Schema) -> Rule:
    """One that is versioned already has bounds of its rows, though nobody sees them."""
    assert isinstance(old, Table) and isinstance(new, Table)
    added = {p.name for p in new.periods if p not in old.periods}
    if old.system_versioned and new.system_versioned and "SYSTEM_TIME" in added:
        return Refuse(
            "MariaDB adds no period to a table that keeps its history already (4134)",
            "drop its system versioning in a release of its own, which loses the history",
        )
    gone = {p.name for p in old.periods} - {p.name for p in new.periods}
    return InPlace("alter_table.set_periods", rank=-1 if "SYSTEM_TIME" in gone else 0)


def _columns(_identity: Identity, old: Object, new: Object, _olds: Schema, _news: Schema) -> Rule:
    """A view whose columns are unknown is broken, and can't be made so."""
    assert isinstance(old, View) and isinstance(new, View)
    if not new.columns:
        return Refuse("the new one is broken: what it reads is not there", "mend it, or drop it, and dump again")
    return REPLACE


REPLACE = InPlace("view.replace")


def narrows(old: Sequence, new: Sequence) -> bool:
    """May the current value be outside of the new limits? ALTER SEQUENCE fails then (4085), and nobody can be asked."""
    return new.minimum > old.minimum or new.maximum < old.maximum


def _limits(_identity: Identity, old: Object, new: Object, _olds: Schema, _news: Schema) -> Rule:
    assert isinstance(old, Sequence) and isinstance(new, Sequence)
    lost = "the sequence's current value: it starts anew" if narrows(old, new) else None
    return InPlace("sequence.set_options", loses=lost)


RULES = {
    "database": KindRules(
        create="database.alter",
        drop="database.alter",
        attributes={
            **same(InPlace("database.alter"), "charset", "collation", "encrypted"),
            "comment": Kept(),
            "acl": ACL,
            **DERIVED,
        },
        weight=0,
    ),
    "sequence": KindRules(
        create="sequence.create",
        drop="sequence.drop",
        rename="sequence.rename",
        attributes={
            **same(Choose(_limits), "type", "start", "minimum", "maximum", "increment", "cache", "cycle"),
            **same(InPlace("sequence.set_table_options", light=True), "engine", "comment"),
            "acl": ACL,
            **DERIVED,
        },
        weight=10,
        stays_used=True,
        drop_loses="the sequence's current value",
    ),
    "table": KindRules(
        create="table.create",
        drop="table.drop",
        rename="table.rename",
        placeable={"columns": "column"},
        attributes={
            **same(InPlace("alter_table.set_charset"), "charset", "collation"),
            "comment": InPlace("alter_table.set_comment", light=True),
            "engine": Choose(_engine),
            "options": Choose(_options),
            "periods": Choose(_periods),
            "system_versioned": Choose(_versioned),
            "partitioning": Choose(_partitioning),
            "acl": ACL,
            **DERIVED,
        },
        weight=20,
        inline=frozenset({"column", "primary_key", "index", "check"}),
        irreplaceable=lambda _old, _new: "the rows of the table would be lost",
        drop_loses="every row of the table",
    ),
    "view": KindRules(
        create="view.create",
        drop="view.drop",
        binds_late=True,
        rename="view.rename",
        attributes={
            **same(
                REPLACE,
                "query",
                "columns_named",
                "algorithm",
                "security",
                "check_option",
                "definer",
                "character_set_client",
                "collation_connection",
                "comment",
            ),
            "columns": Choose(_columns),
            "acl": ACL,
            **DERIVED,
        },
        weight=50,
    ),
}
