"""What stands inside tables and views, read once and handed to the readers of both."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from ....snapshots.model import Object
from ....snapshots.postgres import Index, Policy, Rule, Trigger
from .columns import Columns
from .constraints import TableConstraint
from .indexes import Indexes
from .names import Names

__all__ = ["Inside", "by_name", "other_method"]

Obj = TypeVar("Obj", bound=Object)


class Inside(NamedTuple):
    """By the OID of the relation."""

    columns: Columns
    constraints: Mapping[int, Sequence[TableConstraint]]
    indexes: Mapping[int, Sequence[Index]]
    triggers: Mapping[int, Sequence[Trigger]]
    rules: Mapping[int, Sequence[Rule]]
    policies: Mapping[int, Sequence[Policy]]
    marks: Indexes


def by_name(objects: Sequence[Obj] | None) -> tuple[Obj, ...]:
    """As they stand in the file."""
    return tuple(sorted(objects, key=lambda o: o.name)) if objects else ()


def other_method(names: Names, oid: int) -> str | None:
    """The access method where it is not heap."""
    method = names.access_methods.get(oid, "heap")
    return method if method != "heap" else None
