"""Views, each from its SHOW CREATE VIEW."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ....snapshots.model import Unmodelled, lines
from ....snapshots.mysql import View
from .charsets import canonical
from .programs import QUOTED, definer, head
from .reading import Reading, each
from .scan import quoted
from .session import Row

__all__ = ["read"]

_HEAD = re.compile(
    rf"CREATE (?:ALGORITHM=(?P<algorithm>\w+) )?DEFINER=(?P<definer>{QUOTED}(?:@{QUOTED})?) "
    rf"SQL SECURITY (?P<security>\w+) VIEW (?:{QUOTED}\.)?{QUOTED} (?P<named>\((?:{QUOTED}|,)*\) )?AS ",
    re.DOTALL,
)
_CHECK_OPTION = re.compile(r" WITH (LOCAL|CASCADED) CHECK OPTION\Z")


def read(reading: Reading) -> Iterator[View | Unmodelled]:
    """All views."""
    columns = _columns(reading)

    def make(name: str, row: Row) -> View:
        return _view(name, row, reading, columns[name])

    for _, view in each(reading.catalog, "view", reading.names.views, make):
        yield view


def _columns(reading: Reading) -> Mapping[str, tuple[str, ...]]:
    """The names of the columns; none of a view that is broken."""
    names = reading.names.views
    answers = list(reading.catalog.tables([f"SHOW COLUMNS FROM {quoted(name)}" for name in names]))
    return {name: tuple(_named(name, answer, reading)) for name, answer in zip(names, answers, strict=True)}


def _named(name: str, answer: list[Row] | str, reading: Reading) -> Iterable[str]:
    """MySQL 8.0 takes a view for broken that is over one whose definer may read the tables, and not the database: it is
    asked itself."""
    if not isinstance(answer, str):
        return (str(row[0]) for row in answer)
    asked = reading.catalog.columns_of(f"SELECT * FROM {quoted(name)} LIMIT 0")
    if asked is None:
        reading.warnings.append(f"view {name} is broken ({answer})")
    return asked or ()


def _view(name: str, row: Row, reading: Reading, columns: tuple[str, ...]) -> View:
    begin, text = head(_HEAD, row[1], f"view {name}")
    found: dict[str, Any] = definer(begin["definer"], reading)
    for attribute, usual in (("algorithm", "undefined"), ("security", "definer")):
        value = (begin[attribute] or usual).lower()
        if value != usual:
            found[attribute] = value
    query = text.rest
    if option := _CHECK_OPTION.search(query):
        found["check_option"] = option[1].lower()
        query = query[: option.start()]
    if row[2] not in (None, "utf8mb4"):
        found["character_set_client"] = canonical(str(row[2]))
    return View(
        name=name,
        query=lines(reading.own.off(query)),
        columns=columns,
        columns_named=begin["named"] is not None,
        collation_connection=canonical(str(row[3])),
        **found,
    )
