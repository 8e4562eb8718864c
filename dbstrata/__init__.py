"""Version control for database schemas.

    load     a snapshot: a file, a split directory, REVISION:PATH of git, a URL
    dump     a snapshot of a live database
    diff     what differs between two
    plan     the proven way from one to the other
    render   that way as a script

Nothing is imported before it is used.
"""

TYPE_CHECKING = False  # typing's own costs more than all else of a start
if TYPE_CHECKING:
    from .api import Plan, diff, dump, load, plan, render

__all__ = ["Plan", "__version__", "diff", "dump", "load", "plan", "render"]

__version__: str


def __getattr__(name: str) -> object:
    """What is asked for, found when it is. `__version__` too: importlib.metadata takes longer than all else of a
    start."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = _version() if name == "__version__" else _exported(name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__


def _exported(name: str) -> object:
    from importlib import import_module

    found: object = getattr(import_module(".api", __name__), name)
    return found


def _version() -> str:
    return _installed() or _recorded()


def _installed() -> str | None:
    """From the name of the folder that pip leaves beside this one, or, where the code is elsewhere, on the path: if
    there is exactly one."""
    import os
    import sys

    beside = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    begin, end = "dbstrata-", ".dist-info"
    for folder in dict.fromkeys((beside, *sys.path)):
        try:
            found = [name for name in os.listdir(folder) if name.startswith(begin) and name.endswith(end)]
        except OSError:
            continue
        if found:
            return found[0][len(begin) : -len(end)] if len(found) == 1 else None
    return None


def _recorded() -> str:
    """From the installation's record."""
    from importlib.metadata import version

    return version("dbstrata")
