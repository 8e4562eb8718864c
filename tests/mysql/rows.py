"""Rows for the tests of MySQL and MariaDB: put into every table that takes them, and read again."""

from ..mysql_servers import MyDatabase

COLUMNS = """SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.EXTRA LIKE '% GENERATED'
    FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
    WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
        AND t.ENGINE <> 'MRG_MyISAM'
    ORDER BY 1, c.ORDINAL_POSITION"""
"""A MERGE table has no rows of its own: it shows those of its union."""

Column = tuple[str, str]


def written(database: MyDatabase) -> dict[Column, str]:
    """The columns that take values, with their types."""
    return {(table, column): kind for table, column, kind, computed in database.run(COLUMNS) if not computed}


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def fill(database: MyDatabase) -> None:
    """A row in each table, and 7 in each column, as far as the server takes them."""
    lines = ["SET sql_mode = '', foreign_key_checks = 0;"]
    for table in dict.fromkeys(table for table, _ in written(database)):
        lines.append(f"INSERT IGNORE INTO {quoted(table)} () VALUES ();")
    lines += [f"UPDATE IGNORE {quoted(table)} SET {quoted(c)} = '7';" for table, c in written(database)]
    database.script("\n".join(lines), force=True)


def contents(database: MyDatabase, columns: list[Column]) -> dict[Column, list[bytes]]:
    return {
        (table, column): [v for (v,) in database.run(f"SELECT HEX({quoted(column)}) FROM {quoted(table)}")]
        for table, column in columns
    }
