"""GRANT and REVOKE: planned where both snapshots were taken with privileges; the server's own tables are the judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbstrata.cli.plans import make_plan
from dbstrata.dialects import dialect
from dbstrata.engine.assess import Risks

from ..mysql_lab import dump
from ..mysql_servers import MyDatabase
from .lab import State, canonical, pair, script

TABLES = """
CREATE TABLE t (a int, b int);
CREATE TABLE u (a int);
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;
CREATE PROCEDURE p() SELECT 1;
"""
BEFORE = """
GRANT SELECT, INSERT ON t TO {one};
GRANT SELECT (a), UPDATE (a, b) ON t TO {two};
GRANT SELECT ON v TO {one} WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION f TO {one};
GRANT SELECT ON * TO {two};
"""
AFTER = """
GRANT SELECT, DELETE ON t TO {one};
GRANT SELECT (b), UPDATE (a) ON t TO {two};
GRANT SELECT ON v TO {one};
GRANT SELECT ON u TO {two} WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION f TO {two};
GRANT EXECUTE ON PROCEDURE p TO {one};
GRANT SELECT, CREATE TEMPORARY TABLES ON * TO {one};
"""


@pytest.fixture
def accounts(my_database: MyDatabase) -> Iterator[dict[str, str]]:
    names = {key: f"`dbstrata_{key}_{my_database.name[-12:]}`@`%`" for key in ("one", "two")}
    my_database.run(*(f"CREATE USER {name}" for name in names.values()))
    yield names
    my_database.run(*(f"DROP USER {name}" for name in names.values()))


def look(database: MyDatabase) -> State:
    return State(dump(database, privileges=True), canonical(database))


def test_there_and_back(
    my_database: MyDatabase, my_database2: MyDatabase, accounts: dict[str, str], tmp_path: Path
) -> None:
    my_database.script(TABLES + BEFORE.format(**accounts))
    my_database2.script(TABLES.replace("RETURN 1", "RETURN 2") + AFTER.format(**accounts))
    a, b = look(my_database), look(my_database2)
    for old, new in ((a, b), (b, a)):
        my_database.script(script(old, new, tmp_path))
        assert look(my_database) == new


def test_who_loses_and_who_gets_is_told(
    my_database: MyDatabase, my_database2: MyDatabase, accounts: dict[str, str], tmp_path: Path
) -> None:
    my_database.script(TABLES + BEFORE.format(**accounts))
    my_database2.script(TABLES + AFTER.format(**accounts))
    made = make_plan(pair(look(my_database), look(my_database2), tmp_path))
    told = {
        (r.code, str(r.identity), r.text) for r in Risks(made, dialect("mysql")).all if r.code in ("DB501", "DB503")
    }
    one, two = accounts["one"], accounts["two"]
    assert told == {
        ("DB501", "table t", f"{one} loses INSERT"),
        ("DB503", "table t", f"{one} gets DELETE"),
        ("DB501", "column t.a", f"{two} loses SELECT"),
        ("DB503", "column t.b", f"{two} gets SELECT"),
        ("DB501", "column t.b", f"{two} loses UPDATE"),
        ("DB501", "view v", f"{one} loses GRANT OPTION"),
        ("DB503", "table u", f"{two} gets GRANT OPTION, SELECT"),
        ("DB501", "function f", f"{one} loses EXECUTE"),
        ("DB503", "function f", f"{two} gets EXECUTE"),
        ("DB503", "procedure p", f"{one} gets EXECUTE"),
        ("DB501", "database defaults", f"{two} loses SELECT"),
        ("DB503", "database defaults", f"{one} gets CREATE TEMPORARY TABLES, SELECT"),
    }


def test_a_column_keeps_what_its_table_loses(
    my_database: MyDatabase, my_database2: MyDatabase, accounts: dict[str, str], tmp_path: Path
) -> None:
    """A REVOKE on the table takes the same away from its columns; it is granted again."""
    my_database.script(TABLES + "GRANT SELECT ON t TO {one}; GRANT SELECT (a) ON t TO {one};".format(**accounts))
    my_database2.script(TABLES + "GRANT SELECT (a) ON t TO {one};".format(**accounts))
    new = look(my_database2)
    my_database.script(script(look(my_database), new, tmp_path))
    assert look(my_database) == new
