"""Random schemas, changed at random, there and back on a real server. The seeds are fixed: what fails, fails again."""

import pytest

from ..lab import Case, Lab, look
from ..laws.test_cases import travel
from ..random_schema import random_pair
from ..rows import fill

pytestmark = pytest.mark.sweep

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_pair(lab: Lab, seed: int) -> None:
    a, b = random_pair(seed)
    case = Case(f"random {seed}", a, b)
    on_a, on_b = lab.pair(case)
    before, after = look(on_a), look(on_b)
    assert before.statements != after.statements
    travel(lab, on_a, before, after, {})
    travel(lab, on_b, after, before, {})


@pytest.mark.parametrize("seed", SEEDS[::6])
def test_random_schema_from_nothing(lab: Lab, seed: int) -> None:
    """From an empty database to each of the two, and back to an empty one; with rows, and every loss is named."""
    for text in random_pair(seed):
        database, empty = lab.database(text), lab.database()
        state, nothing = look(database), look(empty)
        fill(database)
        travel(lab, database, state, nothing, {})
        travel(lab, empty, nothing, state, {})
