"""What is foretold of an ALTER TABLE, held against the servers: no prediction is cheaper than the truth.

Each clause makes B of A; the plan from A to B is then run statement by statement, each with the cheapest ALGORITHM and
LOCK that the server accepts.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pymysql
import pytest

from dbstrata.dialects import read_url
from dbstrata.dialects.mysql.dialect import DIALECT
from dbstrata.dialects.mysql.locks import Algorithm, predict
from dbstrata.engine.plan import plan
from dbstrata.templates.render import render_statement

from ..mysql_servers import MyDatabase, MyServer, fresh

TABLE = """CREATE TABLE t (
    id int NOT NULL PRIMARY KEY, i int, j int NOT NULL DEFAULT 1, u int unsigned, v varchar(10), w varchar(100), s text,
    e enum('a', 'b'), m set('p', 'q'), d decimal(10, 2), x varchar(20) CHARACTER SET latin1, k int, ts timestamp NULL,
    KEY k (k), KEY w (w), CONSTRAINT c CHECK (i < 1000)
) DEFAULT CHARSET=utf8mb4"""
PARENT = "CREATE TABLE p (id int NOT NULL PRIMARY KEY)"
VIRTUAL = TABLE.replace("KEY k (k)", "g int GENERATED ALWAYS AS (i + 1) VIRTUAL, KEY k (k)")
STORED = TABLE.replace("KEY k (k)", "g int GENERATED ALWAYS AS (i + 1) STORED, KEY k (k)")
FULLTEXT = TABLE.replace("KEY k (k)", "FULLTEXT KEY f (s), KEY k (k)")
REFERRING = TABLE.replace("KEY k (k)", "KEY k (k), CONSTRAINT f FOREIGN KEY (k) REFERENCES p (id)")
COMPRESSED = TABLE + " ROW_FORMAT=COMPRESSED"
PARTITIONED = (
    "CREATE TABLE t (id int NOT NULL PRIMARY KEY, i int) PARTITION BY RANGE (id)"
    " (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20))"
)


class Clause(NamedTuple):
    """What is done to which table."""

    text: str
    table: str = TABLE
    flavour: str | None = None


CLAUSES = [
    Clause("ADD COLUMN n int"),
    Clause("ADD COLUMN n int NOT NULL DEFAULT 7"),
    Clause("ADD COLUMN n int FIRST"),
    Clause("ADD COLUMN n varchar(20) AFTER i"),
    Clause("ADD COLUMN n int INVISIBLE"),
    Clause("ADD COLUMN n timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP"),
    Clause("ADD COLUMN n datetime(6) DEFAULT (now(6))"),
    Clause("ADD COLUMN n int GENERATED ALWAYS AS (i + 1) VIRTUAL"),
    Clause("ADD COLUMN n int GENERATED ALWAYS AS (i + 1) STORED"),
    Clause("ADD COLUMN n int CHECK (n > 0)"),
    Clause("ADD COLUMN n int, ADD KEY n (n)"),
    Clause("ADD COLUMN n int, ADD UNIQUE KEY n (n)"),
    Clause("ADD COLUMN n int AFTER i", VIRTUAL),
    Clause("ADD COLUMN n int", VIRTUAL),
    Clause("ADD COLUMN n int", FULLTEXT),
    Clause("ADD COLUMN n int", COMPRESSED),
    Clause("ADD COLUMN n int NOT NULL AUTO_INCREMENT, ADD KEY n (n)"),
    Clause("DROP COLUMN u"),
    Clause("DROP COLUMN k"),
    Clause("DROP COLUMN u", FULLTEXT),
    Clause("DROP COLUMN g", VIRTUAL),
    Clause("DROP COLUMN g", STORED),
    Clause("DROP COLUMN u, ADD COLUMN n int", VIRTUAL),
    Clause("MODIFY COLUMN u int unsigned FIRST"),
    Clause("MODIFY COLUMN u int unsigned AFTER v"),
    Clause("ALTER COLUMN i SET DEFAULT 5"),
    Clause("ALTER COLUMN j DROP DEFAULT"),
    Clause("MODIFY COLUMN u int unsigned COMMENT 'x'"),
    Clause("MODIFY COLUMN u int unsigned INVISIBLE"),
    Clause("MODIFY COLUMN i int NOT NULL"),
    Clause("MODIFY COLUMN i int NOT NULL", STORED),
    Clause("MODIFY COLUMN j int NULL DEFAULT 1"),
    Clause("MODIFY COLUMN u bigint unsigned"),
    Clause("MODIFY COLUMN u int"),
    Clause("MODIFY COLUMN d decimal(12, 2)"),
    Clause("MODIFY COLUMN s mediumtext"),
    Clause("MODIFY COLUMN v varchar(40)"),
    Clause("MODIFY COLUMN v varchar(300)"),
    Clause("MODIFY COLUMN v varchar(5)"),
    Clause("MODIFY COLUMN v varchar(50), MODIFY COLUMN w varchar(200)"),
    Clause("MODIFY COLUMN v char(10)"),
    Clause("MODIFY COLUMN x varchar(20) CHARACTER SET utf8mb4"),
    Clause("MODIFY COLUMN v varchar(10) COLLATE utf8mb4_bin"),
    Clause("MODIFY COLUMN w varchar(100) COLLATE utf8mb4_bin"),
    Clause("MODIFY COLUMN e enum('a', 'b', 'c')"),
    Clause("MODIFY COLUMN e enum('c', 'a', 'b')"),
    Clause("MODIFY COLUMN m set('p', 'q', 'r')"),
    Clause("MODIFY COLUMN m set('p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x')"),
    Clause("MODIFY COLUMN g int GENERATED ALWAYS AS (i + 2) VIRTUAL", VIRTUAL),
    Clause("MODIFY COLUMN g int GENERATED ALWAYS AS (i + 2) STORED", STORED),
    Clause("MODIFY COLUMN g int", STORED),
    Clause("ADD KEY n (i, u)"),
    Clause("ADD UNIQUE KEY n (i)"),
    Clause("ADD KEY n (i DESC)", flavour="mysql"),
    Clause("ADD KEY n ((i + 1))", flavour="mysql"),
    Clause("ADD KEY n (g)", VIRTUAL),
    Clause("ADD FULLTEXT KEY n (s)"),
    Clause("ADD FULLTEXT KEY n (v)", FULLTEXT),
    Clause("DROP KEY k"),
    Clause("RENAME KEY k TO l"),
    Clause("ALTER INDEX k INVISIBLE", flavour="mysql"),
    Clause("ALTER INDEX k IGNORED", flavour="mariadb"),
    Clause("DROP PRIMARY KEY"),
    Clause("DROP PRIMARY KEY, ADD PRIMARY KEY (id, j)"),
    Clause("DROP PRIMARY KEY, ADD PRIMARY KEY (j, id)"),
    Clause("ADD CONSTRAINT n CHECK (u < 1000)"),
    Clause("ADD CONSTRAINT n CHECK (u < 1000) NOT ENFORCED", flavour="mysql"),
    Clause("ALTER CHECK c NOT ENFORCED", flavour="mysql"),
    Clause("DROP CONSTRAINT c"),
    Clause("ADD CONSTRAINT f FOREIGN KEY (k) REFERENCES p (id)"),
    Clause("DROP FOREIGN KEY f", REFERRING),
    Clause("COMMENT = 'x'"),
    Clause("DEFAULT CHARSET = latin1"),
    Clause("STATS_PERSISTENT = 1"),
    Clause("ROW_FORMAT = COMPACT"),
    Clause("ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 4"),
    Clause("COMMENT = 'x', ADD COLUMN n int"),
    Clause("CONVERT TO CHARACTER SET utf8mb3"),
    Clause("ADD SYSTEM VERSIONING", flavour="mariadb"),
    Clause("ADD PARTITION (PARTITION c VALUES LESS THAN (30))", PARTITIONED, "mysql"),
    Clause("DROP PARTITION b", PARTITIONED, "mysql"),
]


@pytest.fixture(scope="module")
def database(my_server: MyServer) -> Iterator[MyDatabase]:
    with fresh(my_server) as found:
        found.run(PARENT)
        yield found


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.text)
def test_no_prediction_is_cheaper_than_the_truth(clause: Clause, database: MyDatabase, my_server: MyServer) -> None:
    if clause.flavour not in (None, my_server.flavour):
        pytest.skip(f"not on {my_server.flavour}")
    make = ("DROP TABLE IF EXISTS t", clause.table, "INSERT INTO t (id, i) VALUES (1, 1)")
    database.run(*make)
    a = read_url(database.url)
    database.run(f"ALTER TABLE t {clause.text}")
    b = read_url(database.url)
    database.run(*make)
    made = plan(a, b, DIALECT)
    statements = [statement for part in made.parts for statement in part.statements]
    assert statements
    for statement in statements:
        foretold = predict(statement.steps, a.header, made.old)
        assert foretold is not None
        sql = render_statement("mysql", statement)
        assert (foretold.algorithm, foretold.blocks_writes) >= cheapest(database, sql, my_server.flavour), sql


def cheapest(database: MyDatabase, sql: str, flavour: str) -> tuple[Algorithm, bool]:
    """The first way that the server takes; the statement is run by that."""
    last = ""
    for algorithm in Algorithm:
        if algorithm is Algorithm.NOCOPY and flavour == "mysql":
            continue
        locks = ("",) if algorithm is Algorithm.INSTANT else (", LOCK=NONE", ", LOCK=SHARED")
        for lock in locks:
            try:
                database.run(with_algorithm(sql, algorithm.name, lock))
            except pymysql.Error as error:
                last = str(error)
            else:
                return algorithm, lock == ", LOCK=SHARED"
    raise AssertionError(f"no way is accepted: {last}")


def with_algorithm(sql: str, algorithm: str, lock: str) -> str:
    """Behind the clauses; before those of partitions, where the servers want it."""
    head, _, rest = sql.partition("\n")
    if "PARTITION" in rest:
        return f"{head} ALGORITHM={algorithm}{lock}, {rest}"
    return f"{sql.removesuffix(';')}, ALGORITHM={algorithm}{lock}"
