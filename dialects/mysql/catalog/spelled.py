"""What is read, spelled again as SHOW CREATE TABLE spells it: where that differs from what the server printed,
something was overlooked, and it is said which.

Both sides are compared without what the model holds otherwise, or not at all: character sets and collations that are
printed where they differ from the table's, display widths, RESTRICT and NO ACTION, the NULL of a timestamp, the
database's own name.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from ....snapshots.model import Text, plain
from ....snapshots.mysql import (
    Check,
    Column,
    ForeignKey,
    Index,
    KeyPart,
    Partition,
    Partitioning,
    Period,
    PrimaryKey,
    Subpartition,
    Table,
)
from ....snapshots.naming import Identity, parts_of
from .scan import NAME, STRING, as_text, quoted, unescaped, unquoted

__all__ = ["difference", "same_words"]

_DROPPED = re.compile(
    rf"""(?P<kept>{STRING})
  | \ (?:CHARACTER\ SET|COLLATE)\ \w+
  | (?<=int)\(\d+\) | (?<=year)\(\d+\)
  | \ ON\ (?:DELETE|UPDATE)\ (?:RESTRICT|NO\ ACTION)
  | (?<=REFERENCES\ )(?P<database>{NAME})\. | (?<=\()(?P<inner>{NAME})\.(?={NAME}\))
  | (?P<now>(?i:current_timestamp)(?:\(\d*\))?)
  | \ (?P<wrap>/\*M?!\d+\ (?P<inside>[^*]*)\*/)
  | (?P<hidden>\ INVISIBLE\b)
  | (?P<name>{NAME})
  | (?<!\ NOT)(?<!\ DEFAULT)\ NULL\b
    """,
    re.VERBOSE | re.DOTALL,
)


def difference(element: Any, printed: str, database: str, *, is_mariadb: bool) -> str | None:
    """How the two spellings differ, in words; None if they say the same."""
    own = quoted(database)
    ours = _normal(spelled(element, is_mariadb), own)
    theirs = _normal(printed, own)
    return None if ours == theirs else f"read as {ours!r}, and the server prints {theirs!r}"


def same_words(element: Any, printed: str, *, is_mariadb: bool) -> str | None:
    """The same of a clause whose parts the two servers order and quote each in its way."""
    ours, theirs = (Counter(_words(text)) for text in (spelled(element, is_mariadb), printed))
    odd = [*(ours - theirs), *(theirs - ours)]
    return f"read and printed are not the same about {' '.join(sorted(odd))}" if odd else None


_WORDS = re.compile(
    r"/\*M?!\d+|\*/|ENGINE ?= ?\w+|AUTO_INCREMENT=\d+|DEFAULT CHARSET=\w+|COLLATE=\w+"
    rf"|(?P<word>{STRING}|{NAME}|\w+|[^\s(),=`])",
    re.DOTALL,
)


def _words(text: str) -> Iterator[str]:
    for found in _WORDS.finditer(text):
        if word := found["word"]:
            yield f"'{unescaped(word)}'" if word.startswith("'") else unquoted(word)


_HIDDEN = " INVISIBLE"


def _normal(text: str, own: str) -> str:
    """INVISIBLE comes last: MariaDB 11.8 prints it at another place than 10.11."""
    said: set[str] = set()

    def kept(found: "re.Match[str]") -> str:
        if found["kept"]:
            return as_text(found["kept"])
        if found["now"]:
            return found["now"].upper().removesuffix("()")
        if found["hidden"] or (found["inside"] or "").strip() == _HIDDEN.strip():
            said.add(_HIDDEN)
            return ""
        if found["inside"]:
            return f" {found['inside'].strip()}"
        if found["name"]:
            return found[0]
        name = found["database"] or found["inner"]
        return found[0] if name and name != own else ""

    return _DROPPED.sub(kept, text).replace("  ", " ").rstrip() + "".join(said)


# what is spelled


@singledispatch
def spelled(element: Any, is_mariadb: bool) -> str:
    """As the server prints it."""
    raise TypeError(type(element).__name__)


@spelled.register
def _column(c: Column, is_mariadb: bool) -> str:
    parts: Iterator[tuple[Any, str]] = iter(
        (
            (c.compressed, " COMPRESSED"),
            (c.generated, f" GENERATED ALWAYS AS ({c.generated and plain(c.generated.expression)})"),
            (c.generated, " STORED" if c.generated and c.generated.stored else " VIRTUAL"),
            (c.row_bound, f" GENERATED ALWAYS AS ROW {(c.row_bound or '').upper()}"),
            (c.not_null, " NOT NULL"),
            (c.invisible and is_mariadb, " INVISIBLE"),
            (c.srid is not None, f" SRID {c.srid}"),
            (c.storage, f" STORAGE {(c.storage or '').upper()}"),
            (c.column_format, f" COLUMN_FORMAT {(c.column_format or '').upper()}"),
            (True, _default(c, is_mariadb)),
            (c.on_update, f" ON UPDATE {c.on_update}"),
            (c.auto_increment, " AUTO_INCREMENT"),
            (c.invisible and not is_mariadb, " INVISIBLE"),
            (c.comment is not None, f" COMMENT {_literal(c.comment)}"),
            (c.options, "".join(_option(name, value) for name, value in c.options.items())),
            (c.without_system_versioning, " WITHOUT SYSTEM VERSIONING"),
            (c.check is not None, f" CHECK ({plain(c.check or '')})"),
        )
    )
    return f"{quoted(c.name)} {c.type}" + "".join(text for said, text in parts if said)


def _default(c: Column, is_mariadb: bool) -> str:
    if c.default is not None:
        return f" DEFAULT {plain(c.default)}"
    bare = c.not_null or c.generated or c.row_bound or c.auto_increment or c.no_default
    return "" if bare or (not is_mariadb and c.type.endswith(("text", "blob"))) else " DEFAULT NULL"


@spelled.register
def _index(k: Index, is_mariadb: bool) -> str:
    kind = "" if k.type == "plain" else f"{k.type.upper()} "
    hidden = " IGNORED" if is_mariadb else " INVISIBLE"
    return (
        f"{kind}KEY {quoted(k.name)} {_parts(k)}{_key_options(k)}"
        + (f" WITH PARSER {quoted(k.parser)}" if k.parser else "")
        + (hidden if k.invisible else "")
    )


@spelled.register
def _primary_key(k: PrimaryKey, is_mariadb: bool) -> str:
    return f"PRIMARY KEY {_parts(k)}{_key_options(k)}"


def _parts(k: Index | PrimaryKey) -> str:
    parts = [_part(part) for part in k.parts]
    return (
        f"({','.join([*parts, *([f'{quoted(k.without_overlaps)} WITHOUT OVERLAPS'] if k.without_overlaps else [])])})"
    )


def _part(part: KeyPart) -> str:
    what = f"({plain(part.expression or '')})" if part.column is None else _last(part.column)
    return what + (f"({part.length})" if part.length else "") + (" DESC" if part.descending else "")


def _key_options(k: Index | PrimaryKey) -> str:
    return (
        (f" USING {k.using.upper()}" if k.using else "")
        + (f" KEY_BLOCK_SIZE={k.key_block_size}" if k.key_block_size else "")
        + (f" COMMENT {_literal(k.comment)}" if k.comment is not None else "")
        + "".join(_option(name, value) for name, value in k.options.items())
    )


@spelled.register
def _foreign_key(f: ForeignKey, is_mariadb: bool) -> str:
    if f.references is not None:
        there, theirs = _last(f.references), [_last(column) for column in f.referenced_columns]
    else:
        there = ".".join(map(quoted, f.references_outside or ()))
        theirs = [quoted(column) for column in f.columns_outside]
    actions = [(" ON DELETE", f.on_delete), (" ON UPDATE", f.on_update)]
    return (
        f"CONSTRAINT {quoted(f.name)} FOREIGN KEY ({', '.join(map(_last, f.columns))}) "
        f"REFERENCES {there} ({', '.join(theirs)})"
        + "".join(f"{event} {action.upper()}" for event, action in actions if action)
    )


@spelled.register
def _check(c: Check, is_mariadb: bool) -> str:
    return f"CONSTRAINT {quoted(c.name)} CHECK ({plain(c.expression)})" + (" NOT ENFORCED" if c.not_enforced else "")


@spelled.register
def _period(p: Period, is_mariadb: bool) -> str:
    name = p.name if p.name == "SYSTEM_TIME" else quoted(p.name)
    return f"PERIOD FOR {name} ({_last(p.start)}, {_last(p.end)})"


@spelled.register
def _partitioning(p: Partitioning, is_mariadb: bool) -> str:
    sub = _method(p.subpartition_method, p.subpartition_expression, p.subpartition_columns)
    counts = (
        ("PARTITIONS", p.count),
        ("SUBPARTITIONS", p.subpartition_count),
        ("ALGORITHM", p.algorithm),
        ("ALGORITHM", p.subpartition_algorithm),
    )
    return " ".join(
        [
            f"PARTITION BY {_method(p.method, p.expression, p.columns)} {p.interval or ''}",
            *(f"{word} {count}" for word, count in counts if count is not None),
            f"SUBPARTITION BY {sub}" if sub else "",
            *map(_partition, p.partitions),
        ]
    )


def _method(method: str | None, expression: Text | None, columns: tuple[Identity, ...]) -> str:
    inside = " ".join(map(_last, columns)) if expression is None else plain(expression)
    return f"{method} {inside}" if method else ""


def _partition(p: Subpartition) -> str:
    said = " ".join([f"{name} {value}" for name, value in p.options.items()])
    comment = "" if p.comment is None else f"COMMENT {_literal(p.comment)}"
    if not isinstance(p, Partition):
        return f"SUBPARTITION {quoted(p.name)} {said} {comment}"
    values = p.values or ""
    word = "" if values in ("", "HISTORY", "CURRENT", "DEFAULT") else "VALUES"
    return " ".join([f"PARTITION {quoted(p.name)} {word} {values} {said} {comment}", *map(_partition, p.subpartitions)])


@spelled.register
def _table(t: Table, is_mariadb: bool) -> str:
    """Its options alone."""
    comment = "" if t.comment is None else f"COMMENT {_literal(t.comment)}"
    versioned = "WITH SYSTEM VERSIONING" if t.system_versioned else ""
    return " ".join([*(f"{name} {value}" for name, value in t.options.items()), comment, versioned])


# quoting


def _last(identity: Identity) -> str:
    return quoted(parts_of(identity)[-1])


def _option(name: str, value: str) -> str:
    if name.endswith("ENGINE_ATTRIBUTE"):
        return f" {name} {value}"
    return f" {name}" if not value else f" {quoted(name)}={value}"


_ESCAPED = {"\0": "\\0", "\n": "\\n", "\r": "\\r", "\\": "\\\\", "'": "''"}


def _literal(text: Text | None) -> str:
    return "'" + "".join(_ESCAPED.get(c, c) for c in plain(text or "")) + "'"
