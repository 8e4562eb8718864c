"""Stops an embedded PostgreSQL whose owner died, and removes its temporary folder. A program of its own.

usage: python -I -S embedded_guard.py PG_CTL DATA SCRATCH ACCOUNT

Standard input is a pipe that the owner holds open and never writes to: its end is the owner's end, however that came.
"""

import shutil
import subprocess
import sys
from pathlib import Path


def main(pg_ctl: str, data: str, scratch: str, account: str) -> None:
    """Wait for the owner's end, then clean up. After an orderly close there is nothing left to do."""
    sys.stdin.buffer.read()
    if Path(data, "postmaster.pid").exists():
        subprocess.run(
            [pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"],
            check=False,
            user=account or None,
            group=Path(data).stat().st_gid if account else None,
            extra_groups=[] if account else None,
        )
    shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
