"""Each bad input: one line on stderr that says what, where and what to do, and exit code 2. By the real command."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEADER = {"format": 1, "dialect": "postgres", "flavour": "postgresql", "version": "18.6", "version_number": 180006}
TABLE = {"kind": "table", "name": "t", "schema": "s", "columns": [{"name": "a", "type": "integer"}]}
GOOD = {"header": HEADER, "objects": [{"kind": "schema", "name": "s"}, TABLE]}


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "dbstrata", *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_refused(done: "subprocess.CompletedProcess[str]", *said: str) -> None:
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith("dbstrata: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith("\n")
    for text in said:
        assert text in done.stderr
    assert "; " in done.stderr, "it says what to do next"


def document(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes, indent=2).encode()


def column(**changes: Any) -> bytes:
    return document(objects=[TABLE | {"columns": [{"name": "a", "type": "integer"} | changes]}])


BAD: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("empty file",)),
    "blank": (b" \n\n", ("empty file",)),
    "not JSON": (b"{\n  'header': 1}", ("not JSON", "line 2, column 3")),
    "SQL": (b"CREATE TABLE t (a int);\n", ("not JSON", "line 1, column 1")),
    "truncated": (document()[:-30], ("truncated",)),
    "trailing": (document() + b"x", ("not JSON",)),
    "a JSON of something else": (b'{"name": "package", "version": "1.0"}', ("JSON, but no snapshot",)),
    "a JSON array": (b"[1, 2]", ("JSON, but no snapshot",)),
    "a JSON with another header": (b'{"header": {"a": 1}, "objects": []}', ("JSON, but no snapshot",)),
    "no objects": (json.dumps({"header": HEADER}).encode(), ("a header without objects",)),
    "unknown field": (column(typo=1), ("unknown field `typo`", "column s.t.a")),
    "unknown header field": (document(header=HEADER | {"host": "x"}), ("unknown field `host`", "header")),
    "unknown field of the file": (document(more=1), ("unknown field `more`",)),
    "wrong type": (column(type=5), ("expected `str`, got `int`", "column s.t.a, field type")),
    "wrong type inside": (column(default={"expression": 5}), ("default s.t.a, field expression",)),
    "wrong word": (column(storage="disk"), ("column s.t.a, field storage", "'disk'")),
    "wrong kind": (document(objects=[{"kind": "tabel", "name": "t"}]), ("'tabel'", "tabel t, field kind")),
    "a kind of another dialect": (
        document(objects=[TABLE, {"kind": "event", "schema": "s", "name": "E"}]),
        ("'event'", 'event s."E", field kind'),
    ),
    "no kind": (document(objects=[{"name": "t"}]), ("missing required field `kind`", "object t")),
    "missing field": (
        document(objects=[{"kind": "table", "name": "t"}]),
        ("missing required field `schema`", "table t"),
    ),
    "duplicate identity": (document(objects=[TABLE, TABLE]), ("table s.t is there twice",)),
    "a dependency on what is not there": (
        document(objects=[TABLE | {"depends_on": ["table s.gone"]}]),
        ("table s.t names table s.gone in depends_on",),
    ),
    "newer format": (
        document(header={"format": 99, "dialect": "postgres"}),
        ("format 99", "up to 1", "upgrade dbstrata"),
    ),
    "no format": (document(header=HEADER | {"format": True}), ("JSON, but no snapshot",)),
    "negative format": (document(header=HEADER | {"format": -1}), ("format -1",)),
    "unknown dialect": (document(header=HEADER | {"dialect": "oracle"}), ("dialect 'oracle'", "postgres")),
    "binary": (bytes(range(256)) * 100, ("binary",)),
    "gzip": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(100), ("binary",)),
    "UTF-16": (document().decode().encode("utf-16"), ("UTF-16",)),
    "Latin-1": (column(type="É").replace(b"\\u00c9", b"\xc9"), ("UTF-8",)),
    "git-lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", ("git-lfs",)),
    "deeply nested arrays": (b"[" * 200_000, ()),
    "deeply nested objects": (b'{"header":' * 200_000, ("nested too deep",)),
    "deeply nested inside": (document()[:-2] + b',"x":' + b"[" * 200_000, ("nested too deep",)),
    "merge conflict": (
        document().replace(b'  "objects"', b'<<<<<<< HEAD\n=======\n>>>>>>> theirs\n  "objects"'),
        ("holds a merge conflict", "line 9"),
    ),
}


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.json"
    path.write_bytes(document())
    return str(path)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_clear_line(name: str, good: str, tmp_path: Path) -> None:
    data, said = BAD[name]
    bad = tmp_path / "bad.json"
    bad.write_bytes(data)
    assert_refused(run("diff", good, str(bad)), "bad.json", *said)


@pytest.mark.parametrize("command", [("diff", "empty"), ("script", "empty"), ("build",), ("fmt",), ("upgrade",)])
@pytest.mark.parametrize("name", ["empty", "unknown field", "newer format"])
def test_every_command_says_the_same(command: tuple[str, ...], name: str) -> None:
    data, said = BAD[name]
    assert_refused(run(*command, "-", stdin=data), "standard input", *said)


def test_no_such_file(good: str) -> None:
    assert_refused(run("diff", good, "nowhere.json"), "no such file", "nowhere.json")


def test_a_file_that_is_compared_with_itself_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"x")
    assert_refused(run("diff", str(tmp_path / "bad"), str(tmp_path / "bad")), "not JSON")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(good: str) -> None:
    Path(good).chmod(0)
    assert_refused(run("diff", "empty", good), "Permission denied")


def test_a_name_that_no_file_can_have(good: str) -> None:
    assert_refused(run("diff", good, "x" * 5000), "File name too long")


def test_a_directory_that_is_no_snapshot(good: str, tmp_path: Path) -> None:
    assert_refused(run("diff", good, str(tmp_path)), "a directory without manifest.json")


def split(directory: Path) -> Path:
    """A split snapshot, by hand."""
    (directory / "table").mkdir(parents=True)
    (directory / "manifest.json").write_text(json.dumps({"header": HEADER}))
    (directory / "table" / "s.t.json").write_text(json.dumps(TABLE))
    return directory


MIXED: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "a snapshot among its files": (lambda d: (d / "schema.json").write_bytes(document()), ("schema.json", "no object")),
    "a snapshot in place of an object": (lambda d: (d / "table/s.t.json").write_bytes(document()), ("s.t.json",)),
    "an object in the wrong place": (
        lambda d: (d / "table/s.t.json").rename(d / "table/s.u.json"),
        ("s.u.json", "table s.t"),
    ),
    "a merge conflict": (
        lambda d: (d / "table/s.t.json").write_text("{\n<<<<<<< HEAD\n=======\n>>>>>>> b\n}"),
        ("holds a merge conflict", "s.t.json, line 2"),
    ),
    "a folder of no kind": (
        lambda d: (d / "table").rename(d / "tabels"),
        ("tabels/s.t.json", "no object"),
    ),
    "no manifest": (lambda d: (d / "manifest.json").unlink(), ("a directory without manifest.json",)),
    "an empty object": (lambda d: (d / "table/s.t.json").write_text(""), ("empty file", "s.t.json")),
    "a missing object": (
        lambda d: (d / "table/s.t.json").write_text(json.dumps(TABLE | {"inherits": ["table s.gone"]})),
        ("table s.t names table s.gone in inherits",),
    ),
}


@pytest.mark.parametrize("name", MIXED)
def test_a_mixed_split_directory(name: str, good: str, tmp_path: Path) -> None:
    break_it, said = MIXED[name]
    directory = split(tmp_path / "schema")
    break_it(directory)
    assert_refused(run("diff", good, str(directory)), *said)


LARGE = 200_000_000
BEGIN = document()[: document().index(b"[") + 1]


@pytest.mark.parametrize(
    "unit", [b"\0", b" ", b"[", b"x", json.dumps(TABLE).encode() + b",\n"], ids=["0", " ", "[", "x", "tables"]
)
def test_a_file_of_200_mb(unit: bytes, tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    try:
        with path.open("wb") as stream:
            stream.write(BEGIN if len(unit) > 1 else b"")
            block = unit * (2**20 // len(unit))
            for _ in range(LARGE // len(block) + 1):
                stream.write(block)
        began = time.monotonic()
        assert_refused(run("diff", "empty", str(path)), "larger than 160 MB", "DBSTRATA_LARGEST_MB")
        assert time.monotonic() - began < 10
        if len(unit) == 1:
            assert_refused(run("diff", "empty", str(path), DBSTRATA_LARGEST_MB="1000"), "large.json")
    finally:
        path.unlink()


def test_fmt_and_upgrade(good: str, tmp_path: Path) -> None:
    assert run("fmt", "--check", good).returncode == 1
    assert run("fmt", good).returncode == 0
    assert run("fmt", "--check", good).returncode == 0
    old = tmp_path / "old.json"
    old.write_bytes((Path(__file__).parents[1] / "fixtures" / "format0.json").read_bytes())
    assert_refused(run("fmt", str(old), good), "format 0", f"dbstrata upgrade {old}")
    assert run("upgrade", str(old)).stdout == f"{old}: format 0 -> 1\n"
    assert run("upgrade", str(old)).stdout == f"{old}: format 1 already\n"
    assert run("fmt", "--check", str(old)).returncode == 0
    assert run("fmt", "-", stdin=document()).stdout == Path(good).read_text()
    directory = split(tmp_path / "schema")
    assert run("fmt", "--check", str(directory)).stdout == f"not canonical: {directory}\n"
    assert run("fmt", str(directory)).returncode == 0
    assert run("fmt", "--check", str(directory)).returncode == 0
