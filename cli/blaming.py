"""What `dbstrata blame` does once the command line is read."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from ..snapshots import split
from ..snapshots.errors import InputError
from ..snapshots.model import Identity, Object, attributes, flatten
from ..snapshots.naming import path_of
from ..templates.render import render_report
from .comparing import Format, may_colour
from .git import Ref, Repository, parsed, snapshot_of
from .history import Commit, History
from .output import write_text
from .reasons import label
from .report import painter
from .sources import settings

__all__ = ["blame"]


class Blamed(NamedTuple):
    """One object, and the commit that made it what it is."""

    identity: Identity
    commit: Commit | None
    """None where the history that is there does not tell."""


def blame(words: Sequence[str], *, format: Format, output: str, config: str | None) -> None:
    """Print the last commit of an object, and of each that stands in it. Raises InputError."""
    ignore = settings(config).ignore.attributes
    with Repository() as repository:
        name, rest = _name(words)
        if len(rest) > 1:
            raise InputError("more than an identity and a path", " ".join(words), "quote the identity")
        ref = _ref(repository, rest[0] if rest else None)
        repository.warn_if_shallow()
        where = str(ref)
        entry = repository.entry(repository.tree_of(ref.revision), ref.path)
        if entry is None:
            raise repository.path_missing(ref, ref.path)
        snapshot = snapshot_of(repository, entry, where)
        root, wanted = _found(snapshot.objects, name, where)
        below = split.file_of(root.identity()).as_posix() if entry.is_tree else ""
        found = list(_blamed(History(repository, ref.path, ignore), ref.revision, below, wanted))
    write_text(_blame_text(found, format, colour=output == "-" and may_colour()), output)


def _name(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """An identity may come as one word or as several, as it is printed: `primary key public.orders.orders_pkey`."""
    at = 0
    while at < len(words) - 1 and words[at].replace("_", "").isalpha() and not _is_source(words[at + 1]):
        at += 1
    return " ".join(words[: at + 1]), words[at + 1 :]


def _is_source(word: str) -> bool:
    return os.path.exists(word) or parsed(word) is not None


def _ref(repository: Repository, path: str | None) -> Ref:
    ref = parsed(path) if path is not None else None
    if ref is not None:
        return Ref(ref.revision or "HEAD", repository.path(ref.path))
    return Ref("HEAD", repository.local(path) if path is not None else repository.only_snapshot())


def _found(objects: Iterable[Object], name: str, where: str) -> tuple[Object, dict[Identity, Object]]:
    """The top-level object, and those that are asked for: the one of that identity, or path, and all in it."""
    for root in objects:
        inside = list(flatten(root))
        for at, (identity, _, _obj) in enumerate(inside):
            if name in (identity, label(identity), path_of(identity)):
                own = f"{path_of(identity)}."
                rest = (found for found in inside[at + 1 :] if f"{path_of(found[0])}.".startswith(own))
                return root, {i: o for i, _, o in (inside[at], *rest)}
    raise InputError(f"no {name}", where, "name an object as it stands there: table public.orders")


def _blamed(history: History, revision: str, below: str, wanted: dict[Identity, Object]) -> Iterator[Blamed]:
    """For each object the newest commit that left it as it is now."""
    found: dict[Identity, Commit] = {}
    for commit in history.commits(revision, below):
        if len(found) == len(wanted):
            break
        try:
            changes = history.difference(commit).changes.by_identity
        except InputError:
            continue
        for identity in wanted.keys() & changes.keys() - found.keys():
            made = changes[identity].new
            if made is not None and _is_as_now(made, wanted[identity]):
                found[identity] = commit
    return (Blamed(identity, found.get(identity)) for identity in wanted)


def _is_as_now(made: Object, now: Object) -> bool:
    return all(getattr(made, a) == getattr(now, a) for a in attributes(type(now)))


def _blame_text(found: Sequence[Blamed], format: Format, *, colour: bool) -> str:
    if format is Format.json:
        data = [{"identity": b.identity, **(b.commit.as_data() if b.commit is not None else {})} for b in found]
        return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"
    lines = [(label(b.identity), b.commit) for b in found]
    author = max((len(commit.author) for _, commit in lines if commit is not None), default=0)
    widths = {"author_width": author, "label_width": max(len(name) for name, _ in lines)}
    name = "blame.md" if format is Format.markdown else "blame.txt"
    return render_report(name, lines=lines, paint=painter(colour=colour), **widths)
