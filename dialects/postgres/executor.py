"""A session that runs a bundle on PostgreSQL, and scratch databases to try one on."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ...snapshots.errors import Refused, ServerFailed
from ...snapshots.model import Header, Identity
from ...snapshots.naming import parts_of, path
from ...snapshots.postgres import Snapshot
from ..sessions import taken, watched
from .catalog import read
from .connection import Connection, alongside, beside, connect, explained, where
from .rows import fill

if TYPE_CHECKING:
    from .embedded import EmbeddedPostgres

__all__ = ["Executor", "open_executor", "scratch"]

HISTORY = "public.dbstrata_history"
KEY = int.from_bytes(b"dbstrata", "big")
"""Of the advisory lock. Such locks are the database's own: two databases of a server don't meet."""

HOLDER = """
    SELECT format('process %%s of %%s, %%s, since %%s', a.pid, a.usename, nullif(a.application_name, ''),
                  to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'))
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::bigint << 32) + l.objid::bigint = %s
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"""

HOLDERS = """
    SELECT DISTINCT format('process %%s (%%s, %%s, %%s%%s) holds %%s on %%s', a.pid, a.usename,
        coalesce(nullif(a.application_name, ''), 'no name'), a.state,
        coalesce(', in a transaction since ' || to_char(a.xact_start, 'HH24:MI:SS'), ''), l.mode, l.relation::regclass)
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE l.granted AND l.pid <> pg_backend_pid()
      AND l.relation IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
    ORDER BY 1 LIMIT 5"""

PROGRESS = """
    SELECT phase, 100 * coalesce(nullif(blocks_done, 0), tuples_done)
                  / nullif(coalesce(nullif(blocks_total, 0), tuples_total), 0)
    FROM pg_catalog.pg_stat_progress_create_index WHERE pid = %s"""

MAKE_HISTORY = f"""
    CREATE TABLE IF NOT EXISTS {HISTORY} (
        at timestamptz NOT NULL DEFAULT clock_timestamp(), who text NOT NULL DEFAULT session_user,
        verb text NOT NULL, from_fingerprint text NOT NULL, to_fingerprint text NOT NULL,
        manifest text NOT NULL, dbstrata text NOT NULL)"""

RECORD = f"""
    INSERT INTO {HISTORY} (verb, from_fingerprint, to_fingerprint, manifest, dbstrata)
    VALUES (%(verb)s, %(from)s, %(to)s, %(manifest)s, %(dbstrata)s)"""


class Executor:
    """One connection, in autocommit mode: transactions are those of the text that it is given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        connection.prepare_threshold = None
        with explained(connection):  # every name is qualified, and definitions are printed so
            connection.execute("SELECT pg_catalog.set_config('search_path', '', false)")
        self.where = where(connection)
        version = connection.info.server_version
        self.server = f"postgresql {version // 10000}.{version % 10000}"
        self.midway = False

    def dump(self, like: Header) -> Snapshot:
        """The snapshot, in the scope of that header and without what that one did not read."""
        with explained(self._connection):
            wanted = {"owner": "owner" not in like.not_read, "privileges": "acl" not in like.not_read}
            return read(self._connection, like.scope, **wanted)

    def hold(self) -> None:
        """Take the advisory lock, which goes with the session. Raises Refused if another session has it."""
        with explained(self._connection):
            ((got,),) = self._connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", [KEY]).fetchall()
            if not got:
                holders = [row[0] for row in self._connection.execute(HOLDER, [KEY])]
                raise taken(self.where, holders)

    def run(self, sql: str) -> None:
        """Have it done. Without parameters the text goes as it stands, however many statements it is."""
        with explained(self._connection):
            self._connection.execute(sql.encode())

    def rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """The answer to a query."""
        with explained(self._connection):
            return self._connection.execute(sql.encode()).fetchall()

    def watching(self, tell: Callable[[str], None]) -> AbstractContextManager[None]:
        """What pg_stat_progress_create_index says of our session: a second session looks, if it takes long enough."""
        return watched(_looking(self._connection, tell), unless=ServerFailed)

    def undo(self) -> None:
        """ROLLBACK, where somebody is there and a transaction is open."""
        with suppress(ServerFailed), explained(self._connection):
            if not self._connection.closed and self._connection.info.transaction_status.name != "IDLE":
                self._connection.execute("ROLLBACK")

    def cancel(self) -> None:
        """Ask the server to give up what it is at."""
        self._connection.cancel_safe()

    def holders(self, identities: Sequence[str]) -> list[str]:
        """Who holds locks on these objects, in words."""
        names = {parts_of(Identity(i))[:2] for i in identities}
        relations = [path(*parts) for parts in sorted(names) if len(parts) == 2]
        with suppress(ServerFailed), explained(self._connection):
            return [row[0] for row in self._connection.execute(HOLDERS, [relations])]
        return []

    def missing_roles(self, roles: Sequence[str]) -> list[str]:
        """Those that the server doesn't have."""
        with explained(self._connection):
            found = {name for (name,) in self._connection.execute("SELECT rolname FROM pg_catalog.pg_roles")}
        return [role for role in roles if role not in found]

    def record(self, entry: Mapping[str, str]) -> None:
        """A row in HISTORY."""
        with explained(self._connection):
            self._connection.execute("SET client_min_messages = warning")
            self._connection.execute(MAKE_HISTORY.encode())
            self._connection.execute(RECORD.encode(), entry)

    def fill(self) -> tuple[dict[str, int], list[str]]:
        """Rows where tables take some."""
        return fill(self._connection)

    def count(self, table: str) -> int:
        """How many rows it has."""
        ((count,),) = self.rows(f"SELECT count(*) FROM {table}")
        return int(count)

    def empty(self, table: str) -> None:
        """All rows out, and those that refer to them."""
        self.run(f"TRUNCATE {table} CASCADE")


@contextmanager
def _looking(worker: Connection, tell: Callable[[str], None]) -> Generator[Callable[[], None]]:
    with alongside(worker) as found:

        def look() -> None:
            for phase, part in found.execute(PROGRESS, [worker.info.backend_pid]):
                tell(phase if part is None else f"{phase}: {part} %")

        yield look


@contextmanager
def open_executor(url: str) -> Generator[Executor]:
    """A session, closed in the end; whoever else is at work is not waited for."""
    connection = connect(url)
    try:
        yield Executor(connection)
    finally:
        connection.close()


@contextmanager
def scratch(url: str | None, like: Header, roles: Sequence[str]) -> Generator[str]:
    """The URL of an empty database, dropped in the end. Without a URL, on a server of our own, where roles are made."""
    if url is not None:
        with _database_on(url, roles) as made:
            yield made
        return
    from .embedded import EmbeddedPostgres

    with EmbeddedPostgres() as server:
        _make_roles(server, roles)
        server.create_database(NAME)
        yield server.url(NAME)


NAME = "dbstrata_rehearsal"


@contextmanager
def _database_on(url: str, roles: Sequence[str]) -> Generator[str]:
    """A database of that name beside the one of the URL; Refused if there is one, or roles are missing."""
    connection = connect(url)
    try:
        found = Executor(connection)
        if missing := found.missing_roles(roles):
            raise Refused(
                what=f"the scratch server lacks roles: {', '.join(missing)}",
                where=found.where,
                next="create them there, or rehearse on the embedded server",
            )
        if found.rows(f"SELECT FROM pg_catalog.pg_database WHERE datname = '{NAME}'"):
            raise Refused(
                what=f"there is a database {NAME}: another rehearsal, or what one left",
                where=found.where,
                next=f"wait, or drop it: DROP DATABASE {NAME}",
            )
        found.run(f"CREATE DATABASE {NAME} TEMPLATE template0")
        try:
            yield beside(url, NAME)
        finally:
            found.run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    finally:
        connection.close()


def _make_roles(server: "EmbeddedPostgres", roles: Sequence[str]) -> None:
    known = set(server.psql("SELECT rolname FROM pg_roles").splitlines())
    server.psql(
        "".join(f"CREATE ROLE {path(role)};" for role in roles if role not in known and not role.startswith("pg_"))
    )
