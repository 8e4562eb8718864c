"""git itself merges, and git itself shows, with the drivers that git-setup writes."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbstrata.snapshots import format, split
from dbstrata.snapshots.postgres import Column, Snapshot, Table

from ..cli.commands import refused, run, snapshot, table
from .repositories import Repo
from .three_ways import base

ID = Column(name="id", type="integer")
A, B = Column(name="a", type="text"), Column(name="b", type="text")
BASE = snapshot(table("t", ID), table("u", ID))


def column(snap: Snapshot, type: str) -> Snapshot:
    """The snapshot with another type of t.id."""
    t, u = (obj for obj in snap.objects if isinstance(obj, Table))
    return replace(snap, objects=(replace(t, columns=(replace(ID, type=type), *t.columns[1:])), u))


def branches(repo: Repo, ours: Snapshot, theirs: Snapshot, *, before: Snapshot = BASE, as_split: bool = False) -> int:
    """Two branches, merged by git; its exit code."""
    path = "db/schema" if as_split else "db/schema.json"
    repo.write(before, path, as_split=as_split)
    assert run("git-setup", path).code == 0
    repo.commit("base")
    repo.git("checkout", "-q", "-b", "theirs")
    repo.commit("theirs", theirs, path, as_split=as_split)
    repo.git("checkout", "-q", "main")
    repo.commit("ours", ours, path, as_split=as_split)
    return repo.git("merge", "-q", "--no-edit", "theirs", check=False).returncode


@pytest.mark.parametrize("as_split", [False, True], ids=["file", "split"])
def test_two_branches_that_add_a_column(repo: Repo, as_split: bool) -> None:
    ours, theirs = snapshot(table("t", ID, A), table("u", ID)), snapshot(table("t", ID, B), table("u", ID))
    assert branches(repo, ours, theirs, as_split=as_split) == 0
    path = "db/schema" if as_split else "db/schema.json"
    assert format.read(path).objects == snapshot(table("t", ID, A, B), table("u", ID)).objects
    assert run("fmt", "--check", path).code == 0


def test_a_conflict_is_one_attribute_and_can_be_settled(repo: Repo) -> None:
    assert branches(repo, column(BASE, "bigint"), column(BASE, "smallint")) == 1
    text = Path("db/schema.json").read_text()
    between = text[text.index("<<<<<<<") : text.index(">>>>>>>")].splitlines()
    assert between == [
        "<<<<<<< ours: column public.t.id",
        '          "type": "bigint"',
        "=======",
        '          "type": "smallint"',
    ]
    assert "holds a merge conflict: db/schema.json, line" in refused(run("fmt", "db/schema.json"), 2)
    assert "UU db/schema.json" in repo.git("status", "--short").stdout
    assert "    type: bigint" in repo.git("diff").stdout
    assert run("log").code == 0
    kept = text.replace("\n".join(between), between[1]).replace(">>>>>>> theirs: column public.t.id\n", "")
    Path("db/schema.json").write_text(kept)
    assert format.read("db/schema.json").objects == column(BASE, "bigint").objects


def test_a_conflict_in_a_split_snapshot(repo: Repo) -> None:
    assert branches(repo, column(BASE, "bigint"), column(BASE, "smallint"), as_split=True) == 1
    assert repo.git("status", "--short").stdout == "UU db/schema/table/public.t.json\n"
    assert "holds a merge conflict: db/schema/table/public.t.json, line" in refused(run("fmt", "db/schema"), 2)


def test_a_conflict_in_the_manifest(repo: Repo) -> None:
    sides = [snapshot(*BASE.objects, version=version) for version in (180001, 180002, 180003)]
    assert branches(repo, sides[1], sides[2], before=sides[0], as_split=True) == 1
    assert "<<<<<<< ours: header\n" in Path("db/schema/manifest.json").read_text()


def test_the_dialect_of_an_object_is_its_manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MySQL's defaults are not PostgreSQL's."""
    monkeypatch.chdir(tmp_path)
    found = base("mysql")
    split.write(found, tmp_path / "db")
    file = Path("db") / split.file_of(found.objects[0].identity())
    for name in "OAB":
        Path(name).write_bytes(file.read_bytes())
    Path("A").write_bytes(format.pretty(replace(found.objects[0], comment="ours")))
    Path("B").write_bytes(format.pretty(replace(found.objects[0], returns="text")))
    assert run("merge-driver", "O", "A", "B", file.as_posix()).code == 0
    both = replace(found.objects[0], comment="ours", returns="text")
    assert Path("A").read_bytes() == format.pretty(both)


def test_a_driver_that_is_gone_leaves_a_merge_of_text(repo: Repo) -> None:
    """And not one side alone."""
    assert branches(repo, column(BASE, "bigint"), column(BASE, "smallint")) == 1
    repo.git("merge", "--abort")
    driver = repo.git("config", "merge.dbstrata.driver").stdout.strip()
    repo.git("config", "merge.dbstrata.driver", driver.replace("-m dbstrata", "-m no_such_module"))
    assert repo.git("merge", "-q", "theirs", check=False).returncode == 1
    text = Path("db/schema.json").read_text()
    assert text.count("<<<<<<<") == 1
    assert '"type": "bigint"' in text
    assert '"type": "smallint"' in text


def test_conflicts_are_named_on_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    format.write(BASE, "O")
    format.write(column(BASE, "bigint"), "A")
    format.write(snapshot(table("u", ID)), "B")
    done = run("merge-driver", "--marker-size", "9", "O", "A", "B", "db/schema.json")
    assert done.code == 1
    assert done.err == (
        "dbstrata: conflict: table public.t, which one side dropped and the other changed or uses: db/schema.json; "
        "settle it there, then git add\n"
    )
    assert "\n<<<<<<<<< ours: table public.t\n" in Path("A").read_text()


def test_without_a_common_ancestor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git gives an empty file."""
    monkeypatch.chdir(tmp_path)
    Path("O").write_bytes(b"")
    format.write(snapshot(table("t", ID)), "A")
    format.write(snapshot(table("u", ID)), "B")
    assert run("merge-driver", "O", "A", "B").code == 0
    assert format.read("A").objects == BASE.objects


@pytest.mark.parametrize(("theirs", "code"), [("1\n2\n3b\n", 0), ("1b\n2\n3\n", 1)])
def test_what_is_no_snapshot_is_merged_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theirs: str, code: int
) -> None:
    """Never half of it lost in silence."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("O", "1\n2\n3\n"), ("A", "1a\n2\n3\n"), ("B", theirs)):
        Path(name).write_text(text)
    done = run("merge-driver", "O", "A", "B", "notes.json")
    assert done.code == code
    assert "merged as text: notes.json; look at the result" in done.err
    assert ("<<<<<<< ours" in Path("A").read_text()) == bool(code)


def test_git_diff_and_log_show_a_schema(repo: Repo) -> None:
    repo.write(BASE)
    run("git-setup", "db/schema.json")
    repo.commit("base")
    repo.write(column(BASE, "bigint"))
    assert repo.git("diff").stdout == (
        "schema db/schema.json\n  table public.t\n    ± column id\n        type: integer -> bigint\n\n"
        "0 created, 0 dropped, 1 altered\n\n"
    )
    repo.commit("two")
    shown = repo.git("log", "-p", "-1").stdout
    assert " column public.t.id\n-    type: integer\n+    type: bigint\n" in shown
    repo.git("rm", "-q", "db/schema.json")
    assert "- table public.t" in repo.git("diff", "--cached").stdout


def test_git_diff_of_a_split_snapshot_and_of_what_is_none(repo: Repo) -> None:
    repo.write(BASE, "db", as_split=True)
    (repo.folder / "db" / "other.json").write_text("{}\n")
    run("git-setup", "db")
    repo.commit("base")
    repo.write(snapshot(*column(BASE, "bigint").objects, table("v"), version=180007), "db", as_split=True)
    (repo.folder / "db" / "other.json").write_text("{1}\n")
    repo.git("add", "-N", ".")
    shown = repo.git("diff").stdout
    assert "schema db/manifest.json\n    version: 18.6 -> 18.7\n" in shown
    assert "schema db/table/public.t.json\n  table public.t\n    ± column id\n" in shown
    assert "schema db/table/public.v.json\n+ table public.v\n" in shown
    assert "-{}\n+{1}\n" in shown


def test_setup_is_done_once_and_can_be_undone(repo: Repo) -> None:
    repo.commit("one", BASE)
    repo.commit("two", BASE, "my db/schema", as_split=True)
    (repo.folder / ".gitattributes").write_text("*.png binary\n")
    before = (repo.folder / ".git" / "config").read_text()
    done = run("git-setup")
    assert done.code == 0
    attributes = (repo.folder / ".gitattributes").read_text()
    assert attributes.splitlines() == [
        "*.png binary",
        "/db/schema.json merge=dbstrata diff=dbstrata text eol=lf",
        '"/my db/schema/**/*.json" merge=dbstrata diff=dbstrata text eol=lf',
    ]
    for path in ("db/schema.json", "my db/schema/manifest.json", "my db/schema/table/public.t.json"):
        assert "merge: dbstrata" in repo.git("check-attr", "merge", path).stdout
    assert run("git-setup").out == "all is set up already\n"
    assert (repo.folder / ".gitattributes").read_text() == attributes
    assert run("git-setup", "--undo").code == 0
    assert (repo.folder / ".gitattributes").read_text() == "*.png binary\n"
    assert (repo.folder / ".git" / "config").read_text() == before
    assert run("git-setup", "--undo").out == "nothing was set up\n"


def test_setup_without_a_snapshot(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.folder / "package.json").write_text(json.dumps({"name": "x"}))
    repo.commit("one")
    assert "git tracks no snapshot" in refused(run("git-setup"), 2)
    monkeypatch.chdir(tmp_path)
    assert "not in a git repository" in refused(run("git-setup"), 2)
