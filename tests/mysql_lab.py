"""Schemas for the tests of MySQL and MariaDB, and how they get into a database."""

import re
from pathlib import Path
from typing import Any

from dbstrata.dialects.mysql.catalog import read
from dbstrata.dialects.mysql.connection import connection
from dbstrata.snapshots import format
from dbstrata.snapshots.model import Object, Unmodelled, flatten

from .lab import SHARED
from .mysql_servers import MyDatabase

SCHEMAS = Path(__file__).parent / "unit" / "mysql"
_END = re.compile(r";\s*(?=\Z|\n(?:CREATE|ALTER|SET|INSERT|DROP|GRANT) )")


def statements(text: str) -> list[str]:
    """Of a file: each begins a line. So bodies need no DELIMITER."""
    bare = re.sub(r"^--.*\n", "", text, flags=re.MULTILINE)
    return [part.strip() for part in _END.split(bare) if part.strip()]


def load(database: MyDatabase, *names: str) -> None:
    """Run these files of tests/unit/mysql; `{database}` in them is the database's name."""
    for name in names:
        text = (SCHEMAS / f"{name}.sql").read_text(encoding="utf-8").replace("{database}", database.name)
        database.run(*statements(text))


_MYSQL_ALONE = (("SET @@GLOBAL.GTID_PURGED", "SET @gtid_purged"), ("utf8mb4_0900_ai_ci", "utf8mb4_general_ci"))


def sakila(flavour: str) -> str:
    """A schema that nobody here wrote, dumped by MySQL; what only MySQL takes is put in MariaDB's words."""
    assert SHARED is not None
    text = (SHARED / "cases" / "real" / "sakila.sql").read_text(encoding="utf-8")
    for mysql_alone, instead in _MYSQL_ALONE if flavour == "mariadb" else ():
        text = text.replace(mysql_alone, instead)
    return text


def dump(database: MyDatabase, **options: Any) -> Any:
    """What `dbstrata dump mysql` writes, read again."""
    with connection(database.url) as server:
        data = format.encode(read(server, **options))
    found = format.decode(data, database.name)
    assert format.encode(found) == data
    return found


def flat(snapshot: Any) -> dict[str, Any]:
    """All objects by identity."""
    return {str(identity): obj for root in snapshot.objects for identity, _, obj in flatten(root)}


def unmodelled(snapshot: Any) -> list[Object]:
    """What is not covered."""
    return [obj for obj in snapshot.objects if isinstance(obj, Unmodelled)]
