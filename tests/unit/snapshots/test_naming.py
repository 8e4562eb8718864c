"""Identities parse back, whatever is in a name; the files of --split are safe on any disk."""

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from dbstrata.snapshots.naming import RESERVED, child, identity, kind_of, parts_of, path, path_of, quote
from dbstrata.snapshots.split import LONGEST, escape, file_of

from ...strategies import names

parts = st.lists(names | st.sampled_from(sorted(RESERVED)), min_size=1, max_size=3)


@given(parts)
def test_an_identity_parses_back(of: list[str]) -> None:
    own = identity("table", *of)
    assert (kind_of(own), path_of(own), parts_of(own)) == ("table", path(*of), tuple(of))


@given(parts, names)
def test_a_childs_path_begins_with_its_parents(of: list[str], name: str) -> None:
    assert parts_of(child("column", identity("table", *of), name)) == (*of, name)


@given(parts, st.lists(st.sampled_from(["integer", 's."a.b"', "numeric", '"x(y"']), max_size=3))
def test_the_types_of_a_routine_are_no_parts_of_its_name(of: list[str], types: list[str]) -> None:
    assert parts_of(type(identity("f"))(f"function {path(*of)}({', '.join(types)})")) == tuple(of)


@given(parts, parts)
@example(["a", "b"], ["a.b"])
@example(['a"', "b"], ["a", '"b'])
def test_two_names_never_make_one_identity(one: list[str], other: list[str]) -> None:
    assert (path(*one) == path(*other)) == (one == other)


@given(names)
def test_a_quoted_name_is_quoted_once(name: str) -> None:
    assert quote(name) == name or (quote(name)[0] == quote(name)[-1] == '"' and len(quote(name)) >= len(name) + 2)


def test_reserved_words_and_capitals_are_quoted() -> None:
    assert [quote(word) for word in ("user", "orders", "Orders", "1a", "a$1", "")] == [
        *('"user"', "orders", '"Orders"', '"1a"', "a$1", '""'),
    ]


@given(parts, parts)
@example(["Orders"], ["orders"])
@example(["con"], ["%63on"])
@example(["n" * 200], ["n" * 201])
def test_no_two_objects_share_a_file_on_a_disk_that_ignores_case(one: list[str], other: list[str]) -> None:
    a, b = file_of(identity("table", *one)), file_of(identity("table", *other))
    assert (str(a).casefold() == str(b).casefold()) == (one == other)


@given(parts)
@example(["con"])
@example(["aux", "x"])
@example(["lpt1"])
@example(["😀" * 63])
def test_a_file_name_is_safe_everywhere(of: list[str]) -> None:
    name = escape(path(*of))
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.-%~")
    assert 0 < len(name) <= LONGEST
    assert name.split(".")[0] not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
    assert name[0] != "."


def test_a_plain_name_stays_readable() -> None:
    assert file_of(identity("table", "public", "order-items")) == Path("table", "public.%22order-items%22.json")
    assert file_of(identity("table", "public", "orders")) == Path("table", "public.orders.json")
