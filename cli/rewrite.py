"""What `fmt` and `upgrade` share: a snapshot, and whether its files are as dbstrata would write them."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..snapshots import format, split
from ..snapshots.errors import InputError

__all__ = ["Stored", "load", "save", "wholes"]


class Stored(NamedTuple):
    """A snapshot and the form in which it was found."""

    source: str
    number: int
    """The format of the file."""
    snapshot: format.Snapshot
    canonical: bool


def load(source: str) -> Stored:
    """A file, a split directory, or `-`. Raises InputError."""
    if source != "-" and os.path.isdir(source):
        directory = Path(source)
        snapshot = split.read(directory)
        number = format.peek(format.read_bytes(directory / split.MANIFEST), source)["format"]
        return Stored(source, number, snapshot, split.is_canonical(snapshot, directory))
    data = format.read_bytes(source)
    snapshot = format.decode(data, format.place(source))
    number = format.peek(data.removeprefix(format.BOM), source)["format"]
    return Stored(source, number, snapshot, data == format.encode(snapshot))


def save(stored: Stored) -> None:
    """Write it back in the form in which it was found; `-` to stdout. Raises InputError."""
    if stored.source != "-" and os.path.isdir(stored.source):
        split.write(stored.snapshot, Path(stored.source))
    elif stored.source == "-" or not stored.canonical:
        format.write(stored.snapshot, stored.source)


def wholes(files: Iterable[str]) -> list[str]:
    """The files, each once; of a file of a split snapshot, that snapshot."""
    return list(dict.fromkeys(map(_whole, files)))


def _whole(file: str) -> str:
    path = Path(file)
    folder = path.parent if path.name == split.MANIFEST else path.parent.parent
    try:
        split.manifest((folder / split.MANIFEST).read_bytes(), file)
    except (OSError, InputError):
        return file
    return str(folder)
