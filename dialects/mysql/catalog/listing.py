"""The lists of what there is: a few quick queries, asked before and after all else."""

from ....snapshots.model import Scope
from .reading import Names, in_scope
from .session import Catalog

__all__ = ["read"]

RELATIONS = """
    SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME"""
ROUTINES = """
    SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES
    WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME"""
TRIGGERS = """
    SELECT EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, TRIGGER_NAME FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE()
    ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER"""
EVENTS = "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME"

TABLES = frozenset({"BASE TABLE", "SYSTEM VERSIONED"})


def read(catalog: Catalog, scope: Scope) -> Names:
    """All that is in scope."""
    relations = [(str(name), str(kind)) for name, kind in catalog.rows(RELATIONS) if in_scope(scope, str(name))]
    tables = tuple(name for name, kind in relations if kind in TABLES)
    routines = tuple((str(kind), str(name)) for kind, name in catalog.rows(ROUTINES))
    triggers = tuple((str(t), str(timing), str(event), str(n)) for t, timing, event, n in catalog.rows(TRIGGERS))
    return Names(
        tables=tables,
        views=tuple(name for name, kind in relations if kind == "VIEW"),
        sequences=tuple(name for name, kind in relations if kind == "SEQUENCE"),
        routines=tuple((kind, name) for kind, name in routines if in_scope(scope, name)),
        triggers=tuple(row for row in triggers if row[0] in set(tables) and in_scope(scope, row[3])),
        events=tuple(str(name) for (name,) in catalog.rows(EVENTS) if in_scope(scope, str(name))),
        others=tuple((kind, name) for name, kind in relations if kind not in {*TABLES, "VIEW", "SEQUENCE"}),
    )
