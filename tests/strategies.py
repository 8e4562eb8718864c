"""Hypothesis strategies over the model: any snapshot that the strict reader takes, with nasty names and texts."""

import types
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from dbstrata.snapshots.format import FORMAT
from dbstrata.snapshots.model import Header, Identity, Object, Scope, Text, flatten, lines
from dbstrata.snapshots.naming import identity
from dbstrata.snapshots.postgres import Snapshot, TopLevel

NASTY = [
    *("orders", "a.b", 'say "hi"', "select", "Orders", "ORDERS", "with space", "Ünïcode", "ßs", "ı", "名前", "😀"),
    *(
        '"depends_on":["x"],',
        "\\",
        "back\\slash",
        "{{ x }}",
        "*/",
        "--",
        ";",
        "$$",
        "'",
        "%41",
        "~",
        "con",
        "aux.x",
        ".",
    ),
    *(
        "..",
        "/",
        "a/b",
        "line\nfeed",
        "tab\t",
        "\x7f",
        "\u2028",
        "(",
        "f(integer)",
        ")",
        ", ",
        "n" * 63,
        "é" * 31,
        "-",
        "$",
    ),
]

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
names = st.sampled_from(NASTY) | text.filter(bool)
texts = (text | st.sampled_from(["a\nb", "\n", "a\r\nb", "\n\n", "<<<<<<< HEAD\nx"]) | names).map(lines)
_outside_kinds = st.sampled_from(["table", "collation"])
outside = st.builds(identity, _outside_kinds, st.just("pg_catalog"), names)
"""Identities that need not be in a snapshot."""


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as it stands in the model."""
    if hint == Text:
        return texts
    if hint is Identity:
        return outside
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: text | names,
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        type(None): st.none(),
    }
    if hint in plain:
        return plain[hint]
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return st.sampled_from(arguments)
    if get_origin(hint) in (Union, types.UnionType):
        if Text in arguments or set(get_args(Text)) <= set(arguments):
            return st.none() | texts
        return st.one_of([of(argument) for argument in arguments])
    if get_origin(hint) is tuple:
        return st.lists(of(arguments[0]), max_size=3).map(tuple)
    if get_origin(hint) is dict:
        return st.dictionaries(text, text, max_size=2)
    return structs(hint)


@cache
def structs(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a class of the model, each optional field there or not."""
    hints = get_type_hints(cls, include_extras=True)
    fields = {field.name: field for field in msgspec.structs.fields(cls)}
    required = {name: of(hints[name]) for name, field in fields.items() if field.required}
    optional = {name: of(hints[name]) for name, field in fields.items() if not field.required}
    if "name" in required:
        required["name"] = names
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: cls(**values)).map(_each_once)


def _each_once(obj: Any) -> Any:
    """Without objects inside that have the identity of another."""
    changes: dict[str, Any] = {}
    for name in getattr(obj, "children", ()):
        inside = getattr(obj, name)
        if isinstance(inside, tuple):
            alone = {(o.kind, o.name): o for o in cast("tuple[Object, ...]", inside)}
            changes[name] = tuple(alone.values())
    return msgspec.structs.replace(obj, **changes) if changes else obj


def _snapshot(header: Header, objects: list[Any]) -> Snapshot:
    known: set[str] = set()
    kept: list[Any] = []
    for obj in objects:
        own = {found for found, _, _ in flatten(obj)}
        if not own & known:
            known |= own
            kept.append(obj)
    return Snapshot(header=header, objects=tuple(kept))


headers = st.builds(
    Header,
    format=st.just(FORMAT),
    dialect=st.just("postgres"),
    flavour=st.just("postgresql"),
    version=st.sampled_from(["13.22", "18.6"]),
    version_number=st.sampled_from([130022, 180006]),
    facts=st.dictionaries(text, text, max_size=3),
    scope=st.builds(Scope, schemas=st.lists(names, max_size=2).map(tuple)),
    not_read=st.sampled_from([(), ("owner",), ("acl", "owner")]),
)

objects = st.one_of([structs(cls) for cls in get_args(TopLevel)])
"""Any object that stands at the top."""

snapshots = st.builds(_snapshot, headers, st.lists(objects, max_size=6))
"""Not canonical: objects in any order."""
