"""Runs of bundles that a fault stops, at a statement's edge or inside of it; then resume must reach the end, rollback
the start, and kept rows must stay.

    python -m tests.faults.tries postgres|mysql|mariadb [SECONDS]     every statement of up to 20 bundles, counted
"""

import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dbstrata.cli.bundles.rehearsing import kept, passing
from dbstrata.cli.bundles.running import Options, Run
from dbstrata.dialects import server
from dbstrata.snapshots.errors import DbstrataError, Refused
from dbstrata.snapshots.model import Identity
from dbstrata.snapshots.naming import kind_of, parts_of, path_of, quote
from dbstrata.templates.filters import mysql

from ..bundle.grounds import Made, NotBuilt, bundled, pairs
from .proxy import proxy
from .rigs import Rig, rig

BUNDLES = 20
FEWEST = 2
"""Statements of a bundle that is worth it."""
DELAY = 0.004
"""Seconds into a statement."""
PATIENCE = 60.0
"""Seconds in which a server must have noticed that a client is gone."""


class Point(NamedTuple):
    """Where a run is stopped."""

    fault: str
    at: int
    """Before that statement, counted from 0."""
    inside: bool


@dataclass
class Trial:
    """One bundle on its database."""

    rig: Rig
    made: Made
    rows: dict[str, Any]
    """Of each kept table, those columns that are the same on both sides."""
    count: int
    """Of statements."""


class Telling:
    """Tells nobody; does something when a statement begins."""

    def __init__(self, at: int = -1, does: Callable[[], None] = lambda: None) -> None:
        self._at, self._does, self._seen = at, does, 0

    def tell(self, event: str, text: str, **_facts: Any) -> None:
        if event == "statement":
            if self._seen == self._at:
                self._does()
            self._seen += 1


def run(trial: Trial, telling: Telling | None = None, url: str = "", **options: Any) -> None:
    """Apply, or roll back."""
    with server(trial.rig.dialect).open_executor(url or trial.made.url) as session:
        given = Options(yes=True, retries=0, allow=("DB*", "unmodelled"), **options)
        Run(trial.made.bundle, session, telling or Telling(), given).go()


def _soon(does: Callable[[], None], inside: bool) -> Callable[[], None]:
    """At once, or a moment later from another thread."""
    return (lambda: threading.Timer(DELAY, does).start()) if inside else does


# -- faults --------------------------------------------------------------------------------------------------------


def client_killed(trial: Trial, point: Point) -> bool:
    """SIGKILL to the process that applies."""

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        with suppress(DbstrataError):
            run(trial, Telling(point.at, _soon(die, point.inside)))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def server_killed(trial: Trial, point: Point) -> bool:
    """SIGKILL to the server, which is started again."""
    killed = threading.Event()

    def kill() -> None:
        trial.rig.kill()
        killed.set()

    timer = threading.Timer(DELAY, kill)
    try:
        return _stops(trial, Telling(point.at, timer.start if point.inside else kill))
    finally:
        if timer.ident is not None:
            timer.join()
        if killed.is_set():
            trial.rig.start()


def connection_cut(trial: Trial, point: Point) -> bool:
    """A proxy closes the connection; inside: once the server has the statement, so that it goes on alone."""
    parts = urlsplit(trial.made.url)
    assert parts.hostname and parts.port
    with proxy(parts.hostname, parts.port) as between:
        does = between.cut_after_next if point.inside else between.cut
        return _stops(trial, Telling(point.at, does), trial.rig.through(trial.made.url, between.port))


def lock_not_had(trial: Trial, point: Point) -> bool:
    """Somebody reads a table, in a transaction that goes on."""
    tables = [i for i in trial.made.bundle.pair.schemas[0].roots if kind_of(i) == "table"]
    if not tables:
        return False
    name = _table(trial.rig, path_of(tables[point.at % len(tables)]))
    other = trial.rig.reader(trial.made.url)
    with other.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}")
        stopped = _stops(trial, Telling())
    other.close()
    return stopped


def _stops(trial: Trial, telling: Telling, url: str = "") -> bool:
    try:
        run(trial, telling, url)
    except DbstrataError as error:
        assert error.exit_code == 4, error
        return True
    return False


FAULTS: dict[str, Callable[[Trial, Point], bool]] = {
    "client killed": client_killed,
    "connection cut": connection_cut,
    "server killed": server_killed,
    "lock not had": lock_not_had,
}


# -- what must hold ------------------------------------------------------------------------------------------------


def tried(trial: Trial, point: Point) -> bool:
    """Stop there; then reach the end, every other time, and the start. Did the fault stop it?"""
    stopped = FAULTS[point.fault](trial, point)
    if (point.at + point.inside) % 2 == 0:
        _arrives(trial, resume=True)
        assert_at(trial, trial.made.new, point)
    _arrives(trial, rollback=True)
    assert_at(trial, trial.made.old, point)
    return stopped


def _arrives(trial: Trial, **options: Any) -> None:
    """Once the server has seen that the one before is gone: until then it says that another one is at work."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            run(trial, **options)
            return
        except Refused as error:
            if "another dbstrata" not in error.what or time.monotonic() > until:
                raise
            time.sleep(0.05)


def assert_at(trial: Trial, snapshot: Path, point: Point) -> None:
    """The schema is that one, and the kept rows are there."""
    where = (trial.made.path.parent.name, point)
    assert trial.made.differs_from(snapshot) == "", where
    rows = rows_of(trial.rig, trial.made, trial.rows)
    assert rows == trial.rows, (where, {t: (trial.rows[t], rows[t]) for t in rows if rows[t] != trial.rows[t]})


def rows_of(rig: Rig, made: Made, tables: Any) -> dict[str, Any]:
    """Of each of the tables, the columns that are the same on both sides. What is computed is not kept: it follows from
    others, which may be among those that go."""
    old, new = made.bundle.pair.schemas
    found = dict[str, Any]()
    with server(rig.dialect).open_executor(made.url) as session:
        for table in tables:
            inside = old.inside(Identity(f"table {table}"))
            columns_of = [i for i in inside if kind_of(i) == "column" and getattr(old[i], "generated", None) is None]
            same = [i for i in columns_of if old[i] == new.get(i)]
            columns = ", ".join(_quote(rig, parts_of(i)[-1]) for i in same) or "count(*)"
            found[table] = session.rows(f"SELECT {columns} FROM {_table(rig, table)}")
    return found


def _quote(rig: Rig, name: str) -> str:
    return quote(name) if rig.dialect == "postgres" else mysql.quote(name)


def _table(rig: Rig, path: str) -> str:
    return path if rig.dialect == "postgres" else mysql.quote(parts_of(Identity(f"table {path}"))[0])


# -- bundles -------------------------------------------------------------------------------------------------------


def trials(rig: Rig, folder: Path) -> Iterator[Trial]:
    """Bundles of some statements that go there and back with rows in their tables when nothing stops them."""
    found = 0
    timeout = "100ms" if rig.dialect == "postgres" else "1s"
    for case in pairs(rig.ground.flavour):
        if found >= BUNDLES:
            return
        place = folder / case.name.replace("/", "_")
        place.mkdir()
        try:
            made = bundled(
                rig.ground, place, case, "--allow", "DB*", "--allow", "unmodelled", "--lock-timeout", timeout
            )
        except (NotBuilt, AssertionError):
            continue
        count = sum(1 for _ in made.bundle.plan.forward.statements())
        if count < FEWEST:
            continue
        trial = Trial(rig, made, {}, count)
        try:
            with server(rig.dialect).open_executor(made.url) as session:
                rows, _ = session.fill()
                rows = passing(made.bundle, session, rows)
            trial.rows = rows_of(rig, made, kept(made.bundle, [table for table, n in rows.items() if n]))
            run(trial)
            run(trial, rollback=True)
        except DbstrataError:
            continue
        found += 1
        yield trial


def all_tried(flavour: str, seconds: float) -> bool:
    """Every statement, each fault, edge and inside, in an order that mixes them, for as long as there is time: does all
    that must hold?"""
    with tempfile.TemporaryDirectory() as folder, rig(flavour) as made_rig:
        every = [(trial, point) for trial in trials(made_rig, Path(folder)) for point in points(trial)]
        random.Random(0).shuffle(every)
        until, counts, bundles = time.monotonic() + seconds, Counter[str](), set[Path]()
        failed = dict[Path, str]()
        for trial, point in every:
            if time.monotonic() > until:
                break
            if trial.made.path in failed:  # where it stands is not known
                continue
            try:
                stopped = tried(trial, point)
            except (DbstrataError, AssertionError) as error:
                failed[trial.made.path] = f"{point}: {error}"
                continue
            bundles.add(trial.made.path)
            counts[f"{point.fault}{', inside' * point.inside}: {'stopped' if stopped else 'ran through'}"] += 1
    for line, count in sorted(counts.items()):
        print(f"{line}: {count}")
    for path, said in failed.items():
        print(f"FAILED: {path.parent.name}: {said}")
    print(
        f"{flavour}: {counts.total()} of {len(every)} tries, on {len(bundles)} bundles; {len(failed)} failed",
        flush=True,
    )
    return not failed


def points(trial: Trial) -> Iterator[Point]:
    """All of a bundle. A lock is waited for at the statement that wants it."""
    for at in range(trial.count):
        for fault in FAULTS:
            yield Point(fault, at, inside=False)
            if fault != "lock not had":
                yield Point(fault, at, inside=True)


if __name__ == "__main__":
    sys.exit(not all_tried(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1e9))
