"""Triggers of tables and views: pg_trigger. Those that constraints make for themselves are left out."""

import codecs
from collections import defaultdict
from typing import Any, Literal

from ....snapshots.postgres import Trigger
from .dependencies import Dependencies, using
from .indexes import numbers
from .names import PG_TRIGGER, Names
from .printed import printed
from .scan import when_of
from .session import Catalog, Queries, present

__all__ = ["AHEAD", "ENABLED", "read"]

TRIGGERS = """
    SELECT g.oid, g.tgrelid, g.tgname, g.tgtype, g.tgattr, g.tgqual IS NOT NULL,
        CASE WHEN g.tgqual IS NOT NULL THEN pg_get_triggerdef(g.oid) END, g.tgfoid, g.tgnargs, g.tgargs,
        g.tgconstraint <> 0, g.tgdeferrable, g.tginitdeferred, g.tgconstrrelid, g.tgoldtable, g.tgnewtable,
        g.tgenabled, g.tgparentid, p.tgname, p.tgrelid
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    LEFT JOIN pg_constraint n ON n.oid = g.tgconstraint LEFT JOIN pg_trigger p ON p.oid = g.tgparentid
    WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = ANY(%(schemas)s)
        AND (NOT g.tgisinternal OR g.tgparentid <> 0) AND (n.contype IS NULL OR n.contype = 't')"""
"""Up to 14 a partition's clone of a trigger is marked internal, too."""

AHEAD: Queries = ((TRIGGERS, None),)

ENABLED: dict[str, Literal["origin", "disabled", "replica", "always"]] = {
    "O": "origin",
    "D": "disabled",
    "R": "replica",
    "A": "always",
}

ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE, INSTEAD = 1, 2, 4, 8, 16, 32, 64
"""Bits of tgtype (TRIGGER_TYPE_* in src/include/catalog/pg_trigger.h)."""

EVENTS: tuple[tuple[int, Literal["insert", "update", "delete", "truncate"]], ...] = (
    (INSERT, "insert"),
    (UPDATE, "update"),
    (DELETE, "delete"),
    (TRUNCATE, "truncate"),
)

ENCODINGS = {"UNICODE": "utf-8", "SQL_ASCII": "utf-8", "KOI8R": "koi8-r", "KOI8U": "koi8-u"}


def read(catalog: Catalog, names: Names, uses: Dependencies) -> dict[int, list[Trigger]]:
    """By table or view."""
    found: dict[int, list[Trigger]] = defaultdict(list)
    codec = _codec(catalog.connection.info.parameter_status("server_encoding") or "UTF8")
    for row in catalog.rows(TRIGGERS, {"schemas": names.schema_oids}):
        if row[1] in names.dumped:
            found[row[1]].append(_trigger(row, names, uses, codec))
    return found


def _trigger(row: tuple[Any, ...], names: Names, uses: Dependencies, codec: str) -> Trigger:
    oid, relid, name, tgtype, columns, conditional, definition, function, count, arguments, *rest = row
    constraint, deferrable, deferred, from_table, old_table, new_table, enabled, parent, parent_name, parent_rel = rest
    own, table = names.inside("trigger", relid, name), names.relations[relid].identity
    trigger = Trigger(
        name=name,
        comment=names.comment(PG_TRIGGER, oid),
        derived_from=(names.inside("trigger", parent_rel, parent_name),) if parent and parent_name else (),
        timing="before" if tgtype & BEFORE else "instead of" if tgtype & INSTEAD else "after",
        events=tuple([event for bit, event in EVENTS if tgtype & bit]),
        update_columns=names.columns(relid, numbers(columns)),
        for_each_row=bool(tgtype & ROW),
        when=printed(when_of(present(definition))) if conditional else None,
        function=names.routines[function],
        arguments=tuple(_arguments(arguments, codec)) if count else (),
        constraint=constraint,
        deferrable=deferrable,
        initially_deferred=deferred,
        from_table=names.relation(from_table) if from_table else None,
        old_table=old_table,
        new_table=new_table,
        enabled=ENABLED[enabled],
    )
    return using(trigger, uses.of(PG_TRIGGER, oid), own, table)


def _arguments(tgargs: bytes, codec: str) -> list[str]:
    """Each ends in a zero byte."""
    return [part.decode(codec) for part in bytes(tgargs).split(b"\0")[:-1]]


def _codec(server_encoding: str) -> str:
    """Python's name of the encoding in which a bytea holds the database's text."""
    name = ENCODINGS.get(server_encoding) or server_encoding.replace("WIN", "cp")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"
