"""What no statement makes is said by name, before there is a script."""

from pathlib import Path

import pytest

from dbstrata.snapshots.errors import Refused

from ..mysql_lab import dump, unmodelled
from ..mysql_servers import MyDatabase
from .lab import assert_is, look, script

MERGED = """
CREATE TABLE one (a int) ENGINE = MyISAM;
CREATE TABLE two (a int) ENGINE = MyISAM;
CREATE TABLE shown (a int) ENGINE = MERGE UNION = (one, two);
"""
CHANGED = MERGED.replace("a int", "a int, b int")
UNCHECKED = {
    "p (id bigint PRIMARY KEY)": "its columns and those that it refers to are not of one type",
    "p (id int, KEY (id))": None,
    "p (id int, n int, KEY (n))": "no key begins with a column that it refers to",
    "q (id int PRIMARY KEY)": "it refers to what is not there",
}
"""A table that is made after the foreign key, and why that can't be made again."""


def test_a_merge_table_and_what_it_shows(my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> None:
    my_database.script(MERGED)
    my_database2.script(CHANGED)
    with pytest.raises(Refused, match=r"table shown is a MERGE table.*1168"):
        script(look(my_database), look(my_database2), tmp_path)


@pytest.mark.parametrize("parent", UNCHECKED)
def test_a_foreign_key_that_nobody_checked(my_database: MyDatabase, parent: str) -> None:
    """MySQL checks all but what is not there; with the checks off MariaDB looks at nothing."""
    reason = UNCHECKED[parent]
    if my_database.server.flavour == "mysql" and parent.startswith("p"):
        pytest.skip("MySQL makes no such table")
    my_database.script(
        "SET foreign_key_checks = 0;"
        "CREATE TABLE c (a int, KEY (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));"
        f"CREATE TABLE {parent};"
    )
    assert [getattr(obj, "reason", None) for obj in unmodelled(dump(my_database))] == ([reason] if reason else [])


def test_a_new_column_whose_default_differs_from_row_to_row(
    my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path
) -> None:
    """MySQL takes it in CREATE TABLE and MODIFY COLUMN; MariaDB in ADD COLUMN too."""
    my_database.script("CREATE TABLE t (id int PRIMARY KEY, a char(36));")
    my_database2.script(
        "CREATE TABLE t (id int PRIMARY KEY, a char(36) DEFAULT (uuid()), b char(36) DEFAULT (uuid()));"
    )
    before, after = look(my_database), look(my_database2)
    if my_database.server.flavour == "mysql":
        with pytest.raises(Refused, match=r"column t\.b.*1674"):
            script(before, after, tmp_path)
        my_database.run("ALTER TABLE t ADD COLUMN b char(36)")
        before = look(my_database)
    my_database.script(script(before, after, tmp_path))
    assert_is(my_database, after)
