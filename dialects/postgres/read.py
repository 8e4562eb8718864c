"""A database read in one go."""

from ...snapshots.postgres import Snapshot
from .catalog import read
from .connection import connection


def read_url(url: str) -> Snapshot:
    """The whole database behind a libpq URL. Raises InputError, Refused, ServerFailed."""
    with connection(url, untested=False) as found:
        return read(found)
