"""What a change of a column's type would take from the tables that inherit the column: there the server makes keys,
indexes, constraints and names anew after the parent's, and forgets what is the child's own."""

from collections import Counter
from collections.abc import Iterator

from ....engine.protocol import Schema
from ....snapshots.model import Identity
from ....snapshots.naming import constraint_name, parts_of
from ....snapshots.postgres import Column, Exclusion, ForeignKey, Index, PrimaryKey, Table, Unique
from .. import not_nulls

Keyed = Index | PrimaryKey | Unique | Exclusion
_SUFFIX = {Index: "idx", PrimaryKey: "pkey", Unique: "key", Exclusion: "excl"}
_NAME_BYTES = 63


def losing(column: Identity, old: Schema) -> Iterator[Identity]:
    """The tables below the column's that would lose something if they stayed attached."""
    for heir in old.heirs(column):
        table = old.parent(heir)
        if table is not None and (_not_null_differs(heir, column, old) or any(_made_otherwise(heir, table, old))):
            yield table
        yield from losing(heir, old)


def _not_null_differs(heir: Identity, origin: Identity, old: Schema) -> bool:
    """Its NOT NULL has a name or a comment of its own; a partition's is made anew, another child's stops the server."""
    if old.server.version_number < not_nulls.SINCE:
        return False
    below, above = old[heir], old[origin]
    if not (isinstance(below, Column) and isinstance(above, Column) and below.not_null and above.not_null):
        return False
    commented = below.not_null_constraint is not None and below.not_null_constraint.comment is not None
    names = [not_nulls.name(i, c.not_null_constraint) for i, c in ((heir, below), (origin, above))]
    return commented or names[0] != names[1]


def _made_otherwise(column: Identity, table: Identity, old: Schema) -> Iterator[bool]:
    """Of each that derives from the parent's and uses the column: is it other than the server would make it?"""
    whole = old[table]
    assert isinstance(whole, Table)
    marks = {whole.clustered_on, whole.replica_identity_index}
    derived = {i: obj for i in old.inside(table) if (obj := old[i]).derived_from}
    usual = Counter(_usual_name(whole, obj) for obj in derived.values() if isinstance(obj, Keyed))
    for identity in dict.fromkeys(user for user, _ in old.users(column) if user in derived):
        obj = derived[identity]
        origin = old.get(obj.derived_from[0])
        if isinstance(obj, ForeignKey):
            yield obj.name != getattr(origin, "name", None)
        elif isinstance(obj, Keyed) and isinstance(origin, Keyed):
            name = _usual_name(whole, obj)
            copied = (obj.options, obj.tablespace) == (origin.options, origin.tablespace)
            yield name != obj.name or usual[name] > 1 or identity in marks or not copied


def _usual_name(table: Table, obj: Keyed) -> str:
    """ChooseIndexName()'s first choice."""
    if isinstance(obj, PrimaryKey):
        return constraint_name(table.name, None, "pkey")
    if isinstance(obj, Unique):
        columns = [parts_of(c)[-1] for c in (*obj.columns, *obj.include)]
    else:
        columns = [parts_of(p.column)[-1] if p.column else "expr" for p in obj.parts]
        columns += [parts_of(c)[-1] for c in obj.include]
    seen = Counter[str]()
    for at, name in enumerate(columns):
        columns[at] = f"{name}{seen[name] or ''}"
        seen[name] += 1
    joined = "_".join(columns).encode()[:_NAME_BYTES].decode(errors="ignore")
    return constraint_name(table.name, joined, _SUFFIX[type(obj)])


__all__ = ["losing"]
