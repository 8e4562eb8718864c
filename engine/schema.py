"""A snapshot as the engine sees it: objects by identity, what stands in what, and who uses whom.

`Schema` is read-only and works lazily: an object's inside is unfolded when it is first asked for. `State` is a schema
that the effects of steps change; the snapshot below it stays as it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

from msgspec import Struct

from ..snapshots.canonical import Document, Entry, Root
from ..snapshots.model import Header, Identity, Object, references
from ..snapshots.naming import path_of

T = TypeVar("T")


class Answer(Struct, frozen=True):
    """What the user says where a dialect has to ask: of which object, and where it matters, of which new value."""

    identity: Identity
    text: str
    value: str | None = None


class Schema:
    """The objects of one snapshot."""

    answers: tuple[Answer, ...] = ()
    """What was said about the way to it."""

    def __init__(self, snapshot: Document) -> None:
        self._snapshot = snapshot
        self.header = snapshot.header
        self.server = snapshot.header
        """Of the server that the script runs on."""
        self._walked: dict[Identity, Root] = {root.entries[0][0]: root for root in snapshot.walk.roots}
        self.roots: dict[Identity, Object] = {i: root.entries[0][2] for i, root in self._walked.items()}
        self._entries: dict[Identity, Entry | None] = {}
        """What was unfolded; None of what was asked for, and is not there."""
        self._inside: dict[Identity, tuple[Identity, ...]] = {}
        self._users_within: dict[Identity, list[tuple[Identity, str]]] = {}
        self._remembered: dict[str, Any] = {}
        self._by_kind: dict[str, tuple[Object, ...]] = {}

    def with_objects(self, objects: Iterable[Object]) -> "Schema":
        """The same server with these top-level objects, most of them its own."""
        snapshot = Document(header=self.header, objects=tuple(objects))
        snapshot.walk_beside(self._snapshot)
        return Schema(snapshot).on(self.server)

    def on(self, server: Header) -> "Schema":
        """The same objects on that server."""
        if (server.flavour, server.version_number) == (self.server.flavour, self.server.version_number):
            return self
        other = copy(self)
        other.server, other._remembered = server, {}
        return other

    @cached_property
    def _holders(self) -> dict[str, Identity]:
        """The objects that can hold others, by path."""
        return {path_of(i): i for i, obj in self.roots.items() if obj.children}

    def root_of(self, identity: Identity) -> Identity | None:
        """The top-level object that it is, or stands in, if there is one."""
        if identity in self.roots:
            return identity
        path = path_of(identity)
        while (cut := _last_dot(path)) > 0:
            path = path[:cut]
            if path in self._holders:
                return self._holders[path]
        return self._holders.get(path_of(identity))

    def _unfold(self, identity: Identity) -> None:
        """Look into the top-level object that it is, or would stand in."""
        root = self.root_of(identity)
        if root is not None and root not in self._entries:
            entries = self._walked[root].entries
            self._entries.update({entry[0]: entry for entry in entries})
            inside: defaultdict[Identity, list[Identity]] = defaultdict(list)
            for inner, parent, _ in entries:
                if parent is not None:
                    inside[parent].append(inner)
            self._inside.update((parent, tuple(found)) for parent, found in inside.items())
            for user, attribute, used in self._walked[root].inward:
                if attribute != "derived_from":
                    self._users_within.setdefault(used, []).append((user, attribute))
        self._entries.setdefault(identity, None)

    def get(self, identity: Identity) -> Object | None:
        """The object of that identity, at whatever depth."""
        if identity not in self._entries:
            self._unfold(identity)
        entry = self._entries[identity]
        return entry[2] if entry is not None else None

    def __getitem__(self, identity: Identity) -> Object:
        found = self.get(identity)
        if found is None:
            raise KeyError(identity)
        return found

    def __contains__(self, identity: Identity) -> bool:
        return self.get(identity) is not None

    def objects(self) -> Iterator[Entry]:
        """(identity, parent's identity, object) of all, at whatever depth."""
        return chain.from_iterable(root.entries for root in self._walked.values())

    def parent(self, identity: Identity) -> Identity | None:
        """In what it stands."""
        if identity not in self._entries:
            self._unfold(identity)
        entry = self._entries[identity]
        return entry[1] if entry is not None else None

    def inside(self, identity: Identity) -> tuple[Identity, ...]:
        """What stands directly in it."""
        if identity not in self._entries:
            self._unfold(identity)
        return self._inside.get(identity, ())

    def descendants(self, identity: Identity) -> Iterator[Identity]:
        """All that stands in it, parents first."""
        for inner in self.inside(identity):
            yield inner
            if inner in self._inside:
                yield from self.descendants(inner)

    def remember(self, what: str, make: "Callable[[Schema], T]") -> T:
        """What `make` works out of the schema, worked out once."""
        if what not in self._remembered:
            self._remembered[what] = make(self)
        remembered: T = self._remembered[what]
        return remembered

    def of_kind(self, kind: str) -> tuple[Object, ...]:
        """The top-level objects of that kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(obj for obj in self.roots.values() if obj.kind == kind)
        return self._by_kind[kind]

    @cached_property
    def across(self) -> "Uses":
        """Who names what, where the two stand in different top-level objects; worked out once."""
        users: defaultdict[Identity, list[tuple[Identity, str]]] = defaultdict(list)
        heirs: defaultdict[Identity, list[Identity]] = defaultdict(list)
        for root in self._walked.values():
            for identity, attribute, used in root.outward:
                if attribute == "derived_from":
                    heirs[used].append(identity)
                else:
                    users[used].append((identity, attribute))
        return Uses(users, heirs)

    def users(self, identity: Identity) -> list[tuple[Identity, str]]:
        """(identity, attribute) of what names it; `derived_from` apart, for that is no use."""
        if identity not in self._entries:
            self._unfold(identity)
        within, across = self._users_within.get(identity, ()), self.across.users.get(identity, ())
        return [*within, *across]

    def heirs(self, identity: Identity) -> list[Identity]:
        """What derives from it."""
        return self.across.heirs.get(identity, [])

    def all_heirs(self, identity: Identity) -> Iterator[Identity]:
        """What derives from it, at whatever remove; what does so in two ways, twice."""
        for heir in self.heirs(identity):
            yield heir
            yield from self.all_heirs(heir)


class Uses(Struct, frozen=True):
    """Who names an identity in which attribute, and what derives from it."""

    users: dict[Identity, list[tuple[Identity, str]]]
    heirs: dict[Identity, list[Identity]]


def _last_dot(path: str) -> int:
    """Where the last dot outside quotes is; -1 if nowhere."""
    if '"' not in path:
        return path.rfind(".")
    quoted = False
    for at in range(len(path) - 1, -1, -1):
        if path[at] == '"':
            quoted = not quoted
        elif path[at] == "." and not quoted:
            return at
    return -1


Effect = tuple[Identity, Object | None]
"""An identity and what it is from now on; None: it is gone."""


class State:
    """A schema in the middle of a script: the old one, and what has been done to it so far."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.server = schema.server
        self._now: dict[Identity, Object | None] = {}
        self._inside: dict[Identity, dict[Identity, None]] = {}
        self._named: dict[Identity, list[tuple[str, Identity]]] = {}
        """What the objects that effects made name, by attribute."""
        self._users: dict[Identity, dict[Identity, None]] = {}
        self._heirs: dict[Identity, dict[Identity, None]] = {}
        self._parents: dict[Identity, Identity] = {}

    @property
    def touched(self) -> Iterable[Identity]:
        """Every identity that an effect has named."""
        return self._now

    def get(self, identity: Identity) -> Object | None:
        """The object as it is now."""
        if identity in self._now:
            return self._now[identity]
        return self.schema.get(identity)

    def inside(self, identity: Identity) -> list[Identity]:
        """What stands directly in it now."""
        return [i for i in self._listed(identity) if self.get(i) is not None]

    def _listed(self, identity: Identity) -> dict[Identity, None]:
        """What stands, or stood, in it, in order."""
        if identity not in self._inside:
            self._inside[identity] = dict.fromkeys(self.schema.inside(identity))
        return self._inside[identity]

    def descendants(self, identity: Identity) -> Iterator[Identity]:
        """All that stands in it now, parents first."""
        for inner in self.inside(identity):
            yield inner
            yield from self.descendants(inner)

    def users(self, identity: Identity) -> list[Identity]:
        """What names it now."""
        candidates = dict.fromkeys([i for i, _ in self.schema.users(identity)])
        candidates.update(self._users.get(identity, {}))
        return [i for i in candidates if i not in self._now or self._names(i, identity)]

    def heirs(self, identity: Identity) -> list[Identity]:
        """What derives from it now."""
        candidates = dict.fromkeys(self.schema.heirs(identity)) | self._heirs.get(identity, {})
        return [i for i in candidates if (obj := self.get(i)) is not None and identity in obj.derived_from]

    def named(self, identity: Identity) -> list[tuple[str, Identity]]:
        """(attribute, identity) of all that an object names that an effect has made."""
        return self._named[identity]

    def _names(self, user: Identity, used: Identity) -> bool:
        return any(u == used and a != "derived_from" for a, u in self._named[user])

    def apply(self, effects: Iterable[Effect]) -> None:
        """Make it so."""
        for identity, obj in effects:
            self._now[identity] = obj
            named = self._named[identity] = references(obj) if obj is not None else []
            if obj is None:
                self._inside[identity] = {}
                if (parent := self._parents.get(identity) or self.schema.parent(identity)) is not None:
                    self._listed(parent).pop(identity, None)
                continue
            for attribute, used in named:
                users = self._heirs if attribute == "derived_from" else self._users
                users.setdefault(used, {})[identity] = None

    def place(self, identity: Identity, parent: Identity) -> None:
        """Note in what a new object stands: behind all that stands there."""
        self._parents[identity] = parent
        self._listed(parent).setdefault(identity)

    def move(self, identity: Identity, parent: Identity, after: Identity | None) -> None:
        """Put it right behind that sibling, or before all of them."""
        others = [i for i in self._listed(parent) if i != identity]
        at = others.index(after) + 1 if after is not None else 0
        self._inside[parent] = dict.fromkeys([*others[:at], identity, *others[at:]])
