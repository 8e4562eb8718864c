"""Functions, procedures and MariaDB's packages, each from its SHOW CREATE."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from ....snapshots.model import Unmodelled, lines
from ....snapshots.mysql import Function, Package, PackageBody, Procedure
from ....snapshots.naming import identity
from .programs import CREATE, QUOTED, body, definer, head, session
from .reading import Reading, each
from .scan import STRING, Scanner, unescaped
from .session import Row
from .typed import typed_group

__all__ = ["read"]

Made = Function | Procedure | Package | PackageBody

_ROUTINE = re.compile(
    rf"{CREATE}(?P<aggregate>AGGREGATE )?(?:FUNCTION|PROCEDURE) (?:{QUOTED}\.)?{QUOTED}(?=\()", re.DOTALL
)
_PACKAGE = re.compile(rf"{CREATE}PACKAGE (?:BODY )?(?:{QUOTED}\.)?{QUOTED}", re.DOTALL)
_RETURNS = re.compile(rf" RETURNS? (?P<returns>(?:[^'\n]|{STRING})+)\n", re.DOTALL)
_LINE_FEED = re.compile(r"\n")
_BLANK = re.compile(r"\s*")
_CHARACTERISTIC = re.compile(
    rf"""\ {{4}}(?:
    (?P<deterministic>DETERMINISTIC)
  | (?P<data_access>CONTAINS\ SQL|NO\ SQL|READS\ SQL\ DATA|MODIFIES\ SQL\ DATA)
  | SQL\ SECURITY\ (?P<security>DEFINER|INVOKER)
  | COMMENT\ (?P<comment>{STRING})
  | LANGUAGE\ (?P<language>\w+)
    )\n""",
    re.DOTALL | re.VERBOSE,
)
CONVERTED: dict[str, Callable[[str], Any]] = {
    "deterministic": bool,
    "data_access": str.lower,
    "security": str.lower,
    "comment": lambda literal: lines(unescaped(literal)),
    "language": str,
}


def read(reading: Reading) -> Iterator[Made | Unmodelled]:
    """All of them."""
    for kind, make in MAKERS.items():
        names = [name for its_kind, name in reading.names.routines if its_kind == kind]

        def made(name: str, row: Row, make: Callable[[str, Row, Reading], Made] = make) -> Made:
            return make(name, row, reading)

        for _, routine in each(reading.catalog, kind.lower(), names, made):
            yield routine


def _routine(name: str, row: Row, reading: Reading) -> tuple[dict[str, Any], "re.Match[str]", Scanner]:
    """What both have, with the beginning of the text and the place behind the parameters."""
    begin, text = head(_ROUTINE, row[2], name)
    parameters = typed_group(text)
    found = {"name": name, **definer(begin["definer"], reading), **session(row[1], row[3:6])}
    if parameters:
        found["parameters"] = lines(parameters)
    return found, begin, text


def _function(name: str, row: Row, reading: Reading) -> Function:
    found, begin, text = _routine(name, row, reading)
    found["returns"] = text.need(_RETURNS, "RETURNS")["returns"]
    if begin["aggregate"]:
        found["aggregate"] = True
    return Function(**found, **_characteristics(text), body=body(text.rest, reading))


def _procedure(name: str, row: Row, reading: Reading) -> Procedure:
    found, _, text = _routine(name, row, reading)
    text.need(_LINE_FEED, "the end of the parameters")
    return Procedure(**found, **_characteristics(text), body=body(text.rest, reading))


def _characteristics(text: Scanner) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while said := text.take(_CHARACTERISTIC):
        name = said.lastgroup or ""
        found[name] = CONVERTED[name](said[name])
    return found


def _package(cls: type[Package] | type[PackageBody]) -> Callable[[str, Row, Reading], Package | PackageBody]:
    def make(name: str, row: Row, reading: Reading) -> Package | PackageBody:
        begin, text = head(_PACKAGE, row[2], name)
        text.take(_LINE_FEED)
        said = _characteristics(text)
        text.take(_BLANK)
        found = {**definer(begin["definer"], reading), **session(row[1], row[3:6])}
        if cls is PackageBody:
            found["depends_on"] = (identity(Package.kind, name),)
        return cls(name=name, **found, **said, body=body(text.rest, reading))

    return make


MAKERS: dict[str, Callable[[str, Row, Reading], Made]] = {
    "FUNCTION": _function,
    "PROCEDURE": _procedure,
    "PACKAGE": _package(Package),
    "PACKAGE BODY": _package(PackageBody),
}
"""By ROUTINE_TYPE."""
