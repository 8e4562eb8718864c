"""A script as single commands, told apart as the clients `mysql` and `mariadb` do it: at the delimiter, outside of
quotes and comments. That is how `apply` sends what the client is given.
"""

import re
from collections.abc import Iterator

__all__ = ["commands"]

_BLOCK = re.compile(r"^DELIMITER (?P<mark>\S+)\n(?P<sql>.*?)\n(?P=mark)\nDELIMITER ;$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(
    r"""
    '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*`
  | /\*.*?\*/ | --(?=\s|\Z)[^\n]* | \#[^\n]*
  | (?P<end>;)
  | [^'"`/\-#;]+ | .
    """,
    re.VERBOSE | re.DOTALL,
)


def commands(text: str) -> Iterator[str]:
    """Each without its delimiter. What the filter `delimited` wrote is one command, whatever stands in it."""
    at = 0
    for block in _BLOCK.finditer(text):
        yield from _plain(text[at : block.start()])
        yield block["sql"]
        at = block.end()
    yield from _plain(text[at:])


def _plain(text: str) -> Iterator[str]:
    start = 0
    for token in _TOKEN.finditer(text):
        if token["end"]:
            yield text[start : token.start()].strip()
            start = token.end()
    if rest := text[start:].strip():
        yield rest
