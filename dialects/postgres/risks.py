"""What else a step puts at risk, by kind and macro: which code fits what it loses or fails on, what breaks an
application that runs meanwhile, who gets or loses a privilege. Locks are in locks.py.
"""

from collections.abc import Callable, Iterator, Mapping

from ...engine.protocol import Facts, Schema, Step
from ...snapshots.model import Identity, Object
from ...snapshots.naming import kind_of, path_of, quote
from ...snapshots.postgres import Argument, Column, Enum, Function, IdentityColumn, Policy, Routine, Table, View
from . import casts, privileges
from .locks import locks, row

Warning = tuple[str, Identity, str]
"""(code, object, text)"""
Warn = Callable[[Step, Schema, Schema], Iterator[Warning]]


def facts(step: Step, old: Schema, new: Schema) -> Facts:
    """All that is known of a step. Raises KeyError if a table does not know it."""
    kind = kind_of(step.identity)
    does = row(kind, step.macro)
    return Facts(
        locks=locks(does, step, old, new),
        rewrites=tuple(does.rewrites(step, old, new)),
        scans=tuple(does.scans(step, old, new)),
        loss=_LOSS.get(kind, "DB100") if step.action != "alter" else _LOSS_BY_ALTER.get(step.macro, "DB100"),
        failure=_FAILURE.get(step.macro) or _FAILURE_BY_KIND.get(kind, "DB300"),
        warnings=tuple(_warnings(step, old, new)),
    )


# ---------------------------------------------------------------------- which code

_LOSS = {
    "column": "DB101",
    "attribute": "DB101",
    "table": "DB102",
    "sequence": "DB104",
    "identity": "DB104",
    "extension": "DB105",
}
"""Of a drop, by kind."""
_LOSS_BY_ALTER = {"alter_table.set_type": "DB103"}

_FAILURE = {
    "alter_table.add_column": "DB307",
    "alter_table.set_not_null": "DB301",
    "alter_table.set_type": "DB305",
    "domain.set_not_null": "DB301",
    "table.attach": "DB306",
    "table.move_rows": "DB306",
}
_FAILURE_BY_KIND = {
    "check": "DB303",
    "domain_check": "DB303",
    "foreign_key": "DB304",
    "primary_key": "DB302",
    "unique": "DB302",
    "exclusion": "DB302",
    "index": "DB302",
}

_NAMED = frozenset(
    {
        *("schema", "table", "column", "view", "view_column", "materialized_view", "sequence", "function", "procedure"),
        *("aggregate", "enum", "domain", "composite", "attribute", "range", "extension"),
    }
)
"""Kinds that an application names in its statements."""


# ---------------------------------------------------------------------- what warns


def _warnings(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    for warn in (_BY_ACTION.get(step.action), _BY_MACRO.get(step.macro)):
        if warn is not None:
            yield from warn(step, old, new)


def _gone(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """Dropped for good. A function of which another with that name stays has another signature now."""
    identity, obj = step.identity, step.old
    if identity not in old or identity in new:
        return
    if kind_of(identity) in _NAMED:
        if isinstance(obj, Routine) and any(_is_named_like(obj, other) for other in new.of_kind(obj.kind)):
            yield "DB406", identity, "it takes other arguments in the new schema"
        else:
            yield "DB401", identity, "it is not in the new schema"
    elif isinstance(obj, IdentityColumn) or kind_of(identity) == "default":
        yield from _left_without_value(step, old, new)
    elif isinstance(obj, Policy) and _is_secured(step, old):
        code, text = (
            ("DB504", "a restrictive policy goes") if obj.restrictive else ("DB408", "a permissive policy goes")
        )
        yield code, identity, text


def _is_named_like(routine: Routine, other: Object) -> bool:
    return isinstance(other, Routine) and (other.schema, other.name) == (routine.schema, routine.name)


def _left_without_value(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """A default goes, and nothing comes in its place."""
    parent = step.parent
    column = new.get(parent) if parent is not None else None
    if parent is not None and isinstance(column, Column) and parent in old and _needs_value(column):
        yield "DB405", parent, "it is NOT NULL and has no default any more"


def _needs_value(column: Column) -> bool:
    return column.not_null and not (column.default or column.generated or column.identity_column)


def _made(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    """Made for the first time, where its table was there before; or made anew in another form."""
    for identity in sorted(step.produces):
        before, after = old.get(identity), new.get(identity)
        if before is not None and after is not None and before != after:
            yield from _remade(identity, before, after)
            yield from _privileges(identity, before, after, old, new)
    identity, obj = step.identity, step.new
    if isinstance(obj, Policy):
        yield from _policy_made(step, obj, old)
    elif obj is None or step.parent is None or step.parent not in old or identity in old:
        return
    elif isinstance(obj, Column):
        if _needs_value(obj):
            yield "DB405", identity, "it is NOT NULL and has no default"
    elif _constrains(obj):
        yield "DB404", identity, "what breaks it is refused from now on"


def _constrains(obj: Object) -> bool:
    return obj.kind in _FAILURE_BY_KIND and (obj.kind != "index" or getattr(obj, "unique", False))


def _policy_made(step: Step, policy: Policy, old: Schema) -> Iterator[Warning]:
    if not _is_secured(step, old) or old.get(step.identity) == policy:
        return
    if step.identity in old:
        yield from _of_policy(step.identity, "it is another one now")
    elif policy.restrictive:
        yield "DB408", step.identity, "a restrictive policy comes"
    else:
        yield "DB504", step.identity, "a permissive policy comes"


def _of_policy(identity: Identity, text: str) -> Iterator[Warning]:
    """Nobody here can tell whether it lets more or fewer rows through."""
    yield "DB408", identity, text
    yield "DB504", identity, text


def _remade(identity: Identity, before: Object, after: Object) -> Iterator[Warning]:
    """What an application sees of an object that is dropped and made anew."""
    if isinstance(before, Routine) and isinstance(after, Routine):
        if _signature(before) != _signature(after):
            yield "DB406", identity, "arguments or result change"
    elif isinstance(before, Enum) and isinstance(after, Enum):
        gone = [label for label in before.labels if label not in after.labels]
        if gone:
            yield "DB404", identity, f"it has no {', '.join(gone)} any more"
        if set(after.labels) - set(before.labels):
            yield "DB407", identity, _added(before, after)
    elif isinstance(before, Column) and isinstance(after, Column):
        if before.generated is None and after.generated is not None:
            yield "DB404", identity, "it is computed from now on, and can't be written"
    elif _constrains(after):
        yield "DB404", identity, "it is another one now, and what breaks it is refused"
    elif hasattr(after, "query"):
        yield from _of_columns(identity, before, after)
    yield from _retyped(identity, before, after)
    yield from _given_to_owner(identity, before, after)


def _given_to_owner(identity: Identity, before: Object, after: Object) -> Iterator[Warning]:
    """Does it run with its owner's privileges, where it ran with the caller's?"""
    if getattr(after, "security_definer", False) and not getattr(before, "security_definer", False):
        yield "DB506", identity, "SECURITY DEFINER from now on"
    if isinstance(before, View) and isinstance(after, View):
        was, becomes = (view.options.get("security_invoker", "false") in _TRUE for view in (before, after))
        if was and not becomes:
            yield "DB506", identity, "not `security_invoker` from now on"


_TRUE = frozenset({"true", "on", "yes", "1"})


def _signature(routine: Routine) -> tuple[list[Argument], str | None]:
    return list(routine.arguments), routine.returns if isinstance(routine, Function) else None


def _of_columns(identity: Identity, before: Object, after: Object) -> Iterator[Warning]:
    """Columns of a view: gone. Those that stay are judged one by one."""
    stay = {column.name for column in getattr(after, "columns", ())}
    for column in getattr(before, "columns", ()):
        if column.name not in stay:
            yield "DB401", column.identity(identity), "the view does not return it any more"


def _added(before: Enum, after: Enum) -> str:
    return f"new: {', '.join(label for label in after.labels if label not in before.labels)}"


def _renamed(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if kind_of(step.identity) in _NAMED:
        was = next((before for before, after in step.renames.items() if after == step.identity), None)
        yield "DB402", step.identity, f"it was {path_of(was)}" if was is not None else "it has another name"


def _type(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if step.identity in old:
        yield from _retyped(step.identity, step.old, step.new)


def _retyped(identity: Identity, before: Object | None, after: Object | None) -> Iterator[Warning]:
    """Of one type that becomes wider nobody notices anything; one that becomes narrower refuses what it took."""
    was, becomes = getattr(before, "type", ""), getattr(after, "type", "")
    if not casts.is_kept(was, becomes):
        code = "DB404" if casts.base(was) == casts.base(becomes) else "DB403"
        yield code, identity, f"{was} becomes {becomes}"


def _not_null(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if getattr(step.new, "not_null", False) and not getattr(old.get(step.identity), "not_null", True):
        yield "DB404", step.identity, "NULL is refused from now on"


def _always(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if getattr(step.new, "always", False):
        yield "DB404", step.identity, "a value that is given is refused from now on"


def _labels(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if isinstance(step.old, Enum) and isinstance(step.new, Enum):
        yield "DB407", step.identity, _added(step.old, step.new)


def _row_security(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if step.identity not in old or not isinstance(step.new, Table):
        return
    (attribute,) = step.attributes
    word = attribute.replace("_", " ")
    yield (
        ("DB408", step.identity, f"{word} on")
        if getattr(step.new, attribute)
        else ("DB504", step.identity, f"{word} off")
    )


def _is_secured(step: Step, old: Schema) -> bool:
    """Do the policies of its table count?"""
    return step.parent is not None and bool(getattr(old.get(step.parent), "row_security", False))


def _policy(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    if _is_secured(step, old):
        yield from _of_policy(step.identity, f"change of {', '.join(step.attributes)}")


def _owner_runs_it(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    before, after = old.get(step.identity), new.get(step.identity)
    if before is not None and after is not None:
        yield from _given_to_owner(step.identity, before, after)


def _owner(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    before, after = (getattr(schema.get(step.identity), "owner", None) for schema in (old, new))
    if before is not None and before != after:
        yield "DB502", step.identity, f"{quote(before)} gives way to {quote(after or '')}"


def _acl(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    before, after = old.get(step.identity), new.get(step.identity)
    if before is not None and after is not None:
        yield from _privileges(step.identity, before, after, old, new)


def _privileges(identity: Identity, before: Object, after: Object, old: Schema, new: Schema) -> Iterator[Warning]:
    """Who loses and who gets what on an object that both sides have."""
    if not hasattr(before, "acl") or any("acl" in schema.header.not_read for schema in (old, new)):
        return
    lost, got = privileges.changed(before, after, old.server.version_number)
    for code, verb, rights in (("DB501", "loses", lost), ("DB503", "gets", got)):
        for role, names in rights.items():
            yield code, identity, f"{_role(role)} {verb} {', '.join(names)}"


def _role(name: str) -> str:
    return name if name == privileges.PUBLIC else quote(name)


def _default_privileges(step: Step, old: Schema, new: Schema) -> Iterator[Warning]:
    change = step.context["change"]
    for word, grants in (("loses", change.revokes), ("gets", change.grants)):
        for grant in grants:
            names = ", ".join(grant.privileges or grant.grantable)
            yield "DB505", step.identity, f"{_role(grant.to)} {word} {names} on what is made from now on"


_BY_ACTION: Mapping[str, Warn] = {"drop": _gone, "create": _made, "rename": _renamed}


def _unlogged(step: Step, _old: Schema, _new: Schema) -> Iterator[Warning]:
    if getattr(step.new, "unlogged", False):
        yield "DB106", step.identity, "a crash empties it from now on, and no standby has its rows"


_BY_MACRO: Mapping[str, Warn] = {
    "alter_table.set_type": _type,
    "alter_table.set_not_null": _not_null,
    "alter_table.set_identity_always": _always,
    "alter_table.set_logged": _unlogged,
    "alter_table.set_row_security": _row_security,
    "alter_table.set_force_row_security": _row_security,
    "common.set_acl": _acl,
    "common.set_owner": _owner,
    "domain.set_not_null": _not_null,
    "policy.alter": _policy,
    "privileges.set_defaults": _default_privileges,
    "privileges.unset_defaults": _default_privileges,
    "routine.replace": _owner_runs_it,
    "type.add_values": _labels,
    "type.alter_attribute": _type,
    "view.set_options": _owner_runs_it,
}
