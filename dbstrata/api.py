"""The Python interface: what the commands do, for programs.

Errors are those of `dbstrata.snapshots.errors`: InputError for a wrong argument or file, Refused for what can't or may
not be done, ServerFailed for a server's no.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .cli.narrow import attribute_names, narrowed, split_ignore
from .cli.sources import Pair, empty_beside
from .snapshots.model import Scope

if TYPE_CHECKING:
    from .engine import plan as engine
    from .engine.compare import Changes
    from .engine.protocol import Step
    from .snapshots.format import Snapshot

__all__ = ["Plan", "diff", "dump", "load", "plan", "render"]


@dataclass(frozen=True)
class Plan:
    """A proven way from one snapshot to another, and what it was made of."""

    made: "engine.Plan"
    pair: Pair

    @property
    def steps(self) -> "list[Step]":
        """All steps, in order: `action`, `identity`, `attributes`, and what they lose and can fail on."""
        return self.made.steps

    @property
    def losses(self) -> list[str]:
        """What running it can lose, in words; empty if nothing."""
        from .cli.reasons import loss

        return list(dict.fromkeys(loss(step) for step in self.steps if step.loses))

    def __bool__(self) -> bool:
        """Is there anything to do?"""
        return bool(self.steps)


def load(source: str | os.PathLike[str]) -> "Snapshot":
    """The snapshot in a file or a split directory, in a commit (`REVISION:PATH`), or behind a URL.

    >>> snapshot = load("schema.json")
    >>> snapshot.header.dialect, snapshot.header.version
    ('postgres', '18.6')
    >>> [obj.identity() for obj in load("v1:schema.json").objects]
    ['table public.orders']

    Raises InputError; of a URL, ServerFailed too.
    """
    from .cli import sources

    return sources.load(os.fspath(source))


def dump(url: str) -> "Snapshot":
    """The snapshot of a live database, as `dbstrata dump` reads it. Raises InputError, Refused, ServerFailed."""
    from .dialects import read_url

    found: Snapshot = read_url(url)
    return found


def diff(old: "Snapshot", new: "Snapshot", *, ignore: Iterable[str] = (), scope: Iterable[str] = ()) -> "Changes":
    """What must change for `old` to become `new`; false if nothing.

    `ignore` holds attributes (`owner`, `privileges`, `comment`, ...) and patterns of objects (`table public.tmp_*`);
    `scope`, patterns of schemas to compare alone.

    >>> changes = diff(load("v1:schema.json"), load("schema.json"))
    >>> for change in changes:
    ...     print(change.identity, change.attributes or ("created" if change.old is None else "dropped"))
    column public.orders.note dropped
    column public.orders.total created
    >>> bool(diff(load("schema.json"), load("schema.json")))
    False

    Raises InputError.
    """
    from .dialects import dialect
    from .engine.compare import compare

    pair = _pair(old, new, ignore, scope)
    return compare(*pair.schemas, same=dialect(pair.old.header.dialect).same, ignore=pair.ignore)


def plan(
    old: "Snapshot | None",
    new: "Snapshot",
    *,
    ignore: Iterable[str] = (),
    scope: Iterable[str] = (),
    renames: Mapping[str, str] | None = None,
    using: Mapping[str, str] | None = None,
    allow: Iterable[str] = (),
) -> Plan:
    """The way from `old`, or from a new database, to `new`: planned, ordered, and proven.

    `renames` maps identities in `old` to what they are called in `new`; `using` maps columns whose type changes, such
    as `public.orders.day`, to the expression that their values go over by; `allow` is as `--allow`. The way back is
    `plan(new, old)`.

    >>> way = plan(load("v1:schema.json"), load("schema.json"))
    >>> [(step.action, step.identity) for step in way.steps]
    [('drop', 'column public.orders.note'), ('create', 'column public.orders.total')]
    >>> way.losses
    ["drop column public.orders.note: the column's values in every row"]

    Raises InputError; Refused for what can't be done or may not be; Defect if the plan does not prove.
    """
    from .cli.config import Using
    from .cli.plans import make_plan
    from .engine.protocol import Answer, Renaming
    from .snapshots.naming import Identity

    hints = tuple(Renaming(Identity(before), Identity(after)) for before, after in (renames or {}).items())
    asked = [Using(column=column, using=expression) for column, expression in (using or {}).items()]
    answers = tuple(Answer(entry.identity, entry.using, entry.type) for entry in asked)
    pair = _pair(empty_beside(new) if old is None else old, new, ignore, scope, hints, answers)
    return Plan(make_plan(pair, allow=allow), pair)


def render(plan: Plan, *, lock_timeout: str = "10s", title: str = "") -> str:
    """The plan as the script that `dbstrata script` prints, for the server's stock client.

    >>> print(render(plan(load("v1:schema.json"), load("schema.json"))))  # doctest: +ELLIPSIS
    -- dbstrata ...
    ALTER TABLE public.orders
        DROP COLUMN note;
    ...
    """
    from .cli.plans import make_script

    return make_script(plan.pair, made=plan.made, lock_timeout=lock_timeout, title=title)


def _pair(
    old: Any, new: Any, ignore: Iterable[str], scope: Iterable[str], renames: Any = (), answers: Any = ()
) -> Pair:
    from .cli.sources import check_dialects

    check_dialects(old, new)
    attributes, patterns = split_ignore(ignore, attribute_names)
    found = narrowed(old, new, scope=Scope(schemas=tuple(scope)), ignore=patterns)
    return Pair(found.old, found.new, old, new, attributes, found.notes, renames, answers)
