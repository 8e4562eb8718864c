"""What the model does not cover is noted: none is missed, each digest changes with its object, none tells a secret."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from dbstrata.dialects.postgres import catalog
from dbstrata.dialects.postgres.catalog import elsewhere, read
from dbstrata.dialects.postgres.catalog.ignored import IGNORED
from dbstrata.snapshots.model import Scope, Unmodelled
from dbstrata.snapshots.postgres import Snapshot

from ...servers import Database

HERE = Path(__file__).parent
EXPECTED = {
    "access method heap2": [],
    "cast (integer AS s.color)": ["enum s.color", "function s.to_color(integer)"],
    "collation s.coll": [],
    'comment rule "_RETURN" on s.v': ["view s.v"],
    "comment type s.floats_multirange": ["range s.floats"],
    "conversion s.conv": [],
    "event trigger et": ["function s.evt()"],
    "extension dependency hstore on function s.trg()": ["extension hstore", "function s.trg()"],
    "foreign table s.ft": ["enum s.color", "function s.trg()", "unmodelled server srv"],
    "foreign-data wrapper w": [],
    "language other": [],
    "operator class s.opc USING btree": ["unmodelled operator family s.opc USING btree"],
    "operator family s.opc USING btree": [],
    "operator of access method operator 1 (integer, numeric) of pg_catalog.integer_ops USING btree": [
        "unmodelled operator s.<<<(integer,numeric)"
    ],
    "operator s.<<<(integer,numeric)": ["function s.less(integer, numeric)"],
    "operator s.===(integer,integer)": [],
    "privileges function pg_catalog.pg_sleep(double precision)": [],
    "privileges function s.hstore_to_json(s.hstore)": ["extension hstore"],
    "privileges table column pg_catalog.pg_authid.rolname": [],
    "privileges table column s.tab.tableoid": ["table s.tab"],
    "privileges table pg_catalog.pg_authid": [],
    "privileges type s.tab": ["table s.tab"],
    "privileges view information_schema.tables": [],
    "publication pub": ["column s.tab.id", "table s.tab"],
    "publication pubs": ["schema s"],
    "server srv": ["unmodelled foreign-data wrapper w"],
    "statistics object s.st": ["unmodelled foreign table s.ft"],
    "subscription sub": [],
    "text search configuration s.tsc": ["unmodelled text search dictionary s.tsd"],
    "text search dictionary s.tsd": [],
    "text search parser s.tsp": [],
    "text search template s.tst": [],
    "transform for s.color language other": ["enum s.color", "unmodelled language other"],
    "type s.base": ["function s.base_in(cstring)", "function s.base_out(s.base)"],
    "type s.shell": [],
    "user mapping public on server srv": ["unmodelled server srv"],
}


def dump(database: Database, user: str = "postgres", **options: Any) -> Snapshot:
    with psycopg.connect(database.url, user=user, autocommit=True) as connection:
        return read(connection, **options)


def noted(snapshot: Snapshot) -> dict[str, Unmodelled]:
    return {f"{obj.type} {obj.name}": obj for obj in snapshot.objects if isinstance(obj, Unmodelled)}


def state(obj: Unmodelled) -> tuple[str, str | None, str | None]:
    return obj.digest, obj.owner, obj.acl


@pytest.fixture
def odd(database: Database) -> Iterator[Database]:
    yield from made(database)


@pytest.fixture
def odd15(database15: Database) -> Iterator[Database]:
    yield from made(database15)


def made(database: Database) -> Iterator[Database]:
    database.script(HERE / "unmodelled.sql")
    yield database
    database.psql("ALTER SUBSCRIPTION sub DISABLE")
    database.psql("DROP SUBSCRIPTION sub")


def test_all_is_noted(odd: Database) -> None:
    snapshot = dump(odd)
    assert {name: list(obj.depends_on) for name, obj in noted(snapshot).items()} == EXPECTED
    assert noted(snapshot)["collation s.coll"].comment == "a collation"
    assert b"tell-nobody" not in msgspec.json.encode(snapshot)


@pytest.mark.pg15
def test_all_is_noted_15(odd15: Database, odd: Database) -> None:
    """With the same digests, but of a subscription, whose streaming is parallel by default since 18."""
    old, new = noted(dump(odd15)), noted(dump(odd))
    old["transform for s.color language other"] = old.pop("transform for s.color on language other")
    assert {name: list(obj.depends_on) for name, obj in old.items()} == EXPECTED
    assert {name for name in EXPECTED if old[name].digest != new[name].digest} == {"subscription sub"}


def test_anyone_reads_the_same(odd: Database) -> None:
    """A role without any privilege; what it may not see is in no dump."""
    odd.psql("DO $$BEGIN CREATE ROLE nobody_special LOGIN; EXCEPTION WHEN duplicate_object THEN END$$")
    assert dump(odd, "nobody_special") == dump(odd)


def test_an_empty_database_has_none(database: Database) -> None:
    assert noted(dump(database)) == {}


@pytest.mark.pg15
def test_an_empty_database_has_none_15(database15: Database) -> None:
    assert noted(dump(database15)) == {}


def test_scope(odd: Database) -> None:
    """With schemas named, what lives in the database as a whole is left out."""
    found = noted(dump(odd, scope=Scope(schemas=("s",), exclude=("s.ts*",))))
    assert {"operator s.===(integer,integer)", "type s.base", "foreign table s.ft"} <= found.keys()
    assert {'comment rule "_RETURN" on s.v', "extension dependency hstore on function s.trg()"} <= found.keys()
    assert not {"event trigger et", "publication pub", "privileges table pg_catalog.pg_authid"} & found.keys()
    assert not [name for name in found if "s.ts" in name]


CHANGES = {
    "cast (integer AS s.color)": "DROP CAST (int AS s.color); CREATE CAST (int AS s.color) WITH INOUT",
    "event trigger et": "ALTER EVENT TRIGGER et DISABLE",
    "foreign table s.ft": "ALTER TABLE s.ft ALTER a SET DEFAULT 4",
    "foreign-data wrapper w": "GRANT USAGE ON FOREIGN DATA WRAPPER w TO pg_monitor",
    "operator family s.opc USING btree": "ALTER OPERATOR FAMILY s.opc USING btree ADD OPERATOR 1 s.<<< (int, numeric)",
    "operator s.===(integer,integer)": "ALTER OPERATOR s.=== (int, int) SET (RESTRICT = eqsel)",
    "privileges type s.tab": "GRANT USAGE ON TYPE s.tab TO pg_read_all_data",
    "publication pub": "ALTER PUBLICATION pub SET TABLE s.tab (id) WHERE (id > 4)",
    "publication pubs": "ALTER PUBLICATION pubs OWNER TO pg_monitor",
    "server srv": "ALTER SERVER srv OPTIONS (SET host 'i')",
    "statistics object s.st": "ALTER STATISTICS s.st OWNER TO pg_monitor",
    "subscription sub": "ALTER SUBSCRIPTION sub SET (synchronous_commit = on)",
    "text search configuration s.tsc": "ALTER TEXT SEARCH CONFIGURATION s.tsc DROP MAPPING FOR word",
    "text search dictionary s.tsd": "ALTER TEXT SEARCH DICTIONARY s.tsd (accept = false)",
    'comment rule "_RETURN" on s.v': "COMMENT ON RULE \"_RETURN\" ON s.v IS 'y'",
}


def test_a_change_is_noted(odd: Database) -> None:
    before = noted(dump(odd))
    for change in CHANGES.values():
        odd.psql(change)
    after = noted(dump(odd))
    assert {name for name in before if state(before[name]) != state(after[name])} == set(CHANGES)


def test_digests_are_of_names_and_not_of_oids(odd: Database) -> None:
    """Made again in another order, all is the same."""
    before = dump(odd)
    odd.psql("""
        CREATE TABLE s.between ();
        DROP CAST (int AS s.color); DROP FUNCTION s.to_color;
        DROP TABLE s.between;
        CREATE FUNCTION s.to_color(int) RETURNS s.color LANGUAGE sql AS $$SELECT 'red'::s.color$$;
        CREATE CAST (int AS s.color) WITH FUNCTION s.to_color(int) AS ASSIGNMENT;
        DROP PUBLICATION pub; CREATE PUBLICATION pub FOR TABLE s.tab (id) WHERE (id > 3);""")
    assert dump(odd) == before


def test_owner_and_privileges_are_apart_from_the_definition(database: Database) -> None:
    """Who did not read them, or does not compare them, sees no difference in what they are said of."""
    database.psql("""
        CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
        CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w;
        CREATE FOREIGN TABLE ft (a int, b int) SERVER srv""")
    before = noted(dump(database))
    database.psql("""
        ALTER OPERATOR === (int, int) OWNER TO pg_monitor; GRANT USAGE ON FOREIGN SERVER srv TO PUBLIC;
        ALTER FOREIGN TABLE ft OWNER TO pg_monitor; GRANT SELECT (b) ON ft TO PUBLIC""")
    after = noted(dump(database))
    assert (before["foreign table public.ft"].acl, before["server srv"].acl) == (None, None)
    assert {after["foreign table public.ft"].owner, after["operator public.===(integer,integer)"].owner} == {
        "pg_monitor"
    }
    assert None not in (after["foreign table public.ft"].acl, after["server srv"].acl)
    unread = noted(dump(database, owner=False, privileges=False))
    for name, obj in before.items():
        assert obj.digest == after[name].digest == unread[name].digest
        assert (unread[name].owner, unread[name].acl) == (None, None)


def assert_every_catalog_has_its_place(database: Database) -> None:
    source = "".join(
        path.read_text()
        for path in Path(catalog.__path__[0]).glob("*.py")
        if path.name not in ("unmodelled.py", "elsewhere.py")
    )
    tables = database.psql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'"
    ).split()
    for table in tables:
        read_by_families = table in IGNORED or table in source
        assert read_by_families or table in elsewhere.READ_HERE or table in elsewhere.NOT_SCHEMA, table


def test_every_catalog_has_its_place(database: Database) -> None:
    """Read by a family, read here, or left out with a reason: none is forgotten."""
    assert_every_catalog_has_its_place(database)


@pytest.mark.pg15
def test_every_catalog_has_its_place_15(database15: Database) -> None:
    assert_every_catalog_has_its_place(database15)


FOREIGN = """
    CREATE FOREIGN DATA WRAPPER fw OPTIONS ({});
    CREATE SERVER fs FOREIGN DATA WRAPPER fw OPTIONS ({});
    CREATE FOREIGN TABLE ft (a int OPTIONS ({})) SERVER fs OPTIONS ({});"""


def test_secrets_and_the_order_of_options_change_no_digest(database: Database, database2: Database) -> None:
    """A digest of a short secret gives it away; options stand in the order in which they were set."""
    one, other = (
        "host 'h', password 'x', api_token 'y', url 'p://u:x@h'",
        "url 'p://u:z@h', api_token 'z', host 'h', password 'w'",
    )
    found = list[dict[str, str]]()
    for made, options in ((database, one), (database2, other)):
        made.psql(FOREIGN.format(*[options] * 4))
        found.append(digests(made))
    assert len(found[0]) == 3
    assert found[0] == found[1]
    database2.psql("ALTER SERVER fs OPTIONS (SET host 'i')")
    assert found[0] != digests(database2)


def digests(made: Database) -> dict[str, str]:
    with psycopg.connect(made.url) as connection:
        return {obj.name: obj.digest for obj in read(connection).objects if isinstance(obj, Unmodelled)}
