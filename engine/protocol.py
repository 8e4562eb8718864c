"""What a dialect tells the engine: rules as data, and a few functions over the model.

    KindRules      one kind of object: how it is created and dropped, and one rule for each attribute
      InPlace      the attribute is altered where the object stands
      Replace      the object is dropped and created anew
      Supersede    the object is set aside, created anew, its users are moved over, the old one is dropped
      Refuse       the change is not made; the reason is said
      Kept         the server keeps the attribute by itself; no step is made for it, and `prove` sees that it comes out
      Rebind       the server sets it when what the object stands in is unbound from its parents, and bound again
      Choose       a function picks one of these from the two objects

Macros are named `family.macro`: the file and the macro below templates/<dialect>/.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import Struct

from ..snapshots.model import Header, Identity, Object
from .risk import Blocks as Blocks
from .risk import Facts as Facts
from .risk import Lock as Lock
from .schema import Answer as Answer
from .schema import Effect as Effect
from .schema import Schema as Schema
from .schema import State as State

Action = Literal["create", "drop", "alter", "set aside", "rename"]


class InPlace(Struct, frozen=True):
    """Altered in place by the macro. Attributes of one object that share the macro are altered by one step."""

    macro: str
    unset: str | None = None
    """The macro that takes the attribute back to its default: the step that lets go of what the attribute names."""
    cleared: bool = False
    """The server clears it when what it names is dropped; it is set again when that comes back."""
    rebinds: bool = False
    """A new value never follows the old one directly: unset, then set. What the object inherits comes and goes so."""
    keeps: Callable[[Any, Any], tuple[Identity, ...]] | None = None
    """Of one that rebinds: what of the old value stays bound on the way to the new one."""
    holders: Callable[[Identity, Schema], Iterable[Identity]] | None = None
    """Of one that rebinds: who does not let the object go, and is dropped before and created after."""
    unbinds: frozenset[Identity] = frozenset()
    """What is unbound from what it inherits from meanwhile, so that it keeps what is its own."""
    light: bool = False
    """Nobody who uses the object waits for it, and `depends_on` says nothing about it: owner, comment, options."""
    disturbs: frozenset[str] = frozenset()
    """Kinds of users that the server does not leave in place meanwhile: they are dropped before and created after."""
    brought: bool = False
    """What is done to an object is done by the server to all that derive from it."""
    bound_along: bool = False
    """Done by the server where what the object stands in is bound to what it inherits from."""
    rank: int = 0
    """Comes before the object's attributes of higher rank, whatever their order in the rules."""
    fails: str | None = None
    """What in existing rows can make it fail."""
    loses: str | None = None
    """What it can lose."""
    commits: bool = False
    """Its effect can be used only after a commit."""
    apart: str | None = None
    """Why it can't run in a transaction."""


class Replace(Struct, frozen=True):
    """Dropped and created anew, with all that depends on it."""

    loses: str | None = None


class Supersede(Struct, frozen=True):
    """Renamed, created anew, users altered to the new one, the renamed one dropped. What can't be renamed so is
    superseded with what it stands in."""

    loses: str | None = None


class Refuse(Struct, frozen=True):
    """Not made."""

    reason: str
    next: str = "keep the old value, or make this change by hand"


class Kept(Struct, frozen=True):
    """The server derives it from other attributes or objects."""


class Rebind(Kept, frozen=True):
    """The server sets it when what the object stands in is bound again."""


Rule = InPlace | Replace | Supersede | Refuse | Kept


class Choose(Struct, frozen=True):
    """The rule depends on the values."""

    pick: Callable[[Identity, Object, Object, Schema, Schema], Rule]


class KindRules(Struct, frozen=True):
    """How objects of one kind change."""

    create: str
    drop: str
    attributes: Mapping[str, Rule | Choose]
    """In the order in which their steps are taken."""
    weight: int = 50
    """Where nothing else decides: creations go by rising weight, drops by falling."""
    inline: frozenset[str] = frozenset()
    """The kinds inside it that its creation always states: a table's columns."""
    inherited: Callable[[Object, Object], Literal["at once", "later"] | None] = lambda _obj, _inner: None
    """When what stands in a new object is made, if by what the object inherits from: at once with the object, or later
    with its own origin."""
    with_parent: bool = False
    """It comes and goes by its parent's steps alone: a view's columns."""
    rides: frozenset[str] = frozenset()
    """The macros that, where they alter what it stands in, drop it before and make it again: one step instead of
    three for a default whose column changes its type."""
    comes_with_parent: Callable[[Identity, Object, Schema, Schema], bool] = lambda _identity, _new, _old, _new_schema: (
        False
    )
    """Can't it be added to what it stands in, so that this is superseded?"""
    loosens: frozenset[str] = frozenset()
    """The attributes by which others hold its parent, and let go of it while it comes, goes or changes."""
    goes_with: Callable[[Object], Identity | None] = lambda _obj: None
    """What it is dropped with, though it does not stand in it: a sequence's owning column."""
    joins: frozenset[str] = frozenset()
    """The kinds inside it whose creation may stand in its own creation's statement."""
    aside: str | None = None
    """The macro that renames it out of the way; needed by Supersede."""
    aside_keeps: frozenset[str] = frozenset()
    """The kinds inside it that are set aside with it; all others are dropped before."""
    moves: str | None = None
    """The macro that moves what a superseded object holds into the new one."""
    rename: str | None = None
    """The macro that gives it another name in its parent."""
    rename_unasked: bool = False
    """Is one that goes and one that comes, equal but in name, renamed without a hint? Where no rows are at stake."""
    rename_reaches_heirs: bool = False
    """Is what derives from it renamed with it?"""
    retype: str | None = None
    """The attribute to alter when a type that it uses is superseded; None: it is replaced."""
    irreplaceable: Callable[[Object, Object], str | None] = lambda _old, _new: None
    """Why it can't be dropped and created for another object's sake; None if it can."""
    holds: Callable[[Object, Schema], Iterable[Identity]] = lambda _obj, _schema: ()
    """What can't be dropped before it is, though it does not name it: a foreign key's partitions of the other table."""
    detachable: bool = False
    """Dropped by a step of its own where dropping it with its parent would make a cycle: a foreign key, a check
    that calls a function of the table's row."""
    created_along: Callable[[Object], bool] = lambda _obj: False
    """Is it made when what it derives from is made?"""
    leaves_heirs: bool = False
    """Can it be dropped so that what derives from it stays?"""
    dropped_along: Callable[[Object], bool] = lambda _obj: True
    """Is it dropped when what it derives from is dropped?"""
    rebinding_brings: bool = False
    """Binding its parent to the origin's parent makes it: a partition's triggers."""
    unbinding_drops: bool = False
    """Unbinding its parent from the origin's parent drops it."""
    binds_late: bool = False
    """It looks at what it names whenever it runs: that has to be there, and may change afterwards. Of others that bind
    late it waits for the change, for what these show comes with it: a view's columns."""
    stays_used: bool = False
    """Those who use it need not let go of it before it is altered."""
    placeable: Mapping[str, str] = {}
    """The ordered fields whose objects can be made, or moved, to any place; and those objects' kind."""
    move: str | None = None
    """The macro that moves it among its siblings; it sets attributes too, if their rules name it."""
    last: bool = False
    """Its steps come after all others."""
    drop_loses: str | None = None
    """What is lost by dropping it."""
    commits: bool = False
    create_fails: Callable[[Object, bool], str | None] = lambda _obj, _parent_is_new: None
    """What in existing rows can make its creation fail, given whether its parent is new."""


class Place(Struct, frozen=True):
    """Where an object comes to stand among its siblings."""

    after: Identity | None
    """None: it is the first."""


class Step(Struct, frozen=True, eq=False):
    """One atomic change, with what it needs, makes, and lets go."""

    action: Action
    identity: Identity
    macro: str
    old: Object | None
    """The object before the step."""
    new: Object | None
    """The object that the step works towards; all of it, what the step does not set included."""
    parent: Identity | None = None
    attributes: tuple[str, ...] = ()
    """Of an alter: what it sets."""
    moves: bool = False
    """Of an alter: the object takes another place among its siblings."""
    place: Place | None = None
    """Of a creation or a move: where; None: at the end, or where it is."""
    unset: bool = False
    """Of an alter: the attributes go to their default, not to the new value."""
    renames: Mapping[Identity, Identity] = {}
    """Of a rename: old identities with their new ones."""
    inner: tuple[tuple[Identity, Identity, Object], ...] = ()
    """(identity, parent, object) of what a creation makes along with its subject."""
    needs: frozenset[Identity] = frozenset()
    """What must be there, and be as in the new snapshot, before."""
    releases: frozenset[Identity] = frozenset()
    """What of the old snapshot it stops using."""
    produces: frozenset[Identity] = frozenset()
    destroys: frozenset[Identity] = frozenset()
    precedes: frozenset[Identity] = frozenset()
    """Objects whose creation and alteration must come later, though nothing of the model says so."""
    after: frozenset[tuple[Identity, str]] = frozenset()
    """(object, attribute): it comes after the steps that set these."""
    settles: bool = False
    """Those who need the subject wait for it."""
    commits: bool = False
    apart: str | None = None
    loses: str | None = None
    fails: str | None = None
    why: str = ""
    context: Mapping[str, Any] = {}
    """What the dialect worked out for the macro."""


class Statement(Struct, frozen=True, eq=False):
    """Steps that the server takes at once. The first one leads."""

    steps: tuple[Step, ...]
    wrap: str | None = None
    """The macro around the steps' own; None: the leading step's macro knows the others."""


class Part(Struct, frozen=True):
    """Statements that run in one transaction, or each by itself."""

    statements: tuple[Statement, ...]
    transaction: bool = True
    reason: str = ""
    """Why it is a part of its own."""


class Links(Struct, frozen=True):
    """What a step needs, lets go and precedes beyond what the model's references say."""

    needs: frozenset[Identity] = frozenset()
    releases: frozenset[Identity] = frozenset()
    precedes: frozenset[Identity] = frozenset()
    after: frozenset[tuple[Identity, str]] = frozenset()
    """(object, attribute): it comes after that attribute is set."""


class Renaming(Struct, frozen=True):
    """An object and what it is called from now on."""

    before: Identity
    after: Identity


class Dialect(Protocol):
    """All that the engine asks of a dialect."""

    name: str
    transactional: bool
    """Can a transaction undo what a script does? If not, every statement commits by itself."""

    def rules(self, kind: str) -> KindRules:
        """The rules of a kind of object. Raises KeyError for one that the dialect does not know."""
        ...

    def effects(self, step: Step, state: State) -> Iterable[Effect]:
        """All that the server does at this step, side effects included."""
        ...

    def claims(self, identity: Identity, obj: Object) -> Iterable[str]:
        """The names that it takes, each in its namespace; no two objects can hold one at once."""
        ...

    def aside(self, identity: Identity, old: Schema, new: Schema) -> Identity:
        """The identity of a superseded object while it waits to be dropped: one that is free in both schemas."""
        ...

    def placed(self, obj: Object, renaming: Renaming) -> Object:
        """A top-level object with what of its own identity is another's name: its schema, an argument's type."""
        ...

    def respelled(
        self, identity: Identity, obj: Object, renaming: Renaming, moved: Mapping[Identity, Identity], *, guess: bool
    ) -> Object:
        """The object with its texts as they read after the renaming. `identity` is its name before, `moved` all names
        that change. Where it is not certain how the server spells a text, that becomes one that equals nothing, or,
        with `guess`, what is likely."""
        ...

    def links(self, step: Step, old: Schema, new: Schema) -> Links:
        """What orders the step beyond the model's references."""
        ...

    def prepare(self, step: Step, old: Schema, new: Schema) -> Mapping[str, Any]:
        """What the step's macro needs beside the two objects."""
        ...

    def group(self, step: Step) -> str:
        """Only steps of one group can share a statement."""
        ...

    def joins(self, together: Sequence[Step], step: Step) -> bool:
        """May the step go into the statement that holds these?"""
        ...

    def wrap(self, together: Sequence[Step]) -> str | None:
        """The macro round the steps of a statement; None: the leading step's macro is the statement."""
        ...

    def cost(self, statement: Statement, old: Schema) -> str:
        """How the server does it and whom that blocks, in words; empty where nothing is foretold."""
        ...

    def too_new(self, obj: Object, attributes: Iterable[str], version: int) -> str | None:
        """What of these attributes' values a server of that version can't hold, in words; None if it can hold all."""
        ...

    def in_words_of(self, obj: Object, version: int) -> Object:
        """The object, its parts apart, as a server of that older version has it: `same` as it was, said otherwise."""
        ...

    def version_number(self, version: str) -> int:
        """How such a server counts the version: 150004 for PostgreSQL 15.4. Raises ValueError for what is none."""
        ...

    def same(self, old: Object, new: Object, attribute: str, versions: tuple[int, int]) -> bool:
        """Do two values that differ as text mean the same? Asked only across versions or flavours; `versions` are the
        servers', the old one's first."""
        ...

    def fresh(self, header: Header, beside: Iterable[Object]) -> Iterable[Object]:
        """What a new database of such a server holds, where the snapshot `beside` it is all else that is known."""
        ...


@runtime_checkable
class Assesses(Protocol):
    """A dialect that knows more of a step than the step itself says. Of one that doesn't, the risks are those alone."""

    def facts(self, step: Step, old: Schema, new: Schema) -> Facts:
        """What the step locks, rewrites and scans, and what else can go wrong by it."""
        ...

    def whole(self, together: Sequence[Step], old: Schema) -> Facts | None:
        """What a statement of these steps locks, rewrites and scans, where the server may do it in another way than
        each by itself; None: what the steps do is all."""
        ...


def resolve(rule: Rule | Choose, identity: Identity, old: Object, new: Object, schemas: Sequence[Schema]) -> Rule:
    """The rule itself, or what it picks."""
    return rule.pick(identity, old, new, schemas[0], schemas[1]) if isinstance(rule, Choose) else rule
