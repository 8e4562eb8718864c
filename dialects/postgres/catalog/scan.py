"""Cutting text that the server printed, with its quotes and brackets respected. Needed where no catalog function
gives the part alone: a trigger's WHEN, one of several expressions of a partition key."""

import re
from collections.abc import Iterator
from itertools import pairwise

__all__ = ["split", "when_of"]

TOKEN = re.compile(r"""E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[\[(]|[\])]|,|\w+|\s+|.""", re.DOTALL)
"""String constants (E'' with escapes), quoted names, brackets, commas, words, white space, all else."""


def _tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, nesting depth before it, token)."""
    depth = 0
    for match in TOKEN.finditer(text):
        token = match.group()
        yield match.start(), depth, token
        if token in "([":
            depth += 1
        elif token in ")]":
            depth -= 1


def split(text: str) -> list[str]:
    """The parts of a list, cut at its outermost commas."""
    cuts = [start for start, depth, token in _tokens(text) if depth == 0 and token == ","]
    edges = [-1, *cuts, len(text)]
    return [text[a + 1 : b].strip() for a, b in pairwise(edges)]


def when_of(definition: str) -> str:
    """The condition of pg_get_triggerdef(), without the brackets of WHEN."""
    tokens = _tokens(definition)
    for _, depth, token in tokens:
        if depth == 0 and token == "WHEN":
            break
    begin = next(start + 1 for start, _, token in tokens if token == "(")
    end = next(start for start, depth, token in tokens if token == ")" and depth == 1)
    return definition[begin:end]
