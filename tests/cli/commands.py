"""For the tests of the commands: run one in this process, and small snapshots to run it on."""

import io
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from dbstrata.cli import main
from dbstrata.snapshots import format
from dbstrata.snapshots.model import Header, Object, Scope
from dbstrata.snapshots.naming import Identity
from dbstrata.snapshots.postgres import Column, Snapshot, Table


class Done(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def nothing(*_: object) -> None:
    """In the place of what is not to be done, or not to be found."""


def run(*arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Done:
    """`dbstrata ARGUMENTS`; with `terminal`, stdout says that it is one."""
    out = (_Terminal if terminal else io.TextIOWrapper)(io.BytesIO(), encoding="utf-8")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    argv = ["dbstrata", *map(str, arguments)]
    with (
        patch.multiple(sys, argv=argv, stdout=out, stderr=err, stdin=io.TextIOWrapper(io.BytesIO(stdin))),
        pytest.raises(SystemExit) as end,
    ):
        main.app()
    assert isinstance(end.value.code, int)
    return Done(end.value.code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def refused(done: Done, code: int) -> str:
    """The one line that it says, and nothing but that."""
    assert done.code == code, done
    assert done.out == ""
    assert done.err.startswith("dbstrata: ")
    assert done.err.count("\n") == 1
    return done.err


def snapshot(
    *objects: Any, version: int = 180006, scope: Scope | None = None, not_read: tuple[str, ...] = ()
) -> Snapshot:
    """A snapshot of these objects."""
    header = Header(
        format=format.FORMAT,
        dialect="postgres",
        flavour="postgresql",
        version=f"{version // 10000}.{version % 10000}",
        version_number=version,
        scope=scope or Scope(),
        not_read=not_read,
    )
    return Snapshot(header=header, objects=tuple(sorted(objects, key=_identity)))


def _identity(obj: Object) -> Identity:
    return obj.identity()


def table(name: str, *columns: Column, schema: str = "public", **attributes: Any) -> Table:
    """A table; of one column if none is given."""
    return Table(schema=schema, name=name, columns=columns or (Column(name="id", type="integer"),), **attributes)


def written(folder: Path, name: str, snap: format.Snapshot) -> Path:
    """The snapshot's file."""
    path = folder / name
    format.write(snap, path)
    return path


@contextmanager
def speaking(greeting: bytes) -> Generator[int]:
    """The port of something that says that to whoever comes, and hangs up."""

    def answer() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.sendall(greeting)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
