"""Which objects are created, dropped, replaced or altered, once every consequence is drawn.

Starts from what differs and works outward along the old snapshot's dependencies: what can't stay in place while
something that it uses is dropped or disturbed is rebuilt, and so is what uses that.
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from enum import Enum

from msgspec import Struct

from ..snapshots.errors import Refused
from ..snapshots.model import Identity, Object, Unmodelled, references
from ..snapshots.model import attributes as known
from ..snapshots.naming import kind_of
from .compare import Changes
from .places import movers
from .protocol import Choose, Dialect, InPlace, Kept, KindRules, Rebind, Refuse, Replace, Rule, Supersede, resolve
from .schema import Schema


class Fate(Enum):
    """What becomes of an object."""

    CREATE = "create"
    DROP = "drop"
    REPLACE = "replace"
    SUPERSEDE = "supersede"
    ALTER = "alter"


Allow = Callable[[Identity], bool]
"""Says of an object that is not modelled whether it may differ, or stand in the way."""


def nothing(_identity: Identity) -> bool:
    """Allows none."""
    return False


GOES = (Fate.DROP, Fate.REPLACE, Fate.SUPERSEDE)
COMES = (Fate.CREATE, Fate.REPLACE, Fate.SUPERSEDE)


class Decision(Struct):
    """An object's fate, and why."""

    fate: Fate
    attributes: dict[str, None] = {}
    """Of an alter: what is to be set."""
    release: dict[str, None] = {}
    """Of an alter: what is unset first, because what it names goes and comes back."""
    moves: str | None = None
    """Of an alter: the macro that moves the object among its siblings."""
    because: str = ""
    loses: str | None = None


class Decisions:
    """Every object of a plan with its fate."""

    def __init__(self, changes: Changes, old: Schema, new: Schema, dialect: Dialect, allow: Allow = nothing) -> None:
        self.old, self.new, self.dialect = old, new, dialect
        self.by_identity: dict[Identity, Decision] = {}
        self._refused: list[str] = []
        self._advice: dict[str, None] = {}
        self._queue: deque[Identity] = deque()
        self._rules: dict[Identity, KindRules] = {}
        self._allows = allow
        self._resolved: dict[tuple[Identity, str], tuple[Object, Object, Rule]] = {}
        for change in changes:
            self._start(change.identity, change.old, change.new, change.attributes)
        while self._queue:
            self._spread(self._queue.popleft())
        if self._refused:
            raise Refused(
                what="; ".join(self._refused),
                where=f"plan from {old.header.version} to {new.header.version}",
                next="; ".join(self._advice) or "change the new snapshot, or make that change by hand and dump again",
            )

    def get(self, identity: Identity) -> Decision | None:
        """The decision, if the plan touches it."""
        return self.by_identity.get(identity)

    def fate(self, identity: Identity) -> Fate | None:
        """The fate, if the plan touches it."""
        decision = self.by_identity.get(identity)
        return decision.fate if decision else None

    def goes(self, identity: Identity) -> bool:
        """Is the old object dropped, for good or to be made anew?"""
        return self.fate(identity) in GOES

    def comes(self, identity: Identity) -> bool:
        """Is an object of that name created?"""
        return self.fate(identity) in COMES

    def rules(self, identity: Identity) -> KindRules:
        """The rules of its kind."""
        if identity not in self._rules:
            self._rules[identity] = self.dialect.rules(kind_of(identity))
        return self._rules[identity]

    def rule(self, identity: Identity, attribute: str, old: Object, new: Object) -> Rule:
        """How the attribute goes from one object's value to the other's. Raises Refused if no rule says so."""
        try:
            rule = self.rules(identity).attributes[attribute]
        except KeyError:
            raise Refused(
                what=f"cannot change {attribute!r} of {identity}",
                where=f"the {self.dialect.name} rules know no way to alter or replace it",
                next=f"keep the old value, or list {identity} under `ignore`; please report both snapshots",
            ) from None
        if not isinstance(rule, Choose):
            return rule
        known = self._resolved.get((identity, attribute))
        if known is None or known[0] is not old or known[1] is not new:
            known = old, new, resolve(rule, identity, old, new, (self.old, self.new))
            self._resolved[identity, attribute] = known
        return known[2]

    def macro(self, identity: Identity, attribute: str) -> str | None:
        """What sets the attribute, if that is done in place."""
        rule = self.rule(identity, attribute, self.old[identity], self.new[identity])
        return rule.macro if isinstance(rule, InPlace) else None

    def is_altered_by(self, identity: Identity, macros: Container[str | None]) -> bool:
        """Is the object altered by one of the macros?"""
        decision = self.by_identity.get(identity)
        if decision is None or decision.fate is not Fate.ALTER:
            return False
        return any(self.macro(identity, attribute) in macros for attribute in decision.attributes)

    def rebinds(self, identity: Identity, origins: Iterable[Identity] = ()) -> bool:
        """Does it change what it inherits from, or, where `origins` are named, leave those that hold them?"""
        decision = self.by_identity.get(identity)
        if decision is None or decision.fate is not Fate.ALTER:
            return False
        changed = dict.fromkeys((*decision.attributes, *decision.release))
        holders = {self.old.parent(origin) for origin in origins}
        return any(
            holders.isdisjoint(self._still_bound(identity, attribute, rule)) if origins else True
            for attribute, rule in self._rebinding(identity)
            if attribute in changed
        )

    def _rebinding(self, identity: Identity) -> Iterator[tuple[str, InPlace]]:
        """The attributes that say what it inherits from, with their rules."""
        for attribute, rule in self.rules(identity).attributes.items():
            if isinstance(rule, InPlace) and rule.rebinds:
                yield attribute, rule

    def _still_bound(self, identity: Identity, attribute: str, rule: InPlace) -> tuple[Identity, ...]:
        decision = self.by_identity[identity]
        if rule.keeps is None or attribute in decision.release:
            return ()
        return rule.keeps(getattr(self.old[identity], attribute), getattr(self.new[identity], attribute))

    def _rebind(self, identity: Identity, because: str) -> None:
        """It is unbound from what it inherits from, and bound again."""
        for attribute, _ in self._rebinding(identity):
            if getattr(self.old[identity], attribute):
                self._decide(identity, Fate.ALTER, attribute=attribute, release=attribute, because=because)

    def _start(self, identity: Identity, old: Object | None, new: Object | None, attributes: tuple[str, ...]) -> None:
        if isinstance(old or new, Unmodelled):
            if not self._allows(identity):
                self._refused.append(f"{identity} differs, and dbstrata does not model it; see `--allow unmodelled`")
        elif new is None:
            self._decide(identity, Fate.DROP, loses=self.rules(identity).drop_loses)
        elif self._is_too_new(identity, new, attributes):
            pass
        elif old is None:
            self._decide(identity, Fate.CREATE)
        else:
            placeable = self.rules(identity).placeable
            for attribute in attributes:
                if attribute in placeable:
                    self._move(identity, attribute, old, new)
                else:
                    self._alter(identity, attribute, old, new)

    def _move(self, identity: Identity, field: str, old: Object, new: Object) -> None:
        for inner in movers(identity, old, new, field):
            self._decide(inner, Fate.ALTER)
            self.by_identity[inner].moves = self.rules(inner).move

    def _is_too_new(self, identity: Identity, new: Object, attributes: tuple[str, ...]) -> bool:
        """Refuses what the server that the plan runs on can't hold. What is unknown there can't be told apart, so it is
        asked about wherever the object changes."""
        server = self.old.server
        unknown = (a for a, since in new.since.items() if since > server.version_number)
        asked = dict.fromkeys((*attributes, *unknown)) if attributes else known(type(new))
        found = self.dialect.too_new(new, asked, server.version_number)
        if found is not None:
            self._refused.append(f"{identity}: {server.flavour} {server.version} has no {found}")
        return found is not None

    def _alter(self, identity: Identity, attribute: str, old: Object, new: Object, because: str = "") -> None:
        rule = self.rule(identity, attribute, old, new)
        match rule:
            case Rebind():
                parent = self.old.parent(identity)
                if parent is not None and self.fate(parent) not in GOES:
                    self._rebind(parent, because=f"change of {_word(attribute)} of {identity}")
            case Kept():
                pass
            case Refuse(reason=reason, next=advice):
                self._refused.append(f"{attribute} of {identity}: {reason}")
                self._advice[advice] = None
            case Replace(loses=loses):
                self._decide(identity, Fate.REPLACE, because=f"change of {_word(attribute)}", loses=loses)
            case Supersede(loses=loses):
                self._decide(
                    self._whole(identity), Fate.SUPERSEDE, because=f"change of {_word(attribute)}", loses=loses
                )
            case InPlace():
                self._decide(identity, Fate.ALTER, attribute=attribute, because=because)

    def _whole(self, identity: Identity) -> Identity:
        """What is set aside for it: itself, or what it stands in."""
        parent = self.old.parent(identity)
        return identity if self.rules(identity).aside is not None or parent is None else self._whole(parent)

    def _decide(
        self,
        identity: Identity,
        fate: Fate,
        *,
        attribute: str | None = None,
        release: str | None = None,
        because: str = "",
        loses: str | None = None,
    ) -> None:
        if fate in (Fate.CREATE, Fate.REPLACE) and (whole := self._made_with(identity)) is not None:
            self._decide(whole, Fate.SUPERSEDE, because=because or f"{identity} can't be added to it")
        decision = self.by_identity.get(identity)
        if decision is None:
            decision = self.by_identity[identity] = Decision(fate, because=because, loses=loses)
            self._queue.append(identity)
        elif decision.fate is Fate.ALTER and fate is not Fate.ALTER:
            decision.fate, decision.because, decision.loses = fate, because, loses
            self._queue.append(identity)
        elif decision.fate is Fate.REPLACE and fate is Fate.SUPERSEDE:
            decision.fate = fate
        elif {decision.fate, fate} == {Fate.DROP, Fate.CREATE}:
            decision.fate = Fate.REPLACE
        if attribute is not None and attribute not in decision.attributes:
            decision.attributes[attribute] = None
            self._queue.append(identity)
        if release is not None:
            decision.release[release] = None

    def _made_with(self, identity: Identity) -> Identity | None:
        """What stays, and must be made anew for this to come."""
        parent, new = self.new.parent(identity), self.new.get(identity)
        if parent is None or new is None or parent not in self.old or self.goes(parent):
            return None
        whole = self._whole(parent)
        return whole if self.rules(identity).comes_with_parent(identity, new, self.old, self.new) else None

    def _spread(self, identity: Identity) -> None:
        decision = self.by_identity[identity]
        self._loosen(identity)
        if decision.fate is Fate.CREATE:
            for inner in self.new.descendants(identity):
                self._decide(inner, Fate.CREATE)
        elif decision.fate in GOES:
            self._spread_going(identity, decision)
        elif decision.fate is Fate.ALTER:
            self._spread_disturbance(identity, decision)

    def _loosen(self, identity: Identity) -> None:
        """Those who would not let it come, go or change let go of what it stands in, and take hold again."""
        parent, loosens = self.old.parent(identity) or self.new.parent(identity), self.rules(identity).loosens
        if not loosens or parent is None or parent not in self.old or self.goes(parent):
            return
        for user, attribute in self.old.users(parent):
            if attribute in loosens and user in self.new and not self.goes(user):
                because = f"{parent}, which it uses, changes"
                self._decide(user, Fate.ALTER, attribute=attribute, release=attribute, because=because)

    def _spread_going(self, identity: Identity, decision: Decision) -> None:
        lost = [identity, *self.old.descendants(identity)]
        within = set(lost)
        for inner in lost[1:]:
            again = inner in self.new and decision.fate is not Fate.DROP
            self._decide(inner, Fate.REPLACE if again else Fate.DROP, because=decision.because)
        if decision.fate is not Fate.DROP:
            for inner in self.new.descendants(identity):
                self._decide(inner, Fate.CREATE)
        back = frozenset(() if decision.fate is Fate.DROP else (identity, *self.new.descendants(identity)))
        for gone in lost:
            self._spread_to_heirs(gone, decision)
            for user, attribute in self.old.users(gone):
                if user not in within:
                    self._react(user, attribute, gone, back, decision.fate is Fate.SUPERSEDE)

    def _spread_to_heirs(self, gone: Identity, decision: Decision) -> None:
        """What the server drops along with what it derives from comes again with it."""
        for heir in self.old.heirs(gone):
            rules = self.rules(heir)
            if (
                heir in self.new
                and not rules.leaves_heirs
                and rules.dropped_along(self.old[heir])
                and not self.goes(heir)
            ) and not self._is_rebound(heir):
                self._decide(heir, Fate.REPLACE, because=decision.because)

    def _is_rebound(self, identity: Identity) -> bool:
        """Does what it stands in change what it inherits from?"""
        parent = self.old.parent(identity)
        if parent is None or parent not in self.new:
            return False
        before, after = self.old[parent], self.new[parent]
        changed = any(getattr(before, a) != getattr(after, a) for a, _ in self._rebinding(parent))
        return changed or self.rebinds(parent)

    def _react(
        self, user: Identity, attribute: str, gone: Identity, back: frozenset[Identity], superseded: bool
    ) -> None:
        """What becomes of what uses an object that goes; `back` is what comes with it anew."""
        if self.goes(user):
            return
        old, new = self.old[user], self.new.get(user)
        if new is not None and self.fate(user) is Fate.ALTER and _is_free_of(new, {gone, *back}):
            if self._is_supplanted(gone, new):
                self._rebuild(user, f"{gone}, which it uses, gives way to what it is to use")
            return
        if isinstance(old, Unmodelled):
            self._stands_in_the_way(user, gone, "is dropped")
            return
        if new is None:
            return
        rules = self.rules(user)
        rule = self.rule(user, attribute, old, new) if attribute in rules.attributes else None
        if isinstance(rule, InPlace) and rule.cleared:
            self._decide(user, Fate.ALTER, attribute=attribute)
        elif isinstance(rule, InPlace) and rule.unset is not None:
            self._decide(user, Fate.ALTER, attribute=attribute, release=attribute)
        elif superseded and rules.retype is not None:
            self._alter(user, rules.retype, old, old, because=f"{gone} is made anew")
        else:
            self._rebuild(user, f"{gone}, which it uses, is {'replaced' if self.comes(gone) else 'dropped'}")

    def _stands_in_the_way(self, user: Identity, used: Identity, happens: str) -> None:
        """An object that is not modelled, and so can't be made again."""
        reason = f"{user} uses {used}, which {happens}; dbstrata does not model it: see `--allow unmodelled`"
        if not self._allows(user) and reason not in self._refused:
            self._refused.append(reason)

    def _is_supplanted(self, gone: Identity, user: Object) -> bool:
        """Does the object use something that takes a name of what goes, so that it can't go over from one to the
        other?"""
        freed = set(self.dialect.claims(gone, self.old[gone]))
        used = {i for _, i in references(user) if i not in self.old and i in self.new} if freed else ()
        return any(not freed.isdisjoint(self.dialect.claims(i, self.new[i])) for i in used)

    def _rebuild(self, identity: Identity, because: str) -> None:
        old, new = self.old[identity], self.new.get(identity)
        if new is None or self.goes(identity):
            return
        reason = self.rules(identity).irreplaceable(old, new)
        if reason is not None:
            self._refused.append(f"{identity} would have to be rebuilt because {because}, but {reason}")
        elif self.rules(identity).with_parent:
            parent = self.old.parent(identity)
            assert parent is not None
            self._rebuild(parent, because)
        else:
            self._decide(identity, Fate.REPLACE, because=because)

    def _spread_disturbance(self, identity: Identity, decision: Decision) -> None:
        old, new = self.old[identity], self.new[identity]
        for attribute in decision.attributes:
            rule = self.rule(identity, attribute, old, new)
            if isinstance(rule, InPlace) and rule.rebinds:
                self._spread_unbinding(identity)
                for holder in rule.holders(identity, self.old) if rule.holders is not None else ():
                    self._rebuild(holder, f"it holds {identity}, which is unbound from what it inherits from")
            for bound in sorted(rule.unbinds) if isinstance(rule, InPlace) else ():
                if bound in self.new and self.fate(bound) not in GOES:
                    self._rebind(bound, because=f"the {_word(attribute)} of {identity} changes")
            if not isinstance(rule, InPlace) or not rule.disturbs:
                continue
            because = f"the {_word(attribute)} of {identity}, which it uses, changes"
            for user, _ in self.old.users(identity):
                if isinstance(self.old[user], Unmodelled):
                    self._stands_in_the_way(user, identity, "changes")
                elif kind_of(user) in rule.disturbs:
                    self._rebuild(user, because)
            for inner in self.old.inside(identity):
                if kind_of(inner) in rule.disturbs:
                    self._rebuild(inner, f"the {_word(attribute)} of {identity} changes")

    def _spread_unbinding(self, identity: Identity) -> None:
        """What unbinding drops is made again, by binding or by a step of its own."""
        for inner in self.old.inside(identity):
            if inner in self.new and self.old[inner].derived_from and self.rules(inner).unbinding_drops:
                self._decide(inner, Fate.REPLACE, because=f"{identity} is unbound from what it inherits from")

    def __iter__(self) -> Iterator[tuple[Identity, Decision]]:
        return iter(sorted(self.by_identity.items()))


def _word(attribute: str) -> str:
    return attribute.replace("_", " ")


def _is_free_of(obj: Object, gone: Iterable[Identity]) -> bool:
    """Does it name none of these?"""
    return not {used for _, used in references(obj)} & set(gone)
