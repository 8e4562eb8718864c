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
    if local.program_of(my_server.flavour) is None:
        pytest.skip(f"no server program of {my_server.flavour} on this machine")
    return [sys.executable, "-P", "-c", PROGRAM, my_server.flavour]


def test_it_goes_with_its_owner(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == -signal.SIGKILL
    process, folder = done.stdout.split()
    assert _gone([int(process)])
    assert until(lambda: not Path(folder).exists())


def test_one_that_is_being_made_goes_too(command: list[str]) -> None:
    """Killed while its data are made: what makes them ends, and so does the guard."""
    owner = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assert until(lambda: len(children(owner.pid)) > 1)
    begun = children(owner.pid)
    owner.kill()
    owner.wait()
    assert _gone(begun)


def _gone(processes: list[int]) -> bool:
    return until(lambda: not any(map(runs, processes)))
