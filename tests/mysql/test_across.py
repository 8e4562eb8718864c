"""A MySQL snapshot against a MariaDB one: what is only the flavour's spelling is no difference; the rest is told."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from dbstrata.dialects import dialect, read_url
from dbstrata.engine.compare import compare
from dbstrata.engine.schema import Schema

from ..mysql_servers import MyServer, fresh, server_of

pytestmark = [pytest.mark.mysql, pytest.mark.mariadb]

SAME = {
    "numbers": "CREATE TABLE t (a int NOT NULL DEFAULT 5, b decimal(5,2) DEFAULT 1.50, c bigint unsigned)",
    "times": "CREATE TABLE t (a datetime DEFAULT now() ON UPDATE now(), b timestamp(3) NOT NULL DEFAULT now(3))",
    "texts": "CREATE TABLE t (a varchar(10) DEFAULT 'it''s', b text, c enum('x', 'y'), d char(3) COLLATE utf8mb4_bin)",
    "a character set that is the table's": """CREATE TABLE t (a varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)
        DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin""",
    "keys": "CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, a int, b text, KEY a (a), UNIQUE KEY u (b(10), a))",
    "foreign keys": """CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, b int,
        CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE NO ACTION,
        CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id) ON DELETE CASCADE ON UPDATE RESTRICT)""",
    "checks": "CREATE TABLE t (a int, b varchar(9), CONSTRAINT c CHECK (a > 0 AND b <> 'it''s'))",
    "generated columns": "CREATE TABLE t (a int, g int AS (a + 1) STORED, v int AS (a * 2) VIRTUAL)",
    "partitions": "CREATE TABLE t (a int) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (10))",
    "routines": """SET sql_mode = ''; CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC RETURN a + 1;
        CREATE PROCEDURE p() SELECT 1""",
}
OTHER = {
    "a wider type": ("CREATE TABLE t (a int)", "CREATE TABLE t (a bigint)", {("column t.a", ("type",))}),
    "a foreign key's action": (
        "CREATE TABLE t (a int PRIMARY KEY, b int, CONSTRAINT f FOREIGN KEY (b) REFERENCES t (a))",
        "CREATE TABLE t (a int PRIMARY KEY, b int, CONSTRAINT f FOREIGN KEY (b) REFERENCES t (a) ON DELETE CASCADE)",
        {("foreign_key t.f", ("on_delete",))},
    ),
    "an expression": (
        "CREATE TABLE t (a int, g int AS (a + 1) STORED)",
        "CREATE TABLE t (a int, g int AS (a + 2) STORED)",
        {("column t.g", ("generated",))},
    ),
    "a table": ("CREATE TABLE t (a int)", "CREATE TABLE t (a int); CREATE TABLE u (a int)", {("table u", ())}),
}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[MyServer, MyServer]]:
    with ExitStack() as stack:
        mysql, mariadb = (stack.enter_context(server_of(flavour)) for flavour in ("mysql", "mariadb"))
        yield mysql, mariadb


def differences(both: tuple[MyServer, MyServer], on_mysql: str, on_mariadb: str) -> set[tuple[str, tuple[str, ...]]]:
    """(object, attributes), both ways alike."""
    found = list[Schema]()
    for server, sql in zip(both, (on_mysql, on_mariadb), strict=True):
        with fresh(server) as database:
            database.script(f"{sql};")
            found.append(Schema(read_url(database.url)))
    there, back = (
        {(str(c.identity), tuple(c.attributes)) for c in compare(a, b, same=dialect("mysql").same) if c.old and c.new}
        | {(str(c.identity), ()) for c in compare(a, b, same=dialect("mysql").same) if not (c.old and c.new)}
        for a, b in (found, found[::-1])
    )
    assert there == back
    return {(name, attributes) for name, attributes in there if not name.startswith("column u.")}


@pytest.mark.parametrize("name", SAME)
def test_spelling_is_no_difference(name: str, both: tuple[MyServer, MyServer]) -> None:
    assert differences(both, SAME[name], SAME[name]) == set()


@pytest.mark.parametrize("name", OTHER)
def test_the_rest_is_told(name: str, both: tuple[MyServer, MyServer]) -> None:
    on_mysql, on_mariadb, expected = OTHER[name]
    assert differences(both, on_mysql, on_mariadb) == expected
