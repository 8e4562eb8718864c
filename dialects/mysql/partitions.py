"""Changes of partitions that need no new PARTITION BY: those at the end of RANGE and LIST that come and go."""

from dataclasses import dataclass

from msgspec.structs import replace

from ...snapshots.mysql import Partition, Partitioning

_OPEN = ("LESS THAN MAXVALUE", "LESS THAN (MAXVALUE)", "HISTORY", "CURRENT", "DEFAULT")


@dataclass(frozen=True, slots=True)
class Change:
    """Partitions to drop, or else to add at the end."""

    dropped: tuple[str, ...] = ()
    added: tuple[Partition, ...] = ()


def change(old: Partitioning | None, new: Partitioning | None) -> Change | None:
    """What leads from one to the other, if a drop or an addition alone does."""
    if old is None or new is None or not new.method.startswith(("RANGE", "LIST")):
        return None
    if replace(old, partitions=()) != replace(new, partitions=()):
        return None
    kept = tuple(p for p in old.partitions if p in new.partitions)
    if kept == new.partitions and kept:
        return Change(dropped=tuple(p.name for p in old.partitions if p not in kept))
    if old.partitions == new.partitions[: len(old.partitions)]:
        return Change(added=new.partitions[len(old.partitions) :])
    return None


def is_closed(new: Partitioning) -> bool:
    """Can there be rows that no partition takes?"""
    return new.method.startswith(("RANGE", "LIST")) and not any(p.values in _OPEN for p in new.partitions)
