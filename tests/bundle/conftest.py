"""Where bundles of MySQL and MariaDB are tried."""

from collections.abc import Iterator

import pytest

from ..mysql_servers import MyServer
from .grounds import Ground, on_mysql


@pytest.fixture
def ground(my_server: MyServer) -> Iterator[Ground]:
    """Each of the two servers in turn."""
    with on_mysql(my_server) as found:
        yield found
