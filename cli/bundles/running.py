"""`apply` and `rollback`: what is checked before, the parts one by one, and the proof behind.

Nothing is begun unless the database is where the way starts. What the server does whole or not at all, a transaction
or else a single statement, can be tried again, stopped, or lost with its connection, and `--resume` plans anew from
what is there: no journal is kept.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal

from ...snapshots.errors import (
    ConnectionLost,
    DbstrataError,
    Defect,
    InputError,
    Interrupted,
    LockTimeout,
    Refused,
    ServerFailed,
)
from .judging import enforce
from .live import Beside

if TYPE_CHECKING:
    from ...dialects.protocol import Executor
    from .model import Check, Part, Script, Statement
    from .opening import Bundle
    from .telling import Teller

__all__ = ["Options", "Run", "run_bundle"]

LONGEST_PAUSE = 30.0
"""Seconds between two tries."""


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    rollback: bool = False
    yes: bool = False
    dry_run: bool = False
    resume: bool = False
    record: bool = False
    retries: int = 5
    allow: tuple[str, ...] = ()

    @property
    def verb(self) -> str:
        """The command."""
        return "rollback" if self.rollback else "apply"


@dataclass
class Run:
    """One bundle, one database, one direction."""

    bundle: "Bundle"
    session: "Executor"
    teller: "Teller"
    options: Options
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by whoever wants it to end at the next step's edge."""
    sleep: Callable[[float], object] | None = None
    """Between two tries; else the time passes, unless it is stopped."""

    # -- before --------------------------------------------------------------------------------------------------------

    def go(self) -> None:
        """All of it. Raises Refused, ServerFailed, Interrupted, Defect."""
        start, end = self.bundle.snapshots[:: -1 if self.options.rollback else 1]
        if not self.options.dry_run:
            self.session.hold()
        live = self.session.dump(end.header)
        if self._beside(live, end).equal:
            self.teller.tell("nothing", f"nothing to do: {self.session.where} is already {self._goal}")
            return
        script = self._script(live, start, end)
        self._check(script, exact=script is self._whole)
        if self.options.dry_run:
            self._announce(script)
            return
        self._confirm(script)
        plan = self.bundle.plan
        rows = self._rows(plan.preflight) if script is plan.forward else {}
        began = time.monotonic()
        with self._stops():
            self._parts(script)
        after = self._beside(self.session.dump(end.header), end)
        if not after.equal:
            self.teller.tell("differs", after.told())
            raise Defect(
                what=f"all ran, and the database is not {self._goal}: {len(after.changes)} objects differ",
                where=self.session.where,
                next="see the differences above; unless someone else changed it meanwhile, please report the bundle",
            )
        if rows:
            self._compare(rows, self._rows(plan.verify))
        self._record()
        seconds = time.monotonic() - began
        self.teller.tell("proven", f"{self.session.where} is {self._goal}: a dump says so ({seconds:.1f} s)")

    @property
    def _goal(self) -> str:
        return "the bundle's start" if self.options.rollback else "the bundle's end"

    @property
    def _whole(self) -> "Script":
        return self.bundle.plan.rollback if self.options.rollback else self.bundle.plan.forward

    def _beside(self, live: Any, wanted: Any) -> Beside:
        manifest = self.bundle.manifest
        return Beside(live, wanted, manifest.settings, (*manifest.allow, *self.options.allow))

    def _script(self, live: Any, start: Any, end: Any) -> "Script":
        """The bundle's own from its start; from a state in between a plan made now. Raises Refused on drift."""
        if live.header.scope != start.header.scope or live.header.not_read != start.header.not_read:
            live = self.session.dump(start.header)
        from_start = self._beside(live, start)
        if from_start.equal:
            return self._whole
        foreign = from_start.foreign(self.bundle)
        if foreign or not (self.options.resume or self.options.rollback):
            self.teller.tell("drift", from_start.told(foreign), objects=[str(c.identity) for c in from_start.changes])
            raise self._drifted(foreign, len(from_start.changes))
        return self._beside(live, end).way(self.bundle.manifest.lock_timeout, rollback=self.options.rollback)

    def _drifted(self, foreign: list[str], count: int) -> Refused:
        where = "the bundle's end" if self.options.rollback else "the bundle's start"
        if foreign:
            return Refused(
                what=f"the database has drifted: {', '.join(foreign[:5])}{' and more' if len(foreign) > 5 else ''}",
                where=f"{self.session.where}; that differs from {where}, and the bundle touches nothing of it",
                next="undo that change, or make a new bundle from a fresh dump",
            )
        return Refused(
            what=f"the database is not {where}: {count} objects differ",
            where=self.session.where,
            next="if an apply of this bundle stopped half way, go on with --resume; else make a new bundle",
        )

    def _check(self, script: "Script", *, exact: bool) -> None:
        """Roles, policy, and, from the bundle's start, what the rows say."""
        manifest = self.bundle.manifest
        enforce(script, manifest.settings, (*manifest.allow, *self.options.allow))
        if missing := self.session.missing_roles(script.roles):
            raise Refused(
                what=f"the server lacks roles or accounts: {', '.join(missing)}",
                where=self.session.where,
                next="create them: CREATE ROLE or CREATE USER",
            )
        if exact and not self.options.rollback:
            self._preflight(self.bundle.plan.preflight)

    def _preflight(self, checks: "tuple[Check, ...]") -> None:
        problems = 0
        for check in checks:
            if check.counts or not self._may(check):
                continue
            for row in self.session.rows(check.sql):
                problems += check.stops
                word = "problem" if check.stops else "note"
                self.teller.tell(word, f"{word}: {check.title}: {': '.join(map(str, row[-2:]))}")
        if problems:
            raise Refused(
                what=f"preflight found {problems} problem{'s' * (problems != 1)}",
                where=self.session.where,
                next="mend what is told above; preflight.sql in the bundle asks the same",
            )

    def _may(self, check: "Check") -> bool:
        return not check.may or bool(self.session.rows(check.may))

    def _rows(self, checks: "tuple[Check, ...]") -> dict[str, int]:
        """How many there are in each table that is kept and not too large."""
        return {
            label: int(count)
            for check in checks
            if check.counts and self._may(check)
            for label, count in self.session.rows(check.sql)
        }

    def _compare(self, before: dict[str, int], after: dict[str, int]) -> None:
        """What has been counted on both sides."""
        both = sorted(before.keys() & after.keys())
        lost = [f"{table} had {before[table]} and has {after[table]}" for table in both if after[table] < before[table]]
        if lost:
            raise Defect(
                what=f"rows are gone: {'; '.join(lost)}",
                where=f"{self.session.where}; its schema is the bundle's end",
                next="unless someone else deleted them meanwhile, use the backup, and please report the bundle",
            )
        tables = "1 table that was" if len(both) == 1 else f"{len(both)} tables that were"
        self.teller.tell("rows", f"no rows are gone from the {tables} counted", tables=len(both))

    def _announce(self, script: "Script") -> None:
        for number, statement in enumerate(script.statements(), 1):
            self.teller.tell("would run", statement.sql, number=number)
        self.teller.tell("dry run", f"nothing was changed: {_counted(script)} would run on {self.session.where}")

    def _confirm(self, script: "Script") -> None:
        for line in script.losses():
            self.teller.tell("loss", f"DATA LOSS: {line}")
        if self.options.yes:
            return
        if not sys.stdin.isatty():
            raise InputError("nobody is there to confirm", "standard input is no terminal", "say --yes")
        print(f"{self.options.verb}: {_counted(script)} on {self.session.where}. Go on? [y/N] ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Refused("not confirmed", self.session.where, "nothing was changed")

    def _record(self) -> None:
        if not self.options.record:
            return
        manifest = self.bundle.manifest
        sides = (manifest.old.fingerprint, manifest.new.fingerprint)[:: -1 if self.options.rollback else 1]
        self.session.record(
            {
                "verb": self.options.verb,
                "from": sides[0],
                "to": sides[1],
                "manifest": self.bundle.sha,
                "dbstrata": manifest.dbstrata,
            }
        )

    # -- the parts -----------------------------------------------------------------------------------------------------

    def _parts(self, script: "Script") -> None:
        total, done = sum(len(part.statements) for part in script.parts), 0
        for number, part in enumerate(script.parts, 1):
            for piece in _pieces(part):
                self._piece(piece, _Place(number, len(script.parts), done, total, piece.transaction))
                done += len(piece.statements)
            told = f"part {number} of {len(script.parts)} is done"
            self.teller.tell("part", told, part=number, parts=len(script.parts))
        self.teller.tell("ran", f"{_counted(script)} ran", number=done)

    def _piece(self, part: "Part", here: "_Place") -> None:
        """It, tried again while it is a lock that is not had."""
        for attempt in range(self.options.retries + 1):
            try:
                self._once(part, here)
                return
            except LockTimeout as error:
                self.session.undo()
                holders = self.session.holders([s.identity for one in part.statements for s in one.steps])
                if attempt == self.options.retries or self.session.midway:
                    raise self._stopped(error, here, f"{attempt + 1} tries; {'; '.join(holders)}") from error
                pause = min(2.0**attempt, LONGEST_PAUSE)
                told = f"{error.what}: {'; '.join(holders) or 'whoever held it is gone'}; again in {pause:.0f} s"
                self.teller.tell("retry", told, attempt=attempt + 1, part=here.number)
                (self.sleep or self.stop.wait)(pause)
            except (ServerFailed, Interrupted) as error:
                self.session.undo()
                if self.stop.is_set() and not isinstance(error, ConnectionLost):  # the statement that we gave up
                    raise self._stopped(self._asked(), here) from error
                raise self._stopped(error, here) from error
            except KeyboardInterrupt:
                self.session.undo()
                raise

    def _once(self, part: "Part", here: "_Place") -> None:
        if part.opening:
            self.session.run(part.opening)
        for offset, statement in enumerate(part.statements, 1):
            self._edge()
            objects = [step.identity for step in statement.steps]
            facts = {"part": here.number, "number": here.done + offset, "of": here.total, "objects": objects}
            label = _label(statement)
            told = f"[{here.done + offset}/{here.total}] {label}"
            self.teller.tell("statement", told, label=label, **facts)
            with self.session.watching(lambda text: self.teller.tell("progress", f"    {text}")):
                self.session.run(statement.sql)
        if part.transaction:
            self._edge()
        here.closing = True
        if part.closing:
            self.session.run(part.closing)

    def _edge(self) -> None:
        if self.stop.is_set():
            raise self._asked()

    def _asked(self) -> Interrupted:
        return Interrupted("stopped as you asked", self.session.where, "")

    def _stopped(self, error: DbstrataError, here: "_Place", more: str = "") -> DbstrataError:
        """The same error, with where things stand and how to go on."""
        if isinstance(error, ConnectionLost) and (here.closing or not here.transaction):
            here.doubt = "whole"
        elif self.session.midway and not here.transaction:
            here.doubt = "part"
        state = here.told()
        self.teller.tell("stopped", f"stopped: {state}", part=here.number, parts=here.parts)
        where = "; ".join(filter(None, (error.where, more, state)))
        return type(error)(error.what, where, "; ".join(filter(None, (error.next, self._how_on(here)))))

    def _how_on(self, here: "_Place") -> str:
        bundle = self.bundle.folder
        if here.nothing_changed:
            return f"nothing has changed: run `dbstrata {self.options.verb} {bundle} URL` again"
        on = "rollback" if self.options.rollback else "apply --resume"
        return f"`dbstrata {on} {bundle} URL` goes on from here" + (
            "" if self.options.rollback else f", `dbstrata rollback {bundle} URL` goes back"
        )

    @contextmanager
    def _stops(self) -> Generator[None]:
        """Ctrl-C ends it at the next step's edge; a second one gives up the statement that runs."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def asked(_number: int, _frame: FrameType | None) -> None:
            if self.stop.is_set():
                self.session.cancel()
            else:
                self.stop.set()
                print("dbstrata: stopping at the step's edge; Ctrl-C again gives the statement up", file=sys.stderr)

        before = [signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            yield
        finally:
            for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
                signal.signal(number, handler)


@dataclass
class _Place:
    """How far a script is."""

    number: int
    """Of the part that runs."""
    parts: int
    done: int
    """Statements of the parts before."""
    total: int
    transaction: bool
    """Is it the part that is done whole or not at all, or one statement of it?"""
    closing: bool = False
    """Has its end been sent to the server?"""
    doubt: Literal["whole", "part"] | None = None
    """Is it unknown whether it is done, or may a part of it be?"""

    @property
    def nothing_changed(self) -> bool:
        """Is the database surely as it was?"""
        return self.done == 0 and self.doubt is None

    def told(self) -> str:
        """Where things stand."""
        if self.transaction:
            before, here = ("parts", self.number - 1), f"part {self.number} of {self.parts}"
        else:
            before, here = ("statements", self.done), f"statement {self.done + 1} of {self.total}"
        done = f"{before[0]} 1 to {before[1]} are done and stay, " if before[1] else ""
        return done + DOUBTS[self.doubt].format(here)


DOUBTS = {
    None: "nothing of {} stays",
    "whole": "whether {} is done is not known",
    "part": "of {} a part may be done",
}


def _pieces(part: "Part") -> "list[Part]":
    """What is done whole or not at all: all of a transaction; else each statement."""
    if part.transaction or len(part.statements) < 2:
        return [part]
    from msgspec.structs import replace

    last = len(part.statements) - 1
    return [
        replace(
            part,
            opening=part.opening if at == 0 else "",
            statements=(statement,),
            closing=part.closing if at == last else "",
        )
        for at, statement in enumerate(part.statements)
    ]


def _label(statement: "Statement") -> str:
    """A statement in a few words."""
    if not statement.steps:
        return statement.sql.partition("\n")[0]
    first, others = statement.steps[0], len(statement.steps) - 1
    return f"{first.action} {first.identity}" + (f" and {others} more" if others else "")


def _counted(script: "Script") -> str:
    statements, parts = sum(1 for _ in script.statements()), len(script.parts)
    return f"{statements} statement{'s' * (statements != 1)} in {parts} part{'s' * (parts != 1)}"


def run_bundle(path: str, url: str, options: Options, teller: "Teller", *, expect: str | None = None) -> None:
    """What `dbstrata apply` and `dbstrata rollback` do once the command line is read."""
    from ...dialects import server
    from .opening import open_bundle

    bundle = open_bundle(path, expect=expect)
    bundle.prove()
    with server(bundle.manifest.dialect).open_executor(url) as session:
        Run(bundle, session, teller, options).go()
