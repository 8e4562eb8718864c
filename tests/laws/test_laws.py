"""The laws that hold for every schema and every pair, on a real server: 3, 4, 5, 7 (also: test_cases, test_offline)."""

import random
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from dbstrata.snapshots import format
from dbstrata.snapshots.errors import DbstrataError, Refused
from dbstrata.snapshots.model import Object
from dbstrata.snapshots.naming import parts_of
from dbstrata.snapshots.postgres import Check, ForeignKey, Table

from ..lab import Case, Lab, State, assert_is, build, delta, differences, dump, look, script, shop
from ..servers import Database
from ..statements import without_transaction
from .test_cases import CASES

STOPS = 2
"""How many states in between are tried of a case; the sweep tries all of the richest."""


@pytest.fixture(params=[case for case in CASES if not case.refuses], ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(params=["a", "b"])
def schema(request: pytest.FixtureRequest, lab: Lab, case: Case) -> Database:
    """One side of a case, on its own."""
    lab.prepare(case)
    return lab.database(getattr(case, request.param))


def test_law_3_and_4_one_schema(lab: Lab, case: Case, schema: Database) -> None:
    assert_one_schema(lab, case, schema)


def assert_one_schema(lab: Lab, case: Case, schema: Database) -> None:
    """diff(A, A) is empty, and so is its script. A dump is deterministic: again, from a database that was restored from
    pg_dump, and from one that `dbstrata build` made; each has another name and OIDs, and was made in another order."""
    first = look(schema)
    again = dump_state(schema)
    assert again.encoded == first.encoded
    assert differences(first, again) == []
    assert without_transaction(script(first, again))[1] == []

    restored = look(lab.database(schema.pg_dump(rows=True)))  # else materialised views would be left without theirs
    if restored.statements == first.statements:  # pg_dump reads back what it wrote; some CHECKs it spells anew
        assert_bytes(restored, State(as_restored(first), []))
    built = lab.database(case.unmodelled)
    lab.run(built, build(first, lab.folder, allow=["unmodelled"] if case.unmodelled else ()))
    found = look(built)
    assert found.statements == first.statements, delta(first.statements, found.statements)
    assert_bytes(found, first)


def as_restored(state: State) -> Any:
    """The snapshot as pg_dump can give it back: of constraints that come by inheritance alone it writes neither the
    comment nor, of a partition's foreign key, the name."""
    objects = (
        replace(obj, constraints=tuple(_as_inherited(c) for c in obj.constraints)) if isinstance(obj, Table) else obj
        for obj in state.snapshot.objects
    )
    return format.canonical(replace(state.snapshot, objects=tuple(objects)))


def _as_inherited(constraint: Object) -> Object:
    if isinstance(constraint, ForeignKey) and constraint.derived_from:
        return replace(constraint, name=parts_of(constraint.derived_from[0])[-1], comment=None)
    if isinstance(constraint, Check) and not constraint.local:
        return replace(constraint, comment=None)
    return constraint


def dump_state(database: Database) -> State:
    return State(dump(database), [])


def assert_bytes(found: State, wanted: State) -> None:
    lines = [state.encoded.decode().splitlines() for state in (wanted, found)]
    assert found.encoded == wanted.encoded, delta(*lines)


TYPES = """
CREATE DOMAIN amount AS numeric(10,2);
CREATE DOMAIN whole AS integer;
CREATE DOMAIN code AS bit(2);
CREATE TYPE mood AS ENUM ('happy', 'sad');
"""
CHANGES_OF_TYPE = [
    ("numeric(10,2)", "numeric(10,1)", "1.25"),
    ("numeric", "integer", "1.5"),
    ("double precision", "real", "1.00000001"),
    ("timestamp", "date", "2024-01-01 12:00"),
    ("timestamp(6)", "timestamp(0)", "2024-01-01 12:00:00.5"),
    ("timestamptz", "time", "2024-01-01 12:00"),
    ("numeric(10,2)[]", "numeric(10,1)[]", "{1.25}"),
    ("inet", "cidr", "10.0.0.1/8"),
    ("integer", "real", "16777217"),
    ("interval", "time", "1 day 12:00"),
    ("double precision", "numeric", "0.12345678901234567"),
    ("json", "jsonb", '{"a": 1}'),
    ("jsonb", "json", '{"a": 1}'),
    ("text", "varchar(1)", "abc"),
    ("bigint", "integer", "5000000000"),
    ("text", "integer", "a"),
    ("integer", "bigint", "1"),
    ("varchar(5)", "text", "a"),
    ("varchar(5)", "varchar(9)", "a"),
    ("numeric(5,2)", "numeric(7,2)", "1.25"),
    ("integer", "numeric", "1"),
    ("real", "double precision", "1.5"),
    ("date", "timestamp", "2024-01-01"),
    ("timestamp(0)", "timestamp(6)", "2024-01-01 12:00:00"),
    ("text[]", "varchar(2)[]", "{abc}"),
    ("text", "varchar(2)[]", "{abc}"),
    ("text", "char(2)[]", "{abc}"),
    ("integer[]", "varchar(2)[]", "{123}"),
    ("text", "bit(2)", "1011"),
    ("text", "bit varying(2)", "1011"),
    ("text[]", "bit(2)[]", "{1011}"),
    ("text", "numeric(10,1)", "1.25"),
    ("text[]", "numeric(10,1)[]", "{1.25}"),
    ("text", "numeric", "1.25"),
    ("text", "real", "1.00000001"),
    ("text", "money", "1.255"),
    ("text", "date", "2024-01-01 12:00"),
    ("text", "time", "2024-01-01 12:00"),
    ("text", "timestamp", "2024-01-01 12:00+05"),
    ("text", "timestamptz(0)", "2024-01-01 12:00:00.5+00"),
    ("text", "interval(0)", "1.5 s"),
    ("text", "name", "a" * 70),
    ("text", '"char"', "abc"),
    ("text", "tsvector", "b a a"),
    ("amount", "integer", "1.5"),
    ("numeric(10,2)", "whole", "1.5"),
    ("text", "code", "1011"),
    ("mood[]", "varchar(2)[]", "{happy}"),
]


ASKED = [("time", "timestamptz"), ("integer", "boolean")]
"""Changes for which there is no cast, or one that cuts what it is given without a word."""


@pytest.mark.parametrize(("old", "new"), ASKED)
def test_law_5_what_no_cast_says_is_asked_for(lab: Lab, old: str, new: str) -> None:
    before, after = (look(lab.database(f"CREATE TABLE t (a {type_})")) for type_ in (old, new))
    with pytest.raises(Refused, match=r"type of column public\.t\.a: .*--using 'column public\.t\.a=EXPRESSION'"):
        script(before, after)


@pytest.mark.parametrize(("old", "new", "value"), CHANGES_OF_TYPE)
def test_law_5_no_value_changes_unnamed(lab: Lab, old: str, new: str, value: str) -> None:
    """Where a new type has no room for a value, the script says so, or fails and has said that it can."""
    before, after = (lab.database(f"{TYPES}CREATE TABLE t (a {type_})") for type_ in (old, new))
    a, b = look(before), look(after)
    forward = script(a, b)
    before.psql(f"INSERT INTO t VALUES ('{value}')")
    query = "SELECT a FROM t"
    had = before.psql(query)
    try:
        lab.run(before, forward)
    except AssertionError as failure:
        assert "-- CARE: these fail" in forward, failure
        return
    if "-- DATA LOSS: alter column public.t.a: " not in forward:
        lab.run(before, script(b, a, rollback=True))
        assert before.psql(query) == had


# ---------------------------------------------------------------------- from any state in between


def stops(statements: list[str], case: Case, way: str) -> list[int]:
    """After how many statements: a few, always the same; the first and the last say the least."""
    inner = range(1, len(statements))
    return sorted(random.Random(case.name + way).sample(inner, min(STOPS, len(inner))))


@pytest.mark.sweep
@pytest.mark.parametrize("way", ["there", "back"])
def test_law_7_from_any_state_in_between(lab: Lab, case: Case, way: str) -> None:
    """A script that stopped half way: the diff to B still reaches B, and the diff to A still reaches A."""
    on_a, on_b, a, b = lab.states(case)
    old, new, start = (a, b, on_a) if way == "there" else (b, a, on_b)
    _, statements = without_transaction(script(old, new))
    assert_recovers(lab, start, old, new, stops(statements, case, way))


@pytest.mark.sweep
@pytest.mark.parametrize("share", range(4))
@pytest.mark.parametrize("way", ["there", "back"])
def test_law_7_from_every_state_in_between_of_the_shop(lab: Lab, way: str, share: int) -> None:
    """In shares, for it takes minutes."""
    on_a, on_b, a, b = lab.states(shop())
    old, new, start = (a, b, on_a) if way == "there" else (b, a, on_b)
    _, statements = without_transaction(script(old, new))
    assert_recovers(lab, start, old, new, list(range(1 + share, len(statements), 4)))


def assert_recovers(lab: Lab, start: Database, old: State, new: State, stops: list[int]) -> None:
    """All failures of all stops, each with the statement behind which it stopped."""
    settings, statements = without_transaction(script(old, new))
    work, at = lab.database(copy=start), 0
    failures: list[str] = []
    for stop in stops:
        run_each(work, [*settings, *statements[at:stop]])
        at = stop
        here = dump_state(work)
        for name, target in (("old", old), ("new", new)):
            trial = lab.database(copy=work)
            try:
                lab.run(trial, script(here, target))
                assert_is(trial, target)
            except (AssertionError, DbstrataError) as error:
                failures.append(
                    f"to {name} from {stop} of {len(statements)}, {statements[stop - 1][:200]}\n{error}"[:2000]
                )
            lab.drop(trial)
    assert not failures, "\n\n".join(failures)


def run_each(database: Database, statements: list[str]) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
