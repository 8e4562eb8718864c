"""One consistent look at a PostgreSQL catalog: one transaction, fixed settings, set-based queries.

The transaction does not freeze pg_get_*def() and its kin, which read the catalog of this moment (manual, "System
Catalog Information Functions"). When DDL runs meanwhile they give NULL or fail with XX000: `CatalogChanged`, and
`attempts` starts the reading again.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

from ...attempts import CatalogChanged
from .ahead import Ahead

__all__ = ["Catalog", "Queries", "Since", "present"]


SETTINGS = {
    "search_path": "",
    "quote_all_identifiers": "off",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmlbinary": "base64",
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "jit": "off",
}
"""What the text of an expression depends on besides the catalog. With an empty search_path every name is qualified."""

Params = Sequence[Any] | Mapping[str, Any] | None

Since = dict[str, tuple[int, str, str]]
"""Parts of a query by name: (server version that knows it first, how it is written, what stands there before)."""

Queries = tuple[tuple[str, Since | None], ...]
"""Each with what of it depends on the version."""

T = TypeVar("T")


def present(value: T | None) -> T:
    """What pg_get_*def() or pg_get_expr() gave: NULL for what has been dropped since the transaction began."""
    if value is None:
        raise CatalogChanged
    return value


@contextmanager
def ahead(connection: "psycopg.Connection[Any]") -> Generator[Ahead | None]:
    """None where this libpq can't: then every query is sent when its answer is wanted."""
    if not Ahead.supported():
        yield None
        return
    asked = Ahead(connection)
    try:
        yield asked
    finally:
        asked.close()


class Catalog:
    """A read-only transaction on one database."""

    def __init__(self, connection: "psycopg.Connection[Any]", ahead: Ahead | None = None) -> None:
        self.connection = connection
        self.version = connection.info.server_version
        """As the server counts: 180006."""
        self._ahead = ahead
        self._merger = psycopg.ClientCursor(connection)
        self._merged: dict[str, tuple[Params, bytes]] = {}
        """The last text of each query with parameters, and those: what is asked ahead is taken by the same words."""

    @classmethod
    @contextmanager
    def open(cls, connection: "psycopg.Connection[Any]") -> Generator["Catalog"]:
        """A REPEATABLE READ READ ONLY transaction with SETTINGS. The connection must not be in a transaction."""
        before = connection.isolation_level, connection.read_only
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        try:
            with connection.transaction(force_rollback=True):
                pairs = [part for pair in SETTINGS.items() for part in pair]
                settings = "SELECT " + ", ".join(["set_config(%s, %s, true)"] * len(SETTINGS))
                connection.execute(settings.encode(), pairs)
                with ahead(connection) as asked:
                    yield cls(connection, asked)
        finally:
            if not connection.closed:
                connection.isolation_level, connection.read_only = before

    def ask(self, queries: Queries, params: Params = None) -> None:
        """Have the server work on them; `rows`, called alike, takes the answers. In that order it is quickest."""
        if self._ahead is not None:
            for sql, since in queries:
                self._ahead.ask(self._text(sql, params if "%(" in sql else None, since))

    def rows(self, sql: str, params: Params = None, since: Since | None = None) -> list[tuple[Any, ...]]:
        """All rows. `{name}` in the query is replaced from `since`, after this server's version."""
        text = self._text(sql, params, since)
        try:
            return self._ahead.rows(text) if self._ahead is not None else self.connection.execute(text).fetchall()
        except psycopg.errors.InternalError_ as error:
            raise CatalogChanged(str(error)) from error

    def _text(self, sql: str, params: Params, since: Since | None) -> bytes:
        for name, (version, new, old) in (since or {}).items():
            sql = sql.replace("{" + name + "}", new if self.version >= version else old)
        if params is None:
            return sql.encode()
        known = self._merged.get(sql)
        if known is None or known[0] != params:
            known = self._merged[sql] = params, self._merger.mogrify(sql.encode(), params).encode()
        return known[1]
