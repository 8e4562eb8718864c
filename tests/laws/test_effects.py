"""Law: what `effects` says of a step is what a real server does.

Each file of tests/effects holds a loaded schema, every attribute away from its default, and after each `-- to: title`
what makes another one of it. The plans there and back, and those from nothing and to nothing, are run statement by
statement on a copy; after each the catalog is dumped, and it must be what `effects` predicts, attribute by attribute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres
from dbstrata.snapshots.postgres import Snapshot

from ..stepwise import Seen, step_by_step

DATA = Path(__file__).parents[1] / "effects"
FAMILIES = sorted(path.stem for path in DATA.glob("*.sql") if path.stem != "roles")


def sections(text: str, major: int) -> dict[str, str]:
    """SQL by title, for a server of that version: `-- since N` and `-- before N` hold up to `-- end`."""
    found: dict[str, list[str]] = {"loaded": []}
    title, heard = "loaded", True
    for line in text.splitlines():
        word, _, rest = line.removeprefix("-- ").partition(" ")
        if not line.startswith("-- "):
            if heard:
                found[title].append(line)
        elif word == "to:" and heard:
            title = rest
            assert title not in found
            found[title] = []
        elif word in ("since", "before"):
            heard = (major >= int(rest)) == (word == "since")
        elif word == "end":
            heard = True
    return {title: "\n".join(lines) for title, lines in found.items()}


@dataclass
class Bench:
    """One server with the loaded schemas of the families, each in a database to copy."""

    server: EmbeddedPostgres
    major: int
    seen: Seen = field(default_factory=Seen)
    done: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    loaded: dict[str, tuple[dict[str, str], Snapshot]] = field(default_factory=dict)

    def scenarios(self, family: str) -> list[str]:
        """Its titles."""
        return list(self._load(family)[0])

    def _load(self, family: str) -> tuple[dict[str, str], Snapshot]:
        if family not in self.loaded:
            parts = sections((DATA / f"{family}.sql").read_text(), self.major)
            self.server.create_database(f"fx_{family}")
            with self._connect(f"fx_{family}") as connection:
                connection.execute(parts["loaded"].encode())
                snapshot = read(connection)
            assert not [o.identity() for o in snapshot.objects if o.kind == "unmodelled"]
            self.loaded[family] = parts, snapshot
        return self.loaded[family]

    def _connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.server.url(database), autocommit=True)

    def run(self, family: str, title: str) -> list[str]:
        """What went other than predicted."""
        if (family, title) not in self.done:
            parts, loaded = self._load(family)
            template = f"fx_{family}" if title != "loaded" else "template0"
            with self._connect("postgres") as connection:
                connection.execute(f"CREATE DATABASE fx_run TEMPLATE {template}".encode())
            try:
                with self._connect("fx_run") as connection:
                    self.done[family, title] = self._there_and_back(connection, parts[title], loaded, title)
            finally:
                with self._connect("postgres") as connection:
                    connection.execute(b"DROP DATABASE fx_run WITH (FORCE)")
        return self.done[family, title]

    def _there_and_back(
        self, connection: "psycopg.Connection[tuple[object, ...]]", sql: str, loaded: Snapshot, title: str
    ) -> list[str]:
        """From the other schema to the loaded one, and from that one to the other."""
        if title != "loaded":
            connection.execute(sql.encode())
        other = read(connection)
        wrong: list[str] = []
        for old, new in ((other, loaded), (loaded, other)):
            seen, found = step_by_step(connection, old, new)
            self.seen.add(seen)
            wrong += found
            if any("\n" in line and "psycopg" in line for line in found):
                break
        return wrong


@pytest.fixture(scope="session")
def bench(postgres: EmbeddedPostgres) -> Iterator[Bench]:
    yield Bench(postgres, 18)


@pytest.mark.parametrize("family", FAMILIES)
def test_effects(bench: Bench, family: str) -> None:
    wrong = [f"{title}: {line}" for title in bench.scenarios(family) for line in bench.run(family, title)]
    assert not wrong, "\n".join(wrong)
