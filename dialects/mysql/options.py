"""Table options that come, change and go. Source: the CREATE TABLE pages of the two manuals."""

from collections.abc import Iterator, Mapping

from ...snapshots.mysql import Table

_UNSET: Mapping[str, str] = {
    "AUTOEXTEND_SIZE": "0",
    "AVG_ROW_LENGTH": "0",
    "CHECKSUM": "0",
    "COMPRESSION": "''",
    "DELAY_KEY_WRITE": "0",
    "ENCRYPTION": "'N'",
    "ENGINE_ATTRIBUTE": "''",
    "INSERT_METHOD": "NO",
    "KEY_BLOCK_SIZE": "0",
    "MAX_ROWS": "0",
    "MIN_ROWS": "0",
    "SECONDARY_ENGINE_ATTRIBUTE": "''",
    "STATS_SAMPLE_PAGES": "DEFAULT",
    "TABLESPACE": "innodb_file_per_table",
    "UNION": "()",
}
"""What an option is set to so that it is no longer there; DEFAULT, where nothing is said here."""


def change(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, value) of the clauses that lead from one to the other."""
    return list(_change(old, new))


def unheld(engine: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, value) of what is the same on both sides and yet is to be said when a table goes to that engine: Aria
    takes its own PAGE_CHECKSUM, whatever the table's is."""
    both = old.items() & new.items()
    return [(name, value) for name, value in both if engine == "Aria" and name == "PAGE_CHECKSUM"]


def forgotten(table: Table) -> str | None:
    """The PAGE_CHECKSUM that every ALTER TABLE is to say: MariaDB takes it from a table that is not Aria's."""
    return None if table.engine == "Aria" else table.options.get("PAGE_CHECKSUM")


def _change(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(old.keys() - new.keys()):
        yield name, _UNSET.get(name, "DEFAULT")
    for name, value in new.items():
        if old.get(name) != value:
            yield name, value
