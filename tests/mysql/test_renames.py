"""Rename hints on MySQL and MariaDB: what is renamed keeps its rows; the end is the server's own dump of the other."""

from pathlib import Path

import pytest

from dbstrata.snapshots.errors import Refused

from ..mysql_servers import MyDatabase
from .lab import assert_is, look, script
from .rows import fill

PAIRS = {
    "a table with keys, and a view of it": (
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE t (id int PRIMARY KEY, a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));"
        "CREATE TABLE c (t int, CONSTRAINT g FOREIGN KEY (t) REFERENCES t (id));"
        "CREATE VIEW v AS SELECT id, t.a FROM t;",
        {" t (": " u (", "FROM t": "FROM u", "t.a": "u.a"},
        ["table t=table u"],
        "",
    ),
    "a column in keys and a view": (
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE t (id int PRIMARY KEY, old_a int, KEY k (old_a),"
        "CONSTRAINT f FOREIGN KEY (old_a) REFERENCES p (id));"
        "CREATE VIEW v AS SELECT id, old_a AS x FROM t WHERE t.old_a > 1;",
        {"old_a": "new_a"},
        ["column t.old_a=column t.new_a"],
        "",
    ),
    "a column that a foreign key refers to": (
        "CREATE TABLE p (old_id int PRIMARY KEY);"
        "CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (old_id));",
        {"old_id": "new_id"},
        ["column p.old_id=column p.new_id"],
        "",
    ),
    "a column that changes and moves": (
        "CREATE TABLE t (id int PRIMARY KEY, old_a int, b int);",
        {"old_a int, b int": "b int, new_a bigint NOT NULL DEFAULT 5"},
        ["column t.old_a=column t.new_a"],
        "",
    ),
    "a column that a trigger names": (
        "CREATE TABLE t (id int PRIMARY KEY, old_a int);"
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.old_a = NEW.id + 1;",
        {"old_a": "new_a"},
        ["column t.old_a=column t.new_a"],
        "",
    ),
    "a table and its column, with a trigger": (
        "CREATE TABLE t (id int PRIMARY KEY, old_a int);"
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.old_a = NEW.id + 1;",
        {"old_a": "new_a", "TABLE t": "TABLE u", "ON t": "ON u"},
        ["table t=table u", "column t.old_a=column u.new_a"],
        "",
    ),
    "a column by which a table is partitioned": (
        "CREATE TABLE t (old_a int NOT NULL, b int DEFAULT (old_a + 1)) PARTITION BY HASH (old_a) PARTITIONS 2;",
        {"old_a": "new_a"},
        ["column t.old_a=column t.new_a"],
        "mariadb",
    ),
    "a view": (
        "CREATE TABLE t (id int); CREATE VIEW old_v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM old_v;",
        {"old_v": "new_v"},
        ["view old_v=view new_v"],
        "",
    ),
    "a sequence that a default uses": (
        "CREATE SEQUENCE old_s; CREATE TABLE t (id bigint DEFAULT nextval(old_s));",
        {"old_s": "new_s"},
        ["sequence old_s=sequence new_s"],
        "mariadb",
    ),
    "a column that a check and a generated column use": (
        "CREATE TABLE t (id int PRIMARY KEY, old_a int, g int AS (old_a + 1) STORED, KEY k (g),"
        "CONSTRAINT c CHECK (old_a > 0));",
        {"old_a": "new_a"},
        ["column t.old_a=column t.new_a"],
        "mariadb",
    ),
    "a column of a table that keeps its history": (
        "CREATE TABLE t (id int PRIMARY KEY, old_a int) WITH SYSTEM VERSIONING;",
        {"old_a": "new_a"},
        ["column t.old_a=column t.new_a"],
        "mariadb",
    ),
    "a bound of a period": (
        "CREATE TABLE t (id int, old_s date, e date, PERIOD FOR p (old_s, e), UNIQUE KEY u (id, p WITHOUT OVERLAPS));",
        {"old_s": "new_s"},
        ["column t.old_s=column t.new_s"],
        "mariadb",
    ),
}
"""The schema before, what reads otherwise in it afterwards, the hints, and the flavour that alone has it."""


@pytest.mark.parametrize("title", PAIRS)
def test_renamed(title: str, my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> None:
    """There and back, and nothing is lost; a second run of the hint is none."""
    before, otherwise, hints, flavour = PAIRS[title]
    if flavour not in ("", my_database.server.flavour):
        pytest.skip(f"not on {my_database.server.flavour}")
    after = before
    for was, becomes in otherwise.items():
        after = after.replace(was, becomes)
    my_database.script(before)
    my_database2.script(after)
    a, b = look(my_database), look(my_database2)
    there, again = script(a, b, tmp_path, hints), script(b, a, tmp_path, hints)
    assert "DATA LOSS" not in there
    assert "PARTITION BY" not in there
    fill(my_database)
    rows = my_database.run("SELECT count(*) FROM t") if "TABLE t " in before else []
    my_database.script(there)
    assert_is(my_database, b)
    my_database.script(again)
    assert_is(my_database, a)
    assert rows == (my_database.run("SELECT count(*) FROM t") if "TABLE t " in before else [])


@pytest.mark.parametrize(
    ("columns", "rest"),
    [
        ("b int DEFAULT (old_a + 1)", ""),
        ("b int AS (old_a + 1)", ""),
        ("CHECK (old_a > 1)", ""),
        ("KEY k ((old_a + 1))", ""),
        ("b int", "PARTITION BY HASH (old_a)"),
        ("b int", "PARTITION BY KEY (old_a)"),
        ("b int", "PARTITION BY RANGE (b) SUBPARTITION BY HASH (old_a) (PARTITION p VALUES LESS THAN (10))"),
    ],
)
def test_mysql_does_not_rename_it(
    columns: str, rest: str, my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path
) -> None:
    if my_database.server.flavour != "mysql":
        pytest.skip("MariaDB does")
    before = f"CREATE TABLE t (old_a int NOT NULL, {columns}) {rest};"
    my_database.script(before)
    my_database2.script(before.replace("old_a", "new_a"))
    with pytest.raises(Refused, match="column old_a can't be renamed"):
        script(look(my_database), look(my_database2), tmp_path, ["column t.old_a=column t.new_a"])
