"""What becomes of names inside of text when an object is renamed.

The server keeps trees, not text, and prints them with the names of the day. Of a type, a default or a check, which can
hold a name in few places, what it prints afterwards is certain. A query can print a column's new name with an alias
behind it, or call a table otherwise so that two don't clash: where that can be, the text is not certain.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from msgspec.structs import replace

from ...engine.protocol import Renaming
from ...snapshots.model import Identity, Object, Text, Unmodelled, Value, lines, plain, references
from ...snapshots.naming import kind_of, parts_of, path, path_of, quote
from ...snapshots.postgres import (
    Aggregate,
    Column,
    DefaultPrivileges,
    Domain,
    InSchema,
    MaterializedView,
    NotNullConstraint,
    Routine,
    View,
)
from ...snapshots.postgres import Sequence as SequenceObject
from . import not_nulls

__all__ = ["UNKNOWN", "placed", "respelled"]

UNKNOWN = "(as the server spells it after the rename)"
"""Stands for a text that is not certain. It equals nothing, so that a plan states the text anew."""

_RELATIONS = frozenset({"table", "view", "materialized_view", "sequence"})
_TYPES = frozenset({"enum", "domain", "composite", "range"})
_ROUTINES = frozenset({"function", "procedure", "aggregate"})
_COLUMNS = frozenset({"column"})
_TEXTLESS = frozenset(
    {"index", "trigger", "policy", "check", "primary_key", "unique", "exclusion", "foreign_key", "statistics"}
)
"""Nothing that is kept as text names these, but for ON CONFLICT ON CONSTRAINT in a query."""

_NAMES = frozenset(
    {
        "type",
        "subtype",
        "subtype_opclass",
        "subtype_diff",
        "multirange",
        "opclass",
        "operator",
        "returns",
        "support",
        "sequence",
    }
)
"""Fields that hold a type, or another name with its schema."""
_EXPRESSIONS = frozenset({"expression", "default", "predicate", "when", "using", "check", "bound"})
_QUERIES = frozenset({"query", "sql_body", "definition"})
_VALUES = frozenset({"parts", "partition_by", "generated", "arguments"})
"""Fields that hold structured values with such fields in them."""

_TYPE_WORDS = frozenset(
    "with without time zone varying precision double character bit to year month day hour minute second".split()
)
"""What a type's own name, or its modifier, is made of."""

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<literal>[eE]'(?:[^'\\]|\\.|'')*' | (?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)? | \$\d+)
    | (?P<name>"(?:[^"]|"")*" | [a-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    | (?P<word>[A-Z]\w*)
    | (?P<other>::|=>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""The deparser prints its keywords in capitals, and quotes a name that holds any."""


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def name(self) -> str | None:
        if self.kind != "name":
            return None
        return self.text[1:-1].replace('""', '"') if self.text.startswith('"') else self.text


@dataclass(frozen=True)
class _Rewriter:
    """Rewrites the texts of one object."""

    renaming: Renaming
    uses: frozenset[Identity]
    """What the object names, as it was called."""
    moved: Mapping[Identity, Identity]

    @cached_property
    def kind(self) -> str:
        """Of what is renamed."""
        return kind_of(self.renaming.before)

    @cached_property
    def old(self) -> str:
        """Its name, as it was."""
        return parts_of(self.renaming.before)[-1]

    @cached_property
    def new(self) -> str:
        """Its name, as it is."""
        return parts_of(self.renaming.after)[-1]

    @cached_property
    def _first_parts(self) -> frozenset[str]:
        """The schemas, and relations, that the object's texts can name."""
        return frozenset(parts_of(i)[0] for i in self.uses if parts_of(i))

    @cached_property
    def _relations(self) -> frozenset[str]:
        return frozenset(parts[1] for i in self.uses if len(parts := parts_of(i)) > 1)

    def text(self, sql: str, mode: str) -> tuple[str, bool]:
        """The text as it reads afterwards, and whether that is certain."""
        tokens = [_Token(m.lastgroup or "", m.group()) for m in _TOKEN.finditer(sql)]
        at = [n for n, token in enumerate(tokens) if token.kind != "space"]
        seen = [tokens[n] for n in at]
        query = mode == "query" or any(t.kind == "word" and t.text in ("SELECT", "VALUES") for t in seen)
        if self.kind == "schema":
            changes, certain = self._schema(seen, query)
        elif self.kind in _RELATIONS | _TYPES | _ROUTINES:
            changes, certain = self._qualified(seen, query, mode)
        elif self.kind in _COLUMNS:
            changes, certain = self._column(seen, query)
        else:
            changes = {}
            certain = self.uses.isdisjoint(self.moved) or (self.kind in _TEXTLESS and not query)
        for n, changed in changes.items():
            tokens[at[n]] = _Token("", changed)
        return "".join(t.text for t in tokens), certain

    def _schema(self, seen: list[_Token], query: bool) -> tuple[dict[int, str], bool]:
        """Every name that begins with it. A relation, or an alias, of the same name would read alike."""
        changes: dict[int, str] = {}
        certain = self.old not in self._relations
        for n, token in enumerate(seen):
            if token.kind == "literal" and _is_registered(seen, n):
                changed = self._literal(token.text)
                certain = certain and changed is not None
                changes[n] = changed or token.text
            if token.name != self.old:
                continue
            if _text(seen, n + 1) == "." and _text(seen, n - 1) != ".":
                changes[n] = quote(self.new)
            elif query and _text(seen, n - 1) != ".":
                certain = False
        return changes, certain

    def _literal(self, literal: str) -> str | None:
        """A literal of a `reg` type; None if it is not certain what it names."""
        content = literal[1:-1].replace("''", "'")
        if not literal.startswith("'") or "(" in content:
            return None
        parts = list(parts_of(Identity(f"x {content}")))
        if path(*parts) != content:
            return None
        if self.kind == "schema" and parts[0] == self.old:
            parts[0] = self.new
        elif parts == list(parts_of(self.renaming.before)):
            parts[-1] = self.new
        return "'" + path(*parts).replace("'", "''") + "'"

    def _qualified(self, seen: list[_Token], query: bool, mode: str) -> tuple[dict[int, str], bool]:
        """The name behind its schema; of a relation also before a column. Any other place where it stands is open."""
        schema = parts_of(self.renaming.before)[0]
        relation = self.kind in _RELATIONS
        changes: dict[int, str] = {}
        certain = not (relation and self.old in self._first_parts)
        for n, token in enumerate(seen):
            if token.kind == "literal" and _is_registered(seen, n):
                changed = self._literal(token.text)
                certain = certain and changed is not None
                changes[n] = changed or token.text
            if query and (token.name == self.new or _is_numbered(token.name, self.old)):
                certain = False
            if query and token.name == schema and "." not in (_text(seen, n - 1), _text(seen, n + 1)):
                certain = False  # an alias: its column would read like the name
            if token.name != self.old:
                continue
            before, after = _text(seen, n - 1), _text(seen, n + 1)
            if before == ".":
                if seen[n - 2].name == schema and _text(seen, n - 3) != ".":
                    called = after == "("
                    if called == (self.kind in _ROUTINES) or (mode == "name" and not called):
                        changes[n] = quote(self.new)
                    certain = certain and after != "."
            elif after == "." and relation:
                changes[n] = quote(self.new)
            elif query:
                certain = False
        return changes, certain

    def _column(self, seen: list[_Token], query: bool) -> tuple[dict[int, str], bool]:
        """A bare name that is nothing else. Only what names the column holds it."""
        changes: dict[int, str] = {}
        if self.uses.isdisjoint(self.moved):
            return changes, True
        certain = not query and self.old not in _TYPE_WORDS
        tables = {parts_of(i)[-2] for i in self.moved if kind_of(i) == self.kind}
        for n, token in enumerate(seen):
            if token.name != self.old:
                continue
            before, after = _text(seen, n - 1), _text(seen, n + 1)
            if before == ".":
                qualifier = seen[n - 2].name
                if qualifier in ("new", "old") or (qualifier in tables and _text(seen, n - 3) != "."):
                    changes[n] = quote(self.new)
                elif after != "(" and _text(seen, n - 3) not in ("::", "COLLATE"):
                    certain = False
            elif before == "AS":
                certain = False
            elif not (
                before in ("::", "COLLATE")
                or after in ("(", ".", "=>")
                or (before == "(" and _text(seen, n - 2) == "EXTRACT")
            ):
                changes[n] = quote(self.new)
        return changes, certain


def _text(seen: list[_Token], n: int) -> str:
    return seen[n].text if 0 <= n < len(seen) else ""


def _is_registered(seen: list[_Token], n: int) -> bool:
    """Is the literal the name of something: 'public.s'::regclass?"""
    return _text(seen, n + 1) == "::" and _text(seen, n + 2).startswith("reg")


def _is_numbered(name: str | None, base: str) -> bool:
    """An alias that the deparser made so that two of one name don't clash."""
    return name is not None and re.fullmatch(re.escape(base) + r"_\d+", name) is not None


# ---------------------------------------------------------------------- objects


def placed(obj: Object, renaming: Renaming) -> Object:
    """A top-level object under the name that it has by the renaming of another: in a schema, of an argument's type."""
    kind = kind_of(renaming.before)
    if kind == "schema" and isinstance(obj, InSchema | SequenceObject | DefaultPrivileges):
        old, new = parts_of(renaming.before)[0], parts_of(renaming.after)[0]
        obj = replace(obj, schema=new) if obj.schema == old else obj
    if isinstance(obj, Routine | Aggregate) and obj.signature and kind in _TYPES | _RELATIONS | {"schema"}:
        rewriter = _Rewriter(renaming, frozenset(), {})
        signature = tuple(rewriter.text(type_, "name")[0] for type_ in obj.signature)
        obj = replace(obj, signature=signature) if signature != obj.signature else obj
    return obj


def respelled(
    identity: Identity, obj: Object, renaming: Renaming, moved: Mapping[Identity, Identity], *, guess: bool
) -> Object:
    """The object with its texts as they read after the renaming, and with the names that don't follow kept."""
    if isinstance(obj, Unmodelled):
        return obj
    rewriter = _Rewriter(renaming, frozenset(used for _, used in references(obj)), moved)
    changed = dict(_changed(obj, rewriter, guess))
    if isinstance(obj, View | MaterializedView) and not guess and _is_column_of(renaming.before, identity):
        changed["query"] = UNKNOWN
    if kind_of(renaming.before) == "schema" and getattr(obj, "schema", None) == rewriter.old:
        changed["schema"] = rewriter.new
    obj = replace(obj, **changed) if changed else obj
    if identity in moved:
        obj = _with_kept_names(identity, obj, moved[identity])
    return obj


def _is_column_of(column: Identity, view: Identity) -> bool:
    return kind_of(column) == "view_column" and path_of(column).startswith(f"{path_of(view)}.")


def _changed(obj: Any, rewriter: _Rewriter, guess: bool) -> Iterator[tuple[str, Any]]:
    for field in obj.__struct_fields__:
        value = getattr(obj, field)
        if not value or field in getattr(obj, "children", ()):
            continue
        rewritten = _rewritten(field, value, rewriter, guess)
        if rewritten != value:
            yield field, rewritten


def _rewritten(field: str, value: Any, rewriter: _Rewriter, guess: bool) -> Any:
    if isinstance(value, dict):
        texts = cast("dict[str, str]", value)
        return {key: rewriter.text(text, "name")[0] for key, text in texts.items()} if field == "definition" else texts
    if field in _VALUES:
        if isinstance(value, str):
            return rewriter.text(value, "name")[0]
        if isinstance(value, tuple):
            return tuple(_value(item, rewriter, guess) for item in cast("tuple[object, ...]", value))
        return _value(value, rewriter, guess)
    if field == "expressions":
        return tuple(_one(text, "expression", rewriter, guess) for text in value)
    if field in _NAMES:
        return rewriter.text(value, "name")[0]
    if field in _EXPRESSIONS or field in _QUERIES:
        return _one(value, "query" if field in _QUERIES else "expression", rewriter, guess)
    return value


def _value(value: Any, rewriter: _Rewriter, guess: bool) -> Any:
    return replace(value, **dict(_changed(value, rewriter, guess))) if isinstance(value, Value) else value


def _one(text: Text, mode: str, rewriter: _Rewriter, guess: bool) -> Text:
    rewritten, certain = rewriter.text(plain(text), mode)
    return lines(rewritten) if certain or guess else UNKNOWN


def _with_kept_names(identity: Identity, obj: Object, after: Identity) -> Object:
    """A NOT NULL constraint keeps the name that the server made up from those of old."""
    if isinstance(obj, Column) and obj.not_null:
        held = obj.not_null_constraint
        name = not_nulls.name(identity, held)
        kept = None if name == not_nulls.name(after, None) else name
        if kept != (held.name if held is not None else None):
            made = replace(held or NotNullConstraint(), name=kept)
            return replace(obj, not_null_constraint=not_nulls.unless_plain(made))
    if isinstance(obj, Domain) and obj.not_null:
        name = obj.not_null_name or _domain_not_null_name(identity)
        return replace(obj, not_null_name=None if name == _domain_not_null_name(after) else name)
    return obj


def _domain_not_null_name(domain: Identity) -> str:
    """What the server calls a domain's NOT NULL constraint. See implied_not_null_name() of the catalog's reader."""
    suffix = "_not_null"
    return parts_of(domain)[-1].encode()[: 63 - len(suffix)].decode(errors="ignore") + suffix
