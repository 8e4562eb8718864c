"""Reading a catalog that other sessions change meanwhile: begun again, a few times."""

from collections.abc import Callable
from typing import TypeVar

from ..snapshots.errors import ServerFailed

ATTEMPTS = 5

T = TypeVar("T")


class CatalogChanged(Exception):
    """Other sessions changed the schema while it was read."""


def attempts(read: Callable[[], T]) -> T:
    """The result of the first reading that no concurrent DDL disturbed. Raises ServerFailed after the last one."""
    for _ in range(ATTEMPTS):
        try:
            return read()
        except CatalogChanged:
            continue
    raise ServerFailed(
        what="the schema changes while it is read",
        where=f"{ATTEMPTS} attempts, each disturbed by DDL of another session",
        next="dump again when the deployment is over",
    )
