"""Default privileges. They change last, so that no object of the plan is created under new ones."""

from ....engine.protocol import InPlace, Kept, KindRules
from .common import DERIVED

RULES = {
    "default_privileges": KindRules(
        create="privileges.set_defaults",
        drop="privileges.unset_defaults",
        attributes={"acl": InPlace("privileges.set_defaults", light=True), "comment": Kept(), **DERIVED},
        weight=99,
        last=True,
    ),
}
