"""What a step of a plan puts at risk, as data. A dialect fills in `Facts`; `engine.assess` makes `Risk`s of them."""

from typing import Literal

from msgspec import Struct

from ..snapshots.model import Identity

Blocks = Literal["nothing", "writes", "reads and writes"]
"""What of an application's statements waits: a lock that only other changes of the schema wait for blocks nothing."""

Undo = Literal["exactly", "structure only", "not at all"]
"""How the way back undoes a step; `structure only`: what it lost does not come back."""


class Lock(Struct, frozen=True):
    """A lock that a step takes on an object that was there before, and holds to the end of its transaction."""

    mode: str
    """The server's own word."""
    on: Identity
    blocks: Blocks = "nothing"


class Facts(Struct, frozen=True):
    """What a dialect knows of a step beyond what stands in it: never less than what the server does."""

    locks: tuple[Lock, ...] = ()
    rewrites: tuple[Identity, ...] = ()
    """Of which tables every row is written anew."""
    scans: tuple[Identity, ...] = ()
    """Of which tables every row is read."""
    passes: tuple[Identity, ...] = ()
    """What it changes and changes back: a stop inside of it leaves that changed."""
    loss: str = "DB100"
    """The code that fits what `Step.loses` says."""
    failure: str = "DB300"
    """The code that fits what `Step.fails` says."""
    failures: tuple[tuple[str, str], ...] = ()
    """(code, text) of each, where `Step.fails` says several things at once."""
    warnings: tuple[tuple[str, Identity, str], ...] = ()
    """(code, object, text) of all else: privileges, and what breaks an application that runs meanwhile."""


class Risk(Struct, frozen=True):
    """One thing that can go wrong, or be lost, by one step."""

    code: str
    """A key of `engine.codes.CODES`."""
    identity: Identity
    """What it is about; patterns of a policy match this."""
    text: str
    lock: str = ""
    """The mode of the lock on it that an application waits for, where that is the risk or makes it worse."""


class Assessment(Struct, frozen=True):
    """All that is known of one step."""

    locks: tuple[Lock, ...]
    rewrites: tuple[Identity, ...]
    scans: tuple[Identity, ...]
    passes: tuple[Identity, ...]
    risks: tuple[Risk, ...]
