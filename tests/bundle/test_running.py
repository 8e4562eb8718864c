"""`apply` and `rollback`: from the start to the end and back, from every state in between, and not from elsewhere."""

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbstrata.cli.bundles.opening import open_bundle
from dbstrata.cli.bundles.running import Options, Run
from dbstrata.dialects import server
from dbstrata.snapshots.errors import DbstrataError, Interrupted, ServerFailed

from ..cli.commands import refused, run
from ..lab import Lab
from .bundles import ALLOW, CASES, PARTS, World, world

KEPT = "SELECT id, name FROM kept ORDER BY id"


@pytest.fixture
def made(lab: Lab, tmp_path: Path) -> World:
    return world(lab, tmp_path, *PARTS)


class Silent:
    """Tells nobody; does something at one event."""

    def __init__(self, at: int = -1, does: Any = None) -> None:
        self.at, self.does, self.told = at, does, list[str]()

    def tell(self, event: str, text: str, **_facts: Any) -> None:
        if len(self.told) == self.at:
            self.does()
        self.told.append(f"{event}: {text}")


def applied(made: World, teller: Silent, url: str | None = None, **options: Any) -> Run:
    with server("postgres").open_executor(url or made.database.url) as session:
        found = Run(made.bundle, session, teller, Options(yes=True, **options))
        found.go()
        return found


def test_there_and_back(made: World) -> None:
    kept = made.database.psql(KEPT)
    done = made.run("apply")
    assert done.code == 0, done.err
    assert "is the bundle's end" in done.out
    assert made.differs_from(made.new) == ""
    assert made.differs_from(made.old) != ""
    assert made.run("apply").out.startswith("nothing to do")
    done = made.run("rollback", "--log-format", "json")
    events = [json.loads(line)["event"] for line in done.out.splitlines()]
    assert events[-1] == "proven"
    assert made.differs_from(made.old) == ""
    assert made.database.psql(KEPT) == kept


def test_a_dry_run_changes_nothing(made: World) -> None:
    done = made.run("apply", "--dry-run")
    assert done.code == 0
    assert "CREATE TABLE public.made" in done.out
    assert made.differs_from(made.old) == ""


def test_nobody_there_is_no_yes(made: World) -> None:
    assert "--yes" in run("apply", made.path, made.database.url).err
    assert made.differs_from(made.old) == ""


def test_another_bundle_than_expected_is_refused(made: World) -> None:
    refused(made.run("apply", "--expect", "0" * 64), 3)
    assert made.run("apply", "--expect", made.bundle.sha).code == 0


DRIFT = (
    "CREATE TABLE more (id int)",
    "ALTER TABLE kept ADD extra int",
    "CREATE INDEX by_name ON kept (name)",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA other",
    "GRANT SELECT ON kept TO PUBLIC",
    "COMMENT ON TABLE kept IS 'touched'",
    "CREATE TYPE t AS (a int)",
    "ALTER TYPE mood ADD VALUE 'sad'",
    "CREATE VIEW v AS SELECT 1 AS one",
    "CREATE SEQUENCE s",
    "CREATE CAST (text AS mood) WITH INOUT",
)


def test_drift_is_refused_and_listed(made: World) -> None:
    for change in DRIFT:
        with psycopg.connect(made.database.url) as connection:
            connection.execute(change)
            connection.commit()
        done = made.run("apply")
        assert done.code == 3, (change, done)
        assert "0 created, 0 dropped, 0 altered" not in done.out, change
        made.database.psql(UNDO)
        assert made.differs_from(made.old) == "", change


UNDO = """
    DROP TABLE IF EXISTS more; ALTER TABLE kept DROP COLUMN IF EXISTS extra; DROP INDEX IF EXISTS by_name;
    DROP FUNCTION IF EXISTS f; DROP SCHEMA IF EXISTS other; REVOKE SELECT ON kept FROM PUBLIC;
    COMMENT ON TABLE kept IS NULL; DROP TYPE IF EXISTS t; DROP CAST IF EXISTS (text AS mood); DROP TYPE mood;
    CREATE TYPE mood AS ENUM ('calm'); DROP VIEW IF EXISTS v; DROP SEQUENCE IF EXISTS s"""


def test_what_the_bundle_does_not_touch_is_not_undone_by_a_rollback(made: World) -> None:
    assert made.run("apply").code == 0
    made.database.psql("CREATE TABLE more (id int)")
    assert "table public.more" in refused_with_list(made.run("rollback"))
    assert "table public.more" in refused_with_list(made.run("apply", "--resume"))
    made.database.psql("DROP TABLE more")
    assert made.run("rollback").code == 0


def refused_with_list(done: Any) -> str:
    assert done.code == 3, done
    text: str = done.err
    return text


# stopped


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _child(path: str, url: str, at: int, options: dict[str, Any]) -> None:
    with server("postgres").open_executor(url) as session:
        Run(open_bundle(path), session, Silent(at, _die), Options(yes=True, **options)).go()


def killed(made: World, at: int, **options: Any) -> bool:
    """Apply in another process, which is killed at that event; was it?"""
    process = multiprocessing.get_context("fork").Process(
        target=_child, args=(str(made.path), made.database.url, at, options)
    )
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_killed_at_every_edge_resume_and_rollback_arrive(lab: Lab, tmp_path: Path, name: str) -> None:
    made = world(lab, tmp_path, *CASES[name])
    at, rows = 0, made.database.psql(KEPT if name == "parts" else "SELECT id, total FROM t")
    while killed(made, at):
        _alone(made)
        if at % 2:
            assert made.run("apply", "--resume").code == 0
            assert made.differs_from(made.new) == ""
        done = made.run("rollback")
        assert done.code == 0, done.err
        assert made.differs_from(made.old) == ""
        assert made.database.psql(KEPT if name == "parts" else "SELECT id, total FROM t") == rows
        at += 1
    assert at > sum(1 for _ in made.bundle.plan.forward.statements())


def _alone(made: World) -> None:
    """Until the server has noticed that the client is gone."""
    with psycopg.connect(made.database.server.url(), autocommit=True) as connection:
        query = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(query, [made.database.name])


def test_a_stop_leaves_whole_parts_and_says_where_things_stand(made: World) -> None:
    first = len(made.bundle.plan.forward.parts[0].statements)
    with server("postgres").open_executor(made.database.url) as session:
        teller = Silent()
        one = Run(made.bundle, session, teller, Options(yes=True))
        teller.at = first + 2
        teller.does = one.stop.set
        with pytest.raises(Interrupted, match="parts 1 to 1 are done and stay, nothing of part 2 of 2 stays") as stop:
            one.go()
    assert "--resume" in str(stop.value)
    assert made.database.psql("SELECT enum_range(NULL::mood)").strip() == "{calm,cross}"
    again = made.run("apply")
    assert again.code == 3
    assert "the database is not the bundle's start" in again.err
    assert made.run("apply", "--resume").code == 0
    assert made.differs_from(made.new) == ""


def test_a_lost_connection_says_where_things_stand(made: World) -> None:
    def cut() -> None:
        _alone(made)

    with pytest.raises(ServerFailed, match="nothing of part 1 of 2 stays"):
        applied(made, Silent(1, cut))
    assert made.differs_from(made.old) == ""
    assert made.run("apply").code == 0


def test_a_lock_that_is_not_had_is_tried_again(made: World) -> None:
    """And it says who holds it."""
    with psycopg.connect(made.database.url, application_name="somebody") as other:
        other.execute("SELECT * FROM kept")
        script = made.path / "forward.sql"
        assert "lock_timeout" in script.read_text()
        with server("postgres").open_executor(made.database.url) as session:
            teller = Silent()
            quick = made.bundle.plan.forward.parts
            made.bundle.__dict__["plan"] = _hasty(made)
            one = Run(made.bundle, session, teller, Options(yes=True, retries=3), sleep=lambda _: other.rollback())
            one.go()
    retries = [line for line in teller.told if line.startswith("retry")]
    assert len(retries) == 1
    assert "somebody" in retries[0]
    assert quick
    assert made.differs_from(made.new) == ""


def test_a_lock_that_is_never_had_ends_it(made: World) -> None:
    with psycopg.connect(made.database.url, application_name="somebody") as other:
        other.execute("SELECT * FROM kept")
        made.bundle.__dict__["plan"] = _hasty(made)
        with pytest.raises(ServerFailed, match="somebody"):
            applied_never(made)


def applied_never(made: World) -> None:
    with server("postgres").open_executor(made.database.url) as session:
        Run(made.bundle, session, Silent(), Options(yes=True, retries=1), sleep=lambda _: None).go()


def _hasty(made: World) -> Any:
    """The plan, with a shorter patience."""
    import msgspec

    text = msgspec.json.encode(made.bundle.plan).replace(b"lock_timeout = '10s'", b"lock_timeout = '50ms'")
    return msgspec.json.decode(text, type=type(made.bundle.plan))


def test_two_at_once(made: World) -> None:
    """One works, the other is refused and told who works."""
    entered, leave = threading.Event(), threading.Event()

    def wait() -> None:
        entered.set()
        leave.wait(60)

    worker = threading.Thread(target=applied, args=(made, Silent(2, wait)))
    worker.start()
    assert entered.wait(60)
    try:
        assert "another dbstrata changes this database" in refused(made.run("apply"), 3)
    finally:
        leave.set()
        worker.join()
    assert made.differs_from(made.new) == ""


def test_a_record_is_kept_and_is_no_drift(made: World) -> None:
    assert made.run("apply", "--record").code == 0
    assert made.run("rollback", "--record").code == 0
    rows = made.database.psql("SELECT verb, who, manifest FROM dbstrata_history ORDER BY at").splitlines()
    assert [row.split("|")[0] for row in rows] == ["apply", "rollback"]
    assert rows[0].endswith(made.bundle.sha)
    assert made.differs_from(made.old) == ""


@pytest.fixture
def guarded(made: World) -> Iterator[str]:
    """A role that may connect and no more, with a password."""
    name = "bundle_guest"
    made.database.psql(f"CREATE ROLE {name} LOGIN PASSWORD 'hush-hush-7'")
    yield made.database.url.replace("postgres@", f"{name}:hush-hush-7@")
    made.database.psql(f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_what_may_not_be_done_is_said_with_the_grant_and_without_the_password(made: World, guarded: str) -> None:
    done = run("apply", made.path, guarded, "--yes", "--log-format", "json")
    assert done.code == 4, done
    assert "the role may not do that" in done.err
    assert "permission denied for" in done.err
    assert "GRANT SELECT, REFERENCES ON kept TO bundle_guest" in done.err
    made.database.psql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC")
    done = run("bundle", made.database.url, made.new, "-o", made.path.with_name("open"), *ALLOW)
    assert done.code == 0, done.err
    done = run("apply", made.path.with_name("open"), guarded, "--yes", "--log-format", "json")
    assert "the role may not do that" in done.err
    assert "must be owner of" in done.err
    assert "nothing has changed" in done.err
    assert "bundle_guest" in done.err
    assert "hush" not in done.err + done.out
    for path in made.path.iterdir():
        assert b"hush" not in path.read_bytes()


def test_verify_prints_what_diff_prints(made: World) -> None:
    for format in ("text", "json", "markdown"):
        live = run("verify", made.new, made.database.url, "--format", format)
        files = run("diff", made.new, made.old, "--format", format)
        assert live.code == 1
        assert live.out == files.out


def test_errors_are_of_one_tree() -> None:
    assert issubclass(Interrupted, DbstrataError)
    assert Interrupted.exit_code == 130
