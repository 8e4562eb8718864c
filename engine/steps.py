"""Decisions made into steps: each with what it needs, makes, destroys and lets go.

An object's steps are found by following it through the dialect's own `effects`: after it is created, or altered, what
still differs from the new snapshot is set by a further step. So a side effect of the server on an attribute of the
object, or of another one, is repaired by the plan and not forgotten.
"""

import itertools
from collections.abc import Iterable

from msgspec.structs import replace

from ..snapshots.errors import Defect, Refused
from ..snapshots.model import Identity, Object, references, unset
from ..snapshots.naming import moved
from . import orders
from .along import Along, used_by
from .compare import compared
from .decide import Decision, Decisions, Fate
from .protocol import Dialect, InPlace, Kept, Refuse, Rule, Step
from .schema import Effect, Schema, State

_ROUNDS = 4
"""How often an object's steps are looked at again; a side effect of a repair needs a second look."""


class Steps:
    """The steps of a plan, not yet ordered, and the orders that hold between steps of one object."""

    def __init__(
        self,
        decisions: Decisions,
        old: Schema,
        new: Schema,
        dialect: Dialect,
        left_out: frozenset[str],
        first: Iterable[Step] = (),
    ) -> None:
        self.old, self.new, self.dialect, self.decisions = old, new, dialect, decisions
        self._left_out = left_out
        self._versions = (old.header.version_number, new.header.version_number)
        self.steps: list[Step] = list(first)
        self.edges: list[tuple[Step, Step]] = []
        self._along = Along(decisions, old, new)
        self._repairs: dict[Identity, tuple[Object, dict[str, None], list[Step]]] = {}
        self._drops: dict[Identity, Step] = {}
        self._asides: dict[Identity, Identity] = {}
        self._outlasted: list[tuple[Step, Identity, str]] = []
        for identity, decision in decisions:
            self._make(identity, decision)
        self._order_drops()
        for _ in range(_ROUNDS):
            if not self._repair():
                break
        self.edges.extend(orders.around_disturbing(self.steps, self._drops, decisions, old))
        self.edges.extend(orders.after_leaving(self.steps, self._outlasted, old))
        self.edges.extend(orders.appending(self.steps, decisions, new))

    # ------------------------------------------------------------------ steps of one object

    def _make(self, identity: Identity, decision: Decision) -> None:
        drop = create = None
        if decision.fate is Fate.SUPERSEDE:
            drop = self._set_aside(identity, decision)
        elif self.decisions.goes(identity) and identity in self._along.covers:
            drop = self._drops[identity] = self._drop(identity, decision)
        if self.decisions.comes(identity) and not self._along.is_made_elsewhere(identity):
            create = self._create(identity, decision)
            if drop is not None:
                self.edges.append((drop, create))
        if decision.fate is Fate.ALTER:
            self._alter_decided(identity, decision)

    def _order_drops(self) -> None:
        """Where an object and what derives from it are dropped apart, the origin goes first: it holds the other. But
        what is used by that with which it goes, goes before: its origin's drop would take it out of there."""
        takes = {gone: drop for drop in self._drops.values() for gone in drop.destroys} | self._drops
        for identity, drop in self._drops.items():
            above = [takes[o] for o in self.old[identity].derived_from if o in takes]
            self.edges.extend((origin, drop) for origin in above if origin is not drop)
            used = [] if self._is_moved_out(identity) else [i for _, i in references(self.old[identity])]
            origins = {o for i in used if i in drop.destroys for o in self.old[i].derived_from} - drop.destroys
            self.edges.extend((drop, self._drops[o]) for o in sorted(origins) if o in self._drops)

    def _drop(self, identity: Identity, decision: Decision) -> Step:
        old, rules = self.old[identity], self.decisions.rules(identity)
        along = self._along.covers[identity] | {identity}
        return self._add(
            self._prepared(
                Step(
                    action="drop",
                    identity=identity,
                    macro=rules.drop,
                    old=old,
                    new=None,
                    parent=self.old.parent(identity),
                    releases=frozenset(self._along.held(along) - along),
                    destroys=frozenset(along),
                    loses=None if self._is_moved_out(identity) else decision.loses,
                    why=decision.because,
                )
            )
        )

    def _set_aside(self, identity: Identity, decision: Decision) -> Step:
        old, rules = self.old[identity], self.decisions.rules(identity)
        aside = self._aside(identity)
        if rules.aside is None:
            raise Defect(f"{identity} can't be set aside", f"{self.dialect.name} rules", "please report both snapshots")
        along = frozenset(self._along.covers[identity] | {identity})
        first = Step(
            action="set aside",
            identity=identity,
            macro=rules.aside,
            old=old,
            new=None,
            destroys=along,
            produces=frozenset({aside}),
            why=decision.because,
        )
        last = Step(
            action="drop",
            identity=aside,
            macro=rules.drop,
            old=old,
            new=None,
            releases=frozenset(used_by(self.old[i] for i in along) - along),
            destroys=frozenset(moved(i, identity, aside) for i in along),
            loses=decision.loses,
            why="it was set aside, and nothing uses it any more",
        )
        first, last = self._add(self._prepared(first)), self._add(self._prepared(last))
        self.edges.append((first, last))
        if rules.moves is not None:
            self._move(identity, first, last, rules.moves)
        return first

    def _aside(self, identity: Identity) -> Identity:
        """How it is called while it waits to be dropped."""
        if identity not in self._asides:
            self._asides[identity] = self.dialect.aside(identity, self.old, self.new)
        return self._asides[identity]

    def _move(self, identity: Identity, first: Step, last: Step, macro: str) -> None:
        """What the old object holds goes into the new one, before it is dropped, and before what held it for it is."""
        holders = {user for user, attribute in self.old.users(identity) if self._binds(user, attribute)}
        step = Step(
            action="alter",
            identity=identity,
            macro=macro,
            old=self.old[identity],
            new=self.new[identity],
            needs=frozenset({identity}),
            releases=frozenset(holders),
            fails="contents that the new one does not take",
            why="what the old one holds is moved over",
        )
        step = self._add(self._prepared(step), {})
        self.edges.extend([(first, step), (step, last)])

    def _binds(self, user: Identity, attribute: str) -> bool:
        rule = self.decisions.rules(user).attributes.get(attribute)
        return isinstance(rule, InPlace) and rule.rebinds

    def _is_moved_out(self, identity: Identity) -> bool:
        """Does what it holds go where that, of which it is a part, is made anew?"""
        return any(
            self.decisions.fate(used) is Fate.SUPERSEDE
            and self.decisions.rules(used).moves
            and self._binds(identity, a)
            for a, used in references(self.old[identity])
        )

    def _create(self, identity: Identity, decision: Decision) -> Step:
        new, rules = self.new[identity], self.decisions.rules(identity)
        parent = self.new.parent(identity)
        brought = self._along.brought.get(identity, set())
        inner = tuple((i, self._parent(i), self.new[i]) for i in self._in_order(identity, brought))
        made = frozenset({identity, *brought})
        step = Step(
            action="create",
            identity=identity,
            macro=rules.create,
            old=None,
            new=new,
            parent=parent,
            inner=inner,
            produces=made,
            settles=True,
            commits=rules.commits,
            fails=rules.create_fails(new, parent is not None and self.decisions.comes(parent)),
            why=decision.because,
        )
        step = self._prepared(step)
        state = State(self.old)
        outcome = dict(self._effects(step, state))
        needs = used_by(obj for i, obj in outcome.items() if i in made and obj is not None)
        needs.update(above for _, above, _ in inner)
        if parent is not None:
            needs.add(parent)
        step = self._add(replace(step, needs=frozenset(needs - made)), outcome)
        for i in (identity, *(i for i, _, _ in inner)):
            created = outcome.get(i)
            if created is not None:
                self._follow(i, created, state, after=step)
        return step

    def _parent(self, identity: Identity) -> Identity:
        parent = self.new.parent(identity)
        assert parent is not None
        return parent

    def _in_order(self, identity: Identity, brought: set[Identity]) -> list[Identity]:
        inside = [i for i in self.new.descendants(identity) if i in brought]
        return inside + sorted(brought - set(inside))

    def _follow(self, identity: Identity, current: Object, state: State, after: Step) -> None:
        """Set what the object's creation did not."""
        target = self.new[identity]
        differing = dict.fromkeys(self._differing(current, target))
        chain = self._alter(identity, current, target, differing, {}, state)
        self._chain([after, *chain])

    def _alter_decided(self, identity: Identity, decision: Decision) -> None:
        attributes = {a: None for a in decision.attributes if not self._is_brought(identity, a)}
        chain = self._alter(
            identity, self.old[identity], self.new[identity], attributes, decision.release, State(self.old)
        )
        if decision.moves is not None and not any(step.moves for step in chain):
            chain.append(self._move_among_siblings(identity, decision.moves))
        self._chain(chain)

    def _move_among_siblings(self, identity: Identity, macro: str) -> Step:
        current, rule = self.old[identity], InPlace(macro, light=True)
        step = self._alter_step(identity, current, self.new[identity], rule, (), unset=False)
        return self._add(self._prepared(step), {})

    def _is_brought(self, identity: Identity, attribute: str) -> bool:
        """Does an alter of what it derives from alter it too?"""
        old, new = self.old[identity], self.new[identity]
        if not new.derived_from or self._along.rebinds_above(identity):
            return False
        own = self.decisions.rule(identity, attribute, old, new)
        if not isinstance(own, InPlace) or not own.brought:
            return False
        return any(self.decisions.is_altered_by(origin, (own.macro,)) for origin in new.derived_from)

    def _alter(
        self,
        identity: Identity,
        current: Object,
        target: Object,
        attributes: dict[str, None],
        release: dict[str, None],
        state: State,
    ) -> list[Step]:
        chain: list[Step] = []
        state.apply([(identity, current)])
        pending = attributes
        for _ in range(_ROUNDS):
            for rule, together in self._grouped(identity, current, target, pending):
                if not release and all(getattr(current, a) == getattr(target, a) for a in together) and chain:
                    continue
                outcome: dict[Identity, Object | None] = {}
                unprepared = list(self._alter_steps(identity, current, target, rule, together, release))
                for step in map(self._prepared, unprepared):
                    outcome |= self._effects(step, state)
                    state.apply(outcome.items())
                    is_last = len(unprepared) == 1 or not step.unset
                    chain.append(self._add(step, outcome if is_last else {}))
                    for inner, _, _ in step.inner:
                        if (made := outcome.get(inner)) is not None:
                            self._follow(inner, made, state, after=chain[-1])
                    changed = state.get(identity)
                    assert changed is not None
                    current = changed
            pending = {
                a: None for a in self._differing(current, target) if not self._is_kept(identity, a, current, target)
            }
            pending = {a: None for a in pending if a in attributes or chain} if chain else {}
            pending = {a: None for a in pending if not self._planned(identity, a)}
            if not pending:
                break
        return chain

    def _planned(self, identity: Identity, attribute: str) -> bool:
        """Is the attribute brought by another object's step?"""
        decision = self.decisions.get(identity)
        return decision is not None and decision.fate is Fate.ALTER and self._is_brought(identity, attribute)

    def _is_kept(self, identity: Identity, attribute: str, current: Object, target: Object) -> bool:
        return self._does_nothing(identity, self.decisions.rule(identity, attribute, current, target))

    def _does_nothing(self, identity: Identity, rule: Rule) -> bool:
        """Is nothing to be done, or does the server do it where what the object stands in is bound?"""
        if isinstance(rule, InPlace):
            return rule.bound_along and self._along.rebinds_above(identity)
        return isinstance(rule, Kept)

    def _grouped(
        self, identity: Identity, current: Object, target: Object, attributes: Iterable[str]
    ) -> list[tuple[InPlace, tuple[str, ...]]]:
        """Attributes that one macro sets, together, by rank, then in the order of the rules."""
        rules: dict[str, InPlace] = {}
        groups: dict[str, list[str]] = {}
        wanted = set(attributes)
        for attribute in self.decisions.rules(identity).attributes:
            if attribute not in wanted:
                continue
            rule = self.decisions.rule(identity, attribute, current, target)
            if self._does_nothing(identity, rule):
                continue
            if not isinstance(rule, InPlace):
                if isinstance(rule, Refuse):
                    raise Refused(f"{attribute} of {identity}: {rule.reason}", "the new snapshot", rule.next)
                raise Defect(
                    what=f"{attribute} of {identity} comes out wrong and can't be set afterwards",
                    where=f"{self.dialect.name} rules",
                    next="please report both snapshots",
                )
            rules.setdefault(rule.macro, rule)
            groups.setdefault(rule.macro, []).append(attribute)
        return [
            (rules[macro], (rules[macro].rebinds and self._siblings(identity, macro)) or tuple(together))
            for macro, together in sorted(groups.items(), key=lambda group: rules[group[0]].rank)
        ]

    def _siblings(self, identity: Identity, macro: str) -> tuple[str, ...]:
        """All attributes that the macro sets: what is unbound and bound again is stated whole."""
        rules = self.decisions.rules(identity).attributes
        return tuple(a for a, rule in rules.items() if isinstance(rule, InPlace) and rule.macro == macro)

    def _alter_steps(
        self,
        identity: Identity,
        current: Object,
        target: Object,
        rule: InPlace,
        together: tuple[str, ...],
        release: dict[str, None],
    ) -> Iterable[Step]:
        empty = unset(current, together)
        if rule.keeps is not None and not release:
            kept = {a: rule.keeps(getattr(current, a), getattr(target, a)) for a in together}
            empty = replace(empty, **kept)
        was_set = any(getattr(current, a) != getattr(empty, a) for a in together)
        if rule.unset is not None and was_set and (rule.rebinds or release.keys() & set(together)):
            yield self._alter_step(identity, current, empty, rule, together, unset=True)
            current = empty
            if all(getattr(target, a) == getattr(empty, a) for a in together):
                return
        yield self._alter_step(identity, current, target, rule, together, unset=False)

    def _alter_step(
        self, identity: Identity, current: Object, target: Object, rule: InPlace, together: tuple[str, ...], unset: bool
    ) -> Step:
        before, after = self._used_through(current, together), self._used_through(target, together)
        if not rule.light and not unset:
            old_uses, new_uses = set(current.depends_on), set(target.depends_on)
            before, after = before | (old_uses - new_uses), after | new_uses
        riders = {i for i in self._along.riding.get(identity, ()) if rule.macro in self.decisions.rules(i).rides}
        before.update(used_by(self.old[i] for i in riders))
        after.update(used_by(self.new[i] for i in riders))
        parent = self.new.parent(identity)
        asides = {self._aside(i) for i in after if self.decisions.fate(i) is Fate.SUPERSEDE}
        brings: set[Identity] = set()
        drops: set[Identity] = set()
        if rule.rebinds and unset:
            drops = self._along.unbound.get(identity, set())
        elif rule.rebinds:
            brings = self._along.bound.get(identity, set())
        elif not rule.light and not self.decisions.comes(identity):
            brings = self._along.brought.get(identity, set()) | riders
            drops = riders
        return Step(
            action="alter",
            identity=identity,
            macro=rule.unset if unset and rule.unset is not None else rule.macro,
            old=current,
            new=target,
            parent=parent,
            attributes=together,
            moves=self._is_moved_by(identity, rule.macro) and not unset,
            unset=unset,
            inner=tuple((i, self._parent(i), self.new[i]) for i in self._in_order(identity, brings)),
            needs=frozenset({identity, *(() if unset else after)}),
            releases=frozenset((before - after) | asides),
            produces=frozenset(brings),
            destroys=frozenset(drops),
            settles=not rule.light and not unset,
            commits=rule.commits,
            apart=rule.apart,
            loses=rule.loses,
            fails=rule.fails,
            why=self._because(identity),
        )

    def _is_moved_by(self, identity: Identity, macro: str) -> bool:
        decision = self.decisions.get(identity)
        return decision is not None and decision.fate is Fate.ALTER and decision.moves == macro

    def _because(self, identity: Identity) -> str:
        decision = self.decisions.get(identity)
        return decision.because if decision is not None and decision.fate is Fate.ALTER else ""

    # ------------------------------------------------------------------ side effects on other objects

    def _add(self, step: Step, outcome: dict[Identity, Object | None] | None = None) -> Step:
        links = self.dialect.links(step, self.old, self.new)
        step = replace(
            step,
            needs=step.needs | links.needs,
            releases=step.releases | links.releases,
            precedes=links.precedes,
            after=links.after,
        )
        self.steps.append(step)
        if outcome is None and step.action in ("drop", "set aside"):
            outcome = dict(self._effects(step, State(self.old))) if step.identity in self.old else {}
        self._note_side_effects(step, outcome or {})
        return step

    def _prepared(self, step: Step) -> Step:
        return replace(step, context=self.dialect.prepare(step, self.old, self.new))

    def _effects(self, step: Step, state: State) -> Iterable[Effect]:
        return self.dialect.effects(step, state)

    def _note_side_effects(self, step: Step, outcome: dict[Identity, Object | None]) -> None:
        for identity, after in outcome.items():
            if identity == step.identity or identity in step.produces or after is None:
                continue
            before, target = self.old.get(identity), self.new.get(identity)
            if before is None or target is None or self.decisions.goes(identity):
                continue
            if step.identity in before.derived_from and self._along.rebinds_above(identity):
                continue
            for attribute in self._differing(after, target):
                if getattr(after, attribute) == getattr(before, attribute):
                    self._outlasted.append((step, identity, attribute))
                    continue
                if self._is_set(identity, attribute, step):
                    continue
                if self._is_kept(identity, attribute, after, target):
                    continue
                _, wanted, causes = self._repairs.setdefault(identity, (after, {}, []))
                wanted[attribute] = None
                causes.append(step)

    def _is_set(self, identity: Identity, attribute: str, step: Step) -> bool:
        """Is the attribute altered anyway: once what the step sets aside is there anew, or by a step before it?"""
        decision = self.decisions.get(identity)
        if decision is None or decision.fate is not Fate.ALTER:
            return False
        if step.action == "set aside":
            return attribute in decision.attributes
        if self._is_brought(identity, attribute):
            return any((origin, attribute) in step.after for origin in self.new[identity].derived_from)
        own = [a for a in decision.attributes if not self._is_brought(identity, a)]
        macro = self.decisions.macro(identity, attribute) if (identity, attribute) in step.after else None
        return macro is not None and macro in {self.decisions.macro(identity, a) for a in own}

    def _repair(self) -> bool:
        repairs, self._repairs = self._repairs, {}
        altering: dict[Identity, list[Step]] = {}
        for step in self.steps:
            if step.action == "alter" and step.identity in repairs:
                altering.setdefault(step.identity, []).append(step)
        for identity, (damaged, attributes, causes) in sorted(repairs.items(), key=lambda item: item[0]):
            chain = self._alter(identity, damaged, self.new[identity], attributes, {}, State(self.old))
            others = [s for s in altering.get(identity, ()) if s not in chain]
            for step in chain[:1]:
                self.edges.extend((cause, step) for cause in (*causes, *others))
            self._chain(chain)
        return bool(repairs)

    # ------------------------------------------------------------------ helpers

    def _chain(self, chain: list[Step]) -> None:
        self.edges.extend(itertools.pairwise(chain))

    def _differing(self, current: Object, target: Object) -> list[str]:
        names = compared(type(target), self._versions, self._left_out)
        return [a for a in names if getattr(current, a) != getattr(target, a)]

    @staticmethod
    def _used_through(obj: Object, together: tuple[str, ...]) -> set[Identity]:
        return {used for attribute, used in references(obj) if attribute in together}
