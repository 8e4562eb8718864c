"""What `dbstrata merge-driver` does once the command line is read."""

import subprocess
import sys
from typing import Any, NamedTuple

from ..engine.merge import Conflict, Merged, merge, merge_header, merge_objects
from ..snapshots import conflicted, format, split
from ..snapshots.errors import InputError
from .documents import Document, beside, document

__all__ = ["merge_files"]


class Three(NamedTuple):
    """The versions of one file. `base` is None if the two branches have no common one."""

    base: Document | None
    ours: Document
    theirs: Document


def merge_files(base: str, ours: str, theirs: str, path: str, size: int) -> int:
    """Merge three files into `ours`; the exit code that git wants."""
    where = path or ours
    try:
        versions = _read(base, ours, theirs, path)
        merged = _merged(versions)
        if versions.ours.is_whole:
            format.check(merged.ours, where)
    except InputError as error:
        print(error, file=sys.stderr)
        print(f"dbstrata: merged as text: {where}; look at the result", file=sys.stderr)
        return _merge_text(base, ours, theirs, size)
    format.write_bytes(_text(merged, versions.ours, size), ours)
    for conflict in merged.conflicts:
        print(f"dbstrata: conflict: {_told(conflict)}: {where}; settle it there, then git add", file=sys.stderr)
    return 1 if merged.conflicts else 0


def _read(base: str, ours: str, theirs: str, path: str) -> Three:
    header = beside(path) if path else None
    dialect = header.dialect if header is not None else None
    found = [
        document(data, place, dialect) if (data := format.read_bytes(file)).strip() else None
        for file, place in ((base, f"{path} (base)"), (ours, f"{path} (ours)"), (theirs, f"{path} (theirs)"))
    ]
    before, mine, other = found
    if mine is None or other is None:
        raise InputError("an empty file", path or ours, "dump it again")
    shapes = {(d.dialect, d.header is None, d.objects is None) for d in (before, mine, other) if d is not None}
    if len(shapes) > 1:
        raise InputError("not three versions of one file", path or ours, "merge by hand")
    return Three(before, mine, other)


def _merged(versions: Three) -> Merged:
    base, ours, theirs = versions
    before = base.objects or () if base is not None else ()
    if ours.header is None or theirs.header is None:
        return merge_objects(before, ours.objects or (), theirs.objects or ())
    if ours.objects is None or theirs.objects is None:
        return merge_header(base.header if base is not None else None, ours.header, theirs.header)
    whole = base.snapshot(base.header) if base is not None and base.header is not None else None
    return merge(whole, ours.snapshot(ours.header), theirs.snapshot(theirs.header))


def _text(merged: Merged, like: Document, size: int) -> bytes:
    """The file: with markers where there are conflicts."""
    if not merged.conflicts:
        if like.is_whole:
            return format.encode(merged.ours)
        if like.objects is None:
            return format.pretty(split.Manifest(header=merged.ours))
        return b"".join(map(format.pretty, merged.ours))
    whole = frozenset((c.identity, c.attribute) for c in merged.conflicts if c.attribute is not None)
    left, right = (_units(side, like, whole) for side in (merged.ours, merged.theirs))
    return conflicted.marked(left, right, size)


def _units(side: Any, like: Document, whole: conflicted.Whole) -> conflicted.Units:
    if like.is_whole:
        return conflicted.snapshot(side, whole)
    return conflicted.manifest(side) if like.objects is None else conflicted.object_file(side[0], whole)


def _told(conflict: Conflict) -> str:
    if conflict.attribute is None:
        return f"{conflict.identity}, which one side dropped and the other changed or uses"
    return f"{conflict.identity}: {conflict.attribute}, which both sides changed"


def _merge_text(base: str, ours: str, theirs: str, size: int) -> int:
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    command = ["git", "merge-file", "-q", f"--marker-size={size}", *labels, ours, base, theirs]
    return 1 if subprocess.run(command, check=False).returncode else 0
