"""What the laws on MySQL and MariaDB have in common: look at a database, make the script, judge the end."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dbstrata.cli.plans import make_script
from dbstrata.cli.sources import Pair, settings
from dbstrata.cli.sources import pair as pair_of
from dbstrata.dialects import dialect, read_url
from dbstrata.engine.compare import compare
from dbstrata.engine.schema import Schema
from dbstrata.snapshots import format

from ..mysql_servers import MyDatabase, MyServer, fresh

CASES = Path(__file__).parents[1] / "cases_mysql"


@dataclass(frozen=True, slots=True)
class State:
    """A database at one moment: its snapshot, and what the server's own dump says."""

    snapshot: Any
    dump: list[str]


_SETTING = re.compile(r"(/\*M?!\d+ )?(SET |ALTER DATABASE|DO SETVAL)")
_TABLE = re.compile(r"(CREATE TABLE [^\n]*\()\n(.*)\n(\).*)", re.DOTALL)
_KEY = re.compile(r"(UNIQUE |FULLTEXT |SPATIAL |PRIMARY )?KEY |CONSTRAINT |PERIOD ")


def canonical(database: MyDatabase) -> list[str]:
    """Its dump's statements, sorted, without settings; columns keep their order, keys have none that DDL could give."""
    dump = re.sub(r" AUTO_INCREMENT=\d+", "", database.dump()).replace(f"`{database.name}`", "`DB`")
    statements = (s.strip() for s in re.split(r";\n|;;\n", dump))
    return sorted(_sorted_keys(s) for s in statements if s and not _SETTING.match(s))


def _sorted_keys(statement: str) -> str:
    table = _TABLE.match(statement)
    if table is None:
        return statement
    lines = [line.strip().rstrip(",") for line in table[2].splitlines()]
    columns = [line for line in lines if not _KEY.match(line)]
    return "\n".join([table[1], *columns, *sorted(line for line in lines if _KEY.match(line)), table[3]])


def statements(text: str) -> Iterator[str]:
    """The statements of a script, each with what the client needs to take it as one."""
    lines: list[str] = []
    mark = ";"
    for line in text.splitlines():
        if not lines and (not line.strip() or line.startswith("--")):
            continue
        lines.append(line)
        if line.startswith("DELIMITER "):
            mark = line.removeprefix("DELIMITER ")
        if line.endswith(mark) and (mark == ";" or line == "DELIMITER ;"):
            yield "\n".join(lines)
            lines.clear()
    if lines:
        yield "\n".join(lines)


def look(database: MyDatabase) -> State:
    """Read it."""
    return State(read_url(database.url), canonical(database))


def pair(old: State, new: State, folder: Path, renames: Iterable[str] = ()) -> Pair:
    """Both, by way of their files."""
    for name, state in (("old.json", old), ("new.json", new)):
        format.write(state.snapshot, str(folder / name), is_canonical=True)
    return pair_of(
        str(folder / "old.json"),
        str(folder / "new.json"),
        config=settings(None),
        ignore="",
        scope=None,
        rename=list(renames) or None,
    )


def script(old: State, new: State, folder: Path, renames: Iterable[str] = ()) -> str:
    """The script from one to the other."""
    return make_script(pair(old, new, folder, renames))


def assert_is(database: MyDatabase, wanted: State) -> None:
    """The server's own dump is the judge; dbstrata must agree."""
    now = look(database)
    assert now.dump == wanted.dump
    changes = compare(Schema(now.snapshot), Schema(wanted.snapshot), same=dialect("mysql").same)
    assert [(c.identity, c.attributes) for c in changes] == []


def cases(flavour: str | None = None) -> list[Path]:
    """The folders of the pairs; those with a file `flavour` are of that one alone."""
    return [
        folder
        for folder in sorted(CASES.iterdir())
        if flavour is None or not (mark := folder / "flavour").exists() or mark.read_text().strip() == flavour
    ]


def leave_out_elsewhere(case: Path, server: MyServer) -> None:
    """A pair of the other flavour is skipped."""
    if case not in cases(server.flavour):
        pytest.skip(f"not on {server.flavour}")


def made(server: MyServer, text: str, stack: ExitStack) -> MyDatabase:
    """A fresh database in which a script was run."""
    database = stack.enter_context(fresh(server))
    database.script(text)
    return database


def is_beyond(folder: Path, server: MyServer) -> bool:
    """Takes the pair a newer server? Its file `since` says for a flavour which release of a series was the first, as
    `mariadb 10.11.19 11.8.9`; whatever is newer than the last one knows it too."""
    mark = folder / "since"
    said = dict(line.split(" ", 1) for line in mark.read_text().splitlines()) if mark.exists() else {}
    first = [tuple(map(int, version.split("."))) for version in said.get(server.flavour, "").split()]
    return (
        bool(first)
        and server.version < first[-1]
        and not any(one <= server.version and one[:2] == server.version[:2] for one in first)
    )
