"""What holds a body of SQL: triggers, routines, events, packages."""

from ....engine.protocol import Choose, InPlace, KindRules, Replace, Rule, Schema
from ....snapshots.model import Identity, Object
from .common import ACL, DERIVED, same

_SESSION = ("definer", "sql_mode", "character_set_client", "collation_connection", "database_collation")


def _routine(_identity: Identity, _old_obj: Object, _new_obj: Object, old: Schema, _new: Schema) -> Rule:
    """MySQL has no OR REPLACE: it is dropped, and with it what was granted on it."""
    lost = old.server.flavour == "mysql" and "acl" in old.header.not_read
    return InPlace("routine.replace", loses="what is granted on it" if lost else None)


def _comment(identity: Identity, old_obj: Object, new_obj: Object, old: Schema, new: Schema) -> Rule:
    """MySQL's ALTER takes COMMENT '' for nothing said."""
    if new_obj.comment is None and old.server.flavour == "mysql":
        return _routine(identity, old_obj, new_obj, old, new)
    return InPlace("routine.alter", light=True)


def _schedule(_identity: Identity, old_obj: Object, new_obj: Object, old: Schema, _new: Schema) -> Rule:
    """MariaDB's ALTER EVENT keeps an end that the new schedule does not have."""
    was, becomes = (getattr(obj, "schedule", "") for obj in (old_obj, new_obj))
    endless = becomes.startswith("EVERY") and " ENDS " in was and " ENDS " not in becomes
    return Replace() if endless and old.server.flavour == "mariadb" else InPlace("event.alter")


_ROUTINE = {
    **same(Choose(_routine), *_SESSION, "parameters", "body", "deterministic", "language"),
    **same(InPlace("routine.alter", light=True), "data_access", "security"),
    "comment": Choose(_comment),
    "acl": ACL,
    **DERIVED,
}
_PACKAGE = (*_SESSION, "body", "security", "comment")

RULES = {
    "trigger": KindRules(
        create="trigger.create",
        drop="trigger.drop",
        attributes={
            **same(Replace(), *_SESSION, "timing", "event", "follows", "head", "update_columns", "body", "comment"),
            **DERIVED,
        },
        weight=70,
        detachable=True,
    ),
    "function": KindRules(
        create="routine.create",
        drop="routine.drop",
        attributes={**same(Choose(_routine), "returns", "aggregate"), **_ROUTINE},
        weight=40,
    ),
    "procedure": KindRules(create="routine.create", drop="routine.drop", attributes=_ROUTINE, weight=41),
    "package": KindRules(
        create="package.create",
        drop="package.drop",
        # OR REPLACE takes the body along.
        attributes={
            **same(InPlace("package.replace", disturbs=frozenset({"package_body"})), *_PACKAGE),
            "acl": ACL,
            **DERIVED,
        },
        weight=38,
    ),
    "package_body": KindRules(
        create="package.create",
        drop="package.drop",
        attributes={**same(InPlace("package.replace"), *_PACKAGE), **DERIVED},
        weight=39,
        goes_with=lambda obj: Identity(f"package {obj.identity().partition(' ')[2]}"),
    ),
    "event": KindRules(
        create="event.create",
        drop="event.drop",
        attributes={
            "schedule": Choose(_schedule),
            **same(InPlace("event.alter"), *_SESSION, "time_zone", "preserve", "status", "body", "comment"),
            **DERIVED,
        },
        weight=75,
    ),
}
