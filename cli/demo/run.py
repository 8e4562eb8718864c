"""dbstrata demo: the tour. Two versions of a web shop's schema, forward and back, on real servers.

Every command of the tour is the one that a user would run, in a process of its own. Nothing is believed that dbstrata
says of itself: after each migration its `diff` of a fresh dump must be empty, and the server's own dump program and the
rows must agree.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import subprocess

    from rich.console import Console

    from .judge import Rows, Table
    from .stage import Opened, Stage

app = typer.Typer(add_completion=False)

SHOWN = 14
"""Lines of the diff on the screen."""


class Server(StrEnum):
    """What the tour can play on."""

    postgres = "postgres"
    mysql = "mysql"
    mariadb = "mariadb"


@app.command()
def demo(
    directory: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the files go; else into a new temporary folder."),
    ] = None,
    on: Annotated[
        Server | None,
        typer.Option(help="That one alone; else PostgreSQL, then MySQL or MariaDB where one is found."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="In the end let the servers run until Ctrl-C.")] = False,
) -> None:
    """Migrate a web shop's schema forward and back on real servers, and check every claim.

    PostgreSQL is an embedded one; MySQL or MariaDB a throwaway of the machine's own programs, or the server that
    DBSTRATA_MYSQL_URL or DBSTRATA_MARIADB_URL names.

    Exit 0; 2 if something is not installed; 4 if the server fails; 5 if what comes out is not what was promised.
    """
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    folder = _folder(directory)
    started = time.monotonic()
    with ExitStack() as stack:
        stages: list[Stage] = []
        for server in _servers(on):
            below = folder / server
            below.mkdir(exist_ok=True)
            stages.append(stack.enter_context(_opened(server, below)))
            console.print(f"{chr(10) if stages[1:] else ''}[bold]On {stages[-1].title}[/]")
            _tour(Tour(stages[-1], below, console))
        if on is None and len(stages) == 1:
            console.print(f"\n{_not_on_mysql()}", markup=False)
        console.print(f"\n[bold green]All of it holds[/], after {time.monotonic() - started:.0f} s.")
        console.print(_files(folder), markup=False)
        if keep:
            _wait(stages, console)


def _servers(on: Server | None) -> list[Server]:
    if on is not None:
        return [on]
    from .on_mysql import found

    flavour = found()
    return [Server.postgres, *([Server(flavour)] if flavour else [])]


def _not_on_mysql() -> str:
    from .on_mysql import URLS, lacking

    return f"Not on MySQL or MariaDB: {lacking()}. Install one, or name a server with {' or '.join(URLS.values())}."


def _opened(server: Server, folder: Path) -> "Opened":
    """The server, for as long as the tour needs it."""
    if server is Server.postgres:
        from . import on_postgres

        return on_postgres.opened(folder)
    from . import on_mysql

    return on_mysql.opened(server, folder)


def _folder(directory: Path | None) -> Path:
    from ...snapshots.errors import InputError

    if directory is None:
        return Path(tempfile.mkdtemp(prefix="dbstrata-demo-"))
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"can't make that folder: {error.strerror}", str(directory), "choose another one") from None
    return directory.resolve()


def _wait(stages: "list[Stage]", console: "Console") -> None:
    from .stage import MODEL, SHOP

    console.print("\nUntil Ctrl-C the databases are there:")
    for stage in stages:
        for database in (SHOP, MODEL):
            console.print(f"  {stage.address(database)}", markup=False)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print()


@dataclass
class Tour:
    """The server, the folder of the files, and where the story is told."""

    stage: "Stage"
    folder: Path
    console: "Console"
    number: int = 0

    @contextmanager
    def step(self, title: str) -> Generator[list[str]]:
        """A numbered step with its time; the lines that are added meanwhile are told below it."""
        self.number += 1
        said: list[str] = []
        started = time.monotonic()
        yield said
        self.console.print(f"[bold]{self.number:2}.[/] {title}  [dim]{time.monotonic() - started:.1f} s[/]")
        for line in said:
            self.console.print(f"      {line}", markup=False, style="dim")

    def dbstrata(self, *arguments: str | Path) -> str:
        """Run one command as a user would. Its failure is the tour's."""
        from .stage import run

        done = run([sys.executable, "-P", "-m", "dbstrata", *arguments], self.folder)
        if done.returncode:
            raise _failed(f"dbstrata {arguments[0]}", done)
        return done.stdout

    def script(self, path: Path, database: str) -> None:
        """Run a script as a user would: stop at the first error."""
        self.stage.script(path, database)


def _tour(tour: Tour) -> None:
    from .stage import MODEL, SHOP

    stage, folder = tour.stage, tour.folder
    v1, v2 = folder / "v1.json", folder / "v2.json"
    with tour.step("Build a web shop's schema in two versions, in two databases"):
        stage.build(SHOP, 1)
        stage.build(MODEL, 2)
        schemas = {SHOP: stage.schema(SHOP), MODEL: stage.schema(MODEL)}
    with tour.step("Dump both catalogs to snapshot files, for git") as said:
        for database, path in ((SHOP, v1), (MODEL, v2)):
            tour.dbstrata("dump", stage.dialect, stage.url(database), "-o", path)
            said.append(f"{path.name}: {_counted(_read(path))}")
    with tour.step(
        "Stop the server: planning needs none" if stage.ours else "Leave the server alone: planning needs none"
    ):
        stage.stop()
    with tour.step("Compare the two files") as said:
        said.extend(_abridged(tour.dbstrata("diff", v1, v2), folder / "diff.txt"))
    with tour.step("Plan the way forward and the way back; both plans are proven") as said:
        tour.dbstrata("script", v1, v2, "-o", folder / "forward.sql")
        tour.dbstrata("script", v1, v2, "--rollback", "-o", folder / "rollback.sql")
        said.extend(_announced(folder / "forward.sql"))
    with tour.step(f"{'Start the server again, and load' if stage.ours else 'Load'} rows into version 1") as said:
        stage.start()
        stage.load()
        query = _rows_query(stage, v1, v2)
        rows = stage.rows(query)
        said.append(_told(rows))
    with tour.step(f"Run forward.sql with {stage.client}"):
        tour.script(folder / "forward.sql", SHOP)
    _verify(tour, "version 2", v2, schemas[MODEL], query, rows)
    with tour.step(f"Run rollback.sql with {stage.client}"):
        tour.script(folder / "rollback.sql", SHOP)
    _verify(tour, "version 1", v1, schemas[SHOP], query, rows)


def _verify(tour: Tour, version: str, snapshot: Path, schema: list[str], query: str, rows: "dict[Table, Rows]") -> None:
    """Three judges: `diff` of a fresh dump, the server's own dump, the rows."""
    from .stage import SHOP

    stage, after = tour.stage, tour.folder / f"after-{snapshot.name}"
    with tour.step(f"Check that the shop is {version}") as said:
        tour.dbstrata("dump", stage.dialect, stage.url(SHOP), "-o", after)
        differing = tour.dbstrata("diff", after, snapshot).splitlines()
        _hold(not differing, f"the shop is not {version}", f"{len(differing)} lines of diff: {differing[:1]}", tour)
        said.append("dbstrata: a fresh dump differs in nothing from the snapshot")
        found = stage.schema(SHOP)
        astray = list(((Counter(found) - Counter(schema)) + (Counter(schema) - Counter(found))).elements())
        _hold(not astray, f"{stage.dumper}: the shop is not {version}", f"{len(astray)} statements: {astray[:1]}", tour)
        said.append(f"{stage.dumper}: the same {len(schema)} statements as of a database built from nothing")
        now = stage.rows(query)
        lost = [".".join(table) for table, known in rows.items() if now.get(table) != known]
        _hold(not lost, "rows have changed that should not", ", ".join(lost), tour)
        said.append(f"rows: {_told(now)}, unchanged")


def _hold(true: bool, what: str, where: str, tour: Tour) -> None:
    if not true:
        from ...snapshots.errors import Defect

        raise Defect(what, where[:500], f"please report it with the files in {tour.folder}")


# ---------------------------------------------------------------------- what is said


def _read(path: Path) -> Any:
    from ...snapshots import format

    return format.read(path)


def _counted(snapshot: Any) -> str:
    """The kinds that there are most of, and how many."""
    kinds = Counter(obj.kind.replace("_", " ") for obj in snapshot.objects)
    return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in kinds.most_common(6))


def _abridged(diff: str, path: Path) -> list[str]:
    """The diff's first lines; all of them go into the file."""
    path.write_text(diff, encoding="utf-8")
    lines = [line for line in diff.splitlines() if line.strip()]
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"... and {more} more lines in {path.name}"] if more > 0 else [])]


def _announced(script: Path) -> list[str]:
    """What the script says of losses, where they happen: below its header."""
    _, _, body = script.read_text(encoding="utf-8").partition("\n\n")
    return [line for line in body.splitlines() if line.startswith("-- DATA LOSS")]


def _rows_query(stage: "Stage", old: Path, new: Path) -> str:
    from .judge import common_columns

    return stage.rows_query(common_columns(_read(old), _read(new)))


def _told(rows: "dict[Table, Rows]") -> str:
    from .judge import total

    return f"{total(rows)} rows in the {len(rows)} tables that both versions have"


def _files(folder: Path) -> str:
    told = {
        "v1.json, v2.json": "the snapshots",
        "diff.txt": "what differs",
        "forward.sql, rollback.sql": "the scripts",
        "after-v2.json, after-v1.json": "dumps of the shop after each script",
    }
    lines = [f"  {names:30}{what}" for names, what in told.items()]
    return "\n".join([f"The files are in {folder}, a folder for each server:", *lines])


def _failed(command: str, done: "subprocess.CompletedProcess[str]") -> Exception:
    """A command of ours failed: against the server (4), or it is a defect (5), for the demo's input is our own."""
    from ...snapshots.errors import Defect, ServerFailed
    from .stage import last_words

    kind = ServerFailed if done.returncode == ServerFailed.exit_code else Defect
    return kind(f"{command} failed", last_words(done), "please report it")
