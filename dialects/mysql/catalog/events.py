"""Events, each from its SHOW CREATE EVENT."""

import re
from collections.abc import Iterator
from typing import Any

from ....snapshots.model import Unmodelled, lines
from ....snapshots.mysql import Event
from .programs import CREATE, QUOTED, body, definer, head, session
from .reading import Reading, each
from .scan import STRING, unescaped
from .session import Row

__all__ = ["read"]

_HEAD = re.compile(
    rf"{CREATE}EVENT (?:{QUOTED}\.)?{QUOTED} ON SCHEDULE "
    rf"(?P<schedule>(?:AT {STRING}|EVERY (?:{STRING}|-?\d+) \w+)(?: STARTS {STRING})?(?: ENDS {STRING})?) "
    rf"ON COMPLETION (?P<drop>NOT )?PRESERVE (?P<status>ENABLE|DISABLE(?: ON (?:SLAVE|REPLICA))?)"
    rf"(?: COMMENT (?P<comment>{STRING}))? DO ",
    re.DOTALL,
)
STATUS = {"DISABLE": "disable", "DISABLE ON SLAVE": "disable on replica", "DISABLE ON REPLICA": "disable on replica"}


def read(reading: Reading) -> Iterator[Event | Unmodelled]:
    """All events."""

    def make(name: str, row: Row) -> Event:
        begin, text = head(_HEAD, row[3], f"event {name}")
        found: dict[str, Any] = {**definer(begin["definer"], reading), **session(row[1], row[4:7])}
        if row[2] != "SYSTEM":
            found["time_zone"] = row[2]
        if begin["status"] in STATUS:
            found["status"] = STATUS[begin["status"]]
        if begin["comment"]:
            found["comment"] = lines(unescaped(begin["comment"]))
        return Event(
            name=name,
            schedule=begin["schedule"],
            preserve=begin["drop"] is None,
            body=body(text.rest, reading),
            **found,
        )

    for _, event in each(reading.catalog, "event", reading.names.events, make):
        yield event
