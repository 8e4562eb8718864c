"""Which risks a project allows, which it wants to be warned of, and which it refuses. Pure: who enforces it is the
caller. `[policy]` of dbstrata.toml is read straight into `Policy`.

    [policy.codes]                     a code, a slug or a pattern of them (`DB2*`), for all objects
    DB203 = "allow"
    [[policy.rule]]                    one code, some objects, and why
    code = "drops-column"
    objects = "column public.orders.*"
    action = "allow"
    reason = "unused since 2.3"

The last rule that matches decides; without one the table of codes, where the last match decides too; without that the
code's own default. What is allowed for once goes before all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import msgspec

from ..snapshots.errors import InputError, Refused
from ..snapshots.model import Identity
from .codes import CODES, Action, find
from .risk import Risk


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done about a code where it is about some objects."""

    code: str
    action: Action
    reason: str
    objects: str = "*"
    """A pattern of identities, or of paths."""

    def __post_init__(self) -> None:
        """ValueError for a code that there isn't."""
        _known(self.code)
        if not self.reason.strip():
            raise ValueError("a rule needs a reason")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done about each risk."""

    codes: dict[str, Action] = {}
    rule: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        """ValueError for a code that there isn't."""
        for code in self.codes:
            _known(code)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is allowed for once."""

    codes: tuple[str, ...]
    objects: str = "*"


@dataclass(frozen=True, slots=True)
class Judged:
    """A risk, and why it is judged so."""

    risk: Risk
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every risk in one of three; each in the order in which it came, and once."""

    allowed: tuple[Judged, ...]
    warned: tuple[Judged, ...]
    refused: tuple[Judged, ...]


def judge(risks: Iterable[Risk], policy: Policy, allow: Iterable[Allowance] = ()) -> Verdict:
    """What the policy says of the risks."""
    found: dict[Action, list[Judged]] = {"allow": [], "warn": [], "refuse": []}
    once = tuple(allow)
    for risk in dict.fromkeys(risks):
        action, reason = _decide(risk, policy, once)
        found[action].append(Judged(risk, reason))
    return Verdict(tuple(found["allow"]), tuple(found["warn"]), tuple(found["refuse"]))


def _decide(risk: Risk, policy: Policy, once: tuple[Allowance, ...]) -> tuple[Action, str]:
    if any(risk.code in given.codes and matches(risk.identity, given.objects) for given in once):
        return "allow", "allowed for this once"
    for rule in reversed(policy.rule):
        if risk.code in find(rule.code) and matches(risk.identity, rule.objects):
            return rule.action, rule.reason
    for words, action in reversed(policy.codes.items()):
        if risk.code in find(words):
            return action, f"the settings say so of {words}"
    return CODES[risk.code].default, "by default"


def matches(identity: Identity, pattern: str) -> bool:
    """Does the pattern match the identity, or its path?"""
    return fnmatchcase(identity, pattern) or fnmatchcase(identity.partition(" ")[2], pattern)


def allowance(words: str) -> Allowance:
    """What `CODE[:PATTERN]` allows. Raises InputError for a code that there isn't."""
    code, _, pattern = words.partition(":")
    codes = find(code)
    if not codes:
        raise InputError(f"no such code {code!r}", "--allow", _NEXT)
    return Allowance(codes, pattern or "*")


def enforce(verdict: Verdict) -> None:
    """Raises Refused, with the list, if anything is refused."""
    if not verdict.refused:
        return
    raise Refused(
        what=f"{len(verdict.refused)} refused by the policy: {'; '.join(said(j.risk) for j in verdict.refused)}",
        where="; ".join(dict.fromkeys(j.reason for j in verdict.refused)),
        next="see docs/risks; to go on, --allow CODE[:PATTERN] for once, or a [[policy.rule]] with its reason",
    )


def said(risk: Risk) -> str:
    """The risk on one line: code, name, object, text."""
    kind, _, path = risk.identity.partition(" ")
    return f"{risk.code} {CODES[risk.code].slug}: {kind.replace('_', ' ')} {path}: {risk.text}"


_NEXT = "docs/risks lists the codes and their names; a pattern such as DB2* means several"


def _known(words: str) -> None:
    if not find(words):
        raise ValueError(f"no such code {words!r}")
