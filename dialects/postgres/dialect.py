"""PostgreSQL, as the engine sees it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...engine.protocol import Effect, Facts, KindRules, Links, Renaming, Schema, State, Statement, Step
from ...snapshots.model import Header, Identity, Object
from . import claims, joining, public, risks, spelling, versions
from .effects import effects
from .links import links
from .preparing import CONTEXT, stays_off_children
from .rules import tables


class Postgres:
    """Implements engine.protocol.Dialect and Assesses."""

    name = "postgres"
    transactional = True

    def rules(self, kind: str) -> KindRules:
        """The rules of a kind of object."""
        return tables()[kind]

    def effects(self, step: Step, state: State) -> Iterable[Effect]:
        """All that the server does at this step."""
        return effects(step, state)

    def claims(self, identity: Identity, obj: Object) -> Iterable[str]:
        """Relations and indexes share one namespace in a schema, types another, a table's constraints a third."""
        return claims.claims(identity, obj)

    def aside(self, identity: Identity, old: Schema, new: Schema) -> Identity:
        """Where a superseded type or table waits."""
        return claims.aside(identity, old, new)

    def placed(self, obj: Object, renaming: Renaming) -> Object:
        """A top-level object in a renamed schema, or with a renamed type among its arguments."""
        from . import renames

        return renames.placed(obj, renaming)

    def respelled(
        self, identity: Identity, obj: Object, renaming: Renaming, moved: Mapping[Identity, Identity], *, guess: bool
    ) -> Object:
        """The object with its texts as they read after the renaming."""
        from . import renames

        return renames.respelled(identity, obj, renaming, moved, guess=guess)

    def group(self, step: Step) -> str:
        """The table that an ALTER TABLE or CREATE TABLE is about; any other step is alone."""
        return joining.group(step)

    def joins(self, together: Sequence[Step], step: Step) -> bool:
        """CREATE TABLE takes defaults and constraints in; ADD COLUMN the column's default and further columns;
        a change of type stands between DROP DEFAULT and SET DEFAULT in one statement."""
        return joining.joins(together, step)

    def wrap(self, together: Sequence[Step]) -> str | None:
        """Clauses of ALTER TABLE stand in one."""
        return joining.wrap(together)

    def links(self, step: Step, old: Schema, new: Schema) -> Links:
        """What orders the step beyond what it names."""
        return links(step, old, new)

    def prepare(self, step: Step, old: Schema, new: Schema) -> Mapping[str, Any]:
        """What the macro needs beside the objects."""
        context: dict[str, Any] = {}
        if step.macro.startswith(joining.CLAUSES):
            context["only"] = stays_off_children(step, old, new)
        make = CONTEXT.get(step.macro)
        if make is not None:
            context |= make(step, old, new)
        return context

    def cost(self, statement: Statement, old: Schema) -> str:
        """Nothing is foretold."""
        return ""

    def too_new(self, obj: Object, attributes: Iterable[str], version: int) -> str | None:
        """What of these attributes' values PostgreSQL of that version can't hold."""
        return versions.too_new(obj, attributes, version)

    def in_words_of(self, obj: Object, version: int) -> Object:
        """What an older server knows it knows by the same name."""
        return obj

    def version_number(self, version: str) -> int:
        """server_version_num of PostgreSQL `15`, or `15.4`. Raises ValueError."""
        return versions.number(version)

    def same(self, old: Object, new: Object, attribute: str, versions: tuple[int, int]) -> bool:
        """Do two values of different servers mean the same?"""
        return spelling.same(old, new, attribute) or public.same(old, new, attribute, versions)

    def facts(self, step: Step, old: Schema, new: Schema) -> Facts:
        """What the step locks, rewrites and scans, and what else can go wrong by it."""
        return risks.facts(step, old, new)

    def whole(self, together: Sequence[Step], old: Schema) -> Facts | None:
        """A statement does what its steps do."""
        return None

    def fresh(self, header: Header, beside: Iterable[Object]) -> Iterator[Object]:
        """The schema `public`, as template1 has it. Before PostgreSQL 15 its owner is whoever ran initdb."""
        return public.fresh(header, beside)


DIALECT = Postgres()
