"""A plan that is not what it should be: `check`, `rehearse` and `prove` each find it, by themselves."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbstrata.cli.bundles import opening
from dbstrata.cli.bundles.model import PlanFile, Script, Statement, as_file
from dbstrata.cli.plans import make_plan
from dbstrata.dialects import dialect
from dbstrata.engine import protocol
from dbstrata.engine.compare import compare
from dbstrata.engine.plan import Plan
from dbstrata.engine.prove import prove
from dbstrata.snapshots.errors import Defect

from ..cli.commands import nothing, refused, run
from ..lab import Case, Lab
from ..mysql_servers import MyServer
from .grounds import Ground, Made, bundled, on_mysql, on_postgres

PAIR = Case(
    "pair",
    "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE gone (id int);",
    """CREATE TABLE t (id int PRIMARY KEY, more int NOT NULL DEFAULT 1);
       CREATE TABLE made (id int PRIMARY KEY, t int, CONSTRAINT to_t FOREIGN KEY (t) REFERENCES t (id));
       CREATE VIEW v AS SELECT id, more FROM t;""",
)
"""Its view and its key need what comes before them."""


@pytest.fixture
def postgres_made(lab: Lab, tmp_path: Path) -> Iterator[tuple[Ground, Made]]:
    with on_postgres(lab) as ground:
        yield ground, bundled(ground, tmp_path, PAIR)


@pytest.fixture
def mysql_made(my_server: MyServer, tmp_path: Path) -> Iterator[tuple[Ground, Made]]:
    with on_mysql(my_server) as ground:
        yield ground, bundled(ground, tmp_path, PAIR)


# as text, in plan.json

Texts = Sequence[Statement]


def _is_about(statement: Statement, word: str) -> bool:
    return any(word in step.identity for step in statement.steps)


def without_the_last(statements: Texts) -> Texts:
    """One is missing."""
    return statements[:-1]


def view_first(statements: Texts) -> Texts:
    """Two are swapped: the view, and the column that it reads."""
    return swapped(statements, lambda s: _is_about(s, "view v") or _is_about(s, "view public.v"), "t.more")


def swapped(statements: Texts, first: Callable[[Statement], bool], second: str) -> Texts:
    found = list(statements)
    one = next(n for n, s in enumerate(found) if first(s))
    other = next(n for n, s in enumerate(found) if _is_about(s, second))
    found[one], found[other] = found[other], found[one]
    return found


def another_type(statements: Texts) -> Texts:
    """One says something else."""
    return [
        replace(s, sql=s.sql.replace("integer", "bigint").replace(" int ", " bigint ")) if "more" in s.sql else s
        for s in statements
    ]


def one_more(statements: Texts) -> Texts:
    """One was added."""
    return [*statements, replace(statements[-1], sql="CREATE TABLE smuggled (id int);")]


MUTATIONS: list[Callable[[Texts], Texts]] = [without_the_last, view_first, another_type, one_more]


def mutated(made: Made, mutate: Callable[[Texts], Texts]) -> PlanFile:
    plan = made.bundle.plan
    (part,) = plan.forward.parts
    statements = tuple(mutate(part.statements))
    assert [s.sql for s in statements] != [s.sql for s in part.statements]
    forward: Script = replace(plan.forward, parts=(replace(part, statements=statements),))
    return replace(plan, forward=forward)


def signed(made: Made, plan: PlanFile) -> None:
    """Put the plan into the bundle, and the script and the checksums in agreement with it."""
    manifest = made.bundle.manifest
    files = {"plan.json": as_file(plan), "forward.sql": plan.forward.text.encode()}
    for name, data in files.items():
        (made.path / name).write_bytes(data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    (made.path / "manifest.json").write_bytes(as_file(replace(manifest, files=manifest.files | sums)))


def assert_caught(ground: Ground, made: Made, mutate: Callable[[Texts], Texts], patch: pytest.MonkeyPatch) -> None:
    plan = mutated(made, mutate)
    signed(made, plan)
    assert "not what the two snapshots give" in refused(run("check", made.path), 3)
    patch.setattr(opening.Bundle, "prove", nothing)  # so that the rehearsal is the first to look
    done = run("rehearse", made.path, "--scratch", ground.scratch)
    assert done.code in (4, 5), done
    assert not (made.path / "proof.json").exists()


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_check_and_rehearse_catch_it_on_postgres(
    postgres_made: tuple[Ground, Made], mutate: Callable[[Texts], Texts], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_caught(*postgres_made, mutate, monkeypatch)


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_check_and_rehearse_catch_it_on_mysql(
    mysql_made: tuple[Ground, Made], mutate: Callable[[Texts], Texts], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_caught(*mysql_made, mutate, monkeypatch)


# as steps, in the engine

Steps = list[protocol.Statement]


def step_missing(statements: Steps) -> Steps:
    return statements[:-1]


def steps_swapped(statements: Steps) -> Steps:
    """The table that goes comes last; whatever needs something stands before it."""
    return statements[::-1]


def step_altered(statements: Steps) -> Steps:
    """The new column gets another type than the new schema has."""
    at = next(n for n, s in enumerate(statements) if any(step.identity.endswith("t.more") for step in s.steps))
    steps = tuple(
        replace(step, new=replace(step.new, type="bigint"))
        if step.new is not None and hasattr(step.new, "type") and step.identity.endswith("t.more")
        else step
        for step in statements[at].steps
    )
    return [*statements[:at], replace(statements[at], steps=steps), *statements[at + 1 :]]


def step_added(statements: Steps) -> Steps:
    """What was made goes again."""
    made = next(step for s in statements for step in s.steps if step.identity.endswith(("view v", "view public.v")))
    gone = replace(made, action="drop", old=made.new, new=None)
    return [*statements, protocol.Statement((gone,))]


def proven(plan: Plan, statements: Steps, name: str) -> None:
    speaks = dialect(name)
    changes = compare(plan.old, plan.new, same=speaks.same)
    prove([protocol.Part(tuple(statements))], changes, plan.old, plan.new, speaks)


def assert_not_proven(made: Made) -> None:
    plan = make_plan(made.bundle.pair)
    name = made.bundle.manifest.dialect
    statements = [s for part in plan.parts for s in part.statements]
    proven(plan, statements, name)
    for mutate in (step_missing, steps_swapped, step_altered, step_added):
        with pytest.raises(Defect):
            proven(plan, mutate(statements), name)


def test_prove_catches_it_on_postgres(postgres_made: tuple[Ground, Made]) -> None:
    assert_not_proven(postgres_made[1])


def test_prove_catches_it_on_mysql(mysql_made: tuple[Ground, Made]) -> None:
    assert_not_proven(mysql_made[1])
