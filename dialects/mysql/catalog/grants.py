"""Grants on the database and what is in it: the tables of the schema `mysql`."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec.structs import replace

from ....snapshots.model import Grant, Object
from ....snapshots.mysql import Database, Function, Package, Procedure, Sequence, Table, TopLevel, View
from .scan import quoted
from .session import Catalog

__all__ = ["granted"]

DATABASES = "SELECT * FROM mysql.db"
TABLES = "SELECT Host, User, Table_name, Table_priv FROM mysql.tables_priv WHERE Db = DATABASE() AND Table_priv <> ''"
COLUMNS = """
    SELECT Host, User, Table_name, Column_name, Column_priv FROM mysql.columns_priv
    WHERE Db = DATABASE() AND Column_priv <> ''"""
ROUTINES = """
    SELECT Host, User, Routine_type, Routine_name, Proc_priv FROM mysql.procs_priv
    WHERE Db = DATABASE() AND Proc_priv <> ''"""

SPELLED = {
    "CREATE TMP TABLE": "CREATE TEMPORARY TABLES",
    "CREATE TMP TABLES": "CREATE TEMPORARY TABLES",
    "DELETE VERSIONING ROWS": "DELETE HISTORY",
}
"""Privileges whose columns are called otherwise than in GRANT."""
RELATIONS = Table | View | Sequence

Obj = TypeVar("Obj", bound=Object)
Found = dict[tuple[str, ...], list[Grant]]


def granted(catalog: Catalog, objects: Iterable[TopLevel]) -> list[TopLevel]:
    """The objects, each with what is granted on it."""
    found: Found = defaultdict(list)
    _databases(catalog, found)
    for host, user, table, privileges in catalog.rows(TABLES):
        found["table", str(table)].append(_grant(user, host, str(privileges).split(",")))
    for host, user, table, column, privileges in catalog.rows(COLUMNS):
        found["column", str(table), str(column).lower()].append(_grant(user, host, str(privileges).split(",")))
    for host, user, kind, name, privileges in catalog.rows(ROUTINES):
        found[str(kind).lower(), str(name).lower()].append(_grant(user, host, str(privileges).split(",")))
    return [_with(obj, found) for obj in objects]


def _databases(catalog: Catalog, found: Found) -> None:
    """A pattern that fits other databases as well, `%` or `_` without a backslash, is none of this one's."""
    for row in catalog.dictionaries(DATABASES):
        if str(row["Db"]).replace("\\", "") == catalog.server.database:
            held = [
                name.removesuffix("_priv") for name, value in row.items() if name.endswith("_priv") and value == "Y"
            ]
            found[("database",)].append(_grant(row["User"], row["Host"], held))


def _grant(user: Any, host: Any, held: Iterable[str]) -> Grant:
    names = sorted(_spelled(name) for name in held)
    privileges = tuple(name for name in names if name != "GRANT")
    to = f"{quoted(str(user))}@{quoted(str(host))}" if host else quoted(str(user))
    return Grant(to=to, privileges=privileges, grantable=privileges if "GRANT" in names else ())


def _spelled(name: str) -> str:
    words = name.upper().replace("_", " ")
    return SPELLED.get(words, words)


def _with(obj: TopLevel, found: Found) -> TopLevel:
    if isinstance(obj, Table):
        columns = tuple(_having(c, found.get(("column", obj.name, c.name.lower()))) for c in obj.columns)
        obj = replace(obj, columns=columns)
    if isinstance(obj, RELATIONS):
        return _having(obj, found.get(("table", obj.name)))
    if isinstance(obj, Function | Procedure | Package):
        return _having(obj, found.get((obj.kind, obj.name.lower())))
    return _having(obj, found.get(("database",))) if isinstance(obj, Database) else obj


def _having(obj: Obj, grants: list[Grant] | None) -> Obj:
    if not grants:
        return obj
    acl: Any = {"acl": tuple(sorted(grants, key=lambda g: g.to))}
    return replace(obj, **acl)
