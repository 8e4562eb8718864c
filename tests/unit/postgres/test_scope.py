"""Which schemas and objects a dump reads."""

import pytest

from dbstrata.dialects.postgres.catalog.scope import in_scope, in_scope_globally
from dbstrata.snapshots.model import Scope

EVERYTHING = Scope()


@pytest.mark.parametrize("schema", ["pg_catalog", "information_schema", "pg_toast", "pg_temp_3", "pg_toast_temp_3"])
def test_the_servers_own_never(schema: str) -> None:
    assert not in_scope(EVERYTHING, schema)
    assert not in_scope(Scope(schemas=("*",)), schema, "t")


@pytest.mark.parametrize(
    ("scope", "schema", "name", "expected"),
    [
        (EVERYTHING, "s", "t", True),
        (Scope(schemas=("s", "app_*")), "app_1", None, True),
        (Scope(schemas=("s",)), "S", None, False),
        (Scope(schemas=("app?",)), "app", None, False),
        (Scope(schemas=("*",), exclude_schemas=("a*",)), "audit", "t", False),
        (Scope(exclude=("s.tmp_*",)), "s", "tmp_1", False),
        (Scope(exclude=("s.tmp_*",)), "r", "tmp_1", True),
        (Scope(exclude=("tmp_*",)), "r", "tmp_1", False),
        (Scope(exclude=("tmp_*",)), "tmp_s", None, True),
        (Scope(exclude=("a.b.c",)), "a.b", "c", False),
    ],
)
def test_patterns(scope: Scope, schema: str, name: str | None, expected: bool) -> None:
    assert in_scope(scope, schema, name) is expected


def test_what_lives_in_the_database() -> None:
    """An extension or an event trigger is read when no schemas narrow the dump, or when its schema is in scope."""
    assert in_scope_globally(EVERYTHING, None, "e")
    assert in_scope_globally(EVERYTHING, "pg_catalog", "plpython3u")
    assert not in_scope_globally(Scope(schemas=("s",)), None, "e")
    assert in_scope_globally(Scope(schemas=("s",)), "s", "hstore")
    assert not in_scope_globally(Scope(exclude=("hstore",)), "s", "hstore")
