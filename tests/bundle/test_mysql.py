"""Bundles on MySQL and MariaDB: there and back, the checks in the stock client, and what stops them."""

import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dbstrata.cli.bundles.rehearsing import NAME_OF_PROOF
from dbstrata.cli.bundles.running import Options, Run
from dbstrata.dialects import server
from dbstrata.dialects.mysql import checks, local
from dbstrata.dialects.mysql.client import commands
from dbstrata.snapshots.errors import Defect, Interrupted, LockTimeout, ServerFailed

from ..cli.commands import nothing, refused, run
from ..lab import Case
from ..mysql_servers import MyDatabase, MyServer
from .grounds import Ground, Made, bundled

PAIR = Case(
    "pair",
    """CREATE TABLE kept (id int PRIMARY KEY, name varchar(20), how enum('calm', 'cross'));
       INSERT INTO kept VALUES (1, 'one', 'calm'), (2, 'two', 'calm');
       CREATE TABLE gone (id int);
       CREATE VIEW seen AS SELECT id FROM kept;
       DELIMITER ;;
       CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN DECLARE a int; RETURN 1; END;;
       DELIMITER ;""",
    """CREATE TABLE kept (id int PRIMARY KEY, name varchar(20) NOT NULL, how enum('calm', 'cross', 'sad'), size bigint);
       CREATE TABLE made (id int PRIMARY KEY, kept int, CONSTRAINT to_kept FOREIGN KEY (kept) REFERENCES kept (id));
       CREATE VIEW seen AS SELECT id, name FROM kept;
       DELIMITER ;;
       CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN DECLARE a int; RETURN 2; END;;
       CREATE TRIGGER stamped BEFORE INSERT ON kept FOR EACH ROW BEGIN SET NEW.size = 1; END;;
       DELIMITER ;""",
)
KEPT = "SELECT id, name, how FROM kept ORDER BY id"


@pytest.fixture
def made(ground: Ground, tmp_path: Path) -> Made:
    return bundled(ground, tmp_path, PAIR)


def database_of(made: Made, my_server: MyServer) -> MyDatabase:
    return MyDatabase(my_server, made.url.rpartition("/")[2])


class Silent:
    """Tells nobody; does something when statement number `at` begins, counted from 0."""

    def __init__(self, at: int = -1, does: Any = None) -> None:
        self.at, self.does, self.told = at, does, list[str]()

    def tell(self, event: str, text: str, **_facts: Any) -> None:
        if event == "statement" and sum(line.startswith("statement: ") for line in self.told) == self.at:
            self.does()
        self.told.append(f"{event}: {text}")


def test_there_and_back(made: Made, my_server: MyServer) -> None:
    database = database_of(made, my_server)
    rows = database.run(KEPT)
    assert run("check", made.path).code == 0
    done = made.run("apply", "--record")
    assert done.code == 0, done.err
    assert "is the bundle's end" in done.out
    assert made.differs_from(made.new) == ""
    assert made.differs_from(made.old) != ""
    assert made.run("apply").out.startswith("nothing to do")
    assert database.run(KEPT) == rows
    done = made.run("rollback", "--allow", "DB*", "--record")
    assert done.code == 0, done.err
    assert made.differs_from(made.old) == ""
    assert database.run(KEPT) == rows
    assert [row[0] for row in database.run("SELECT verb FROM dbstrata_history ORDER BY at")] == ["apply", "rollback"]


def test_the_stock_client_runs_all_four_files(made: Made, my_server: MyServer) -> None:
    database = database_of(made, my_server)
    assert asked(database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    database.script((made.path / "forward.sql").read_text("utf-8"))
    assert made.differs_from(made.new) == ""
    assert asked(database, made.path / "verify.sql") == ["verify: all sound"]
    database.script((made.path / "rollback.sql").read_text("utf-8"))
    assert made.differs_from(made.old) == ""


def asked(database: MyDatabase, path: Path) -> list[str]:
    """What the stock client prints, but for the counts."""
    return [line for line in printed(database, path) if not line.startswith("note: rows: ")]


def printed(database: MyDatabase, path: Path) -> list[str]:
    """All of it."""
    command = [*database.server.program(), "-N", "-r", "--comments", database.name]
    done = subprocess.run(command, input=path.read_text("utf-8"), capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()


def test_rows_of_kept_tables_are_counted_on_both_sides(made: Made, my_server: MyServer) -> None:
    database = database_of(made, my_server)
    count = "note: rows: table kept: 2"
    assert printed(database, made.path / "preflight.sql") == [count, "preflight: all clear, forward.sql can run"]
    done = made.run("apply")
    assert done.code == 0, done.err
    assert "no rows are gone from the 1 table that was counted" in done.out
    assert printed(database, made.path / "verify.sql") == [count, "verify: all sound"]


def test_rows_of_tables_that_show_those_of_others_are_not_counted(ground: Ground, tmp_path: Path) -> None:
    parts = "CREATE TABLE m1 (a int) ENGINE=MyISAM; CREATE TABLE m2 (a int) ENGINE=MyISAM; INSERT INTO m1 VALUES (1);"
    one, other = (f"{parts} CREATE TABLE m (a int) ENGINE=MERGE UNION=({names});" for names in ("m1, m2", "m2"))
    made = bundled(ground, tmp_path, Case("merged", one, other))
    assert "COUNT(*) FROM `m`" not in (made.path / "preflight.sql").read_text("utf-8")
    assert made.run("apply").code == 0


def test_rows_that_are_gone_afterwards_are_told(made: Made, my_server: MyServer) -> None:
    database = database_of(made, my_server)
    thief = Silent(0, lambda: database.run("DELETE FROM kept WHERE id = 1"))
    with server("mysql").open_executor(made.url) as session, pytest.raises(Defect) as caught:
        Run(made.bundle, session, thief, Options(yes=True, allow=("DB*",))).go()
    assert "rows are gone: table kept had 2 and has 1" in str(caught.value)
    assert made.differs_from(made.new) == ""


ROWS = {
    "NULLs in the way of NOT NULL": ("a int", "a int NOT NULL", "(NULL)"),
    "values that are too long": ("a varchar(10)", "a varchar(3)", "('four')"),
    "values that are too large": ("a bigint", "a smallint unsigned", "(-1)"),
    "values that can't be cast": ("a varchar(20)", "a date", "('no day')"),
    "values of an enum that go": ("a enum('x', 'y')", "a enum('x')", "('y')"),
    "values of a set that go": ("a set('x', 'y')", "a set('x')", "('x,y')"),
    "characters that the character set lacks": (
        "a varchar(5) CHARACTER SET utf8mb4",
        "a varchar(5) CHARACTER SET latin1",
        "('\u4e00')",
    ),
    "duplicates in the way of a key": ("a int", "a int, UNIQUE KEY (a)", "(1), (1), (NULL), (NULL)"),
    "rows in the way of a check": ("a int", "a int, CONSTRAINT {} CHECK (a > 0)", "(0)"),
    "rows in the way of a foreign key": ("a int", "a int, CONSTRAINT {} FOREIGN KEY (a) REFERENCES one (id)", "(7)"),
}
ONE = "CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1);"
MORE = {
    "values that are too large": ("a varchar(20)", "a tinyint", "('300')"),
    "duplicates in the way of a key": (
        "b int, a varchar(5) COLLATE utf8mb4_bin, UNIQUE KEY (b, a(3))",
        "b int, a varchar(5) COLLATE utf8mb4_general_ci, UNIQUE KEY (b, a(3))",
        "(1, 'a'), (1, 'A')",
    ),
}
"""The same in other ways; of the key, with its risk."""


def test_what_stands_in_the_way_is_found_before_anything_is_done(
    ground: Ground, my_server: MyServer, tmp_path: Path
) -> None:
    """One table for each question, all in one bundle; none of them where the rows are fine. Without the question, the
    server would stop half way."""
    tables = list(enumerate(ROWS.values()))
    old = ONE + "".join(f"CREATE TABLE t{n} ({columns.format(f'c{n}')});" for n, (columns, _, _) in tables)
    new = ONE + "".join(f"CREATE TABLE t{n} ({columns.format(f'c{n}')});" for n, (_, columns, _) in tables)
    made = bundled(ground, tmp_path, Case("rows", old, new))
    database = database_of(made, my_server)
    assert asked(database, made.path / "preflight.sql") == ["preflight: all clear, forward.sql can run"]
    database.run(*(f"INSERT INTO t{n} VALUES {rows}" for n, (_, _, rows) in tables))
    *problems, last = asked(database, made.path / "preflight.sql")
    assert {line.split(": ")[1] for line in problems} == set(ROWS)
    assert last == f"{len(ROWS)} in the way: do not run forward.sql"
    done = made.run("apply")
    assert done.code == 3
    assert f"preflight found {len(ROWS)} problems" in done.err
    assert "column t0.a: 1 rows hold NULL" in done.out
    assert made.differs_from(made.old) == ""


def test_what_stands_in_the_way_in_other_ways(ground: Ground, my_server: MyServer, tmp_path: Path) -> None:
    tables = list(enumerate(MORE.values()))
    old = "".join(f"CREATE TABLE t{n} ({columns});" for n, (columns, _, _) in tables)
    new = "".join(f"CREATE TABLE t{n} ({columns});" for n, (_, columns, _) in tables)
    made = bundled(ground, tmp_path, Case("rows", old, new))
    assert "DB302 fails-on-duplicates" in (made.path / "forward.sql").read_text()
    assert made.run("apply").code == 0
    assert made.run("rollback").code == 0
    database_of(made, my_server).run(*(f"INSERT INTO t{n} VALUES {rows}" for n, (_, _, rows) in tables))
    done = made.run("apply")
    assert done.code == 3, done.err
    assert {line.split(": ")[1] for line in done.out.splitlines() if line.startswith("problem")} == set(MORE)


def test_what_is_worth_a_note(
    ground: Ground, my_server: MyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large table, few connections: told, and nothing is refused for it."""
    monkeypatch.setattr(checks, "SLOTS", 1_000_000)
    (tmp_path / "small.toml").write_text("[preflight]\nlarge_table_mb = 0\n")
    case = Case("note", "CREATE TABLE t (a int);", "CREATE TABLE t (a int, b int);")
    made = bundled(ground, tmp_path, case, "--config", str(tmp_path / "small.toml"))
    *notes, last = asked(database_of(made, my_server), made.path / "preflight.sql")
    assert last == "preflight: all clear, forward.sql can run"
    assert [line.rsplit(": ", 1)[0] for line in notes] == [
        "note: connections that are left: connections",
        "note: tables of more than 0 MB: t",
    ]
    assert made.run("apply").code == 0


def test_who_holds_a_lock_is_noted_where_the_user_may_see_it(made: Made, my_server: MyServer) -> None:
    """In the client and in `apply`; a user who may not is told nothing, and is not stopped by it."""
    database = database_of(made, my_server)
    guest = f"`{database.name}`@`%`, `{database.name}`@localhost".split(", ")
    sees = {"mysql": "SHOW_ROUTINE ON *.*", "mariadb": "SELECT ON mysql.proc"}[my_server.flavour]
    for name in guest:
        my_server.execute(f"CREATE USER {name}", f"GRANT ALL ON {database.name}.* TO {name}", f"GRANT {sees} TO {name}")
    with my_server.connect(database.name) as other, other.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        ((process,),) = cursor.fetchall()
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM kept")
        try:
            *notes, last = asked(database, made.path / "preflight.sql")
            applied = run("apply", made.path, made.url, "--dry-run").out
            limited = MyDatabase(replace(my_server, user=database.name), database.name)
            assert asked(limited, made.path / "preflight.sql") == [last]
            blind = run("apply", made.path, my_server.url(database.name, database.name), "--dry-run")
        finally:
            my_server.execute(*(f"DROP USER {name}" for name in guest))
    assert last == "preflight: all clear, forward.sql can run"
    title = checks.HOLDERS[my_server.flavour]
    (note,) = [line for line in notes if f"process {process} " in line]
    assert note.startswith(f"note: {title}: ")
    assert f"note: {title}: " in applied
    assert f"process {process} " in applied
    assert (blind.code, title in blind.out) == (0, False), blind.err


def test_a_sequence_that_is_behind_its_column(ground: Ground, my_server: MyServer, tmp_path: Path) -> None:
    if my_server.flavour == "mysql":
        pytest.skip("MySQL has no sequences, and never lets AUTO_INCREMENT fall behind")
    sql = "CREATE SEQUENCE `s``1` NOCACHE; CREATE TABLE t (a int DEFAULT (NEXT VALUE FOR `s``1`), b int);"
    made = bundled(ground, tmp_path, Case("behind", "", sql))
    assert made.run("apply").code == 0
    database = database_of(made, my_server)
    database.run("INSERT INTO t (b) VALUES (1), (2)")
    assert asked(database, made.path / "verify.sql") == ["verify: all sound"]
    database.run("INSERT INTO t VALUES (3, 1)")
    assert asked(database, made.path / "verify.sql") == [
        'problem: a sequence that is behind its column: sequence "s`1": its next number is 3, and the column holds 3',
        "1 to be mended",
    ]


DRIFT = {
    "DROP TABLE gone": "table gone: expected it, found nothing",
    "ALTER TABLE kept MODIFY name varchar(30)": "column kept.name: expected varchar(20), found varchar(30)",
    "CREATE TABLE made (id int)": "table made: expected nothing, found it",
    "DROP FUNCTION f; CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 9": "function f: expected ",
    "CREATE OR REPLACE VIEW seen AS SELECT 2 AS one": "view seen: expected ",
    "CREATE TRIGGER stamped BEFORE INSERT ON kept FOR EACH ROW SET NEW.name = 1": "trigger kept.stamped: expected no",
}


@pytest.mark.parametrize("change", DRIFT)
def test_drift_of_what_the_plan_touches_is_found_by_the_client_too(
    made: Made, my_server: MyServer, change: str
) -> None:
    database = database_of(made, my_server)
    database.run(*change.split("; "))
    said = asked(database, made.path / "preflight.sql")
    assert said[-1].endswith(" in the way: do not run forward.sql"), said
    assert any(DRIFT[change] in line for line in said), said
    assert made.run("apply").code == 3


def test_a_view_that_nothing_can_read_is_found_afterwards(made: Made, my_server: MyServer) -> None:
    assert made.run("apply").code == 0
    database = database_of(made, my_server)
    database.run("ALTER TABLE kept DROP COLUMN name")
    assert asked(database, made.path / "verify.sql") == [
        "problem: a view that is broken: view seen: what it reads is not there",
        "1 to be mended",
    ]


def test_what_the_bundle_does_not_touch_is_not_undone_by_a_rollback(made: Made, my_server: MyServer) -> None:
    assert made.run("apply").code == 0
    database = database_of(made, my_server)
    database.run("CREATE TABLE more (id int)")
    for verb, options in (("rollback", ("--allow", "DB*")), ("apply", ("--resume",))):
        done = made.run(verb, *options)
        assert done.code == 3
        assert "table more" in done.err
    database.run("DROP TABLE more")
    assert made.run("rollback", "--allow", "DB*").code == 0


def test_a_stop_says_which_statements_are_done(made: Made) -> None:
    with server("mysql").open_executor(made.url) as session:
        teller = Silent()
        one = Run(made.bundle, session, teller, Options(yes=True))
        teller.at, teller.does = 2, one.stop.set
        with pytest.raises(Interrupted, match="statements 1 to 3 are done and stay, nothing of statement 4 of") as stop:
            one.go()
    assert "--resume" in str(stop.value)
    assert made.run("apply").code == 3
    assert made.run("apply", "--resume").code == 0
    assert made.differs_from(made.new) == ""


def test_a_lock_that_is_not_had_is_tried_again_and_then_ends_it(made: Made, my_server: MyServer) -> None:
    """And it says who holds it."""
    hasty(made)
    with my_server.connect(made.url.rpartition("/")[2]) as other, other.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        ((process,),) = cursor.fetchall()
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM kept")
        with server("mysql").open_executor(made.url) as session:
            teller = Silent()
            one = Run(made.bundle, session, teller, Options(yes=True, retries=1), sleep=lambda _: None)
            with pytest.raises(LockTimeout, match=f"2 tries; process {process} "):
                one.go()
            again = Run(
                made.bundle,
                session,
                teller,
                Options(yes=True, retries=1, resume=True),
                sleep=lambda _: other.rollback(),
            )
            again.go()
    assert sum(line.startswith("retry") for line in teller.told) == 2
    assert made.differs_from(made.new) == ""


def hasty(made: Made) -> None:
    """The bundle, with a shorter patience."""
    import msgspec

    text = msgspec.json.encode(made.bundle.plan).replace(b"lock_wait_timeout = 10", b"lock_wait_timeout = 1")
    made.bundle.__dict__["plan"] = msgspec.json.decode(text, type=type(made.bundle.plan))
    made.bundle.__dict__["manifest"] = msgspec.structs.replace(made.bundle.manifest, lock_timeout="1s")


def test_a_second_ctrl_c_gives_up_the_statement_that_waits(made: Made, my_server: MyServer) -> None:
    with my_server.connect(made.url.rpartition("/")[2]) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM kept")
        with server("mysql").open_executor(made.url) as session:
            one = Run(made.bundle, session, Silent(), Options(yes=True))

            def twice() -> None:
                one.stop.set()
                session.cancel()

            stopper = threading.Timer(1.5, twice)
            stopper.start()
            with pytest.raises(Interrupted, match="stopped as you asked"):
                one.go()
            stopper.join()
    assert made.run("apply", "--resume").code == 0


def test_two_at_once(made: Made) -> None:
    """One works, the other is refused and told who works."""
    entered, leave = threading.Event(), threading.Event()

    def wait() -> None:
        entered.set()
        leave.wait(60)

    def work() -> None:
        with server("mysql").open_executor(made.url) as session:
            Run(made.bundle, session, Silent(1, wait), Options(yes=True)).go()

    worker = threading.Thread(target=work)
    worker.start()
    assert entered.wait(60)
    try:
        said = refused(made.run("apply"), 3)
        assert "another dbstrata changes this database" in said
        assert "process " in said
    finally:
        leave.set()
        worker.join()
    assert made.differs_from(made.new) == ""


def test_verify_prints_nothing_where_there_is_no_drift(made: Made) -> None:
    """Nor that privileges are not compared, where neither side has them."""
    assert "acl" in made.bundle.snapshots[0].header.not_read
    assert run("verify", made.old, made.url) == (0, "", "")
    done = run("verify", made.new, made.url)
    assert done.code == 1
    assert "not compared: privileges" in done.out


def test_a_lost_connection_says_what_is_not_known(made: Made, my_server: MyServer) -> None:
    with server("mysql").open_executor(made.url) as session:
        ((process,),) = session.rows("SELECT CONNECTION_ID()")
        one = Run(made.bundle, session, Silent(2, lambda: my_server.execute(f"KILL {process}")), Options(yes=True))
        with pytest.raises(ServerFailed, match=r"whether statement 3 of \d+ is done is not known"):
            one.go()
    assert made.run("apply", "--resume").code == 0
    assert made.differs_from(made.new) == ""


@pytest.mark.parametrize("path", ["/mysql", "/", ""])
def test_rehearsed_on_a_server_that_is_named(path: str, ground: Ground, made: Made, my_server: MyServer) -> None:
    """It need not name a database: one is made beside it."""
    done = run("rehearse", made.path, "--scratch", urlsplit(ground.scratch)._replace(path=path).geturl())
    assert done.code == 0, done.err
    assert (made.path / NAME_OF_PROOF).exists()
    assert run("check", made.path).code == 0
    assert my_server.execute(f"SHOW DATABASES LIKE 'dbstrata\\_rehearsal\\_{os.getpid()}'") == []


def test_rehearsed_on_a_server_of_our_own(made: Made, my_server: MyServer) -> None:
    if local.program_of(my_server.flavour) is None:
        pytest.skip(f"no server program of {my_server.flavour} on this machine")
    done = run("rehearse", made.path)
    assert done.code == 0, done.err
    assert f'"server": "{my_server.flavour} ' in (made.path / NAME_OF_PROOF).read_text("utf-8")


def test_no_server_of_our_own(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "program_of", nothing)
    assert "--scratch URL" in refused(run("rehearse", made.path), 2)


def test_the_runbook_gives_the_commands_of_this_server(made: Made, my_server: MyServer) -> None:
    client, dump = (Path(my_server.program(dump)[0]).name for dump in (False, True))
    runbook = (made.path / "RUNBOOK.md").read_text("utf-8")
    for command in (f"{dump} --single-transaction", f"`{client} -N -r --comments", "dbstrata rollback BUNDLE URL"):
        assert command in runbook


RISKS = Case(
    "risks",
    """CREATE TABLE gone (id int); CREATE TABLE up (id int PRIMARY KEY);
       CREATE TABLE t (id int, less int, a int, b decimal(8,4), c varchar(9), d enum('x', 'y'), e int DEFAULT 1, f int);
       CREATE VIEW v AS SELECT id, a FROM t;
       CREATE SQL SECURITY INVOKER VIEW w AS SELECT id FROM t;
       CREATE FUNCTION fn(p int) RETURNS int DETERMINISTIC RETURN 1;""",
    """CREATE TABLE up (id int PRIMARY KEY);
       CREATE TABLE t (id int, a int NOT NULL, b decimal(8,2), c int, d enum('x', 'z'), e int NOT NULL, f int,
           g int NOT NULL, UNIQUE KEY u (id), CONSTRAINT k CHECK (a > 0),
           CONSTRAINT fk FOREIGN KEY (f) REFERENCES up (id));
       CREATE VIEW v AS SELECT id FROM t;
       CREATE SQL SECURITY DEFINER VIEW w AS SELECT id FROM t;
       CREATE FUNCTION fn(p bigint) RETURNS int DETERMINISTIC RETURN 1;""",
)
EXPECTED = {
    ("DB102", "table gone"),
    ("DB101", "column t.less"),
    ("DB103", "column t.b"),
    ("DB301", "column t.a"),
    ("DB302", "index t.u"),
    ("DB303", "check t.k"),
    ("DB304", "foreign_key t.fk"),
    ("DB305", "column t.c"),
    ("DB305", "column t.d"),
    ("DB401", "table gone"),
    ("DB401", "column t.less"),
    ("DB401", "column v.a"),
    ("DB403", "column t.c"),
    ("DB404", "column t.a"),
    ("DB404", "column t.d"),
    ("DB404", "index t.u"),
    ("DB404", "check t.k"),
    ("DB404", "foreign_key t.fk"),
    ("DB405", "column t.e"),
    ("DB405", "column t.g"),
    ("DB406", "function fn"),
    ("DB407", "column t.d"),
    ("DB506", "view w"),
}


def test_risks_are_told_apart_by_code(ground: Ground, tmp_path: Path) -> None:
    made = bundled(ground, tmp_path, RISKS)
    found = {(r.code, r.object) for s in made.bundle.plan.forward.statements() for r in s.risks}
    assert found >= EXPECTED, EXPECTED - found


TOGETHER = Case(
    "together",
    "CREATE TABLE t (id int, a int, b int); CREATE TABLE u (id int, k int);",
    "CREATE TABLE t (id int, a int, b int, c int, UNIQUE KEY u (a)); CREATE TABLE u (id int, k bigint, more int);",
)
"""A column at the end is INSTANT by itself, and a key in place: together they write the table anew."""


def test_what_a_statement_does_as_a_whole_is_a_risk(ground: Ground, tmp_path: Path) -> None:
    """Of its one line, its codes, the policy and the runbook, none says less than another."""
    made = bundled(ground, tmp_path, TOGETHER)
    one, other = made.bundle.plan.forward.statements()
    assert [(r.code, r.object, r.text) for r in one.risks if r.code[:3] == "DB2"] == [
        ("DB201", "table t", "every row is written anew")
    ]
    (text,) = {r.text for r in other.risks if r.code == "DB201"}
    assert text == "every row is written anew under COPY: rebuilds the table, blocks writes"
    assert "INPLACE: rebuilds the table, writes go on\n" in one.lead
    waiting = (made.path / "RUNBOOK.md").read_text("utf-8").partition("keep writers waiting")[2].partition("##")[0]
    assert [line for line in waiting.splitlines() if line.startswith("-")] == [
        "- `table u`: COPY: rebuilds the table, blocks writes"
    ]
    rule = 'code = "DB201"\nobjects = "table t"\naction = "refuse"\nreason = "large"\n'
    (tmp_path / "strict.toml").write_text(f"[[policy.rule]]\n{rule}")
    refused_by_it = run(
        "bundle", made.old, made.new, "-o", tmp_path / "no", "--config", tmp_path / "strict.toml", "--allow", "DB4*"
    )
    assert refused_by_it.code == 3
    assert "DB201 rewrites-table: table t" in refused_by_it.err


COMMANDS = """SET a = 'it''s; \\\\';
-- a comment; it's one
CREATE VIEW `v;1` AS SELECT ";" /* ; */ # ; '
FROM t;
DELIMITER ;;
CREATE PROCEDURE p() BEGIN SELECT ';'; END
;;
DELIMITER ;
SET b = 1;"""


def test_a_script_is_taken_apart_as_the_client_does_it() -> None:
    first, second, third, fourth = commands(COMMANDS)
    assert first == "SET a = 'it''s; \\\\'"
    assert second.endswith("FROM t")
    assert third == "CREATE PROCEDURE p() BEGIN SELECT ';'; END"
    assert fourth == "SET b = 1"
