"""Tables, each from its SHOW CREATE TABLE: its text is the one full and right account of it that both servers give."""

import re
from typing import Any, NamedTuple

from msgspec.structs import replace

from ....snapshots.model import Object, Unmodelled, lines
from ....snapshots.mysql import Check, Column, ForeignKey, Index, Period, PrimaryKey, Table
from ....snapshots.naming import Identity, child, identity
from . import columns, keys, partitions
from .charsets import Charsets, canonical
from .doubts import doubt
from .reading import Reading, unmodelled
from .scan import NAME, STRING, NotUnderstood, Scanner, unescaped, unquoted
from .spelled import difference, same_words

__all__ = ["Found", "read"]

_HEAD = re.compile(rf"CREATE TABLE (?:{NAME}\.)?(?P<name>{NAME}) \(\n", re.DOTALL)
_ELEMENT = re.compile(rf"(?:[^'`\n]|{STRING}|{NAME})*?(?=,\n|\n\Z)", re.DOTALL)
_COLUMN = re.compile(rf"(?P<name>{NAME}) ", re.DOTALL)
_PERIOD = re.compile(rf"PERIOD FOR (?P<name>SYSTEM_TIME|{NAME}) \((?P<start>{NAME}), ?(?P<end>{NAME})\)\Z", re.DOTALL)
_OPTION = re.compile(
    rf""" \ (?:
    /\*!50100\ TABLESPACE\ (?P<tablespace>{NAME})(?P<tablespace_storage>\ STORAGE\ (?:DISK|MEMORY))?\ \*/
  | (?P<versioned>WITH\ SYSTEM\ VERSIONING)
  | COMMENT=(?P<comment>{STRING})
  | ENGINE=(?P<engine>\w+)
  | AUTO_INCREMENT=(?P<auto_increment>\d+)
  | DEFAULT\ CHARSET=(?P<charset>\w+)
  | COLLATE=(?P<collation>\w+)
  | (?:/\*!\d+\ )?(?P<name>[A-Z_]+(?:\ DIRECTORY)?|{NAME})=(?P<value>{STRING}|\((?:[^()`]|{NAME})*\)|[\w.:-]+)(?:\ \*/)?
    )""",
    re.DOTALL | re.VERBOSE,
)
INNODB = "InnoDB"
SECRET = frozenset({"CONNECTION", "connection"})
"""Options that can hold a password: not kept."""


class Found(NamedTuple):
    """A table, and what of it the model does not cover."""

    table: Table
    apart: tuple[Unmodelled, ...] = ()


def read(text: str, reading: Reading) -> Found:
    """What SHOW CREATE TABLE printed, and what that does not tell or the model does not hold. Raises NotUnderstood."""
    scanner = Scanner(text)
    name = unquoted(scanner.need(_HEAD, "CREATE TABLE")["name"])
    lines_ = _lines(scanner)
    tail = scanner.at
    found = _options(scanner, reading.charsets)
    options = text[tail : scanner.at]
    secret = [f"its {option} is not kept" for option in SECRET if found["options"].pop(option, None)]
    table, clause = identity("table", name), scanner.at
    found["partitioning"] = partitions.read(scanner, table, found.get("engine", INNODB))
    if not scanner.done:
        raise NotUnderstood(f"an unknown option, {scanner.excerpt()}")
    elements, reasons = _elements(lines_, table, found["collation"], reading)
    made = Table(name=name, **found, **elements)
    if not secret and (differs := same_words(made, options, is_mariadb=reading.catalog.is_mariadb)):
        reasons.append((options, differs))
    if made.partitioning and (differs := same_words(made.partitioning, text[clause:], is_mariadb=False)):
        reasons.append((text[clause:], differs))
    reasons.extend(("", why) for why in secret)
    return Found(made, _apart(name, reasons))


def _apart(name: str, reasons: list[tuple[str, str]]) -> tuple[Unmodelled, ...]:
    """One for the table, with a digest of what is not covered alone."""
    if not reasons:
        return ()
    printed, why = zip(*reasons, strict=True)
    found = unmodelled("table", name, "\n".join(printed), "; ".join(why))
    return (replace(found, depends_on=(identity("table", name),)),)


def _lines(scanner: Scanner) -> list[str]:
    """What stands between the brackets, one an element; the scanner moves behind them.

    Strings have no raw line feed. Names can: then quotes are counted.
    """
    text, begin = scanner.text, scanner.at
    end = text.find("\n)", begin)
    pieces = text[begin + 2 : end].split(",\n  ")
    if end >= 0 and not any(piece.count("`") & 1 for piece in pieces):
        scanner.at = end + 2
        return pieces
    scanner.at = begin - 2
    inside = Scanner(scanner.group(), 1)
    pieces = list[str]()
    while not inside.done:
        inside.at += 2
        pieces.append(inside.need(_ELEMENT, "a column, a key or a constraint").group())
        inside.at += 2 if inside.text.startswith(",", inside.at) else 1
    return pieces


def _elements(
    pieces: list[str], table: Identity, collation: str, reading: Reading
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What stands between the brackets, by the fields of the model; and (text, reason) of what is not covered."""
    found: dict[type, list[Any]] = {}
    reasons: list[tuple[str, str]] = []
    for piece in pieces:
        element, why = _known(piece, table, collation, reading)
        found.setdefault(type(element), []).append(element)
        if why:
            reasons.append((piece, why))
    return {
        "columns": tuple(found.get(Column, ())),
        "primary_key": next(iter(found.get(PrimaryKey, ())), None),
        "indexes": _by_name(found.get(Index, [])),
        "foreign_keys": _by_name(found.get(ForeignKey, [])),
        "checks": _by_name(found.get(Check, [])),
        "periods": tuple(found.get(Period, ())),
    }, reasons


def _known(piece: str, table: Identity, collation: str, reading: Reading) -> tuple[Object | Period, str | None]:
    """The element and what is not covered of it. Columns that read alike are one."""
    known = reading.alike.get((piece, collation))
    if known is not None:
        return known
    element = _element(piece, table, columns.Context(collation, reading))
    catalog = reading.catalog
    why = difference(element, piece, catalog.server.database, is_mariadb=catalog.is_mariadb)
    why = why or doubt(element, is_mariadb=catalog.is_mariadb)
    if isinstance(element, Column):
        reading.alike[piece, collation] = element, why
    return element, why


def _by_name(objects: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(objects, key=lambda obj: str(obj.name)))


def _element(line: str, table: Identity, context: columns.Context) -> Object | Period:
    text = Scanner(line)
    if name := text.take(_COLUMN):
        return columns.read(unquoted(name["name"]), text, context)
    found = keys.key(text, table) or keys.constraint(text, table, context.reading.catalog.server.database)
    if found is not None:
        return found
    if period := text.take(_PERIOD):
        bounds = (child("column", table, unquoted(period[bound])) for bound in ("start", "end"))
        return Period(name=unquoted(period["name"]), **dict(zip(("start", "end"), bounds, strict=True)))
    raise NotUnderstood(f"neither column nor key nor constraint: {text.excerpt()}")


def _options(text: Scanner, charsets: Charsets) -> dict[str, Any]:
    found: dict[str, Any] = {"options": {}}
    charset = collation = None
    while option := text.take(_OPTION):
        kind = option.lastgroup
        if kind == "charset":
            charset = option["charset"]
        elif kind == "collation":
            collation = option["collation"]
        elif kind == "versioned":
            found["system_versioned"] = True
        elif kind in ("tablespace", "tablespace_storage"):
            found["options"]["TABLESPACE"] = option["tablespace"] + (option["tablespace_storage"] or "")
        elif kind == "comment":
            found["comment"] = lines(unescaped(option["comment"]))
        elif kind == "engine" and option["engine"] != INNODB:
            found["engine"] = option["engine"]
        elif kind == "value":
            found["options"][unquoted(option["name"])] = option["value"]
    found["charset"], found["collation"] = charsets.resolved(charset, collation and canonical(collation), "")
    return found
