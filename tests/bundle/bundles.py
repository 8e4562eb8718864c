"""For the tests of bundles: small schemas with a bundle between them, and databases to run it on."""

from pathlib import Path
from typing import NamedTuple

from dbstrata.cli.bundles.opening import Bundle, open_bundle

from ..cli.commands import Done, run
from ..lab import Lab
from ..servers import Database

PARTS = (
    """CREATE TYPE mood AS ENUM ('calm');
       CREATE TABLE kept (id int PRIMARY KEY, name text); INSERT INTO kept VALUES (1, 'one'), (2, 'two');
       CREATE TABLE gone (id int);""",
    """CREATE TYPE mood AS ENUM ('calm', 'cross');
       CREATE TABLE kept (id int PRIMARY KEY, name text NOT NULL, how mood DEFAULT 'cross', size bigint);
       CREATE TABLE made (id int PRIMARY KEY, kept int REFERENCES kept);
       CREATE VIEW seen AS SELECT id, name FROM kept;""",
)
"""A schema before and after, in two transactions: a label is used that the first one adds."""

VIEWS = (
    """CREATE TABLE t (id int PRIMARY KEY, total numeric(8,2), note text); INSERT INTO t VALUES (1, 9.5, 'a');
       CREATE VIEW v AS SELECT id, total FROM t; CREATE INDEX by_note ON t (note);""",
    """CREATE TABLE t (id bigint PRIMARY KEY, total numeric(10,2), note text, CHECK (total > 0));
       CREATE VIEW v AS SELECT id, total, note FROM t; CREATE INDEX by_total ON t (total);
       CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';""",
)
CASES = {"parts": PARTS, "views": VIEWS}


class World(NamedTuple):
    """A bundle, and a database that is where it starts."""

    bundle: Bundle
    path: Path
    database: Database
    old: Path
    new: Path

    def run(self, verb: str, *options: str) -> Done:
        """`dbstrata VERB BUNDLE URL`."""
        return run(verb, self.path, self.database.url, "--yes", *options)

    def differs_from(self, snapshot: Path) -> str:
        """What `dbstrata verify` says."""
        done = run("verify", snapshot, self.database.url)
        assert done.code in (0, 1), done.err
        return done.out


ALLOW = ("--allow", "DB*")
"""What these bundles lose is meant."""


def world(lab: Lab, folder: Path, old: str, new: str, *options: str) -> World:
    """Both schemas built, dumped, and bundled."""
    databases = lab.database(old), lab.database(new)
    paths = folder / "a.json", folder / "b.json"
    for database, path in zip(databases, paths, strict=True):
        assert run("dump", "postgres", database.url, "-o", path).code == 0
    target = folder / "release"
    done = run("bundle", *paths, "-o", target, *(options or ALLOW))
    assert done.code == 0, done.err
    return World(open_bundle(str(target)), target, databases[0], *paths)
