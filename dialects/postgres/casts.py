"""How a value goes from one type to another: the casts between built-in types, PostgreSQL 13 to 18 (pg_cast)."""

from collections.abc import Mapping

_STRINGS = frozenset({"text", "character varying", "character"})
"""Every type is assigned to them, and cast from them, by its text (CREATE CAST, "automatic I/O conversion casts")."""

_ASSIGNED: Mapping[str, frozenset[str]] = {
    "bigint": frozenset({"double precision", "integer", "money", "numeric", "oid", "real", "smallint"}),
    "bit": frozenset({"bit varying"}),
    "bit varying": frozenset({"bit"}),
    "box": frozenset({"polygon"}),
    "cidr": frozenset({"inet"}),
    "date": frozenset({"timestamp with time zone", "timestamp without time zone"}),
    "double precision": frozenset({"bigint", "integer", "numeric", "real", "smallint"}),
    "inet": frozenset({"cidr"}),
    "integer": frozenset({"bigint", "double precision", "money", "numeric", "oid", "real", "smallint"}),
    "interval": frozenset({"time without time zone"}),
    "json": frozenset({"jsonb"}),
    "jsonb": frozenset({"json"}),
    "macaddr": frozenset({"macaddr8"}),
    "macaddr8": frozenset({"macaddr"}),
    "money": frozenset({"numeric"}),
    "numeric": frozenset({"bigint", "double precision", "integer", "money", "real", "smallint"}),
    "oid": frozenset({"bigint", "integer"}),
    "path": frozenset({"polygon"}),
    "point": frozenset({"box"}),
    "polygon": frozenset({"path"}),
    "real": frozenset({"bigint", "double precision", "integer", "numeric", "smallint"}),
    "smallint": frozenset({"bigint", "double precision", "integer", "numeric", "oid", "real"}),
    "time with time zone": frozenset({"time without time zone"}),
    "time without time zone": frozenset({"interval", "time with time zone"}),
    "timestamp with time zone": frozenset(
        {"date", "time with time zone", "time without time zone", "timestamp without time zone"}
    ),
    "timestamp without time zone": frozenset({"date", "time without time zone", "timestamp with time zone"}),
}
"""What the server does by itself in an assignment."""

_CAST: Mapping[str, frozenset[str]] = {
    "bigint": frozenset({"bit"}),
    "bit": frozenset({"bigint", "integer"}),
    "boolean": frozenset({"integer"}),
    "box": frozenset({"circle", "lseg", "point"}),
    "circle": frozenset({"box", "point", "polygon"}),
    "daterange": frozenset({"datemultirange"}),
    "int4range": frozenset({"int4multirange"}),
    "int8range": frozenset({"int8multirange"}),
    "integer": frozenset({"bit", "boolean"}),
    "jsonb": frozenset({"bigint", "boolean", "double precision", "integer", "numeric", "real", "smallint"}),
    "lseg": frozenset({"point"}),
    "numrange": frozenset({"nummultirange"}),
    "polygon": frozenset({"box", "circle", "point"}),
    "tsrange": frozenset({"tsmultirange"}),
    "tstzrange": frozenset({"tstzmultirange"}),
    "xid8": frozenset({"xid"}),
}
"""What it does where the cast is written out."""


def using(old_type: str, new_type: str) -> str | None:
    """The casts of a USING clause between built-in types, behind the column; None where an assignment does, which
    unlike a cast also refuses what is too long. Raises NoCast where the server has none, or where the one that has to
    be written out cuts values in silence: nobody asked for that."""
    old, new = base(old_type), base(new_type)
    if is_assigned_text(old_type, new_type):
        return None
    if old_type.endswith("[]") != new_type.endswith("[]"):
        if is_string(old_type):
            return _cast(new_type)
        raise NoCast(old_type, new_type)
    if old == new or new in _ASSIGNED.get(old, ()):
        return None
    if old in _STRINGS or (new in _CAST.get(old, ()) and not loses(old_type, new_type)):
        return _cast(new_type)
    raise NoCast(old_type, new_type)


def is_assigned_text(old_type: str, new_type: str) -> bool:
    """Is every value of the one, or of its elements, assigned to the other by its text?"""
    return is_string(new_type) or (is_text(new_type) and old_type.endswith("[]"))


def _cast(type_: str) -> str:
    """A cast to one with a length cuts what is longer; one without refuses it when it is assigned to the column."""
    brackets = "[]" if type_.endswith("[]") else ""
    without = _WITHOUT_LENGTH.get(base(type_))
    return f"::{without}{brackets}" if without is not None else f"::{type_}"


_WITHOUT_LENGTH = dict.fromkeys(_STRINGS, "text") | dict.fromkeys(("bit", "bit varying"), "bit varying")
"""By type with a length, the one without that is assigned to it."""


class NoCast(Exception):
    """Between these types no value goes over by itself, without a loss that is said."""

    def __init__(self, old_type: str, new_type: str, because: str | None = None) -> None:
        what = f"PostgreSQL has no cast from {old_type} to {new_type} that refuses what does not fit"
        super().__init__(because or what)


_LOSSY: Mapping[str, frozenset[str]] = {
    "bigint": frozenset({"bit", "double precision", "real"}),
    "box": frozenset({"circle", "lseg", "point"}),
    "circle": frozenset({"box", "point", "polygon"}),
    "double precision": frozenset({"bigint", "integer", "numeric", "real", "smallint"}),
    "inet": frozenset({"cidr"}),
    "integer": frozenset({"bit", "boolean", "real"}),
    "interval": frozenset({"time without time zone"}),
    "lseg": frozenset({"point"}),
    "numeric": frozenset({"bigint", "double precision", "integer", "money", "real", "smallint"}),
    "polygon": frozenset({"box", "circle", "point"}),
    "real": frozenset({"bigint", "integer", "numeric", "smallint"}),
    "time with time zone": frozenset({"time without time zone"}),
    "timestamp with time zone": frozenset({"date", "time with time zone", "time without time zone"}),
    "timestamp without time zone": frozenset({"date", "time without time zone"}),
}
"""Which of those casts round or cut values instead of refusing them."""


def loses(old_type: str, new_type: str) -> str | None:
    """What a change of type can lose without an error; None if it keeps a value, or refuses it."""
    old, new = base(old_type), base(new_type)
    cut = new in _LOSSY.get(old, ()) and not (old == "numeric" and _places(old_type) == 0 and new not in _FLOATS)
    read = old in _STRINGS and new in _READ_SHORT
    if cut or read or (new not in _STRINGS and _places(old_type) > _places(new_type)):
        return "what of the values the new type has no place for"
    return None


def cuts(old_type: str, new_type: str) -> bool:
    """Can a cast between them, written out, lose something without an error?"""
    limited = base(new_type) in _WITHOUT_LENGTH and _modifier(new_type) is not None
    return loses(old_type, new_type) is not None or (limited and not is_kept(old_type, new_type))


_FLOATS = frozenset({"double precision", "real"})
_READ_SHORT = _FLOATS | {
    '"char"',
    "date",
    "interval",
    "money",
    "name",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "tsvector",
}
"""What reads of a text what it has a place for, and says nothing of the rest: digits, a time, a zone."""
_UNLIMITED = 1_000_000
"""More places than a value can have."""


def _places(type_: str) -> int:
    """Decimal places of a number, or of seconds."""
    modifier = type_.partition("(")[2].partition(")")[0]
    if base(type_) == "numeric":
        return int(modifier.partition(",")[2] or 0) if modifier else _UNLIMITED
    if base(type_).startswith(("time", "interval")):
        return int(modifier) if modifier.isdigit() else 6
    return _UNLIMITED


def is_text(type_: str) -> bool:
    """Is it a string, or an array of such?"""
    return base(type_) in _STRINGS


def is_string(type_: str) -> bool:
    """Is every type assigned to it by its text?"""
    return is_text(type_) and not type_.endswith("[]")


_KEPT: Mapping[str, frozenset[str]] = {
    "character varying": frozenset({"character varying", "text"}),
    "text": frozenset({"character varying", "text"}),
    "bit varying": frozenset({"bit varying"}),
    "numeric": frozenset({"numeric"}),
    "cidr": frozenset({"inet"}),
    "timestamp without time zone": frozenset({"timestamp without time zone"}),
    "timestamp with time zone": frozenset({"timestamp with time zone"}),
    "time without time zone": frozenset({"time without time zone"}),
    "time with time zone": frozenset({"time with time zone"}),
}
"""Which types store the values of which in the same form (pg_cast, castmethod b; the support functions of casts that
only change the modifier)."""


def is_kept(old_type: str, new_type: str) -> bool:
    """Does every value fit the new type as it is stored, so that the table is not rewritten?"""
    old, new = base(old_type), base(new_type)
    if old_type == new_type:
        return True
    if old_type.endswith("[]") or new_type.endswith("[]") or new not in _KEPT.get(old, ()):
        return False
    before, after = (_modifier(t) for t in (old_type, new_type))
    if after is None:
        return True
    if before is None or old not in (new, "character varying"):
        return False
    if old == "numeric":
        return before[0] <= after[0] and (*before, 0)[1] == (*after, 0)[1]
    return before[0] <= after[0]


_WIDER: Mapping[str, frozenset[str]] = {
    "smallint": frozenset({"integer", "bigint", "numeric", "real", "double precision"}),
    "integer": frozenset({"bigint", "numeric", "double precision"}),
    "bigint": frozenset({"numeric"}),
    "real": frozenset({"double precision"}),
    "jsonb": frozenset({"json"}),
    "text[]": frozenset({"character varying[]"}),
    "character varying[]": frozenset({"text[]"}),
}


def fits(old_type: str, new_type: str) -> bool:
    """Has the new type a place for every value of the old one, by a cast that the server does by itself?"""
    return (
        is_kept(old_type, new_type)
        or new_type in _WIDER.get(old_type, ())
        or (new_type == "text" and not old_type.endswith("[]"))
    )


def _modifier(type_: str) -> tuple[int, ...] | None:
    """Of `numeric(10,2)`: 10 and 2."""
    found = type_.partition("(")[2].partition(")")[0]
    return tuple(int(n) for n in found.split(",")) if found else None


_COMPARABLE = (
    frozenset({"smallint", "integer", "bigint"}),
    frozenset({"text", "character varying"}),
    frozenset({"timestamp with time zone", "timestamp without time zone", "date"}),
)
"""Families of types that one btree operator family compares (pg_amop): a foreign key may have one on each side."""


def comparable(old_type: str, new_type: str) -> bool:
    """Can a foreign key stand while one of its sides has the old type, and the other one the new?"""
    old, new = base(old_type), base(new_type)
    if old_type.endswith("[]") or new_type.endswith("[]"):
        return old == new and old_type.endswith("[]") == new_type.endswith("[]")
    return old == new or any(old in family and new in family for family in _COMPARABLE)


def base(type_: str) -> str:
    """A type's name without modifier and array brackets: `timestamp(3) without time zone[]` is the one without (3)."""
    head, bracket, tail = type_.removesuffix("[]").partition("(")
    return head.strip() + (tail.partition(")")[2] if bracket else "")
