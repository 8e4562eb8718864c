"""A schema that no database holds: SQL files, run on a scratch server.

They are told apart into statements as the clients `mysql` and `mariadb` do it, DELIMITER included; other commands of
those clients (`source`, `\\G`) are not known. The scratch server is one that is named, where a database is made beside
the others and dropped in the end, or a throwaway from the programs that the machine has.
"""

import os
import re
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ...snapshots.errors import DbstrataError, InputError, Refused, ServerFailed
from .connection import FLAVOURS, Server, beside, connect, explained
from .local import program_of, started

__all__ = ["restored", "statements"]

NAME = "dbstrata_import"
TOKEN = re.compile(
    r"""
    '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`]|``)*`
  | /\*(?!M?!).*?\*/ | --(?=\s|\Z)[^\n]* | \#[^\n]*
  | ^[^\S\n]*delimiter[^\S\n]+(?P<delimiter>\S+)[^\n]*
  | .
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
"""What a delimiter can't stand in, one that is set, or a character. `/*!40101` is read as what it holds: statements."""
ELSEWHERE = re.compile(
    r"\s*(?:/\*.*?\*/\s*)*(use\s|(?:create|drop|alter)\s+(?:database|schema)\b)", re.IGNORECASE | re.DOTALL
)
"""What leaves the one database that is ours."""
Tell = Callable[[str], None]


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Each with its line, without its delimiter."""
    mark, start, at = ";", 0, 0
    while at < len(text):
        if text.startswith(mark, at):
            yield from _statement(text, start, at)
            start = at = at + len(mark)
        elif token := TOKEN.match(text, at):
            at = token.end()
            if token["delimiter"]:
                mark, start = token["delimiter"], at
    yield from _statement(text, start, len(text))


def _statement(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """It, unless nothing but white space and comments is there."""
    if re.sub(r"(?m)/\*(?!M?!).*?\*/|--(?=\s|$)[^\n]*|#[^\n]*|\s+", "", text[start:end], flags=re.DOTALL):
        begins = start + len(text[start:end]) - len(text[start:end].lstrip())
        yield text.count("\n", 0, begins) + 1, text[begins:end].strip()


@contextmanager
def restored(files: Sequence[str], *, scratch: str | None = None, tell: Tell) -> Generator[str]:
    """The URL of a database that holds what these files (`-`: standard input) make, in that order.

    `tell` is told on which server. Raises InputError, Refused, ServerFailed.
    """
    read = [(file, list(statements(_text(file)))) for file in files]
    if scratch is not None:
        for file, found in read:
            for line, sql in found:
                if match := ELSEWHERE.match(sql):
                    raise Refused(
                        "it leaves the scratch database for another",
                        f"{file}, line {line}: {match[1].strip()}",
                        "take that out (mysqldump without --databases), or leave --scratch out",
                    )
        with _made(scratch, read) as url:
            yield url
        return
    flavour = _flavour(read)
    with started(flavour, "--skip-networking") as server, _made(server.url, read) as url:
        tell(f"read on {FLAVOURS[flavour].title}, from {program_of(flavour)}")
        yield url


def _text(file: str) -> str:
    """The file; bytes that are no UTF-8 go to the server as they are. Raises InputError."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror or error}", file, "name a file of SQL") from error
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _flavour(read: Sequence[tuple[str, Sequence[tuple[int, str]]]]) -> str:
    """The server's make that the files are from, where they say so; else the one that the machine has."""
    there = [flavour for flavour in FLAVOURS if program_of(flavour)]
    text = "".join(_head(file) for file, _ in read if file != "-").lower()
    wanted = [flavour for flavour in FLAVOURS if f"{flavour} dump" in text]
    for flavour in (*wanted, *there):
        if flavour in there:
            return flavour
    raise InputError("no mysqld and no mariadbd on this machine", "the PATH", "install one, or say --scratch URL")


def _head(file: str) -> str:
    with Path(file).open("rb") as stream:
        return stream.read(200).decode("utf-8", "replace")


@contextmanager
def _made(url: str, read: Sequence[tuple[str, Sequence[tuple[int, str]]]]) -> Generator[str]:
    """Run them in a database that is made for it, and dropped in the end."""
    server, name = connect(url, anywhere=True), f"{NAME}_{os.getpid()}"
    try:
        with explained(server.where):
            _run(server, f"CREATE DATABASE {name}")
        try:
            _run(server, f"USE {name}")
            for file, found in read:
                for line, sql in found:
                    _run_at(server, sql, f"{file}, line {line}")
            ((current,),) = _run(server, "SELECT DATABASE()")
            yield beside(url, bytes(current or name.encode()).decode())
        finally:
            with suppress(DbstrataError), explained(server.where):
                _run(server, f"SET foreign_key_checks = 0; DROP DATABASE IF EXISTS {name}")
    finally:
        with suppress(Exception):
            server.connection.close()


def _run_at(server: Server, sql: str, place: str) -> None:
    try:
        with explained(server.where):
            _run(server, sql)
    except DbstrataError as error:
        where = f"{place}, on {FLAVOURS[server.flavour].title} {server.version} ({error.where})"
        raise ServerFailed(error.what, where, "mend the file, or what it needs") from error


def _run(server: Server, sql: str) -> Sequence[tuple[bytes, ...]]:
    """The rows of the last statement."""
    with server.connection.cursor() as cursor:
        cursor.execute(sql.encode("utf-8", "surrogateescape"))
        rows = cursor.fetchall()
        while cursor.nextset():
            rows = cursor.fetchall()
        return list(rows or ())
