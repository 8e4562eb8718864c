"""The judge of locks: a plan run on a real server, a transaction a statement, and what the server did in each.

pg_locks says what is locked, pg_class whose file is another one afterwards, pg_stat_xact_all_tables what was read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.engine.assess import Risks
from dbstrata.engine.plan import Plan, plan
from dbstrata.engine.policy import said
from dbstrata.engine.protocol import Renaming, Statement
from dbstrata.snapshots.naming import Identity, identity
from dbstrata.snapshots.postgres import IdentityColumn, Snapshot
from dbstrata.templates.render import render_statement

from .stepwise import SETTINGS, Seen, note, say

_ALL = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
KEEPS_OUT = {
    "SHARE UPDATE EXCLUSIVE": {*_ALL[3:]},
    "SHARE": {*_ALL[2:4], *_ALL[5:]},
    "SHARE ROW EXCLUSIVE": {*_ALL[2:]},
    "EXCLUSIVE": {*_ALL[1:]},
    "ACCESS EXCLUSIVE": {*_ALL},
}
"""Which modes one conflicts with (manual, "Explicit Locking"); the weaker ones get in nobody's way."""

GENERAL = frozenset({"DB100", "DB300"})
"""What a dialect says that has no better code. PostgreSQL has one for all."""

_RELATIONS = """
    SELECT c.oid, c.relkind, n.nspname, c.relname, coalesce(i.indrelid, s.refobjid, t.oid), c.relfilenode
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_depend s ON c.relkind = 'S' AND s.classid = 'pg_class'::regclass AND s.objid = c.oid
        AND s.refclassid = 'pg_class'::regclass AND s.deptype IN ('a', 'i')
    LEFT JOIN pg_class t ON t.reltoastrelid = c.oid
    WHERE c.oid >= 16384"""
_LOCKS = """
    SELECT relation, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384 AND granted"""
_SCANS = "SELECT relid, seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_all_tables WHERE relid >= 16384"
_KIND = {"r": "table", "p": "table", "v": "view", "m": "materialized_view", "S": "sequence", "c": "composite"}


@dataclass(frozen=True)
class Relation:
    """What pg_class holds of one."""

    kind: str
    schema: str
    name: str
    holder: int | None
    """The table of an index, of TOAST, of an owned sequence."""
    file: int


@dataclass(frozen=True)
class Measured:
    """What one statement did to what was there before it."""

    locks: dict[tuple[Identity, ...], set[str]]
    """By object, and what that belongs to: the modes."""
    rewrites: frozenset[Identity]
    scans: frozenset[Identity]


def lock_by_lock(
    connection: "psycopg.Connection[Any]", old: Snapshot, new: Snapshot, renames: Iterable[Renaming] = ()
) -> tuple[Seen, list[str]]:
    """Runs the plan on the database that `old` was dumped from. Returns what it did, and whatever a statement does
    beyond what is claimed of it."""
    made = plan(old, new, DIALECT, allow=lambda _unmodelled: True, renames=renames)
    seen, wrong = Seen(), list[str]()
    wrong += [f"{said(risk)} is told in general" for risk in Risks(made, DIALECT).all if risk.code in GENERAL]
    connection.execute(SETTINGS)
    for part in made.parts:
        for statement in part.statements:
            note(statement, seen)
            sql = render_statement(DIALECT.name, statement)
            try:
                measured = _run(connection, sql)
            except psycopg.Error as error:
                return seen, [*wrong, f"{say(statement)}: {error}\n{sql}"]
            wrong += [f"{say(statement)}: {line}\n{sql}" for line in beyond(measured, statement, made)]
    return seen, wrong


def beyond(measured: Measured, statement: Statement, made: Plan) -> Iterator[str]:
    """What it did to what the old schema holds, and is not claimed."""
    facts = [DIALECT.facts(step, made.old, made.new) for step in statement.steps]
    now = {before: after for step in statement.steps for before, after in step.renames.items()}

    def called(identity: Identity) -> Identity:
        return now.get(identity, identity)

    claims = [(name, lock.mode) for f in facts for lock in f.locks for name in _names_of(lock.on, made)]
    for names, modes in measured.locks.items():
        both = {called(name) for name in names} | set(names)
        if not any(name in made.old for name in both):
            continue
        claimed = {mode for name, mode in claims if _path(name) in map(_path, both)}
        if not _out(claimed) >= _out(modes):
            yield f"locks {names[0]} {', '.join(modes)}; said: {', '.join(claimed) or 'nothing'}"
    rewrites = {i for f in facts for i in f.rewrites}
    scans = rewrites | {i for f in facts for i in f.scans}
    for word, found, known in (("rewrites", measured.rewrites, rewrites), ("scans", measured.scans, scans)):
        yield from (f"{word} {i}" for i in found if called(i) in made.old and not {i, called(i)} & known)


def _out(modes: Iterable[str]) -> set[str]:
    return {other for mode in modes for other in KEEPS_OUT[mode]}


def _path(identity: Identity) -> str:
    return identity.partition(" ")[2]


def _names_of(identity: Identity, made: Plan) -> Iterator[Identity]:
    """Itself; of an identity column its sequence."""
    yield identity
    for schema in (made.old, made.new):
        obj = schema.get(identity)
        if isinstance(obj, IdentityColumn):
            yield Identity(f"sequence {obj.sequence}")


def _run(connection: "psycopg.Connection[Any]", sql: str) -> Measured:
    before = _relations(connection)
    with connection.transaction():
        read = dict(connection.execute(_SCANS).fetchall())
        connection.execute(sql.encode())
        locks = connection.execute(_LOCKS).fetchall()
        scans = dict(connection.execute(_SCANS).fetchall())
    after = _relations(connection)
    held: dict[tuple[Identity, ...], set[str]] = {}
    for oid, mode in locks:
        words = re.sub("([A-Z])", r" \1", mode.removesuffix("Lock")).strip().upper()
        if oid in before and words in KEEPS_OUT:
            held.setdefault(_names(oid, before), set()).add(words)
    return Measured(
        held,
        frozenset(
            _name(oid, before)
            for oid, relation in before.items()
            if relation.kind in "rm" and oid in after and after[oid].file != relation.file
        ),
        frozenset(_name(oid, before) for oid, count in scans.items() if oid in before and count > read.get(oid, 0)),
    )


def _relations(connection: "psycopg.Connection[Any]") -> dict[int, Relation]:
    rows = connection.execute(_RELATIONS).fetchall()
    return {oid: Relation(kind, schema, name, holder, file) for oid, kind, schema, name, holder, file in rows}


def _name(oid: int, relations: dict[int, Relation]) -> Identity:
    relation = relations[oid]
    if relation.kind in "iI" and relation.holder is not None:
        return identity("index", relation.schema, relations[relation.holder].name, relation.name)
    if relation.kind == "t" and relation.holder is not None:
        return _name(relation.holder, relations)
    return identity(_KIND[relation.kind], relation.schema, relation.name)


def _names(oid: int, relations: dict[int, Relation]) -> tuple[Identity, ...]:
    """What it is called; and what it belongs to, with which it is used."""
    holder = relations[oid].holder
    if holder is None or holder not in relations:
        return (_name(oid, relations),)
    return (_name(oid, relations), *_names(holder, relations))
