"""Keys and constraints, from their lines in SHOW CREATE TABLE."""

import re
from collections.abc import Callable
from typing import Any

from ....snapshots.model import lines
from ....snapshots.mysql import Check, ForeignKey, Index, KeyPart, PrimaryKey
from ....snapshots.naming import Identity, child, identity
from .scan import NAME, STRING, NotUnderstood, Scanner, names_in, split, unescaped, unquoted

__all__ = ["constraint", "key"]

HEAD = re.compile(rf"(?:(?P<type>UNIQUE|FULLTEXT|SPATIAL|VECTOR) )?KEY (?P<name>{NAME}) (?=\()", re.DOTALL)
PRIMARY = re.compile(r"PRIMARY KEY (?=\()")
CONSTRAINT = re.compile(rf"CONSTRAINT (?P<name>{NAME}) (?:(?P<check>CHECK) (?=\()|FOREIGN KEY (?=\())", re.DOTALL)

_PART = re.compile(
    rf"(?P<name>{NAME})(?:\((?P<length>\d+)\))?(?P<desc> DESC)?(?P<period> WITHOUT OVERLAPS)?\Z", re.DOTALL
)
_OPTION = re.compile(
    rf""" \ (?:
    USING\ (?P<using>BTREE|HASH|RTREE)
  | KEY_BLOCK_SIZE=(?P<key_block_size>\d+)
  | COMMENT\ (?P<comment>{STRING})
  | /\*!50100\ WITH\ PARSER\ (?P<parser>{NAME})\ \*/\ ?
  | (?P<invisible>/\*!80000\ INVISIBLE\ \*/|IGNORED)
  | /\*!80021\ (?P<option>(?:SECONDARY_)?ENGINE_ATTRIBUTE)(?:=|\ )(?P<option_value>{STRING})\ \*/
  | (?P<own>{NAME})=(?P<own_value>{STRING}|\w+)
    )""",
    re.DOTALL | re.VERBOSE,
)
_REFERENCES = re.compile(rf" REFERENCES (?:(?P<database>{NAME})\.)?(?P<table>{NAME}) (?=\()", re.DOTALL)
_ACTION = re.compile(r" ON (?P<event>DELETE|UPDATE) (?P<action>RESTRICT|CASCADE|SET NULL|SET DEFAULT|NO ACTION)")
_NOT_ENFORCED = re.compile(r" /\*!80016 NOT ENFORCED \*/")


def key(text: Scanner, table: Identity) -> Index | PrimaryKey | None:
    """A key, if one stands here. Raises NotUnderstood."""
    if text.take(PRIMARY):
        return PrimaryKey(**_parts(text.group(), table), **_options(text, "the primary key"))
    head = text.take(HEAD)
    if head is None:
        return None
    name = unquoted(head["name"])
    kind: dict[str, Any] = {"type": head["type"].lower()} if head["type"] else {}
    return Index(name=name, **kind, **_parts(text.group(), table), **_options(text, f"key {name}"))


def _parts(text: str, table: Identity) -> dict[str, Any]:
    """`parts`, and the period of WITHOUT OVERLAPS, which is none."""
    found: dict[str, Any] = {}
    parts = list[KeyPart]()
    for piece in split(text):
        part = _PART.match(piece)
        if part is None:
            parts.append(_expression(piece, table))
        elif part["period"]:
            found["without_overlaps"] = unquoted(part["name"])
        else:
            parts.append(
                KeyPart(
                    column=child("column", table, unquoted(part["name"])),
                    length=int(part["length"]) if part["length"] else None,
                    descending=part["desc"] is not None,
                )
            )
    return {"parts": tuple(parts), **found}


def _expression(piece: str, table: Identity) -> KeyPart:
    descending = piece.endswith(" DESC")
    text = Scanner(piece.removesuffix(" DESC"))
    inside = text.group()
    if not text.done:
        raise NotUnderstood(f"a part of a key: {piece!r}")
    return KeyPart(expression=lines(inside), descending=descending)


def _options(text: Scanner, what: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not text.done:
        option = text.take(_OPTION)
        if option is None:
            raise NotUnderstood(f"{what}: unknown option {text.excerpt()}")
        kind = option.lastgroup or ""
        if kind in ("option_value", "own_value"):
            name = option["option"] or unquoted(option["own"])
            found["options"] = {**found.get("options", {}), name: option[kind]}
        else:
            found[kind] = _CONVERTED[kind](option[kind])
    return found


_CONVERTED: dict[str, Callable[[str], Any]] = {
    "using": str.lower,
    "key_block_size": int,
    "comment": lambda literal: lines(unescaped(literal)),
    "parser": unquoted,
    "invisible": bool,
}


def constraint(text: Scanner, table: Identity, database: str) -> ForeignKey | Check | None:
    """A foreign key or a check, if one stands here. Raises NotUnderstood."""
    head = text.take(CONSTRAINT)
    if head is None:
        return None
    name = unquoted(head["name"])
    found = _check(name, text) if head["check"] else _foreign_key(name, text, table, database)
    if not text.done:
        raise NotUnderstood(f"constraint {name}: unknown clause {text.excerpt()}")
    return found


def _check(name: str, text: Scanner) -> Check:
    expression = text.group()
    return Check(name=name, expression=lines(expression), not_enforced=text.take(_NOT_ENFORCED) is not None)


def _foreign_key(name: str, text: Scanner, table: Identity, database: str) -> ForeignKey:
    columns = tuple(child("column", table, column) for column in names_in(text.group()))
    to = text.need(_REFERENCES, f"foreign key {name}: REFERENCES")
    theirs = tuple(names_in(text.group()))
    actions: dict[str, Any] = {}
    while action := text.take(_ACTION):
        actions[f"on_{action['event'].lower()}"] = action["action"].lower()
    other, referenced = unquoted(to["database"] or ""), unquoted(to["table"])
    if other in ("", database):
        there = identity("table", referenced)
        return ForeignKey(
            name=name,
            columns=columns,
            references=there,
            referenced_columns=tuple(child("column", there, column) for column in theirs),
            **actions,
        )
    return ForeignKey(
        name=name, columns=columns, references_outside=(other, referenced), columns_outside=theirs, **actions
    )
