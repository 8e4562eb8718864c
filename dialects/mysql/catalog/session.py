"""One look at a catalog: fixed settings, bulk queries, and SHOW statements many to a packet.

There is no snapshot of DDL: the lists of what there is are compared before and after, and the reading begins again.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pymysql

from ...attempts import CatalogChanged
from ..connection import Server

__all__ = ["Catalog", "Row"]

PACKET = 200
"""SHOW statements to a packet: what that saves is the round trip of each."""

SETTINGS = {
    "mysql": ("information_schema_stats_expiry = 0", "show_gipk_in_create_table_and_information_schema = ON"),
    "mariadb": (),
}
"""What the text depends on besides, by flavour. A server that is older than one of them says 1193."""
UNKNOWN_SETTING = 1193
GONE = frozenset({1146, 1305, 1360, 1539, 1051, 4031})
"""No such table, routine, trigger, event: dropped since it was listed."""

Row = tuple[str | None, ...]


class Catalog:
    """A session whose settings are known, on one database."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.flavour, self.version = server.flavour, server.version_number
        self._cursor = server.connection.cursor()
        self.run("SET sql_mode = '', time_zone = '+00:00', sql_quote_show_create = 1, NAMES utf8mb4")
        for setting in SETTINGS[self.flavour]:
            try:
                self.run(f"SET {setting}")
            except pymysql.err.Error as error:
                if error.args[0] != UNKNOWN_SETTING:
                    raise

        self.ignores_case = self.rows("SELECT @@lower_case_table_names") != [("0",)]
        """Are names of databases and tables equal in whatever case?"""

    @property
    def is_mariadb(self) -> bool:
        """Which of the two flavours."""
        return self.flavour == "mariadb"

    def run(self, sql: str) -> None:
        """A statement without rows."""
        self._cursor.execute(sql)

    def rows(self, sql: str) -> list[Row]:
        """All rows of a query, as text."""
        self._cursor.execute(sql)
        return [tuple(map(_decoded, row)) for row in self._cursor.fetchall()]

    def dictionaries(self, sql: str) -> list[dict[str, str | None]]:
        """The rows of a query by the names of its columns."""
        rows = self.rows(sql)
        names = [str(column[0]) for column in self._cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def columns_of(self, query: str) -> Sequence[str] | None:
        """The names of a query's columns; None where the server fails."""
        try:
            self._cursor.execute(query)
        except pymysql.err.Error as error:
            if _is_lost(error):
                raise
            return None
        return [column[0] for column in self._cursor.description]

    def shows(self, statements: Sequence[str]) -> Iterator[Row | str]:
        """The one row of each, or, where the server fails, what it says. Raises CatalogChanged."""
        for answer in self.tables(statements):
            if not answer:
                raise CatalogChanged
            yield answer if isinstance(answer, str) else answer[0]

    def tables(self, statements: Sequence[str]) -> Iterator[list[Row] | str]:
        """The rows of each, or, where the server fails, what it says. Raises CatalogChanged."""
        done = 0
        while done < len(statements):
            for answer in self._packet(statements[done : done + PACKET]):
                yield answer
                done += 1

    def _packet(self, statements: Sequence[str]) -> Iterator[list[Row] | str]:
        """Answers up to the first failure, that one included: the server leaves out all that come after."""
        cursor = self._cursor
        try:
            cursor.execute(";".join(statements))
            while True:
                yield [tuple(map(_decoded, row)) for row in cursor.fetchall()]
                if not cursor.nextset():
                    return
        except pymysql.err.Error as error:
            if _number(error) in GONE:
                raise CatalogChanged(str(error)) from error
            if _is_lost(error):
                raise
            yield f"error {_number(error)}: {error.args[-1]}"


def _number(error: pymysql.err.Error) -> int:
    return error.args[0] if error.args else 0


def _is_lost(error: pymysql.err.Error) -> bool:
    """Is it the connection, and not what was asked?"""
    return isinstance(error, pymysql.err.InterfaceError) or _number(error) in range(2000, 3000)


def _decoded(value: Any) -> str | None:
    """Text; bytes that are no UTF-8 (MariaDB's defaults of binary strings) as lone surrogates."""
    return None if value is None else bytes(value).decode("utf-8", "surrogateescape")
