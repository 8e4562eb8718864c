"""A server of our own is gone when we are, however we went."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dbstrata.dialects.mysql import local

from ..mysql_servers import MyServer
from ..processes import children, runs, until

PROGRAM = """
import os, signal, sys
from dbstrata.dialects.mysql import local

with local.started(sys.argv[1], "--skip-networking") as server:
    print(server.process.pid, server.folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def command(my_server: MyServer) -> list[str]:
    """What starts one, and is killed."""
    return [sys.executable, "-P", "-c", PROGRAM, _flavour(my_server)]


def test_it_goes_with_its_owner(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == -signal.SIGKILL
    process, folder = done.stdout.split()
    assert _gone([int(process)])
    assert until(lambda: not Path(folder).exists())


def test_another_servers_temporary_tables_stay(
    my_server: MyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What starts with `#sql` in a server's tmpdir is removed when it starts."""
    table = tmp_path / "#sql-temptable-1-1-1.MAI"
    table.touch()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with local.started(_flavour(my_server), "--skip-networking"):
        assert table.exists()


def test_one_that_is_being_made_goes_too(command: list[str]) -> None:
    """Killed while its data are made: what makes them ends, and so does the guard."""
    owner = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assert until(lambda: len(children(owner.pid)) > 1)
    begun = children(owner.pid)
    owner.kill()
    owner.wait()
    assert _gone(begun)


def _flavour(server: MyServer) -> str:
    if local.program_of(server.flavour) is None:
        pytest.skip(f"no server program of {server.flavour} on this machine")
    return server.flavour


def _gone(processes: list[int]) -> bool:
    return until(lambda: not any(map(runs, processes)))
