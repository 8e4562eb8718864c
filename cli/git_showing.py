"""What `dbstrata git-diff` does once the command line is read."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ..snapshots import conflicted, format
from ..snapshots.errors import InputError
from ..snapshots.model import Header
from .comparing import ReportFormat, compared, may_colour
from .documents import Document, beside, document
from .output import write_text
from .report import header_differences, listing
from .sources import Pair

__all__ = ["show_change", "show_file"]

NOTHING = "/dev/null"
"""What git calls the file that is not there, on every system."""


def show_file(file: str) -> None:
    """The file as lines, an attribute each; as it is if it is no snapshot."""
    data = format.read_bytes(file)
    try:
        both = conflicted.sides(data) or (data, data)
        ours, theirs = (_listed(document(side, file)) for side in both)
        data = conflicted.marked(ours, theirs)
    except InputError:
        pass
    sys.stdout.buffer.write(data)


def _listed(found: Document) -> conflicted.Units:
    if found.header is not None:
        yield from (conflicted.Unit(("header",), line) for line in header_differences(None, found.header))
    name = ""
    for line in listing(found.objects or ()):
        name = name if line.startswith(" ") else line
        yield conflicted.Unit((name,), line)


def show_change(arguments: Sequence[str]) -> None:
    """What git gives: path, then file, id and mode of each side."""
    path = arguments[0]
    if len(arguments) < 7:  # a file that is in conflict has no two sides
        write_text(f"unmerged: {path}\n", "-")
        return
    old, new = arguments[1], arguments[4]
    colour = may_colour()
    try:
        text = _told(_side(old, path), _side(new, path), path, colour=colour)
    except InputError:
        sys.stdout.flush()
        subprocess.run(["git", "diff", "--no-index", "--no-ext-diff", "--", old, new], check=False)
        return
    write_text(f"schema {path}\n{text}\n" if text else f"schema {path}: the same but for its form\n", "-")


def _side(file: str, path: str) -> Document | None:
    return None if file == NOTHING else document(format.read_bytes(file), path, _dialect(path))


def _dialect(path: str) -> str | None:
    header = beside(path)
    return header.dialect if header is not None else None


def _told(old: Document | None, new: Document | None, path: str, *, colour: bool) -> str:
    """The differences as text; of what is not there, all of it."""
    known = [found for found in (old, new) if found is not None]
    headers = [found.header for found in known if found.header is not None]
    header = headers[-1] if headers else (beside(path) or _header(known[-1].dialect))
    before, after = (_snapshot(found, header) for found in (old, new))
    text = "".join(f"    {line}\n" for line in header_differences(before.header, after.header))
    whole = Pair(before, after, before, after)
    return text + compared(whole, ReportFormat.text, show_spelling=False, colour=colour)[0]


def _snapshot(found: Document | None, header: Header) -> Any:
    return (found or Document(header.dialect)).snapshot(header)


def _header(dialect: str) -> Header:
    """For objects whose manifest is not there."""
    return Header(format=format.FORMAT, dialect=dialect, flavour=dialect, version="0", version_number=0)
