"""Cutting what SHOW CREATE printed, strictly: whatever is not expected is `NotUnderstood`, never passed over."""

import re
from collections.abc import Iterator
from itertools import pairwise

__all__ = [
    "NAME",
    "STRING",
    "NotUnderstood",
    "Scanner",
    "as_text",
    "names_in",
    "quoted",
    "split",
    "unescaped",
    "unquoted",
]

STRING = r"'(?:[^'\\]|\\.|'')*'"
NAME = r"`(?:[^`]|``)*`"

_EDGES = re.compile(rf"{STRING}|{NAME}|[(),]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "Z": "\x1a"}
_NAMES = re.compile(rf"{STRING}|({NAME})", re.DOTALL)


class NotUnderstood(Exception):
    """What the server printed holds something that this reader does not know. The message is the reason."""


class Scanner:
    """A place in a text, moved on by what is taken from it."""

    __slots__ = ("at", "text")

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at

    def take(self, pattern: re.Pattern[str]) -> "re.Match[str] | None":
        """The match here, if there is one."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def need(self, pattern: re.Pattern[str], what: str) -> "re.Match[str]":
        """The match that must be here. Raises NotUnderstood."""
        found = self.take(pattern)
        if found is None:
            raise NotUnderstood(f"{what} expected before {self.excerpt()}")
        return found

    def group(self) -> str:
        """What stands in the brackets that open here. Raises NotUnderstood."""
        begin = self.at
        depth = 0
        for edge in _EDGES.finditer(self.text, begin):
            mark = edge.group()
            if mark == "(":
                if depth == 0 and edge.start() != begin:
                    break
                depth += 1
            elif mark == ")":
                depth -= 1
                if depth == 0:
                    self.at = edge.end()
                    return self.text[begin + 1 : edge.start()]
            elif depth == 0:
                break
        raise NotUnderstood(f"brackets expected before {self.excerpt()}")

    @property
    def rest(self) -> str:
        """All that was not taken."""
        return self.text[self.at :]

    @property
    def done(self) -> bool:
        """Is nothing left?"""
        return self.at >= len(self.text)

    def excerpt(self) -> str:
        """The beginning of what is left, for a message."""
        return repr(self.text[self.at : self.at + 40])


def split(text: str) -> list[str]:
    """The parts of a list, cut at its outermost commas; white space round them is taken off."""
    depth, cuts = 0, [-1]
    for edge in _EDGES.finditer(text):
        mark = edge.group()
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark == "," and depth == 0:
            cuts.append(edge.start())
    return [text[a + 1 : b].strip() for a, b in pairwise([*cuts, len(text)])]


def unquoted(name: str) -> str:
    """A name without its backticks, if it has any."""
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def quoted(name: str) -> str:
    """As both servers quote it."""
    return "`" + name.replace("`", "``") + "`"


def as_text(literal: str) -> str:
    """MariaDB sends the default of a binary string as its bytes: as hexadecimal, where they are no text."""
    try:
        literal.encode()
    except UnicodeEncodeError:
        return "0x" + unescaped(literal).encode("utf-8", "surrogateescape").hex().upper()
    return literal


def unescaped(literal: str) -> str:
    """What a string literal stands for."""
    inner = literal[1:-1]
    if "\\" not in inner and "'" not in inner:
        return inner
    return _ESCAPE.sub(lambda m: "'" if m[1] is None else _ESCAPES.get(m[1], m[1]), inner)


def names_in(text: str) -> Iterator[str]:
    """Every name in backticks outside of string literals, unquoted."""
    for found in _NAMES.finditer(text):
        if found[1]:
            yield unquoted(found[1])
