"""Processes of the machine, and waiting for what they do."""

import subprocess
import time
from collections.abc import Callable

SECONDS = 60.0


def children(process: int) -> list[int]:
    """Those that it has begun and that still run."""
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def runs(process: int) -> bool:
    """Does it? What died and was reaped by nobody does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1] not in ("", "Z")


def until(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Whether it came to hold in that time."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return held
