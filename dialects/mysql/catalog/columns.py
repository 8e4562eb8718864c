"""Columns, from their lines in SHOW CREATE TABLE."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ....snapshots.model import lines
from ....snapshots.mysql import Column, Generated
from .reading import Reading
from .scan import NAME, STRING, NotUnderstood, Scanner, as_text, unescaped, unquoted

__all__ = ["Context", "read"]


class Context(NamedTuple):
    """What a column's text leaves to its table and its server."""

    collation: str
    """The table's default."""
    reading: Reading


_TYPE = re.compile(
    rf"(?P<name>[a-z]\w*(?: precision| varying)?)(?P<size>\((?:[^()']|{STRING})*\))?(?P<sign>(?: unsigned| zerofill)*)",
    re.DOTALL,
)
_CLAUSE = re.compile(
    rf""" \ (?:
    (?P<not_null>NOT\ NULL(?!\w))
  | (?P<null>NULL(?!\w))
  | DEFAULT\ (?P<default>)
  | ON\ UPDATE\ (?P<on_update>(?i:current_timestamp)(?:\(\d*\))?)
  | (?P<auto_increment>AUTO_INCREMENT)
  | COMMENT\ (?P<comment>{STRING})
  | CHARACTER\ SET\ (?P<charset>\w+)
  | COLLATE\ (?P<collation>\w+)
  | GENERATED\ ALWAYS\ AS\ ROW\ (?P<row_bound>START|END)
  | GENERATED\ ALWAYS\ AS\ (?P<generated>)(?=\()
  | CHECK\ (?P<check>)(?=\()
  | (?P<invisible>INVISIBLE|/\*!80023\ INVISIBLE\ \*/)
  | (?P<compressed>/\*M?!100301\ COMPRESSED\*/)
  | (?P<without_versioning>WITHOUT\ SYSTEM\ VERSIONING)
  | /\*!80003\ SRID\ (?P<srid>\d+)\ \*/
  | /\*!50606\ STORAGE\ (?P<storage>DISK|MEMORY)\ \*/
  | /\*!50606\ COLUMN_FORMAT\ (?P<column_format>FIXED|DYNAMIC)\ \*/
  | /\*!80021\ (?P<option>(?:SECONDARY_)?ENGINE_ATTRIBUTE)(?:=|\ )(?P<option_value>{STRING})\ \*/
  | (?P<own>{NAME})=(?P<own_value>{STRING}|\w+)
  | (?P<not_secondary>NOT\ SECONDARY)
    )""",
    re.DOTALL | re.VERBOSE,
)
_LITERAL = re.compile(
    rf"(?:NULL|(?:_\w+ ?|date|time|timestamp|[xbn])?{STRING}|[-+]?\d[\d.]*(?:e[-+]?\d+)?|0x[0-9a-f]+)(?= |$)",
    re.DOTALL | re.IGNORECASE,
)
_NOW = re.compile(r"current_timestamp(?:\(\d*\))?(?= |$)", re.IGNORECASE)
_NAMED = re.compile(rf"@?{NAME}(?= |$)", re.DOTALL)
"""MariaDB: another column, or a variable of the session, alone."""
_CALL = re.compile(r"[a-z_]\w*(?=\()", re.IGNORECASE)
_STORED = re.compile(r" (VIRTUAL|STORED|PERSISTENT)\b")

_WIDTHS = {
    "tinyint": ("(4)", "(3)"),
    "smallint": ("(6)", "(5)"),
    "mediumint": ("(9)", "(8)"),
    "int": ("(11)", "(10)"),
    "bigint": ("(20)", "(20)"),
    "year": ("(4)", "(4)"),
}
"""MariaDB's display widths where none was said: signed, unsigned."""


def read(name: str, text: Scanner, context: Context) -> Column:
    """The column whose name has been taken; its clauses are what is left. Raises NotUnderstood."""
    found: dict[str, Any] = {"name": name, "type": _type(text, context)}
    printed: set[str] = set()
    while not text.done:
        clause = text.take(_CLAUSE)
        if clause is None:
            raise NotUnderstood(f"column {name}: unknown clause {text.excerpt()}")
        kind = clause.lastgroup or ""
        printed.add(kind)
        _TAKEN[kind](found, clause, text, context)
    _resolve(found, printed, context)
    return Column(**found)


def _type(text: Scanner, context: Context) -> str:
    found = text.need(_TYPE, "a type")
    name, size, sign = found["name"], found["size"] or "", found["sign"]
    if size and name in _WIDTHS and "zerofill" not in sign and size == _WIDTHS[name]["unsigned" in sign]:
        size = ""
    return f"{name}{size}{sign}"


def _default(found: dict[str, Any], _: Any, text: Scanner, context: Context) -> None:
    if now := text.take(_NOW):
        found["default"] = _canonical_now(now.group())
    elif literal := text.take(_LITERAL):
        found["default"] = lines(as_text(literal.group()))
    elif named := text.take(_NAMED):
        found["default"] = named.group()
    elif text.text.startswith("(", text.at):
        found["default"] = lines(f"({context.reading.own.off(text.group())})")
    elif call := text.take(_CALL):
        found["default"] = lines(f"{call.group()}({context.reading.own.off(text.group())})")
    else:
        raise NotUnderstood(f"column {found['name']}: unknown default {text.excerpt()}")


def _canonical_now(text: str) -> str:
    return text.upper().replace("()", "")


def _generated(found: dict[str, Any], _: Any, text: Scanner, context: Context) -> None:
    expression = text.group()
    stored = text.need(_STORED, "VIRTUAL or STORED")[1] != "VIRTUAL"
    found["generated"] = Generated(expression=lines(expression), stored=stored)


def _option(found: dict[str, Any], name: str, value: str) -> None:
    found["options"] = {**found.get("options", {}), name: value}


Taker = Callable[[dict[str, Any], "re.Match[str]", Scanner, Context], None]


def _says(**values: Any) -> Taker:
    def take(found: dict[str, Any], *_: Any) -> None:
        found.update(values)

    return take


def _value(field: str, convert: Callable[[str], Any] = str) -> Taker:
    def take(found: dict[str, Any], clause: "re.Match[str]", *_: Any) -> None:
        found[field] = convert(clause[field])

    return take


def _check(found: dict[str, Any], _: Any, text: Scanner, context: Context) -> None:
    found["check"] = lines(text.group())


_TAKEN: Mapping[str, Taker] = {
    "not_null": _says(not_null=True),
    "null": _says(),
    "default": _default,
    "on_update": _value("on_update", _canonical_now),
    "auto_increment": _says(auto_increment=True),
    "comment": _value("comment", lambda literal: lines(unescaped(literal))),
    "charset": _value("charset"),
    "collation": _value("collation"),
    "row_bound": _value("row_bound", str.lower),
    "generated": _generated,
    "check": _check,
    "invisible": _says(invisible=True),
    "compressed": _says(compressed=True),
    "without_versioning": _says(without_system_versioning=True),
    "srid": _value("srid", int),
    "storage": _value("storage", str.lower),
    "column_format": _value("column_format", str.lower),
    "option_value": lambda found, clause, _, __: _option(found, clause["option"], clause["option_value"]),
    "own_value": lambda found, clause, _, __: _option(found, unquoted(clause["own"]), clause["own_value"]),
    "not_secondary": lambda found, _, __, ___: _option(found, "NOT SECONDARY", ""),
}
"""What each clause says, by the group of `_CLAUSE` that ends it."""

_TEXTS = re.compile(r"(?:var)?char\(|(?:tiny|medium|long)?text\Z|enum\(|set\(")
_LONG = re.compile(r"(?:tiny|medium|long)?(?:text|blob)\Z")


def _resolve(found: dict[str, Any], printed: set[str], context: Context) -> None:
    """What the text leaves out: the character set and collation, and whether NULL is the default."""
    if _TEXTS.match(found["type"]):
        found["charset"], found["collation"] = context.reading.charsets.resolved(
            found.get("charset"), found.get("collation"), context.collation
        )
        if "charset" in printed and found["collation"] == context.collation and not context.reading.catalog.is_mariadb:
            found["charset_apart"] = True
    if found.get("default") == "NULL" and not found.get("not_null"):
        del found["default"]
    elif "default" not in printed and _could_be_null(found, context):
        found["no_default"] = True


def _could_be_null(found: dict[str, Any], context: Context) -> bool:
    """Would the server have printed DEFAULT NULL, had it not been dropped?"""
    return not (
        found.get("not_null")
        or found.get("generated")
        or found.get("row_bound")
        or found.get("auto_increment")
        or (not context.reading.catalog.is_mariadb and _LONG.match(found["type"]))
    )
