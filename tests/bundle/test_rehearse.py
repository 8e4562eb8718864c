"""`dbstrata rehearse`: there and back on a scratch server; a broken plan does not pass."""

from pathlib import Path

import msgspec
import psycopg
import pytest

from dbstrata.cli.bundles import opening
from dbstrata.cli.bundles.rehearsing import NAME_OF_PROOF, Proof

from ..cli.commands import nothing, refused, run
from ..lab import Lab
from .bundles import PARTS, World, world


@pytest.fixture
def made(lab: Lab, tmp_path: Path) -> World:
    return world(lab, tmp_path, *PARTS)


def proof(made: World) -> Proof:
    return msgspec.json.decode((made.path / NAME_OF_PROOF).read_bytes(), type=Proof)


def test_it_goes_there_and_back_and_says_what_was_proven(made: World) -> None:
    done = run("rehearse", made.path, "--scratch", made.database.server.url())
    assert done.code == 0, done.err
    found = proof(made)
    assert found.manifest == made.bundle.sha
    assert found.rows == {"public.gone": 1, "public.kept": 1}
    assert len(found.forward.statements) == sum(1 for _ in made.bundle.plan.forward.statements())
    assert "public.kept" not in found.empty
    assert "dump was the bundle's end" in (made.path / "proof.md").read_text()
    assert run("check", made.path).code == 0
    with psycopg.connect(made.database.server.url()) as connection:
        query = "SELECT count(*) FROM pg_database WHERE datname LIKE 'dbstrata%'"
        assert connection.execute(query).fetchone() == (0,)


def test_rows_that_were_made_up_are_no_obstacle(lab: Lab, tmp_path: Path) -> None:
    """What stands in the way of a preflight is taken out again, and the table is named as empty."""
    made = world(lab, tmp_path, "CREATE TABLE t (a text)", "CREATE TABLE t (a text CHECK (a > 'b'))")
    done = run("rehearse", made.path, "--scratch", made.database.server.url())
    assert done.code == 0, done.err
    assert proof(made).empty == ("public.t",)


def test_a_broken_plan_does_not_pass(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that `check` would not see: the rehearsal's own comparison finds it."""
    plan = made.bundle.plan
    parts = plan.forward.parts
    short = msgspec.structs.replace(parts[-1], statements=parts[-1].statements[:-1])
    broken = msgspec.structs.replace(plan, forward=msgspec.structs.replace(plan.forward, parts=(*parts[:-1], short)))
    monkeypatch.setattr(opening.Bundle, "prove", nothing)
    monkeypatch.setattr(opening.Bundle, "plan", broken)
    done = run("rehearse", made.path, "--scratch", made.database.server.url())
    assert done.code == 5, done
    assert "the database is not the bundle's end" in done.err
    assert not (made.path / NAME_OF_PROOF).exists()


def test_roles_that_a_scratch_server_lacks_are_named(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "owned").mkdir()
    admin = lab.server.url()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE ROLE bundle_owner")
        try:
            made = world(lab, tmp_path / "owned", "", "CREATE TABLE t (a int); ALTER TABLE t OWNER TO bundle_owner")
        finally:
            lab.clear()
            connection.execute("DROP ROLE bundle_owner")
    assert "bundle_owner" in refused(run("rehearse", made.path, "--scratch", admin), 3)
