"""The columns of the catalogs that the relation readers read, but for these, each with its reason.

A test holds it against real servers: a column that a new server version brings is read, or stands here, or fails.
"""

__all__ = ["IGNORED"]

_STORAGE = "physical: where and how much, not what"
_DERIVED = "follows from what is read"
_TRANSIENT = "a step of DDL or VACUUM under way, no schema"

IGNORED: dict[str, dict[str, str]] = {
    "pg_class": {
        "relfilenode": _STORAGE,
        "relpages": _STORAGE,
        "reltuples": _STORAGE,
        "relallvisible": _STORAGE,
        "relallfrozen": _STORAGE,
        "relhasindex": _DERIVED,
        "relisshared": "of the system's own catalogs alone",
        "relnatts": _DERIVED,
        "relchecks": _DERIVED,
        "relhasrules": _DERIVED,
        "relhastriggers": _DERIVED,
        "relhassubclass": _DERIVED,
        "relrewrite": _TRANSIENT,
        "relfrozenxid": _TRANSIENT,
        "relminmxid": _TRANSIENT,
        "relhasoids": "always false from 12 on",
    },
    "pg_attribute": {
        "attlen": "the type's",
        "attndims": "not enforced and not kept by pg_dump: integer[][] is integer[]",
        "attcacheoff": "always -1 on disk",
        "attbyval": "the type's",
        "attalign": "the type's",
        "atthasmissing": _STORAGE,
        "attmissingval": _STORAGE,
        "attfdwoptions": "of foreign tables, which are unmodelled",
    },
    "pg_constraint": {
        "connamespace": "the table's or domain's",
        "conpfeqop": "follows from the types and the key's operator classes",
        "conppeqop": "follows from the types and the key's operator classes",
        "conffeqop": "follows from the types and the key's operator classes",
    },
    "pg_index": {
        "indnatts": _DERIVED,
        "indisprimary": "the constraint tells",
        "indisexclusion": "the constraint tells",
        "indimmediate": "the constraint's condeferrable tells",
        "indcheckxmin": _TRANSIENT,
        "indisready": "false only beside indisvalid",
        "indislive": _TRANSIENT,
    },
    "pg_trigger": {"tgconstrindid": "of the triggers of constraints, which are not read"},
    "pg_rewrite": {
        "ev_type": "pg_get_ruledef() prints it",
        "is_instead": "pg_get_ruledef() prints it",
        "ev_qual": "pg_get_ruledef() prints it",
        "ev_action": "pg_get_ruledef() and pg_get_viewdef() print it",
    },
    "pg_partitioned_table": {
        "partnatts": _DERIVED,
        "partdefid": "the partition with the bound DEFAULT",
    },
    "pg_inherits": {"inhdetachpending": "an interrupted DETACH CONCURRENTLY: still a partition until FINALIZE"},
    "pg_opclass": {
        "opcowner": "operator classes are referred to, not described",
        "opcfamily": "operator classes are referred to, not described",
        "opckeytype": "operator classes are referred to, not described",
    },
    "pg_attrdef": {},
    "pg_depend": {},
    "pg_description": {},
    "pg_policy": {},
    "pg_sequence": {},
    "pg_statistic_ext": {},
}
