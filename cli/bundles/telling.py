"""What `apply`, `rollback` and `rehearse` tell while they work: to a terminal, to a log, to a program."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["LogFormat", "Teller", "teller"]


class LogFormat(StrEnum):
    """How it is told."""

    text = "text"
    json = "json"


class Teller(Protocol):
    """Takes events. `text` is for people, all else for programs."""

    def tell(self, event: str, text: str, **facts: Any) -> None: ...


class _Lines:
    """A line an event."""

    def tell(self, event: str, text: str, **_facts: Any) -> None:
        print(text, flush=True)


class _Json:
    """A JSON object an event, a line each: `at`, `event`, `text`, and what the event knows."""

    def tell(self, event: str, text: str, **facts: Any) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        data = msgspec.json.encode({"at": at, "event": event, "text": text, **facts})
        sys.stdout.write(data.decode() + "\n")
        sys.stdout.flush()


class _Terminal:
    """A bar that moves with the statements; what is worth keeping stays above it."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def tell(self, event: str, text: str, **facts: Any) -> None:
        if event == "statement":
            if self._task is None:
                self._task = self._progress.add_task("", total=facts["of"])
            self._progress.update(self._task, completed=facts["number"] - 1, description=facts["label"])
            return
        if self._task is not None and event in ("ran", "stopped"):
            self._progress.update(self._task, completed=facts.get("number", 0), description="")
        self._progress.console.print(text, markup=False, highlight=False)


@contextmanager
def teller(format: LogFormat) -> Generator[Teller]:
    """The one that fits the format and where stdout goes."""
    if format is LogFormat.json:
        yield _Json()
    elif not sys.stdout.isatty():
        yield _Lines()
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, transient=True) as progress:
            yield _Terminal(progress)
