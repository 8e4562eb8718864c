"""When two servers' texts are one: what deparsers vary in is undone, and nothing else."""

import pytest

from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.dialects.postgres.equivalence import same_expression, same_query
from dbstrata.dialects.postgres.spelling import same
from dbstrata.dialects.postgres.versions import too_new
from dbstrata.engine.compare import compare, spellings
from dbstrata.engine.schema import Schema
from dbstrata.snapshots.model import Grant, Header, Object
from dbstrata.snapshots.naming import Identity
from dbstrata.snapshots.postgres import (
    Argument,
    Check,
    Column,
    Default,
    ForeignKey,
    Function,
    Generated,
    Index,
    IndexPart,
    NotNullConstraint,
    Sequence,
    Snapshot,
    Statistics,
    Table,
    Unique,
    View,
)
from dbstrata.snapshots.postgres import Schema as Namespace

# (as 15 prints it, as 18 does): one view, dumped on both servers
QUERIES = {
    "one source": (
        " SELECT DISTINCT ON (o.a) o.a, o.b AS x,\n    count(o.c) FILTER (WHERE (o.d > 1)) AS n\n   FROM s.orders o\n"
        "  WHERE (o.kind = ANY (ARRAY['a'::s.kind]))\n  GROUP BY o.a, o.b\n HAVING (max(o.c) > 1)\n"
        "  WINDOW w AS (PARTITION BY o.a)\n  ORDER BY o.a, (- o.b) DESC\n OFFSET 1\n LIMIT 2",
        " SELECT DISTINCT ON (a) a, b AS x,\n    count(c) FILTER (WHERE (d > 1)) AS n\n   FROM s.orders o\n"
        "  WHERE (kind = ANY (ARRAY['a'::s.kind]))\n  GROUP BY a, b\n HAVING (max(c) > 1)\n"
        "  WINDOW w AS (PARTITION BY a)\n  ORDER BY a, (- b) DESC\n OFFSET 1\n LIMIT 2",
    ),
    "no alias": (
        "SELECT orders.id, orders.*::s.orders AS o FROM s.orders",
        "SELECT id, orders.*::s.orders AS o FROM s.orders",
    ),
    "quoted": (
        'SELECT "A b".id FROM ONLY s."A b" FOR UPDATE OF "A b"',
        'SELECT id FROM ONLY s."A b" FOR UPDATE OF "A b"',
    ),
    "subquery": (
        "SELECT q.a FROM ( SELECT o.id AS a FROM s.o JOIN s.p USING (id)) q(a, c)",
        "SELECT a FROM ( SELECT o.id AS a FROM s.o JOIN s.p USING (id)) q(a, c)",
    ),
    "function": ("SELECT g.g FROM generate_series(1, 2) g(g)", "SELECT g FROM generate_series(1, 2) g(g)"),
    "ordinality": (
        "SELECT u.a FROM UNNEST(ARRAY[1]) WITH ORDINALITY u(a, n)",
        "SELECT a FROM UNNEST(ARRAY[1]) WITH ORDINALITY u(a, n)",
    ),
    "rows from": ("SELECT r.a FROM ROWS FROM(f(1), f(2)) r(a, b)", "SELECT a FROM ROWS FROM(f(1), f(2)) r(a, b)"),
    "sample": ("SELECT o.a FROM s.o TABLESAMPLE system (1)", "SELECT a FROM s.o TABLESAMPLE system (1)"),
    "with": (
        "WITH RECURSIVE t(n) AS ( SELECT t_1.n FROM t t_1) SELECT sum(t.n) AS sum FROM t",
        "WITH RECURSIVE t(n) AS ( SELECT t_1.n FROM t t_1) SELECT sum(n) AS sum FROM t",
    ),
    "inner queries stay qualified": (
        "SELECT o.id, ( SELECT max(p.id) AS max FROM s.p WHERE (p.id = o.id)) AS m FROM s.o",
        "SELECT id, ( SELECT max(p.id) AS max FROM s.p WHERE (p.id = o.id)) AS m FROM s.o",
    ),
    "ORDER BY a column that an output hides": (
        "SELECT (- o.total) AS total, o.id FROM s.o ORDER BY o.total, (o.total + 1)",
        "SELECT (- total) AS total, id FROM s.o ORDER BY o.total, (total + 1)",
    ),
    "names that are the schema's too": (
        "SELECT o.o, 'a'::o.mood AS m, o.f(o.id) AS f, (o.a OPERATOR(o.+) 1) AS p, (o.t COLLATE o.cc) AS c FROM o.o",
        "SELECT o, 'a'::o.mood AS m, o.f(id) AS f, (a OPERATOR(o.+) 1) AS p, (t COLLATE o.cc) AS c FROM o.o",
    ),
    "composite": ("SELECT (c.pair).x AS x FROM s.c", "SELECT (pair).x AS x FROM s.c"),
    "new keywords": (
        "SELECT o.json, json_object('{a,b}'::text[]) AS j FROM s.o",
        'SELECT "json", "json_object"(\'{a,b}\'::text[]) AS j FROM s.o',
    ),
    "fetch": (
        "SELECT a FROM s.o ORDER BY a FETCH FIRST (5) ROWS WITH TIES",
        "SELECT a FROM s.o ORDER BY a FETCH FIRST 5 ROWS WITH TIES",
    ),
}


@pytest.mark.parametrize("pair", QUERIES.values(), ids=QUERIES.keys())
def test_one_query_of_two_servers(pair: tuple[str, str]) -> None:
    assert same_query(*pair)
    assert same_query(pair[1], pair[0])


# (as 13 prints it, as 14 does)
EXPRESSIONS = {
    "time zone": ("timezone('utc'::text, now())", "(now() AT TIME ZONE 'utc'::text)"),
    "twice": (
        "(timezone('b'::text, timezone('a'::text, x)))::date",
        "(((x AT TIME ZONE 'a'::text) AT TIME ZONE 'b'::text))::date",
    ),
    "argument": (
        "date_trunc('day'::text, timezone('a'::text, t.x))",
        "date_trunc('day'::text, (t.x AT TIME ZONE 'a'::text))",
    ),
    "position": ("(\"position\"((VALUE)::text, '@'::text) > 1)", "(POSITION(('@'::text) IN (VALUE)) > 1)"),
    "substring": ('"substring"(a, 1, 3)', "SUBSTRING(a FROM 1 FOR 3)"),
    "pattern": ("\"substring\"((a)::text, '^x'::text)", "SUBSTRING(a FROM '^x'::text)"),
    "trim": ("btrim((name)::text, 'x'::text)", "TRIM(BOTH 'x'::text FROM name)"),
    "trim spaces": ("ltrim(name)", "TRIM(LEADING FROM name)"),
    "overlay": ("\"overlay\"((n)::text, 'ab'::text, 1, 2)", "OVERLAY(n PLACING 'ab'::text FROM 1 FOR 2)"),
    "overlaps": ('"overlaps"(a, b, c, d)', "((a, b) OVERLAPS (c, d))"),
    "quoted since 16": ("((system_user || json))", '(("system_user" || "json"))'),
}


@pytest.mark.parametrize("pair", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_one_expression_of_two_servers(pair: tuple[str, str]) -> None:
    assert same_expression(*pair)
    assert same_expression(pair[1], pair[0])


DIFFERENT = {
    "operator": ("(a > 1)", "(a >= 1)"),
    "operators apart": ("(a - (- b))", "(a -- b\n)"),
    "case of a constant": ("'x'", "'X'"),
    "spaces in a constant": ("'a b'", "'a  b'"),
    "a bracket in a constant": ("'('", "'['"),
    "escapes": ("E'a\\nb'", "'a\\nb'"),
    "two quotes": ("'a''b'", "'a' 'b'"),
    "case of a name": ('"A"', '"a"'),
    "keyword and name": ("true", '"true"'),
    "type char": ('(x)::"char"', "(x)::char"),
    "schema of an operator": ("(a OPERATOR(s.+) b)", "(a + b)"),
    "schema of a function": ("s.lower(a)", "lower(a)"),
    "schema of a type": ("'a'::s.mood", "'a'::t.mood"),
    "length of a cast": ("(a)::character varying(5)", "(a)::character varying"),
    "a cast": ("(a)::text", "a"),
    "array and row": ("ARRAY[1, 2]", "ROW(1, 2)"),
    "row and value": ("(a, b)", "a, b"),
    "NULL": ("COALESCE(a, NULL::integer)", "COALESCE(a, 0)"),
    "IS NULL": ("(a IS NULL)", "(a IS NOT NULL)"),
    "precedence": ("((a + b) * c)", "(a + (b * c))"),
    "precedence of brackets": ("((a OR b) AND c)", "(a OR (b AND c))"),
    "any of a set, of an array": ("(a = ANY (( SELECT b)))", "(a = ANY ( SELECT b))"),
    "extract": ("date_part('year'::text, d)", "EXTRACT(year FROM d)"),
    "zone": ("timezone('a'::text, x)", "(x AT TIME ZONE 'b'::text)"),
    "zone and time": ("timezone(a, b)", "(a AT TIME ZONE b)"),
    "a function of one's own": ("s.timezone('a'::text, x)", "(x AT TIME ZONE 'a'::text)"),
    "time zone of a part": ("timezone('a'::text, (b OR x))", "(b OR x AT TIME ZONE 'a'::text)"),
    "trim of bytea": ("btrim((a)::text, (b)::text)", "TRIM(BOTH b FROM a)"),
    "substring of bytea": ('"substring"((a)::text, 1, 3)', "SUBSTRING(a FROM 1 FOR 3)"),
    "trim of one's own": ("s.btrim((a)::text, 'x'::text)", "s.btrim(a, 'x'::text)"),
    "side of a trim": ("ltrim(a)", "TRIM(BOTH FROM a)"),
    "position, turned": ('"position"(a, b)', "POSITION((a) IN (b))"),
    "bounds": ("FOR VALUES FROM ('1') TO ('2')", "FOR VALUES FROM (1) TO (2)"),
}


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_means_something_else_differs(pair: tuple[str, str]) -> None:
    assert not same_expression(*pair)
    assert not same_query(*pair)


DIFFERENT_QUERIES = {
    "two sources": ("SELECT a.x FROM (s.a JOIN s.b ON (a.i = b.i))", "SELECT x FROM (s.a JOIN s.b ON (a.i = b.i))"),
    "the other source": ("SELECT a.x FROM s.a, s.b", "SELECT b.x FROM s.a, s.b"),
    "another schema's table": ("SELECT a.x FROM s.a", "SELECT x FROM t.a"),
    "another table": ("SELECT a.x FROM s.a", "SELECT x FROM s.b"),
    "another column": ("SELECT a.x FROM s.a", "SELECT y FROM s.a"),
    "another name": ("SELECT a.x AS y FROM s.a", "SELECT x FROM s.a"),
    "the inner column, the outer one": (
        "SELECT a.x FROM s.a WHERE (EXISTS ( SELECT 1 FROM s.b WHERE (a.x = b.x)))",
        "SELECT x FROM s.a WHERE (EXISTS ( SELECT 1 FROM s.b WHERE (x = b.x)))",
    ),
    "the column, the output column": (
        "SELECT (- a.x) AS x FROM s.a ORDER BY a.x",
        "SELECT (- x) AS x FROM s.a ORDER BY x",
    ),
    "distinct on the output column": (
        "SELECT DISTINCT ON (a.x) a.y AS x FROM s.a",
        "SELECT DISTINCT ON (x) y AS x FROM s.a",
    ),
    "a type of the schema": ("SELECT 'x'::a.mood AS m FROM a.a", "SELECT 'x'::mood AS m FROM a.a"),
    "a function of the schema": ("SELECT a.f(a.x) AS m FROM a.a", "SELECT f(x) AS m FROM a.a"),
    "a collation of the schema": ('SELECT (a.x COLLATE a."C") AS m FROM a.a', 'SELECT (x COLLATE "C") AS m FROM a.a'),
    "union": ("SELECT a.x FROM s.a UNION SELECT b.x FROM s.b", "SELECT x FROM s.a UNION SELECT x FROM s.b"),
    "all": ("SELECT a.x FROM s.a UNION ALL SELECT b.x FROM s.b", "SELECT a.x FROM s.a UNION SELECT b.x FROM s.b"),
    "the row": ("SELECT a.* FROM s.a", "SELECT * FROM s.a"),
    "children": ("SELECT a.x FROM ONLY s.a", "SELECT x FROM s.a"),
    "no brackets": ("SELECT (a.x FROM s.a", "SELECT (x FROM s.a"),
}


@pytest.mark.parametrize("pair", DIFFERENT_QUERIES.values(), ids=DIFFERENT_QUERIES.keys())
def test_what_asks_for_something_else_differs(pair: tuple[str, str]) -> None:
    assert not same_query(*pair)


def test_expressions_are_never_unqualified() -> None:
    """A policy or a routine sees names of its own; only a view over one source has but one meaning for a bare name."""
    assert not same_expression("SELECT a.x FROM s.a", "SELECT x FROM s.a")


C = Identity("column s.t.a")
TYPED: dict[str, tuple[Object, Object]] = {
    "default": (Default(expression="timezone('u'::text, x)"), Default(expression="(x AT TIME ZONE 'u'::text)")),
    "generated": (
        Column(name="a", type="text", generated=Generated(expression="ltrim(b)")),
        Column(name="a", type="text", generated=Generated(expression="TRIM(LEADING FROM b)")),
    ),
    "parts": (
        Index(name="i", parts=(IndexPart(column=C), IndexPart(expression="lower(json)", descending=True))),
        Index(name="i", parts=(IndexPart(column=C), IndexPart(expression='lower("json")', descending=True))),
    ),
    "expressions": (
        Statistics(name="s", schema="s", table=Identity("table s.t"), expressions=("ltrim(b)", ("a", "+ b"))),
        Statistics(name="s", schema="s", table=Identity("table s.t"), expressions=("TRIM(LEADING FROM b)", "a + b")),
    ),
    "arguments": (
        Function(
            name="f", schema="s", language="sql", returns="int", arguments=(Argument(type="text", default="f(json)"),)
        ),
        Function(
            name="f", schema="s", language="sql", returns="int", arguments=(Argument(type="text", default='f("json")'),)
        ),
    ),
}


@pytest.mark.parametrize("attribute", TYPED)
def test_structured_values_are_compared_field_by_field(attribute: str) -> None:
    old, new = TYPED[attribute]
    assert same(old, new, "expression" if attribute == "default" else attribute)


@pytest.mark.parametrize(
    ("old", "new", "attribute"),
    [
        (Generated(expression="ltrim(b)"), Generated(expression="TRIM(LEADING FROM b)", virtual=True), "generated"),
        (Generated(expression="ltrim(b)"), None, "generated"),
    ],
)
def test_another_field_of_a_structured_value_counts(old: Generated, new: Generated | None, attribute: str) -> None:
    before, after = (Column(name="a", type="text", generated=g) for g in (old, new))
    assert not same(before, after, attribute)


def test_index_parts_of_other_order_or_number_differ() -> None:
    part, other = IndexPart(expression="lower(json)"), IndexPart(expression='lower("json")', descending=True)
    assert not same(Index(name="i", parts=(part,)), Index(name="i", parts=(other,)), "parts")
    assert not same(Index(name="i", parts=(part,)), Index(name="i", parts=(part, part)), "parts")


def test_prose_and_bodies_have_one_spelling() -> None:
    """What people wrote, the server keeps: comments and the bodies of functions are never looked into."""
    old, new = (View(name="v", schema="s", query="", comment=text) for text in ("a  b", "a b"))
    assert not same(old, new, "comment")
    old_f, new_f = (
        Function(name="f", schema="s", language="sql", returns="int", body=text) for text in ("SELECT  1", "SELECT 1")
    )
    assert not same(old_f, new_f, "body")


def _snapshot(version: int, *objects: Object) -> Snapshot:
    header = Header(format=1, dialect="postgres", flavour="postgresql", version=str(version), version_number=version)
    return Snapshot(header=header, objects=objects)  # type: ignore[arg-type]


def test_spellings_are_listed_with_both_values() -> None:
    view = View(name="v", schema="s", query="SELECT t.a FROM s.t")
    bare = View(name="v", schema="s", query="SELECT a FROM s.t")
    old, new = Schema(_snapshot(150000, view)), Schema(_snapshot(180000, bare))
    changes = compare(old, new, same=DIALECT.same)
    assert not changes
    (found,) = spellings(changes, old, new)
    assert (found.identity, found.attribute, found.old, found.new) == ("view s.v", "query", view.query, bare.query)


def test_texts_of_one_major_version_are_compared_as_they_are() -> None:
    view = View(name="v", schema="s", query="SELECT t.a FROM s.t")
    bare = View(name="v", schema="s", query="SELECT a FROM s.t")
    assert compare(Schema(_snapshot(180001, view)), Schema(_snapshot(180006, bare)), same=DIALECT.same)


def test_what_is_off_on_an_older_server_is_not_unknown_there() -> None:
    """14 has no NULLS NOT DISTINCT: its unique indexes count NULLs as distinct, and 15's may not."""

    def table(distinct: bool) -> Table:
        return Table(name="t", schema="s", indexes=(Index(name="i", unique=True, nulls_not_distinct=distinct),))

    old, new = Schema(_snapshot(140000, table(False))), Schema(_snapshot(150000, table(True)))
    assert [c.attributes for c in compare(old, new, same=DIALECT.same)] == [("nulls_not_distinct",)]


OPEN, CLOSED = (Grant(to="PUBLIC", privileges=(what,)) for what in ("ALL", "USAGE"))
APP = Grant(to="app", privileges=("USAGE",))


@pytest.mark.parametrize(
    ("versions", "owner", "before", "after", "differing"),
    [
        ((130000, 180000), "pg_database_owner", (OPEN,), (CLOSED,), ()),
        ((140000, 150000), "pg_database_owner", (OPEN, APP), (CLOSED, APP), ()),
        ((130000, 180000), "pg_database_owner", (CLOSED,), (CLOSED,), ()),
        ((130000, 180000), "me", (OPEN,), (CLOSED, APP), ("owner", "acl")),
        ((150000, 180000), "pg_database_owner", (OPEN,), (CLOSED,), ("owner", "acl")),
        ((130000, 140000), "pg_database_owner", (OPEN,), (CLOSED,), ("owner", "acl")),
    ],
)
def test_public_is_as_each_version_makes_it(
    versions: tuple[int, int],
    owner: str,
    before: tuple[Grant, ...],
    after: tuple[Grant, ...],
    differing: tuple[str, ...],
) -> None:
    """Since 15 it is pg_database_owner's, and closed to PUBLIC."""
    sides = [
        Schema(_snapshot(version, Namespace(name="public", owner=its, acl=acl)))
        for version, its, acl in zip(versions, ("postgres", owner), (before, after), strict=True)
    ]
    for old, new in (sides, sides[::-1]):
        changes = compare(old, new, same=DIALECT.same)
        assert [name for change in changes for name in change.attributes] == list(differing)


T = Identity("table s.t")
TOO_NEW: list[tuple[Object, str, int, str]] = [
    (Unique(name="u", nulls_not_distinct=True), "nulls_not_distinct", 150000, "NULLS NOT DISTINCT"),
    (Unique(name="u", without_overlaps=True), "without_overlaps", 180000, "WITHOUT OVERLAPS"),
    (Check(name="c", expression="a", not_enforced=True), "not_enforced", 180000, "NOT ENFORCED"),
    (ForeignKey(name="f", references=T, on_delete_columns=(C,)), "on_delete_columns", 150000, "ON DELETE SET NULL"),
    (Column(name="a", type="t", generated=Generated(expression="1", virtual=True)), "generated", 180000, "VIRTUAL"),
    (
        Column(name="a", type="t", not_null_constraint=NotNullConstraint(no_inherit=True)),
        "not_null_constraint",
        180000,
        "NO INHERIT",
    ),
    (Column(name="a", type="t", compression="lz4"), "compression", 140000, "COMPRESSION"),
    (Sequence(name="q", schema="s", unlogged=True), "unlogged", 150000, "unlogged sequence"),
    (Statistics(name="s", schema="s", table=T, expressions=("a",)), "expressions", 140000, "on expressions"),
    (Table(name="t", schema="s", acl=(Grant(to="r", privileges=("MAINTAIN",)),)), "acl", 170000, "MAINTAIN"),
    (View(name="v", schema="s", query="", options={"security_invoker": "on"}), "options", 150000, "security_invoker"),
    (Function(name="f", schema="s", language="sql", returns="t", sql_body="RETURN 1"), "sql_body", 140000, "RETURN"),
]


@pytest.mark.parametrize(("obj", "attribute", "since", "word"), TOO_NEW, ids=[t[3] for t in TOO_NEW])
def test_what_an_older_server_cannot_hold_is_named(obj: Object, attribute: str, since: int, word: str) -> None:
    assert too_new(obj, [attribute], since) is None
    assert word in (too_new(obj, [attribute], since - 10000) or "")


def test_only_the_attributes_in_question_are_looked_at() -> None:
    assert too_new(Unique(name="u", nulls_not_distinct=True), ["comment"], 140000) is None


def test_an_owned_sequence_takes_its_tables_persistence() -> None:
    assert too_new(Sequence(name="q", schema="s", unlogged=True, owned_by=C), ["unlogged"], 140000) is None


def test_the_name_of_an_inherited_not_null_is_its_parents() -> None:
    column = Column(
        name="a", type="t", not_null_constraint=NotNullConstraint(name="n"), derived_from=(Identity("column s.p.a"),)
    )
    assert too_new(column, ["not_null_constraint"], 150000) is None
