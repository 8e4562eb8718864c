"""All that differs between servers; one folder a dialect."""

from importlib import import_module

from ..engine.protocol import Dialect
from ..snapshots.errors import InputError

_MODULES = {"postgres": ".postgres.dialect"}


def dialect(name: str) -> Dialect:
    """The dialect of that name. Raises InputError if there is none."""
    if name not in _MODULES:
        known = ", ".join(sorted(_MODULES))
        raise InputError(f"unknown dialect {name!r}", "the snapshot's header", f"the dialects are {known}")
    found: Dialect = import_module(_MODULES[name], __package__).DIALECT
    return found
