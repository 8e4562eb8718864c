"""Schemas, extensions, types, routines, aggregates, default privileges as the dump reads them."""

import re
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.catalog.routines import setting
from dbstrata.dialects.postgres.catalog.types import implied_not_null_name
from dbstrata.snapshots.model import Grant, Object, Scope, Unmodelled, flatten
from dbstrata.snapshots.postgres import DefaultPrivileges, Snapshot

from ...servers import Database

FAMILIES = Path(__file__).parent / "families.sql"


def dump(database: Database, **options: Any) -> Snapshot:
    with psycopg.connect(database.url, autocommit=True) as connection:
        return read(connection, **options)


def everything(snapshot: Snapshot) -> dict[str, Object]:
    return {str(identity): obj for top in snapshot.objects for identity, _, obj in flatten(top)}


def as_json(obj: Object) -> dict[str, Any]:
    """What stands in the file, without what is the same for all of them."""
    built = msgspec.json.decode(msgspec.json.encode(obj))
    return {name: value for name, value in built.items() if name not in ("kind", "name", "schema", "owner")}


@pytest.fixture
def families(database: Database) -> dict[str, Object]:
    database.script(FAMILIES)
    return everything(dump(database))


def test_nothing_is_unmodelled(families: dict[str, Object]) -> None:
    assert not [obj for obj in families.values() if isinstance(obj, Unmodelled)]


def test_restored_dump_is_the_same_bytes(database: Database, database2: Database) -> None:
    """As pg_dump restores it: other OIDs, another order of creation."""
    database.script(FAMILIES)
    database2.psql(database.pg_dump())
    assert msgspec.json.encode(dump(database)) == msgspec.json.encode(dump(database2))


@pytest.mark.pg15
def test_both_versions_read_the_same(database: Database, database15: Database) -> None:
    """But for what 15 doesn't know: the name of a domain's NOT NULL constraint."""
    database.script(FAMILIES)
    database15.script(FAMILIES)
    new, old = everything(dump(database)), everything(dump(database15))
    differing = {key for key in new.keys() | old.keys() if new.get(key) != old.get(key)}
    assert differing == {"domain s.named"}


def test_public_is_a_schema_like_any_other(families: dict[str, Object]) -> None:
    public = msgspec.json.decode(msgspec.json.encode(families["schema public"]))
    assert public["owner"] == "pg_database_owner"
    assert public["acl"] == [{"to": "PUBLIC", "privileges": ["USAGE"]}]


def test_extension_stands_alone(families: dict[str, Object]) -> None:
    """Its members are left out; plpgsql is the server's."""
    assert families["extension hstore"].comment is not None
    assert not [key for key in families if "hstore" in key and key != "extension hstore"]
    assert "extension plpgsql" not in families


def test_enum(families: dict[str, Object]) -> None:
    assert as_json(families["enum s.color"]) == {
        "comment": "a color",
        "labels": ["red", "blue", "green"],
        "acl": [{"to": "PUBLIC"}, {"to": "pg_monitor", "privileges": ["ALL"], "grantable": ["ALL"]}],
    }


def test_domain(families: dict[str, Object]) -> None:
    assert as_json(families["domain s.d"]) == {
        "comment": "a domain",
        "type": "character varying(10)",
        "collation": 'collation pg_catalog."C"',
        "default": "'x'::character varying",
        "not_null": True,
        "checks": [
            {"name": "chk", "comment": "never empty", "expression": "((VALUE)::text <> ''::text)"},
            {"name": "d_check", "expression": "(length((VALUE)::text) < 9)"},
        ],
    }
    assert as_json(families["domain s.of_domain"])["depends_on"] == ["domain s.d"]
    assert as_json(families["domain_check s.of_domain.nv"])["not_valid"]
    assert as_json(families["domain s.named"])["not_null_name"] == "mine"
    assert as_json(families["domain s.many"]) == {"type": "s.color[]", "depends_on": ["enum s.color"]}


def test_implied_not_null_name() -> None:
    """Cut at 63 bytes, never inside a character."""
    assert implied_not_null_name("d") == "d_not_null"
    assert implied_not_null_name("ä" * 31) == "ä" * 27 + "_not_null"
    assert len(implied_not_null_name("x" * 63)) == 63


def test_implied_not_null_name_is_the_servers(database: Database) -> None:
    for name in ("d", "ä" * 31, "x" + "ä" * 31, "y" * 63):
        database.psql(f'CREATE DOMAIN "{name}" AS int NOT NULL')
        assert as_json(
            everything(dump(database))[f'domain public."{name}"' if "ä" in name else f"domain public.{name}"]
        )


def test_composite(families: dict[str, Object]) -> None:
    composite = as_json(families["composite s.comp"])
    assert [attribute["type"] for attribute in composite["attributes"]] == [
        "integer",
        "s.color[]",
        "text",
        "numeric(10,2)",
    ]
    assert families['attribute s.comp."Odd"'].name == "Odd"
    assert as_json(families["attribute s.comp.b"])["depends_on"] == ["enum s.color"]
    assert as_json(families["attribute s.comp.c"])["collation"] == 'collation pg_catalog."C"'
    assert families["attribute s.comp.a"].comment == "first"


def test_range(families: dict[str, Object]) -> None:
    """The functions and casts that the server makes for it are left out."""
    assert as_json(families["range s.texts"]) == {
        "subtype": "text",
        "subtype_opclass": "text_pattern_ops",
        "collation": 'collation pg_catalog."C"',
        "multirange": '"odd.s""q"."Many ""texts"""',
    }
    floats = as_json(families["range s.floats"])
    assert floats["subtype_diff"] == "s.difference"
    assert floats["depends_on"] == ["function s.difference(double precision, double precision)"]
    assert not [key for key in families if re.match(r"function s\.(texts|floats)", key)]


def test_function(families: dict[str, Object]) -> None:
    assert as_json(families["function s.f(integer, text, integer[])"]) == {
        "comment": "a function",
        "acl": [{"to": "PUBLIC"}, {"to": "pg_monitor", "privileges": ["ALL"]}],
        "signature": ["integer", "text", "integer[]"],
        "arguments": [
            {"name": "a", "type": "integer"},
            {"name": "b", "type": "text", "default": "'it''s'::text"},
            {"mode": "out", "name": "c", "type": "integer"},
            {"mode": "variadic", "name": "d", "type": "integer[]", "default": "'{}'::integer[]"},
        ],
        "language": "plpgsql",
        "body": ["", "BEGIN c := a; END;", ""],
        "security_definer": True,
        "settings": {
            "search_path": "'', '$user', 'A,b'",
            "work_mem": "'4MB'",
            "my.own": "'it''s\\'",
            "DateStyle": "'ISO, MDY'",
        },
        "returns": "integer",
        "volatility": "stable",
        "parallel": "safe",
        "strict": True,
        "leakproof": True,
        "cost": 5.0,
    }


def test_settings_are_what_pg_get_functiondef_prints(database: Database) -> None:
    database.script(FAMILIES)
    definition = database.psql("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'f'")
    function = as_json(everything(dump(database))["function s.f(integer, text, integer[])"])
    for name, value in function["settings"].items():
        assert re.search(rf'^ SET "?{re.escape(name)}"? TO {re.escape(value)}$', definition, re.MULTILINE)


def test_setting_without_quotes() -> None:
    assert setting("search_path=a, pg_temp") == ("search_path", "'a', 'pg_temp'")
    assert setting('search_path=""') == ("search_path", "''")


def test_other_routines(families: dict[str, Object]) -> None:
    rows = as_json(families["function s.rows(integer, s.color)"])
    assert rows["rows"] == 7
    assert rows["sql_body"] == ["BEGIN ATOMIC", " SELECT 1,", "     NULL::s.comp AS comp;", "END"]
    assert "body" not in rows
    assert rows["depends_on"] == ["composite s.comp", "enum s.color"]
    assert [argument.get("mode", "in") for argument in rows["arguments"]] == ["in", "in", "table", "table"]
    window = as_json(families["function s.win()"])
    assert window["window"]
    assert window["support"] == "window_row_number_support"
    assert families["procedure s.p(integer)"]
    defaults = as_json(families["function s.defaults(integer, integer, s.color)"])["arguments"]
    assert [argument.get("default") for argument in defaults] == [None, "(1 + 1)", "'red'::s.color"]


def test_aggregates(families: dict[str, Object]) -> None:
    total = as_json(families["aggregate s.total(integer)"])
    assert total["depends_on"] == [
        'function s."dec"(integer, integer)',
        "function s.plus(integer, integer)",
    ]
    assert total["definition"] == {
        "SFUNC": "s.plus",
        "STYPE": "integer",
        "SSPACE": "8",
        "INITCOND": "'0'",
        "FINALFUNC": "int4abs",
        "FINALFUNC_MODIFY": "SHAREABLE",
        "COMBINEFUNC": "s.plus",
        "MSFUNC": "s.plus",
        "MINVFUNC": 's."dec"',
        "MSTYPE": "integer",
        "MSSPACE": "9",
        "MFINALFUNC": "int4abs",
        "MFINALFUNC_MODIFY": "READ_WRITE",
        "MINITCOND": "'1'",
        "SORTOP": "OPERATOR(pg_catalog.<)",
        "PARALLEL": "SAFE",
    }


AGGREGATES = [
    "aggregate s.total(integer)",
    "aggregate s.parts(numeric)",
    "aggregate s.ordered(double precision, anyelement)",
    'aggregate s.hypo("any")',
]


def test_aggregates_can_be_made_again(database: Database) -> None:
    """CREATE AGGREGATE with `arguments` and `definition` as they stand gives the same aggregate."""
    database.script(FAMILIES)
    before = everything(dump(database))
    for key in AGGREGATES:
        made: Any = before[key]
        parameters = ", ".join(f"{name} = {value}" for name, value in made.definition.items())
        database.psql(f"DROP AGGREGATE s.{made.name}({made.arguments})")
        database.psql(f"CREATE AGGREGATE s.{made.name}({made.arguments}) ({parameters})")
    after = everything(dump(database))
    for key in AGGREGATES:
        assert msgspec.structs.replace(before[key], comment=None) == after[key]


def test_default_privileges(families: dict[str, Object]) -> None:
    found = {key: obj.acl for key, obj in families.items() if isinstance(obj, DefaultPrivileges)}
    assert found == {
        "default_privileges pg_monitor on tables": (Grant(to="PUBLIC", privileges=("SELECT",)),),
        "default_privileges pg_monitor on functions": (Grant(to="PUBLIC"),),
        "default_privileges pg_monitor in s on functions": (
            Grant(to="pg_read_all_data", privileges=("ALL",), grantable=("ALL",)),
        ),
    }


def test_without_owners_and_privileges(database: Database) -> None:
    database.script(FAMILIES)
    snapshot = dump(database, owner=False, privileges=False)
    assert snapshot.header.not_read == ("owner", "acl")
    for obj in everything(snapshot).values():
        assert getattr(obj, "owner", None) is None
        assert not getattr(obj, "acl", ())


def test_scope(database: Database) -> None:
    database.script(FAMILIES)
    keys = everything(dump(database, scope=Scope(schemas=("s",), exclude=("s.f*", "total"))))
    assert "schema public" not in keys
    assert "enum s.color" in keys
    assert "extension hstore" in keys
    assert "default_privileges pg_monitor in s on functions" in keys
    assert not [key for key in keys if key.startswith(("function s.f", "range s.floats", "aggregate s.total"))]
    assert "default_privileges pg_monitor on tables" not in keys
