"""What a dialect offers to run a bundle: sessions on a server, and questions to ask before and after.

What the engine asks of a dialect is in `engine.protocol`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from ..engine.protocol import Schema, Step
from ..snapshots.model import Header


class Executor(Protocol):
    """A session. Its methods raise ServerFailed; LockTimeout and ConnectionLost where that is what happened."""

    where: str
    """Host, port, database and user."""
    server: str
    """Flavour and version."""
    midway: bool
    """Has the last `run` that failed done a part of what it was given, and left it so?"""

    def dump(self, like: Header) -> Any:
        """The snapshot of the database, read as one with that header was: scope, and what was not read."""
        ...

    def hold(self) -> None:
        """Keep others like us out until the session ends. Raises Refused, with who is in there."""
        ...

    def run(self, sql: str) -> None:
        """Have the server take it, whatever it answers."""
        ...

    def rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """The answer to a query."""
        ...

    def watching(self, tell: Callable[[str], None]) -> AbstractContextManager[None]:
        """Tell how far a long statement inside is, now and then, where the server says."""
        ...

    def undo(self) -> None:
        """End the open transaction, if there is one, so that nothing of it stays."""
        ...

    def cancel(self) -> None:
        """Have the running statement given up. From another thread or a signal handler."""
        ...

    def holders(self, identities: Sequence[str]) -> list[str]:
        """Who holds locks on these objects, in words."""
        ...

    def missing_roles(self, roles: Sequence[str]) -> list[str]:
        """Those of the roles that the server doesn't have."""
        ...

    def record(self, entry: Mapping[str, str]) -> None:
        """A row in the table dbstrata_history, which is made if it is not there. No comparison looks at it."""
        ...

    def fill(self) -> tuple[dict[str, int], list[str]]:
        """A few rows into each table that takes some: counts by table; and the tables that took none."""
        ...

    def count(self, table: str) -> int:
        """How many rows the table of that path has."""
        ...

    def empty(self, table: str) -> None:
        """All rows out of it, and those that refer to them."""
        ...


class Server(Protocol):
    """The module of a dialect that opens sessions."""

    def open_executor(self, url: str) -> AbstractContextManager[Executor]:
        """A session on that database."""
        ...

    def scratch(self, url: str | None, like: Header, roles: Sequence[str]) -> AbstractContextManager[str]:
        """The URL of an empty database that is dropped in the end: on that server, or on one of our own."""
        ...


class Query(NamedTuple):
    """One question. Each row of its answer, (object, detail), is something wrong."""

    title: str
    sql: str
    stops: bool = True
    """Does a row stand in the way? Else it is worth a look."""
    may: str = ""
    """A query that has a row where the user may ask this one; empty: everybody may."""
    counts: bool = False
    """Is the detail a number of rows, to be compared with that of the same object on the other side?"""


class Checks(Protocol):
    """The module of a dialect that asks."""

    def before(
        self, steps: Sequence[Step], old: Schema, new: Schema, roles: Sequence[str], *, server: Header, large: int
    ) -> Sequence[Query]:
        """Is all that the steps touch as in `old`, and do its rows let them through? On that server; tables of more
        than `large` megabytes are worth a note, and the rows of the others are counted."""
        ...

    def after(self, steps: Sequence[Step], old: Schema, new: Schema, *, large: int) -> Sequence[Query]:
        """Is what the server keeps beside the schema sound, and how many rows have the tables that the steps keep? Of
        tables of up to `large` megabytes, for it takes time."""
        ...
