"""Tables, views, sequences and statistics as the dump reads them, on schemas whose every attribute is set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from dbstrata.dialects.attempts import CatalogChanged, attempts
from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.catalog.columns import default_name, options
from dbstrata.dialects.postgres.catalog.scan import split, when_of
from dbstrata.dialects.postgres.catalog.session import Catalog
from dbstrata.snapshots.errors import ServerFailed
from dbstrata.snapshots.model import Object, Scope, flatten
from dbstrata.snapshots.postgres import Snapshot

from ...servers import Database

HERE = Path(__file__).parent


def dump(database: Database, **options: Any) -> Snapshot:
    with psycopg.connect(database.url, autocommit=True) as connection:
        return read(connection, **options)


def everything(snapshot: Snapshot) -> dict[str, Object]:
    return {str(identity): obj for top in snapshot.objects for identity, _, obj in flatten(top)}


@pytest.fixture
def rich(database: Database) -> Database:
    """PostgreSQL 18 with all that the readers know."""
    database.script(HERE / "rich.sql")
    database.script(HERE / "rich18.sql")
    return database


def test_restored_dump_is_the_same_bytes(rich: Database, database2: Database) -> None:
    """Nothing hangs on OIDs, on the database's name or on the order of creation; nothing that pg_dump knows is lost."""
    database2.psql(rich.pg_dump())
    assert msgspec.json.encode(dump(rich)) == msgspec.json.encode(dump(database2))


@pytest.mark.pg15
def test_restored_dump_is_the_same_bytes_15(database15: Database) -> None:
    """The same on PostgreSQL 15: two readings of one database."""
    database15.script(HERE / "rich.sql")
    assert msgspec.json.encode(dump(database15)) == msgspec.json.encode(dump(database15))


def test_the_strict_reader_takes_it_back(rich: Database) -> None:
    """What is written is read, and equal."""
    snapshot = dump(rich)
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot) == snapshot


def test_defaults_are_left_out(rich: Database) -> None:
    """msgspec leaves out a default that is the very object: an equal string made elsewhere would stand in the file."""
    snapshot = dump(rich)
    assert not list(stated_defaults(snapshot.header))
    assert not [found for obj in everything(snapshot).values() for found in stated_defaults(obj)]


def stated_defaults(struct: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if isinstance(value, str | tuple) and value and value == field.default and value is not field.default:
            yield type(struct).__name__, field.name


def test_what_stands_where(rich: Database) -> None:
    """A few facts that are easily read wrong."""
    found = everything(dump(rich))
    attributes = {
        ("index s.base.i1", "depends_on"): ("column s.base.a", "column s.base.m"),
        ("index s.parted.parted_only", "invalid"): True,
        ("index s.parted_1x.parted_1x_t_idx", "derived_from"): ("index s.parted_1.parted_1_t_idx",),
        ('trigger s."fk t"."T ""WHEN (x)"', "when"): "(old.* IS DISTINCT FROM new.*)",
        ("trigger s.parted.prow", "arguments"): ("a'b", "back\\slash", "ü", ""),
        ("trigger s.parted_d.prow", "enabled"): "disabled",
        ('foreign_key s."fk t".fk2', "depends_on"): ("index s.base.i7",),
        ("view s.v3", "depends_on"): ("table s.base",),
        ("sequence s.down", "minimum"): None,
        ("column s.base.g2", "depends_on"): ("column s.base.b",),
        ("exclusion s.base.ex", "depends_on"): ("extension btree_gist",),
        ("check s.child.nvc", "derived_from"): ("check s.base.nvc",),
        ("foreign_key s.d2.d2_a_b_fkey", "on_delete_columns"): ("column s.d2.b",),
    }
    assert {key: getattr(found[key[0]], key[1]) for key in attributes} == attributes
    assert [i for i in found if i.startswith("foreign_key s.refpart.")] == ["foreign_key s.refpart.refpart_id_d_fkey"]


def test_scope_and_what_is_left_out(rich: Database) -> None:
    """One schema, without owners and privileges: the header says so."""
    snapshot = dump(rich, scope=Scope(schemas=("Odd*",)), owner=False, privileges=False)
    assert snapshot.header.not_read == ("owner", "acl")
    assert 'table "Odd ""S.x"."T.1"' in everything(snapshot)
    assert not [i for i in everything(snapshot) if i.startswith("table s.")]
    assert '"owner"' not in msgspec.json.encode(snapshot.objects).decode()


def test_round_trips_do_not_grow(rich: Database) -> None:
    """A few dozen, whatever the size."""
    with psycopg.connect(rich.url, autocommit=True) as connection:
        trips: list[int] = []
        rows = Catalog.rows

        def counted(self: Catalog, *args: Any, **options: Any) -> list[tuple[Any, ...]]:
            trips.append(1)
            return rows(self, *args, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Catalog, "rows", counted)
            read(connection)
    assert len(trips) < 60


def test_disturbed_readings_begin_again() -> None:
    """Twice disturbed, then right; always disturbed, one clear error."""
    outcomes = iter([CatalogChanged, CatalogChanged, None])

    def disturbed() -> str:
        if (outcome := next(outcomes, CatalogChanged)) is not None:
            raise outcome
        return "read"

    assert attempts(disturbed) == "read"
    with pytest.raises(ServerFailed, match="changes while it is read"):
        attempts(disturbed)


def test_made_up_names_are_cut_as_the_server_cuts() -> None:
    """makeObjectName(): the longer of the two names first."""
    assert default_name("t", "a", "not_null") == "t_a_not_null"
    assert len(default_name("t" * 60, "c" * 60, "not_null")) == 63


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("lower(a), b", ["lower(a)", "b"]),
        ("""f(',', "a,b"), E'\\',', x[1,2]""", ["""f(',', "a,b")""", "E'\\','", "x[1,2]"]),
    ],
)
def test_lists_are_cut_at_their_outermost_commas(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_when_is_found_behind_odd_names() -> None:
    head = 'CREATE TRIGGER "WHEN (" BEFORE UPDATE ON s."x WHEN (y)" FOR EACH ROW'
    definition = f"{head} WHEN ((a = ')')) EXECUTE FUNCTION f(')')"
    assert when_of(definition) == "(a = ')')"


def test_what_the_server_notes_among_the_options_is_left_out() -> None:
    """PostgreSQL 15.20 and 17.12 keep `pg_attver` there, of another value in each database; pg_dump hides it."""
    assert options(["pg_attver=22393304"]) == {}
    assert options(["n_distinct=5", "pg_attver=22393304"]) == {"n_distinct": "5"}
