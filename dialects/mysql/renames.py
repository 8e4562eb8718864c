"""What a rename reaches. Keys and foreign keys follow; MariaDB rewrites its table's own expressions, MySQL refuses to
rename a column that they use; views, triggers and routines keep their text, and are broken until it is changed."""

import re
from typing import Any

from msgspec.structs import replace

from ...engine.protocol import Renaming, Schema, Step
from ...snapshots.errors import Refused
from ...snapshots.model import Identity, Object, Text, lines, plain
from ...snapshots.mysql import Check, Column, Index, Partitioning, Table
from ...snapshots.naming import kind_of, parts_of


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


_PIECE = re.compile(r"'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`", re.DOTALL)


def _respelled(text: Text, before: str, after: str) -> Text:
    """The expression with one column called otherwise."""
    was, now = _quoted(before), _quoted(after)
    return lines(_PIECE.sub(lambda piece: now if piece[0] == was else piece[0], plain(text)))


def respelled(identity: Identity, obj: Object, renaming: Renaming) -> Object:
    """The expressions of a column, a check or a partitioning with the new name of a column of its table."""
    if kind_of(renaming.before) != "column" or parts_of(identity)[0] != parts_of(renaming.before)[0]:
        return obj
    before, after = parts_of(renaming.before)[-1], parts_of(renaming.after)[-1]
    changed: dict[str, Any] = {}
    if isinstance(obj, Check):
        changed["expression"] = _respelled(obj.expression, before, after)
    if isinstance(obj, Column):
        if obj.generated is not None:
            expression = _respelled(obj.generated.expression, before, after)
            changed["generated"] = replace(obj.generated, expression=expression)
        changed |= {
            name: _respelled(text, before, after)
            for name, text in (("check", obj.check), ("default", obj.default))
            if text is not None
        }
    if isinstance(obj, Table) and obj.partitioning is not None:
        parts = {name: _respelled(text, before, after) for name, text in _dividing(obj.partitioning)}
        changed["partitioning"] = replace(obj.partitioning, **parts)
    return replace(obj, **changed) if changed else obj


def check(step: Step, old: Schema, new: Schema) -> dict[str, Any]:
    """Raises Refused for a column that an expression or the partitioning of its table uses, on MySQL (3108, 3766, 3837,
    3855, 3959)."""
    table = old.get(step.parent) if step.parent is not None else None
    if old.server.flavour != "mysql" or not isinstance(table, Table) or step.old is None:
        return {}
    name = _quoted(step.old.name)
    if _divides(table, step.old.name):
        raise Refused(
            f"column {step.old.name} can't be renamed: its table is partitioned by it, and MySQL refuses then",
            f"the rename hint of {step.identity}",
            "REMOVE PARTITIONING in a release before, which copies the table",
        )
    for obj in (*table.columns, *table.checks, *table.indexes):
        if any(name in _PIECE.findall(plain(text)) for text in _expressions(obj)):
            raise Refused(
                f"column {step.old.name} can't be renamed: {obj.kind} {obj.name} uses it, and MySQL refuses then",
                f"the rename hint of {step.identity}",
                f"drop {obj.kind} {obj.name} in a release before",
            )
    return {}


def _expressions(obj: Object) -> list[Text]:
    if isinstance(obj, Check):
        return [obj.expression]
    if isinstance(obj, Column):
        return [*([obj.generated.expression] if obj.generated is not None else []), obj.default or ""]
    return [p.expression for p in obj.parts if p.expression is not None] if isinstance(obj, Index) else []


def _dividing(partitioning: Partitioning) -> list[tuple[str, Text]]:
    texts = {
        "expression": partitioning.expression,
        "subpartition_expression": partitioning.subpartition_expression,
    }
    return [(name, text) for name, text in texts.items() if text is not None]


def _divides(table: Table, column: str) -> bool:
    """Is the table partitioned by that column?"""
    found = table.partitioning
    if found is None:
        return False
    columns = {parts_of(c)[-1] for c in (*found.columns, *found.subpartition_columns)}
    return column in columns or any(_quoted(column) in _PIECE.findall(plain(text)) for _, text in _dividing(found))
