"""Ends a server of our own whose owner died, and removes its folder. A program of its own.

usage: python -I -S local_guard.py FOLDER

Standard input is a pipe that the owner holds open: its end is the owner's end, however that came. Before that each line
is the process that the owner has running, which leads a group of its own, or 0: none.
"""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

PATIENCE = 10.0
"""Seconds for a group to end in."""


def main(folder: str) -> None:
    """Wait for the owner's end, then clean up. After an orderly end there is nothing left to do."""
    leader = 0
    for line in sys.stdin:
        leader = int(line)
    if leader:
        _end(leader)
    shutil.rmtree(folder, ignore_errors=True)


def _end(leader: int) -> None:
    """At once: what it holds is thrown away. Its files can go when nobody writes them any more."""
    until = time.monotonic() + PATIENCE
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(leader, signal.SIGKILL)
            time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
