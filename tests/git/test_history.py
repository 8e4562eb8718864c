"""log and blame, on made histories and on those of two real projects."""

import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dbstrata.cli.git import Repository
from dbstrata.cli.history import History
from dbstrata.dialects import dialect
from dbstrata.engine.compare import compare
from dbstrata.engine.schema import Schema
from dbstrata.snapshots import format, split
from dbstrata.snapshots.model import flatten
from dbstrata.snapshots.naming import identity
from dbstrata.snapshots.postgres import Column, Index, IndexPart

from .. import mysql_lab, mysql_servers
from ..cli.commands import refused, run, snapshot, table
from ..lab import SHARED, Lab, dump
from .repositories import Repo
from .three_ways import base

ID, A, B = (Column(name=name, type="integer") for name in ("id", "a", "b"))


def log(*arguments: str) -> list[dict[str, Any]]:
    done = run("log", *arguments, "--format", "json")
    assert (done.code, done.err) == (0, "")
    found: list[dict[str, Any]] = msgspec.json.decode(done.out)
    return found


def told(entry: dict[str, Any]) -> dict[str, str]:
    return {change["identity"]: change["change"] for change in entry["changes"]}


def blame(*arguments: str) -> dict[str, str]:
    done = run("blame", *arguments, "--format", "json")
    assert (done.code, done.err) == (0, "")
    return {line["identity"]: line.get("subject", "") for line in msgspec.json.decode(done.out)}


def history(repo: Repo, as_split: bool) -> str:
    """Five commits, one of them about something else; tags at two of them."""
    path = "db" if as_split else "schema.json"
    index = Index(name="by_a", parts=(IndexPart(column=identity("column", "public", "t", "a")),))
    repo.commit("Start", snapshot(table("t", ID), table("u", ID)), path, as_split=as_split)
    repo.git("tag", "v1")
    repo.commit("Add a | <b>", snapshot(table("t", ID, A), table("u", ID)), path, as_split=as_split)
    (repo.folder / "README").write_text("about something else")
    repo.commit("README")
    repo.git("tag", "v2")
    repo.commit("Index a", snapshot(table("t", ID, A, indexes=(index,)), table("u", ID)), path, as_split=as_split)
    wide = Column(name="id", type="bigint")
    repo.commit("Widen id", snapshot(table("t", wide, A, indexes=(index,)), version=180007), path, as_split=as_split)
    return path


@pytest.mark.parametrize("as_split", [False, True], ids=["file", "split"])
def test_log_tells_who_changed_what_and_when(repo: Repo, as_split: bool) -> None:
    path = history(repo, as_split)
    newest, index, column, start = log()
    assert told(newest) == {
        "column public.t.id": "altered",
        "table public.u": "dropped",
        "column public.u.id": "dropped",
    }
    assert newest["header"] == ["version: 18.6 -> 18.7"]
    assert told(index) == {"index public.t.by_a": "created"}
    assert told(column) == {"column public.t.a": "created"}
    assert len(told(start)) == 4
    assert (start["author"], start["email"], start["tags"]) == ("Ann Author", "ann@example.org", ["v1"])
    assert column["date"] == "2023-11-16T22:13:20+00:00"
    assert log(path) == log(path, "HEAD") == log("HEAD") == [newest, index, column, start]
    assert [entry["subject"] for entry in log("v1..v2")] == ["Add a | <b>"]
    assert log("v2..") == log(path, "v2..HEAD") == log("HEAD...v2") == [newest, index]
    assert log("HEAD..") == log("..HEAD") == []
    assert [entry["subject"] for entry in log("--object", "public.u")] == ["Widen id", "Start"]
    assert [entry["subject"] for entry in log("--object", "column public.t.*")] == ["Widen id", "Add a | <b>", "Start"]
    assert log("--object", "public.nope") == []


def test_log_as_text(repo: Repo) -> None:
    history(repo, as_split=False)
    done = run("log", "v1..HEAD")
    short = [entry["commit"][:10] for entry in log()]
    assert done.out == (
        f"commit {short[0]}  2023-11-19  Ann Author\n    Widen id\n\nversion: 18.6 -> 18.7\n"
        "  table public.t\n    ± column id\n        type: integer -> bigint\n\n- table public.u\n\n"
        f"commit {short[1]}  2023-11-18  Ann Author\n    Index a\n\n"
        "  table public.t\n    + index by_a: parts column public.t.a\n\n"
        f"commit {short[2]}  2023-11-16  Ann Author\n    Add a | <b>\n\n"
        "  table public.t\n    + column a: type integer\n"
    )


def test_log_as_a_changelog(repo: Repo) -> None:
    history(repo, as_split=False)
    text = run("log", "--format", "markdown").out
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Schema changes",
        "## Unreleased",
        "### Widen id",
        "### Index a",
        "## v2 (2023-11-17)",
        "### Add a \\| \\<b\\>",
        "## v1 (2023-11-15)",
        "### Start",
    ]
    assert "- `table public.t`\n  - **+** `column a`: `type integer`\n" in text
    between = run("log", "v1..v2", "--format", "markdown").out
    assert [line for line in between.splitlines() if line.startswith("## ")] == ["## v2 (2023-11-17)"]
    assert run("log", "v2..v2", "--format", "markdown").out == "# Schema changes\n\nNone.\n"


@pytest.mark.parametrize("as_split", [False, True], ids=["file", "split"])
def test_blame_names_the_last_commit_of_each(repo: Repo, as_split: bool) -> None:
    path = history(repo, as_split)
    now = {
        "table public.t": "Start",
        "column public.t.id": "Widen id",
        "column public.t.a": "Add a | <b>",
        "index public.t.by_a": "Index a",
    }
    for words in (["table", "public.t"], ["table public.t"], ["public.t"], ["table", "public.t", path]):
        assert blame(*words) == now
    assert blame("column", "public.t.id") == {"column public.t.id": "Widen id"}
    assert blame("public.t", f"v2:{path}")["column public.t.id"] == "Start"
    text = run("blame", "public.t").out.splitlines()
    assert text[1].endswith("  2023-11-19  Ann Author  column public.t.id   Widen id")
    assert "| `column public.t.a` |" in run("blame", "public.t", "--format", "markdown").out
    assert "no table public.u" in refused(run("blame", "table", "public.u"), 2)


@pytest.mark.parametrize(
    ("dialect", "words", "found"),
    [
        ("mysql", ["orders", "schema.json"], "table orders"),
        ("mysql", ["table", "orders", "schema.json"], "table orders"),
        ("mysql", ["table", "orders", "HEAD:schema.json"], "table orders"),
        ("postgres", ["view", "column", "public.v.one"], "view_column public.v.one"),
        ("postgres", ["view_column", "public.v.one", "schema.json"], "view_column public.v.one"),
    ],
)
def test_blame_takes_a_name_as_it_is_printed(repo: Repo, dialect: str, words: list[str], found: str) -> None:
    repo.commit("one", base(dialect), "schema.json")
    assert next(iter(blame(*words))) == found


def test_a_merge_is_told_for_what_no_parent_has(repo: Repo) -> None:
    repo.commit("base", snapshot(table("t", ID)), "schema.json")
    repo.git("checkout", "-q", "-b", "other")
    repo.commit("theirs", snapshot(table("t", ID, B)), "schema.json")
    repo.git("checkout", "-q", "main")
    repo.commit("ours", snapshot(table("t", ID, A)), "schema.json")
    repo.git("merge", "-q", "--no-commit", "-s", "ours", "other")
    commented = Column(name="b", type="integer", comment="made in the merge")
    repo.commit("merge", snapshot(table("t", ID, A, commented)), "schema.json")
    found = {entry["subject"]: told(entry) for entry in log()}
    assert found["merge"] == {"column public.t.b": "created"}
    assert blame("public.t") == {
        "table public.t": "base",
        "column public.t.id": "base",
        "column public.t.a": "ours",
        "column public.t.b": "merge",
    }


def test_the_old_path_of_a_snapshot_that_was_moved_names_what_came_before(repo: Repo) -> None:
    repo.commit("one", snapshot(table("t", ID)), "schema.json")
    repo.commit("two", snapshot(table("t", ID, A)), "schema.json")
    repo.git("mv", "schema.json", "new.json")
    repo.commit("moved")
    assert [entry["subject"] for entry in log("new.json")] == ["moved"]
    moved, two, one = log("schema.json")
    assert [entry["subject"] for entry in (moved, two, one)] == ["moved", "two", "one"]
    assert told(moved)["table public.t"] == "dropped"
    assert blame("public.t", "HEAD~1:schema.json")["column public.t.a"] == "two"


def test_what_can_not_be_read_is_told_and_passed(repo: Repo) -> None:
    repo.commit("one", snapshot(table("t", ID)), "schema.json")
    (repo.folder / "schema.json").write_text("<<<<<<< HEAD\n=======\n>>>>>>> x\n")
    repo.commit("broken")
    repo.commit("mended", snapshot(table("t", ID, A)), "schema.json")
    mended, broken, one = log("schema.json")
    assert told(mended) == {"column public.t.a": "created"}
    assert "holds a merge conflict" in broken["unreadable"]
    assert len(told(one)) == 2
    assert "not readable: holds a merge conflict" in run("log", "schema.json").out


def test_an_older_format_reads_on(repo: Repo) -> None:
    old = Path(__file__).parents[1] / "fixtures" / "format0.json"
    (repo.folder / "schema.json").write_bytes(old.read_bytes())
    repo.commit("format 0")
    run("upgrade", "schema.json")
    repo.commit("format 1")
    (entry,) = log()
    assert entry["subject"] == "format 0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["log", "nope.json"], "no commit has it: nope.json"),
        (["log", "v8..v9"], "no such revision: v8..v9"),
        (["log", "../nope.json"], "outside"),
        (["log", "a", "b", "c"], "more than a path and a range: a b c"),
        (["log", "schema.json", "schema.json"], "two of a kind"),
        (["blame", "table", "public.nope"], "no table public.nope: HEAD:schema.json"),
        (["blame", "table", "public.t", "v9:schema.json"], "no such revision: v9"),
        (["blame", "table", "public.t", "nope.json"], "no such path in HEAD: nope.json"),
        (["blame", "table", "public.t", "schema.json", "x"], "more than an identity and a path"),
        (["blame"], "missing argument"),
    ],
)
def test_errors_are_one_line(repo: Repo, arguments: list[str], message: str) -> None:
    repo.commit("one", snapshot(table("t", ID)), "schema.json")
    assert message in refused(run(*arguments), 2)


def test_which_snapshot_must_be_clear(repo: Repo) -> None:
    repo.commit("none")
    assert "git tracks no snapshot" in refused(run("log"), 2)
    repo.commit("two", snapshot(table("t", ID)), "a.json")
    repo.commit("two", snapshot(table("t", ID)), "b.json")
    assert "git tracks 2 snapshots: a.json, b.json" in refused(run("log"), 2)


@pytest.mark.parametrize("as_split", [False, True], ids=["file", "split"])
def test_what_did_not_change_is_not_decoded_again(repo: Repo, as_split: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """30 commits on 200 tables: one cat-file, and an object decoded where it changed."""
    path = "db" if as_split else "schema.json"
    tables = [table(f"t{at}", ID) for at in range(200)]
    for at in range(30):
        tables[at] = table(f"t{at}", ID, A)
        repo.commit(f"commit {at}", snapshot(*tables), path, as_split=as_split)
    decoded: list[str] = []
    started: list[str] = []
    decode, popen = split.decode_object, subprocess.Popen[Any]

    def counted(data: bytes, dialect: str, where: str) -> Any:
        decoded.append(where)
        return decode(data, dialect, where)

    def started_too(command: list[str], *args: Any, **options: Any) -> Any:
        started.append(command[1])
        return popen(command, *args, **options)

    monkeypatch.setattr(split, "decode_object", counted)
    monkeypatch.setattr(subprocess, "Popen", started_too)
    assert len(log()) == 30
    assert len(decoded) == 200 + 29
    assert started.count("cat-file") == 1
    assert len(started) < 8


# real projects

PROJECTS = [
    pytest.param(("history/osm/*.sql", 4), id="osm"),
    pytest.param(("pagila_*.sql", 1), id="pagila"),
    pytest.param(("history/roundcube/*.sql", 4), id="roundcube", marks=pytest.mark.mariadb),
]
"""The files of a project, and of how many one is taken: the tests are to be quick. Roundcube's are MariaDB's."""

WHOLE = [
    pytest.param(("history/osm/*.sql", 1), id="osm"),
    pytest.param(("history/roundcube/*.sql", 1), id="roundcube", marks=pytest.mark.mariadb),
]

SECONDS = 20
"""For a history's log, three blames and four diffs."""

needs_shared = pytest.mark.skipif(SHARED is None, reason="DBSTRATA_SHARED names no folder of further schemas")
Versions = list[tuple[str, Any]]
"""(name, snapshot), the oldest first."""


@pytest.fixture(scope="module", params=PROJECTS)
def versions(request: pytest.FixtureRequest, _workbench: Lab) -> Versions:
    """Every sampled version of a project, loaded on a real server."""
    assert SHARED is not None
    pattern, every = request.param
    files = sorted((SHARED / "cases" / "real").glob(pattern))[::every]
    if "roundcube" not in pattern:
        return [(file.stem, dump_of(_workbench, file)) for file in files]
    with mysql_servers.server_of("mariadb") as server:
        return [(file.stem, dump_of_mariadb(server, file)) for file in files]


def dump_of(lab: Lab, file: Path) -> Any:
    database = lab.database(file.read_text(encoding="utf-8"))
    found = dump(database)
    lab.drop(database)
    return found


def dump_of_mariadb(server: mysql_servers.MyServer, file: Path) -> Any:
    with mysql_servers.fresh(server) as database:
        database.script(file.read_text(encoding="utf-8"))
        return mysql_lab.dump(database)


def same(versions: Versions) -> Any:
    """When two values of an attribute are one, in the project's dialect."""
    return dialect(versions[0][1].header.dialect).same


def real(repo: Repo, versions: Versions, as_split: bool) -> str:
    path = "db" if as_split else "schema.json"
    for name, snap in versions:
        repo.commit(name, snap, path, as_split=as_split)
    return path


def pairs(versions: Versions) -> Iterator[tuple[str, Schema, Schema]]:
    """(name, before, after) of each version but the first."""
    for (_, old), (name, new) in itertools.pairwise(versions):
        yield name, Schema(old), Schema(new)


@needs_shared
def test_log_of_a_real_project(repo: Repo, versions: Versions) -> None:
    """Every commit that changed anything, with what compare says of the two whole snapshots; both forms alike."""
    path = real(repo, versions, as_split=True)
    real(repo, versions, as_split=False)
    wanted = {
        name: {change.identity for change in changes}
        for name, old, new in pairs(versions)
        if (changes := compare(old, new, same=same(versions)))
    }
    for where in (path, "schema.json"):
        found = {entry["subject"]: set(told(entry)) for entry in log(where)}
        first = versions[0]
        assert found.pop(first[0]) == {i for root in first[1].objects for i, _, _ in flatten(root)}
        assert found == wanted


@needs_shared
def test_blame_of_a_real_project(repo: Repo, versions: Versions) -> None:
    """For every object of every fifth table: the newest version that made it what it is."""
    path = real(repo, versions, as_split=False)
    last = Schema(versions[-1][1])
    wanted = dict.fromkeys((i for root in last.roots for i in (root, *last.descendants(root))), versions[0][0])
    for name, old, new in pairs(versions):
        changed = compare(old, new, same=same(versions)).by_identity
        wanted |= dict.fromkeys(wanted.keys() & changed.keys(), name)
    for one in [i for i in last.roots if i.startswith("table ")][::5]:
        assert blame(one, path) == {i: wanted[i] for i in (one, *last.descendants(one))}


@needs_shared
def test_diff_of_any_two_versions_of_a_real_project(repo: Repo, versions: Versions) -> None:
    path = real(repo, versions, as_split=True)
    last = len(versions) - 1
    for old, new in ((0, last), (last, 0), (1, last // 2)):
        done = run("diff", f"HEAD~{last - old}:{path}", f"HEAD~{last - new}:{path}", "--format", "json")
        sides = [Schema(versions[at][1]) for at in (old, new)]
        wanted = [change.identity for change in compare(*sides, same=same(versions))]
        assert [change["identity"] for change in msgspec.json.decode(done.out)["changes"]] == wanted


@needs_shared
def test_a_repository_without_a_working_tree_will_do_and_it_takes_seconds(
    repo: Repo, versions: Versions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is checked out: there is nowhere to. A bound on processor time, for the machine may be busy."""
    path = real(repo, versions, as_split=False)
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    last, begun = len(versions) - 1, time.process_time()
    assert len(log(path)) > 1
    for one in [str(obj.identity()) for obj in versions[-1][1].objects if obj.kind == "table"][:3]:
        assert blame(one, f"HEAD:{path}")
    for old, new in ((0, last), (last, 0), (1, last // 2), (last // 2, last)):
        assert run("diff", f"HEAD~{last - old}:{path}", f"HEAD~{last - new}:{path}").code == 0
    assert time.process_time() - begun < SECONDS


@pytest.mark.sweep
@needs_shared
@pytest.mark.parametrize("versions", WHOLE, indirect=True)
def test_any_two_versions_of_a_whole_history(
    repo: Repo, versions: Versions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of log, blame of every table and diff of every two, without a working tree; each in bounded time."""
    path = real(repo, versions, as_split=False)
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    schemas, last = [Schema(snap) for _, snap in versions], len(versions) - 1
    took: dict[str, list[float]] = {"log": [], "blame": [], "diff": []}

    def timed(*words: str) -> Any:
        begun = sum(os.times()[:4])
        done = run(*words, "--format", "json")
        took[words[0]].append(sum(os.times()[:4]) - begun)
        assert (done.code, done.err) == (0, "")
        return msgspec.json.decode(done.out)

    assert len(timed("log", path)) > 1
    for one in [str(i) for i in schemas[-1].roots if i.startswith("table ")]:
        assert timed("blame", one, f"HEAD:{path}")
    for old, new in itertools.combinations(range(last + 1), 2):
        found = timed("diff", f"HEAD~{last - old}:{path}", f"HEAD~{last - new}:{path}")
        wanted = [change.identity for change in compare(schemas[old], schemas[new], same=same(versions))]
        assert [change["identity"] for change in found["changes"]] == wanted
    figures = {verb: f"{len(all_)} x, at most {max(all_):.2f} s" for verb, all_ in took.items()}
    print(f"{versions[0][0]} to {versions[-1][0]}, processor time: {figures}")
    assert max(map(max, took.values())) < SECONDS / 4


def test_a_version_is_known_by_its_pieces(repo: Repo) -> None:
    repo.commit("one", snapshot(table("t", ID)), "schema.json")
    with Repository() as repository:
        found = History(repository, "schema.json")
        (commit,) = found.commits()
        assert found.difference(commit).new.roots.keys() == {identity("table", "public", "t")}
        assert format.encode(format.read("schema.json")).startswith(b"{")
