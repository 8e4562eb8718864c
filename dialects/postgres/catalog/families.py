"""All families of objects, in the order in which they are asked for and read."""

from ....snapshots.postgres import TopLevel
from . import (
    aggregates,
    columns,
    constraints,
    default_privileges,
    extensions,
    indexes,
    policies,
    routines,
    rules,
    schemas,
    sequences,
    statistics,
    tables,
    triggers,
    types,
    unmodelled,
    views,
)
from .dependencies import Dependencies
from .inside import Inside
from .names import Names
from .session import Catalog

__all__ = ["ALL", "read"]

INSIDE = (sequences, columns, indexes, constraints, triggers, rules, policies)
"""What stands inside tables and views, and the sequences that do."""
AROUND = (tables, views)
OTHERS = (statistics, schemas, extensions, types, routines, aggregates, default_privileges, unmodelled)
ALL = (*INSIDE, *AROUND, *OTHERS)


def read(catalog: Catalog, names: Names, uses: Dependencies) -> list[TopLevel]:
    """All objects in scope, in no order."""
    return [*_relations(catalog, names, uses), *(found for f in OTHERS for found in f.read(catalog, names, uses))]


def _relations(catalog: Catalog, names: Names, uses: Dependencies) -> list[TopLevel]:
    alone, identities = sequences.read(catalog, names)
    its_columns = columns.read(catalog, names, uses, identities)
    marks = indexes.Indexes(catalog, names, uses, its_columns)
    inside = Inside(
        columns=its_columns,
        constraints=constraints.read(catalog, names, uses, marks),
        indexes=marks.read(),
        triggers=triggers.read(catalog, names, uses),
        rules=rules.read(catalog, names, uses),
        policies=policies.read(catalog, names, uses),
        marks=marks,
    )
    return [*alone, *(found for family in AROUND for found in family.read(catalog, names, uses, inside))]
