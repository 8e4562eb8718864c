"""--split: one file an object."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from dbstrata.snapshots import format, split
from dbstrata.snapshots.errors import InputError
from dbstrata.snapshots.model import Header
from dbstrata.snapshots.postgres import Enum, Schema, Snapshot, Table

from ...strategies import snapshots

HEADER = Header(format=1, dialect="postgres", flavour="postgresql", version="18.6", version_number=180006)


def snapshot(*objects: Any) -> Snapshot:
    return Snapshot(header=HEADER, objects=objects)


FULL = snapshot(
    Enum(name="state", schema="Public", labels=("a",)), Schema(name="Public"), Table(name="t", schema="Public")
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    split.write(FULL, tmp_path / "schema")
    return tmp_path / "schema"


def files(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


@given(snapshots)
@settings(max_examples=25)
def test_both_forms_are_one_snapshot(any_snapshot: Snapshot) -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "schema")
        split.write(any_snapshot, directory)
        again = format.read(directory)
        assert format.encode(again) == format.encode(any_snapshot)
        assert format.fingerprint(again) == format.fingerprint(format.canonical(any_snapshot))
        assert split.is_canonical(again, directory)


def test_the_layout(directory: Path) -> None:
    assert files(directory) == [
        *(
            "enum/%22%50ublic%22.state.json",
            "manifest.json",
            "schema/%22%50ublic%22.json",
            "table/%22%50ublic%22.t.json",
        ),
    ]
    assert (directory / "schema/%22%50ublic%22.json").read_text() == '{\n  "kind": "schema",\n  "name": "Public"\n}\n'


def test_what_is_gone_is_removed_and_what_is_foreign_stays(directory: Path) -> None:
    foreign = [directory / "README.md", directory / "table" / "notes.txt", directory / "docs" / "x.md"]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    split.write(snapshot(Schema(name="Public")), directory)
    assert files(directory) == [
        *("README.md", "docs/x.md", "manifest.json", "schema/%22%50ublic%22.json", "table/notes.txt"),
    ]
    assert not (directory / "enum").exists()
    assert format.read(directory) == snapshot(Schema(name="Public"))


def test_what_has_not_changed_is_not_written(directory: Path) -> None:
    before = {name: (directory / name).stat().st_mtime_ns for name in files(directory)}
    split.write(FULL, directory)
    assert {name: (directory / name).stat().st_mtime_ns for name in files(directory)} == before


def test_no_other_directory_is_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(InputError, match=r"not empty, and without manifest\.json no split snapshot"):
        split.write(FULL, tmp_path)
    with pytest.raises(InputError, match="a file, not a directory"):
        split.write(FULL, tmp_path / "mine")
    assert files(tmp_path) == ["mine"]


def test_the_form_that_is_not_canonical_is_known(directory: Path) -> None:
    (directory / "schema/%22%50ublic%22.json").write_text('{"kind": "schema", "name": "Public"}')
    found = format.read(directory)
    assert found == FULL
    assert not split.is_canonical(found, directory)
    split.write(found, directory)
    assert split.is_canonical(found, directory)


MARKED = '<<<<<<< HEAD\n{"kind": "enum"}\n=======\n{"kind": "enum"}\n>>>>>>> theirs\n'


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("enum/%22%50ublic%22.state.json", MARKED, "holds a merge conflict: .*state.json, line 1;"),
        ("manifest.json", "{\n" + MARKED, "holds a merge conflict: .*manifest.json, line 2;"),
        ("enum/%22%50ublic%22.state.json", "", "empty file: .*state.json"),
        (
            "enum/copy.json",
            '{"kind": "enum", "name": "x", "schema": "Public"}',
            "belongs in enum/%22%50ublic%22.x.json",
        ),
        ("enum/a.json", '{"kind": "schema", "name": "a"}', "holds schema a, which belongs in schema/a.json"),
        (
            "enum/%22%50ublic%22.x.json",
            '{"kind": "enum", "name": "x", "shema": "P"}',
            "unknown field `shema`: .*x.json: enum x",
        ),
        ("enum/x.json", '{"kind": "enom", "name": "x"}', "invalid value 'enom': .*x.json"),
        ("schema.json", "{}", "a file that is no object of this split snapshot: .*schema.json"),
        ("tables/x.json", "{}", "a file that is no object of this split snapshot: .*tables/x.json"),
        ("manifest.json", "{}", "JSON, but no snapshot: .*manifest.json"),
        ("manifest.json", '{"header": {"format": 9, "dialect": "postgres"}}', "format 9, and this dbstrata reads"),
        (
            "manifest.json",
            '{"header": {"format": 1, "dialect": "postgres", "x": 1}}',
            "unknown field `x`: .*manifest.json",
        ),
    ],
)
def test_each_wrong_file_is_named(directory: Path, name: str, content: str, complaint: str) -> None:
    path = directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    with pytest.raises(InputError, match=complaint):
        format.read(directory)


def test_a_missing_manifest(directory: Path) -> None:
    (directory / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"a directory without manifest\.json, no snapshot"):
        format.read(directory)


def test_a_manifest_alone_is_no_snapshot(directory: Path) -> None:
    with pytest.raises(InputError, match="a header without objects"):
        format.read(directory / "manifest.json")


def test_an_older_split_snapshot_is_read(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        '{"header": {"format": 0, "dialect": "postgres", "server": "postgresql 16.3", "schemas": []}}'
    )
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "s.t.json").write_text(
        '{"kind": "table", "name": "t", "schema": "s", "columns": [{"name": "a", "type": "int", "default": "1"}]}'
    )
    snapshot = format.read(tmp_path)
    assert snapshot.header.version_number == 160003
    split.write(snapshot, tmp_path)
    assert format.read(tmp_path) == snapshot
