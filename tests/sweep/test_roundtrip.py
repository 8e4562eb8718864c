"""Schemas that nobody here wrote, there and back. They are kept outside the repository, in the folder DBSTRATA_SHARED.

The share of round trips of each file is a floor, in floors.json, that only goes up, by hand. An id that fails is
printed with its reason.
"""

import itertools
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from ..lab import SHARED, Case, Lab, look
from ..laws.test_cases import travel
from ..mysql_servers import MyServer

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(SHARED is None, reason="DBSTRATA_SHARED names no folder of schema pairs"),
]

FLOORS: dict[str, dict[str, list[int]]] = json.loads(Path(__file__).with_name("floors.json").read_text())
"""By server and file: [round trips, judged]."""
NO_OTHER_WAY = {
    "partitioning": "no ALTER TABLE makes a table partitioned, or plain: it is made anew, and its rows are copied",
    "generated/ChangeGenerateColumnRegularToGenerated": "a column that becomes a generated one has what it computes",
}
"""The cases in which a column of both sides is not what it was, and why: the server has no other way."""
HISTORIES = ["osm"]
PAIRS = 10
"""Of each history, evenly spread."""


def judged(file: Path, folder: Path, *options: str) -> list[dict[str, Any]]:
    """What the harness found: it runs commands as a user would, and the server's own dump is its judge."""
    assert SHARED is not None
    command = [sys.executable, str(SHARED / "roundtrip.py"), str(file), "--tool", f"{sys.executable} -m dbstrata"]
    out = folder / "results.json"
    subprocess.run([*command, *options, "--out", str(out)], check=False, timeout=1200, cwd=folder)
    results: list[dict[str, Any]] = json.loads(out.read_text())
    return [result for result in results if result["stage"] != "setup"]


def assert_at_least(floor: list[int], results: list[dict[str, Any]]) -> None:
    """[round trips, judged]; what fails is printed with its reason. No row is lost that can be kept."""
    failed = {r["id"]: f"{r['stage']}: {r['msg'].strip()[-300:]}" for r in results if r["stage"] != "ok"}
    for case, reason in failed.items():
        print(case, reason, sep="\n    ")
    lost = {r["id"]: r["replaced"] for r in results if r.get("replaced")}
    assert lost.keys() <= NO_OTHER_WAY.keys(), lost
    passed, judged_then = floor
    assert len(results) >= judged_then
    assert len(results) - len(failed) >= passed


@pytest.mark.parametrize("name", sorted(FLOORS["postgres"]))
def test_share_of_round_trips(postgres: EmbeddedPostgres, tmp_path: Path, name: str) -> None:
    assert SHARED is not None
    server = ["--pg", postgres.url("").rstrip("/"), "--pgbin", str(postgres.bindir)]
    results = judged(SHARED / "cases" / "postgres" / f"{name}.json", tmp_path, *server)
    assert_at_least(FLOORS["postgres"][name], results)


@pytest.mark.parametrize("name", sorted(FLOORS["mysql"]))
def test_share_of_round_trips_with_rows(my_server: MyServer, tmp_path: Path, name: str) -> None:
    """On MySQL and MariaDB, with a row in every table that takes one."""
    assert SHARED is not None
    client, dumper = (shlex.join(my_server.program(dump)[:2]) for dump in (False, True))
    account = f"{my_server.host}:{my_server.port}:{my_server.user}"
    server = ["--my", account, "--mybin", client, "--mydump", dumper, "--flavor", my_server.flavour, "--rows"]
    results = judged(SHARED / "cases" / "mysql" / f"{name}.json", tmp_path, *server)
    assert_at_least(FLOORS[my_server.flavour][name], results)


def test_every_file_has_a_floor() -> None:
    assert SHARED is not None
    for folder, servers in (("postgres", ["postgres"]), ("mysql", ["mysql", "mariadb"])):
        files = {path.stem for path in (SHARED / "cases" / folder).glob("*.json")}
        assert [FLOORS[server].keys() for server in servers] == [files] * len(servers)


def history(project: str) -> list[Case]:
    """Consecutive versions of a project's schema, as its own dumps."""
    if SHARED is None:
        return []
    files = sorted((SHARED / "cases" / "real" / "history" / project).glob("*.sql"))
    pairs = list(itertools.pairwise(files))
    chosen = pairs[:: max(1, len(pairs) // PAIRS)][:PAIRS]
    return [
        Case(f"{project} {b.stem}", a.read_text(encoding="utf-8"), b.read_text(encoding="utf-8")) for a, b in chosen
    ]


@pytest.mark.parametrize("case", [c for project in HISTORIES for c in history(project)], ids=lambda case: case.name)
def test_history(lab: Lab, case: Case) -> None:
    """From one version of a real schema to the next, and back; from the next to the one, and back."""
    on_a, on_b = lab.pair(case)
    a, b = look(on_a), look(on_b)
    travel(lab, on_a, a, b, {})
    travel(lab, on_b, b, a, {})
