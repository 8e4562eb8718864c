"""OLD and NEW on the command line: a file, a split directory, `-`, or `empty`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..engine.schema import Snapshot

EMPTY = "empty"


def pair(old: str, new: str) -> tuple[Any, Any]:
    """Both snapshots. `empty` stands for one without objects beside the other. Raises InputError."""
    from ..snapshots.errors import InputError

    if old == EMPTY and new == EMPTY:
        raise InputError("both snapshots are `empty`", "OLD and NEW", "name one snapshot at least")
    if old == EMPTY:
        after = load(new)
        return _empty(after), after
    before = load(old)
    return before, (_empty(before) if new == EMPTY else load(new))


def load(source: str) -> "Snapshot":
    """One snapshot. Raises InputError."""
    from ..snapshots import format

    return format.read(source)


def _empty(beside: Any) -> Any:
    from ..snapshots import format

    return format.empty_like(beside)


def same_file(old: str, new: str) -> bool:
    """Do both name files of the same bytes? Then nothing differs, and nothing is decoded."""
    from ..snapshots import format

    return EMPTY not in (old, new) and "-" not in (old, new) and format.same_bytes(old, new)
