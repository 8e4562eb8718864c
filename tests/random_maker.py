"""What the makers of random schemas have in common: names and chances, and how a schema becomes another one."""

import copy
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Generic, TypeVar

World = TypeVar("World")


class Maker(ABC, Generic[World]):
    """A world in the making."""

    quote: ClassVar[str]
    """What stands round a name that needs it."""

    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng, self.world, self.count = rng, world, 0

    def name(self, prefix: str) -> str:
        """A new name; some need quotes."""
        self.count += 1
        return f"{prefix}{self.count}" if self.chance(0.9) else f"{self.quote}{prefix.title()} {self.count}{self.quote}"

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.rng.random() < share

    @abstractmethod
    def add_table(self) -> None:
        """A table with some columns."""

    @abstractmethod
    def sql(self) -> Iterator[str]:
        """The schema's DDL."""


M = TypeVar("M", bound="Maker[Any]")
Moves = Sequence[Callable[[M], None]]
"""What a maker can do to its world."""


def pair_by(
    maker: M, tables: tuple[int, int], additions: Moves[M], added: int, changes: Moves[M], changed: tuple[int, int]
) -> tuple[str, str]:
    """Two schemas as SQL: some tables with what is added to them, and the same after some changes. Of tables and of
    changes the least and the greatest number is given."""
    for _ in range(maker.rng.randint(*tables)):
        maker.add_table()
    for _ in range(added):
        maker.rng.choice(additions)(maker)
    before = "\n".join(maker.sql())
    maker.world = copy.deepcopy(maker.world)
    while True:
        for _ in range(maker.rng.randint(*changed)):
            maker.rng.choice(changes)(maker)
        after = "\n".join(maker.sql())
        if after != before:
            return before, after
