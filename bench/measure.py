"""What a process takes, beside another one, and whether that is within its bar."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

__all__ = ["Cost", "Row", "absolute", "beside", "ratio", "table"]

MB = 1_000_000
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of ru_maxrss, in bytes."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""With compiled modules, as pip installs them: the warming run of an editable install writes them."""


@dataclass(frozen=True)
class Cost:
    """What one process took, from its start to its end."""

    wall: float
    cpu: float
    memory: float
    """Resident at its peak, in MB."""


@dataclass
class Row:
    """One line of the result: medians."""

    what: str
    unit: str
    """`s` or `MB`, or what it is measured by: `x` times another process."""
    value: float
    bar: float | None
    """The most that it should be; None of a size that has no bar."""
    measured: str = ""
    """In words, of a ratio: the two that it is of."""
    samples: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    @property
    def missed(self) -> bool:
        """Whether there is a bar, and this is over it."""
        return self.bar is not None and self.value > self.bar


def cost(command: Sequence[str | Path], folder: Path) -> Cost:
    """Run it in that folder. Its failure is the end."""
    with (folder / "output.txt").open("w+b") as output:
        began = perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), stdout=output, stderr=subprocess.STDOUT, cwd=folder, env=ENVIRONMENT
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            sys.exit(f"exit code {process.returncode} of {' '.join(map(str, command))}\n{said}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * RSS_UNIT / MB)


def beside(runs: int, *commands: Sequence[str | Path], folder: Path) -> list[list[Cost]]:
    """What each of them takes, by turns, so that a slow minute of the machine is one for all. One run more warms up."""
    rounds = [[cost(command, folder) for command in commands] for _ in range(runs + 1)]
    return [list(costs) for costs in zip(*rounds[1:], strict=True)]


def ratio(what: str, of: Callable[[Cost], float], one: list[Cost], other: tuple[str, list[Cost]], bar: float) -> Row:
    """How many times the other's median."""
    name, costs = other
    ours, theirs = list(map(of, one)), list(map(of, costs))
    return Row(
        what=what,
        unit="x",
        value=median(ours) / median(theirs),
        bar=bar,
        measured=f"{median(ours):.3f} s beside {median(theirs):.3f} s of {name}",
        samples={"dbstrata": ours, name: theirs},
    )


def absolute(what: str, of: Callable[[Cost], float], costs: list[Cost], unit: str, bar: float) -> Row:
    """The median."""
    values = list(map(of, costs))
    return Row(what=what, unit=unit, value=median(values), bar=bar, samples={"dbstrata": values})


def table(rows: Sequence[Row]) -> str:
    """For people."""
    lines = [("", "measured", "bar", "", "")]
    for row in rows:
        digits = 0 if row.unit == "MB" else 2
        bar = f"{row.bar:g} {row.unit}" if row.bar is not None else "-"
        verdict = "-" if row.bar is None else "MISSED" if row.missed else "met"
        lines.append((row.what, f"{row.value:.{digits}f} {row.unit}", bar, verdict, row.measured))
    a, b, c, d, _ = (max(map(len, column)) for column in zip(*lines, strict=True))
    return "\n".join(f"{w:{a}}  {x:>{b}}  {y:>{c}}  {z:{d}}  {more}".rstrip() for w, x, y, z, more in lines)
