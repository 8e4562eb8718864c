"""Everything that PostgreSQL does at a step, side effects included.

Sources: the manual's pages of the statements, and measurements on the server where it is silent; a test runs each kind
of step alone on a real server and compares. Nothing here looks at how a plan was made.
"""

from collections.abc import Callable, Iterator

from ....engine.protocol import Effect, State, Step
from ...renaming import rename
from .altering import alter
from .common import UNKNOWN_COMMENT
from .creating import create
from .going import drop, set_aside

__all__ = ["UNKNOWN_COMMENT", "effects"]


def effects(step: Step, state: State) -> list[Effect]:
    """The effects of one step on a state; the state is left as it is."""
    return list(_ACTIONS[step.action](step, state))


_ACTIONS: dict[str, Callable[[Step, State], Iterator[Effect]]] = {
    "create": create,
    "drop": drop,
    "set aside": set_aside,
    "rename": rename,
    "alter": alter,
}
