"""The history of one snapshot in git: its commits, and what each changed.

A version is known by its pieces, an object's text each: those of a file as they stand in it, those of a split snapshot
by their blobs. Two versions share nearly all of them, and only those that differ are decoded; so a long history of a
large schema costs what changed in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from ..engine.compare import Change, Changes, compare
from ..engine.schema import Schema
from ..snapshots import format, split
from ..snapshots.canonical import Document
from ..snapshots.errors import InputError
from ..snapshots.model import Header, Identity, Object
from .git import Entry, Ref, Repository, snapshot_of

__all__ = ["Commit", "Difference", "History", "Release"]

MARK = "tag: "
KEPT = 16
"""Versions that are remembered: a commit's parents are seldom far from it."""

FIELDS = ("%H", "%P", "%T", "%an", "%ae", "%aI", "%D", "%s")


class Commit(NamedTuple):
    """One commit that changed the snapshot's files."""

    id: str
    parents: tuple[str, ...]
    """The commits before it that changed them too, or where the history begins."""
    tree: str
    author: str
    email: str
    date: str
    """ISO 8601, in the author's time zone."""
    tags: tuple[str, ...]
    subject: str

    @property
    def short(self) -> str:
        """Enough of the id for people."""
        return self.id[:10]

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        told = {"author": self.author, "email": self.email, "date": self.date, "subject": self.subject}
        return {"commit": self.id, **told, "tags": list(self.tags)}

    @property
    def day(self) -> str:
        """The date without the time."""
        return self.date[:10]


class Release(NamedTuple):
    """A tag, or what no tag has yet."""

    name: str
    day: str


UNRELEASED = Release("Unreleased", "")


@dataclass(frozen=True)
class Difference:
    """What differs between two versions: the objects that do, alone."""

    old: Schema
    new: Schema
    changes: Changes

    def only(self, keep: "Iterable[Identity]") -> "Difference":
        """With the changes of these objects alone."""
        kept = {i: self.changes.by_identity[i] for i in keep}
        return Difference(self.old, self.new, replace(self.changes, by_identity=kept))


class Version(NamedTuple):
    """A snapshot as it was once. `header` is None where there was none."""

    header: Header | None
    pieces: Mapping[Any, str]
    """Of each object, by what tells it from others: the text itself, or a blob's id; with where it stands."""


NOTHING = Version(None, {})


class History:
    """What happened to the snapshot at one path."""

    def __init__(self, repository: Repository, path: str, ignore: tuple[str, ...] = ()) -> None:
        self.repository, self.path, self.ignore = repository, path, ignore
        self._version = lru_cache(maxsize=KEPT)(self._load)
        self._decoded: dict[Any, Object] = {}
        self._trees: dict[str, str] = {}
        self._parents: dict[str, tuple[str, ...]] = {}

    # commits

    def commits(self, range: str = "HEAD", below: str = "") -> list[Commit]:
        """The commits that changed the path, or `below` it, newest first. Raises InputError."""
        path = "/".join(filter(None, (self.path, below)))
        arguments = ("--topo-order", "--parents", "--decorate-refs=refs/tags/*", f"--format={'%x00'.join(FIELDS)}")
        text = self.repository.ask("log", *arguments, "--end-of-options", range, "--", f":(top,literal){path}")
        found = [_commit(line.split("\0", len(FIELDS) - 1)) for line in text.split("\n") if line]
        self._trees |= {commit.id: commit.tree for commit in found}
        self._parents |= {commit.id: commit.parents for commit in found}
        return found

    def releases(self, range: str) -> dict[str, Release]:
        """The first tag that has it, of every commit in the range."""
        text = self.repository.ask(
            *("log", "--topo-order", "--reverse", "--decorate-refs=refs/tags/*", "--format=%H%x00%P%x00%cs%x00%D"),
            *("--end-of-options", range, "--"),
        )
        found: dict[str, Release] = {}
        parents: dict[str, list[str]] = {}
        for line in filter(None, text.split("\n")):
            id, before, day, names = line.split("\0")
            parents[id] = before.split()
            tags = _tags(names)
            pending = [id] if tags else []
            while pending:  # all that is in it and in no earlier one
                commit = pending.pop()
                if commit in parents and commit not in found:
                    found[commit] = Release(tags[0], day)
                    pending += parents[commit]
        return {id: found.get(id, UNRELEASED) for id in parents}

    # versions

    def difference(self, commit: Commit) -> Difference:
        """What the commit changed: of a merge, what is as in none of its parents. Raises InputError."""
        new = self._at(commit.id)
        found = [self._between(self._before(parent), new) for parent in commit.parents or ("",)]
        return found[0] if len(found) == 1 else _in_all(found)

    def headers(self, commit: Commit) -> tuple[Header | None, Header | None]:
        """That of the first parent, and its own."""
        old = self._before(commit.parents[0] if commit.parents else "")
        return old.header, self._at(commit.id).header

    def _before(self, id: str) -> Version:
        """The version there; where that can't be read, the newest before it that can. Before the first commit the id
        is empty."""
        while id:
            try:
                return self._at(id)
            except InputError:
                id = next(iter(self._parents.get(id, ())), "")
        return NOTHING

    def _at(self, id: str) -> Version:
        if id not in self._trees:
            self._trees[id] = self.repository.tree_of(id)
        entry = self.repository.entry(self._trees[id], self.path)
        return self._version(entry, str(Ref(id[:10], self.path))) if entry is not None else NOTHING

    def _load(self, entry: Entry, where: str) -> Version:
        if entry.is_tree:
            files = dict(self.repository.files(entry.id))
            manifest = files.pop(split.MANIFEST, None)
            if manifest is None:
                return NOTHING
            header = split.manifest(self.repository.blob(manifest, where), where)
            if self._number(manifest, where) == format.FORMAT:
                return Version(header, {id: f"{where}/{path}" for path, id in files.items()})
            return _whole(format.encode(snapshot_of(self.repository, entry, where)), where)
        data = self.repository.blob(entry.id, where)
        if self._number(entry.id, where) != format.FORMAT:
            data = format.encode(format.decode(data, where))
        return _whole(data, where)

    def _number(self, blob: str, where: str) -> int:
        """The format of the file."""
        number: int = format.peek(self.repository.blob(blob, where).removeprefix(format.BOM), where)["format"]
        return number

    def _between(self, old: Version, new: Version) -> Difference:
        from ..dialects import dialect

        header = new.header or old.header
        if header is None:
            empty = Schema(Document(header=_NO_HEADER, objects=()))
            return Difference(empty, empty, Changes({}))
        if old.header is not None and old.header.dialect != header.dialect:
            old = NOTHING
        gone = self._objects(old, old.pieces.keys() - new.pieces.keys())
        come = self._objects(new, new.pieces.keys() - old.pieces.keys())
        before, after = (
            Schema(Document(header=head, objects=objects))
            for head, objects in ((old.header or header, gone), (header, come))
        )
        return Difference(before, after, compare(before, after, same=dialect(header.dialect).same, ignore=self.ignore))

    def _objects(self, version: Version, pieces: "Iterable[Any]") -> tuple[Object, ...]:
        found = [self._object(piece, version) for piece in pieces]
        return tuple(sorted(found, key=lambda obj: obj.identity()))

    def _object(self, piece: Any, version: Version) -> Object:
        if piece not in self._decoded:
            assert version.header is not None
            where = version.pieces[piece]
            data = piece if isinstance(piece, bytes) else self.repository.blob(piece, where)
            self._decoded[piece] = split.decode_object(data, version.header.dialect, where)
        return self._decoded[piece]


_NO_HEADER = Header(format=format.FORMAT, dialect="", flavour="", version="", version_number=0)


class _Rough(msgspec.Struct):
    """A document whose objects are not decoded yet."""

    header: Header
    objects: list[msgspec.Raw]


def _whole(data: bytes, where: str) -> Version:
    try:
        found = msgspec.json.decode(data.removeprefix(format.BOM), type=_Rough)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        format.decode(data, where)  # which says what is wrong
        raise
    return Version(found.header, dict.fromkeys(map(bytes, found.objects), where))


def _in_all(differences: list[Difference]) -> Difference:
    """The first one, with what all of them have."""
    first, *others = differences
    kept: dict[Identity, Change] = {}
    for identity, change in first.changes.by_identity.items():
        found = [other.changes.by_identity.get(identity) for other in others]
        if None in found:
            continue
        there = [set(c.attributes) for c in found if c is not None and c.attributes]
        attributes = tuple(a for a in change.attributes if all(a in names for names in there))
        if attributes or not change.attributes:
            kept[identity] = replace(change, attributes=attributes)
    return Difference(first.old, first.new, replace(first.changes, by_identity=kept))


def _commit(fields: list[str]) -> Commit:
    id, parents, tree, author, email, date, names, subject = fields
    return Commit(id, tuple(parents.split()), tree, author, email, date, _tags(names), subject)


def _tags(names: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(MARK) for name in names.split(", ") if name.startswith(MARK))


def unreadable(error: InputError) -> str:
    """What a log says of a commit whose snapshot can't be read."""
    return f"{error.what}: {error.where}"
