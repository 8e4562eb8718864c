"""OLD and NEW on the command line: a file, a split directory, `REVISION:PATH` of git, `-`, a URL, or `empty`; and what
of them is compared."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..engine.protocol import Answer, Renaming
    from ..engine.schema import Schema
    from ..snapshots.format import Snapshot
    from .config import Config

__all__ = ["Pair", "ask", "check_dialects", "empty_beside", "load", "pair", "same_file", "settings"]

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

    @property
    def back(self) -> "Pair":
        """The same, the other way; what has been worked out of the two sides goes along."""
        other = replace(self, old=self.new, new=self.old, whole_old=self.whole_new, whole_new=self.whole_old)
        vars(other).update({name: vars(self)[name][::-1] for name in ("schemas", "prints") if name in vars(self)})
        return other

    @cached_property
    def schemas(self) -> "tuple[Schema, Schema]":
        """Both sides as the engine sees them."""
        from ..engine.schema import Schema

        return Schema(self.old), Schema(self.new)

    @cached_property
    def prints(self) -> tuple[str, str]:
        """The fingerprints of what was read."""
        from ..snapshots.format import fingerprint

        return fingerprint(self.whole_old), fingerprint(self.whole_new)


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
) -> Pair:
    """Both snapshots. `empty` stands for one without objects beside the other, and no hint is asked for there. Raises
    InputError, Refused."""
    before, after = _both(old, new)
    check_dialects(before, after)
    config = config or settings()
    renames = () if EMPTY in (old, new) else _hints(config, rename or ())
    found = ask(before, after, config=config, ignore=ignore, scope=scope, renames=renames)
    return found if EMPTY in (old, new) else replace(found, answers=_answers(config, using or (), found))


def _hints(config: "Config", options: Iterable[str]) -> "tuple[Renaming, ...]":
    """Those of the settings, and those of the command line. Raises InputError."""
    from ..engine.protocol import Renaming
    from ..snapshots.naming import Identity

    found = [(rename.old, rename.new) for rename in config.renames]
    found += [_halves(option, "--rename", "column s.t.a=column s.t.b") for option in options]
    return tuple(Renaming(Identity(before.strip()), Identity(after.strip())) for before, after in found)


def _answers(config: "Config", options: Iterable[str], pair: Pair) -> "tuple[Answer, ...]":
    """How values go over, by the settings and the command line, which counts for more. Raises InputError."""
    from ..engine.protocol import Answer
    from ..snapshots.naming import Identity

    asked = [_halves(option, "--using", "column s.t.c=c::integer") for option in options]
    said = [Answer(Identity(column.strip()), text.strip()) for column, text in asked]
    over = {answer.identity for answer in said}
    for entry in config.using:
        identity = Identity(f"column {entry.column.removeprefix('column ')}")
        if identity not in over and any(identity in schema for schema in pair.schemas):
            said.append(Answer(identity, entry.using, entry.type))
    return tuple(said)


def _halves(option: str, name: str, example: str) -> tuple[str, str]:
    """What stands before and behind the first `=`. Raises InputError."""
    from ..snapshots.errors import InputError

    before, between, after = option.partition("=")
    if not between:
        raise InputError(f"no `=` in {option!r}", name, f"say {name} '{example}'")
    return before, after


def ask(
    old: Any,
    new: Any,
    *,
    config: "Config",
    ignore: str = "",
    scope: Iterable[str] | None = None,
    renames: "tuple[Renaming, ...]" = (),
) -> Pair:
    """What is compared of two snapshots, by the settings and the options. An option counts for more."""
    from ..snapshots.model import Scope
    from .narrow import attribute_names, narrowed, split_ignore

    words = (*config.ignore.attributes, *config.ignore.objects, *ignore.split(","))
    attributes, patterns = split_ignore(words, attribute_names)
    result = narrowed(
        old,
        new,
        scope=Scope(schemas=tuple(scope)) if scope else config.scope,
        ignore=patterns,
        managed=(p.table for p in config.partitions if p.managed),
    )
    return Pair(result.old, result.new, old, new, attributes, result.notes, _about(renames, result, old, new))


def _about(renames: "tuple[Renaming, ...]", left: Any, old: Any, new: Any) -> "tuple[Renaming, ...]":
    """The hints but for those about what was taken out of both sides."""
    if not renames or (left.old is old and left.new is new):
        return renames
    from ..engine.schema import Schema

    kept, whole = [[Schema(side) for side in sides] for sides in ((left.old, left.new), (old, new))]

    def known(renaming: "Renaming", sides: "list[Schema]") -> bool:
        return any(name in side for side in sides for name in (renaming.before, renaming.after))

    return tuple(r for r in renames if known(r, kept) or not known(r, whole))


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
    from ..snapshots import format

    if ":" in old or ":" in new:  # a URL or a git revision
        return load(old), load(new)
    return format.read_pair(old, new)


def check_dialects(old: Any, new: Any) -> None:
    """Refused for snapshots of two dialects."""
    from ..snapshots.errors import Refused

    if old.header.dialect != new.header.dialect:
        raise Refused(
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
    from msgspec.structs import replace

    from ..dialects import dialect
    from .narrow import covers

    header = beside.header
    fresh = dialect(header.dialect).fresh(header, beside.objects)
    return replace(beside, objects=tuple(obj for obj in fresh if covers(header.scope, obj)))


def same_file(old: str, new: str) -> bool:
    """Do both name files of the same bytes? Then nothing differs, and nothing is decoded."""
    from ..snapshots import format

    return EMPTY not in (old, new) and "-" not in (old, new) and format.same_bytes(old, new)
