"""python -m bench.mysql: dbstrata's dump beside mysqldump and mariadb-dump, where such a server is found.

    python -m bench.mysql                 1,000 tables, as the bars are set
    python -m bench.mysql --tables 30     any size, without bars

Which servers, and where they come from: tests/README.md. Exits 1 if a bar is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.mysql_servers import INSTALL, MyServer, fresh, is_there, server_of

from .measure import Row, beside, ratio, table

TABLES = 1_000
BARS = {"mysql": 0.15, "mariadb": 0.5}
"""Times the server's own dump program."""
OPTIONS = ("--single-transaction", "--no-data", "--routines", "--triggers", "--events")


def schema(tables: int) -> Iterator[str]:
    """Tables of a dozen columns, with keys, checks and foreign keys; a tenth as many views, triggers and routines."""
    yield "SET foreign_key_checks = 0;"
    for n in range(tables):
        yield f"""CREATE TABLE t{n} (
            id int NOT NULL AUTO_INCREMENT, name varchar(100) NOT NULL DEFAULT 'it''s', note text, total decimal(12,2),
            kind enum('a','b','c') NOT NULL DEFAULT 'b', at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            flag tinyint(1) NOT NULL DEFAULT 0, parent int, double_total decimal(13,2) AS (total * 2) STORED,
            code char(8) COMMENT 'a code', data json, ratio double,
            PRIMARY KEY (id), UNIQUE KEY code (code), KEY by_name (name, kind), KEY at (at),
            CONSTRAINT c{n} CHECK (total >= 0), CONSTRAINT f{n} FOREIGN KEY (parent) REFERENCES t{n // 2} (id)
            ) COMMENT 'table {n}';"""
    for n in range(0, tables, 10):
        yield f"CREATE VIEW v{n} AS SELECT a.id, a.name, b.total FROM t{n} a LEFT JOIN t{n // 2} b ON b.id = a.parent;"
        yield f"CREATE TRIGGER g{n} BEFORE INSERT ON t{n} FOR EACH ROW SET NEW.note = concat(NEW.name, '!');"
        yield f"CREATE FUNCTION f{n}(a int) RETURNS int DETERMINISTIC RETURN a + {n};"
        yield f"CREATE PROCEDURE p{n}(IN a int) SELECT * FROM t{n} WHERE id = a;"
        if n % 100 == 0:
            yield f"CREATE EVENT e{n} ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM t{n};"


def measure(server: MyServer, tables: int, runs: int, folder: Path) -> Row:
    """Both dumps of one database, by turns."""
    with fresh(server) as database:
        database.script("\n".join(schema(tables)))
        program = server.program(dump=True)
        ours = (sys.executable, "-m", "dbstrata", "dump", "mysql", database.url, "-o", folder / "dump.json")
        theirs = (*program, *OPTIONS, f"--result-file={folder / 'dump.sql'}", database.name)
        mine, other = beside(runs, ours, theirs, folder=folder)
    name = Path(program[0]).name
    return ratio(f"dump, {tables} tables", lambda cost: cost.wall, mine, (name, other), BARS[server.flavour])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.mysql", description="dbstrata beside mysqldump.")
    parser.add_argument("--tables", type=int, metavar="N", help="this size, and no bars")
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="of each, after one to warm up (%(default)s)")
    options = parser.parse_args()
    rows: list[Row] = []
    for flavour in BARS:
        if not is_there(flavour):
            print(f"no {flavour}; next: {INSTALL[flavour]}", file=sys.stderr)
            continue
        with server_of(flavour) as server, tempfile.TemporaryDirectory() as folder:
            print(f"measuring {flavour} ...", file=sys.stderr, flush=True)
            rows.append(measure(server, options.tables or TABLES, options.runs, Path(folder)))
    if options.tables:
        for row in rows:
            row.bar = None
    print(table(rows))
    return 1 if any(row.missed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
