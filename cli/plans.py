"""From two snapshots to a script: plan, prove, write down."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..engine import protocol, risk
    from ..engine.assess import Risks
    from ..engine.decide import Allow
    from ..engine.plan import Plan
    from ..engine.policy import Allowance
    from .bundles.model import Risk, Script, Step
    from .sources import Pair

__all__ = ["make_plan", "make_script", "roles", "write_script", "written_down"]

CODES = ("unmodelled",)


def write_script(
    old: str,
    new: str,
    *,
    rollback: bool = False,
    output: str = "-",
    scope: Iterable[str] | None = None,
    ignore: str = "",
    allow: Iterable[str] | None = None,
    lock_timeout: str = "10s",
    rename: Iterable[str] | None = None,
    using: Iterable[str] | None = None,
    server_version: str | None = None,
    config: str | None = None,
) -> None:
    """What `dbstrata script` does once the command line is read."""
    from .output import write_text
    from .sources import pair, settings

    both = pair(
        old,
        new,
        config=settings(config),
        ignore=ignore,
        scope=scope,
        rename=rename,
        using=using,
        server_version=server_version,
    )
    text = make_script(both.back if rollback else both, allow=allow or (), rollback=rollback, lock_timeout=lock_timeout)
    write_text(text, output)


def make_plan(pair: "Pair", *, allow: Iterable[str] = ()) -> "Plan":
    """The proven plan from one snapshot to the other."""
    from ..dialects import dialect
    from ..engine.plan import plan

    speaks = dialect(pair.old.header.dialect)
    return plan(
        *pair.schemas,
        speaks,
        ignore=pair.ignore,
        allow=allowing(allow),
        renames=pair.renames,
        answers=pair.answers,
        server=pair.server,
    )


def make_script(
    pair: "Pair",
    *,
    made: "Plan | None" = None,
    allow: Iterable[str] = (),
    rollback: bool = False,
    lock_timeout: str = "10s",
    title: str = "",
) -> str:
    """The text of the script that makes `pair.old` into `pair.new`, by the plan `made` if it is there already;
    `rollback` says that this is the way back."""
    from ..dialects import dialect
    from ..engine.assess import Risks

    made = made if made is not None else make_plan(pair, allow=allow)
    risks = Risks(made, dialect(pair.old.header.dialect))
    return _words(made, risks, pair, rollback=rollback, lock_timeout=lock_timeout, title=title).text


def written_down(
    made: "Plan", pair: "Pair", *, rollback: bool = False, lock_timeout: str = "10s", title: str = ""
) -> "Script":
    """The plan as a script, in the pieces that it is run by."""
    from msgspec.structs import replace

    from ..dialects import dialect
    from ..engine.assess import Risks

    risks = Risks(made, dialect(pair.old.header.dialect))
    script = _words(made, risks, pair, rollback=rollback, lock_timeout=lock_timeout, title=title)
    parts = (
        replace(
            words,
            statements=tuple(
                replace(
                    text,
                    steps=tuple(_step(step, risks) for step in statement.steps),
                    risks=tuple(map(_risk, risks.by_statement[statement])),
                )
                for statement, text in zip(part.statements, words.statements, strict=True)
            ),
        )
        for part, words in zip(made.parts, script.parts, strict=True)
    )
    return replace(script, parts=tuple(parts), roles=tuple(roles(made.steps)))


def _words(made: "Plan", risks: "Risks", pair: "Pair", *, rollback: bool, lock_timeout: str, title: str) -> "Script":
    """The script's text in its pieces, and nothing of what is known of the steps."""
    from ..templates.render import render_parts, render_tail
    from .bundles.model import Part, Script, Statement
    from .reasons import Reasons

    check_lock_timeout(lock_timeout)
    name = pair.old.header.dialect
    texts = render_parts(name, made.parts, Reasons(made, risks, risks.dialect).of, lock_timeout=lock_timeout)
    parts = (
        Part(
            transaction=part.transaction,
            reason=part.reason,
            lead=text.lead,
            opening=text.opening,
            statements=tuple(Statement(lead=words.lead, sql=words.sql) for words in text.statements),
            closing=text.closing,
        )
        for part, text in zip(made.parts, texts, strict=True)
    )
    return Script(
        head=_head(
            made,
            risks,
            pair,
            title=title or ("rollback" if rollback else "forward"),
            rollback=rollback,
            lock_timeout=lock_timeout,
        ),
        parts=tuple(parts),
        tail=render_tail(name, made.parts),
    )


def _risk(risk: "risk.Risk") -> "Risk":
    from .bundles.model import Risk

    return Risk(code=risk.code, object=risk.identity, text=risk.text, lock=risk.lock)


def _step(step: "protocol.Step", risks: "Risks") -> "Step":
    from ..engine.assess import undo
    from .bundles.model import Step

    known, plan = risks.by_step[step], risks.plan
    touched = {*step.produces, *step.destroys, *step.renames, *step.renames.values(), *known.passes} - {step.identity}
    return Step(
        action=step.action,
        identity=step.identity,
        attributes=step.attributes,
        touches=tuple(sorted(touched)),
        loses=step.loses,
        fails=None if step.unset else step.fails,
        why=step.why,
        locks=tuple(sorted(f"{lock.mode} on {lock.on}" for lock in known.locks)),
        rewrites=tuple(sorted(known.rewrites)),
        scans=tuple(sorted(known.scans)),
        undo=undo(step, plan.old, plan.new, risks.dialect),
    )


def _head(made: "Plan", risks: "Risks", pair: "Pair", *, title: str, rollback: bool, lock_timeout: str) -> str:
    """What is to be known before the script is run."""
    from .. import __version__
    from ..dialects import dialect
    from ..snapshots.model import Unmodelled
    from ..templates.render import render_head
    from .reasons import by_danger, counted, label, loss

    steps, server = made.steps, pair.server
    return render_head(
        server.dialect,
        made.parts,
        version=__version__,
        title=title,
        old_fingerprint=pair.prints[0],
        new_fingerprint=pair.prints[1],
        server=f"{server.flavour} {server.version}",
        losses=list(dict.fromkeys(loss(s) for s in steps if s.loses)),
        dangers=by_danger(steps),
        risks=counted(risks.all),
        empty=_comes_back_empty(made, dialect(server.dialect)) if rollback else [],
        unmodelled=[label(c.identity) for c in made.changes if isinstance(c.old or c.new, Unmodelled)],
        roles=sorted({*roles(steps), *definers(steps)}),
        left_out=(*made.changes.left_out, *pair.notes),
        lock_timeout=lock_timeout,
    )


def _comes_back_empty(made: "Plan", dialect: Any) -> list[str]:
    """What the way forward lost and the way back can't bring back."""
    from ..snapshots.naming import kind_of
    from .reasons import label

    found = list[str]()
    for step in made.steps:
        lost = dialect.rules(kind_of(step.identity)).drop_loses if step.action == "create" else None
        if lost is not None and step.identity not in made.old:
            found.append(f"{label(step.identity)}: {lost}")
    return found


def allowances(words: Iterable[str]) -> "tuple[tuple[str, ...], tuple[Allowance, ...]]":
    """`--allow`, taken apart: what is for the planner, and what is for the policy. Raises InputError for an unknown
    code."""
    from ..engine.policy import allowance

    given = tuple(words)
    plans = tuple(word for word in given if word.partition(":")[0] in CODES)
    return plans, tuple(allowance(word) for word in given if word not in plans)


def allowing(words: Iterable[str]) -> "Allow":
    """`--allow` as a predicate. Raises InputError for an unknown code."""
    from ..snapshots.errors import InputError

    patterns = list[str]()
    for word in words:
        code, _, pattern = word.partition(":")
        if code not in CODES:
            raise InputError(f"no such code {code!r}", "--allow", f"the codes are {', '.join(CODES)}")
        patterns.append(pattern or "*")
    return lambda identity: any(
        fnmatchcase(text, pattern) for pattern in patterns for text in (identity, identity.partition(" ")[2])
    )


_TIME = re.compile(r"[0-9]+ ?(us|ms|s|min|h|d)?")


def check_lock_timeout(text: str) -> None:
    """InputError unless it is a number with a unit of time; without one, of milliseconds."""
    from ..snapshots.errors import InputError

    if not _TIME.fullmatch(text):
        raise InputError(f"no time: {text!r}", "--lock-timeout", "say a number with ms, s, min or h, such as 10s")


def definers(steps: Iterable[Any]) -> set[str]:
    """In whose name what they make runs, on MySQL and MariaDB."""
    return {definer for step in steps if (definer := getattr(step.new, "definer", None)) is not None}


def roles(steps: Iterable[Any]) -> list[str]:
    """The roles that the steps name: owners, grantees, those of policies and default privileges."""
    found: set[str] = set()
    for step in steps:
        for attribute in step.attributes:
            value = getattr(step.new, attribute, None)
            if attribute == "owner" and value is not None:
                found.add(value)
            if attribute == "acl":
                found |= {grant.to for grant in value or ()} | {grant.by for grant in value or () if grant.by}
        found |= set(getattr(step.new, "roles", ()))
    return sorted(found - {"PUBLIC"})
