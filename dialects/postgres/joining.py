"""Which steps are said in one statement."""

from collections.abc import Sequence

from ...engine.protocol import Step
from ...snapshots.naming import kind_of, path_of
from ...snapshots.postgres import Column, Exclusion, Key, PrimaryKey
from ...templates.filters.postgres import table_path
from . import not_nulls

CLAUSES = "alter_table."
"""Macros of this family are clauses of ALTER TABLE; `table.alter` puts the statement round them."""
_JOIN_CREATE = frozenset({"alter_table.set_default", "alter_table.add_identity", "alter_table.add_constraint"})
_JOIN_ADD = frozenset({"alter_table.add_column", "alter_table.set_default", "alter_table.add_identity"})
_JOIN_TYPE = frozenset({"alter_table.drop_default", "alter_table.set_type", "alter_table.set_default"})


def group(step: Step) -> str:
    """The table that an ALTER TABLE or CREATE TABLE is about; any other step is alone."""
    if step.macro.startswith(CLAUSES) or step.macro == "table.create":
        return "table " + table_path(step)
    return f"{step.action} {step.identity} {step.macro}"


def joins(together: Sequence[Step], step: Step) -> bool:
    """CREATE TABLE takes defaults and constraints in; ADD COLUMN the column's default and further columns;
    a change of type stands between DROP DEFAULT and SET DEFAULT in one statement."""
    lead = together[0]
    if lead.macro == "table.create":
        if step.macro not in _JOIN_CREATE or step.action != "create":
            return False
        return not (_stands_alone(step, lead) or any(_are_one(step, other) for other in together))
    if step.macro not in _JOIN_ADD | _JOIN_TYPE or lead.context.get("only") != step.context.get("only"):
        return False
    if lead.macro == "alter_table.add_column" and step.action == "create":
        columns = {path_of(s.identity) for s in together if s.macro == "alter_table.add_column"}
        return step.macro == "alter_table.add_column" or (step.macro in _JOIN_ADD and path_of(step.identity) in columns)
    return lead.macro in _JOIN_TYPE and step.macro in _JOIN_TYPE and _prepares_type(together, step)


def wrap(together: Sequence[Step]) -> str | None:
    """Clauses of ALTER TABLE stand in one."""
    return "table.alter" if together[0].macro.startswith(CLAUSES) else None


def _stands_alone(step: Step, table: Step) -> bool:
    """A foreign key waits for the other table; in CREATE TABLE a constraint is valid, whatever is said; a column that
    is inherited alone is not stated, and a primary key there makes NOT NULL the child's own."""
    if getattr(table.new, "partition_of", None) is None:
        columns = [(i, obj) for i, _, obj in table.inner if isinstance(obj, Column)]
        if any(i == step.parent and not c.local for i, c in columns):
            return True
        key = step.new.columns if isinstance(step.new, PrimaryKey) else ()
        if any(i in key and c.derived_from and not not_nulls.is_own(c) for i, c in columns):
            return True
    return kind_of(step.identity) == "foreign_key" or getattr(step.new, "not_valid", False)


def _are_one(step: Step, other: Step) -> bool:
    """Would one statement make one index of the two, and drop a name? So it does with keys that say the same, a primary
    key among them (transformIndexConstraints)."""
    one, two = step.new, other.new
    if isinstance(one, Key) and isinstance(two, Key):
        names: tuple[str, ...] = ("columns", "include", "without_overlaps", "nulls_not_distinct")
    elif isinstance(one, Exclusion) and isinstance(two, Exclusion):
        names = ("method", "parts", "include", "predicate")
    else:
        return False
    names += ("deferrable", "initially_deferred")
    return all(getattr(one, name, False) == getattr(two, name, False) for name in names)


def _prepares_type(together: Sequence[Step], step: Step) -> bool:
    """DROP DEFAULT, TYPE, SET DEFAULT of one column, in this order."""
    last = together[-1]
    rank = {"alter_table.drop_default": 0, "alter_table.set_type": 1, "alter_table.set_default": 2}
    return path_of(last.identity) == path_of(step.identity) and rank[last.macro] < rank[step.macro]
