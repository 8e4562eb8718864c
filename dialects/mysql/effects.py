"""Everything that MySQL and MariaDB do at a step, side effects included.

Sources: the manuals' pages of the statements, and measurements on the servers where they are silent. Nothing here looks
at how a plan was made.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from ...engine.protocol import Effect, State, Step
from ...snapshots.model import Identity, Object
from ...snapshots.mysql import Column, Index, PrimaryKey, Table
from ...snapshots.naming import kind_of, path_of
from .. import renaming
from . import privileges


def effects(step: Step, state: State) -> list[Effect]:
    """The effects of one step on a state; the state is left as it is."""
    return list(_ACTIONS[step.action](step, state))


def _create(step: Step, _state: State) -> Iterator[Effect]:
    """What is created is as stated, but that a nullable column has a default, and that nothing is granted on it."""
    assert step.new is not None
    for identity, obj in ((step.identity, step.new), *((i, o) for i, _, o in step.inner)):
        yield identity, _ungranted(replace(obj, no_default=False) if isinstance(obj, Column) else obj)


def _ungranted(obj: Object) -> Object:
    bare: Any = {"acl": ()}
    return replace(obj, **bare) if getattr(obj, "acl", ()) else obj


def _drop(step: Step, state: State) -> Iterator[Effect]:
    gone = {step.identity, *step.destroys, *state.descendants(step.identity)}
    if kind_of(step.identity) == "column":
        yield from _out_of_keys(step.identity, gone, state)
    for identity in gone:
        yield identity, None


def _out_of_keys(column: Identity, gone: set[Identity], state: State) -> Iterator[Effect]:
    """DROP COLUMN takes the column out of its keys; one with no column left goes too (ALTER TABLE, "DROP COLUMN")."""
    for user in state.users(column):
        key = state.get(user)
        if user in gone or not isinstance(key, Index | PrimaryKey):
            continue
        parts = tuple(part for part in key.parts if part.column != column)
        yield user, replace(key, parts=parts) if parts else None


def _alter(step: Step, state: State) -> Iterator[Effect]:
    current = state.get(step.identity)
    assert current is not None and step.new is not None
    if step.unset:
        yield step.identity, replace(current, **dict.fromkeys(step.attributes))
        return
    changed = {a: getattr(step.new, a) for a in _stated(step, step.new)} | {"depends_on": step.new.depends_on}
    made = replace(current, **changed | _RESET.get(step.macro, {}))
    yield step.identity, _ungranted(made) if _drops_routine(step, state) else made
    if step.macro in _REACHES:
        yield from _REACHES[step.macro](step, state)


def _drops_routine(step: Step, state: State) -> bool:
    """MySQL has no OR REPLACE: what is granted on the old one goes with it."""
    return step.macro == "routine.replace" and state.server.flavour == "mysql"


def _columns_too(step: Step, state: State) -> Iterator[Effect]:
    """A REVOKE on a table takes the same away from its columns."""
    lost = privileges.of(step).revokes
    for identity in state.inside(step.identity) if lost else ():
        obj = state.get(identity)
        acl = getattr(obj, "acl", ())
        if isinstance(obj, Column) and acl:
            yield identity, replace(obj, acl=privileges.without(acl, lost))


def _said_or_not(step: Step, state: State) -> Iterator[Effect]:
    """MySQL: a column keeps its character set when the table's default changes. Was it another one than the default, it
    was said, as far as anyone knows."""
    before = state.get(step.identity)
    assert isinstance(before, Table) and isinstance(step.new, Table)
    for identity in state.inside(step.identity) if state.server.flavour == "mysql" else ():
        obj = state.get(identity)
        if isinstance(obj, Column) and obj.charset is not None:
            was, becomes = (obj.collation == table.collation for table in (before, step.new))
            yield identity, replace(obj, charset_apart=becomes and (obj.charset_apart or not was))


def _encryption_said(step: Step, state: State) -> Iterator[Effect]:
    """MySQL prints the ENCRYPTION of a table that has none where the database's default is another one."""
    if "encrypted" not in step.attributes or step.new is None:
        return
    tables = {obj.identity(): None for obj in state.schema.of_kind("table")}
    for identity in tables | dict.fromkeys(state.touched):
        obj = state.get(identity)
        if isinstance(obj, Table) and obj.options.get("ENCRYPTION") != "'Y'":
            said = {"ENCRYPTION": "'N'"} if getattr(step.new, "encrypted", False) else {}
            others = {name: value for name, value in obj.options.items() if name != "ENCRYPTION"}
            yield identity, replace(obj, options=dict(sorted((said | others).items())))


def _body_too(step: Step, state: State) -> Iterator[Effect]:
    """OR REPLACE drops a package with its body."""
    body = Identity(f"package_body {path_of(step.identity)}")
    if kind_of(step.identity) == "package" and state.get(body) is not None:
        yield body, None


_REACHES: dict[str, Callable[[Step, State], Iterable[Effect]]] = {
    privileges.SET: _columns_too,
    "alter_table.set_charset": _said_or_not,
    "database.alter": _encryption_said,
    "package.replace": _body_too,
}
"""What a statement does to others: the columns of its table, the tables of its database, a package's body."""


def _rename(step: Step, state: State) -> Iterator[Effect]:
    """Grants stay with the old name."""
    for identity, obj in renaming.rename(step, state):
        yield identity, _ungranted(obj) if obj is not None and identity in step.renames.values() else obj


_STATED_WHOLE = frozenset({"alter_table.modify_column", "routine.replace"})
"""What states an object whole: all is set, asked or not."""
_NEVER_STATED = frozenset({"name", "acl", "depends_on", "derived_from", "no_default"})


def _stated(step: Step, new: Object) -> Iterable[str]:
    if step.macro not in _STATED_WHOLE:
        return step.attributes
    return [field for field in new.__struct_fields__ if field not in _NEVER_STATED]


_RESET: dict[str, dict[str, Any]] = {"alter_table.modify_column": {"no_default": False}}


_ACTIONS: dict[str, Callable[[Step, State], Iterable[Effect]]] = {
    "create": _create,
    "drop": _drop,
    "rename": _rename,
    "alter": _alter,
}
