"""What the laws on MySQL and MariaDB have in common: look at a database, make the script, judge the end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbstrata.cli.plans import make_script
from dbstrata.cli.sources import Pair, settings
from dbstrata.cli.sources import pair as pair_of
from dbstrata.dialects import dialect, read_url
from dbstrata.engine.compare import compare
from dbstrata.engine.schema import Schema
from dbstrata.snapshots import format

from .servers import Database

CASES = Path(__file__).parents[1] / "cases_mysql"


@dataclass(frozen=True, slots=True)
class State:
    """A database at one moment: its snapshot, and what the server's own dump says."""

    snapshot: Any
    dump: list[str]


def look(database: Database) -> State:
    """Read it."""
    return State(read_url(database.url), database.canonical())


def pair(old: State, new: State, folder: Path) -> Pair:
    """Both, by way of their files."""
    for name, state in (("old.json", old), ("new.json", new)):
        format.write(state.snapshot, str(folder / name), is_canonical=True)
    return pair_of(
        str(folder / "old.json"), str(folder / "new.json"), config=settings(None), ignore="", scope=None, rename=None
    )


def script(old: State, new: State, folder: Path) -> str:
    """The script from one to the other."""
    return make_script(pair(old, new, folder))


def assert_is(database: Database, wanted: State) -> None:
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
