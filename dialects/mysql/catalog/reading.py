"""What the readers of all families share."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeVar

from ....snapshots.model import Scope, Unmodelled
from ....snapshots.mysql import Column
from .charsets import Charsets
from .scan import NotUnderstood, quoted
from .session import Catalog, Row
from .typed import OwnName

__all__ = ["Names", "Reading", "each", "in_scope", "unmodelled"]

T = TypeVar("T")


@dataclass(frozen=True)
class Names:
    """What there is, by name, as the server lists it."""

    tables: tuple[str, ...]
    views: tuple[str, ...]
    sequences: tuple[str, ...]
    routines: tuple[tuple[str, str], ...]
    """(FUNCTION, PROCEDURE, PACKAGE or PACKAGE BODY; name)."""
    triggers: tuple[tuple[str, str, str, str], ...]
    """(table, timing, event, name), in the order in which they fire."""
    events: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()
    """(TABLE_TYPE, name) of what is none of these."""

    @property
    def all(self) -> Iterator[str]:
        """Each name that a text can hold behind the database's."""
        yield from (*self.tables, *self.views, *self.sequences, *self.events)
        yield from (name for _, name in self.routines)
        yield from (name for *_, name in self.triggers)


@dataclass(frozen=True)
class Reading:
    """One reading of a catalog."""

    catalog: Catalog
    names: Names
    own: OwnName
    charsets: Charsets
    scope: Scope
    definer: str
    """keep, strip, or user@host."""
    warnings: list[str] = field(default_factory=list)
    alike: dict[tuple[str, str], tuple[Column, str | None]] = field(default_factory=dict)
    """Columns by their text and their table's collation, each with what is not covered of it."""


def in_scope(scope: Scope, name: str) -> bool:
    """Whether the dump reads the object of that name."""
    return not any(fnmatchcase(name, pattern) for pattern in scope.exclude)


def unmodelled(kind: str, name: str, text: str, reason: str) -> Unmodelled:
    """What is not covered, with a digest of the server's text of it."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return Unmodelled(type=kind, name=name, digest=digest, reason=reason)


def each(
    catalog: Catalog, kind: str, names: Iterable[str], make: Callable[[str, Row], T]
) -> Iterator[tuple[str, T | Unmodelled]]:
    """(name, what `make` makes of its SHOW CREATE); unmodelled where the server fails, or prints what is not known."""
    wanted = list(names)
    answers = catalog.shows([f"SHOW CREATE {kind.upper()} {quoted(name)}" for name in wanted])
    for name, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, str):
            yield name, unmodelled(kind, name, answer, answer)
            continue
        try:
            yield name, make(name, answer)
        except NotUnderstood as error:
            yield name, unmodelled(kind, name, repr(answer), str(error))
