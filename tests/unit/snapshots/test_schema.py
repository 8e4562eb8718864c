"""The JSON Schema of the format says what the strict reader does."""

import json
from typing import Any

import jsonschema
import pytest

from dbstrata.snapshots import format, mysql, postgres
from dbstrata.snapshots.errors import InputError
from dbstrata.snapshots.model import Header
from dbstrata.snapshots.schema import schema

from ...cli.commands import snapshot, table

# The stubs of its methods name no types.
VALIDATOR = jsonschema.Draft202012Validator(schema())
MYSQL = Header(format=format.FORMAT, dialect="mysql", flavour="mysql", version="9.7.0", version_number=90700)
FITS = {
    "a table": snapshot(table("t")),
    "nothing of PostgreSQL": postgres.Snapshot(header=snapshot().header),
    "nothing of MySQL": mysql.Snapshot(header=MYSQL),
}


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(format.encode(FITS[name]))
    return found


@pytest.mark.parametrize("name", FITS)
def test_a_snapshot_fits(name: str) -> None:
    VALIDATOR.validate(document(name))  # pyright: ignore[reportUnknownMemberType]


def altered(name: str, **header: object) -> dict[str, Any]:
    found = document(name)
    return found | {"header": found["header"] | header}


@pytest.mark.parametrize(
    "wrong",
    [
        altered("a table", dialect="mysql"),
        altered("a table", dialect="oracle"),
        altered("a table", format=format.FORMAT + 1),
        altered("a table", host="h"),
        document("a table") | {"objects": [{"kind": "event", "name": "e"}]},
        document("nothing of MySQL") | {"objects": [{"kind": "schema", "name": "s"}]},
    ],
    ids=["dialect", "no dialect", "format", "field", "kind", "kind of another dialect"],
)
def test_what_the_reader_refuses_does_not_fit(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        format.decode(json.dumps(wrong).encode(), "wrong")
    assert list(VALIDATOR.iter_errors(wrong)) != []  # pyright: ignore[reportUnknownMemberType]
