"""Enum, domain, composite and range types."""

from ....engine.protocol import Choose, InPlace, KindRules, Replace, Rule, Schema, Supersede
from ....snapshots.model import Identity, Object
from ....snapshots.postgres import DomainCheck, Enum
from ..composites import is_boxed, is_stored
from .common import OWNED, PLAIN, same


def _enum_labels(_identity: Identity, old: Object, new: Object, _old: Schema, _new: Schema) -> Rule:
    """Labels can be added anywhere, never removed or moved (ALTER TYPE ... ADD VALUE)."""
    assert isinstance(old, Enum) and isinstance(new, Enum)
    if [label for label in new.labels if label in set(old.labels)] == list(old.labels):
        return InPlace("type.add_values", commits=True)
    return Supersede(loses=None)


def _domain_not_null(identity: Identity, old: Object, new: Object, *schemas: Schema) -> Rule:
    not_null = getattr(new, "not_null", False)
    if not_null and any(is_boxed(identity, schema) for schema in schemas):
        return Supersede()
    return InPlace("domain.set_not_null", fails="NULLs in columns of the domain" if not_null else None)


def _with_domain(identity: Identity, new: Object, old_schema: Schema, new_schema: Schema) -> bool:
    """A check of values that the server does not find comes with a new domain."""
    domain, schemas = new_schema.parent(identity), (old_schema, new_schema)
    return not getattr(new, "not_valid", False) and domain is not None and any(is_boxed(domain, s) for s in schemas)


def _domain_not_valid(identity: Identity, old: Object, new: Object, old_schema: Schema, new_schema: Schema) -> Rule:
    assert isinstance(old, DomainCheck) and isinstance(new, DomainCheck)
    if old.not_valid and not new.not_valid and not _with_domain(identity, new, old_schema, new_schema):
        return InPlace("domain.validate", fails="values that break the check")
    return Replace()


def _check_fails(obj: Object, parent_is_new: bool) -> str | None:
    assert isinstance(obj, DomainCheck)
    return None if parent_is_new or obj.not_valid else "values that break the check"


def _attribute_type(identity: Identity, _old_obj: Object, _new_obj: Object, old: Schema, _new: Schema) -> Rule:
    """No ALTER reaches a type that a table's column has (0A000)."""
    parent = old.parent(identity)
    if parent is not None and is_stored(parent, old):
        return Supersede()
    return InPlace("type.alter_attribute", disturbs=_DISTURBED_BY_ATTRIBUTE)


_DISTURBED_BY_ATTRIBUTE = frozenset({"view", "materialized_view", "rule"})


RULES = {
    "enum": KindRules(
        create="type.create_enum",
        drop="type.drop",
        rename="type.rename",
        attributes={"labels": Choose(_enum_labels), **OWNED},
        weight=10,
        aside="type.set_aside",
        retype="labels",
    ),
    "domain": KindRules(
        create="domain.create",
        drop="domain.drop",
        rename="domain.rename",
        attributes={
            **same(Supersede(), "type", "collation"),
            "default": InPlace("domain.set_default"),
            "not_null": Choose(_domain_not_null),
            "not_null_name": InPlace("domain.rename_not_null"),
            **OWNED,
        },
        weight=12,
        inline=frozenset({"domain_check"}),
        aside="domain.set_aside",
        aside_keeps=frozenset({"domain_check"}),
        retype="type",
    ),
    "domain_check": KindRules(
        create="domain.add_check",
        drop="domain.drop_check",
        rename="domain.rename_check",
        attributes={"expression": Replace(), "not_valid": Choose(_domain_not_valid), **PLAIN},
        weight=31,
        comes_with_parent=_with_domain,
        create_fails=_check_fails,
    ),
    "composite": KindRules(
        create="type.create_composite",
        drop="type.drop",
        rename="type.rename",
        attributes={"attributes": Supersede(), **OWNED},
        weight=14,
        inline=frozenset({"attribute"}),
        aside="type.set_aside",
        aside_keeps=frozenset({"attribute"}),
    ),
    "attribute": KindRules(
        create="type.add_attribute",
        drop="type.drop_attribute",
        rename="type.rename_attribute",
        attributes={**same(Choose(_attribute_type), "type", "collation"), **PLAIN},
        weight=15,
        retype="type",
        loosens=frozenset({"of_type"}),
        drop_loses="its value in every column of the type",
    ),
    "range": KindRules(
        create="type.create_range",
        drop="type.drop",
        rename="type.rename",
        attributes={
            **same(Supersede(), "subtype", "subtype_opclass", "collation", "canonical", "subtype_diff"),
            "multirange": InPlace("type.rename_multirange"),
            **OWNED,
        },
        weight=13,
        aside="type.set_aside_range",
        retype="subtype",
    ),
}
