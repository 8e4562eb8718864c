"""What comes and goes along with something else: each object's step is its own, or another one's."""

from collections.abc import Iterable

from ..snapshots.model import Identity, Object, references
from ..snapshots.naming import kind_of
from .decide import Decisions, Fate
from .graph import Graph
from .schema import Schema

__all__ = ["Along", "used_by"]


class Along:
    """Which objects are made and dropped by the steps of which."""

    def __init__(self, decisions: Decisions, old: Schema, new: Schema) -> None:
        self._decisions, self._old, self._new = decisions, old, new
        self.covers: dict[Identity, set[Identity]] = {}
        """What the drop of an object takes along."""
        self.brought: dict[Identity, set[Identity]] = {}
        """What the creation of an object makes too."""
        self.bound: dict[Identity, set[Identity]] = {}
        """What is made where an object is bound to another one."""
        self.unbound: dict[Identity, set[Identity]] = {}
        """What is dropped where it is unbound."""
        self.riding: dict[Identity, set[Identity]] = {}
        """What is dropped and made again where that in which it stands is altered by a macro that it rides."""
        self._detached: frozenset[Identity] = frozenset()
        self._gather()

    def is_made_elsewhere(self, identity: Identity) -> bool:
        """Does another object's step make it?"""
        return self._is_riding(identity) or self._binder(identity) is not None or self._maker(identity) is not None

    def rebinds_above(self, identity: Identity) -> bool:
        """Is what it stands in bound anew, or made?"""
        parent = self._old.parent(identity) or self._new.parent(identity)
        if parent is None:
            return False
        origins = [
            origin for schema in (self._old, self._new) if (obj := schema.get(identity)) for origin in obj.derived_from
        ]
        return self._decisions.rebinds(parent, origins) or self._decisions.comes(parent)

    def held(self, identities: Iterable[Identity]) -> set[Identity]:
        """What of the old schema can't be dropped before these are."""
        objects = [(self._decisions.rules(i), self._old[i]) for i in identities]
        used = used_by(obj for _, obj in objects)
        return used.union(*(rules.holds(obj, self._old) for rules, obj in objects))

    def _gather(self) -> None:
        for identity, decision in self._decisions.by_identity.items():
            if decision.fate is Fate.REPLACE and (carrier := self._carrier(identity)) is not None:
                self.riding.setdefault(carrier, set()).add(identity)
        self._detached = self._in_cycles()
        for identity, _decision in self._decisions:
            if self._is_riding(identity):
                continue
            if self._decisions.goes(identity):
                if (unbound := self._unbinder(identity)) is not None:
                    self.unbound.setdefault(unbound, set()).add(identity)
                else:
                    self.covers.setdefault(self._cover(identity), set()).add(identity)
            if self._decisions.comes(identity):
                if (binder := self._binder(identity)) is not None:
                    self.bound.setdefault(binder, set()).add(identity)
                elif (maker := self._maker(identity)) is not None:
                    self.brought.setdefault(maker, set()).add(identity)

    def _is_riding(self, identity: Identity) -> bool:
        parent = self._old.parent(identity)
        return parent is not None and identity in self.riding.get(parent, ())

    def _carrier(self, identity: Identity) -> Identity | None:
        """What it stands in, if a macro that it rides alters that; not where others derive from either, nor where it
        names what the plan touches and its carrier does not name, for then its own steps may have another place."""
        parent, rides = self._old.parent(identity), self._decisions.rules(identity).rides
        if parent is None or not rides or not self._decisions.is_altered_by(parent, rides):
            return None
        if any(obj[i].derived_from or obj.heirs(i) for obj in (self._old, self._new) for i in (parent, identity)):
            return None
        own, carriers = (used_by((self._old[i], self._new[i])) for i in (identity, parent))
        return parent if all(self._decisions.get(used) is None for used in own - carriers) else None

    def _binder(self, identity: Identity) -> Identity | None:
        """What it stands in, or what its origin does, if binding that to another object makes it."""
        new, rules = self._new[identity], self._decisions.rules(identity)
        if not (rules.rebinding_brings and new.derived_from and rules.created_along(new)):
            return None
        if self.rebinds_above(identity):
            return self._new.parent(identity)
        origin = new.derived_from[0]
        return self._binder(origin) if self._decisions.comes(origin) else None

    def _unbinder(self, identity: Identity) -> Identity | None:
        """What it stands in, or what its origin does, if unbinding that from another object drops it."""
        old, rules = self._old[identity], self._decisions.rules(identity)
        parent = self._old.parent(identity)
        if not (rules.unbinding_drops and old.derived_from and parent is not None):
            return None
        if self._decisions.rebinds(parent):
            return parent
        origin = old.derived_from[0]
        return self._unbinder(origin) if self._decisions.goes(origin) else None

    def _in_cycles(self) -> frozenset[Identity]:
        """What is dropped by a step of its own, for with its parent it would go both before and after what it uses."""
        edges: list[tuple[Identity, Identity]] = []
        detachable: list[tuple[Identity, Identity, Identity]] = []
        for identity in (i for i, _ in self._decisions if self._decisions.goes(i) and not self._is_riding(i)):
            cover = self._cover(identity)
            for other in {self._cover(used) for used in self.held([identity]) if self._decisions.goes(used)} - {cover}:
                edges.append((cover, other))
                if self._decisions.rules(identity).detachable and not self._goes_along(identity):
                    detachable.append((identity, cover, other))
        if not detachable:
            return frozenset()
        graph = Graph(identity for edge in edges for identity in edge)
        graph.add(edges)
        circles = graph.circles()
        return frozenset(i for i, a, b in detachable if a in circles and circles[a] == circles.get(b))

    def _goes_along(self, identity: Identity) -> bool:
        """Is it dropped with what it derives from, which goes?"""
        old = self._old[identity]
        along = self._decisions.rules(identity).dropped_along(old)
        return along and any(self._decisions.goes(origin) for origin in old.derived_from)

    def _cover(self, identity: Identity) -> Identity:
        """The object whose drop takes this one along; itself, if none does."""
        if identity in self._detached:
            return identity
        if self._detached and self._goes_along(identity):
            origins = self._detached.intersection(map(self._cover, self._old[identity].derived_from))
            if origins:
                return min(origins)
        old, rules = self._old[identity], self._decisions.rules(identity)
        parent = self._old.parent(identity)
        if parent is not None and self._decisions.goes(parent):
            cover = self._cover(parent)
            apart = self._decisions.fate(cover) is Fate.SUPERSEDE
            kept = kind_of(identity) in self._decisions.rules(cover).aside_keeps
            return identity if apart and not kept else cover
        carrier = rules.goes_with(old)
        if carrier is not None and self._decisions.goes(carrier):
            return self._cover(carrier)
        for origin in old.derived_from:
            left = rules.leaves_heirs and any(self._is_left(heir, origin) for heir in self._old.heirs(origin))
            if (
                not left
                and rules.dropped_along(old)
                and self._decisions.goes(origin)
                and not self.rebinds_above(identity)
            ):
                return self._cover(origin)
        return identity

    def _is_left(self, heir: Identity, origin: Identity) -> bool:
        """Does it lose its origin, and stay where it is?"""
        stays = heir in self._new and not self._decisions.goes(heir) and not self.rebinds_above(heir)
        return stays and origin not in self._new[heir].derived_from

    def _maker(self, identity: Identity) -> Identity | None:
        """The object whose step makes this one too; None if it takes a step of its own."""
        new, rules = self._new[identity], self._decisions.rules(identity)
        parent = self._new.parent(identity)
        inherited = None
        if parent is not None:
            if self._decisions.comes(parent):
                above = self._decisions.rules(parent)
                inherited = above.inherited(self._new[parent], new)
                if kind_of(identity) in above.inline or inherited == "at once":
                    return self._maker(parent) or parent
            elif rules.with_parent:
                return parent
        if new.derived_from and rules.created_along(new):
            origin = new.derived_from[0]
            bound = inherited == "later" or not self.rebinds_above(identity)
            if bound and self._decisions.comes(origin):
                return self._maker(origin) or origin
        return None


def used_by(objects: Iterable[Object]) -> set[Identity]:
    """What objects name, but for what they derive from."""
    return {used for obj in objects for attribute, used in references(obj) if attribute != "derived_from"}
