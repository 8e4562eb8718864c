"""What is asked of a PostgreSQL database before a script and after it. Which questions, that is; their SQL is in
templates/postgres/checks.sql.j2."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...engine.protocol import Schema, Step
from ...snapshots.model import Header, Identity, Object, Text, plain
from ...snapshots.naming import kind_of, parts_of, path, path_of, quote
from ...snapshots.postgres import (
    Check,
    Column,
    Enum,
    ForeignKey,
    Index,
    MaterializedView,
    PrimaryKey,
    Routine,
    Table,
    Unique,
    View,
)
from ...snapshots.postgres import Sequence as SequenceObject
from ...templates.render import render_query
from ..asking import ROWS, SLOTS, Kept, Known, Questions, about_rows, kept, touched
from ..protocol import Query

__all__ = ["after", "before"]

STATED = frozenset(
    """schema extension table sequence view materialized_view index column check primary_key unique foreign_key
    exclusion trigger policy rule enum domain range composite function procedure aggregate statistics""".split()
)
"""The kinds that the macro `state` knows."""


def before(
    steps: Sequence[Step], old: Schema, new: Schema, roles: Sequence[str], *, server: Header, large: int
) -> Sequence[Query]:
    """The state of what the steps touch, roles and extensions; then what in the rows, and who, stands in the way."""
    known = _Known(steps, old, new, server)
    found = list(_states(steps, known))
    if roles:
        found.append(Query("a role that the script names", _sql("roles", names=list(roles))))
    extensions = [
        parts_of(s.identity)[-1] for s in steps if s.action == "create" and kind_of(s.identity) == "extension"
    ]
    if extensions:
        found.append(Query("an extension that the script creates", _sql("extensions", names=extensions)))
    found.extend(query for step in steps for query in (*about_rows(step, known, QUESTIONS), *_labels(step, known)))
    tables = sorted({table for step in steps if (table := known.table(step)) is not None})
    if steps:
        found.append(Query("who could keep a lock from us", _sql("sessions"), stops=False))
        found.append(Query("connections that are left", _sql("slots", least=SLOTS), stops=False))
    if tables:
        found.append(Query("who holds a lock on what changes", _sql("holders", tables=tables), stops=False))
        found.append(Query(f"tables of more than {large} MB", _sql("sizes", tables=tables, large=large), stops=False))
    found.extend(_rows(one.label, one.old, large) for one in _counted(steps, known, new))
    return list(dict.fromkeys(found))


def after(steps: Sequence[Step], old: Schema, new: Schema, *, large: int) -> Sequence[Query]:
    """Indexes and constraints that do not hold, sequences that will give out what is there already, and rows."""
    tables = [obj for obj in new.of_kind("table") if isinstance(obj, Table)]
    unchecked = [(t.schema, t.name, c.name) for t in tables for c in t.constraints if getattr(c, "not_valid", False)]
    found = [
        Query("an index that is not valid", _sql("invalid_indexes")),
        Query("a constraint that is not valid", _sql("invalid_constraints", known=unchecked)),
    ]
    for sequence, column in _filled(new, tables):
        facts = {"sequence": sequence, "table": path(*parts_of(column)[:2]), "column": parts_of(column)[-1]}
        found.append(
            Query("a sequence that is behind its column", _sql("behind", label=f"sequence {sequence}", **facts))
        )
    known = _Known(steps, old, new, old.header)
    found.extend(_rows(one.label, one.new, large) for one in _counted(steps, known, new))
    return found


def _counted(steps: Sequence[Step], known: "_Known", new: Schema) -> list[Kept]:
    """But for tables that hide rows from their owner."""
    return [one for one in kept(steps, known, new) if not (_hides(known.old.get(one.old)) or _hides(new.get(one.new)))]


def _hides(table: Object | None) -> bool:
    return isinstance(table, Table) and table.row_security and table.force_row_security


def _rows(label: str, table: Identity, large: int) -> Query:
    return Query(ROWS, _sql("rows", label=label, table=path_of(table), large=large), stops=False, counts=True)


def _filled(new: Schema, tables: Iterable[Table]) -> Iterator[tuple[str, Identity]]:
    """(sequence, column) for all columns that a rising sequence of their own fills."""
    for obj in new.of_kind("sequence"):
        if isinstance(obj, SequenceObject) and obj.owned_by is not None and obj.increment > 0:
            yield path(obj.schema, obj.name), obj.owned_by
    for table in tables:
        for column in table.columns:
            made = column.identity_column
            if made is not None and made.increment > 0 and not column.derived_from:
                yield made.sequence, column.identity(table.identity())


# -- what is there -----------------------------------------------------------------------------------------------------


_TYPES = frozenset({"enum", "domain", "range", "composite"})


class _Known(Known):
    def __init__(self, steps: Sequence[Step], old: Schema, new: Schema, server: Header) -> None:
        super().__init__(steps, old)
        self.answers = new.answers
        self.major = old.header.version_number // 10000
        """Of the server whose spelling the old texts have."""
        self.runs_on = server.version_number // 10000
        made = {path_of(s.identity): s.new for s in steps if kind_of(s.identity) in _TYPES and s.new is not None}
        self.enums = {path_of(e.identity()): e for e in (*old.of_kind("enum"), *made.values()) if isinstance(e, Enum)}
        """By the name that columns have them by, with their labels behind the script."""
        self.unasked = made.keys() - self.enums.keys()
        """Types that the script makes or alters: before it the server can't say what fits them."""

    def around(self, step: Step) -> Identity | None:
        """The table."""
        inside = Identity(f"table {path(*parts_of(step.identity)[:2])}")
        around = self.was(step.parent if step.parent is not None else inside)
        root = self.old.root_of(around)
        return root if root is not None and isinstance(self.old.get(root), Table) else None

    def reads(self, step: Step, new: Check | Index) -> bool:
        """Can its texts be asked before it is there? They name things as they are afterwards: what they use has that
        name before."""
        used = (*new.depends_on, *(step.needs if not new.depends_on else ()))
        same = all(self.was(i) == i and self.old.get(i) is not None for i in used if i != step.identity)
        return same and step.parent is not None and self.was(step.parent) == step.parent

    def table(self, step: Step) -> str | None:
        """With its schema."""
        root = self.around(step)
        return None if root is None else path_of(root)


class _State(NamedTuple):
    label: str
    kind: str
    parts: tuple[str, ...]
    types: str
    expected: str | None
    digest: bool = False
    """Is `expected` a digest of what only servers of one major version spell alike?"""


def _states(steps: Sequence[Step], known: _Known) -> Iterator[Query]:
    objects = [_state(i, obj) for i, obj in touched(steps, known, STATED)]
    if objects:
        yield Query("the state that the script starts from", _sql("states", objects=objects, major=known.major))


def _state(identity: Identity, obj: Object | None) -> _State:
    kind = kind_of(identity)
    label = f"{kind.replace('_', ' ')} {path_of(identity)}"
    types = path_of(identity).partition("(")[2].removesuffix(")")
    expected: str | None = None if obj is None else "it"
    if isinstance(obj, View | MaterializedView):
        return _State(label, kind, parts_of(identity), types, _digest(obj.query), digest=True)
    if isinstance(obj, Routine):
        expected = _digest(obj.body or "")
    elif isinstance(obj, Enum):
        expected = ", ".join(obj.labels)
    elif isinstance(obj, Column):
        expected = f"{obj.type}{' NOT NULL' * obj.not_null}"
    return _State(label, kind, parts_of(identity), types, expected)


def _digest(text: Text) -> str:
    return hashlib.md5(plain(text).encode(), usedforsecurity=False).hexdigest()


# -- what the rows say -------------------------------------------------------------------------------------------------


def _column(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new, old = step.new, known.get(step.identity)
    assert isinstance(new, Column)
    label = f"column {path_of(step.identity)}"
    if old is None and step.action == "create":
        yield Query("a new column that is NOT NULL and has no default", _sql("any_row", label=label, table=table))
    if not isinstance(old, Column):
        return
    name = parts_of(known.was(step.identity))[-1]
    facts = {"label": label, "table": table}
    if "not_null" in step.attributes and new.not_null and not old.not_null:
        yield Query("NULLs in the way of NOT NULL", _sql("nulls", columns=[name], **facts))
    if "type" in step.attributes and old.type != new.type and _cast(step, new, known):
        yield from _type(old.type, new.type, known, {"column": name, **facts})


def _cast(step: Step, new: Column, known: _Known) -> bool:
    """Is it the value itself that is cast? What an expression of the user's makes of it the statement alone knows."""
    said = [a.text for a in known.answers if a.identity == step.identity and a.value in (None, new.type)]
    return {*said} <= {f"{quote(new.name)}::{between}{new.type}" for between in ("", "text::")}


_LENGTH = re.compile(r"character(?: varying)?\((\d+)\)")
_INTEGERS = {"smallint": 15, "integer": 31, "bigint": 63}
_NUMBER = re.compile(r"(smallint|integer|bigint|real|double precision|numeric(\(.*\))?)\Z")
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
_STRINGS = re.compile(r"text|character")
_LIKE = {
    **dict.fromkeys(_INTEGERS, r"^\s*[-+]?[0-9]+\s*$"),
    "numeric": r"^\s*([-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?|nan|[-+]?inf(inity)?)\s*$",
    "boolean": r"^\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)\s*$",
    "uuid": r"^\{?([0-9a-f]{4}-?){8}\}?$",
}
"""What strings of these types look like, for servers before 16, which can't be asked."""


def _type(old: str, new: str, known: _Known, facts: Mapping[str, Any]) -> Iterator[Query]:
    (of, was), (array, base) = ((type_.endswith("[]"), type_.removesuffix("[]")) for type_ in (old, new))
    if length := _LENGTH.fullmatch(new):
        yield Query("values that are too long", _sql("too_long", length=length[1], **facts))
    elif bits := _INTEGERS.get(new) if _NUMBER.match(old) else None:
        ends = {"low": -(2**bits), "high": 2**bits - 1}
        if _INTEGERS.get(old, 64) > bits:
            yield Query("values that are too large", _sql("out_of_range", type=new, **ends, **facts))
    elif (digits := _NUMERIC.fullmatch(new)) and not _STRINGS.match(old):
        whole, scale = int(digits[1]) - int(digits[2]), int(digits[2])
        if _widest(old) > (whole, scale):
            yield Query("values that are too large", _sql("too_wide", whole=whole, scale=scale, type=new, **facts))
    elif (enum := known.enums.get(base)) is not None:
        if of == array and (_STRINGS.match(was) or was in known.enums):
            sql = _sql("no_label", labels=enum.labels, array=array, type=new, **facts)
            yield Query("values that can't be cast", sql)
    elif _STRINGS.match(old) and not _STRINGS.match(new) and base not in known.unasked:
        if known.runs_on >= 16:
            yield Query("values that can't be cast", _sql("not_castable", type=new, **facts))
        elif pattern := _LIKE.get(new.partition("(")[0]):
            yield Query("values that can't be cast", _sql("not_like", pattern=pattern, type=new, **facts))


def _widest(type_: str) -> tuple[int, int]:
    """Digits before and behind the point of the widest value; rounding makes what is as wide before and wider behind
    one wider."""
    if digits := _NUMERIC.fullmatch(type_):
        return int(digits[1]) - int(digits[2]), int(digits[2])
    return (len(str(2 ** _INTEGERS[type_])), 0) if type_ in _INTEGERS else (1000, 1000)


def _labels(step: Step, known: _Known) -> Iterator[Query]:
    """Rows with a label that goes. Columns of partitions are asked with those of their table."""
    old, new = known.get(step.identity), step.new
    gone = set(old.labels) - set(new.labels) if isinstance(old, Enum) and isinstance(new, Enum) else set[str]()
    for table in known.old.of_kind("table") if gone else ():
        assert isinstance(table, Table)
        for column in table.columns:
            base = column.type.removesuffix("[]")
            if base == path_of(known.was(step.identity)) and not column.derived_from:
                name, facts = path(table.schema, table.name), {"column": column.name, "labels": sorted(gone)}
                label = f"column {name}.{path(column.name)}"
                sql = _sql("labels", label=label, table=name, array=base != column.type, **facts)
                yield Query("values of an enum that go", sql)


def _key(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new = step.new
    assert isinstance(new, PrimaryKey | Unique)
    columns = known.columns(new.columns)
    if columns is None or new.without_overlaps:
        return
    label = f"{new.kind.replace('_', ' ')} {path_of(step.identity)}"
    distinct = isinstance(new, Unique) and new.nulls_not_distinct
    facts = {
        "label": label,
        "table": table,
        "values": list(map(quote, columns)),
        "nulls_count": distinct,
        "predicate": "",
    }
    yield Query("duplicates in the way of a key", _sql("duplicates", **facts))


def _index(step: Step, known: _Known, table: str) -> Iterator[Query]:
    """An expression, and which rows it is over, are asked as they are spelled afterwards."""
    new = step.new
    assert isinstance(new, Index)
    columns = known.columns(part.column for part in new.parts if part.column is not None)
    spelled = new.predicate is not None or any(part.column is None for part in new.parts)
    if not new.unique or columns is None or (spelled and not known.reads(step, new)):
        return
    names = iter(columns)
    values = [f"({plain(p.expression)})" if p.expression is not None else quote(next(names)) for p in new.parts]
    facts = {"label": f"index {path_of(step.identity)}", "table": table, "values": values}
    predicate = plain(new.predicate) if new.predicate is not None else ""
    sql = _sql("duplicates", nulls_count=new.nulls_not_distinct, predicate=predicate, **facts)
    yield Query("duplicates in the way of a unique index", sql)


def _foreign_key(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new = step.new
    assert isinstance(new, ForeignKey)
    columns, others = known.columns(new.columns), known.columns(new.referenced_columns)
    if columns is None or others is None or new.period:
        return
    facts = {"table": table, "columns": columns, "other": path_of(known.was(new.references)), "others": others}
    yield Query(
        "rows in the way of a foreign key", _sql("orphans", label=f"foreign key {path_of(step.identity)}", **facts)
    )


def _check(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new = step.new
    assert isinstance(new, Check)
    if known.reads(step, new):
        facts = {"label": f"check {path_of(step.identity)}", "table": table, "what": "rows break it"}
        condition = f"NOT ({plain(new.expression)})"
        yield Query("rows in the way of a check", _sql("counted", condition=condition, **facts))


QUESTIONS: Questions[_Known] = (
    (Column, _column),
    (PrimaryKey, _key),
    (Unique, _key),
    (Index, _index),
    (ForeignKey, _foreign_key),
    (Check, _check),
)


def _sql(macro: str, **facts: Any) -> str:
    return render_query("postgres", f"checks.{macro}", **facts)
