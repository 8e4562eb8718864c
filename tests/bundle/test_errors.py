"""What happens in life: each provoked, each one line, and nothing half done."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from dbstrata.dialects import sessions

from ..cli.commands import refused, run
from ..lab import Lab
from .bundles import ALLOW, PARTS, World, world


@pytest.fixture
def made(lab: Lab, tmp_path: Path) -> World:
    return world(lab, tmp_path, *PARTS)


def with_option(made: World, option: str) -> str:
    return f"{made.database.url}?options=-c%20{option}"


def test_a_statement_that_takes_too_long(made: World) -> None:
    with psycopg.connect(made.database.url) as other:
        other.execute("SELECT * FROM kept")
        done = run("apply", made.path, with_option(made, "statement_timeout%3D1s"), "--yes")
    assert done.code == 4
    assert "statement timeout" in done.err
    assert "statement_timeout=0" in done.err
    assert "parts 1 to 1 are done and stay, nothing of part 2 of 2 stays" in done.err
    assert done.err.count("\n") == 1
    assert made.run("rollback").code == 0
    assert made.differs_from(made.old) == ""


def test_a_deadlock_is_broken_by_the_server_and_tried_again(lab: Lab, tmp_path: Path) -> None:
    """Somebody holds the second table, and wants the first while we wait for the second."""
    tables = "CREATE TABLE first (id int); CREATE TABLE second (id int);"
    made = world(lab, tmp_path, tables, tables.replace("id int", "id int, more int"), "--lock-timeout", "60s")
    with psycopg.connect(made.database.url) as other:
        other.execute("SET deadlock_timeout = '1h'")

        def waits() -> None:
            _until_someone_waits(made)
            other.execute("SELECT * FROM first")
            other.rollback()

        for retries in (0, 3):
            other.execute("LOCK TABLE second IN ACCESS SHARE MODE")
            thread = threading.Thread(target=waits)
            thread.start()
            done = made.run("apply", "--retries", str(retries))
            thread.join()
            assert "the server broke a deadlock" in (done.out if retries else done.err)
            assert done.code == (0 if retries else 4), done
    assert made.differs_from(made.new) == ""


def test_rows_that_the_preflight_does_not_ask_for(lab: Lab, tmp_path: Path) -> None:
    """A column that is computed from them."""
    made = world(
        lab, tmp_path, "CREATE TABLE t (a int)", "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (1 / a) STORED)"
    )
    made.database.psql("INSERT INTO t VALUES (0)")
    done = made.run("apply")
    assert done.code == 4, done.err
    assert "rows stand in the way" in done.err
    assert "nothing has changed" in done.err


def test_a_server_that_only_reads(made: World) -> None:
    done = run("apply", made.path, with_option(made, "default_transaction_read_only%3Don"), "--yes")
    assert done.code == 4
    assert "connect to the primary" in done.err


def test_no_server(made: World) -> None:
    assert "connection refused" in refused(run("apply", made.path, "postgresql://nobody@127.0.0.1:1/x", "--yes"), 4)


def test_no_room_for_the_bundle(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    target = tmp_path / "full" / "release"
    said = refused(run("bundle", made.old, made.new, "-o", target, *ALLOW), 2)
    assert "cannot write the bundle: No space left on device" in said
    assert list(target.parent.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_no_room_on_the_server(lab: Lab, tmp_path: Path) -> None:
    """What is written while a statement runs goes to a device that is full."""
    full = """CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN COPY (SELECT 1) TO '/dev/full'; END $$;"""
    made = world(lab, tmp_path, full, f"{full} CREATE VIEW v AS SELECT 1 AS one;")
    made.database.psql("CREATE EVENT TRIGGER e ON ddl_command_end WHEN tag IN ('CREATE VIEW') EXECUTE FUNCTION f()")
    done = made.run("apply", "--allow", "unmodelled")
    assert done.code == 4, done.err
    assert "the server has no room left" in done.err
    assert "nothing has changed" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process")
def test_ctrl_c_gives_up_the_statement_that_waits_and_says_where_things_stand(made: World) -> None:
    command = [sys.executable, "-P", "-m", "dbstrata", "apply", str(made.path), made.database.url, "--yes"]
    with psycopg.connect(made.database.url) as other:
        other.execute("SELECT * FROM kept")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        _until_someone_waits(made)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "stopping at the step's edge" in said.splitlines()[0]
    assert "parts 1 to 1 are done and stay, nothing of part 2 of 2 stays" in said.splitlines()[-1]
    assert made.run("apply", "--resume").code == 0
    assert made.differs_from(made.new) == ""


def _until_someone_waits(made: World) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
    with psycopg.connect(made.database.server.url(), autocommit=True) as connection:
        for _ in range(600):
            if connection.execute(query, [made.database.name]).fetchone() != (0,):
                return
            time.sleep(0.1)
    pytest.fail("nobody waits for a lock")


def test_how_far_an_index_is_is_told(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world(lab, tmp_path, "CREATE TABLE t (a text)", "CREATE TABLE t (a text); CREATE INDEX i ON t (a)")
    made.database.psql("INSERT INTO t SELECT md5(n::text) FROM generate_series(1, 400000) n")
    monkeypatch.setattr(sessions, "PAUSE", 0.02)
    done = made.run("apply")
    assert done.code == 0, done.err
    assert "building index: " in done.out
