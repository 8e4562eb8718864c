"""MariaDB's sequences, each from its SHOW CREATE SEQUENCE."""

import re
from collections.abc import Iterator
from typing import Any

from ....snapshots.model import Unmodelled, lines
from ....snapshots.mysql import Sequence
from .reading import Reading, each
from .scan import NAME, STRING, NotUnderstood, unescaped
from .session import Row

__all__ = ["read"]

_TEXT = re.compile(
    rf"CREATE SEQUENCE (?:{NAME}\.)?{NAME}(?: as (?P<type>[a-z ]+?))? start with (?P<start>-?\d+) "
    r"minvalue (?P<minimum>-?\d+) maxvalue (?P<maximum>-?\d+) increment by (?P<increment>-?\d+) "
    r"(?:cache (?P<cache>\d+)|nocache) (?P<cycle>cycle|nocycle) ENGINE=(?P<engine>\w+)"
    rf"(?: COMMENT=(?P<comment>{STRING}))?\Z",
    re.DOTALL,
)


def read(reading: Reading) -> Iterator[Sequence | Unmodelled]:
    """All sequences."""
    for _, sequence in each(reading.catalog, "sequence", reading.names.sequences, _sequence):
        yield sequence


def _sequence(name: str, row: Row) -> Sequence:
    found = _TEXT.match(row[1] or "")
    if found is None:
        raise NotUnderstood(f"another text than is known: {row[1]}")
    given: dict[str, Any] = {}
    for attribute, usual in (("type", "bigint"), ("engine", "InnoDB")):
        if found[attribute] not in (None, usual):
            given[attribute] = found[attribute]
    if found["comment"]:
        given["comment"] = lines(unescaped(found["comment"]))
    return Sequence(
        name=name,
        start=int(found["start"]),
        minimum=int(found["minimum"]),
        maximum=int(found["maximum"]),
        increment=int(found["increment"]),
        cache=int(found["cache"] or 0),
        cycle=found["cycle"] == "cycle",
        **given,
    )
