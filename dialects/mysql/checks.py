"""What is asked of a MySQL or MariaDB database before a script and after it. Which questions, that is; their SQL is in
templates/mysql/checks.sql.j2."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...engine.protocol import Schema, Step
from ...snapshots.model import Header, Identity, Object, Text, plain
from ...snapshots.mysql import (
    Check,
    Column,
    Database,
    Event,
    ForeignKey,
    Index,
    KeyPart,
    PrimaryKey,
    Routine,
    Table,
    Trigger,
    View,
)
from ...snapshots.mysql import Sequence as SequenceObject
from ...snapshots.naming import kind_of, parts_of, path, path_of
from ...templates.filters.mysql import quote
from ...templates.render import render_query
from ..asking import ROWS, SLOTS, Kept, Known, Questions, about_rows, kept, touched
from ..protocol import Query
from . import types
from .keys import distinct

__all__ = ["after", "before"]


def before(
    steps: Sequence[Step], old: Schema, new: Schema, roles: Sequence[str], *, server: Header, large: int
) -> Sequence[Query]:
    """The state of what the steps touch, and accounts; then what in the rows, and who, stands in the way."""
    known = _Known(steps, old)
    found = list(_states(steps, known))
    if roles:
        found.append(Query("an account that the script names", _sql("accounts", names=list(roles))))
    if definers := sorted({d for step in steps if "@" in (d := getattr(step.new, "definer", None) or "")}):
        found.append(Query("a definer that the script names", _sql("definers", names=definers), stops=False))
    found.extend(query for step in steps for query in about_rows(step, known, QUESTIONS))
    if steps:
        found.append(Query("who could keep a lock from us", _sql("sessions"), stops=False))
        slots = _sql("slots", least=SLOTS, status=STATUS[server.flavour])
        found.append(Query("connections that are left", slots, stops=False))
    if tables := sorted({table for step in steps if (table := known.table(step)) is not None}):
        found.append(_holders(server.flavour, tables))
        found.append(Query(f"tables of more than {large} MB", _sql("sizes", tables=tables, large=large), stops=False))
    found.extend(_rows(one.label, one.old, large) for one in _counted(steps, known, new))
    return list(dict.fromkeys(found))


STATUS = {"mysql": "performance_schema.global_status", "mariadb": "information_schema.GLOBAL_STATUS"}


def _holders(flavour: str, tables: Sequence[str]) -> Query:
    may, holders = _sql("may_see_holders", flavour=flavour), _sql("holders", flavour=flavour, tables=tables)
    return Query(HOLDERS[flavour], holders, stops=False, may=may)


HOLDERS = {"mysql": "who holds a lock on what changes", "mariadb": "who has a transaction open"}
"""MariaDB tells of locks on tables only with a plugin: whoever has a transaction open may hold one."""


def after(steps: Sequence[Step], old: Schema, new: Schema, *, large: int) -> Sequence[Query]:
    """Views that can't be read, sequences that will give out what is there already, and rows."""
    found = [Query("a view that is broken", _sql("broken_views"))] if new.of_kind("view") else []
    for sequence, table, column in _filled(new):
        facts = {"label": f"sequence {path(sequence)}", "sequence": sequence, "table": table, "column": column}
        found.append(Query("a sequence that is behind its column", _sql("behind", **facts)))
    found.extend(_rows(one.label, one.new, large) for one in _counted(steps, _Known(steps, old), new))
    return found


def _counted(steps: Sequence[Step], known: "_Known", new: Schema) -> list[Kept]:
    """But for tables that show the rows of others."""
    return [one for one in kept(steps, known, new) if _has_rows(known.old.get(one.old)) and _has_rows(new.get(one.new))]


ELSEWHERE = frozenset({"MRG_MYISAM", "MERGE", "FEDERATED", "BLACKHOLE", "CONNECT", "SPIDER"})
"""Engines whose tables keep no rows of their own."""


def _has_rows(table: Object | None) -> bool:
    return isinstance(table, Table) and table.engine.upper() not in ELSEWHERE


def _rows(label: str, table: Identity, large: int) -> Query:
    (name,) = parts_of(table)
    may = _sql("not_large", table=name, large=large)
    return Query(ROWS, _sql("rows", label=label, table=name), stops=False, may=may, counts=True)


_NEXT = re.compile(r"^\(?nextval\(((?:`(?:[^`]|``)+`\.)?`(?:[^`]|``)+`)\)\)?$")


def _filled(new: Schema) -> Iterator[tuple[str, str, str]]:
    """(sequence, table, column) for the columns whose default is the next number of a rising sequence."""
    rising = {s.name for s in new.of_kind("sequence") if isinstance(s, SequenceObject) and s.increment > 0}
    for table in new.of_kind("table"):
        assert isinstance(table, Table)
        for column in table.columns:
            default = _NEXT.match(plain(column.default)) if column.default is not None else None
            name = default[1][1:-1].rpartition("`.`")[2].replace("``", "`") if default else None
            if name in rising:
                yield name, table.name, column.name


# -- what is there -----------------------------------------------------------------------------------------------------


class _Known(Known):
    def __init__(self, steps: Sequence[Step], old: Schema) -> None:
        super().__init__(steps, old)
        major, minor = divmod(old.header.version_number // 100, 100)
        self.version = f"{major}.{minor}.%"
        self.going = {self.was(s.identity) for s in steps if s.action == "drop"}

    def around(self, step: Step) -> Identity | None:
        """The table."""
        root = self.old.root_of(self.was(step.parent if step.parent is not None else step.identity))
        return root if root is not None and isinstance(self.old.get(root), Table) else None

    def table(self, step: Step) -> str | None:
        """Bare."""
        root = self.around(step)
        return None if root is None else parts_of(root)[0]


class _State(NamedTuple):
    label: str
    kind: str
    parts: tuple[str, ...]
    expected: str | None
    digest: bool = False
    """Is `expected` a digest of what only servers of one series spell alike?"""


def _states(steps: Sequence[Step], known: _Known) -> Iterator[Query]:
    objects = [_state(i, obj) for i, obj in touched(steps, known, STATED)]
    if objects:
        sql = _sql("states", objects=objects, version=known.version)
        yield Query("the state that the script starts from", sql)


STATED = frozenset(
    """database table column index primary_key foreign_key check trigger view function procedure event sequence package
    package_body""".split()
)
"""The kinds that the macro `state` knows."""


def _state(identity: Identity, obj: Object | None) -> _State:
    kind = kind_of(identity)
    label, parts = f"{kind.replace('_', ' ')} {path_of(identity)}", parts_of(identity)
    if (text := _text(obj)) is not None and _reads_alike(text):
        return _State(label, kind, parts, _digest(text), digest=True)
    expected = None if obj is None else "it"
    if isinstance(obj, Database):
        expected = f"{obj.charset} {obj.collation}"
    elif isinstance(obj, Column):
        expected = f"{_type(obj.type)}{' NOT NULL' * obj.not_null}"
    return _State(label, kind, parts, expected)


def _type(text: str) -> str:
    """As the macro `state` spells it: of integers the width is left out, and with it ZEROFILL."""
    found = types.parse(text)
    return found.name + " unsigned" * found.unsigned if found.name in (*types.INTEGERS, "year") else text


def _text(obj: Object | None) -> Text | None:
    """What the catalog has as a text."""
    if isinstance(obj, View):
        return obj.query if obj.columns else None
    return obj.body if isinstance(obj, Routine | Trigger | Event) else None


def _reads_alike(text: Text) -> bool:
    """Does information_schema print it as SHOW CREATE does? It takes a level of escapes from literals, and prints
    characters of four bytes as `?`."""
    bare = plain(text)
    return bare.isascii() and not set("'\"\\") & set(bare)


def _digest(text: Text) -> str:
    return hashlib.sha256(plain(text).encode()).hexdigest()


# -- what the rows say -------------------------------------------------------------------------------------------------


def _column(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new, old = step.new, known.get(step.identity)
    assert isinstance(new, Column)
    if not isinstance(old, Column):
        return
    name = parts_of(known.was(step.identity))[-1]
    facts = {"label": f"column {path_of(step.identity)}", "table": table}
    if new.collation is not None and new.collation != old.collation:
        yield from _keys(step, known, table, f"CONVERT({quote(name)} USING {new.charset}) COLLATE {new.collation}")
    if new.not_null and not old.not_null:
        yield Query("NULLs in the way of NOT NULL", _sql("nulls", columns=[name], **facts))
    if old.type != new.type:
        yield from _values(types.parse(old.type), types.parse(new.type), new.type, {"column": name, **facts})
    if new.charset is not None and old.charset not in (None, new.charset) and new.charset != "utf8mb4":
        sql = _sql("not_in_charset", column=name, charset=new.charset, **facts)
        yield Query("characters that the character set lacks", sql)
    if new.check is not None and new.check != old.check and known.was(step.identity) == step.identity:
        yield _breaking(facts["label"], table, new.check)


def _keys(step: Step, known: _Known, table: str, compared: str) -> Iterator[Query]:
    """Values that are the same by another collation, in the keys that stay."""
    was = known.was(step.identity)
    for identity, key in distinct(was, known.old):
        if identity not in known.going and all(part.column is not None for part in key.parts):
            parts = [_part(p, compared if p.column == was else quote(parts_of(p.column or was)[-1])) for p in key.parts]
            label = f"{key.kind.replace('_', ' ')} {path_of(identity)}"
            yield Query("duplicates in the way of a key", _sql("duplicates", label=label, table=table, columns=parts))


def _values(old: types.Type, new: types.Type, name: str, facts: Mapping[str, Any]) -> Iterator[Query]:
    if types.widens(old, new):
        return
    if new.name in LENGTHS:
        length, bytes_ = LENGTHS[new.name](new)
        yield Query("values that are too long", _sql("too_long", length=length, bytes=bytes_, **facts))
    elif new.name in types.INTEGERS and old.name in NUMBERS:
        yield _out_of_range(*_limits(new), name, facts)
    elif new.name == "decimal" and old.name in NUMBERS:
        precision, scale = (int(argument) for argument in (*new.arguments, "0")[:2])
        most = f"{'9' * (precision - scale) or '0'}.{'9' * scale}".rstrip(".")
        yield _out_of_range("0" if new.unsigned else f"-{most}", most, name, facts)
    elif new.name == "enum" and old.name in ("enum", *STRINGS):
        members = [f"'{member}'" for member in new.arguments]
        yield Query("values of an enum that go", _sql("not_members", members=members, **facts))
    elif new.name == old.name == "set":
        gone = [f"'{member}'" for member in old.arguments if member not in new.arguments]
        yield Query("values of a set that go", _sql("not_in_set", gone=gone, **facts))
    elif old.name in STRINGS:
        yield from _cast(new, name, facts)


def _cast(new: types.Type, name: str, facts: Mapping[str, Any]) -> Iterator[Query]:
    """Of strings."""
    title = "values that can't be cast"
    if new.name in types.INTEGERS or new.name in NUMBERS:
        digits = "[0-9]+" if new.name in types.INTEGERS else "([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?"
        yield Query(title, _sql("not_like", pattern=f"^ *[-+]?{digits} *$", type=name, **facts))
        if new.name in types.INTEGERS:
            yield _out_of_range(*_limits(new), name, facts)
    elif new.name in ("date", "datetime", "timestamp"):
        yield Query(title, _sql("not_dates", type=name, **facts))
    elif new.name == "json":
        yield Query(title, _sql("not_json", **facts))


def _limits(new: types.Type) -> tuple[str, str]:
    """Of an integer."""
    bits = 8 * types.INTEGERS[new.name]
    low, high = (0, 2**bits - 1) if new.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return str(low), str(high)


NUMBERS = frozenset({*types.INTEGERS, "decimal", "float", "double"})
STRINGS = frozenset({"char", "varchar", *types.TEXTS})

LENGTHS: Mapping[str, Callable[[types.Type], tuple[int, bool]]] = {
    **dict.fromkeys(("char", "varchar"), lambda type_: (type_.length or 1, False)),
    **dict.fromkeys(("binary", "varbinary"), lambda type_: (type_.length or 1, True)),
    **dict.fromkeys(types.TEXTS, lambda type_: (types.TEXTS[type_.name], True)),
    **dict.fromkeys(types.BLOBS, lambda type_: (types.BLOBS[type_.name], True)),
}
"""How much a type takes, and whether that counts bytes."""


def _out_of_range(low: str, high: str, name: str, facts: Mapping[str, Any]) -> Query:
    return Query("values that are too large", _sql("out_of_range", low=low, high=high, type=name, **facts))


def _key(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new = step.new
    assert isinstance(new, PrimaryKey | Index)
    columns = known.columns(part.column for part in new.parts if part.column is not None)
    if columns is None or len(columns) < len(new.parts) or new.without_overlaps:
        return
    parts = [_part(part, quote(name)) for part, name in zip(new.parts, columns, strict=True)]
    label = f"{new.kind.replace('_', ' ')} {path_of(step.identity)}"
    yield Query("duplicates in the way of a key", _sql("duplicates", label=label, table=table, columns=parts))


def _part(part: KeyPart, column: str) -> str:
    return column if part.length is None else f"LEFT({column}, {part.length})"


def _foreign_key(step: Step, known: _Known, table: str) -> Iterator[Query]:
    new = step.new
    assert isinstance(new, ForeignKey)
    columns, others = known.columns(new.columns), known.columns(new.referenced_columns)
    if columns is None or others is None or new.references is None:
        return
    other = parts_of(known.was(new.references))[0]
    facts = {"table": table, "columns": columns, "other": other, "others": others}
    label = f"foreign key {path_of(step.identity)}"
    yield Query("rows in the way of a foreign key", _sql("orphans", label=label, **facts))


def _check(step: Step, known: _Known, table: str) -> Iterator[Query]:
    """Its text names columns as they are afterwards: asked where all that it uses has that name before."""
    new = step.new
    assert isinstance(new, Check)
    used = {*new.depends_on, *step.needs} - {step.identity}
    if new.depends_on and all(known.was(i) == i and known.old.get(i) is not None for i in used):
        yield _breaking(f"check {path_of(step.identity)}", table, new.expression)


def _breaking(label: str, table: str, expression: Text) -> Query:
    condition = f"NOT ({plain(expression)})"
    sql = _sql("counted", label=label, table=table, condition=condition, what="rows break it")
    return Query("rows in the way of a check", sql)


QUESTIONS: Questions[_Known] = (
    (Column, _column),
    (PrimaryKey, _key),
    (Index, _key),
    (ForeignKey, _foreign_key),
    (Check, _check),
)


def _sql(macro: str, **facts: Any) -> str:
    return render_query("mysql", f"checks.{macro}", **facts)
