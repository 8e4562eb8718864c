"""The pages of a bundle that people read: report.md, report.html, RUNBOOK.md."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .making import Made

__all__ = ["reports"]


def reports(made: "Made") -> dict[str, bytes]:
    """Each page, by the file's name."""
    return {}
