"""What an older MariaDB says in other words, or not at all. The sweep takes every pair to real servers."""

import pytest

from dbstrata.dialects.mysql import versions
from dbstrata.snapshots.mysql import Function, Table

OLDER = 100623
NEWER = 101119


@pytest.mark.parametrize(("version", "collation"), [(OLDER, "utf8mb4_general_ci"), (NEWER, "utf8mb4_uca1400_ai_ci")])
def test_the_default_collation_is_the_servers_own(version: int, collation: str) -> None:
    table = Table(name="t", charset="utf8mb4", collation="utf8mb4_uca1400_ai_ci")
    said = Function(name="f", returns="varchar(9) CHARSET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci", body="RETURN 'a'")
    assert versions.in_words_of(table, version) == Table(name="t", charset="utf8mb4", collation=collation)
    assert getattr(versions.in_words_of(said, version), "returns", "").endswith(f"COLLATE {collation}")


def test_another_collation_is_refused_by_name() -> None:
    table = Table(name="t", charset="utf8mb4", collation="utf8mb4_uca1400_swedish_ai_ci")
    assert versions.in_words_of(table, OLDER) == table
    assert versions.too_new(table, ["collation"], OLDER) == "collation of Unicode 14"
    assert versions.too_new(table, ["collation"], NEWER) is None
