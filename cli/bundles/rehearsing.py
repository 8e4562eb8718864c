"""A rehearsal: the bundle on a scratch server, there and back, with what it showed in proof.json and proof.md.

They are no files of the bundle: a proof names the manifest that it is about, and has its own times in it.
"""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ... import __version__
from ...snapshots.errors import ConnectionLost, Defect, LockTimeout, ServerFailed
from ...snapshots.model import Identity
from ...snapshots.naming import kind_of, path_of
from ..output import write_text
from ..sources import ask, empty_beside, on_version
from .model import as_file
from .running import Options, Run

if TYPE_CHECKING:
    from ...dialects.protocol import Executor
    from .model import Script
    from .opening import Bundle
    from .telling import Teller

__all__ = ["NAME_OF_PROOF", "Proof", "kept", "passing", "rehearse_bundle"]

PROOF_FORMAT = 1
NAME_OF_PROOF = "proof.json"


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """How long one statement took."""

    statement: str
    seconds: float


class Direction(msgspec.Struct, frozen=True, kw_only=True):
    """One way, and what it took."""

    seconds: float
    statements: tuple[Timed, ...]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """proof.json."""

    format: int
    manifest: str
    """SHA-256 of the manifest of the bundle that was rehearsed."""
    dbstrata: str
    server: str
    forward: Direction
    rollback: Direction
    rows: dict[str, int]
    """Rows that were made, by table; those in tables that both ends have were there after each way."""
    empty: tuple[str, ...]
    """Tables that were empty: none of the rows that are made fits them."""


@dataclass
class _Watch:
    """Hands on what is told, and keeps the time of each statement."""

    teller: "Teller"
    direction: str
    began: float = field(default_factory=time.monotonic)
    statements: list[tuple[str, float]] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    """Of the statement that runs."""

    def tell(self, event: str, text: str, **facts: Any) -> None:
        if event == "statement":
            self.objects = facts["objects"]
            self.statements.append((facts["label"], time.monotonic()))
        if event == "ran":
            self.statements.append(("", time.monotonic()))
        self.teller.tell(event, f"{self.direction}: {text}", **facts)

    def taken(self) -> Direction:
        """All of it, without what was checked before and after."""
        pairs = zip(self.statements, self.statements[1:], strict=False)
        timed = tuple(Timed(statement=label, seconds=_round(end - start)) for (label, start), (_, end) in pairs)
        return Direction(seconds=_round(sum(t.seconds for t in timed)), statements=timed)


def _round(seconds: float) -> float:
    return round(seconds, 4)


def rehearse_bundle(path: str, teller: "Teller", *, scratch: str | None = None) -> None:
    """What `dbstrata rehearse` does once the command line is read. Raises Defect if it does not come out right."""
    from ...dialects import server
    from .opening import open_bundle

    bundle = open_bundle(path)
    bundle.prove()
    old, new = bundle.snapshots
    builds = [_whole(bundle, end) for end in (old, new)]
    roles = sorted({role for script in builds for role in script.roles})
    opens = server(bundle.manifest.dialect)
    proof, without = None, set[str]()
    while proof is None:
        with opens.scratch(scratch, old.header, roles) as url, opens.open_executor(url) as session:
            try:
                proof = _rehearsed(bundle, session, builds[0], teller, without)
            except RowsInTheWay as error:
                teller.tell("again", f"{error}")
                without |= error.tables
    _write(bundle.folder, proof)
    teller.tell("rehearsed", f"{path}: forward and back, each proven by a dump; see {bundle.folder / 'proof.md'}")


class RowsInTheWay(Exception):
    """A statement failed, and the rows that were made up may be the reason: it is tried again without them."""

    def __init__(self, tables: set[str], error: ServerFailed) -> None:
        super().__init__(
            f"again without rows in {', '.join(sorted(tables))}, for with them {error.what} ({error.where})"
        )
        self.tables = tables


def _rehearsed(
    bundle: "Bundle", session: "Executor", build: "Script", teller: "Teller", without: Collection[str]
) -> Proof:
    for part in build.parts:
        session.run(part.opening)
        for statement in part.statements:
            session.run(statement.sql)
        if part.closing:
            session.run(part.closing)
    teller.tell("built", f"the start is built on {session.server}")
    rows, empty = session.fill()
    for table in without:
        session.empty(table)
    rows = passing(bundle, session, rows)
    empty = sorted({*empty, *(table for table, count in rows.items() if not count)})
    rows = {table: count for table, count in rows.items() if count}
    teller.tell("filled", f"rows in {len(rows)} tables; {len(empty)} stay empty")
    ways = list[Direction]()
    for rollback in (False, True):
        watch = _Watch(teller, "rollback" if rollback else "forward")
        try:
            Run(bundle, session, watch, Options(rollback=rollback, yes=True, allow=("DB*",))).go()
        except (LockTimeout, ConnectionLost):
            raise
        except ServerFailed as error:
            if tables := {t for i in watch.objects if (t := table_of(bundle, i)) in rows and t not in without}:
                raise RowsInTheWay(tables, error) from error
            raise
        _check_rows(bundle, session, rows)
        ways.append(watch.taken())
    return Proof(
        format=PROOF_FORMAT,
        manifest=bundle.sha,
        dbstrata=__version__,
        server=session.server,
        forward=ways[0],
        rollback=ways[1],
        rows=rows,
        empty=tuple(empty),
    )


def _whole(bundle: "Bundle", snapshot: Any) -> "Script":
    """What builds the snapshot in a new database."""
    from ..plans import allowances, make_plan, written_down

    manifest = bundle.manifest
    pair = ask(empty_beside(snapshot), snapshot, config=manifest.settings.without_hints())
    pair = on_version(pair, manifest.server_version)
    return written_down(make_plan(pair, allow=allowances(manifest.allow)[0]), pair, lock_timeout=manifest.lock_timeout)


def passing(bundle: "Bundle", session: "Executor", rows: dict[str, int]) -> dict[str, int]:
    """The rows, without those of tables where what we made up stands in the way: that says nothing of the bundle."""
    for check in bundle.plan.preflight:
        for label, _ in session.rows(check.sql) if check.stops else ():
            behind = label.partition(" ")[2]
            for path in (behind, behind.partition(" ")[2]):  # a kind is one word or two
                if (table := table_of(bundle, f"column {path}")) is not None:
                    session.empty(table)
    return {table: session.count(table) for table in rows}


def table_of(bundle: "Bundle", identity: str) -> str | None:
    """The path of the table of the bundle's start that an object is, or is in."""
    old = bundle.pair.schemas[0]
    root = old.root_of(Identity(identity))
    return path_of(root) if root is not None and kind_of(root) == "table" else None


def _check_rows(bundle: "Bundle", session: "Executor", rows: dict[str, int]) -> None:
    """Rows of tables that both ends have are never lost. Raises Defect."""
    lost = [table for table in kept(bundle, rows) if session.count(table) != rows[table]]
    if lost:
        raise Defect(
            f"rows are gone from {', '.join(lost)}", "the rehearsal", "don't run the bundle, and please report it"
        )


def kept(bundle: "Bundle", rows: Iterable[str]) -> list[str]:
    """Those of the tables that both ends have."""
    ends = [{path_of(i) for i in schema.roots if kind_of(i) == "table"} for schema in bundle.pair.schemas]
    return [table for table in rows if all(table in end for end in ends)]


def _write(folder: Path, proof: Proof) -> None:
    from ...templates.render import render_report

    write_text(as_file(proof).decode(), str(folder / NAME_OF_PROOF))
    slowest = sorted(proof.forward.statements, key=lambda timed: -timed.seconds)[:5]
    write_text(render_report("proof.md", proof=proof, slowest=slowest), str(folder / "proof.md"))
