"""What `dbstrata log` does once the command line is read."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from ..snapshots.errors import InputError
from ..snapshots.model import Identity
from ..snapshots.naming import path_of
from ..templates.render import render_report
from .comparing import Format, may_colour
from .git import Repository
from .history import UNRELEASED, Commit, Difference, History, Release, unreadable
from .output import write_text
from .report import Report, entries, header_differences, painter, report
from .sources import settings

__all__ = ["log"]


@dataclass(frozen=True)
class Logged:
    """One commit, for a template."""

    commit: Commit
    found: Report | None
    changes: Sequence[dict[str, Any]]
    header: tuple[str, ...] = ()
    """What of the header changed, a line each."""
    unreadable: str = ""


# log


def log(words: Sequence[str], *, objects: Iterable[str], format: Format, output: str, config: str | None) -> None:
    """Print the history. Raises InputError."""
    ignore = settings(config).ignore.attributes
    patterns = tuple(objects)
    with Repository() as repository:
        path, range = _path_and_range(repository, words)
        history = History(repository, path, ignore)
        commits = history.commits(range)
        repository.warn_if_shallow()
        if not commits and range == "HEAD":
            raise InputError("no commit has it", path, "check the path, or commit the snapshot first")
        found = (entry for commit in commits if (entry := _logged(history, commit, patterns)) is not None)
        write_text(_told(format, found, history, range, colour=output == "-" and may_colour()), output)


def _told(format: Format, found: Iterable[Logged], history: History, range: str, *, colour: bool) -> str:
    if format is Format.json:
        return msgspec.json.format(msgspec.json.encode([_as_data(entry) for entry in found]), indent=2).decode() + "\n"
    if format is Format.text:
        return render_report("log.txt", entries=list(found), paint=painter(colour=colour))
    releases = history.releases(range)
    sections: dict[Release, list[Logged]] = {}
    for entry in found:
        sections.setdefault(releases.get(entry.commit.id, UNRELEASED), []).append(entry)
    return render_report("log.md", sections=sections, path=history.path, range=range)


def _path_and_range(repository: Repository, words: Sequence[str]) -> tuple[str, str]:
    """What the words on the command line mean: a word that is no file and that git knows as commits is the range."""
    if len(words) > 2:
        raise InputError("more than a path and a range", " ".join(words), "say dbstrata log PATH RANGE")
    ranges = [w for w in words if not os.path.exists(w) and (_is_range(w) or _is_commit(repository, w))]
    paths = [word for word in words if word not in ranges]
    if len(paths) > 1 or len(ranges) > 1:
        raise InputError("two of a kind", " ".join(words), "say dbstrata log PATH RANGE")
    path = repository.local(paths[0]) if paths else repository.only_snapshot()
    return path, ranges[0] if ranges else "HEAD"


def _is_range(word: str) -> bool:
    """`v1..v2`, `v1..`, `..v2`, `v1...v2`; and no path that goes up."""
    return ".." in word and not {"..", "."} & set(word.split("/"))


def _is_commit(repository: Repository, word: str) -> bool:
    return repository.find(f"{word}^{{commit}}") is not None


def _logged(history: History, commit: Commit, patterns: tuple[str, ...]) -> Logged | None:
    """What is told of a commit; None if it changed nothing that is asked for."""
    try:
        found = history.difference(commit)
        header = () if patterns else tuple(_header_lines(history, commit))
    except InputError as error:
        return None if patterns else Logged(commit, None, (), unreadable=unreadable(error))
    if patterns:
        found = found.only([i for i in found.changes.by_identity if _matches(i, found, patterns)])
    if not found.changes and not header:
        return None
    told = report(found.changes, found.old, found.new, history.ignore, ())
    return Logged(commit, told, entries(found.changes, found.old, found.new), header)


def _header_lines(history: History, commit: Commit) -> Iterator[str]:
    old, new = history.headers(commit)
    if old is not None and new is not None:
        yield from header_differences(old, new)


def _matches(identity: Identity, found: Difference, patterns: tuple[str, ...]) -> bool:
    root = found.new.root_of(identity) or found.old.root_of(identity) or identity
    names = (identity, path_of(identity), root, path_of(root))
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _as_data(entry: Logged) -> dict[str, Any]:
    return {
        **entry.commit.as_data(),
        "header": list(entry.header),
        "changes": list(entry.changes),
        "unreadable": entry.unreadable or None,
    }
