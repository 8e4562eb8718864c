"""Rehearsals of many pairs of schemas: how many pass, and what stops the others.

python -m tests.bundle.rehearsals postgres|mysql|mariadb     all pairs, with the servers that the tests use
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from ..cli.commands import run
from ..lab import Case, Lab
from ..mysql_servers import server_of
from .grounds import Ground, NotBuilt, bundled, on_mysql, on_postgres, pairs


class Rehearsed(NamedTuple):
    """One pair."""

    name: str
    outcome: str
    """passed, refused (no bundle is made), not built, or failed."""
    said: str = ""


def rehearsed(ground: Ground, case: Case) -> Rehearsed:
    """A bundle of the pair, rehearsed on the scratch server."""
    with tempfile.TemporaryDirectory(prefix="dbstrata-rehearsed-") as folder:
        try:
            made = bundled(ground, Path(folder), case)
        except NotBuilt as error:
            return Rehearsed(case.name, "not built", str(error))
        except AssertionError as error:
            return Rehearsed(case.name, "refused", str(error))
        done = run("rehearse", made.path, "--scratch", ground.scratch)
        return Rehearsed(case.name, "passed" if done.code == 0 else "failed", done.err.strip())


def all_rehearsed(flavour: str, cases: Iterable[Case]) -> Iterator[Rehearsed]:
    """Each, on a server of that kind."""
    if flavour == "postgres":
        with EmbeddedPostgres() as server:
            lab = Lab(server)
            for case in cases:
                with on_postgres(lab) as ground:
                    yield rehearsed(ground, case)
            lab.close()
        return
    with server_of(flavour) as my_server:
        for case in cases:
            with on_mysql(my_server) as ground:
                yield rehearsed(ground, case)


def main() -> None:
    """Print each, and the count."""
    counts: dict[str, int] = {}
    for one in all_rehearsed(sys.argv[1], pairs(sys.argv[1])):
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
        print(one.outcome, one.name, one.said, sep="\t", flush=True)
    print(counts)


if __name__ == "__main__":
    main()
