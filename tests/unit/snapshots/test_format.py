"""The file: canonical bytes, a strict reader, the fingerprint."""

import gc
import io
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from dbstrata.snapshots import format, schema
from dbstrata.snapshots.errors import InputError
from dbstrata.snapshots.model import Header, Identity, Scope
from dbstrata.snapshots.postgres import (
    Column,
    Default,
    Extension,
    ForeignKey,
    Function,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Snapshot,
    Table,
    View,
)

from ...strategies import snapshots

HEADER = Header(format=1, dialect="postgres", flavour="postgresql", version="18.6", version_number=180006)


def snapshot(*objects: Any, header: Header = HEADER) -> Snapshot:
    return Snapshot(header=header, objects=objects)


def orders(**attributes: Any) -> Table:
    return Table(
        name="orders",
        schema="public",
        columns=(
            Column(name="id", type="bigint", default=Default(expression="1")),
            Column(name="total", type="numeric", comment=("two", "lines")),
        ),
        constraints=(PrimaryKey(name="orders_pkey", columns=(Identity("column public.orders.id"),)),),
        indexes=(Index(name="by_total", parts=(IndexPart(column=Identity("column public.orders.total")),)),),
        **attributes,
    )


# canonical


@given(snapshots)
def test_what_is_decoded_encodes_to_the_same_bytes(any_snapshot: Snapshot) -> None:
    data = format.encode(any_snapshot)
    again = format.decode(data, "x")
    assert format.encode(again) == data
    assert again == format.canonical(any_snapshot)


@given(snapshots)
def test_the_canonical_form_of_a_canonical_snapshot_is_itself(any_snapshot: Snapshot) -> None:
    canonical = format.canonical(any_snapshot)
    assert format.canonical(canonical) is canonical


@given(snapshots)
@settings(max_examples=30)
def test_the_order_in_a_file_is_no_matter(any_snapshot: Snapshot) -> None:
    document = json.loads(format.encode(any_snapshot))
    document["objects"].reverse()
    shuffled = json.dumps(document, ensure_ascii=True).encode()
    assert format.encode(format.decode(shuffled, "x")) == format.encode(any_snapshot)


def test_the_layout() -> None:
    text = format.encode(snapshot(Schema(name="b"), Schema(name="a", comment="x\ny"))).decode()
    assert text == (
        '{\n  "header": {\n    "format": 1,\n    "dialect": "postgres",\n    "flavour": "postgresql",\n'
        '    "version": "18.6",\n    "version_number": 180006\n  },\n  "objects": [\n'
        '    {\n      "kind": "schema",\n      "name": "a",\n      "comment": [\n        "x",\n'
        '        "y"\n      ]\n    },\n'
        '    {\n      "kind": "schema",\n      "name": "b"\n    }\n  ]\n}\n'
    )


def test_what_is_not_canonical_is_made_so() -> None:
    table = orders(
        comment=("one line",), depends_on=(Identity("table pg_catalog.b"), Identity("table pg_catalog.a")) * 2
    )
    unsorted = msgspec.structs.replace(
        table, indexes=(Index(name="z", predicate="a\nb"), Index(name="by_total", parts=table.indexes[0].parts))
    )
    (found,) = format.decode(msgspec.json.encode(snapshot(unsorted)), "x").objects
    assert isinstance(found, Table)
    assert found.comment == "one line"
    assert found.depends_on == ("table pg_catalog.a", "table pg_catalog.b")
    assert [(index.name, index.predicate) for index in found.indexes] == [("by_total", None), ("z", ("a", "b"))]
    assert found.columns == table.columns


def test_a_byte_order_mark_and_other_line_ends_are_read() -> None:
    data = format.encode(snapshot(orders()))
    assert format.decode(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), "x") == snapshot(orders())


def test_the_collector_is_on_again() -> None:
    format.decode(format.encode(snapshot()), "x")
    with pytest.raises(InputError):
        format.decode(b"{", "x")
    assert gc.isenabled()


# what is there, and what may be missing


def complaint(*objects: Any, header: Header = HEADER) -> str | None:
    try:
        format.decode(msgspec.json.encode(snapshot(*objects, header=header)), "x.json")
    except InputError as error:
        return str(error)
    return None


def uses(*identities: str) -> View:
    return View(name="v", schema="public", query="", depends_on=tuple(map(Identity, identities)))


def test_an_identity_that_is_there_twice() -> None:
    assert "table public.orders is there twice" in (complaint(orders(), orders()) or "")
    twice = Table(name="t", schema="s", columns=(Column(name="a", type="int"), Column(name="a", type="text")))
    assert "column s.t.a is there twice" in (complaint(twice) or "")


@pytest.mark.parametrize(
    "identity",
    [
        "table public.gone",
        "column public.orders.gone",
        "extension gone",
        "schema gone",
        "nonsense",
        "wizard public.x",
    ],
)
def test_what_is_named_must_be_there(identity: str) -> None:
    assert f"view public.v names {identity} in depends_on" in (complaint(orders(), uses(identity)) or "")


def test_a_key_that_names_what_is_not_there() -> None:
    key = ForeignKey(name="fk", columns=(Identity("column s.t.a"),), references=Identity("table s.gone"))
    table = Table(name="t", schema="s", columns=(Column(name="a", type="int"),), constraints=(key,))
    assert complaint(table) == (
        "dbstrata: foreign_key s.t.fk names table s.gone in references, which is not there: x.json; "
        "restore that object or remove what uses it; a dump is always whole"
    )


@pytest.mark.parametrize(
    "identity",
    [
        *("table public.orders", "column public.orders.id", "default public.orders.id", "index public.orders.by_total"),
        *("primary_key public.orders.orders_pkey", 'collation public."C"', "function pg_catalog.suppress_trigger()"),
        *(
            "unmodelled cast (a AS b)",
            "view information_schema.tables",
            "extension postgis",
            "function public.f(integer)",
        ),
    ],
)
def test_what_may_be_named(identity: str) -> None:
    function = Function(name="f", schema="public", signature=("integer",), language="c", returns="integer")
    assert complaint(orders(), function, Extension(name="postgis", schema="s", version="3"), uses(identity)) is None


@pytest.mark.parametrize(
    ("scope", "identity", "missing"),
    [
        (Scope(schemas=("public",)), "table other.x", False),
        (Scope(schemas=("public",)), "column other.x.y", False),
        (Scope(schemas=("public",)), "extension gone", False),
        (Scope(schemas=("public",)), "table public.x", True),
        (Scope(schemas=("pub*",)), "table public.x", True),
        (Scope(exclude_schemas=("other",)), "table other.x", False),
        (Scope(exclude_schemas=("other",)), "table public.x", True),
        (Scope(exclude=("tmp_*",)), "column public.tmp_x.a", False),
        (Scope(exclude=("public.tmp_*",)), "table public.tmp_x", False),
        (Scope(exclude=("tmp_*",)), "table public.x", True),
    ],
)
def test_what_is_outside_of_the_scope_may_be_missing(scope: Scope, identity: str, missing: bool) -> None:
    header = msgspec.structs.replace(HEADER, scope=scope)
    assert (complaint(uses(identity), header=header) is not None) == missing


# fingerprint


@given(snapshots)
def test_the_fingerprint_knows_nothing_of_depends_on(any_snapshot: Snapshot) -> None:
    canonical = format.canonical(any_snapshot)
    bare = json.loads(format.encode(canonical), object_hook=_without_depends_on)
    without = format.decode(json.dumps(bare).encode(), "x")
    assert format.fingerprint(canonical) == format.fingerprint(without)


def _without_depends_on(value: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in value.items() if k != "depends_on" or not isinstance(v, list)}


@given(snapshots, snapshots)
@settings(max_examples=50)
def test_the_fingerprint_differs_where_anything_else_does(one: Snapshot, other: Snapshot) -> None:
    same = _without_any(one) == _without_any(other)
    assert (format.fingerprint(format.canonical(one)) == format.fingerprint(format.canonical(other))) == same


def _without_any(of: Snapshot) -> Any:
    return json.dumps(json.loads(format.encode(of), object_hook=_without_depends_on))


def test_the_fingerprint_holds_the_header() -> None:
    other = msgspec.structs.replace(HEADER, not_read=("owner",))
    assert format.fingerprint(snapshot()) != format.fingerprint(snapshot(header=other))


def test_the_fingerprint_stays() -> None:
    """A release that changes this makes the fingerprint in every script untrue: raise the format instead."""
    assert format.fingerprint(snapshot(orders())) == (
        "373cfde6bd4e191ffd6ce860e2c3fa2806651f80aa62e59d6b96d5608d0b10d3"
    )


# files


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    format.write(snapshot(orders()), tmp_path / "a.json")
    assert format.read(tmp_path / "a.json") == snapshot(orders())
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        format.write(snapshot(), path)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="links and modes")
def test_writing_keeps_links_and_modes(tmp_path: Path) -> None:
    path, link = tmp_path / "a.json", tmp_path / "link.json"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    format.write(snapshot(), link)
    assert link.is_symlink()
    assert format.read(path) == snapshot()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    format.write(snapshot(), tmp_path / "a.json")
    assert (tmp_path / "a.json").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_standard_input_and_output(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    format.write(snapshot(orders()), "-")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(out.buffer.getvalue())))
    assert format.read("-") == snapshot(orders())


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write: No such file or directory"):
        format.write(snapshot(), tmp_path / "nowhere" / "a.json")


def test_equal_files_are_known_without_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    format.write(snapshot(orders()), old)
    format.write(snapshot(orders()), new)
    monkeypatch.setattr(format, "CHUNK", 100)
    assert format.same_bytes(old, new)
    format.write(snapshot(orders(comment="x")), new)
    assert not format.same_bytes(old, new)
    assert not format.same_bytes(old, tmp_path / "nowhere")


@pytest.mark.parametrize("data", [b"", b"{}", b"not JSON", b'{"header": {"format": 1}}'])
def test_equal_files_that_are_no_snapshots_are_not_taken_for_equal_snapshots(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    assert not format.same_bytes(path, path)


def test_empty_like_keeps_the_header() -> None:
    assert format.empty_like(snapshot(orders())) == snapshot()


# the schema of the format


def test_the_schema_in_docs_is_that_of_the_model() -> None:
    """make docs, or python -m dbstrata.snapshots.schema, writes it."""
    assert (Path(__file__).parents[3] / schema.FILE).read_bytes() == schema.text()
