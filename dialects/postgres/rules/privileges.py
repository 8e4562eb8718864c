"""Default privileges. They change last, so that no object of the plan is created under new ones."""

from ....engine.protocol import InPlace, Kept, KindRules
from ....snapshots.model import Identity, Object
from ....snapshots.naming import identity
from .common import DERIVED


def _schema(obj: Object) -> Identity | None:
    schema = getattr(obj, "schema", None)
    return identity("schema", schema) if schema is not None else None


RULES = {
    "default_privileges": KindRules(
        create="privileges.set_defaults",
        drop="privileges.unset_defaults",
        attributes={"acl": InPlace("privileges.set_defaults", light=True), "comment": Kept(), **DERIVED},
        weight=99,
        last=True,
        goes_with=_schema,
    ),
}
