"""`dbstrata bundle` and `check`: the same bytes again, and nothing that was touched passes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dbstrata.cli.bundles.making import MANIFEST, digest
from dbstrata.cli.bundles.model import Manifest, PlanFile, as_file

from ..cli.commands import refused, run
from ..lab import Lab
from .bundles import ALLOW, PARTS, World, world

FILES = {"forward.sql", "rollback.sql", "preflight.sql", "verify.sql", "plan.json", "old.json", "new.json", MANIFEST}


@pytest.fixture(scope="module")
def once(_workbench: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield world(_workbench, tmp_path_factory.mktemp("once"), *PARTS)
    _workbench.clear()


@pytest.fixture
def made(once: World, tmp_path: Path) -> World:
    """A copy to spoil."""
    shutil.copytree(once.path, tmp_path / "release")
    return once._replace(path=tmp_path / "release")


def test_a_bundle_is_whole_and_the_same_again(made: World, tmp_path: Path) -> None:
    assert {path.name for path in made.path.iterdir()} >= FILES
    again = tmp_path / "again"
    done = run("bundle", made.old, made.new, "-o", again, *ALLOW)
    assert done.code == 0, done.err
    assert done.out == f"{again}: SHA-256 {made.bundle.sha}\n"
    assert all((again / p.name).read_bytes() == p.read_bytes() for p in made.path.iterdir())
    assert run("bundle", made.old, made.new, "-o", again, *ALLOW).code == 0
    assert not list(tmp_path.glob(".*"))


def test_the_scripts_are_what_the_plan_says(made: World) -> None:
    plan = made.bundle.plan
    assert (made.path / "forward.sql").read_text() == plan.forward.text == run("script", made.old, made.new).out
    back = run("script", made.old, made.new, "--rollback").out
    assert (made.path / "rollback.sql").read_text() == plan.rollback.text == back


def test_check_says_that_it_is_whole(made: World) -> None:
    done = run("check", made.path)
    assert done.code == 0
    assert done.out.endswith(f"SHA-256 {made.bundle.sha}\n")
    assert run("check", made.path, "--expect", made.bundle.sha).code == 0
    assert made.bundle.sha in refused(run("check", made.path, "--expect", "0" * 64), 3)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_changed_file_is_named(made: World, name: str) -> None:
    path = made.path / name
    path.write_bytes(path.read_bytes()[:-20] + b"\n")
    said = refused(run("check", made.path), 3)
    assert name == MANIFEST or "the file is not what the manifest says" in said
    assert str(path) in said
    assert str(path) in refused(made.run("apply"), 3)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(made: World, name: str) -> None:
    (made.path / name).unlink()
    said = refused(run("check", made.path), 3)
    assert "the file is missing" in said
    assert str(made.path / name) in said


def test_a_plan_that_was_changed_with_its_checksums_is_caught(made: World) -> None:
    """Whoever changes the plan, the script and the manifest together is caught by planning again."""
    first = made.bundle.plan.forward.parts[0].statements[0]
    part = msgspec.structs.replace(
        made.bundle.plan.forward.parts[0],
        statements=(
            msgspec.structs.replace(first, sql="DROP TABLE public.kept;"),
            *made.bundle.plan.forward.parts[0].statements[1:],
        ),
    )
    forward = msgspec.structs.replace(made.bundle.plan.forward, parts=(part, *made.bundle.plan.forward.parts[1:]))
    rewrite(made, msgspec.structs.replace(made.bundle.plan, forward=forward))
    said = refused(run("check", made.path), 3)
    assert "statement 1 of forward is not what the two snapshots give: DROP TABLE public.kept;" in said
    refused(made.run("apply"), 3)


def rewrite(made: World, plan: PlanFile) -> None:
    """Put another plan into the bundle, and everything else in agreement with it."""
    new = {"plan.json": as_file(plan), "forward.sql": plan.forward.text.encode()}
    manifest = made.bundle.manifest
    files = manifest.files | {name: digest(data) for name, data in new.items()}
    new[MANIFEST] = as_file(msgspec.structs.replace(manifest, files=files))
    for name, data in new.items():
        (made.path / name).write_bytes(data)


def test_a_newer_format_is_refused(made: World) -> None:
    path = made.path / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    assert "format 99" in refused(run("check", made.path), 3)


def test_what_is_there_is_left(made: World, tmp_path: Path) -> None:
    shutil.copytree(made.path, tmp_path / "other")
    (tmp_path / "other" / "forward.sql").write_text("mine")
    refused(run("bundle", made.old, made.new, "-o", tmp_path / "other", *ALLOW), 2)
    assert (tmp_path / "other" / "forward.sql").read_text() == "mine"


def test_the_manifest_holds_what_was_asked_for(lab: Lab, tmp_path: Path) -> None:
    found = world(lab, tmp_path, *PARTS, "--ignore", "comment,table public.gone", "--lock-timeout", "3s").bundle
    manifest: Manifest = found.manifest
    assert manifest.settings.ignore.attributes == ("comment",)
    assert manifest.settings.ignore.objects == ("table public.gone",)
    assert manifest.lock_timeout == "3s"
    assert "DROP TABLE" not in found.plan.forward.text


def test_a_policy_refuses_what_is_lost_unless_it_is_allowed(made: World, tmp_path: Path) -> None:
    said = refused(run("bundle", made.old, made.new, "-o", tmp_path / "other"), 3)
    assert "refused by the policy" in said
    assert "DB102 drops-table: table public.gone" in said
    assert not (tmp_path / "other").exists()
    assert run("bundle", made.old, made.new, "-o", tmp_path / "other", "--allow", "DB102:public.gone").code == 0
