"""Privileges: what the server's aclitem text says beyond its default. The server is the judge of both."""

import psycopg
import pytest
from psycopg import sql

from dbstrata.dialects.postgres.catalog.acl import AclItem, default, grants, parse
from dbstrata.snapshots.errors import Refused
from dbstrata.snapshots.model import Grant

from ...servers import Database

V16, V17 = 160000, 170000


def item(to: str, held: str, grantable: str, by: str) -> AclItem:
    return AclItem(to, frozenset(held), frozenset(grantable), by)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=r/owner", item("", "r", "", "owner")),
        ("bob=r*w/owner", item("bob", "rw", "r", "owner")),
        ("owner=/owner", item("owner", "", "", "owner")),
        ('"b=o/b"=X*/"the owner"', item("b=o/b", "X", "X", "the owner")),
        ('"b""ob"=X/own_er1', item('b"ob', "X", "", "own_er1")),
        ("é=r/owner", item("é", "r", "", "owner")),
        ('"a*b"=r/"a-b"', item("a*b", "r", "", "a-b")),
    ],
)
def test_parse(text: str, expected: AclItem) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("acl", "kind", "expected"),
    [
        (None, "r", ()),
        (["o=arwdDxt/o"], "r", ()),
        ([], "r", (Grant(to="o"),)),
        (["o=r/o"], "r", (Grant(to="o", privileges=("SELECT",)),)),
        (["o=arwdDxt/o", "a=rw/o"], "r", (Grant(to="a", privileges=("SELECT", "UPDATE")),)),
        (["o=arwdDxt/o", "a=arwdDxt/o"], "r", (Grant(to="a", privileges=("ALL",)),)),
        (["o=X/o", "=X/o"], "f", ()),
        (["o=X/o"], "f", (Grant(to="PUBLIC"),)),
        (["=X/o"], "f", (Grant(to="o"),)),
        (["o=rwU/o", "=U/o"], "s", (Grant(to="PUBLIC", privileges=("USAGE",)),)),
        (["a=r/o"], "c", (Grant(to="a", privileges=("SELECT",)),)),
        (["o=arwx/o"], "c", (Grant(to="o", privileges=("ALL",)),)),
        (["o=UC/o", "a=U*C*/o"], "n", (Grant(to="a", privileges=("ALL",), grantable=("ALL",)),)),
        (
            ["o=arwdDxt/o", "b=r/a", "b=w/o", "a=r*/o"],
            "r",
            (
                Grant(to="a", privileges=("SELECT",), grantable=("SELECT",)),
                Grant(to="b", privileges=("UPDATE",)),
                Grant(to="b", privileges=("SELECT",), by="a"),
            ),
        ),
    ],
)
def test_beyond_the_default(acl: list[str] | None, kind: str, expected: tuple[Grant, ...]) -> None:
    assert grants(acl, kind, "o", V16) == expected


def test_maintain_makes_no_difference() -> None:
    """A full set is ALL on each version, and the owner's full set is the default on each."""
    assert grants(["o=arwdDxt/o", "a=arwdDxt/o"], "r", "o", V16) == grants(
        ["o=arwdDxtm/o", "a=arwdDxtm/o"], "r", "o", V17
    )
    assert grants(["o=arwdDxt/o"], "r", "o", V17) != ()


def test_empty_base() -> None:
    """A schema's default privileges are added to the global ones: all of it counts."""
    assert grants(["o=r/o", "=X/o"], "f", "o", V17, empty_base=True)[0] == Grant(to="PUBLIC", privileges=("ALL",))
    assert len(grants(["o=X/o", "=X/o"], "f", "o", V17, empty_base=True)) == 2


def test_role_named_like_public_is_refused() -> None:
    with pytest.raises(Refused, match="in capitals"):
        grants(['"PUBLIC"=r/o'], "r", "o", V17)


def assert_defaults(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        for kind in "rsfnTlFSL":
            found = connection.execute(
                "SELECT coalesce(acldefault(%s::\"char\", 'postgres'::regrole), '{}')::text[]", (kind,)
            ).fetchone()
            assert found is not None
            expected = {(i.to, i.by): (i.privileges, i.grantable) for i in map(parse, found[0])}
            assert default(kind, "postgres", connection.info.server_version) == expected


def test_defaults_are_the_servers(database: Database) -> None:
    assert_defaults(database)


@pytest.mark.pg15
def test_defaults_are_the_servers_15(database15: Database) -> None:
    assert_defaults(database15)


def test_roles_with_any_characters(database: Database) -> None:
    """Quoted and parsed back, whatever stands in the name."""
    names = ['q"uo"te', "a=b/c", "a*b", "Ünï", "sp ace", "com,ma", "br{ace}", "back\\slash", '"', "line\nfeed"]
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t ()")
        made = [f"{database.name} {name}" for name in names]
        for name in made:
            role = sql.Identifier(name)
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            connection.execute(sql.SQL("GRANT SELECT ON t TO {} WITH GRANT OPTION").format(role))
        row = connection.execute("SELECT relacl::text[] FROM pg_class WHERE relname = 't'").fetchone()
        assert row is not None
        found = grants(row[0], "r", "postgres", connection.info.server_version)
        for name in made:
            connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(name)))
    assert {grant.to for grant in found} == set(made)
    assert all(grant.privileges == grant.grantable == ("SELECT",) for grant in found)
