"""A few rows for tables that have none: for a rehearsal, where what matters is that there are some.

Values are the same everywhere, so that foreign keys hold. A table that takes none of them stays empty, and is named.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from ..snapshots.errors import ConnectionLost, ServerFailed

__all__ = ["filled"]

ROUNDS = 4
"""How often tables are tried: a row may need another table's first."""


class Column(Protocol):
    """A column that takes values."""

    @property
    def name(self) -> str:
        """In its table."""
        ...

    @property
    def needed(self) -> bool:
        """Does no row do without a value of it?"""
        ...

    def value(self, string: str) -> str | None:
        """What to put in, that string where it takes any; None if there is no saying."""
        ...


C = TypeVar("C", bound=Column)
Insert = Callable[[str, dict[str, str]], None]
"""Puts a row with these values, by column, into the table; raises ServerFailed where the server does not take it."""


def filled(
    tables: Mapping[str, Sequence[C]], strings: Sequence[str], insert: Insert
) -> tuple[dict[str, int], list[str]]:
    """A row in every table that takes one: how many rows by table; and the tables that stay empty. `strings` are tried
    one after the other. Raises ConnectionLost."""
    rows: dict[str, int] = {}
    waiting = dict(tables)
    for _ in range(ROUNDS):
        for table, its in list(waiting.items()):
            if any(_taken(insert, table, values) for values in _choices(its, strings)):
                rows[table] = 1
                del waiting[table]
    return dict(sorted(rows.items())), sorted(waiting)


def _choices(its: Sequence[C], strings: Sequence[str]) -> Iterator[dict[str, str]]:
    """Values by column: of all columns, of those that need one, of none."""
    for chosen in (its, [c for c in its if c.needed]):
        for string in strings:
            yield {c.name: value for c in chosen if (value := c.value(string)) is not None}
    yield {}


def _taken(insert: Insert, table: str, values: dict[str, str]) -> bool:
    try:
        insert(table, values)
    except ConnectionLost:
        raise
    except ServerFailed:
        return False
    return True
