"""The pages of a bundle that people read: report.md, report.html, RUNBOOK.md."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ... import __version__
from ...engine.codes import CODES
from ...templates.render import render_page, render_report
from ..reasons import label
from ..report import Item, report
from .drawing import draw
from .judging import verdict

if TYPE_CHECKING:
    from ...engine.policy import Judged
    from ...snapshots.model import Identity
    from ..config import Config
    from .making import Made
    from .model import Part, Script, Statement

__all__ = ["reports"]


class Told(NamedTuple):
    """One risk, as a page tells it."""

    code: str
    slug: str
    family: str
    object: str
    text: str
    decided: str
    """What the policy says of it, and why."""


class Held(NamedTuple):
    """A lock, and for how much of its part it is held."""

    part: int
    lock: str
    object: str
    since: str
    """The statement that takes it."""
    statements: int
    """How many run while it is held, that one included."""


class Changed(NamedTuple):
    """One top-level object, with the SQL that changes it."""

    item: Item
    sql: str


def reports(made: "Made", config: "Config", allow: tuple[str, ...]) -> dict[str, bytes]:
    """Each page, by the file's name."""
    facts = _facts(made, config, allow)
    runbook = f"{made.pair.old.header.dialect}/runbook.md"
    pages = {
        "report.md": render_report("bundle.md", **facts),
        "report.html": render_report("bundle.html", **facts),
        "RUNBOOK.md": render_page(runbook, **facts),
    }
    return {name: text.encode() for name, text in pages.items()}


def _facts(made: "Made", config: "Config", allow: tuple[str, ...]) -> Mapping[str, Any]:
    pair, plan, new = made.pair, made.plan, made.pair.schemas[1]
    found = report(made.forward.changes, made.forward.old, new, pair.ignore, pair.notes)
    judged = verdict(plan.forward, config, allow)
    steps = [step for statement in plan.forward.statements() for step in statement.steps]
    return {
        "version": __version__,
        "prints": pair.prints,
        "server": f"{pair.server.flavour} {pair.server.version}",
        "report": found,
        "forward": plan.forward,
        "rollback": plan.rollback,
        "preflight": plan.preflight,
        "risks": sorted([*_told("warned of, ", judged.warned), *_told("", judged.allowed)], key=_gravity),
        "changed": list(_changed(made, found.groups)),
        "drawing": draw(made.forward.changes, made.forward.old, new),
        "locks": list(_held(plan.forward)),
        "rewrites": sorted({i for step in steps for i in step.rewrites}),
        "not_exactly": [(f"{s.action} {_people(s.identity)}", s.undo) for s in steps if s.undo != "exactly"],
        "needs_allow": sorted({r.risk.code for r in verdict(plan.rollback, config, allow).refused}),
        "labelled": _labelled,
        "people": _people,
        "allow": allow,
    }


GRAVEST = "153462"
"""The families of codes, by their digit: what is lost comes first, what takes time last."""


def _gravity(told: Told) -> tuple[int, Told]:
    return GRAVEST.index(told.code[2]), told


def _told(decided: str, found: "tuple[Judged, ...]") -> Iterator[Told]:
    for one in found:
        code = CODES[one.risk.code]
        yield Told(code.code, code.slug, code.family, _people(one.risk.identity), one.risk.text, decided + one.reason)


def _people(identity: str) -> str:
    from ...snapshots.model import Identity

    return label(Identity(identity))


def _labelled(statement: "Statement") -> str:
    """A statement in a few words."""
    words = [f"{step.action} {_people(step.identity)}" for step in statement.steps]
    return words[0] + (f" and {len(words) - 1} more" if len(words) > 1 else "") if words else statement.sql


def _changed(made: "Made", groups: tuple[Item, ...]) -> Iterator[Changed]:
    """The groups of the comparison, each with the statements that are about what is in it."""
    by_root: dict[str, list[str]] = {}
    for statement in made.plan.forward.statements():
        for name in dict.fromkeys(label(_root(made, step.identity)) for step in statement.steps):
            by_root.setdefault(name, []).append(statement.sql)
    for item in groups:
        yield Changed(item, "\n".join(by_root.get(item.label, ())))


def _root(made: "Made", identity: str) -> "Identity":
    from ...snapshots.model import Identity

    whole = Identity(identity)
    return made.pair.schemas[1].root_of(whole) or made.forward.old.root_of(whole) or whole


def _held(script: "Script") -> Iterator[Held]:
    """The locks that keep an application waiting, in the order in which they are taken; each once a part."""
    for number, part in enumerate(script.parts, 1):
        seen: set[tuple[str, str]] = set()
        for at, statement in enumerate(part.statements):
            for lock in ((risk.lock, risk.object) for risk in statement.risks if risk.lock):
                if lock not in seen:
                    seen.add(lock)
                    yield _one(part, number, at, *lock)


def _one(part: "Part", number: int, at: int, mode: str, identity: str) -> Held:
    count = len(part.statements) - at if part.transaction else 1
    return Held(number, mode, _people(identity), _labelled(part.statements[at]), count)
