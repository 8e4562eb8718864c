"""PostgreSQL of other versions, those that DBSTRATA_POSTGRES_ALSO names, a bin folder each: laws 1 to 4, what a dump
reads, and scripts that cross to the embedded 18 and from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbstrata.dialects.postgres.catalog.ignored import IGNORED
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from ..lab import SHARED, Case, Lab, all_cases, differences, look, pagila, shop
from ..laws.test_cases import ANY, assert_there_and_back
from ..laws.test_catalog_columns import assert_covered
from ..laws.test_laws import assert_one_schema
from ..laws.test_versions import APART, wander
from ..servers import ALSO, THROWAWAY

pytestmark = [pytest.mark.sweep, pytest.mark.also]


SERVERS: list[Path | None] = [*ALSO] or [None]


@pytest.fixture(scope="module", params=SERVERS, ids=lambda bindir: bindir.parent.name if bindir else "none")
def also(request: pytest.FixtureRequest) -> Iterator[Lab]:
    bindir: Path | None = request.param
    assert bindir is not None, "DBSTRATA_POSTGRES_ALSO names no bin folder"
    with EmbeddedPostgres(bindir=bindir, settings=THROWAWAY) as server:
        lab = Lab(server)
        yield lab
        lab.close()


@pytest.mark.parametrize("case", [*all_cases(), shop()], ids=lambda case: case.name)
def test_there_and_back(also: Lab, case: Case) -> None:
    """A case that takes a newer server must be beyond this one."""
    if also.version < int(case.since):
        with pytest.raises(AssertionError, match="psql failed"):
            also.pair(case)
    else:
        assert_there_and_back(also, case)
    also.clear()


WHOLE = {"shop_v1": shop().a, "shop_v2": shop().b, **({"pagila_2022": pagila().a} if SHARED else {})}
"""Schemas with something of everything."""


def test_every_column_is_read_or_ignored(also: Lab) -> None:
    """Of each catalog that this version has."""
    database = also.database()
    for name in IGNORED:
        assert_covered(database, name)
    also.clear()


@pytest.mark.parametrize("ddl", WHOLE.values(), ids=WHOLE)
def test_one_schema(also: Lab, ddl: str) -> None:
    assert_one_schema(also, ANY, also.database(ddl))
    also.clear()


@pytest.mark.parametrize("ddl", WHOLE.values(), ids=WHOLE)
def test_the_same_ddl_is_the_same_schema(also: Lab, lab: Lab, ddl: str) -> None:
    """As on 18."""
    here, there = look(also.database(ddl)), look(lab.database(ddl))
    assert differences(here, there) == []
    for each in also, lab:
        each.clear()


@pytest.mark.parametrize(
    "case", [*(case for case in all_cases() if case.name in APART), shop()], ids=lambda case: case.name
)
def test_a_pair_of_18_there_and_back(also: Lab, lab: Lab, case: Case) -> None:
    wander(also, lab, case)
    for each in also, lab:
        each.clear()
