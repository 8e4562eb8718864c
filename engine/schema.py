"""A snapshot as the engine sees it: objects by identity, what stands in what, and who uses whom.

`Schema` is read-only and works lazily: an object's inside is unfolded when it is first asked for. `State` is a schema
that the effects of steps change; the snapshot below it stays as it is.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Protocol

from ..snapshots.model import Header, Identity, Object, children, flatten, references
from ..snapshots.naming import path_of


class Snapshot(Protocol):
    """What every dialect's snapshot has."""

    @property
    def header(self) -> Header: ...

    @property
    def objects(self) -> tuple[Object, ...]: ...


class Schema:
    """The objects of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.header = snapshot.header
        self.roots: dict[Identity, Object] = {obj.identity(): obj for obj in snapshot.objects}
        self._objects: dict[Identity, Object] = {}
        self._parents: dict[Identity, Identity] = {}
        self._inside: dict[Identity, list[Identity]] = {}

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
        root = self.root_of(identity)
        if root is None or root in self._objects:
            return
        for inner, parent, obj in flatten(self.roots[root]):
            self._objects[inner] = obj
            if parent is not None:
                self._parents[inner] = parent
                self._inside.setdefault(parent, []).append(inner)

    def get(self, identity: Identity) -> Object | None:
        """The object of that identity, at whatever depth."""
        self._unfold(identity)
        return self._objects.get(identity)

    def __getitem__(self, identity: Identity) -> Object:
        found = self.get(identity)
        if found is None:
            raise KeyError(identity)
        return found

    def __contains__(self, identity: Identity) -> bool:
        return self.get(identity) is not None

    def parent(self, identity: Identity) -> Identity | None:
        """In what it stands."""
        self._unfold(identity)
        return self._parents.get(identity)

    def inside(self, identity: Identity) -> tuple[Identity, ...]:
        """What stands directly in it."""
        self._unfold(identity)
        return tuple(self._inside.get(identity, ()))

    def descendants(self, identity: Identity) -> Iterator[Identity]:
        """All that stands in it, parents first."""
        for inner in self.inside(identity):
            yield inner
            yield from self.descendants(inner)

    @cached_property
    def _uses(self) -> tuple["Users", "Heirs"]:
        users: Users = {}
        heirs: Heirs = {}
        for identity, root in self.roots.items():
            _collect_users(root, identity, users, heirs)
        return users, heirs

    def users(self, identity: Identity) -> list[tuple[Identity, str]]:
        """(identity, attribute) of what names it; `derived_from` apart, for that is no use."""
        return self._uses[0].get(identity, [])

    def heirs(self, identity: Identity) -> list[Identity]:
        """What derives from it."""
        return self._uses[1].get(identity, [])


Users = dict[Identity, list[tuple[Identity, str]]]
Heirs = dict[Identity, list[Identity]]


def _collect_users(obj: Object, identity: Identity, users: Users, heirs: Heirs) -> None:
    for attribute, used in references(obj):
        if attribute != "derived_from":
            users.setdefault(used, []).append((identity, attribute))
        else:
            heirs.setdefault(used, []).append(identity)
    for inner in children(obj):
        _collect_users(inner, inner.identity(identity), users, heirs)


def _last_dot(path: str) -> int:
    """Where the last dot outside quotes is; -1 if nowhere."""
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
        self.header = schema.header
        self._now: dict[Identity, Object | None] = {}
        self._inside: dict[Identity, dict[Identity, None]] = {}
        self._users: dict[Identity, dict[Identity, None]] = {}

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
        known = self.schema.inside(identity) if self._now.get(identity, True) is not None else ()
        both = dict.fromkeys(known) | self._inside.get(identity, {})
        return [i for i in both if self.get(i) is not None]

    def descendants(self, identity: Identity) -> Iterator[Identity]:
        """All that stands in it now, parents first."""
        for inner in self.inside(identity):
            yield inner
            yield from self.descendants(inner)

    def users(self, identity: Identity) -> list[Identity]:
        """What names it now."""
        candidates = dict.fromkeys(i for i, _ in self.schema.users(identity)) | self._users.get(identity, {})
        return [i for i in candidates if self._names(i, identity)]

    def heirs(self, identity: Identity) -> list[Identity]:
        """What derives from it now."""
        candidates = dict.fromkeys(self.schema.heirs(identity)) | self._users.get(identity, {})
        return [i for i in candidates if (obj := self.get(i)) is not None and identity in obj.derived_from]

    def _names(self, user: Identity, used: Identity) -> bool:
        obj = self.get(user)
        return obj is not None and any(a != "derived_from" and u == used for a, u in references(obj))

    def apply(self, effects: Iterable[Effect]) -> None:
        """Make it so."""
        for identity, obj in effects:
            self._now[identity] = obj
            if obj is None:
                continue
            for _, used in references(obj):
                self._users.setdefault(used, {})[identity] = None

    def place(self, identity: Identity, parent: Identity) -> None:
        """Note in what a new object stands."""
        self._inside.setdefault(parent, {})[identity] = None
