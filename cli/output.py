"""Where text goes: to stdout, or to a file that is never half written."""

import sys

__all__ = ["write_text"]


def write_text(text: str, path: str) -> None:
    """Write UTF-8, whatever the locale; to a temporary that is then renamed. `-` is stdout. Raises InputError."""
    data = text.encode()
    if path == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from pathlib import Path

    from ..snapshots.errors import InputError
    from ..snapshots.format import replace_file

    if Path(path).is_dir():
        raise InputError("is a directory", path, "name a file with -o")
    try:
        replace_file(Path(path), data)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot write: {reason}", path, "name another place with -o") from error
