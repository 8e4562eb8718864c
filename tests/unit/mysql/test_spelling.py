"""What two MySQL servers print of one DDL, as measured on 8.0, 8.4 and 9.7, is one expression."""

import pytest

from dbstrata.dialects.mysql.spelling import same_expression

AS_8_AND_9_PRINT = [
    ("select 1 where exists(select 1 from `t`) is false", "select 1 where (not exists(select 1 from `t`))"),
    ("select 1 where exists(select 1 from `t`) is not true", "select 1 where (not exists(select 1 from `t`))"),
    ("select 1 where exists(select 1 from `t`) is true", "select 1 where exists(select 1 from `t`)"),
    ("select 1 where exists(select 1 from `t`) is not false", "select 1 where exists(select 1 from `t`)"),
    (
        "select if(exists(select 1 from `t` where (`t`.`a` = 1)) is false,1,0) AS `x`",
        "select if((not exists(select 1 from `t` where (`t`.`a` = 1))),1,0) AS `x`",
    ),
]


@pytest.mark.parametrize(("old", "new"), AS_8_AND_9_PRINT)
def test_exists_is_never_unknown(old: str, new: str) -> None:
    assert same_expression(old, new)


def test_what_may_be_unknown_stays_apart() -> None:
    assert not same_expression("(`a` in (select 1)) is false", "not (`a` in (select 1))")
    assert not same_expression("exists(select 1) is false", "exists(select 1)")
