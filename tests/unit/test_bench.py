"""The benchmark runs, at a size that takes seconds; what it measures here is of no account."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import Cost, Row, ratio, table
from bench.schema import database as schema
from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.connection import connection
from dbstrata.snapshots.model import Unmodelled

from ..servers import Database

ROOT = Path(__file__).parents[2]


def test_the_benchmark_runs(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    command = [sys.executable, "-m", "bench", "--tables", "30", "--runs", "1", "--results", str(results)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "dump, 30 tables" in done.stdout
    rows = json.loads(results.read_text())["rows"]
    assert len(rows) == 9
    assert all(row["value"] > 0 and row["bar"] is None and all(row["samples"].values()) for row in rows)


def test_the_schemas_are_the_same_for_the_same_numbers(database: Database) -> None:
    """And the server takes them; nothing in them is unmodelled."""
    assert schema(40) == schema(40)
    assert schema(40) != schema(40, changed=5)
    database.psql(schema(40, changed=50))
    with connection(database.url) as found:
        objects = read(found).objects
    assert sum(obj.kind == "table" for obj in objects) == 40
    assert not [obj for obj in objects if isinstance(obj, Unmodelled)]


@pytest.mark.parametrize(("value", "bar", "verdict"), [(1.0, 1.5, "met"), (1.6, 1.5, "MISSED"), (9.0, None, "-")])
def test_a_bar_is_met_or_missed(value: float, bar: float | None, verdict: str) -> None:
    row = Row(what="dump", unit="x", value=value, bar=bar)
    assert table([row]).splitlines()[1].split()[-1] == verdict
    assert row.missed == (verdict == "MISSED")


def test_a_ratio_is_of_medians() -> None:
    costs = [Cost(wall=w, cpu=0, memory=0) for w in (1.0, 2.0, 9.0)]
    row = ratio("dump", lambda cost: cost.wall, costs, ("pg_dump -s", costs[:1]), bar=1.5)
    assert (row.value, row.missed) == (2.0, True)
