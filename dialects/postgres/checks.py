"""What is asked of a PostgreSQL database before a script and after it."""

from collections.abc import Sequence

from ...engine.protocol import Schema, Step
from ..protocol import Query

__all__ = ["after", "before"]


def before(steps: Sequence[Step], old: Schema, roles: Sequence[str]) -> Sequence[Query]:
    """The state of what the steps touch, the roles; then what in the rows stands in the way."""
    return []


def after(new: Schema) -> Sequence[Query]:
    """Indexes, constraints and sequences."""
    return []
