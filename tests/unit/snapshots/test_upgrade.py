"""Older formats load forever."""

import re
from pathlib import Path

import pytest

from dbstrata.snapshots import format
from dbstrata.snapshots.errors import InputError
from dbstrata.snapshots.model import Header, Scope
from dbstrata.snapshots.postgres import Default, Table, View
from dbstrata.snapshots.upgrade import CHAIN

FIXTURES = Path(__file__).parents[2] / "fixtures"


def test_the_chain_reaches_this_format_from_every_older_one() -> None:
    assert sorted(CHAIN) == list(range(format.FORMAT))


def test_each_older_format_has_a_fixture() -> None:
    assert {f"format{number}.json" for number in CHAIN} <= {path.name for path in FIXTURES.iterdir()}


def test_format_0_is_brought_to_this_format() -> None:
    snapshot = format.read(FIXTURES / "format0.json")
    assert snapshot.header == Header(
        format=format.FORMAT,
        dialect="postgres",
        flavour="postgresql",
        version="16.3",
        version_number=160003,
        scope=Scope(schemas=("public", "app")),
    )
    by_identity = {str(obj.identity()): obj for obj in snapshot.objects}
    table, view = by_identity["table app.orders"], by_identity["view app.new_orders"]
    assert isinstance(table, Table)
    assert [column.default for column in table.columns] == [None, Default(expression="'new'::text"), None]
    assert isinstance(view, View)
    assert view.columns[0].default == Default(expression="0")


def test_an_upgraded_file_is_like_any_other() -> None:
    snapshot = format.read(FIXTURES / "format0.json")
    assert format.decode(format.encode(snapshot), "x") == snapshot


@pytest.mark.parametrize(
    ("pattern", "replacement", "complaint"),
    [
        (r'"server": "[^"]*",', "", "not a valid snapshot of format 0"),
        (r'"objects": \[', '"objects": [7,', "not a valid snapshot of format 0"),
        (r'"type": "numeric\(12,2\)"', '"type": 7', r"x: column app\.orders\.total, field type"),
    ],
)
def test_a_wrong_older_file_is_named(pattern: str, replacement: str, complaint: str) -> None:
    text = (FIXTURES / "format0.json").read_text()
    with pytest.raises(InputError, match=complaint):
        format.decode(re.sub(pattern, replacement, text).encode(), "x")
