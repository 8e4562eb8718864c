"""What looks like a credential in the texts of a snapshot."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from ..snapshots.format import Snapshot
from ..snapshots.model import attributes, flatten

__all__ = ["found_in"]

SHAPES: dict[str, re.Pattern[str]] = {
    "a URL with a password": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:[^\s/@'\"]+@", re.I),
    "a password": re.compile(r"\b(?:password|passwd|pwd|secret)\s*(?:=|:|:=|=>)\s*'?[^\s';,)]{4,}", re.I),
    "a password of a role": re.compile(r"\b(?:password|identified\s+by)\s+'[^']+'", re.I),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a JSON web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
}
"""By what is said of it. It is better to ask once too often: what is none can be worded otherwise."""


def found_in(snapshot: Snapshot) -> Iterator[str]:
    """Object, attribute and what it looks like, of every such text."""
    for root in snapshot.objects:
        for identity, _, obj in flatten(root):
            for attribute in attributes(type(obj)):
                yield from (f"{identity}: {attribute}: {what}" for what in _shapes(getattr(obj, attribute)))


def _shapes(value: Any) -> Iterator[str]:
    if value is None or isinstance(value, bool | int | float):
        return
    text = "\n".join(_texts(msgspec.to_builtins(value)))
    yield from (what for what, shape in SHAPES.items() if shape.search(text))


_Builtin: TypeAlias = "str | float | dict[str, _Builtin] | list[_Builtin] | tuple[_Builtin, ...] | None"
"""What msgspec makes of a value."""


def _texts(value: _Builtin) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (f"{key}={inner}" if isinstance(inner, str) else key for key, inner in value.items())
        yield from (text for inner in value.values() if not isinstance(inner, str) for text in _texts(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in _texts(inner))
