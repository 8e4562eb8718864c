"""How names, literals and texts are written: one table of filters a dialect, and what all share.

Names and literals reach a statement through these alone.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from .common import FILTERS as COMMON


def filters(dialect: str) -> Mapping[str, Callable[..., Any]]:
    """The filters of a dialect's templates; without one, of reports."""
    own: Mapping[str, Callable[..., Any]] = import_module(f".{dialect}", __name__).FILTERS if dialect else {}
    return {**COMMON, **own}
