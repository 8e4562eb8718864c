"""Work begun in a copy of the process: in processes of their own, for the tests' may have threads."""

import subprocess
import sys

import pytest

CODE = """
import sys
from dbstrata.cli import beside
from dbstrata.snapshots.errors import InputError
beside._may_fork = lambda: {may_fork}

def fails():
    raise InputError("nothing there", "here", "look elsewhere")

with beside.begun({work}) as made:
    sys.stdout.write({then})
"""


def _run(work: str, then: str, *, may_fork: bool = True) -> subprocess.CompletedProcess[str]:
    code = CODE.format(work=work, then=then, may_fork=may_fork)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=False)


@pytest.mark.parametrize("may_fork", [True, False])
@pytest.mark.parametrize("text", ["'ä' * 200_000", "''", "'a\\0'"])
def test_what_it_makes_is_what_is_made(text: str, may_fork: bool) -> None:
    done = _run(f"lambda: {text}", f"repr(made() == {text})", may_fork=may_fork)
    assert (done.stdout, done.stderr) == ("True", "")


def test_an_error_is_raised_here() -> None:
    done = _run("fails", "made()")
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert "nothing there" in done.stderr


def test_nobody_waits_for_what_is_not_asked_for() -> None:
    done = _run("lambda: 'a' * 10_000_000", "'left'")
    assert (done.stdout, done.stderr, done.returncode) == ("left", "", 0)
