"""`dbstrata dump mysql --from-sql` gives what the database gives that the SQL is from."""

from pathlib import Path

import pytest

from dbstrata.dialects.mysql.local import program_of
from dbstrata.dialects.mysql.restoring import statements

from ..mysql_servers import MyDatabase
from .commands import refused, run

TEXT = """-- a comment; with a semicolon
CREATE TABLE t (a int COMMENT 'it''s; \\'x;');  # another; one
/*!50003 SET NAMES utf8mb4 */;
/* don't; */ SELECT 1 -- 2;
; DELIMITER is a word;
DELIMITER ;;
/*!50003 CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; SET @b = 'x;;y'; END */;;
delimiter ;
SELECT 5--1; SELECT `a;``b`"""

SCHEMA = (
    "CREATE TABLE parent (id int PRIMARY KEY, e enum('a;', 'b') COMMENT 'it''s', g int AS (id + 1) STORED, KEY (g))",
    "CREATE TABLE child (id int, p int, FOREIGN KEY (p) REFERENCES parent (id)) DEFAULT CHARSET=latin1",
    "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
    "CREATE TABLE made (a int, b text)",
    "CREATE TRIGGER r BEFORE INSERT ON made FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 'it''s; x'; END",
    "CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC BEGIN /* don't */ RETURN x; -- ;\n END",
    "CREATE VIEW w AS SELECT a, f(a) AS fa FROM made",
)


def test_statements_are_those_of_the_client() -> None:
    assert list(statements(TEXT)) == [
        (1, "-- a comment; with a semicolon\nCREATE TABLE t (a int COMMENT 'it''s; \\'x;')"),
        (2, "# another; one\n/*!50003 SET NAMES utf8mb4 */"),
        (4, "/* don't; */ SELECT 1 -- 2;"),
        (5, "DELIMITER is a word"),
        (7, "/*!50003 CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; SET @b = 'x;;y'; END */"),
        (9, "SELECT 5--1"),
        (9, "SELECT `a;``b`"),
    ]


@pytest.fixture
def scratch(my_database: MyDatabase) -> str:
    return my_database.server.url("mysql")


def test_sql_gives_what_its_database_gives(my_database: MyDatabase, scratch: str, tmp_path: Path) -> None:
    ((charset,),) = my_database.run("SELECT @@character_set_server")
    my_database.run(f"ALTER DATABASE {my_database.name} CHARACTER SET {charset}", *SCHEMA)
    file = tmp_path / "dump.sql"
    file.write_text(my_database.dump(), encoding="utf-8", errors="surrogateescape")
    wanted = run("dump", "mysql", my_database.url)
    found = run("dump", "mysql", "--from-sql", file, "--scratch", scratch)
    assert (found.code, found.err) == (0, wanted.err), found.err
    assert found.out == wanted.out
    assert run("dump", "mysql", "--from-sql", file, "--scratch", scratch.removesuffix("mysql")).out == wanted.out
    assert my_database.run("SHOW DATABASES LIKE 'dbstrata_import%'") == []


@pytest.mark.parametrize(
    ("sql", "code", "said"),
    [
        ("SELECT 1;\nCREATE TABLE t (a nope);", 4, "{file}, line 2, on M"),
        ("USE mysql;", 3, "it leaves the scratch database for another: {file}, line 1: USE"),
        ("/* x */ create DATABASE IF NOT EXISTS x;", 3, "{file}, line 1: create DATABASE"),
    ],
)
def test_a_file_that_fails(scratch: str, tmp_path: Path, sql: str, code: int, said: str) -> None:
    file = tmp_path / "bad.sql"
    file.write_text(sql)
    assert said.format(file=file) in refused(run("dump", "mysql", "--from-sql", file, "--scratch", scratch), code)


@pytest.mark.mariadb
@pytest.mark.skipif(program_of("mariadb") is None, reason="only a server elsewhere is named")
def test_a_server_of_our_own_where_the_machine_has_one(tmp_path: Path) -> None:
    """As mysqldump --databases writes it; whose definer nobody knows there."""
    file = tmp_path / "shop.sql"
    file.write_text(
        "-- MariaDB dump 10.19\nCREATE DATABASE shop DEFAULT CHARACTER SET latin1;\nUSE shop;\n"
        "CREATE TABLE t (a int);\nCREATE DEFINER=`app`@`%` SQL SECURITY DEFINER VIEW v AS SELECT a FROM t;\n"
    )
    done = run("dump", "mysql", "--from-sql", file)
    assert done.code == 0, done.err
    assert done.err.startswith("dbstrata: read on MariaDB, from ")
    assert '"name": "v"' in done.out
    assert '"latin1"' in done.out


def test_wrong_words(tmp_path: Path) -> None:
    assert "nothing to read" in refused(run("dump", "mysql"), 2)
    assert "cannot read: No such file" in refused(run("dump", "mysql", "--from-sql", tmp_path / "nope"), 2)
