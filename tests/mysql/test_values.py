"""Law 5 on MySQL and MariaDB: between any two types, each value is kept, is refused, or its loss is named."""

import pymysql
import pytest

from dbstrata.dialects.mysql import types
from dbstrata.snapshots.mysql import Column

from ..mysql_servers import MyServer, fresh

STRICT = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
VALUES = {
    "tinyint": ["7"],
    "smallint": ["10"],
    "int": ["123456", "10", "20240102"],
    "int unsigned": ["123456"],
    "bigint": ["9007199254740993"],
    "decimal(5,0)": ["12"],
    "decimal(10,1)": ["1.2"],
    "decimal(10,2)": ["1.25"],
    "decimal(30,10)": ["12345678901234567.1234567891"],
    "float": ["1.1", "16777217"],
    "double": ["1.23456789012345", "0.1"],
    "bit(8)": ["b'1010'"],
    "date": ["'2024-01-02'"],
    "datetime": ["'2024-01-02 03:04:05'"],
    "datetime(6)": ["'2024-01-02 03:04:05.123456'"],
    "timestamp": ["'2024-01-02 03:04:05'"],
    "time": ["'03:04:05'", "'125:04:05'"],
    "time(3)": ["'03:04:05.123'"],
    "year": ["2024"],
    "char(20)": ["'1.25'", "'abc'", "'1'"],
    "varchar(3)": ["'abc'"],
    "varchar(30)": ["'1.25'", "'2024-01-02 03:04:05.5'", "'10'", "'abc'", "'03:04:05.7'", "'12345678901234567'"],
    "text": ["'1.25'", "'abc'", "'2024-01-02 03:04:05.5'", "'1'"],
    "binary(2)": ["'ab'"],
    "binary(4)": ["'ab'", "'1.25'"],
    "varbinary(20)": ["'ab'", "'1.25'"],
    "blob": ["'ab'", "'1.5'"],
    "enum('a','b','1','2')": ["'b'", "'1'"],
    "set('a','b','1')": ["'a,b'", "'1'"],
}
"""By type, some that others have no place for. No spaces at the end: a shorter string takes them off, as the standard
has it."""
FURTHER = {
    "mysql": {"json": ["'{\"a\": 1}'", "'1.5'", "'\"abc\"'"]},
    "mariadb": {
        "inet4": ["'10.0.0.1'"],
        "inet6": ["'::1'"],
        "uuid": ["'123e4567-e89b-12d3-a456-426614174000'"],
    },
}
SINCE = {"inet4": (10, 10), "uuid": (10, 7)}
NO_WAY_BACK = {("inet4", "inet6"): "::ffff:10.0.0.1"}
"""What the value becomes, since MariaDB 11.3."""
NUMBERS_IN_JSON = {"varchar(30)", "text", "char(20)"}
"""A number of a JSON document is a double, or an integer of 64 bits: that is what JSON is on MySQL."""


@pytest.mark.sweep
def test_law_5_no_value_changes_unnamed(my_server: MyServer) -> None:
    known = {t: found for t, found in FURTHER[my_server.flavour].items() if my_server.version >= SINCE.get(t, ())}
    values = VALUES | known
    wrong: list[str] = []
    tried = 0
    with fresh(my_server) as database, my_server.connect(database.name) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = %s", (STRICT,))
        for old, new in ((old, new) for old in values for new in values if old != new):
            before, after = Column(name="a", type=old), Column(name="a", type=new)
            if types.loses(before, after) or (new == "json" and old in NUMBERS_IN_JSON):
                continue
            for value in values[old]:
                cursor.execute("DROP TABLE IF EXISTS t")
                cursor.execute(f"CREATE TABLE t (a {old})")
                cursor.execute(f"INSERT INTO t VALUES ({value})")
                cursor.execute("SELECT hex(a), a FROM t")
                had = cursor.fetchone()
                try:
                    cursor.execute(f"ALTER TABLE t MODIFY a {new}")
                except pymysql.MySQLError as error:
                    if not types.fails(before, after, narrowed=False):
                        wrong.append(f"{value} of {old} is refused by {new}, which was not said: {error}")
                    continue
                tried += 1
                if (old, new) in NO_WAY_BACK:
                    cursor.execute("SELECT a FROM t")
                    assert cursor.fetchone() == (NO_WAY_BACK[old, new],)
                    continue
                try:
                    cursor.execute(f"ALTER TABLE t MODIFY a {old}")
                    cursor.execute("SELECT hex(a), a FROM t")
                    has = cursor.fetchone()
                except pymysql.MySQLError as error:
                    has = (str(error),)
                if has != had:
                    wrong.append(f"{value} of {old} does not come back from {new}: {has}")
    assert wrong == []
    assert tried > 200
