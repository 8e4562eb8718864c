"""PostgreSQL, MySQL and MariaDB alike: pairs of schemas, databases in which they are built, bundles between them."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbstrata.cli.bundles.opening import Bundle, open_bundle

from ..cli.commands import Done, run
from ..lab import SHARED, Case, Lab, all_cases
from ..mysql.lab import cases as my_cases
from ..mysql_servers import MyServer, fresh

__all__ = ["Ground", "Made", "NotBuilt", "bundled", "on_mysql", "on_postgres", "pairs"]


class NotBuilt(Exception):
    """The server at hand does not take one of the two schemas: the pair says nothing."""


@dataclass
class Ground:
    """A server on which databases are made."""

    flavour: str
    verb: str
    """Of `dbstrata dump`."""
    scratch: str
    """The URL of a server for rehearsals."""
    database: Callable[[str], str]
    """The URL of a new database in which that SQL was run. Raises NotBuilt."""
    prepare: Callable[[Case], None] = lambda _: None
    """What the case needs of the server."""


@contextmanager
def on_postgres(lab: Lab) -> Generator[Ground]:
    """Databases of the workbench, gone in the end."""

    def database(sql: str) -> str:
        try:
            return lab.database(sql).url
        except AssertionError as error:
            raise NotBuilt(str(error)) from error

    try:
        yield Ground("postgres", "postgres", lab.server.url(), database, lab.prepare)
    finally:
        lab.clear()


@contextmanager
def on_mysql(server: MyServer) -> Generator[Ground]:
    """Databases of that server, gone in the end."""
    with ExitStack() as stack:

        def database(sql: str) -> str:
            made = stack.enter_context(fresh(server))
            try:
                made.script(sql)
            except AssertionError as error:
                raise NotBuilt(str(error)) from error
            return made.url

        yield Ground(server.flavour, "mysql", server.url("mysql"), database)


# pairs


def pairs(flavour: str, *, shared: bool = True) -> list[Case]:
    """The repository's own pairs for that server, and those of the shared folder."""
    if flavour == "postgres":
        own = [case for case in all_cases() if not case.refuses]
    else:
        own = [Case(f.name, *((f / f"{side}.sql").read_text("utf-8") for side in "ab")) for f in my_cases(flavour)]
    return own + (list(_shared(flavour)) if shared and SHARED is not None else [])


def _shared(flavour: str) -> Iterator[Case]:
    assert SHARED is not None
    folder = SHARED / "cases" / ("postgres" if flavour == "postgres" else "mysql")
    for file in sorted(folder.glob("*.json")):
        for case in json.loads(file.read_text("utf-8")):
            if case.get("flavor") in (None, flavour):
                yield Case(case["id"], case["a"], case["b"], case.get("prereq", ""), case.get("seed_a", ""))


# bundles


@dataclass
class Made:
    """A bundle, and a database that is where it starts."""

    bundle: Bundle
    path: Path
    url: str
    old: Path
    new: Path

    def run(self, verb: str, *options: str) -> Done:
        """`dbstrata VERB BUNDLE URL`."""
        return run(verb, self.path, self.url, "--yes", *options)

    def differs_from(self, snapshot: Path) -> str:
        """What `dbstrata verify` says; empty if nothing."""
        done = run("verify", snapshot, self.url)
        assert done.code in (0, 1), done.err
        return done.out if done.code else ""


def bundled(ground: Ground, folder: Path, case: Case, *options: str) -> Made:
    """Both schemas built, dumped, and bundled. Raises NotBuilt; AssertionError, with what it says, if refused."""
    if case.prereq:
        ground.prepare(case)
    urls = [ground.database(sql) for sql in (case.a, case.b)]
    files = [folder / f"{side}.json" for side in "ab"]
    for url, file in zip(urls, files, strict=True):
        _done(run("dump", ground.verb, url, "-o", file))
    target = folder / "release"
    _done(run("bundle", *files, "-o", target, *(options or ("--allow", "DB*", "--allow", "unmodelled"))))
    return Made(open_bundle(str(target)), target, urls[0], *files)


def _done(done: Done) -> Any:
    assert done.code == 0, done.err
    return done
