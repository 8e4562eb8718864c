"""A script as single statements, for tests that stop in the midst of one."""

import re
from collections.abc import Iterator

RESET_ROLE = "RESET SESSION AUTHORIZATION;"
_TOKEN = re.compile(
    r"""
    (?:(?<![\w$])[eE])'(?:[^'\\]|\\.|'')*' | '[^']*' | "[^"]*"
  | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
  | --[^\n]*
  | (?P<word>\w+)
  | (?P<end>;)
  | .
    """,
    re.VERBOSE | re.DOTALL,
)


def split(script: str) -> Iterator[str]:
    """The statements, as psql tells them apart: a body `BEGIN ATOMIC … END` is inside its statement."""
    start = depth = 0
    before = ""
    for token in _TOKEN.finditer(script):
        word = (token["word"] or "").upper()
        if word == "ATOMIC" and before == "BEGIN":
            depth = 1
        elif depth and word in ("BEGIN", "CASE"):
            depth += 1
        elif depth and word == "END":
            depth -= 1
        elif token["end"] and not depth:
            yield script[start : token.end()].strip()
            start = token.end()
        before = word or (before if token[0].isspace() else "")


def without_transaction(script: str) -> tuple[list[str], list[str]]:
    """(settings, statements) of a script whose every statement is to stand by itself, under the role it runs as."""
    settings: dict[str, None] = {}
    statements: list[str] = []
    role = ""
    for text in split(script):
        bare = re.sub(r"\A(?:\s*--[^\n]*\n)+", "", text + "\n").strip()
        if bare.startswith("SET SESSION AUTHORIZATION "):
            role = bare
        elif bare == RESET_ROLE:
            role = ""
        elif bare.startswith("SET "):
            settings[bare.replace("SET LOCAL ", "SET ")] = None
        elif bare not in ("BEGIN;", "COMMIT;"):
            statements.append(f"{role}\n{bare}\n{RESET_ROLE}" if role else bare)
    return list(settings), statements
