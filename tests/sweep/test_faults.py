"""Bundles that are stopped: the client killed, the server killed and started again, the connection cut, a lock not had.

Of up to 20 bundles on each server two runs each are stopped, at a statement's edge and inside of one; `python -m
tests.faults.tries SERVER` stops them at every statement by every fault.
"""

from collections import Counter
from pathlib import Path

import pytest

from ..faults.rigs import rig
from ..faults.tries import BUNDLES, FAULTS, Point, trials, tried

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning"),
]

FLAVOURS = ["postgres", *(pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("mysql", "mariadb"))]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_run_that_is_stopped_arrives_at_either_end(flavour: str, tmp_path: Path) -> None:
    counts = Counter[str]()
    with rig(flavour) as made:
        for number, trial in enumerate(trials(made, tmp_path)):
            fault = list(FAULTS)[number % len(FAULTS)]
            for inside in (False, True):
                point = Point(fault, (number // len(FAULTS) + inside) % trial.count, inside)
                counts["stopped" if tried(trial, point) else "ran through"] += 1
    print(flavour, dict(counts))
    assert counts["stopped"] >= BUNDLES / 2
