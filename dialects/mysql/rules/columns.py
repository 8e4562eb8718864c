"""Columns. MODIFY COLUMN restates one whole, so all its attributes are altered by one step."""

from collections.abc import Iterator

from ....engine.protocol import Choose, InPlace, KindRules, Refuse, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from ....snapshots.mysql import Column
from .. import types, versions
from ..keys import is_narrowed
from .common import ACL, DERIVED, same

MODIFY = "alter_table.modify_column"

_HELD_BY_BOTH = ("type", "charset", "collation", "not_null")
_HELD = {"mysql": (*_HELD_BY_BOTH, "auto_increment"), "mariadb": _HELD_BY_BOTH}
"""By flavour, what does not change while a foreign key is on the column, or refers to it (1832, 1833, 3780)."""


def _modify(identity: Identity, old: Object, new: Object, olds: Schema, news: Schema) -> Rule:
    assert isinstance(old, Column) and isinstance(new, Column)
    if old.row_bound is not None and new.row_bound is not None:
        return Refuse(
            "MariaDB modifies no column of PERIOD FOR SYSTEM_TIME (4134)", "keep it, or drop the period first"
        )
    if (reason := _unreachable(old, new, olds.server.version_number)) is not None:
        return Replace(loses=None if old.generated is not None and new.generated is not None else reason)
    return InPlace(
        MODIFY,
        disturbs=frozenset(_disturbed(old, new, olds.server.flavour)),
        fails=types.fails(old, new, narrowed=is_narrowed(identity, old, new, news)),
        loses=types.loses(old, new),
    )


def _disturbed(old: Column, new: Column, flavour: str) -> Iterator[str]:
    """Who does not stay while it is modified: a foreign key, and a spatial key where the SRID changes (3644)."""
    if any(getattr(old, a) != getattr(new, a) for a in _HELD[flavour]):
        yield "foreign_key"
    if old.srid != new.srid:
        yield "index"


def _unreachable(old: Column, new: Column, version: int) -> str | None:
    """Why MODIFY does not do: a virtual column has no values to keep, and takes none (3106, 1907)."""
    before, after = old.generated, new.generated
    if (old.row_bound is None) != (new.row_bound is None):
        return "the column's values"
    if after is not None and not after.stored and (before is None or before.stored):
        return "the column's values: they are computed from now on"
    if before is not None and not before.stored and (after is None or after.stored):
        return "the column's values: they were computed"
    if not types.converts(old.type, new.type, version):
        return f"the column's values: no {types.parse(old.type).name} becomes {types.parse(new.type).name}"
    return None


def _no_default(identity: Identity, old: Object, new: Object, olds: Schema, news: Schema) -> Rule:
    if getattr(new, "no_default", False) and not versions.drops_null(olds.server):
        return Refuse(
            "no statement of this MariaDB takes the default NULL from a column: CREATE ... SELECT makes some without",
            "let it have the default in NEW too: ALTER TABLE ... MODIFY COLUMN, with what it is, then dump again",
        )
    if getattr(new, "no_default", False):
        return InPlace("alter_table.drop_default", light=True)
    return _modify(identity, old, new, olds, news)


def _irreplaceable(old: Object, _new: Object) -> str | None:
    assert isinstance(old, Column)
    return None if old.generated is not None else "the column's values would be lost"


def _add_fails(obj: Object, parent_is_new: bool) -> str | None:
    assert isinstance(obj, Column)
    return None if parent_is_new else types.refused(obj)


RULES = {
    "column": KindRules(
        create="alter_table.add_column",
        drop="alter_table.drop_column",
        rename="table.rename_column",
        move=MODIFY,
        attributes={
            **same(
                Choose(_modify),
                "type",
                "charset",
                "collation",
                "charset_apart",
                "not_null",
                "default",
                "on_update",
                "auto_increment",
                "generated",
                "invisible",
                "check",
                "compressed",
                "without_system_versioning",
                "row_bound",
                "srid",
                "column_format",
                "storage",
                "options",
                "comment",
            ),
            "no_default": Choose(_no_default),
            "acl": ACL,
            **DERIVED,
        },
        weight=22,
        irreplaceable=_irreplaceable,
        drop_loses="the column's values in every row",
        create_fails=_add_fails,
    ),
}
