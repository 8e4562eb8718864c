"""docs/errors.md: each thing that a server says is told there, and provoked in a test that has its very words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbstrata.dialects.mysql import connection as mysql
from dbstrata.dialects.postgres import connection as postgres

TESTS = Path(__file__).parents[1]
PROVOKED_IN = [*TESTS.glob("bundle/test_*.py"), *TESTS.glob("cli/test_*.py")]
PAGE = (TESTS.parent / "docs" / "errors.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")][1:]
SAID = [message.strip() for row in ROWS for message in row[0].split(";")]


def constants() -> Iterator[str]:
    """The texts in the tests that run commands on servers."""
    for file in PROVOKED_IN:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


PROVOKED = "\n".join(constants())


@pytest.mark.parametrize("message", SAID)
def test_what_the_page_says_is_provoked(message: str) -> None:
    """But for what stands in brackets, the exit code or an example, and what dots stand for."""
    pieces = [piece.strip() for piece in re.split(r"\.\.\.|\(.*\)", message)]
    assert [piece for piece in pieces if piece not in PROVOKED] == []


def explanations() -> list[str]:
    """What is said of all errors of servers that are known."""
    return [
        *(known.what for known in postgres.CONNECTING),
        *(what for what, _ in postgres.WORKING.values()),
        *(what for what, _ in mysql.CONNECTING.values()),
        *(what for _, what, _ in mysql.UNREACHED),
        *(what for what, _ in mysql.WORKING.values()),
    ]


@pytest.mark.parametrize("what", sorted(set(explanations())))
def test_what_is_known_of_servers_is_on_the_page(what: str) -> None:
    assert any(said.startswith(what) for said in SAID)
