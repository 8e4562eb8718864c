"""What the policy says of a script: the one place where it is asked."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..config import Config
    from .model import Script

__all__ = ["enforce"]


def enforce(script: "Script", config: "Config", allow: Iterable[str]) -> None:
    """Raises Refused, with the list, if the policy refuses a risk of the script; InputError for an unknown code."""
