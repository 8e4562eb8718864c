"""The columns of the dictionary's tables that no query reads, each with its reason.

Most of them are told, and told right, by SHOW CREATE, which is read instead. A test holds this against real servers: a
column that a new version brings is read, or stands here, or fails.
"""

__all__ = ["IGNORED", "SHOWN"]

SHOWN = "read from SHOW CREATE"
_WHERE = "of the one database that is read, or always `def`"
_STORAGE = "how much, not what"
_TIMES = "when, not what"
_DERIVED = "follows from what is read"
_CONSTANT = "has one value alone"


def _all(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


IGNORED: dict[str, dict[str, str]] = {
    "information_schema.SCHEMATA": {
        **_all(_WHERE, "CATALOG_NAME SCHEMA_NAME"),
        **_all(SHOWN, "DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME DEFAULT_ENCRYPTION SCHEMA_COMMENT"),
        "SQL_PATH": _CONSTANT,
    },
    "information_schema.TABLES": {
        **_all(_WHERE, "TABLE_CATALOG"),
        **_all(SHOWN, "ENGINE ROW_FORMAT CREATE_OPTIONS TABLE_COMMENT TABLE_COLLATION"),
        **_all(_STORAGE, "TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE CHECKSUM"),
        **_all(_STORAGE, "MAX_INDEX_LENGTH VERSION"),
        **_all(_TIMES, "CREATE_TIME UPDATE_TIME CHECK_TIME"),
        "AUTO_INCREMENT": "a value, no schema",
        "TEMPORARY": "of a session",
    },
    "information_schema.COLUMNS": {
        **_all(_WHERE, "TABLE_CATALOG TABLE_SCHEMA"),
        **_all(SHOWN, "TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE COLUMN_TYPE EXTRA"),
        **_all(SHOWN, "COLUMN_COMMENT GENERATION_EXPRESSION SRS_ID CHARACTER_SET_NAME COLLATION_NAME"),
        **_all(_DERIVED, "DATA_TYPE CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_SCALE"),
        **_all(_DERIVED, "DATETIME_PRECISION COLUMN_KEY IS_GENERATED"),
        **_all(SHOWN, "IS_SYSTEM_TIME_PERIOD_START IS_SYSTEM_TIME_PERIOD_END"),
        "PRIVILEGES": "the reading account's own",
    },
    "information_schema.STATISTICS": {
        **_all(_WHERE, "TABLE_CATALOG TABLE_SCHEMA INDEX_SCHEMA"),
        **_all(SHOWN, "TABLE_NAME NON_UNIQUE INDEX_NAME SEQ_IN_INDEX COLUMN_NAME COLLATION SUB_PART INDEX_TYPE"),
        **_all(SHOWN, "INDEX_COMMENT IS_VISIBLE IGNORED EXPRESSION"),
        **_all(_DERIVED, "NULLABLE PACKED COMMENT"),
        "CARDINALITY": _STORAGE,
    },
    "information_schema.REFERENTIAL_CONSTRAINTS": {
        **_all(_WHERE, "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA UNIQUE_CONSTRAINT_CATALOG UNIQUE_CONSTRAINT_SCHEMA"),
        **_all(SHOWN, "CONSTRAINT_NAME TABLE_NAME REFERENCED_TABLE_NAME UPDATE_RULE DELETE_RULE"),
        "UNIQUE_CONSTRAINT_NAME": _DERIVED,
        "MATCH_OPTION": "kept by MySQL, which never prints nor heeds it",
    },
    "information_schema.CHECK_CONSTRAINTS": {
        **_all(_WHERE, "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA"),
        **_all(SHOWN, "CONSTRAINT_NAME CHECK_CLAUSE TABLE_NAME LEVEL"),
    },
    "information_schema.PARTITIONS": {
        **_all(_WHERE, "TABLE_CATALOG TABLE_SCHEMA"),
        **_all(SHOWN, "TABLE_NAME PARTITION_NAME SUBPARTITION_NAME PARTITION_ORDINAL_POSITION PARTITION_METHOD"),
        **_all(SHOWN, "SUBPARTITION_ORDINAL_POSITION SUBPARTITION_METHOD PARTITION_EXPRESSION SUBPARTITION_EXPRESSION"),
        **_all(SHOWN, "PARTITION_DESCRIPTION PARTITION_COMMENT NODEGROUP TABLESPACE_NAME"),
        **_all(_STORAGE, "TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE CHECKSUM"),
        **_all(_TIMES, "CREATE_TIME UPDATE_TIME CHECK_TIME"),
        "SECONDARY_LOAD": "what an engine has loaded",
    },
    "information_schema.VIEWS": {
        **_all(_WHERE, "TABLE_CATALOG TABLE_SCHEMA"),
        **_all(SHOWN, "TABLE_NAME VIEW_DEFINITION CHECK_OPTION DEFINER SECURITY_TYPE CHARACTER_SET_CLIENT"),
        **_all(SHOWN, "COLLATION_CONNECTION ALGORITHM"),
        "IS_UPDATABLE": _DERIVED,
    },
    "information_schema.TRIGGERS": {
        **_all(_WHERE, "TRIGGER_CATALOG EVENT_OBJECT_CATALOG EVENT_OBJECT_SCHEMA"),
        **_all(SHOWN, "ACTION_STATEMENT SQL_MODE DEFINER CHARACTER_SET_CLIENT COLLATION_CONNECTION DATABASE_COLLATION"),
        **_all(_CONSTANT, "ACTION_CONDITION ACTION_ORIENTATION ACTION_REFERENCE_OLD_TABLE ACTION_REFERENCE_NEW_TABLE"),
        **_all(_CONSTANT, "ACTION_REFERENCE_OLD_ROW ACTION_REFERENCE_NEW_ROW"),
        "CREATED": _TIMES,
    },
    "information_schema.ROUTINES": {
        **_all(_WHERE, "ROUTINE_CATALOG SPECIFIC_NAME"),
        **_all(SHOWN, "DTD_IDENTIFIER ROUTINE_BODY ROUTINE_DEFINITION EXTERNAL_LANGUAGE IS_DETERMINISTIC SQL_MODE"),
        **_all(SHOWN, "SQL_DATA_ACCESS SECURITY_TYPE ROUTINE_COMMENT DEFINER CHARACTER_SET_CLIENT"),
        **_all(SHOWN, "COLLATION_CONNECTION DATABASE_COLLATION"),
        **_all(_DERIVED, "DATA_TYPE CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_SCALE"),
        **_all(_DERIVED, "DATETIME_PRECISION CHARACTER_SET_NAME COLLATION_NAME"),
        **_all(_CONSTANT, "EXTERNAL_NAME PARAMETER_STYLE SQL_PATH"),
        **_all(_TIMES, "CREATED LAST_ALTERED"),
    },
    "information_schema.EVENTS": {
        **_all(_WHERE, "EVENT_CATALOG"),
        **_all(
            SHOWN, "DEFINER TIME_ZONE EVENT_DEFINITION EVENT_TYPE EXECUTE_AT INTERVAL_VALUE INTERVAL_FIELD SQL_MODE"
        ),
        **_all(SHOWN, "STARTS ENDS STATUS ON_COMPLETION EVENT_COMMENT CHARACTER_SET_CLIENT COLLATION_CONNECTION"),
        **_all(SHOWN, "DATABASE_COLLATION SQL_MODE"),
        **_all(_TIMES, "CREATED LAST_ALTERED LAST_EXECUTED"),
        "EVENT_BODY": _CONSTANT,
        "ORIGINATOR": "which server of a replication made it",
    },
    "information_schema.COLLATIONS": _all("the server's own", "ID IS_COMPILED SORTLEN PAD_ATTRIBUTE COMMENT"),
    "mysql.tables_priv": {
        "Column_priv": "told column by column in columns_priv",
        "Grantor": "MySQL and MariaDB let anyone revoke who may grant",
        "Timestamp": _TIMES,
    },
    "mysql.columns_priv": {"Timestamp": _TIMES},
    "mysql.procs_priv": {"Grantor": "MySQL and MariaDB let anyone revoke who may grant", "Timestamp": _TIMES},
}
