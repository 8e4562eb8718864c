"""What an older PostgreSQL can't hold. Source: the release notes of 14 to 18 and the syntax in their manuals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...snapshots.model import Object


def _set(value: Any, _obj: Object) -> bool:
    return bool(value)


def _free_and_unlogged(value: Any, obj: Object) -> bool:
    return bool(value) and getattr(obj, "owned_by", None) is None


def _is_said(value: Any, _obj: Object) -> bool:
    """A name alone says nothing: a renamed column has one that nobody gave."""
    return value is not None and bool(value.no_inherit or value.not_valid or value.comment)


@dataclass(frozen=True, slots=True)
class _Novelty:
    """A form of an attribute that came with a version."""

    since: int
    name: str
    is_in: Callable[[Any, Object], bool] = _set


def _options(**since: int) -> tuple[_Novelty, ...]:
    return tuple(_Novelty(version, f"option {name}", partial(_has_option, name)) for name, version in since.items())


def _has_option(name: str, value: Any, _obj: Object) -> bool:
    return name in value


_NULLS_NOT_DISTINCT = _Novelty(150000, "NULLS NOT DISTINCT")
_NOT_ENFORCED = _Novelty(180000, "NOT ENFORCED")
_WITHOUT_OVERLAPS = _Novelty(180000, "WITHOUT OVERLAPS")
_COMPRESSION = _Novelty(140000, "COMPRESSION of a column")
_MAINTAIN = _Novelty(
    170000, "privilege MAINTAIN", lambda value, _obj: any("MAINTAIN" in g.privileges + g.grantable for g in value)
)
_SQL_BODY = _Novelty(140000, "SQL-standard body of a routine (BEGIN ATOMIC, RETURN)")
_TABLE_OPTIONS = _options(
    autovacuum_vacuum_max_threshold=180000,
    vacuum_max_eager_freeze_failure_rate=180000,
)

_NOVELTIES: Mapping[tuple[str, str], tuple[_Novelty, ...]] = {
    ("check", "not_enforced"): (_NOT_ENFORCED,),
    ("column", "acl"): (_MAINTAIN,),
    ("column", "compression"): (_COMPRESSION,),
    ("column", "generated"): (
        _Novelty(180000, "VIRTUAL generated column", lambda value, _obj: value is not None and value.virtual),
    ),
    ("column", "not_null_constraint"): (
        _Novelty(180000, "NOT NULL constraint with a comment, NO INHERIT or NOT VALID", _is_said),
    ),
    ("default_privileges", "acl"): (
        _MAINTAIN,
        _Novelty(
            180000, "default privileges of large objects", lambda _, obj: getattr(obj, "objects", "") == "large objects"
        ),
    ),
    ("foreign_key", "not_enforced"): (_NOT_ENFORCED,),
    ("foreign_key", "on_delete_columns"): (_Novelty(150000, "column list of ON DELETE SET NULL or SET DEFAULT"),),
    ("foreign_key", "period"): (_Novelty(180000, "PERIOD"),),
    ("function", "sql_body"): (_SQL_BODY,),
    ("index", "nulls_not_distinct"): (_NULLS_NOT_DISTINCT,),
    ("materialized_view", "acl"): (_MAINTAIN,),
    ("materialized_view", "options"): _TABLE_OPTIONS,
    ("primary_key", "without_overlaps"): (_WITHOUT_OVERLAPS,),
    ("procedure", "arguments"): (
        _Novelty(140000, "OUT argument of a procedure", lambda value, _obj: any(a.mode == "out" for a in value)),
    ),
    ("procedure", "sql_body"): (_SQL_BODY,),
    ("range", "multirange"): (_Novelty(140000, "multirange type"),),
    ("sequence", "unlogged"): (_Novelty(150000, "unlogged sequence", _free_and_unlogged),),
    ("statistics", "expressions"): (_Novelty(140000, "extended statistics on expressions"),),
    ("table", "access_method"): (
        _Novelty(
            170000,
            "access method of a partitioned table",
            lambda value, obj: value is not None and getattr(obj, "partition_by", None) is not None,
        ),
    ),
    ("table", "acl"): (_MAINTAIN,),
    ("table", "options"): _TABLE_OPTIONS,
    ("unique", "nulls_not_distinct"): (_NULLS_NOT_DISTINCT,),
    ("unique", "without_overlaps"): (_WITHOUT_OVERLAPS,),
    ("view", "acl"): (_MAINTAIN,),
    ("view", "options"): _options(security_invoker=150000),
}


def number(version: str) -> int:
    """As the server counts: two parts since PostgreSQL 10."""
    major, _, minor = version.partition(".")
    return int(major) * 10000 + int(minor or 0)


def too_new(obj: Object, attributes: Iterable[str], version: int) -> str | None:
    """What of these attributes' values a server of that version can't hold, and which one can."""
    found = [
        f"{novelty.name} (PostgreSQL {novelty.since // 10000} has)"
        for attribute in attributes
        for novelty in _NOVELTIES.get((obj.kind, attribute), ())
        if version < novelty.since and novelty.is_in(getattr(obj, attribute), obj)
    ]
    return "; no ".join(found) or None
