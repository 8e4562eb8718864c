"""On what it hangs how strongly a statement locks, and whether rows are read or written: the conditions of locks.py."""

import re

from ...engine.protocol import Schema, Step
from ...snapshots.model import Identity, Text, plain
from ...snapshots.naming import kind_of
from ...snapshots.postgres import Column, Domain, NotNullConstraint
from . import casts


def is_unchecked(step: Step, _old: Schema, _new: Schema) -> bool:
    """Are existing rows taken as they are?"""
    return bool(getattr(step.new, "not_valid", False) or getattr(step.new, "not_enforced", False))


def becomes_not_null(step: Step, _old: Schema, _new: Schema) -> bool:
    """Must each row be looked at for NULLs?"""
    constraint = getattr(step.new, "not_null_constraint", None)
    return bool(getattr(step.new, "not_null", False)) and not (constraint is not None and constraint.not_valid)


def is_stored(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the generated column kept in the rows?"""
    generated = getattr(step.new, "generated", None)
    return generated is not None and not generated.virtual


_CONSTANT = re.compile(
    r"""(
        -? [\d.]+ (e[+-]?\d+)? | \(\s*-[\d.]+\s*\) | '(?:[^']|'')*' | true | false | null
      | now\(\) | current_(timestamp | date | time)(\(\d\))? | localtime(stamp)?(\(\d\))?
    ) (\s*::\s*[\w\s".]+(\([\d,\s]+\))?(\s+with(out)?\s+time\s+zone)?(\[\])*)*""",
    re.VERBOSE | re.IGNORECASE,
)


def _is_constant(expression: Text | None) -> bool:
    """Is it one value for all rows, so that it need not be written into them (ALTER TABLE, "ADD COLUMN")?"""
    return expression is None or _CONSTANT.fullmatch(plain(expression).strip()) is not None


def fills_rows(step: Step, old: Schema, new: Schema) -> bool:
    """Does the new column have a value of its own in each row?"""
    column = step.new
    assert isinstance(column, Column)
    if column.identity_column is not None or is_stored(step, old, new):
        return True
    domain = _domain(column.type, old, new)
    limited = domain is not None and bool(
        domain.checks or domain.not_null or domain.default or _is_domain(domain, old, new)
    )
    return limited or not _is_constant(column.default.expression if column.default is not None else None)


def _domain(type_: str, old: Schema, new: Schema) -> Domain | None:
    identity = Identity(f"domain {casts.base(type_)}")
    found = new.get(identity) or old.get(identity)
    return found if isinstance(found, Domain) else None


def _is_domain(domain: Domain, old: Schema, new: Schema) -> bool:
    return _domain(domain.type, old, new) is not None


def looks_at_rows(step: Step, old: Schema, new: Schema) -> bool:
    """Is each row read though none is written: for NULLs?"""
    return fills_rows(step, old, new) or bool(getattr(step.new, "not_null", False))


def is_stored_anew(step: Step, old: Schema, new: Schema) -> bool:
    """Are values of the new type kept in another form?"""
    assert isinstance(step.old, Column) and isinstance(step.new, Column)
    return bool(step.context.get("using")) or not casts.is_kept(step.old.type, step.new.type)


def is_looked_at(step: Step, old: Schema, new: Schema) -> bool:
    """Are rows read at a change of type: because they are stored anew, or for what is made of them?"""
    users = {user for schema in (old, new) for user, _ in schema.users(step.identity)}
    made_of_it = any(kind_of(user) in ("check", "index", "primary_key", "unique", "exclusion") for user in users)
    return made_of_it or is_stored_anew(step, old, new)


_EASY = re.compile(
    r"(toast\.)?(autovacuum_\w+|vacuum_\w+|log_autovacuum_\w+|fillfactor|toast_tuple_target|parallel_workers|"
    r"deduplicate_items|n_distinct(_inherited)?)"
)
"""Options that may change while the rows do (src/backend/access/common/reloptions.c, `lockmode`)."""


def sets_easy_options(step: Step, _old: Schema, _new: Schema) -> bool:
    """Do all the options that it sets or resets take a weak lock?"""
    return all(_EASY.fullmatch(name) for name in (*step.context["set"], *step.context["reset"]))


def only_validates(step: Step, _old: Schema, _new: Schema) -> bool:
    """Does the NOT NULL constraint keep its name, and whom it reaches?"""
    before, after = (getattr(obj, "not_null_constraint", None) for obj in (step.old, step.new))
    said = [(c.name, c.no_inherit) if c is not None else (None, False) for c in (before, after)]
    return said[0] == said[1]


def is_validated(step: Step, _old: Schema, _new: Schema) -> bool:
    """Does the NOT NULL constraint become valid, or reach the children from now on?"""
    before, after = (getattr(obj, "not_null_constraint", None) or NotNullConstraint() for obj in (step.old, step.new))
    return (before.not_valid and not after.not_valid) or (before.no_inherit and not after.no_inherit)


def adopts(step: Step, old: Schema, new: Schema) -> bool:
    """Have tables that derive from it a key of their own that becomes a part of this one?"""
    return any(i not in step.produces for i in new.heirs(step.identity))


def has_keys(step: Step, old: Schema, new: Schema) -> bool:
    """Does the table have foreign keys of its own?"""
    inside = {*old.inside(step.identity), *new.inside(step.identity)}
    return any(kind_of(i) == "foreign_key" for i in inside - step.produces)


def is_enforced(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the key enforced from now on?"""
    return not getattr(step.new, "not_enforced", False)


def is_filled(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the query run?"""
    return not getattr(step.new, "not_populated", False)


def is_detached(step: Step, _old: Schema, _new: Schema) -> bool:
    """Is the partition detached before it is dropped?"""
    return bool(step.context.get("detach"))
