"""Views and materialised views."""

from ....engine.protocol import Choose, InPlace, Kept, KindRules, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import View
from .common import ACL, COMMENT, DERIVED, OWNED, same


def _query(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """CREATE OR REPLACE VIEW can append columns; name, type and collation of the earlier ones are fixed (42P16)."""
    assert isinstance(old, View) and isinstance(new, View)
    before = [(c.name, c.type, c.collation) for c in old.columns]
    after = [(c.name, c.type, c.collation) for c in new.columns]
    return InPlace("view.replace") if after[: len(before)] == before else Replace()


RULES = {
    "view": KindRules(
        create="view.create",
        drop="view.drop",
        rename="view.rename",
        attributes={"query": Choose(_query), "options": InPlace("view.set_options", light=True), **OWNED},
        weight=50,
        inline=frozenset({"view_column"}),
    ),
    "view_column": KindRules(
        create="",
        drop="",
        rename="table.rename_column",
        attributes={
            **same(Kept(), "type", "collation"),
            "statistics": InPlace("alter_table.set_statistics", light=True),
            "storage": InPlace("alter_table.set_storage", light=True),
            "compression": InPlace("alter_table.set_compression", light=True),
            "options": InPlace("alter_table.set_column_options", light=True),
            "acl": ACL,
            "comment": COMMENT,
            **DERIVED,
        },
        weight=51,
        with_parent=True,
    ),
    "materialized_view": KindRules(
        create="materialized_view.create",
        drop="materialized_view.drop",
        rename="materialized_view.rename",
        attributes={
            "query": Replace(),
            "not_populated": InPlace("materialized_view.refresh"),
            "access_method": InPlace("materialized_view.set_access_method", light=True),
            "tablespace": InPlace("materialized_view.set_tablespace", light=True),
            "options": InPlace("materialized_view.set_options", light=True),
            "clustered_on": InPlace("materialized_view.set_clustered_on", light=True, cleared=True),
            **OWNED,
        },
        weight=52,
        inline=frozenset({"view_column"}),
    ),
}
