"""Work begun in a copy of this process, while this one goes on with other work."""

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

__all__ = ["begun"]

DONE = b"\0"
"""Behind a text that is whole."""


@contextmanager
def begun(work: Callable[[], str]) -> Generator[Callable[[], str]]:
    """What gives the text that `work` makes: begun already where there is a second core for it. If it fails there, it
    is done here once more, so that its errors are raised here."""
    if not _may_fork():
        yield work
        return
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _send(work, reading, writing)
    os.close(writing)

    def result() -> str:
        text = pipe.read()
        return text.removesuffix(DONE).decode() if text.endswith(DONE) else work()

    try:
        with open(reading, "rb") as pipe:
            yield result
    finally:
        os.waitpid(child, 0)


def _may_fork() -> bool:
    """Not on Windows, nor where other threads could hold a lock that the copy would wait for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return hasattr(os, "fork") and cores > 1 and threading.active_count() == 1


def _send(work: Callable[[], str], reading: int, writing: int) -> None:
    """All that the copy does; nothing of what it is a copy of is cleaned up or printed twice."""
    try:
        os.close(reading)
        with open(writing, "wb") as pipe:
            pipe.write(work().encode() + DONE)
    finally:
        os._exit(0)
