"""Every command and block of code in README and the manual is run, or says why it can't be."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from dbstrata.cli.main import COMMANDS
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from .. import mysql_servers
from .pages import Page, pages
from .sandbox import LANGUAGES, Places, Sandbox

NOT_RUN = 1
"""Blocks that say so. A new one is a change to this number, and should be a rare one."""
INDENTED = re.compile(r"(?<=\n\n) {4,}\S[^\n]*", re.MULTILINE)
INLINE = re.compile(r"`(dbstrata [^`]+)`")
ALL = pages()


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    with EmbeddedPostgres() as server:
        yield Places(server)


@pytest.mark.parametrize("page", [page for page in ALL if list(page.blocks())], ids=lambda page: page.name)
def test_the_blocks_of_a_page_run(places: Places, page: Page, tmp_path: Path) -> None:
    sandbox = Sandbox(places, page.sandbox, tmp_path)
    for block in page.blocks():
        if "not run" not in block.notes and "needs" not in block.notes:
            sandbox.do(block)


@pytest.mark.mysql
def test_the_blocks_that_need_mysql_run(places: Places, tmp_path: Path) -> None:
    """On a database that is called as in the manual."""
    with mysql_servers.server_of("mysql") as server:
        server.execute("CREATE DATABASE shop", "CREATE TABLE shop.orders (id int)")
        try:
            environment = {"MYSQL_HOST": server.host, "MYSQL_TCP_PORT": str(server.port)}
            sandbox = Sandbox(places, "empty", tmp_path, **environment)
            (sandbox.folder / "forward.sql").write_text("CREATE TABLE customers (id int);")
            blocks = [block for page in ALL for block in page.blocks() if block.notes.get("needs") == "mysql"]
            for block in blocks:
                sandbox.do(block)
            assert len(blocks) == 2
            tables = server.execute("SHOW TABLES", database="shop")
        finally:
            server.execute("DROP DATABASE shop")
    assert tables == [("customers",), ("orders",)]


def test_each_block_is_of_a_language_that_is_run() -> None:
    blocks = [block for page in ALL for block in page.blocks()]
    assert [b.where for b in blocks if b.language not in LANGUAGES and "not run" not in b.notes] == []
    not_run = [f"{b.where}: {b.notes['not run']}" for b in blocks if "not run" in b.notes]
    assert len(not_run) == NOT_RUN, "\n".join(not_run)


def test_no_block_hides_by_being_indented() -> None:
    found = list[str]()
    for page in ALL:
        outside = re.sub(r"^( *)```.*?^\1```$", "", page.text, flags=re.MULTILINE | re.DOTALL)
        found += [f"{page.name}: {line.strip()}" for line in INDENTED.findall(outside)]
    assert found == []


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_commands_in_the_text_are_commands_that_there_are(page: Page) -> None:
    """Each verb there is, each option is the verb's."""
    for line in INLINE.findall(page.text):
        _, *words = shlex.split(line.replace("\n", " "))
        if words[0] in ("--help", "--version", "COMMAND"):
            continue
        command = _command(words)
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for word in words[1:]:
            assert not word.startswith("--") or word in known, f"{page.name}: {line}"


def _command(words: list[str]) -> Any:
    assert words[0] in COMMANDS, words
    found = typer.main.get_command(import_module(COMMANDS[words[0]][0], "dbstrata.cli").app)
    inner = getattr(found, "commands", {})
    return inner[words[1]] if inner and len(words) > 1 and words[1] in inner else found
