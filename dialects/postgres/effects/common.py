"""What several effects share."""

from collections.abc import Iterator

from msgspec.structs import replace

from ....engine.protocol import State
from ....snapshots.model import Identity, Object, attributes
from ....snapshots.naming import parts_of, path_of, quote
from ....snapshots.postgres import Index

UNKNOWN_COMMENT = "\0"
"""One that nothing here tells, and no server can hold: of an extension just made its control file does."""


_ELSEWHERE = frozenset({"references", "referenced_columns"})
"""What names another table, and that very one: a partition's foreign key to the whole is no key to itself."""


def alone(obj: Object) -> Object:
    """The object as it is before its table is attached to another."""
    if "local" in obj.__struct_fields__:
        return replace(obj, derived_from=(), local=True)
    return obj


def shape(obj: Object | None, table: Identity) -> object:
    """What must agree for an index to serve as a partition's part of the parent's."""
    assert obj is not None
    keep = [
        a
        for a in attributes(type(obj))
        if a not in {"comment", "derived_from", "local", "options", "tablespace", "index_comment", "invalid"}
    ]
    if isinstance(obj, Index):
        obj = replace(obj, parts=tuple(replace(part, statistics=None) for part in obj.parts))
    own = [a for a in keep if a not in _ELSEWHERE]
    return [
        *(repr(getattr(obj, a)).replace(f" {path_of(table)}.", " *.") for a in own),
        *(getattr(obj, a) for a in keep if a in _ELSEWHERE),
    ]


def derived(identity: Identity, state: State) -> Iterator[tuple[Identity, Identity]]:
    """(heir, origin): what the server made from it."""
    for heir in state.heirs(identity):
        yield heir, identity


def all_derived(identity: Identity, state: State) -> Iterator[tuple[Identity, Identity]]:
    """The same, at whatever remove."""
    for heir, origin in derived(identity, state):
        yield heir, origin
        yield from all_derived(heir, state)


def last(identity: Identity) -> str:
    """The last part of its name, quoted."""
    return quote(parts_of(identity)[-1])
