"""OLD and NEW on the command line: a file, a split directory, `REVISION:PATH` of git, `-`, a URL, or `empty`; and what
of them is compared."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from ..engine.protocol import Answer, Renaming
    from ..engine.schema import Schema
    from ..snapshots.format import Snapshot
    from ..snapshots.model import Header
    from ..snapshots.naming import Identity
    from .config import Config

__all__ = [
    "Pair",
    "ask",
    "check_dialects",
    "empty_beside",
    "load",
    "load_both",
    "merged",
    "on_version",
    "pair",
    "same_file",
    "settings",
]

EMPTY = "empty"


@dataclass(frozen=True)
class Pair:
    """Two snapshots, narrowed to what is compared, and the files' own fingerprints."""

    old: Any
    new: Any
    whole_old: Any
    """As it was read: what its fingerprint names."""
    whole_new: Any
    ignore: tuple[str, ...] = ()
    """Attributes that are not compared."""
    notes: tuple[str, ...] = ()
    """What was taken out of both sides."""
    renames: "tuple[Renaming, ...]" = ()
    """Hints. They hold for both directions."""
    answers: "tuple[Answer, ...]" = ()
    """How values go over."""
    asked: "Header | None" = None
    """The server that is to run the script, where it is not the old snapshot's."""

    @property
    def server(self) -> "Header":
        """What the script runs on, forward and back."""
        found: Header = self.asked or self.old.header
        return found

    @property
    def back(self) -> "Pair":
        """The same on the same server, the other way; what is worked out of the two sides is so once."""
        other = dataclasses.replace(
            self,
            old=self.new,
            new=self.old,
            whole_old=self.whole_new,
            whole_new=self.whole_old,
            asked=self.server,
        )
        vars(other).update(schemas=self.schemas[::-1], prints=self.prints[::-1])
        return other

    @cached_property
    def schemas(self) -> "tuple[Schema, Schema]":
        """Both sides as the engine sees them."""
        from ..engine.schema import Schema

        old, new = Schema(self.old), Schema(self.new)
        new.answers = self.answers
        return old, new

    @cached_property
    def prints(self) -> tuple[str, str]:
        """The fingerprints of what was read."""
        from ..snapshots.format import fingerprint

        known: dict[int, bytes] = {}
        return fingerprint(self.whole_old, known), fingerprint(self.whole_new, known)


def settings(path: str | None = None) -> "Config":
    """The project's settings. Raises InputError."""
    from .config import load as load_config

    return load_config(path)


def pair(
    old: str,
    new: str,
    *,
    config: "Config | None" = None,
    ignore: str = "",
    scope: Iterable[str] | None = None,
    rename: Iterable[str] | None = None,
    using: Iterable[str] | None = None,
    server_version: str | None = None,
) -> Pair:
    """Both snapshots. `empty` stands for one without objects beside the other, and no hint is asked for there. Raises
    InputError, Refused."""
    before, after = load_both(old, new)
    found = merged(config or settings(), ignore=ignore, scope=scope, rename=rename, using=using)
    asked = frozenset(entry.identity for entry in found.using[: len(list(using or ()))])
    both = ask(before, after, config=found.without_hints() if EMPTY in (old, new) else found, asked=asked)
    return on_version(both, server_version)


def on_version(pair: Pair, version: str | None) -> Pair:
    """The pair with its script for a server of that version; without one, of the old snapshot's. Raises InputError."""
    if version is None:
        return pair
    from ..dialects import dialect
    from ..snapshots.errors import InputError

    header = pair.old.header
    try:
        number = dialect(header.dialect).version_number(version)
    except ValueError:
        raise InputError(
            f"no version of {header.flavour}: {version!r}", "--server-version", "say 16, or 8.0.36"
        ) from None
    return dataclasses.replace(pair, asked=replace(header, version=version, version_number=number))


def merged(
    config: "Config",
    *,
    ignore: str = "",
    scope: Iterable[str] | None = None,
    rename: Iterable[str] | None = None,
    using: Iterable[str] | None = None,
) -> "Config":
    """The settings and the options together: an option for the scope counts for more, so does the answer for a column;
    others are added. Raises InputError."""
    from ..snapshots.model import Scope
    from .config import Ignore, Rename, Using
    from .narrow import attribute_names, split_ignore

    words = (*config.ignore.attributes, *config.ignore.objects, *ignore.split(","))
    attributes, objects = split_ignore(words, attribute_names)
    renames = _halves(rename or (), "--rename", "column s.t.a=column s.t.b")
    answers = [Using(column=a, using=b) for a, b in _halves(using or (), "--using", "column s.t.c=c::integer")]
    over = {answer.identity for answer in answers}
    return replace(
        config,
        scope=Scope(schemas=tuple(scope)) if scope else config.scope,
        ignore=Ignore(attributes=attributes, objects=objects),
        renames=(*config.renames, *(Rename(old=before, new=after) for before, after in renames)),
        using=(*answers, *(entry for entry in config.using if entry.identity not in over)),
    )


def _halves(options: Iterable[str], name: str, example: str) -> Iterator[tuple[str, str]]:
    """What stands before and behind the first `=`. Raises InputError."""
    from ..snapshots.errors import InputError

    for option in options:
        before, between, after = option.partition("=")
        if not between:
            raise InputError(f"no `=` in {option!r}", name, f"say {name} '{example}'")
        yield before.strip(), after.strip()


def ask(old: Any, new: Any, *, config: "Config", asked: "frozenset[Identity]" = frozenset()) -> Pair:
    """What is compared of two snapshots, by settings as `merged` gives them. `asked`: the columns whose answer is one
    of this command's; where neither side has such a column, the plan says so."""
    from ..engine.protocol import Renaming
    from ..snapshots.naming import Identity
    from .narrow import narrowed

    result = narrowed(
        old,
        new,
        scope=config.scope,
        ignore=config.ignore.objects,
        managed=(p.table for p in config.partitions if p.managed),
    )
    renames = tuple(Renaming(Identity(rename.old), Identity(rename.new)) for rename in config.renames)
    hints = _about(renames, result, old, new)
    found = Pair(result.old, result.new, old, new, config.ignore.attributes, result.notes, hints)
    if config.using:
        found = dataclasses.replace(found, answers=_answers(config, found, asked))
    return found


def _answers(config: "Config", pair: Pair, asked: "frozenset[Identity]") -> "tuple[Answer, ...]":
    """How values go over, for the columns that there are, and those that were asked for."""
    from ..engine.protocol import Answer

    return tuple(
        Answer(entry.identity, entry.using, entry.type)
        for entry in config.using
        if entry.identity in asked or any(entry.identity in schema for schema in pair.schemas)
    )


def _about(renames: "tuple[Renaming, ...]", left: Any, old: Any, new: Any) -> "tuple[Renaming, ...]":
    """The hints but for those about what was taken out of both sides."""
    if not renames or (left.old is old and left.new is new):
        return renames
    from ..engine.schema import Schema

    kept, whole = [[Schema(side) for side in sides] for sides in ((left.old, left.new), (old, new))]

    def known(renaming: "Renaming", sides: "list[Schema]") -> bool:
        return any(name in side for side in sides for name in (renaming.before, renaming.after))

    return tuple(r for r in renames if known(r, kept) or not known(r, whole))


def load_both(old: str, new: str) -> tuple[Any, Any]:
    """OLD and NEW as they were read, of one dialect. Raises InputError."""
    import gc

    from ..snapshots.format import collector_off

    with collector_off():
        before, after = _both(old, new)
        gc.freeze()  # none of it is ever garbage: the collector need not look at it
    check_dialects(before, after)
    return before, after


def _both(old: str, new: str) -> tuple[Any, Any]:
    from ..snapshots.errors import InputError

    if old == new and old in (EMPTY, "-"):
        raise InputError(f"both snapshots are `{old}`", "OLD and NEW", "name one file at least")
    if old == EMPTY:
        after = load(new)
        return empty_beside(after), after
    if new == EMPTY:
        before = load(old)
        return before, empty_beside(before)
    return load_pair(old, new)


def load_pair(old: str, new: str) -> "tuple[Snapshot, Snapshot]":
    """Both, as `load` gives them; of two files, what they share is decoded once."""
    from ..dialects import is_url
    from ..snapshots import format

    if any(":" in source or is_url(source) for source in (old, new)):  # a live database, or a git revision
        return load(old), load(new)
    return format.read_pair(old, new)


def check_dialects(old: Any, new: Any) -> None:
    """InputError for snapshots of two dialects."""
    from ..snapshots.errors import InputError

    if old.header.dialect != new.header.dialect:
        raise InputError(
            what=f"a {old.header.dialect} snapshot and a {new.header.dialect} snapshot have nothing to compare",
            where="the two snapshots' headers",
            next="compare snapshots of one dialect",
        )


def load(source: str) -> "Snapshot":
    """One snapshot; of a URL, dumped now. Raises InputError; of a URL, ServerFailed too."""
    from ..dialects import is_url, read_url
    from ..snapshots import format

    if is_url(source):
        found: Snapshot = read_url(source)
        return found
    if ":" in source:
        from . import git

        ref = git.parsed(source)
        if ref is not None:
            return git.read(ref)
    return format.read(source)


def empty_beside(beside: Any) -> Any:
    """A database as it is made: without anything but what the server puts there, as far as the scope covers it."""
    from ..dialects import dialect
    from .narrow import covers

    header = beside.header
    fresh = dialect(header.dialect).fresh(header, beside.objects)
    return replace(beside, objects=tuple(obj for obj in fresh if covers(header.scope, obj)))


def same_file(old: str, new: str) -> bool:
    """Do both name files of the same bytes? Then nothing differs, and nothing is decoded."""
    from ..snapshots import format

    return EMPTY not in (old, new) and "-" not in (old, new) and format.same_bytes(old, new)
