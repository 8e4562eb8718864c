"""What another version of MySQL or MariaDB says in other words, or not at all. The sweep takes pairs to servers."""

import pytest

from dbstrata.dialects.mysql import versions
from dbstrata.snapshots.model import attributes
from dbstrata.snapshots.mysql import Column, Function, Table

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


@pytest.mark.parametrize(
    ("column", "version", "reason"),
    [
        (Column(name="v", type="vector(3)"), 80413, "type vector"),
        (Column(name="v", type="vector(3)"), 90704, None),
        (Column(name="f", type="float", auto_increment=True), 80046, None),
        (Column(name="f", type="float", auto_increment=True), 80413, "AUTO_INCREMENT of a floating-point number"),
        (Column(name="f", type="float", auto_increment=True), NEWER, None),
        (Column(name="d", type="int", default="(1 + 1)"), 80012, "default of an expression"),
        (Column(name="d", type="int", default="'1'"), 80012, None),
    ],
)
def test_what_another_mysql_has_no_place_for(column: Column, version: int, reason: str | None) -> None:
    assert versions.too_new(column, attributes(Column), version) == reason
