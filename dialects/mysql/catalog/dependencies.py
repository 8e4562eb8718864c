"""What objects use that no attribute names: `depends_on`, at column grain.

MySQL lists a view's tables and routines, no columns; MariaDB lists nothing. But both print a view's query normalised:
every name in backticks, every column behind its table or alias. So does an expression of a table. What names something
known at the place of a table, a column or a function uses it; a name that a WITH clause shadows counts too.

The body of a routine, of an event or of a trigger is bound when it runs, and nothing waits for what it names; only the
columns behind NEW and OLD are looked up when a trigger is made.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from msgspec.structs import replace

from ....snapshots.model import Object, Scope, Text, plain
from ....snapshots.mysql import Column, ForeignKey, Function, Index, Sequence, Table, TopLevel, Trigger, View
from ....snapshots.naming import Identity, child, parts_of
from .. import types
from .reading import in_scope, unmodelled
from .scan import names_in
from .typed import Token, tokens

__all__ = ["resolved"]

Obj = TypeVar("Obj", bound=Object)


def resolved(objects: Iterable[TopLevel], scope: Scope, *, ignore_case: bool) -> list[TopLevel]:
    """The objects, each with what it uses. A foreign key to what is not there, or to what it can't refer to, as the
    servers allow where its check is off, is unmodelled, and so is a trigger whose column is gone."""
    found = list(objects)
    known = _Known(found, ignore_case=ignore_case)
    made = [_of(obj, known) for obj in found]
    return [
        inner
        for obj in made
        for whole in (_without_loose(obj, known, scope) if isinstance(obj, Table) else (obj,))
        for inner in (_without_broken(whole) if isinstance(whole, Table) else (whole,))
    ]


def _of(obj: TopLevel, known: "_Known") -> TopLevel:
    if isinstance(obj, Table):
        return _table(obj, known)
    return _using(obj, _view(obj, known)) if isinstance(obj, View) else obj


class _Known:
    """What there is, by name."""

    def __init__(self, objects: Iterable[TopLevel], *, ignore_case: bool) -> None:
        self._fold = str.lower if ignore_case else str
        self.relations: dict[str, Identity] = {}
        self.columns: dict[str, dict[str, Identity]] = {}
        """By table and column; columns are equal in whatever case."""
        self.functions: dict[str, Identity] = {}
        self.tables: dict[Identity, Table] = {}
        for obj in objects:
            if isinstance(obj, Table | View | Sequence):
                self.relations[self._fold(obj.name)] = obj.identity()
            if isinstance(obj, Table):
                self.columns[self._fold(obj.name)] = columns_of(obj)
                self.tables[obj.identity()] = obj
            if isinstance(obj, Function):
                self.functions[obj.name.lower()] = obj.identity()

    def relation(self, name: str) -> Identity | None:
        """The table, view or sequence of that name."""
        return self.relations.get(self._fold(name))

    def columns_in(self, table: str) -> dict[str, Identity] | None:
        """Of that table, by name in lower case; None if there is none."""
        return self.columns.get(self._fold(table))


def columns_of(table: Table) -> dict[str, Identity]:
    """By name in lower case."""
    identity = table.identity()
    return {column.name.lower(): child("column", identity, column.name) for column in table.columns}


def _using(obj: Obj, used: Iterable[Identity | None]) -> Obj:
    names = {name for name in used if name is not None}
    return replace(obj, depends_on=tuple(sorted(names))) if names else obj


# views

_BEFORE_TABLE = frozenset({"FROM", "JOIN", "STRAIGHT_JOIN", ",", "("})


def _view(view: View, known: _Known) -> Iterator[Identity | None]:
    found = list(tokens(plain(view.query)))
    aliases: dict[str, set[str]] = {}
    for i, token in enumerate(found):
        before, after = _at(found, i - 1), _at(found, i + 1)
        used = known.relation(token.name) if token.kind == "name" else None
        if used is not None and before.upper() in _BEFORE_TABLE and after not in (".", "("):
            yield used
            aliases.setdefault(token.name, set()).add(token.name)
            if i + 1 < len(found) and found[i + 1].kind == "name":
                aliases.setdefault(found[i + 1].name, set()).add(token.name)
        elif token.name and after == "(" and before != ".":
            yield known.functions.get(token.name.lower())
    for i, token in enumerate(found):
        if token.kind == "name" and _at(found, i + 1) == "." and i + 2 < len(found):
            for table in aliases.get(token.name, ()):
                yield (known.columns_in(table) or {}).get(found[i + 2].name.lower())


def _at(found: list[Token], i: int) -> str:
    return found[i].text if 0 <= i < len(found) else ""


# triggers


def _without_broken(table: Table) -> Iterator[TopLevel]:
    """Triggers that name a column which is gone: no statement makes them."""
    own = columns_of(table)
    broken = {trigger.identity(table.identity()): trigger for trigger in table.triggers if _names_nothing(trigger, own)}

    def before(trigger: Trigger) -> Identity | None:
        follows = trigger.follows
        while follows is not None and follows in broken:
            follows = broken[follows].follows
        return follows

    kept = (t for t in table.triggers if t.name not in {b.name for b in broken.values()})
    yield replace(table, triggers=tuple(replace(t, follows=before(t)) for t in kept)) if broken else table
    for trigger in broken.values():
        note = unmodelled("trigger", trigger.name, repr(trigger), "it names a column that its table does not have")
        yield replace(note, depends_on=(table.identity(),))


def _names_nothing(trigger: Trigger, own: dict[str, Identity]) -> bool:
    return any(column is None for column in _rows(trigger, own))


# foreign keys


def _without_loose(table: Table, known: _Known, scope: Scope) -> Iterator[TopLevel]:
    loose = {key: reason for key in table.foreign_keys if (reason := _is_loose(key, table, known, scope)) is not None}
    if not loose:
        yield table
        return
    yield replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key not in loose))
    for key, reason in loose.items():
        note = unmodelled("foreign key", f"{table.name}.{key.name}", repr(key), reason)
        yield replace(note, depends_on=(table.identity(),))


def _is_loose(key: ForeignKey, table: Table, known: _Known, scope: Scope) -> str | None:
    """Why no statement would make it; None if one does, as far as is known."""
    if key.references is None:
        return None
    name = parts_of(key.references)[-1]
    columns = known.columns_in(name)
    if columns is None and not in_scope(scope, name):
        return None
    parent = known.tables.get(key.references)
    if columns is None or not set(key.referenced_columns) <= set(columns.values()) or parent is None:
        return "it refers to what is not there"
    referred = [_name(c) for c in key.referenced_columns]
    keys = [k for k in (parent.primary_key, *parent.indexes) if k is not None and k.parts and k.parts[0].column]
    if not any(_name(k.parts[0].column) in referred for k in keys):
        return "no key begins with a column that it refers to"
    own, others = ({c.name.lower(): c for c in t.columns} for t in (table, parent))
    pairs = zip(map(_name, key.columns), referred, strict=True)
    if any(_differ(own[c], others[r]) for c, r in pairs if c in own and r in others):
        return "its columns and those that it refers to are not of one type"
    return None


def _name(column: Identity | None) -> str:
    return parts_of(column)[-1].lower() if column is not None else ""


def _differ(column: Column, referred: Column) -> bool:
    """Are both integers, of another size or sign, or of another character set?"""
    one, other = types.parse(column.type), types.parse(referred.type)
    integers = one.name in types.INTEGERS and other.name in types.INTEGERS
    return column.charset != referred.charset or (integers and (one.name, one.unsigned) != (other.name, other.unsigned))


# what stands in a table


def _table(table: Table, known: _Known) -> Table:
    """Its columns, keys, checks and triggers, each with what it uses."""
    own = columns_of(table)
    identity = table.identity()

    def all_of(objects: tuple[Obj, ...]) -> tuple[Obj, ...]:
        made = tuple(_inside(obj, child(obj.kind, identity, obj.name), own, known) for obj in objects)
        return made if any(a is not b for a, b in zip(made, objects, strict=True)) else objects

    changed = _spelled_alike(table, own, known)
    for field in ("columns", "indexes", "checks", "triggers"):
        objects = getattr(table, field)
        made = all_of(objects)
        if made is not objects:
            changed[field] = made
    return replace(table, **changed) if changed else table


def _spelled_alike(table: Table, own: dict[str, Identity], known: _Known) -> dict[str, Any]:
    """Columns under the name that their table has for them: the servers print some as somebody typed them."""
    changed: dict[str, Any] = {}
    keys = tuple(_foreign_key(key, own, known) for key in table.foreign_keys)
    if keys != table.foreign_keys:
        changed["foreign_keys"] = keys
    parted = table.partitioning
    if parted is not None and (parted.columns or parted.subpartition_columns):
        columns, subs = _alike(parted.columns, own), _alike(parted.subpartition_columns, own)
        changed["partitioning"] = replace(parted, columns=columns, subpartition_columns=subs)
    return changed


def _foreign_key(key: ForeignKey, own: dict[str, Identity], known: _Known) -> ForeignKey:
    theirs = known.columns_in(parts_of(key.references)[-1]) if key.references is not None else None
    referenced = _alike(key.referenced_columns, theirs or {})
    return replace(key, columns=_alike(key.columns, own), referenced_columns=referenced)


def _alike(columns: tuple[Identity, ...], known: dict[str, Identity]) -> tuple[Identity, ...]:
    return tuple(known.get(parts_of(column)[-1].lower(), column) for column in columns)


def _inside(obj: Obj, identity: Identity, own: dict[str, Identity], known: _Known) -> Obj:
    if isinstance(obj, Trigger):
        return _using(replace(obj, update_columns=_alike(obj.update_columns, own)), _rows(obj, own))
    texts = list(_expressions(obj))
    if not texts:
        return obj
    used: set[Identity | None] = set()
    for text in texts:
        for name in names_in(plain(text)):
            used.add(own.get(name.lower()))
            used.add(known.relation(name) if "nextval(" in plain(text) or "lastval(" in plain(text) else None)
    return _using(obj, used - {identity})


def _expressions(obj: Object) -> Iterator[Text]:
    """Texts that the server normalised."""
    if isinstance(obj, Index):
        yield from (part.expression for part in obj.parts if part.expression is not None)
        return
    for name in ("default", "check", "expression"):
        text = getattr(obj, name, None)
        if text is not None and "`" in plain(text):
            yield text
    generated = getattr(obj, "generated", None)
    if generated is not None:
        yield generated.expression


def _rows(trigger: Trigger, own: dict[str, Identity]) -> Iterator[Identity | None]:
    """The columns behind NEW and OLD."""
    found = list(tokens(plain(trigger.body)))
    for i, token in enumerate(found):
        if token.says("NEW", "OLD") and _at(found, i + 1) == "." and i + 2 < len(found):
            yield own.get(found[i + 2].name.lower())
