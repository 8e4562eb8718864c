"""Law: what `effects` says of a step is what MySQL and MariaDB do.

Each file of tests/effects_mysql holds a loaded schema, its attributes away from their defaults, and after each
`-- to: title` what makes another one of it; those named after a flavour are for it alone. The plans there
and back, and those from nothing and to nothing, are run statement by statement; after each the catalog is dumped, and
it must be what `effects` predicts, attribute by attribute.
"""

import os
import re
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql
import pytest

from dbstrata.dialects.mysql import rules
from dbstrata.dialects.mysql.catalog import read
from dbstrata.dialects.mysql.client import commands
from dbstrata.dialects.mysql.connection import Server, connection
from dbstrata.dialects.mysql.dialect import DIALECT
from dbstrata.engine.protocol import Dialect
from dbstrata.templates.render import render_settings

from ..mysql_servers import MyDatabase, MyServer, fresh
from ..stepwise import Seen, missing, run_stepwise
from .test_effects import sections

DATA = Path(__file__).parents[1] / "effects_mysql"
FLAVOURS = ("mysql", "mariadb")
FAMILIES = sorted(path.stem for path in DATA.glob("*.sql"))


@dataclass(frozen=True)
class Ground:
    """A database of either flavour: one session that runs, one that reads."""

    session: "pymysql.connections.Connection[Any]"
    reader: Server
    dialect: Dialect = DIALECT
    refused: type[Exception] = pymysql.err.Error

    def read(self) -> Any:
        """Its snapshot, privileges included."""
        return read(self.reader, privileges=True)

    def run(self, sql: str) -> None:
        """As `apply` does it."""
        with self.session.cursor() as cursor:
            for command in commands(sql):
                cursor.execute(command)

    def unknown(self, attribute: str, value: object) -> bool:
        """Of a column whose charset was not its table's: whether it was said, or the table's was another one once."""
        return attribute == "charset_apart" and value is True


@dataclass
class Bench:
    """One server, two accounts, and what was done."""

    server: MyServer
    accounts: dict[str, str]
    seen: Seen = field(default_factory=Seen)
    done: dict[str, list[str]] = field(default_factory=dict)

    def run(self, family: str) -> list[str]:
        """What went other than predicted."""
        if family not in self.done:
            text = (DATA / f"{family}.sql").read_text(encoding="utf-8")
            for name, account in self.accounts.items():
                text = text.replace(f"{{{name}}}", account)
            self.done[family] = list(self._family(sections(text, 0)))
        return self.done[family]

    def _family(self, parts: dict[str, str]) -> Iterator[str]:
        """The loaded schema from nothing, then each other one there and back, then to nothing: all in one database.

        From nothing comes first, for what is granted on a table outlives it."""
        with ExitStack() as stack:
            ground = self._ground(stack, "")
            empty, loaded = ground.read(), self._read(parts["loaded"])
            wrong = yield from self._judged(ground, empty, loaded, "from nothing")
            for title, sql in list(parts.items())[1:]:
                other = self._read(f"{parts['loaded']}\n{sql}")
                for old, new in ((loaded, other), (other, loaded)):
                    if wrong:
                        ground = self._ground(stack, parts["loaded"] + (f"\n{sql}" if old is other else ""))
                    wrong = yield from self._judged(ground, old, new, title)
            yield from self._judged(ground, loaded, empty, "to nothing")

    def _ground(self, stack: ExitStack, sql: str) -> Ground:
        database = stack.enter_context(fresh(self.server))
        database.script(sql)
        return stack.enter_context(_ground(database))

    def _read(self, sql: str) -> Any:
        """The snapshot of a database that this makes."""
        with fresh(self.server) as database:
            database.script(sql)
            with connection(database.url) as reader:
                return read(reader, privileges=True)

    def _judged(self, ground: Ground, old: Any, new: Any, title: str) -> Generator[str, None, bool]:
        """Tells what was wrong, and whether anything was: then the database is not what it should be."""
        seen, wrong = run_stepwise(ground, old, new)
        self.seen.add(seen)
        yield from (f"{title}: {line}" for line in wrong)
        return bool(wrong)


@contextmanager
def _ground(database: MyDatabase) -> Generator[Ground]:
    with database.server.connect(database.name) as session, connection(database.url) as reader:
        ground = Ground(session, reader)
        before, _ = render_settings(DIALECT.name, transaction=False, lock_timeout="10s")
        ground.run("\n".join(before))
        yield ground


@pytest.fixture(scope="module")
def bench(my_server: MyServer) -> Iterator[Bench]:
    accounts = {name: f"'dbstrata_fx_{os.getpid()}_{name}'@'%'" for name in ("one", "two")}
    my_server.execute(*(f"CREATE USER {account}" for account in accounts.values()))
    yield Bench(my_server, accounts)
    my_server.execute(*(f"DROP USER {account}" for account in accounts.values()))


def families(flavour: str) -> list[str]:
    """Those that make sense there."""
    others = set(FLAVOURS) - {flavour}
    return [family for family in FAMILIES if family.partition("_")[0] not in others]


@pytest.mark.parametrize("family", FAMILIES)
def test_effects(bench: Bench, family: str) -> None:
    if family not in families(bench.server.flavour):
        pytest.skip(f"not on {bench.server.flavour}")
    wrong = bench.run(family)
    assert not wrong, "\n".join(wrong)


_NONE = "no statement of either makes one, or the manual has it and no server prints it"
_HINTS = "a rename follows a hint: test_renames judges it, as a whole"
_ELSEWHERE = "no pair here names another database; test_catalog reads one"
_ENTERPRISE = "MySQL's JavaScript, which Community has not"
_BOTH = {
    **dict.fromkeys(("check: comment", "foreign_key: comment", "trigger: comment", "view: comment set"), _NONE),
    **dict.fromkeys(("database: create", "database: drop"), _NONE),
    **dict.fromkeys(("macro sequence.rename", "macro table.rename", "macro table.rename_column"), _HINTS),
    "macro view.rename": _HINTS,
    **dict.fromkeys(("foreign_key: references_outside", "foreign_key: columns_outside"), _ELSEWHERE),
    **dict.fromkeys(("function: language", "procedure: language"), _ENTERPRISE),
}
EXCEPTIONS = {
    "mysql": {
        **_BOTH,
        **dict.fromkeys(
            ("index: key_block_size", "primary_key: key_block_size"), "InnoDB keeps that of its table alone"
        ),
    },
    "mariadb": {
        **_BOTH,
        "sequence: type": "from 11.5 on",
        "trigger: update_columns": "from 11.8 on",
        "column: row_bound": "a bound of rows comes and goes by itself, and is refused otherwise",
    },
}
"""What no pair exercises, and why."""
OTHERS = {
    "mysql": (
        "column: check|column: compressed|column: row_bound|column: without_system_versioning|function: aggregate"
        "|index: without_overlaps|primary_key: without_overlaps|table: periods|table: system_versioned|trigger: head"
        "|trigger: update_columns|package|sequence|macro (package|sequence)|macro alter_table.set_(periods|versioning)"
    ),
    "mariadb": (
        "check: not_enforced|column: (charset_apart|column_format|no_default|options|srid|storage)|database: encrypted"
        "|index: (options|parser)|primary_key: options|view: columns_named|macro alter_table.(alter_check|drop_default)"
    ),
}
"""What the other flavour alone has."""


def test_every_rule_is_exercised(bench: Bench) -> None:
    for family in families(bench.server.flavour):
        bench.run(family)
    flavour = bench.server.flavour
    found = {what for what in missing(bench.seen, rules) if re.match(OTHERS[flavour], what) is None}
    assert found == {what for what in EXCEPTIONS[flavour] if re.match(OTHERS[flavour], what) is None}
