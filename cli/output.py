"""Where text goes: to stdout, or to a file that is never half written."""

import sys


def write_text(text: str, path: str) -> None:
    """Write to a temporary and rename; `-` is stdout. Raises InputError if the file can't be written."""
    if path == "-":
        sys.stdout.write(text)
        return
    from ..snapshots.format import write_bytes

    write_bytes(text.encode(), path)
