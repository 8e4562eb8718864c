"""`REVISION:PATH` wherever a snapshot can be named."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from dbstrata.cli.git import Ref, parsed
from dbstrata.cli.sources import load
from dbstrata.snapshots import format
from dbstrata.snapshots.postgres import Column

from ..cli.commands import refused, run, snapshot, table
from .repositories import Repo

ONE = snapshot(table("orders"), table("select", schema="Odd"))
TWO = snapshot(table("orders", Column(name="id", type="bigint")), table("items"))


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("v2.3:db/schema.json", Ref("v2.3", "db/schema.json")),
        ("HEAD~3:db/schema/", Ref("HEAD~3", "db/schema/")),
        ("HEAD@{2 days ago}:s.json", Ref("HEAD@{2 days ago}", "s.json")),
        ("HEAD^{/fix: it}:s.json", Ref("HEAD^{/fix: it}", "s.json")),
        ("HEAD:", Ref("HEAD", "")),
        (":s.json", Ref("", "s.json")),
        ("a:b:c.json", Ref("a", "b:c.json")),
        ("C:\\db\\s.json", None),
        ("C:/db/s.json", None),
        ("s.json", None),
    ],
)
def test_what_is_a_revision(source: str, ref: Ref | None) -> None:
    assert parsed(source) == ref


@pytest.mark.parametrize("as_split", [False, True], ids=["file", "split"])
def test_any_commit_is_a_side(repo: Repo, as_split: bool) -> None:
    path = "db/schema/" if as_split else "db/schema.json"
    first = repo.commit("one", ONE, path, as_split=as_split)
    repo.git("tag", "-a", "v1", "-m", "annotated")
    repo.commit("two", TWO, path, as_split=as_split)
    for old in (f"v1:{path}", f"HEAD~1:{path}", f"{first[:9]}:{path}", f"v1:./{path}"):
        done = run("diff", old, path, "--exit-code")
        assert (done.code, done.err) == (1, "")
        assert "± column id" in done.out
        assert "+ table public.items" in done.out
    assert format.encode(load(f"v1:{path}")) == format.encode(ONE)
    assert format.encode(load(f"HEAD:{path}")) == format.encode(TWO)
    assert run("diff", f"v1:{path}", f"v1:{path}", "--exit-code").code == 0
    assert "CREATE TABLE" in run("build", f"v1:{path}").out
    assert "DROP TABLE" in run("script", f"v1:{path}", path).out


def test_a_split_snapshot_at_the_top(repo: Repo) -> None:
    for file in repo.write(ONE, "x", as_split=True).iterdir():
        file.rename(repo.folder / file.name)
    repo.commit("one")
    assert load("HEAD:").objects == ONE.objects


def test_never_a_checkout(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cat-file; the working tree, the index and HEAD stay as they are."""
    repo.commit("one", ONE, "db/schema", as_split=True)
    repo.commit("two", TWO, "db/schema", as_split=True)
    started: list[list[str]] = []
    popen = subprocess.Popen

    def counted(command: list[str], *args: Any, **options: Any) -> Any:
        started.append(command)
        return popen(command, *args, **options)

    monkeypatch.setattr(subprocess, "Popen", counted)
    before = repo.git("status", "--porcelain=v2", "--branch").stdout
    started.clear()
    load("HEAD~1:db/schema")
    assert [command[1:] for command in started] == [["rev-parse", "--show-prefix"], ["cat-file", "--batch"]]
    assert repo.git("status", "--porcelain=v2", "--branch").stdout == before


def test_paths_count_from_the_top_or_with_a_dot_from_here(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", ONE)
    monkeypatch.chdir(repo.folder / "db")
    for path in ("HEAD:db/schema.json", "HEAD:./schema.json", "HEAD:../db/schema.json"):
        assert load(path).objects == ONE.objects
    wrong = refused(run("diff", "HEAD:schema.json", "empty"), 2)
    assert "no such path in HEAD: schema.json; say HEAD:./schema.json, for paths are counted from" in wrong
    assert "outside of the repository" in refused(run("diff", "HEAD:../../x.json", "empty"), 2)


def test_the_index(repo: Repo) -> None:
    repo.commit("one", ONE)
    repo.write(TWO)
    repo.git("add", "-A")
    repo.write(ONE)
    assert load(":db/schema.json").objects == TWO.objects
    assert "not in the index: :db/x.json" in refused(run("diff", ":db/x.json", "empty"), 2)


def test_a_file_with_a_colon_is_a_file(repo: Repo) -> None:
    repo.commit("one", ONE, "HEAD:a.json")
    repo.write(TWO, "HEAD:a.json")
    assert load("HEAD:a.json").objects == TWO.objects


def test_names_that_are_not_plain(repo: Repo) -> None:
    path = "Ünï code/schema (1).json"
    repo.commit("one", ONE, path)
    (repo.folder / path).unlink()
    assert load(f"HEAD:{path}").objects == ONE.objects


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("v9:db/schema.json", "no such revision: v9; check the name with git rev-parse; fetch tags if it is one"),
        ("--help:db/schema.json", "no such option"),
        ("HEAD:db/nope.json", "no such path in HEAD: db/nope.json; check the path"),
        ("HEAD:db/schema.json/x", "no such path in HEAD: db/schema.json/x; check the path"),
        ("HEAD:db", "a directory without manifest.json, no snapshot: HEAD:db; name a snapshot file"),
        ("HEAD:notes.txt", "not JSON: HEAD:notes.txt, line 1, column 5; name a file that `dbstrata dump` wrote"),
        ("HEAD\nx:db/schema.json", "no such revision: HEAD x"),
    ],
)
def test_errors_are_one_line(repo: Repo, source: str, message: str) -> None:
    (repo.folder / "notes.txt").write_text("notes")
    repo.commit("one", ONE)
    assert message in refused(run("diff", source, "empty"), 2)


def test_a_shallow_clone_says_so(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", ONE)
    repo.commit("two", TWO)
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    assert load("HEAD:db/schema.json").objects == TWO.objects
    for command in (("diff", "HEAD~1:db/schema.json", "empty"), ("log", "HEAD~1..HEAD")):
        said = refused(run(*command), 2)
        assert "no such revision in this shallow clone: HEAD~1" in said
        assert "git fetch --unshallow" in said
    assert "a shallow clone: the history begins late" in run("log").err


def test_without_a_repository_or_git(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", ONE)
    monkeypatch.chdir(tmp_path)
    assert "not in a git repository" in refused(run("diff", "HEAD:s.json", "empty"), 2)
    monkeypatch.chdir(repo.folder)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed: git rev-parse; install it" in refused(run("diff", "HEAD:db/schema.json", "empty"), 2)


def test_a_bare_repository(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", ONE)
    repo.git("clone", "-q", "--bare", str(repo.folder), str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    assert load("HEAD:db/schema.json").objects == ONE.objects


def test_a_missing_blob_is_named(repo: Repo) -> None:
    repo.commit("one", ONE)
    blob = repo.git("rev-parse", "HEAD:db/schema.json").stdout.strip()
    file = repo.folder / ".git" / "objects" / blob[:2] / blob[2:]
    file.unlink()
    assert f"git has no object {blob[:12]}" in refused(run("diff", "HEAD:db/schema.json", "empty"), 2)
