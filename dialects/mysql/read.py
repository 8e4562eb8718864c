"""A database read in one go."""

from ...snapshots.mysql import Snapshot
from .catalog import read
from .connection import connection


def read_url(url: str) -> Snapshot:
    """The whole database behind a URL. Raises InputError, Refused, ServerFailed."""
    with connection(url, untested=False) as found:
        return read(found)
