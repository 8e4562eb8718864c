"""Triggers, each from its SHOW CREATE TRIGGER. MariaDB keeps that text as it was typed, head and all."""

import re
from collections.abc import Mapping
from typing import Any

from ....snapshots.model import Unmodelled
from ....snapshots.mysql import Trigger
from ....snapshots.naming import Identity, child, identity
from .programs import CREATE, body, definer, head, session
from .reading import Reading, each
from .scan import NotUnderstood
from .session import Row
from .typed import Token, tokens

__all__ = ["read"]

_HEAD = re.compile(CREATE, re.DOTALL | re.IGNORECASE)
EVENTS = ("INSERT", "UPDATE", "DELETE")


def read(reading: Reading) -> tuple[Mapping[str, tuple[Trigger, ...]], list[Unmodelled]]:
    """Those of each table, by name, and those that are not covered."""
    where = {name: (table, timing, event) for table, timing, event, name in reading.names.triggers}
    found: dict[str, list[Trigger]] = {}
    apart: list[Unmodelled] = []
    last: dict[tuple[str, str, str], Identity] = {}

    def make(name: str, row: Row) -> Trigger:
        return _trigger(name, row, where[name], last.get(where[name]), reading)

    for name, trigger in each(reading.catalog, "trigger", where, make):
        if isinstance(trigger, Unmodelled):
            apart.append(trigger)
            continue
        table = where[name][0]
        last[where[name]] = child("trigger", identity("table", table), name)
        found.setdefault(table, []).append(trigger)
    return {table: tuple(sorted(those, key=lambda t: t.name)) for table, those in found.items()}, apart


def _trigger(name: str, row: Row, where: tuple[str, str, str], follows: Identity | None, reading: Reading) -> Trigger:
    table, timing, event = where
    if event not in EVENTS:
        raise NotUnderstood(f"it fires on {event}")
    begin, text = head(_HEAD, row[2], f"trigger {name}")
    columns, at = _to_body(list(tokens(text.text, text.at)), identity("table", table))
    found: dict[str, Any] = {**definer(begin["definer"], reading), **session(row[1], row[3:6])}
    if reading.catalog.is_mariadb:
        found["head"] = body(text.text[text.at : at], reading)
    return Trigger(
        name=name,
        timing=timing.lower(),  # type: ignore[arg-type]
        event=event.lower(),  # type: ignore[arg-type]
        follows=follows,
        update_columns=columns,
        body=body(text.text[at:], reading),
        **found,
    )


def _to_body(found: list[Token], table: Identity) -> tuple[tuple[Identity, ...], int]:
    """(the columns of UPDATE OF, where the body begins)."""
    columns: list[Identity] = []
    naming = False
    for i, token in enumerate(found):
        if token.says("OF"):
            naming = True
        elif token.says("ON"):
            naming = False
        elif naming and token.name:
            columns.append(child("column", table, token.name))
        elif token.says("FOR") and found[i + 1].says("EACH") and found[i + 2].says("ROW"):
            rest = found[i + 3 :]
            while rest and rest[0].says("FOLLOWS", "PRECEDES"):
                rest = rest[2:]
            if rest:
                return tuple(columns), rest[0].start
    raise NotUnderstood("no FOR EACH ROW in its text")
