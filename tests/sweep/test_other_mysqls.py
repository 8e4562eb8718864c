"""MySQL and MariaDB of other versions: those whose folders DBSTRATA_MYSQL_ALSO names.

Laws 1, 2 and 6 on each; and beside the flavour's own server: the same DDL is one schema on both, and what was dumped
from one is reached on the other, whose own dump is the judge.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dbstrata.cli.plans import make_script
from dbstrata.cli.sources import on_version
from dbstrata.dialects import dialect
from dbstrata.engine.compare import compare
from dbstrata.engine.schema import Schema
from dbstrata.snapshots.errors import Refused

from ..mysql.lab import State, canonical, cases, is_beyond, leave_out_elsewhere, look, made, pair
from ..mysql.test_cases import assert_case_holds, sql
from ..mysql_servers import ALSO, HOMES, MyServer, flavour_in, throwaway

pytestmark = [pytest.mark.sweep, pytest.mark.my_also]

OPTIONS = {
    "mysql": (),
    "mariadb": (
        "--loose-character-set-collations=",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_general_ci",
    ),
}
"""One default collation for all versions: a dump says it, as if somebody had."""
TWO_SCHEMAS = {
    "default_dropped_from_a_nullable_column": "MariaDB 10.6 and 11.4 leave it without any, others with NULL",
}
"""Of which one DDL makes what can't be had from the other."""
_IN_QUOTES = re.compile(r"='(\d+)'")


SERVERS: list[str | None] = [*ALSO] or [None]


@pytest.fixture(scope="module", params=SERVERS, ids=lambda home: Path(home).name if home else "none")
def also(request: pytest.FixtureRequest) -> Iterator[MyServer]:
    assert request.param is not None, "DBSTRATA_MYSQL_ALSO names no folder"
    flavour = flavour_in(request.param)
    with throwaway(flavour, request.param, *OPTIONS[flavour]) as server:
        yield server


@pytest.fixture(scope="module")
def usual(also: MyServer) -> Iterator[MyServer]:
    """The flavour's own, which most tests are on."""
    with throwaway(also.flavour, HOMES[also.flavour], *OPTIONS[also.flavour]) as server:
        yield server


@pytest.fixture(params=cases(), ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest, also: MyServer) -> Path:
    folder: Path = request.param
    leave_out_elsewhere(folder, also)
    return folder


def test_there_and_back(also: MyServer, case: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        assert_case_holds(case, also, lambda text: made(also, text, stack), tmp_path)


@pytest.mark.parametrize("upward", [False, True], ids=["to it", "from it"])
def test_from_one_version_to_another(
    also: MyServer, usual: MyServer, case: Path, tmp_path: Path, *, upward: bool
) -> None:
    """What the other one does not know is refused by name."""
    there, here = (also, usual) if upward else (usual, also)
    if is_beyond(case, there):
        pytest.skip("not to be had there")
    with ExitStack() as stack:
        old, new = (look(made(there, sql(case, name), stack)) for name in "ab")
        both = on_version(pair(old, new, tmp_path), ".".join(map(str, here.version)))
        try:
            database, other = (made(here, sql(case, name), stack) for name in "ab")
        except AssertionError:
            assert is_beyond(case, here)
            with pytest.raises(Refused):
                _ = [make_script(way) for way in (both, both.back)]
            return
        ours = [look(database), look(other)]
        if is_beyond(case, here) or case.name in TWO_SCHEMAS:
            return
        assert [*differences(old, ours[0]), *differences(new, ours[1])] == []
        forward, back = make_script(both), make_script(both.back)
        for at, script, end in ((database, forward, 1), (database, back, 0), (other, back, 0), (other, forward, 1)):
            at.script(script)
            assert bare(canonical(at)) == bare(ours[end].dump)


def differences(one: State, other: State) -> list[tuple[str, tuple[str, ...]]]:
    """Either way, though it should not matter."""
    schemas = [Schema(state.snapshot) for state in (one, other)]
    return [
        (str(change.identity), tuple(change.attributes))
        for old, new in (schemas, schemas[::-1])
        for change in compare(old, new, same=dialect("mysql").same)
    ]


def bare(dump: list[str]) -> list[str]:
    """MariaDB 11.8 puts an option's number in quotes, and keeps them where others said it so."""
    return [_IN_QUOTES.sub(r"=\1", statement) for statement in dump]
