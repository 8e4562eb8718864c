"""What each statement costs on the server that it runs on: the algorithm it will take, and whom it blocks.

Source: the manuals' pages on online DDL, held against real servers by a test: no prediction is cheaper than the truth.
They are reported, not promised: a server may still choose a dearer way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from ...engine.protocol import Facts, Lock, Schema, Step
from ...snapshots.model import Header, Identity
from ...snapshots.mysql import Column, Index, Table
from . import types
from .partitions import change as change_of_partitions

INSTANT_ADD_AT_END, INSTANT_COLUMNS = 80012, 80029
"""MySQL: INSTANT for ADD COLUMN at the end, and for columns anywhere and their drops."""


class Algorithm(IntEnum):
    """As the servers name them, the cheapest first."""

    INSTANT = 0
    NOCOPY = 1
    INPLACE = 2
    COPY = 3


class Cost(NamedTuple):
    """The dearest of several is the greatest."""

    algorithm: Algorithm
    rebuilds: bool = False
    blocks_writes: bool = False

    def __str__(self) -> str:
        if self.algorithm is Algorithm.INSTANT:
            return "INSTANT"
        rebuilds = "rebuilds the table, " if self.rebuilds else ""
        return f"{self.algorithm.name}: {rebuilds}{'blocks writes' if self.blocks_writes else 'writes go on'}"


INSTANT = Cost(Algorithm.INSTANT)
NOCOPY = Cost(Algorithm.NOCOPY)
NOCOPY_SHARED = Cost(Algorithm.NOCOPY, blocks_writes=True)
INPLACE = Cost(Algorithm.INPLACE)
INPLACE_SHARED = Cost(Algorithm.INPLACE, blocks_writes=True)
REBUILD = Cost(Algorithm.INPLACE, rebuilds=True)
REBUILD_SHARED = Cost(Algorithm.INPLACE, rebuilds=True, blocks_writes=True)
COPY = Cost(Algorithm.COPY, rebuilds=True, blocks_writes=True)

COSTS: Mapping[str, tuple[Cost, Cost]] = {
    "add column": (INSTANT, INSTANT),
    "add column, in place": (REBUILD, REBUILD),
    "add column to a table with a virtual one": (INSTANT, COPY),
    "add column with an expression default": (COPY, INSTANT),
    "add column with a check": (COPY, INSTANT),
    "add virtual column": (INSTANT, INSTANT),
    "add stored column": (COPY, COPY),
    "add auto_increment column": (REBUILD_SHARED, COPY),
    "add or drop column with FULLTEXT": (COPY, REBUILD_SHARED),
    "drop column": (INSTANT, INSTANT),
    "drop column, in place": (REBUILD, REBUILD),
    "drop indexed column": (REBUILD, REBUILD),
    "drop stored column": (REBUILD, INSTANT),
    "move column": (REBUILD, INSTANT),
    "move column with others": (COPY, COPY),
    "default": (INSTANT, INSTANT),
    "not null": (REBUILD, REBUILD),
    "not null, used by a stored column": (REBUILD, COPY),
    "null": (REBUILD, REBUILD),
    "widen string within one length byte": (INPLACE, INSTANT),
    "widen string past one length byte": (COPY, INSTANT),
    "widen string": (COPY, COPY),
    "widen string with the same length bytes": (INPLACE, INSTANT),
    "append member": (INSTANT, INSTANT),
    "type": (COPY, COPY),
    "collation": (REBUILD, INSTANT),
    "collation of indexed column": (COPY, REBUILD),
    "virtual expression": (COPY, INSTANT),
    "stored expression": (COPY, COPY),
    "add index": (INPLACE, NOCOPY),
    "add functional index": (INPLACE_SHARED, COPY),
    "add fulltext index": (REBUILD_SHARED, REBUILD_SHARED),
    "add another fulltext index": (INPLACE_SHARED, NOCOPY_SHARED),
    "add spatial index": (INPLACE_SHARED, INPLACE_SHARED),
    "drop index": (INPLACE, NOCOPY),
    "hide index": (INPLACE, INSTANT),
    "rename index": (INPLACE, INSTANT),
    "add primary key": (REBUILD, REBUILD),
    "drop primary key": (COPY, COPY),
    "add check": (COPY, COPY),
    "add check not enforced": (INSTANT, COPY),
    "drop check": (INSTANT, INSTANT),
    "add foreign key": (COPY, COPY),
    "drop foreign key": (INPLACE, INSTANT),
    "metadata": (INPLACE, INSTANT),
    "rebuild": (REBUILD, REBUILD),
    "rename": (INSTANT, INSTANT),
    "add or drop partition": (INPLACE, INPLACE),
    "copy": (COPY, COPY),
}
"""On MySQL and on MariaDB, of one clause."""


def predict(steps: Sequence[Step], header: Header, old: Schema) -> Cost | None:
    """The cost of a statement; None of one that is no change of a table that exists."""
    flavour = 0 if header.flavour == "mysql" else 1
    found = [case for step in steps for case in _cases(step, steps, header, old)]
    if not found:
        return None
    cost = max(COSTS[case][flavour] for case in found)
    if cost.algorithm > Algorithm.INSTANT and any(case in _CHEAP_ALONE for case in found):
        cost = cost._replace(rebuilds=True, algorithm=max(cost.algorithm, Algorithm.INPLACE))
    if len(found) > 1 and _mixes_virtual(steps, old):
        return COPY
    return cost


def facts(steps: Sequence[Step], old: Schema) -> Facts:
    """The cost of a statement, as a lock on its table."""
    cost, table = predict(steps, old.server, old), steps[0].parent or steps[0].identity
    if cost is None:
        return Facts()
    lock = Lock(str(cost), table, "writes" if cost.blocks_writes else "nothing")
    return Facts(locks=(lock,), rewrites=(table,) if cost.rebuilds else ())


_CHEAP_ALONE = frozenset({"add column", "drop column", "add column to a table with a virtual one"})
"""INSTANT by themselves; with a clause that is not, the table is rebuilt."""


def _mixes_virtual(steps: Sequence[Step], old: Schema) -> bool:
    """Columns that come or go together with a virtual one, or from a table that has one: 1846."""
    table = _table(steps[0], old)
    moving = [s for s in steps if isinstance(s.new or s.old, Column)]
    every = [*(s.new or s.old for s in moving), *(table.columns if table is not None else ())]
    return bool(moving) and any(isinstance(c, Column) and _is_virtual(c) for c in every)


def _is_virtual(column: Column) -> bool:
    return column.generated is not None and not column.generated.stored


def _table(step: Step, old: Schema) -> Table | None:
    found = old.get(step.parent or step.identity)
    return found if isinstance(found, Table) else None


def _cases(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterable[str]:
    make = _BY_MACRO.get(step.macro)
    if make is None:
        return ()
    if step.context.get("copies"):
        return ("copy",)
    return make(step, together, header, old) if callable(make) else (make,)


Cases = Callable[[Step, Sequence[Step], Header, Schema], Iterable[str]]


def _keys(table: Table | None) -> list[Any]:
    return [*table.indexes, table.primary_key] if table is not None else []


def _is_indexed(column: Identity, table: Table | None) -> bool:
    return any(key is not None and any(part.column == column for part in key.parts) for key in _keys(table))


def _has_fulltext(table: Table | None) -> bool:
    return table is not None and any(index.type == "fulltext" for index in table.indexes)


def _add_column(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    column, table = step.new, _table(step, old)
    assert isinstance(column, Column)
    if _has_fulltext(table):
        yield "add or drop column with FULLTEXT"
    if column.auto_increment:
        yield "add auto_increment column"
    if column.check is not None:
        yield "add column with a check"
    if column.generated is not None:
        yield "add stored column" if column.generated.stored else "add virtual column"
    elif "(" in str(column.default or ""):
        yield "add column with an expression default"
    elif table is not None and any(map(_is_virtual, table.columns)) and step.place is not None:
        yield "add column to a table with a virtual one"
    else:
        yield "add column, in place" if _is_slow(step, table, header) else "add column"


def _is_slow(step: Step, table: Table | None, header: Header) -> bool:
    """Does an ordinary column come by a rebuild?"""
    compressed = table is not None and "COMPRESSED" in table.options.get("ROW_FORMAT", "").upper()
    since = INSTANT_ADD_AT_END if step.place is None else INSTANT_COLUMNS
    return compressed or (header.flavour == "mysql" and header.version_number < since)


def _drop_column(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    column, table = step.old, _table(step, old)
    assert isinstance(column, Column)
    if _has_fulltext(table):
        yield "add or drop column with FULLTEXT"
    if _is_indexed(step.identity, table):
        yield "drop indexed column"
    if column.generated is not None and column.generated.stored:
        yield "drop stored column"
    elif header.flavour == "mysql" and header.version_number < INSTANT_COLUMNS:
        yield "drop column, in place"
    else:
        yield "drop column"


def _modify_column(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    before, after, table = step.old, step.new, _table(step, old)
    assert isinstance(before, Column) and isinstance(after, Column)
    if step.moves:
        yield "move column with others" if _has_fulltext(table) else "move column"
    for attribute in step.attributes:
        if attribute in _MODIFIED:
            yield from _MODIFIED[attribute](step, before, after, table)
        else:
            yield "default" if attribute in _METADATA else "copy"


_METADATA = frozenset({"charset_apart", "default", "comment", "invisible", "on_update", "column_format"})


def _changed_type(step: Step, before: Column, after: Column, table: Table | None) -> Iterator[str]:
    old, new = types.parse(before.type), types.parse(after.type)
    if old.name == new.name in ("enum", "set"):
        size = _enum_size if old.name == "enum" else _set_size
        appended = new.arguments[: len(old.arguments)] == old.arguments
        yield "append member" if appended and size(old) == size(new) else "type"
    elif old.name == new.name in ("varchar", "varbinary") and old.length <= new.length:
        yield _widened(old.length, new.length, _WIDTHS.get(after.charset or "", 1))
    else:
        yield "type"


_WIDTHS: Mapping[str, int] = {
    "utf8mb4": 4,
    "utf8mb3": 3,
    "ucs2": 2,
    "utf16": 4,
    "utf16le": 4,
    "utf32": 4,
    "gb18030": 4,
    "big5": 2,
    "gbk": 2,
    "gb2312": 2,
    "sjis": 2,
    "cp932": 2,
    "euckr": 2,
    "ujis": 3,
    "eucjpms": 3,
}
"""Bytes of the longest character; 1 of the others."""


def _widened(old: int, new: int, width: int) -> str:
    """The length of a value is kept in one byte up to 255, in two from there on."""
    if new * width <= 255:
        return "widen string within one length byte"
    if old * width > 255:
        return "widen string with the same length bytes"
    return "widen string past one length byte" if old * width <= 127 else "widen string"


def _enum_size(type_: types.Type) -> int:
    return 1 if len(type_.arguments) <= 255 else 2


def _set_size(type_: types.Type) -> int:
    return next(n for n in (1, 2, 3, 4, 8) if len(type_.arguments) <= 8 * n)


def _changed_null(step: Step, before: Column, after: Column, table: Table | None) -> Iterator[str]:
    if not after.not_null:
        yield "null"
        return
    stored = [c for c in table.columns if c.generated is not None and c.generated.stored] if table is not None else []
    yield "not null, used by a stored column" if stored else "not null"


def _changed_collation(step: Step, before: Column, after: Column, table: Table | None) -> Iterator[str]:
    if before.charset != after.charset:
        yield "type"
    else:
        yield "collation of indexed column" if _is_indexed(step.identity, table) else "collation"


def _changed_expression(step: Step, before: Column, after: Column, table: Table | None) -> Iterator[str]:
    virtual = _is_virtual(before) and _is_virtual(after)
    yield "virtual expression" if virtual else "stored expression"


_MODIFIED: Mapping[str, Callable[[Step, Column, Column, Table | None], Iterator[str]]] = {
    "type": _changed_type,
    "not_null": _changed_null,
    "charset": _changed_collation,
    "collation": _changed_collation,
    "generated": _changed_expression,
}


def _add_index(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    index = step.new
    assert isinstance(index, Index)
    if any(part.expression is not None for part in index.parts):
        yield "add functional index"
    elif index.type == "fulltext":
        yield "add another fulltext index" if _has_fulltext(_table(step, old)) else "add fulltext index"
    else:
        yield "add spatial index" if index.type in ("spatial", "vector") else "add index"


def _drop_primary_key(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    anew = any(s.macro == "alter_table.add_primary_key" for s in together)
    yield "add primary key" if anew else "drop primary key"


def _check(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    yield "add check not enforced" if getattr(step.new, "not_enforced", False) else "add check"


_REBUILDING = frozenset({"ROW_FORMAT", "KEY_BLOCK_SIZE", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL"})
_FLAGS = frozenset({"STATS_PERSISTENT", "STATS_AUTO_RECALC", "STATS_SAMPLE_PAGES", "CHECKSUM"})


def _options(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    for name, _ in step.context["options"]:
        yield "metadata" if name in _FLAGS else "rebuild" if name in _REBUILDING else "copy"


def _partitions(step: Step, together: Sequence[Step], header: Header, old: Schema) -> Iterator[str]:
    assert isinstance(step.old, Table) and isinstance(step.new, Table)
    change = change_of_partitions(step.old.partitioning, step.new.partitioning)
    yield "add or drop partition" if change is not None else "copy"


_BY_MACRO: Mapping[str, str | Cases] = {
    "alter_table.add_column": _add_column,
    "alter_table.drop_column": _drop_column,
    "alter_table.modify_column": _modify_column,
    "alter_table.drop_default": "default",
    "alter_table.add_primary_key": "add primary key",
    "alter_table.drop_primary_key": _drop_primary_key,
    "alter_table.add_index": _add_index,
    "alter_table.drop_index": "drop index",
    "alter_table.hide_index": "hide index",
    "alter_table.add_check": _check,
    "alter_table.alter_check": _check,
    "alter_table.drop_check": "drop check",
    "alter_table.add_foreign_key": "add foreign key",
    "alter_table.drop_foreign_key": "drop foreign key",
    "alter_table.set_engine": "copy",
    "alter_table.set_charset": "metadata",
    "alter_table.set_comment": "metadata",
    "alter_table.set_options": _options,
    "alter_table.partition_by": "copy",
    "alter_table.remove_partitioning": "copy",
    "alter_table.change_partitions": _partitions,
    "alter_table.set_versioning": "copy",
    "alter_table.set_periods": "copy",
    "table.rename": "rename",
    "table.rename_column": "rename",
    "table.rename_index": "rename index",
}
