"""NOT NULL of columns: from PostgreSQL 18 on a constraint, with a name and a say of its own."""

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ...engine.protocol import Schema
from ...snapshots.model import Identity
from ...snapshots.naming import constraint_name, identity, parts_of
from ...snapshots.postgres import Column, Domain, NotNullConstraint, Table

SINCE = 180000

LABEL = "not_null"
ROOM = 63 - len("__") - len(LABEL)
"""Bytes, for the names of table and column in a name that is made up: what is longer is cut."""


def name(column: Identity, constraint: NotNullConstraint | None) -> str:
    """What the constraint is called: as it says, or as the server makes it up."""
    if constraint is not None and constraint.name is not None:
        return constraint.name
    *_, table, last = parts_of(column)
    return constraint_name(table, last, LABEL)


def is_taken(column: Identity, obj: Column, *schemas: Schema) -> bool:
    """Has another constraint of the schema the name that the server would make up? Then it makes up another one."""
    called = parts_of(column)[0], name(column, obj.not_null_constraint)
    return any(_owners(*called, schema) - {column} for schema in schemas)


def stated_name(column: Identity, obj: Column, *schemas: Schema) -> str | None:
    """The name to say where the server would make up another one; None where it would make up this one."""
    made = obj.not_null_constraint
    stated = (made is not None and made.name is not None) or is_taken(column, obj, *schemas)
    return name(column, made) if stated else None


def is_valid(column: Column) -> bool:
    """Is it not NOT VALID, which only ALTER TABLE can say?"""
    return column.not_null_constraint is None or not column.not_null_constraint.not_valid


def _owners(space: str, called: str, schema: Schema) -> set[Identity]:
    """The constraints of that name, a NOT NULL by its column."""
    known = schema.remember("names of constraints", _owners_by_name).get((space, called), ())
    return {*known, *(i for i in _joined_to(space, called) if _is_called(i, called, schema))}


def _is_called(column: Identity, called: str, schema: Schema) -> bool:
    obj = schema.get(column)
    return isinstance(obj, Column) and obj.not_null and name(column, obj.not_null_constraint) == called


def _joined_to(space: str, called: str) -> Iterator[Identity]:
    """The columns, there or not, whose names and their tables' make up that name without being cut."""
    words = called.removesuffix(f"_{LABEL}").split("_")
    for at in range(1, len(words)):
        yield identity(Column.kind, space, "_".join(words[:at]), "_".join(words[at:]))


def _owners_by_name(schema: Schema) -> dict[tuple[str, str], list[Identity]]:
    """The constraints whose names end as made-up ones do, by schema and name; of those that are made up only the ones
    that can be cut, for the others can be told from the name itself."""
    found: defaultdict[tuple[str, str], list[Identity]] = defaultdict(list)
    for table in schema.of_kind(Table.kind):
        assert isinstance(table, Table)
        space, room = table.schema, ROOM - len(table.name.encode())
        for constraint in table.constraints:
            if constraint.name.endswith(LABEL):
                found[space, constraint.name].append(constraint.identity(table.identity()))
        for column in table.columns:
            made = column.not_null_constraint
            if column.not_null and (made is not None or len(column.name) > room or not column.name.isascii()):
                owner = column.identity(table.identity())
                found[space, name(owner, made)].append(owner)
    for domain in schema.of_kind(Domain.kind):
        assert isinstance(domain, Domain)
        for check in domain.checks:
            found[domain.schema, check.name].append(check.identity(domain.identity()))
    return found


def unless_plain(constraint: NotNullConstraint | None) -> NotNullConstraint | None:
    """None where it is what plain NOT NULL makes."""
    return None if constraint == NotNullConstraint() else constraint


def inherited(heir: Identity, column: Column, called: str, not_valid: bool) -> Column:
    """A child's column that gets its parent's constraint."""
    made = NotNullConstraint(
        name=called if called != name(heir, None) else None,
        not_valid=not_valid,
        local=False if column.local else None,
    )
    return _with(column, made)


def bare(column: Column) -> Column:
    """The column before it is NOT NULL."""
    return _with(column, None)


def is_own(column: Column) -> bool:
    """Would a child's stay without the parent's (conislocal)? Nothing tells that of a partition."""
    stated = column.not_null_constraint.local if column.not_null_constraint is not None else None
    return column.local if stated is None else stated


def bringers(identity: Identity, column: Column, schema: Schema) -> list[Identity]:
    """The parents' columns that it can come from, as it is called; none if it is the child's own."""
    if is_own(column):
        return []
    called = name(identity, column.not_null_constraint)
    return [o for o, c in _reaching(column, schema) if name(o, c.not_null_constraint) == called]


def _reaching(column: Column, schema: Schema) -> list[tuple[Identity, Column]]:
    above = [(origin, schema.get(origin)) for origin in column.derived_from]
    return [(origin, c) for origin, c in above if isinstance(c, Column) and reaches_heirs(c)]


def reaches_heirs(column: Column) -> bool:
    """Is it NOT NULL, and its children with it?"""
    return column.not_null and not (column.not_null_constraint is not None and column.not_null_constraint.no_inherit)


def own(column: Column) -> Column:
    """A child's column with a NOT NULL of its own."""
    made = column.not_null_constraint or NotNullConstraint()
    return _with(column, replace(made, local=None if column.local else True))


def _with(column: Column, constraint: NotNullConstraint | None) -> Column:
    return replace(column, not_null=constraint is not None, not_null_constraint=unless_plain(constraint))
