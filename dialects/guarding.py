"""The guard of a throwaway server: a program of its own, which cleans up when its owner is gone."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["guard"]


def guard(
    program: Path, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start it. Its standard input is a pipe whose end is ours, however this process ends."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env=env,
        start_new_session=True,  # Ctrl-C is for us, not for the guard
    )
