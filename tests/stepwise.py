"""The stepwise judge: a plan run statement by statement on a real server, measured against what `effects` predicts."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import msgspec
import psycopg

from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.dialects.postgres.effects import UNKNOWN_COMMENT
from dbstrata.dialects.postgres.privileges import UNKNOWN
from dbstrata.engine.compare import compared
from dbstrata.engine.plan import plan
from dbstrata.engine.protocol import Dialect, InPlace, Kept, Statement
from dbstrata.engine.prove import differing, fold
from dbstrata.engine.schema import Schema, State
from dbstrata.snapshots.model import Identity, Object, Unmodelled
from dbstrata.snapshots.naming import kind_of, path_of
from dbstrata.snapshots.postgres import Snapshot
from dbstrata.templates.render import render_statement

SETTINGS = "SET search_path = ''; SET check_function_bodies = off; SET lock_timeout = '10s'"


@dataclass
class Seen:
    """What plans did, for the test of completeness."""

    macros: set[tuple[str, str]] = field(default_factory=set)
    """(kind, macro)"""
    actions: set[tuple[str, str]] = field(default_factory=set)
    """(kind, create | drop | set aside)"""
    set_: set[tuple[str, str]] = field(default_factory=set)
    """(kind, attribute) that an alter set."""
    changed: set[tuple[str, str]] = field(default_factory=set)
    """(kind, attribute) that differed between two snapshots."""
    statements: int = 0

    def add(self, other: "Seen") -> None:
        """All of the other's too."""
        self.macros |= other.macros
        self.actions |= other.actions
        self.set_ |= other.set_
        self.changed |= other.changed
        self.statements += other.statements


class Ground(Protocol):
    """A database that a plan is run on."""

    @property
    def dialect(self) -> Dialect:
        """That of its server."""
        ...

    @property
    def refused(self) -> type[Exception]:
        """What its driver raises."""
        ...

    def read(self) -> Any:
        """Its snapshot."""
        ...

    def run(self, sql: str) -> None:
        """Run what stands for one statement of the plan."""
        ...

    def unknown(self, attribute: str, value: object) -> bool:
        """Does this prediction say that nobody can know?"""
        ...


@dataclass(frozen=True)
class Postgres:
    """A connection to PostgreSQL."""

    connection: "psycopg.Connection[Any]"
    dialect: Dialect = DIALECT
    refused: type[Exception] = psycopg.Error

    def read(self) -> Snapshot:
        """Its snapshot."""
        return read(self.connection)

    def run(self, sql: str) -> None:
        """Run it."""
        self.connection.execute(sql.encode())

    def unknown(self, attribute: str, value: object) -> bool:
        """Of an object just made: its owner is who runs the script, its privileges follow from that role's defaults."""
        return value in (UNKNOWN, UNKNOWN_COMMENT) or (attribute == "owner" and value is None)


def step_by_step(connection: "psycopg.Connection[Any]", old: Snapshot, new: Snapshot) -> tuple[Seen, list[str]]:
    """Runs the plan on the PostgreSQL database that `old` was dumped from: see `run_stepwise`."""
    connection.execute(SETTINGS)
    return run_stepwise(Postgres(connection), old, new)


def run_stepwise(ground: Ground, old: Any, new: Any) -> tuple[Seen, list[str]]:
    """Runs the plan on the database that `old` was dumped from. Returns what it did, and each difference between
    what a statement did and what `effects` says of it."""
    made = plan(old, new, ground.dialect, allow=lambda _unmodelled: True)
    seen, wrong = Seen(), list[str]()
    for change in made.changes:
        obj = change.old or change.new
        assert obj is not None
        seen.changed |= {(obj.kind, attribute) for attribute in change.attributes}
    state = State(made.old)
    for part in made.parts:
        for statement in part.statements:
            note(statement, seen)
            sql = render_statement(ground.dialect.name, statement)
            try:
                fold(statement, state, ground.dialect)
                ground.run(sql)
            except (ground.refused, AssertionError) as error:
                return seen, [*wrong, f"{say(statement)}: {type(error).__module__}: {error}\n{sql}"]
            state, found = _measured(state, ground)
            wrong += [f"{say(statement)}: {line}\n{sql}" for line in found]
    return seen, wrong


def note(statement: Statement, seen: Seen) -> None:
    """Adds what a statement does."""
    seen.statements += 1
    for step in statement.steps:
        kind = kind_of(step.identity)
        seen.macros.add((kind, step.macro))
        if step.action == "alter":
            seen.set_ |= {(kind, attribute) for attribute in step.attributes}
        else:
            seen.actions |= {(kind_of(i), step.action) for i in (step.identity, *step.produces, *step.destroys)}


def say(statement: Statement) -> str:
    """A statement on one line."""
    return "; ".join(
        f"{s.action} {s.identity}{' ' + ','.join(s.attributes) if s.attributes else ''} [{s.macro}]"
        for s in statement.steps
    )


def _measured(state: State, ground: Ground) -> tuple[State, list[str]]:
    """The state to go on with, and the differences. After one it is the measured state: each is told once."""
    dumped = ground.read()
    found = list(differences(state, Schema(dumped), ground))
    if not found:
        return state, []
    measured = State(Schema(dumped))
    return measured, found


def differences(state: State, real: Schema, ground: Ground) -> Iterator[str]:
    """Each object and attribute where the prediction is not what the server holds."""
    predicted = dict(_predicted(state))
    measured = dict(_all(real))
    asides = [
        (path_of(i).encode(), path_of(i).removesuffix("__old").encode()) for i in predicted if i.endswith("__old")
    ]
    for identity in sorted(predicted.keys() | measured.keys()):
        want, got = predicted.get(identity), measured.get(identity)
        if want is None or got is None:
            yield f"{identity} is {'there' if want is None else 'not there'}"
            continue
        if msgspec.json.encode(want) == msgspec.json.encode(got):
            continue
        names = compared(type(got), (real.header.version_number,), frozenset())
        for attribute, wanted, measure in differing(want, got, names):
            if not ground.unknown(attribute, getattr(want, attribute)) and _as_before(wanted, asides) != _as_before(
                measure, asides
            ):
                yield f"{attribute} of {identity}: predicted {wanted.decode()[:300]}, measured {measure.decode()[:300]}"


def _as_before(value: bytes, asides: list[tuple[bytes, bytes]]) -> bytes:
    """In text a type that waits to be dropped has its new name at once; nobody reads that text before it is gone."""
    for now, before in asides:
        value = value.replace(now, before)
    return value


def _all(schema: Schema) -> Iterator[tuple[Identity, Object]]:
    for root in schema.roots:
        for identity in (root, *schema.descendants(root)):
            if not isinstance(schema[identity], Unmodelled):
                yield identity, schema[identity]


def _predicted(state: State) -> Iterator[tuple[Identity, Object]]:
    for identity in {i for i, _ in _all(state.schema)} | set(state.touched):
        obj = state.get(identity)
        if obj is not None:
            yield identity, obj


def missing(seen: Seen, rules: ModuleType) -> set[str]:
    """What of a dialect's rules no plan has exercised: a kind's creation, drop and setting aside; each attribute, and
    each that is altered in place; every macro that the rules name."""
    found = set[str]()
    for kind, table in rules.tables().items():
        actions = {"create": table.create, "drop": table.drop, "set aside": table.aside}
        found |= {
            f"{kind}: {action}" for action, macro in actions.items() if macro and (kind, action) not in seen.actions
        }
        for attribute, rule in table.attributes.items():
            if isinstance(rule, InPlace) and (kind, attribute) not in seen.set_:
                found.add(f"{kind}: {attribute} set")
            elif not isinstance(rule, Kept) and (kind, attribute) not in seen.changed | seen.set_:
                found.add(f"{kind}: {attribute}")
    run = {macro for _, macro in seen.macros}
    return found | {f"macro {macro}" for macro in _named_macros(rules) - run}


def _named_macros(rules: ModuleType) -> set[str]:
    """Every `family.macro` in the source of the rules, those that a function picks included."""
    assert rules.__file__
    folder = Path(rules.__file__).parent
    texts = [
        node.value
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {text for text in texts if re.fullmatch(r"[a-z_]+\.[a-z_]+", text)}
