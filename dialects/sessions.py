"""What the sessions that run a bundle have in common."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress

from ..snapshots.errors import Refused

__all__ = ["taken", "watched"]

PAUSE = 3.0
"""Seconds between two looks at a long statement."""


@contextmanager
def watched(looking: AbstractContextManager[Callable[[], None]], unless: type[Exception]) -> Generator[None]:
    """Meanwhile, if it takes long enough, a thread opens `looking` and takes a look now and then. It gives up in
    silence where it meets the error `unless`: nothing is lost but what it would tell."""
    done = threading.Event()

    def watch() -> None:
        if done.wait(PAUSE):
            return
        with suppress(unless), looking as look:
            while not done.wait(PAUSE):
                look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def taken(where: str, holders: Sequence[str]) -> Refused:
    """Another session has the lock that keeps two from changing one database at once."""
    return Refused(
        what="another dbstrata changes this database",
        where=f"{where}: {'; '.join(holders) or 'it has just ended'}",
        next="wait until it is done, and look with `dbstrata verify`",
    )
