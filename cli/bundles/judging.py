"""What the policy says of a script: the one place where it is asked."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...engine.policy import Verdict
    from ..config import Config
    from .model import Script

__all__ = ["enforce", "verdict"]


def enforce(script: "Script", config: "Config", allow: Iterable[str]) -> None:
    """Raises Refused, with the list, if the policy refuses a risk of the script; InputError for an unknown code."""
    from ...engine import policy

    policy.enforce(verdict(script, config, allow))


def verdict(script: "Script", config: "Config", allow: Iterable[str]) -> "Verdict":
    """Every risk of the script, judged. Raises InputError for an unknown code."""
    from ...engine.policy import judge
    from ...engine.risk import Risk
    from ...snapshots.model import Identity
    from ..plans import allowances

    _, once = allowances(allow)
    risks = (Risk(r.code, Identity(r.object), r.text) for s in script.statements() for r in s.risks)
    return judge(risks, config.policy, once)
