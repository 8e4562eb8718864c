"""Text that somebody typed: bodies of programs, with comments and whatever quotes they like; and whose names are in it.

A snapshot is one database and never names it, so that its own name is taken off in front of what is in it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .scan import NAME, STRING, Scanner

__all__ = ["OwnName", "Token", "tokens", "typed_group"]

DOUBLE = r'"(?:[^"\\]|\\.|"")*"'
COMMENT = r"--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*(?!M?!).*?\*/"
_TOKEN = re.compile(
    rf"(?P<skip>\s+|{COMMENT})|(?P<string>{STRING})|(?P<name>{NAME})|(?P<double>{DOUBLE})|(?P<word>[\w$]+)|(?P<mark>.)",
    re.DOTALL,
)


class Token(NamedTuple):
    """A name, a word, a string or a mark; comments and white space are none."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """What it calls, if it is a name or a word; a word in double quotes is one where ANSI_QUOTES is on."""
        if self.kind == "word":
            return self.text
        if self.kind in ("name", "double"):
            quote = self.text[0]
            return self.text[1:-1].replace(quote * 2, quote)
        return ""

    def says(self, *words: str) -> bool:
        """Is it one of these words, in whatever case?"""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str, at: int = 0) -> Iterator[Token]:
    """All of a text, from a place on."""
    for found in _TOKEN.finditer(text, at):
        kind = found.lastgroup or ""
        if kind != "skip":
            yield Token(kind, found.group(), found.start(), found.end())


def typed_group(scanner: Scanner) -> str:
    """What stands in the brackets that open here, comments and double quotes respected."""
    depth, begin = 0, scanner.at
    for token in tokens(scanner.text, begin):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            scanner.at = token.end
            return scanner.text[begin + 1 : token.start]
    return scanner.group()


class OwnName:
    """Takes the database's own name off in front of what is in the database."""

    def __init__(self, database: str, inside: Iterable[str], *, ignore_case: bool) -> None:
        self._fold = str.lower if ignore_case else str
        self._own = self._fold(database)
        self._inside = frozenset(name.lower() for name in inside)
        """Tables, views, routines, triggers, events, sequences."""

    def off(self, text: str) -> str:
        """The text without it. Where the name stands alone as well, an alias's or a variable's, all stays."""
        if self._own not in self._fold(text):
            return text
        found = list(tokens(text))
        cuts: list[tuple[int, int]] = []
        for i, token in enumerate(found):
            if not token.name or self._fold(token.name) != self._own or (i and found[i - 1].text == "."):
                continue
            if i + 2 >= len(found) or found[i + 1].text != ".":
                return text
            if found[i + 2].name.lower() in self._inside:
                cuts.append((token.start, found[i + 2].start))
        return _without(text, cuts)


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    kept, at = list[str](), 0
    for begin, end in cuts:
        kept.append(text[at:begin])
        at = end
    return "".join([*kept, text[at:]])
