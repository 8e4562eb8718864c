"""What a view uses, read off its tokens, held against a parser of SQL that knows nothing of how dbstrata reads."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from dbstrata.snapshots.model import plain
from dbstrata.snapshots.mysql import Table, View
from dbstrata.snapshots.naming import Identity, child, identity

from ..lab import SHARED
from ..mysql_lab import dump, sakila
from ..mysql_servers import MyDatabase

VIEWS = """
CREATE TABLE t (a int, b varchar(20));
CREATE TABLE u (a int, c int);
CREATE VIEW v1 AS SELECT x.a, count(*) OVER (PARTITION BY x.b) AS n FROM t x LEFT JOIN u ON u.a = x.a AND u.c > 3;
CREATE VIEW v2 AS WITH w AS (SELECT a, c FROM u) SELECT w.c FROM w WHERE EXISTS (SELECT 1 FROM t WHERE t.a = w.a);
CREATE VIEW v3 AS SELECT v1.a FROM v1 JOIN v2 ON v1.a = v2.c UNION SELECT (SELECT max(c) FROM u) FROM t;
CREATE VIEW v4 AS SELECT d.m FROM (SELECT b AS m FROM t GROUP BY b HAVING count(a) > 1) AS d;
"""


def parsed(view: View, snapshot: Any) -> Iterator[Identity]:
    """The tables, views and columns of tables that the parser finds in its query."""
    relations = {o.name: o for o in snapshot.objects if isinstance(o, Table | View)}
    tree = sqlglot.parse_one(plain(view.query), read="mysql")
    aliases: dict[str, set[str]] = {}
    for table in tree.find_all(exp.Table):
        if table.name in relations:
            yield relations[table.name].identity()
            aliases.setdefault(table.alias_or_name, set()).add(table.name)
    for column in tree.find_all(exp.Column):
        for name in aliases.get(column.table, ()):
            found = relations[name]
            if isinstance(found, Table) and column.name in {c.name for c in found.columns}:
                yield child("column", identity("table", name), column.name)


def assert_nothing_is_missed(database: MyDatabase) -> None:
    snapshot = dump(database)
    views = [obj for obj in snapshot.objects if isinstance(obj, View)]
    assert views
    for view in views:
        used = set(parsed(view, snapshot))
        assert used
        assert used <= set(view.depends_on), view.name


def test_of_views_of_every_form(my_database: MyDatabase) -> None:
    my_database.script(VIEWS)
    assert_nothing_is_missed(my_database)


@pytest.mark.skipif(SHARED is None, reason="needs the shared folder")
def test_of_sakila(my_database: MyDatabase) -> None:
    my_database.script(sakila(my_database.server.flavour))
    assert_nothing_is_missed(my_database)
