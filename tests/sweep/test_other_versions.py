"""Laws 1 and 2 on PostgreSQL of other versions: those that DBSTRATA_POSTGRES_ALSO names, a bin folder each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbstrata.dialects.postgres.embedded import EmbeddedPostgres

from ..lab import Case, Lab, all_cases, shop
from ..laws.test_cases import assert_there_and_back
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
