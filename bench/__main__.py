"""python -m bench: dbstrata beside pg_dump, on invented schemas, on the embedded server.

    python -m bench                  1,000 and 10,000 tables, as the bars are set: some five minutes
    python -m bench --tables 30      any size, without bars

Prints a table, writes bench/results.json, and exits 1 if a bar is missed.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from .measure import Cost, Row, absolute, beside, ratio, table
from .schema import database

SMALL, LARGE = 1_000, 10_000
SMALL_CHANGED, LARGE_CHANGED = 5, 2
"""Percent."""
RESULTS = Path(__file__).with_name("results.json")
PYTHON = sys.executable
DBSTRATA = (PYTHON, "-m", "dbstrata")


@dataclass(frozen=True)
class Schemas:
    """Two versions of one schema: where the first is, and the files."""

    url: str
    old: Path
    new: Path


class Bench:
    """One run: a server, a folder, the rows so far."""

    def __init__(self, server: EmbeddedPostgres, folder: Path, runs: int) -> None:
        self.server, self.folder, self.runs = server, folder, runs
        self.rows: list[Row] = []

    def make(self, size: str, tables: int, changed: float) -> Schemas:
        """Load and dump both versions; the second database is not needed any more then.

        The catalogs are vacuumed, as those of a database that has lived for a minute are: else it is autovacuum's
        mood that is measured.
        """
        files: list[Path] = []
        for name, share in ((f"{size}_old", 0.0), (f"{size}_new", changed)):
            say(f"loading {tables} tables" + (f", {share:g}% changed" if share else ""))
            self.server.create_database(name)
            self.server.psql(database(tables, changed=share), name)
            self.server.psql("VACUUM ANALYZE", name)
            files.append(self.folder / f"{name}.json")
            beside(0, self.dump(self.server.url(name), files[-1]), folder=self.folder)
        self.server.drop_database(f"{size}_new")
        return Schemas(self.server.url(f"{size}_old"), *files)

    def dump(self, url: str, file: Path) -> tuple[str | Path, ...]:
        """The command."""
        return (*DBSTRATA, "dump", "postgres", url, "-o", file)

    def pg_dump(self, url: str) -> tuple[str | Path, ...]:
        """The command, by the server's own program."""
        return (self.server.bin("pg_dump"), "-s", "-d", url, "-f", self.folder / "pg_dump.sql")

    def diff(self, schemas: Schemas) -> tuple[str | Path, ...]:
        """The command: the report, the script forward, the script back."""
        outputs = [self.folder / name for name in ("diff.txt", "forward.sql", "rollback.sql")]
        options = zip(("-o", "--forward", "--rollback"), outputs, strict=True)
        return (*DBSTRATA, "diff", schemas.old, schemas.new, *(word for option in options for word in option))

    # what is measured

    def starts(self) -> None:
        """The interpreter alone, and what says a line."""
        say("starting")
        bare = (PYTHON, "-c", "pass")
        nothing, version_, help_ = beside(
            5 * self.runs, bare, (*DBSTRATA, "--version"), (*DBSTRATA, "--help"), folder=self.folder
        )
        other = ("python -c pass", nothing)
        self.rows.append(ratio("--version, CPU", cpu, version_, other, 4))
        self.rows.append(ratio("--help, CPU", cpu, help_, other, 8))

    def small(self, tables: int) -> None:
        """Dump and diff beside pg_dump."""
        schemas = self.make("small", tables, SMALL_CHANGED)
        say(f"measuring with {tables} tables")
        dumps, diffs, others = beside(
            self.runs,
            self.dump(schemas.url, self.folder / "again.json"),
            self.diff(schemas),
            self.pg_dump(schemas.url),
            folder=self.folder,
        )
        other = ("pg_dump -s", others)
        self.rows.append(ratio(f"dump, {tables} tables", wall, dumps, other, 1.5))
        self.rows.append(
            ratio(f"diff and both scripts, {tables} tables, {SMALL_CHANGED}% changed", wall, diffs, other, 1)
        )

    def large(self, tables: int) -> None:
        """Dump beside pg_dump; what diffs take by themselves."""
        schemas = self.make("large", tables, LARGE_CHANGED)
        say(f"measuring with {tables} tables")
        again, few = self.folder / "again.json", max(1, self.runs // 2)
        dumps, others = beside(few, self.dump(schemas.url, again), self.pg_dump(schemas.url), folder=self.folder)
        self.rows.append(ratio(f"dump, {tables} tables", wall, dumps, ("pg_dump -s", others), 1))
        equals = (*DBSTRATA, "diff", schemas.old, again)
        equal, unequal = beside(few, equals, self.diff(schemas), folder=self.folder)
        self.rows.append(absolute(f"diff of equal files, {tables} tables, CPU", cpu, equal, "s", 0.2))
        what = f"diff and both scripts, {tables} tables, {LARGE_CHANGED}% changed"
        self.rows.append(absolute(f"{what}, CPU", cpu, unequal, "s", 3))
        self.rows.append(absolute(f"{what}, wall", wall, unequal, "s", 3))
        self.rows.append(absolute(f"{what}, memory", memory, unequal, "MB", 400))


def wall(cost: Cost) -> float:
    """By the clock."""
    return cost.wall


def cpu(cost: Cost) -> float:
    """User and system."""
    return cost.cpu


def memory(cost: Cost) -> float:
    """At its peak."""
    return cost.memory


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(f"{text} ...", file=sys.stderr, flush=True)


def machine(server: EmbeddedPostgres) -> dict[str, str | int | float]:
    """What the figures are of."""
    return {
        "python": platform.python_version(),
        "postgresql": server.major,
        "psycopg": version("psycopg"),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="dbstrata beside pg_dump -s.")
    parser.add_argument("--tables", type=int, metavar="N", help="this size alone, and no bars")
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="of each, after one to warm up (%(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="what is written (%(default)s)")
    options = parser.parse_args()
    with EmbeddedPostgres() as server, tempfile.TemporaryDirectory() as folder:
        of = machine(server)
        bench = Bench(server, Path(folder), options.runs)
        bench.starts()
        bench.small(options.tables or SMALL)
        bench.large(options.tables or LARGE)
    if options.tables:
        for row in bench.rows:
            row.bar = None
    print(", ".join(f"{name} {value}" for name, value in of.items()))
    print(table(bench.rows))
    told = {"machine": of, "rows": [asdict(row) for row in bench.rows]}
    options.results.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 1 if any(row.missed for row in bench.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
