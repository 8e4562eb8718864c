"""Keys and constraints of tables."""

from ....engine.protocol import Choose, InPlace, KindRules, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from .common import DERIVED, same

BREAKS = "rows that break it"


def _key_fails(obj: Object, parent_is_new: bool) -> str | None:
    unique = getattr(obj, "type", "unique") == "unique"
    return "rows that are not unique" if unique and not parent_is_new else None


def _check_fails(obj: Object, parent_is_new: bool) -> str | None:
    return None if parent_is_new or getattr(obj, "not_enforced", False) else BREAKS


def _foreign_key_fails(_obj: Object, parent_is_new: bool) -> str | None:
    return None if parent_is_new else "rows whose parent is missing"


def _enforced(_identity: Identity, _old_obj: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    return InPlace("alter_table.alter_check", fails=None if getattr(new, "not_enforced", False) else BREAKS)


RULES = {
    "primary_key": KindRules(
        create="alter_table.add_primary_key",
        drop="alter_table.drop_primary_key",
        attributes={
            **same(Replace(), "parts", "using", "key_block_size", "without_overlaps", "options", "comment"),
            **DERIVED,
        },
        weight=30,
        create_fails=_key_fails,
    ),
    "index": KindRules(
        create="alter_table.add_index",
        drop="alter_table.drop_index",
        rename="table.rename_index",
        rename_unasked=True,
        attributes={
            **same(
                Replace(),
                "type",
                "parts",
                "using",
                "parser",
                "key_block_size",
                "without_overlaps",
                "options",
                "comment",
            ),
            "invisible": InPlace("alter_table.hide_index", light=True),
            **DERIVED,
        },
        weight=31,
        create_fails=_key_fails,
    ),
    "check": KindRules(
        create="alter_table.add_check",
        drop="alter_table.drop_check",
        attributes={**same(Replace(), "expression", "comment"), "not_enforced": Choose(_enforced), **DERIVED},
        weight=40,
        create_fails=_check_fails,
    ),
    "foreign_key": KindRules(
        create="alter_table.add_foreign_key",
        drop="alter_table.drop_foreign_key",
        attributes={
            **same(
                Replace(),
                "columns",
                "references",
                "referenced_columns",
                "references_outside",
                "columns_outside",
                "on_update",
                "on_delete",
                "comment",
            ),
            **DERIVED,
        },
        weight=60,
        detachable=True,
        create_fails=_foreign_key_fails,
    ),
}
