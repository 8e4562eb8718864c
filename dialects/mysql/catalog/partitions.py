"""Partitions, from what stands behind the options in SHOW CREATE TABLE."""

import re
from typing import Any

from ....snapshots.model import lines
from ....snapshots.mysql import Partition, Partitioning, Subpartition
from ....snapshots.naming import Identity, child
from .scan import NAME, STRING, NotUnderstood, Scanner, split, unescaped, unquoted

__all__ = ["read"]

_WORD = rf"(?:{NAME}|[^\s()'`,]+)"
_BEGIN = re.compile(r"\s*(?:/\*!50[15]00 )?PARTITION BY ")
_END = re.compile(r"(?: \*/)?\Z")
_METHOD = re.compile(r"(?P<linear>LINEAR )?(?P<method>RANGE|LIST|HASH|KEY)(?P<columns> {1,2}COLUMNS)? ?(?=[A(*/])")
_ALGORITHM = re.compile(r"(?:\*/ )?(?:/\*!\d+ )?ALGORITHM = (\d) (?:\*/ )?(?:/\*!\d+ )?")
_SYSTEM_TIME = re.compile(r"SYSTEM_TIME(?: (?P<interval>(?:INTERVAL|LIMIT) [^\n]*?))?\s*(?=\n|\Z| \*/)")
_SUB = re.compile(r"\s*SUBPARTITION BY ")
_COUNT = re.compile(r"\s*PARTITIONS (\d+)")
_SUB_COUNT = re.compile(r"\s*SUBPARTITIONS (\d+)")
_LIST = re.compile(r"\s*(?=\()")
_PARTITION = re.compile(rf"PARTITION (?P<name>{_WORD})", re.DOTALL)
_SUBPARTITION = re.compile(rf"\s*SUBPARTITION (?P<name>{_WORD})", re.DOTALL)
_VALUES = re.compile(r" VALUES (LESS THAN MAXVALUE|LESS THAN |IN )(?=\(|\b|)| (HISTORY|CURRENT|DEFAULT)(?=\s|$)")
_OPTION = re.compile(rf"\s+(?P<name>[A-Z_]+(?: [A-Z]+)*?) ?= ?(?P<value>{STRING}|{_WORD})", re.DOTALL)


def read(text: Scanner, table: Identity, engine: str) -> Partitioning | None:
    """The clause, if there is one; nothing may come behind it. Raises NotUnderstood."""
    if not text.take(_BEGIN):
        return None
    found = _method(text, table)
    if count := text.take(_COUNT):
        found["count"] = int(count[1])
    if text.take(_SUB):
        sub = _method(text, table)
        found.update({f"subpartition_{name}": value for name, value in sub.items()})
        if count := text.take(_SUB_COUNT):
            found["subpartition_count"] = int(count[1])
    if text.take(_LIST):
        found["partitions"] = tuple(_partition(piece, engine) for piece in split(text.group()))
    text.need(_END, "the end of PARTITION BY")
    return Partitioning(**found)


def _method(text: Scanner, table: Identity) -> dict[str, Any]:
    if system := text.take(_SYSTEM_TIME):
        return {"method": "SYSTEM_TIME", "interval": system["interval"] or None}
    head = text.need(_METHOD, "a method of partitioning")
    method = f"{head['linear'] or ''}{head['method']}{' COLUMNS' if head['columns'] else ''}"
    found: dict[str, Any] = {"method": method}
    if algorithm := text.take(_ALGORITHM):
        found["algorithm"] = int(algorithm[1])
    inside = text.group()
    if head["columns"] or head["method"] == "KEY":
        found["columns"] = tuple(child("column", table, unquoted(name)) for name in split(inside) if name)
    else:
        found["expression"] = lines(inside)
    return found


def _partition(piece: str, engine: str) -> Partition:
    text = Scanner(piece)
    found: dict[str, Any] = {"name": unquoted(text.need(_PARTITION, "PARTITION")["name"])}
    if values := text.take(_VALUES):
        found["values"] = (values[1] or values[2]).strip()
        if text.text.startswith("(", text.at):
            found["values"] += f" ({text.group()})"
    found.update(_options(text, engine))
    if text.take(_LIST):
        found["subpartitions"] = tuple(_subpartition(inner, engine) for inner in split(text.group()))
    if not text.done:
        raise NotUnderstood(f"partition {found['name']}: {text.excerpt()}")
    return Partition(**found)


def _subpartition(piece: str, engine: str) -> Subpartition:
    text = Scanner(piece)
    name = unquoted(text.need(_SUBPARTITION, "SUBPARTITION")["name"])
    found = Subpartition(name=name, **_options(text, engine))
    if not text.done:
        raise NotUnderstood(f"subpartition {name}: {text.excerpt()}")
    return found


def _options(text: Scanner, engine: str) -> dict[str, Any]:
    """The table's own engine says nothing."""
    found: dict[str, Any] = {}
    options: dict[str, str] = {}
    while option := text.take(_OPTION):
        name, value = option["name"], option["value"]
        if name == "COMMENT":
            found["comment"] = lines(unescaped(value))
        elif (name, value) != ("ENGINE", engine):
            options[name] = value
    return {**found, "options": options} if options else found
