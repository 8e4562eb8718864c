"""Older formats: a chain of functions, each from one format to the next, on the decoded JSON.

Every format, past and to come, has `header.format` and `header.dialect` in their place; all else may move. A function
here is never changed once released: it describes files that exist. It knows field names, never the classes of the
model, for these are of today.

    0 -> 1   the server was one string, `scope` a list of schemas; a column's default was its expression alone
"""

from collections.abc import Callable
from typing import Any

from .errors import InputError

__all__ = ["CHAIN", "upgraded"]

Document = dict[str, Any]


def upgraded(document: Document, where: str) -> Document:
    """The document in the newest format. Changes what it is given. InputError where it is not what its format says."""
    while (step := CHAIN.get(number := document["header"]["format"])) is not None:
        try:
            document = step(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                what=f"not a valid snapshot of format {number}: {error!r}",
                where=where,
                next="restore the file from git, or dump it again",
            ) from error
    return document


def _from_0(document: Document) -> Document:
    """Of before the first release. `header.server` was "postgresql 16.3", `header.schemas` a list, and no facts."""
    header = document["header"]
    flavour, _, version = header.pop("server").partition(" ")
    major, _, minor = version.partition(".")
    number = int(major) * 10000 + int(minor or 0)
    header |= {"format": 1, "flavour": flavour, "version": version, "version_number": number}
    if schemas := header.pop("schemas", None):
        header["scope"] = {"schemas": schemas}
    for obj in document.get("objects", []):
        for column in obj.get("columns", []):
            if isinstance(column.get("default"), str):
                column["default"] = {"expression": column["default"]}
    return document


CHAIN: dict[int, Callable[[Document], Document]] = {0: _from_0}
"""By the format that a function starts from."""
