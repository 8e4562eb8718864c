"""A workbench for the laws: states of schemas on a real server, scripts between them, and the judges.

Plans are made in this process; scripts are run by stock psql, and pg_dump says what came out.
"""

import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from dbstrata.cli.plans import make_script
from dbstrata.cli.sources import EMPTY, Pair
from dbstrata.cli.sources import pair as read_pair
from dbstrata.dialects.postgres import catalog
from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres
from dbstrata.engine.compare import compare
from dbstrata.engine.schema import Schema
from dbstrata.snapshots import format
from dbstrata.snapshots.naming import Identity, identity

from .servers import Database, canonical_dump, create_database

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
SHARED = Path(os.environ["DBSTRATA_SHARED"]) if os.environ.get("DBSTRATA_SHARED") else None
"""A folder of further schema pairs, outside the repository."""


@dataclass(frozen=True)
class Case:
    """Two schemas, as SQL on an empty database."""

    name: str
    a: str
    b: str
    prereq: str = ""
    """Roles, once a server."""
    seed_a: str = ""
    """Rows for A."""
    refuses: str = ""
    """What is said where one of the two directions is refused, and that it is."""
    replaces: str = ""
    """Columns that lose their rows though both sides have them: the server knows no other way."""
    unmodelled: str = ""
    """What both sides have, and no model covers: it must be there before the rest is built."""
    since: str = "0"
    """The first version of PostgreSQL that knows what is in it, as server_version_num."""
    copies: str = ""
    """Tables, partitions and sequences that are made anew, and whose rows are copied: no ALTER partitions a table."""


def read_case(folder: Path) -> Case:
    """A folder of tests/cases."""
    files = {path.name.removesuffix(".sql"): path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return Case(folder.name, **files)


def all_cases() -> list[Case]:
    """Every folder of tests/cases."""
    return [read_case(folder) for folder in sorted(CASES.iterdir()) if folder.is_dir()]


def shop() -> Case:
    """The two versions of the demo's web shop, about 40 tables each."""
    demo = ROOT / "cli" / "demo"
    texts = [(demo / f"shop_v{version}.sql").read_text(encoding="utf-8") for version in (1, 2)]
    return Case("shop", texts[0], texts[1], seed_a=(demo / "rows.sql").read_text(encoding="utf-8"))


def pagila() -> Case:
    """Two releases of a schema that nobody here wrote; needs the shared folder."""
    assert SHARED is not None
    texts = [(SHARED / "cases" / "real" / f"pagila_{year}.sql").read_text(encoding="utf-8") for year in (2022, 2026)]
    return Case("pagila", texts[0], texts[1])


@dataclass(frozen=True)
class State:
    """A schema: as dbstrata dumped it, and as pg_dump did."""

    snapshot: Any
    statements: list[str]

    @cached_property
    def schema(self) -> Schema:
        """As the engine sees it."""
        return Schema(self.snapshot)

    @cached_property
    def encoded(self) -> bytes:
        """The file."""
        return format.encode(self.snapshot)


def dump(database: Database) -> Any:
    """What `dbstrata dump` writes and reads again."""
    with psycopg.connect(database.url) as connection:
        return format.decode(format.encode(catalog.read(connection)), database.name)


def look(database: Database) -> State:
    """What it is now."""
    return State(dump(database), canonical_dump(database.pg_dump()))


def script(old: State, new: State, *, rollback: bool = False) -> str:
    """`dbstrata script`; rollback: how the script is titled, for it is always the way from old to new."""
    return make_script(Pair(old.snapshot, new.snapshot, old.snapshot, new.snapshot), rollback=rollback)


def build(state: State, folder: Path, *, allow: Iterable[str] = ()) -> str:
    """`dbstrata build`."""
    file = folder / "build.json"
    format.write(state.snapshot, file)
    return make_script(read_pair(EMPTY, str(file)), title="build", allow=allow)


def differences(old: State | Any, new: State) -> list[tuple[Identity, tuple[str, ...]]]:
    """What `compare` says, shortly."""
    before = old.schema if isinstance(old, State) else Schema(old)
    return [(change.identity, change.attributes) for change in compare(before, new.schema, same=DIALECT.same)]


def assert_is(database: Database, wanted: State) -> None:
    """Both judges agree that the database is that schema."""
    found = look(database)
    assert found.statements == wanted.statements, delta(wanted.statements, found.statements)
    assert differences(found, wanted) == []


def delta(wanted: Iterable[str], found: Iterable[str]) -> str:
    """What is missing from a dump (-), and what it has beyond (+)."""
    want, have = Counter(wanted), Counter(found)
    missing, beyond = ("\n".join(side).splitlines() for side in (want - have, have - want))
    lines = unified_diff(missing, beyond, n=1, lineterm="")
    return "\n".join(list(lines)[2:])


class Lab:
    """Databases on one server, quickly made, and gone in the end."""

    _numbers = itertools.count(1)

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self._folder = tempfile.TemporaryDirectory(prefix="dbstrata-lab-")
        self._admin = psycopg.connect(server.url(), autocommit=True)
        self._made: list[Database] = []
        self._known: dict[tuple[str, str], State] = {}

    @property
    def version(self) -> int:
        """The server's, as server_version_num."""
        return self._admin.info.server_version

    @property
    def folder(self) -> Path:
        """For files."""
        return Path(self._folder.name)

    def database(self, *sql: str, copy: Database | None = None) -> Database:
        """A new database, in which the SQL has run; empty, or a copy of another that nobody is connected to."""
        database = Database(self.server, f"lab_{next(self._numbers)}")
        create_database(self._admin, database.name, copy.name if copy else "template0")
        self._made.append(database)
        for text in filter(None, sql):
            database.psql(text)
        return database

    def pair(self, case: Case) -> tuple[Database, Database]:
        """The case's two databases."""
        self.prepare(case)
        return self.database(case.a), self.database(case.b)

    def states(self, case: Case) -> tuple[Database, Database, State, State]:
        """The two databases, and what they hold, looked at once a case: a dump is the same each time (law 4)."""
        on_a, on_b = self.pair(case)
        return on_a, on_b, self._state(on_a, case.a, case), self._state(on_b, case.b, case)

    def _state(self, database: Database, sql: str, case: Case) -> State:
        key = (case.prereq, sql)
        if key not in self._known:
            self._known[key] = look(database)
        return self._known[key]

    def prepare(self, case: Case) -> None:
        """The roles that it needs, unless they are there."""
        if case.prereq:
            with psycopg.connect(self.server.url(), autocommit=True) as connection:
                for statement in _statements(case.prereq):
                    try:
                        connection.execute(statement.encode())
                    except psycopg.errors.DuplicateObject:
                        continue

    def run(self, database: Database, text: str) -> None:
        """Run a script as a user would."""
        file = self.folder / "script.sql"
        file.write_text(text, encoding="utf-8")
        database.script(file)

    def drop(self, database: Database) -> None:
        """Drop one before the end of the test."""
        self._made.remove(database)
        self._admin.execute(f"DROP DATABASE {database.name} WITH (FORCE)".encode())

    def clear(self) -> None:
        """Drop all databases that were made."""
        for database in list(self._made):
            self.drop(database)

    def close(self) -> None:
        """Leave nothing."""
        self.clear()
        self._admin.close()
        self._folder.cleanup()


# ---------------------------------------------------------------------- what holds rows

PLACES = """
    SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' WHEN a.attname IS NULL THEN 'table' ELSE 'column' END,
           n.nspname, c.relname, a.attname, c.oid::text || '/' || coalesce(a.attnum, 0)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
        SELECT attname, attnum FROM pg_attribute
        WHERE c.relkind <> 'S' AND attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        UNION ALL SELECT NULL, NULL) AS a ON true
    WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"""
"""Where rows are: what keeps its oid and number keeps them."""


def places(database: Database) -> dict[Identity, str]:
    """Tables, their columns and sequences, each with what stays the same while its rows are kept."""
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(PLACES).fetchall()
    return {identity(kind, *filter(None, path)): place for kind, *path, place in rows}


def unnamed_losses(text: str, old: State, before: Mapping[Identity, str], after: Mapping[Identity, str]) -> list[str]:
    """The places whose rows are gone, and that no line `DATA LOSS` of the script names.

    A column goes with its table, an inherited one with the parent's, a sequence with the column that owns it.
    """
    named = "".join(line.replace("_", " ") for line in text.splitlines() if line.startswith("-- DATA LOSS: "))
    gone = [where for where, place in before.items() if place not in after.values()]
    by_sequence = {getattr(obj, "sequence", None): i for root in old.schema.roots for i in old.schema.descendants(root)
                   if (obj := old.schema.get(i)) is not None}  # fmt: skip

    def is_named(where: Identity) -> bool:
        if f" {where.replace('_', ' ')}: " in named:
            return True
        obj = old.schema.get(where)
        above = [old.schema.parent(where), getattr(obj, "owned_by", None), *getattr(obj, "derived_from", ())]
        above.append(by_sequence.get(where.partition(" ")[2]))
        return any(is_named(other) for other in above if other is not None)

    return [where for where in gone if not is_named(where)]


def copied(where: str, case: Case) -> bool:
    """Is the place one of a table whose rows are copied?"""
    name = where.rpartition(" ")[2]
    return any(name == listed or name.startswith(f"{listed}.") for listed in case.copies.split())


def replaced(before: Mapping[Identity, str], wanted: Iterable[Identity], after: Mapping[Identity, str]) -> list[str]:
    """The places that both sides have, and that are not what they were."""
    both = before.keys() & set(wanted)
    return sorted(where for where in both if after.get(where) != before[where])


def _statements(text: str) -> list[str]:
    """Of roles' SQL; a DO block stays whole, and then so does all of it."""
    return [text] if "$$" in text else [part for part in text.split(";") if part.strip()]
