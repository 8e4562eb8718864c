"""A session that runs a bundle on MySQL or MariaDB, and scratch databases to try one on."""

import hashlib
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ...snapshots.errors import Refused, ServerFailed
from ...snapshots.model import Header, Identity
from ...snapshots.naming import parts_of
from ...templates.render import render_query
from ..sessions import taken, watched
from .catalog import read
from .client import commands
from .connection import FLAVOURS, Server, beside, connect, explained
from .rows import empty, fill, quoted

if TYPE_CHECKING:
    from ...snapshots.mysql import Snapshot

__all__ = ["Executor", "open_executor", "scratch"]

HISTORY = "dbstrata_history"
PATIENCE = 3
"""Seconds to wait for the lock: the server may need a moment to see that the session before ours is gone."""
LONGEST_LOCK_NAME = 64

SESSION = "SET NAMES utf8mb4, sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"

HOLDER = """
    SELECT CONCAT('process ', ID, ' of ', USER, ' from ', HOST, ', ', LOWER(COMMAND), ' for ', TIME, ' s')
    FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK(%s)"""

PROGRESS = {
    "mysql": """
    SELECT s.EVENT_NAME, ROUND(100 * s.WORK_COMPLETED / NULLIF(s.WORK_ESTIMATED, 0))
    FROM performance_schema.events_stages_current s JOIN performance_schema.threads t USING (THREAD_ID)
    WHERE t.PROCESSLIST_ID = %s AND s.WORK_ESTIMATED IS NOT NULL""",
    "mariadb": """
    SELECT CONCAT(STATE, ', stage ', STAGE, ' of ', MAX_STAGE), ROUND(PROGRESS)
    FROM information_schema.PROCESSLIST WHERE ID = %s AND MAX_STAGE > 0""",
}
STATE = "SELECT STATE, NULL FROM information_schema.PROCESSLIST WHERE ID = %s AND STATE LIKE 'Waiting for %%'"

MAKE_HISTORY = f"""
    CREATE TABLE IF NOT EXISTS {HISTORY} (
        at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), who varchar(300) NOT NULL,
        verb varchar(20) NOT NULL, from_fingerprint char(64) NOT NULL, to_fingerprint char(64) NOT NULL,
        manifest char(64) NOT NULL, dbstrata varchar(60) NOT NULL) CHARACTER SET utf8mb4"""

RECORD = f"""
    INSERT INTO {HISTORY} (who, verb, from_fingerprint, to_fingerprint, manifest, dbstrata)
    VALUES (USER(), %(verb)s, %(from)s, %(to)s, %(manifest)s, %(dbstrata)s)"""


class Executor:
    """One connection. Every statement commits by itself: there is no transaction to undo."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.where = server.where
        self.server = f"{server.flavour} {server.version}"
        self.midway = False
        self.run(SESSION)
        ((self._process,),) = self._rows("SELECT CONNECTION_ID()")

    def dump(self, like: Header) -> "Snapshot":
        """The snapshot, in the scope of that header and without what that one did not read."""
        definer = "strip" if "definer" in like.not_read else "keep"
        try:
            with explained(self.where):
                return read(self._server, like.scope, privileges="acl" not in like.not_read, definer=definer)
        finally:
            with suppress(ServerFailed):
                self.run(SESSION)

    def hold(self) -> None:
        """Take the named lock, which goes with the session. Raises Refused if another session has it."""
        name = lock_name(self._server.database)
        if self._rows("SELECT GET_LOCK(%s, %s)", (name, PATIENCE)) != [("1",)]:
            holders = [str(holder) for (holder,) in self._rows(HOLDER, (name,))]
            raise taken(self.where, holders)

    def run(self, sql: str) -> None:
        """Have it done, command by command."""
        self.midway = False
        with explained(self.where), self._server.connection.cursor() as cursor:
            for command in commands(sql):
                cursor.execute(command)
                self.midway = self.midway or not command.startswith("SET ")
        self.midway = False

    def rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """The answer to a query, as text."""
        return self._rows(sql)

    def _rows(self, sql: str, facts: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with explained(self.where), self._server.connection.cursor() as cursor:
            cursor.execute(sql, facts)
            return [tuple(map(_text, row)) for row in cursor.fetchall()]

    def watching(self, tell: Callable[[str], None]) -> AbstractContextManager[None]:
        """What the server says of our session: a second session looks, if it takes long enough."""
        return watched(_looking(self._server, self._process, tell), unless=Exception)

    def undo(self) -> None:
        """Nothing can be."""

    def cancel(self) -> None:
        """KILL QUERY, from a second session."""
        with suppress(Exception), self._server.another() as other, other.cursor() as cursor:
            cursor.execute(f"KILL QUERY {self._process}")

    def holders(self, identities: Sequence[str]) -> list[str]:
        """Who holds locks on these tables, in words; nobody, where the user may not know."""
        tables = sorted({parts_of(Identity(i))[0] for i in identities})
        with suppress(ServerFailed):
            asked = render_query("mysql", "checks.waited_for", flavour=self._server.flavour, tables=tables)
            return [str(holder) for (holder,) in self._rows(asked)]
        return []

    def missing_roles(self, roles: Sequence[str]) -> list[str]:
        """Those of the accounts that the server doesn't have."""
        if not roles:
            return []
        return [str(name) for name, _ in self._rows(render_query("mysql", "checks.accounts", names=roles))]

    def record(self, entry: Mapping[str, str]) -> None:
        """A row in HISTORY."""
        self.run(MAKE_HISTORY)
        self._rows(RECORD, entry)

    def fill(self) -> tuple[dict[str, int], list[str]]:
        """Rows where tables take some."""
        return fill(self._server)

    def empty(self, table: str) -> None:
        """All rows out, and those that refer to them."""
        empty(self._server, table)

    def count(self, table: str) -> int:
        """How many rows it has."""
        ((count,),) = self._rows(f"SELECT COUNT(*) FROM {quoted(table)}")
        return int(count)


def lock_name(database: str) -> str:
    """Of GET_LOCK, which is the whole server's and takes 64 characters."""
    name = f"dbstrata {database}"
    if len(name) <= LONGEST_LOCK_NAME:
        return name
    return f"dbstrata {hashlib.sha256(database.encode()).hexdigest()[:50]}"


def _text(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


@contextmanager
def _looking(worker: Server, process: str, tell: Callable[[str], None]) -> Generator[Callable[[], None]]:
    with worker.another() as other, other.cursor() as cursor:

        def look() -> None:
            for query in (PROGRESS[worker.flavour], STATE):
                cursor.execute(query, (process,))
                for phase, part in cursor.fetchall():
                    tell(_text(phase) if part is None else f"{_text(phase)}: {_text(part)} %")

        yield look


@contextmanager
def open_executor(url: str) -> Generator[Executor]:
    """A session, closed in the end; whoever else is at work is not waited for."""
    server = connect(url)
    try:
        yield Executor(server)
    finally:
        with suppress(Exception):
            server.connection.close()


NAME = "dbstrata_rehearsal"
"""Behind it comes the number of our process: two can rehearse at once."""


@contextmanager
def scratch(url: str | None, like: Header, roles: Sequence[str]) -> Generator[str]:
    """The URL of an empty database, dropped in the end. Without a URL, on a server of our own, where accounts are
    made."""
    if url is not None:
        with _database_on(url, like, roles) as made:
            yield made
        return
    from .local import started

    with started(like.flavour, "--skip-networking") as server:
        _make_accounts(server.url, roles)
        with _database_on(server.url, like, roles) as made:
            yield made


def _make_accounts(url: str, names: Sequence[str]) -> None:
    """What has no host is a role."""
    with open_executor(url) as session:
        for name in session.missing_roles(names):
            session.run(f"CREATE {'USER' if '@' in name else 'ROLE'} {name}")


@contextmanager
def _database_on(url: str, like: Header, roles: Sequence[str]) -> Generator[str]:
    """A database of that name beside the one of the URL; Refused if there is one, or the server is of another kind."""
    server, name = connect(url, anywhere=True), f"{NAME}_{os.getpid()}"
    try:
        found = Executor(server)
        if server.flavour != like.flavour:
            raise Refused(
                what=f"the scratch server is {FLAVOURS[server.flavour].title}",
                where=f"{found.where}; the bundle is for {FLAVOURS[like.flavour].title}",
                next="name another one with --scratch",
            )
        if missing := found.missing_roles(roles):
            raise Refused(
                what=f"the scratch server lacks accounts: {', '.join(missing)}",
                where=found.where,
                next="create them there, or rehearse on a server of dbstrata's own",
            )
        if found.rows(f"SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{name}'"):
            raise Refused(
                what=f"there is a database {name}: another rehearsal, or what one left",
                where=found.where,
                next=f"wait, or drop it: DROP DATABASE {name}",
            )
        collation = like.facts.get("collation_server", "")
        found.run(f"CREATE DATABASE {name}" + (f" COLLATE {collation}" if collation else ""))
        try:
            yield beside(url, name)
        finally:
            found.run(f"SET foreign_key_checks = 0; DROP DATABASE IF EXISTS {name}")
    finally:
        with suppress(Exception):
            server.connection.close()
