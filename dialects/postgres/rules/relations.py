"""Tables, and extended statistics on them."""

from ....engine.protocol import Choose, InPlace, KindRules, Refuse, Replace, Rule
from ....engine.schema import Schema
from ....snapshots.model import Identity, Object
from .common import OWNED, same


def _partition_by(identity: Identity, _old_obj: Object, _new_obj: Object, _old: Schema, _new: Schema) -> Rule:
    """No ALTER changes how a table is partitioned, or that it is."""
    return Refuse(
        f"PostgreSQL can't change how a table with rows is partitioned; create it under another name, copy the rows of "
        f"{identity}, and rename"
    )


RULES = {
    "table": KindRules(
        create="table.create",
        drop="table.drop",
        attributes={
            "partition_by": Choose(_partition_by),
            "of_type": InPlace("alter_table.set_of_type", unset="alter_table.set_not_of_type"),
            "unlogged": InPlace("alter_table.set_logged"),
            "access_method": InPlace("alter_table.set_access_method", light=True),
            "tablespace": InPlace("alter_table.set_tablespace", light=True),
            "options": InPlace("alter_table.set_options", light=True),
            "inherits": InPlace("table.set_inherits", unset="table.unset_inherits", rebinds=True),
            **same(
                InPlace("table.attach", unset="table.detach", rebinds=True, fails="rows outside the bound"),
                "partition_of",
                "bound",
            ),
            **same(
                InPlace("alter_table.set_replica_identity", light=True, cleared=True),
                "replica_identity",
                "replica_identity_index",
            ),
            "clustered_on": InPlace("alter_table.set_clustered_on", light=True, cleared=True),
            "row_security": InPlace("alter_table.set_row_security", light=True),
            "force_row_security": InPlace("alter_table.set_force_row_security", light=True),
            **OWNED,
        },
        weight=20,
        inline=frozenset({"column"}),
        irreplaceable=lambda _old, _new: "the rows of the table would be lost",
        drop_loses="every row of the table",
    ),
    "statistics": KindRules(
        create="statistics.create",
        drop="statistics.drop",
        attributes={
            **same(Replace(), "table", "kinds", "columns", "expressions"),
            "target": InPlace("statistics.set_target", light=True),
            **OWNED,
        },
        weight=46,
    ),
}
