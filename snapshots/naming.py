"""Identities: the stable names that two databases share, such as `column public.orders.total`.

An identity is the object's kind, a space, and its path. A path's parts are joined by dots; a part that is not a plain
lower-case word, or that is reserved, is double-quoted as the server quotes it, so that a path always parses back.
A routine's path ends in its argument types: `function public.f(integer, text)`.
"""

import re
from functools import lru_cache
from typing import NewType

Identity = NewType("Identity", str)

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_PART = re.compile(r'"((?:[^"]|"")*)"|([^."(]+)')

RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize
    not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision
    primary real references returning right row select session_user setof similar smallint some substring symmetric
    system_user table tablesample then time timestamp to trailing treat trim true union unique user using values
    varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest
    xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable""".split()
)
"""What quote_ident() quotes though it is a plain word: every keyword that is not `unreserved`, PostgreSQL 13 to 18
(manual, appendix "SQL Key Words"; `pg_get_keywords()`)."""


@lru_cache(maxsize=100_000)
def quote(part: str) -> str:
    """One part of a path, quoted where PostgreSQL's quote_ident() would."""
    if _PLAIN.match(part) and part not in RESERVED:
        return part
    return '"' + part.replace('"', '""') + '"'


def path(*parts: str) -> str:
    """Parts joined to a path: path("s", "a.b") is 's."a.b"'."""
    return ".".join(map(quote, parts))


def identity(kind: str, *parts: str) -> Identity:
    """The identity of the object of that kind and path."""
    return Identity(f"{kind} {path(*parts)}")


def child(kind: str, parent: Identity, name: str) -> Identity:
    """The identity of an object that stands inside `parent`."""
    return Identity(f"{kind} {parent.partition(' ')[2]}.{quote(name)}")


def kind_of(identity: Identity) -> str:
    """The kind, an identity's first word."""
    return identity.partition(" ")[0]


def path_of(identity: Identity) -> str:
    """All behind the kind."""
    return identity.partition(" ")[2]


def parts_of(identity: Identity) -> tuple[str, ...]:
    """The unquoted parts of the path; a routine's argument list is left out."""
    text, found, at = path_of(identity), list[str](), 0
    while match := _PART.match(text, at):
        quoted, plain = match.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        at = match.end()
        if at >= len(text) or text[at] != ".":
            break
        at += 1
    return tuple(found)


def moved(identity: Identity, before: Identity, after: Identity) -> Identity:
    """The identity of what stands in `before`, or is it, once that is called `after`."""
    return Identity(f"{kind_of(identity)} {path_of(after)}{path_of(identity)[len(path_of(before)) :]}")


def constraint_name(table: str, column: str | None, label: str) -> str:
    """The name that PostgreSQL makes up for a constraint: makeObjectName(), parts cut so that it fits 63 bytes. Of a
    domain: `column` is None."""
    if column is None:
        return f"{table.encode()[: 63 - len(label) - 1].decode(errors='ignore')}_{label}"
    name = f"{table}_{column}_{label}"
    if len(name) < 64 and name.isascii():
        return name
    room = 63 - len(label) - 2
    first, second = table.encode(), column.encode()
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return f"{first.decode(errors='ignore')}_{second.decode(errors='ignore')}_{label}"
