"""Tables, and extended statistics on them."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Literal

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Refuse, Replace, Rule, Schema, Supersede
from ....snapshots.model import Identity, Object
from ....snapshots.naming import quote
from ....snapshots.postgres import Check, Table
from .. import conversion
from ..casts import NoCast
from .common import OWNED, ask, same

RECIPE = "PostgreSQL can't change how a table is partitioned; create one under another name, copy the rows, and rename"


def _partition_by(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    """No ALTER changes how a table is partitioned, or that it is: it is made anew and the rows are copied."""
    assert isinstance(old, Table) and isinstance(new, Table)
    if old.partition_of or new.partition_of:
        return Refuse(f"it is a partition itself, and {RECIPE}")
    if new.triggers and new.partition_by:
        return Refuse(f"its triggers would fire for the rows that are copied, and {RECIPE}")
    before = {column.name: column for column in old.columns}
    for column in new.columns:
        inner = column.identity(identity)
        try:
            if column.name in before:
                conversion.using(inner, before[column.name], column, (old_schema, new_schema), anew=False)
        except NoCast as error:
            return ask(inner, error)
    kept = {column.name for column in new.columns if column.generated is None}
    lost = [quote(c.name) for c in old.columns if c.name not in kept and c.generated is None]
    return Supersede(loses=f"the values of {', '.join(lost)} in every row" if lost else None)


def _replica_identity(_identity: Identity, old: Object, new: Object, _old: Schema, new_schema: Schema) -> Rule:
    """The index can be dropped, and the mode stays; there is no other way to that state."""
    assert isinstance(old, Table) and isinstance(new, Table)
    if new.replica_identity != "index" or new.replica_identity_index is not None:
        return InPlace("alter_table.set_replica_identity", light=True, cleared=True)
    gone = old.replica_identity_index is None or old.replica_identity_index not in new_schema
    if old.replica_identity == "index" and gone:
        return Kept()
    return Refuse(
        "its replica identity is an index that was dropped, and no statement makes that",
        next="set it to NOTHING there, which means the same to PostgreSQL, and dump again",
    )


def _inherited(table: Object, inner: Object) -> Literal["at once", "later"] | None:
    """A child's check is valid where CREATE TABLE brings it; one that is not came with ADD CONSTRAINT to the parent."""
    assert isinstance(table, Table)
    if not table.inherits or not isinstance(inner, Check) or inner.local:
        return None
    return "later" if inner.not_valid else "at once"


def _kept_parents(old: tuple[Identity, ...], new: tuple[Identity, ...]) -> tuple[Identity, ...]:
    """INHERIT puts a parent at the end: what stays is what the new list begins with, in the old one's order."""
    rest = iter(old)
    return tuple(takewhile(lambda parent: parent in rest, new))


def _references_above(partition: Identity, schema: Schema) -> Iterator[Identity]:
    """Foreign keys to what it is a part of: DETACH fails where they refer to its rows (23503)."""
    table, top = schema.get(partition), whole(partition, schema)
    while isinstance(table, Table) and table.partition_of is not None:
        for user, attribute in schema.users(table.partition_of):
            if attribute == "references" and whole(schema.parent(user) or user, schema) != top:
                yield user
        table = schema.get(table.partition_of)


def whole(table: Identity, schema: Schema) -> Identity:
    """The outermost table of which it is a part; itself, if of none."""
    above = getattr(schema.get(table), "partition_of", None)
    return whole(above, schema) if above is not None else table


RULES = {
    "table": KindRules(
        create="table.create",
        drop="table.drop",
        rename="table.rename",
        attributes={
            "partition_by": Choose(_partition_by),
            "of_type": InPlace("alter_table.set_of_type", unset="alter_table.set_not_of_type"),
            "unlogged": InPlace("alter_table.set_logged"),
            "access_method": InPlace("alter_table.set_access_method", light=True),
            "tablespace": InPlace("alter_table.set_tablespace", light=True),
            "options": InPlace("alter_table.set_options", light=True),
            "inherits": InPlace("table.set_inherits", unset="table.unset_inherits", rebinds=True, keeps=_kept_parents),
            **same(
                InPlace(
                    "table.attach",
                    unset="table.detach",
                    rebinds=True,
                    holders=_references_above,
                    fails="rows outside the bound",
                ),
                "partition_of",
                "bound",
            ),
            **same(Choose(_replica_identity), "replica_identity", "replica_identity_index"),
            "clustered_on": InPlace("alter_table.set_clustered_on", light=True, cleared=True),
            "row_security": InPlace("alter_table.set_row_security", light=True),
            "force_row_security": InPlace("alter_table.set_force_row_security", light=True),
            **OWNED,
        },
        weight=20,
        inline=frozenset({"column"}),
        inherited=_inherited,
        aside="table.set_aside",
        aside_keeps=frozenset({"column", "default"}),
        moves="table.move_rows",
        irreplaceable=lambda _old, _new: "the rows of the table would be lost",
        drop_loses="every row of the table",
    ),
    "statistics": KindRules(
        create="statistics.create",
        drop="statistics.drop",
        rename="statistics.rename",
        attributes={
            **same(Replace(), "table", "kinds", "columns", "expressions"),
            "target": InPlace("statistics.set_target", light=True),
            **OWNED,
            "acl": Kept(),
        },
        weight=46,
    ),
}
