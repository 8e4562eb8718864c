"""Version control for database schemas."""

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    """`__version__` is looked up when it is asked for: importlib.metadata takes longer than all else of a start."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = _installed() or _recorded()
    globals()[name] = found
    return found


def _installed() -> str | None:
    """From the name of the folder that pip leaves beside this one, if there is exactly one."""
    import os

    beside = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    begin, end = "dbstrata-", ".dist-info"
    try:
        found = [name for name in os.listdir(beside) if name.startswith(begin) and name.endswith(end)]
    except OSError:
        return None
    return found[0][len(begin) : -len(end)] if len(found) == 1 else None


def _recorded() -> str:
    """From the installation's record: of an editable one, the code lies elsewhere."""
    from importlib.metadata import version

    return version("dbstrata")
