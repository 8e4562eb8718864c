"""What RENAME does on every server: whoever names an object by identity names it as it is called from then on."""

from collections.abc import Iterator

from msgspec.structs import replace

from ..engine.protocol import Effect, State, Step
from ..snapshots.model import relabelled
from ..snapshots.naming import parts_of


def rename(step: Step, state: State) -> Iterator[Effect]:
    """The objects under their new names, and all that use them or derive from them. Texts stay as they are."""
    for before, after in step.renames.items():
        obj = state.get(before)
        assert obj is not None
        yield before, None
        yield after, relabelled(replace(obj, name=parts_of(after)[-1]), step.renames)
        for user in {*state.users(before), *state.heirs(before)} - step.renames.keys():
            using = state.get(user)
            assert using is not None
            yield user, relabelled(using, step.renames)
