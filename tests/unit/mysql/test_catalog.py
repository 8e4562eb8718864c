"""What the catalog readers see, on both servers."""

from pathlib import Path
from typing import Any

import pytest

from dbstrata.dialects.mysql import versions
from dbstrata.snapshots import format
from dbstrata.snapshots.model import Scope, plain

from ...cli.commands import run
from ...mysql_lab import dump, flat, load, unmodelled
from ...mysql_servers import MyDatabase

COLUMNS = """
    SELECT COLUMN_NAME, CHARACTER_SET_NAME, COLLATION_NAME, IS_NULLABLE, GENERATION_EXPRESSION, COLUMN_COMMENT
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}'
    ORDER BY ORDINAL_POSITION"""

DESCENDS = {"mariadb": 100800}
"""Older ones take DESC, and forget it."""


def is_mysql(database: MyDatabase) -> bool:
    return database.server.flavour == "mysql"


@pytest.fixture
def zoo(my_database: MyDatabase) -> Any:
    load(my_database, "zoo", "programs")
    return dump(my_database)


def test_everything_is_covered(my_database: MyDatabase) -> None:
    """Also what one of the two alone has."""
    load(my_database, "zoo", "programs", my_database.server.flavour)
    found = dump(my_database)
    assert unmodelled(found) == []
    assert my_database.name.encode() not in format.encode(found).replace(f"{my_database.name}.zoo".encode(), b"")


def test_columns_agree_with_information_schema(my_database: MyDatabase) -> None:
    """Names, order, resolved character sets, nullability and comments."""
    load(my_database, "zoo")
    table = flat(dump(my_database))["table zoo"]
    rows = my_database.run(COLUMNS.format(table="zoo"))
    assert [c.name for c in table.columns] == [row[0] for row in rows]
    for column, (_, charset, collation, nullable, generated, comment) in zip(table.columns, rows, strict=True):
        assert (column.charset, column.collation) == (charset, collation), column.name
        assert column.not_null == (nullable == "NO"), column.name
        assert (column.generated is not None) == bool(generated), column.name
        assert plain(column.comment or "") == comment, column.name


def test_columns(zoo: Any) -> None:
    """MariaDB prints DEFAULT NULL where MySQL, and an older MariaDB, knows that the default was dropped."""
    found = flat(zoo)

    def get(name: str) -> Any:
        return found[f"column zoo.{name}"]

    assert get("id").auto_increment
    assert get("tiny").type == "tinyint(1)"
    assert get("padded").type == "int(5) unsigned zerofill"
    assert get("letter").comment == ("it's", "a \\ comment")
    assert get("old").default == "'it''s \\\\ x'"
    assert get("changed").default == get("changed").on_update == "CURRENT_TIMESTAMP(3)"
    assert get("made").default == "CURRENT_TIMESTAMP"
    assert get("raw").default in ("0x00FF", "x'00ff'")  # MariaDB 11.8 prints the latter
    assert get("bits").default == "b'101'"
    assert get("hidden").invisible
    assert get("nothing").no_default == versions.drops_null(zoo.header)
    assert not get("parent_id").no_default
    assert get("parent_id").default is None
    assert get("kept").generated.stored
    assert not get("reckoned").generated.stored
    assert get("kept").depends_on == ("column zoo.tiny",)
    assert get("born").type == "year"
    assert get("parent_id").type == "int unsigned"


def test_keys(zoo: Any) -> None:
    found = flat(zoo)
    assert [
        p.column
        for p in found[
            "primary_key zoo.PRIMARY" if "primary_key zoo.PRIMARY" in found else 'primary_key zoo."PRIMARY"'
        ].parts
    ] == ["column zoo.id"]
    assert found["index zoo.two"].type == "unique"
    backwards = found["index zoo.backwards"]
    assert [(p.column, p.length, p.descending) for p in backwards.parts] == [
        ("column zoo.tiny", None, zoo.header.version_number >= DESCENDS.get(zoo.header.flavour, 0)),
        ("column zoo.old", 3, False),
    ]
    assert found["index zoo.said"].comment == "co'mment"
    assert found["index zoo.words"].type == "fulltext"
    assert found["index zoo.places"].type == "spatial"
    key = found["foreign_key zoo.zoo_parent"]
    assert (key.references, key.referenced_columns) == ("table parent", ("column parent.id",))
    assert (key.on_delete, key.on_update) == ("set null", "cascade")
    assert found["check zoo.positive"].depends_on == ("column zoo.old", "column zoo.tiny")


def test_partitions(zoo: Any) -> None:
    found = flat(zoo)
    ranged = found["table ranged"].partitioning
    assert (ranged.method, ranged.subpartition_method, ranged.subpartition_count) == ("RANGE", "HASH", 2)
    assert [(p.name, p.values, p.comment) for p in ranged.partitions] == [
        ("p0", "LESS THAN (10)", "c"),
        ("p1", "LESS THAN MAXVALUE", None),
    ]
    assert (found["table hashed"].partitioning.method, found["table hashed"].partitioning.count) == ("LINEAR HASH", 4)
    assert found["table keyed"].partitioning.columns == ()
    assert found["table listed"].partitioning.columns == ("column listed.b",)
    assert [p.values for p in found["table listed"].partitioning.partitions] == ["IN ('x','it''s')", "IN ('z')"]


def test_programs(zoo: Any) -> None:
    found = flat(zoo)
    twice = found["function twice"]
    assert (twice.deterministic, twice.data_access, twice.security, twice.comment) == (
        True,
        "no sql",
        "invoker",
        "it's",
    )
    assert twice.parameters == "a INT, `b x` VARCHAR(10) CHARSET latin1"
    assert found["function counted"].body == "RETURN (SELECT count(*) FROM zoo)"
    several = found["procedure several"]
    assert several.parameters == "IN a INT, OUT b DECIMAL(10, 2), INOUT c ENUM('x', 'y)')"
    assert "it''s" in plain(several.body)
    order = [found[f"trigger zoo.{name}"].follows for name in ("first_one", "between_them", "second_one")]
    assert order == [None, "trigger zoo.first_one", "trigger zoo.between_them"]
    assert found["trigger zoo.first_one"].body == "SET NEW.old = 'it''s \\\\ \\n'"
    assert found["trigger zoo.first_one"].depends_on == ("column zoo.old",)
    daily, once = found["event daily"], found["event once"]
    assert (daily.schedule, daily.preserve, daily.status) == (
        "EVERY 1 DAY STARTS '2030-01-01 00:00:00'",
        True,
        "disable",
    )
    assert (daily.comment, once.body) == ("c'x", "DELETE FROM parent")


def test_views(my_database: MyDatabase) -> None:
    """MySQL itself says which tables a view uses."""
    load(my_database, "zoo", "programs")
    found = flat(dump(my_database))
    assert found["view simple"].columns == ("tiny", "renamed", "count(*)")
    assert found["view simple"].depends_on == ("column zoo.old", "column zoo.tiny", "table zoo")
    checked = found["view checked"]
    assert (checked.algorithm, checked.security, checked.check_option) == ("merge", "invoker", "local")
    named = found["view named"]
    assert named.columns == ("x", "y")
    assert named.columns_named == is_mysql(my_database)
    assert set(named.depends_on) == {
        "column parent.id",
        "column zoo.parent_id",
        "column zoo.tiny",
        "function twice",
        "table parent",
        "table zoo",
    }
    assert set(found["view on_views"].depends_on) == {
        "view simple",
        "table parent",
        "column parent.id",
        "column parent.code",
    }
    if is_mysql(my_database):
        for view, table in my_database.run(
            "SELECT VIEW_NAME, TABLE_NAME FROM information_schema.VIEW_TABLE_USAGE WHERE VIEW_SCHEMA = DATABASE()"
        ):
            assert {f"table {table}", f"view {table}"} & set(found[f"view {view}"].depends_on)


def test_another_database_keeps_its_name(my_database: MyDatabase, my_database2: MyDatabase) -> None:
    other = my_database2.name
    my_database2.run("CREATE TABLE far (id INT PRIMARY KEY)")
    my_database.run(
        "CREATE TABLE near (id INT PRIMARY KEY)",
        f"CREATE VIEW both_of AS SELECT n.id, f.id AS other FROM near n JOIN {other}.far f ON f.id = n.id",
        f"CREATE TABLE refers (id INT, CONSTRAINT out_there FOREIGN KEY (id) REFERENCES {other}.far (id))",
    )
    found = dump(my_database)
    text = format.encode(found).decode()
    assert my_database.name not in text
    assert f"`{other}`.`far`" in text
    key = flat(found)["foreign_key refers.out_there"]
    assert (key.references, key.references_outside, key.columns_outside) == (None, (other, "far"), ("id",))


def test_broken_view_is_dumped_with_a_warning(my_database: MyDatabase) -> None:
    my_database.run("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT a FROM t", "DROP TABLE t")
    said: list[str] = []
    view = flat(dump(my_database, warn=said.append))["view v"]
    assert view.columns == ()
    assert len(said) == 1
    assert said[0].startswith("view v is broken")


def test_definer_policies(my_database: MyDatabase) -> None:
    my_database.run("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT a FROM t")
    user, host = my_database.run("SELECT CURRENT_USER()")[0][0].split("@")
    assert flat(dump(my_database))["view v"].definer == f"`{user}`@`{host}`"
    stripped = dump(my_database, definer="strip")
    assert flat(stripped)["view v"].definer is None
    assert "definer" in stripped.header.not_read
    assert flat(dump(my_database, definer="app@10.%"))["view v"].definer == "`app`@`10.%`"


def test_privileges(my_database: MyDatabase) -> None:
    """Left out by default, and the header says so."""
    my_database.run(
        "CREATE TABLE t (a INT, b INT)",
        "CREATE PROCEDURE p () BEGIN END",
        "CREATE USER IF NOT EXISTS dbstrata_grantee@localhost",
        "GRANT SELECT, INSERT ON t TO dbstrata_grantee@localhost WITH GRANT OPTION",
        "GRANT UPDATE (b) ON t TO dbstrata_grantee@localhost",
        "GRANT EXECUTE ON PROCEDURE p TO dbstrata_grantee@localhost",
        f"GRANT SHOW VIEW ON `{my_database.name}`.* TO dbstrata_grantee@localhost",
    )
    try:
        assert dump(my_database).header.not_read == ("acl",)
        snapshot = dump(my_database, privileges=True)
    finally:
        my_database.run("DROP USER dbstrata_grantee@localhost")
    assert snapshot.header.not_read == ()
    found = flat(snapshot)
    to = "`dbstrata_grantee`@`localhost`"
    assert [(g.to, g.privileges, g.grantable) for g in found["table t"].acl] == [
        (to, ("INSERT", "SELECT"), ("INSERT", "SELECT"))
    ]
    assert [(g.to, g.privileges) for g in found["column t.b"].acl] == [(to, ("UPDATE",))]
    assert [(g.to, g.privileges) for g in found["procedure p"].acl] == [(to, ("EXECUTE",))]
    assert [(g.to, g.privileges) for g in found["database defaults"].acl] == [(to, ("SHOW VIEW",))]


@pytest.mark.parametrize("kind", ["enum", "default"])
def test_characters_that_the_server_loses_are_unmodelled(my_database: MyDatabase, kind: str) -> None:
    """Of four bytes: MySQL prints such a default in hexadecimal, and all else is `?`."""
    column = "ENUM('a', '😀')" if kind == "enum" else "VARCHAR(9) DEFAULT '😀'"
    my_database.run(f"CREATE TABLE t (a {column})")
    found = dump(my_database)
    if kind == "default" and is_mysql(my_database):
        assert flat(found)["column t.a"].default == "0xF09F9880"
    else:
        (note,) = unmodelled(found)
        assert (note.name, note.depends_on) == ("t", ("table t",))
        assert "four bytes" in note.reason  # type: ignore[attr-defined]


def test_names_with_line_feeds(my_database: MyDatabase) -> None:
    my_database.run("CREATE TABLE t (`a,\n  b` INT, `c\n)` INT COMMENT 'x\n)', d INT DEFAULT 3)")
    found = dump(my_database)
    assert [c.name for c in flat(found)["table t"].columns] == ["a,\n  b", "c\n)", "d"]
    assert unmodelled(found) == []


def test_the_same_schema_gives_the_same_bytes(my_database: MyDatabase, my_database2: MyDatabase) -> None:
    """Whatever the database is called, restored by the server's own dump."""
    load(my_database, "zoo", "programs", my_database.server.flavour)
    my_database2.script(my_database.dump().replace(my_database.name, my_database2.name))
    my_database2.run("ALTER TABLE zoo ALTER COLUMN nothing DROP DEFAULT")  # no CREATE TABLE can say that
    first, second = (format.encode(dump(database)).decode() for database in (my_database, my_database2))
    assert first.replace(f"{my_database.name}.", "") == second.replace(f"{my_database2.name}.", "")


def test_scope(my_database: MyDatabase) -> None:
    my_database.run("CREATE TABLE keep (a INT)", "CREATE TABLE tmp_1 (a INT)", "CREATE PROCEDURE tmp_p () BEGIN END")
    found = flat(dump(my_database, scope=Scope(exclude=("tmp_*",))))
    assert {name for name in found if "tmp" in name} == set()
    assert "table keep" in found


def test_a_foreign_key_to_what_is_not_read(my_database: MyDatabase) -> None:
    """Out of scope it is named; to a table that nobody made, which the servers allow unchecked, it is unmodelled."""
    my_database.run(
        "CREATE TABLE tmp_1 (Id INT PRIMARY KEY)",
        "CREATE TABLE t (a INT, CONSTRAINT k FOREIGN KEY (A) REFERENCES tmp_1 (ID))",
    )
    key = flat(dump(my_database, scope=Scope(exclude=("tmp_1",))))["foreign_key t.k"]
    assert (key.columns, key.references) == (("column t.a",), "table tmp_1")
    assert flat(dump(my_database))["foreign_key t.k"].referenced_columns == ('column tmp_1."Id"',)
    my_database.run("SET foreign_key_checks = 0", "DROP TABLE tmp_1", "SET foreign_key_checks = 1")
    found = dump(my_database)
    assert flat(found)["table t"].foreign_keys == ()
    assert [(note.name, note.depends_on) for note in unmodelled(found)] == [("t.k", ("table t",))]


def test_a_trigger_as_it_was_typed(my_database: MyDatabase) -> None:
    """MariaDB keeps its head too, without the database's name."""
    my_database.run(
        "create table t (a int)",
        f"create trigger {my_database.name}.x before insert on {my_database.name}.t for each row set new.a = 1",
    )
    trigger = flat(dump(my_database))["trigger t.x"]
    assert trigger.body == "set new.a = 1"
    assert trigger.head == (None if is_mysql(my_database) else "trigger x before insert on t for each row ")


def test_build_restores_everything(my_database: MyDatabase, my_database2: MyDatabase, tmp_path: Path) -> None:
    """Every attribute that the readers know, through the snapshot to another database and back."""
    load(my_database, "zoo", "programs", my_database.server.flavour)
    file = tmp_path / "zoo.json"
    format.write(dump(my_database), file)
    my_database2.script(run("build", file).out)
    assert format.encode(dump(my_database2)) == file.read_bytes()
