"""The commonest answer, before a parser of command lines is imported: `dbstrata diff` of equal files says nothing.

Only what needs no parsing is answered here; everything else, errors included, goes its ordinary way.
"""

__all__ = ["diff"]


def diff(arguments: list[str]) -> int | None:
    """0 if these are two files of the same bytes, with no option but --exit-code; None if that is not so."""
    files = [argument for argument in arguments if argument != "--exit-code"]
    if len(files) != 2 or any(file.startswith("-") for file in files):
        return None
    from ..snapshots.format import same_bytes

    if not same_bytes(*files):
        return None
    from .config import load

    load()  # a wrong setting is an error also here
    return 0
