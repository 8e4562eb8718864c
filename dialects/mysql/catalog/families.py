"""All families of objects, in the order in which they are read."""

import hashlib
from collections.abc import Iterator

from ....snapshots.model import Scope, Unmodelled
from ....snapshots.mysql import Database, Table, TopLevel
from . import charsets, tables
from .scan import NotUnderstood
from .session import Catalog

__all__ = ["read"]

DATABASE = """
    SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA
    WHERE SCHEMA_NAME = DATABASE()"""

RELATIONS = """
    SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME"""


def read(catalog: Catalog, scope: Scope) -> list[TopLevel]:
    """All objects in scope, in no order."""
    relations = {str(name): str(kind) for name, kind in catalog.rows(RELATIONS)}
    return [*_database(catalog), *_tables(catalog, [n for n, kind in relations.items() if kind in TABLES])]


TABLES = frozenset({"BASE TABLE", "SYSTEM VERSIONED"})


def _database(catalog: Catalog) -> Iterator[Database]:
    for charset, collation in catalog.rows(DATABASE):
        yield Database(charset=charsets.canonical(str(charset)), collation=charsets.canonical(str(collation)))


def quoted(name: str) -> str:
    """As both servers quote it."""
    return "`" + name.replace("`", "``") + "`"


def _tables(catalog: Catalog, names: list[str]) -> Iterator[Table | Unmodelled]:
    known = charsets.read(catalog)
    texts = catalog.shows([f"SHOW CREATE TABLE {quoted(name)}" for name in names])
    for name, answer in zip(names, texts, strict=True):
        if isinstance(answer, str):
            yield unmodelled("table", name, answer, answer)
            continue
        text = str(answer[1])
        try:
            reading = tables.read(text, known, is_mariadb=catalog.is_mariadb, database=catalog.server.database)
        except NotUnderstood as error:
            yield unmodelled("table", name, text, str(error))
        else:
            yield reading.table


def unmodelled(kind: str, name: str, text: str, reason: str) -> Unmodelled:
    """What is not covered, with a digest of the server's text of it."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return Unmodelled(type=kind, name=name, digest=digest, reason=reason)
