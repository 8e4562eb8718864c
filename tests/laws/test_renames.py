"""Rename hints, on a real server: what is renamed keeps its rows, the end is the server's own dump of the other,
forward and back, and a hint that is done is no error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbstrata.dialects.postgres import catalog
from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.dialects.postgres.renames import UNKNOWN
from dbstrata.engine.compare import compare
from dbstrata.engine.hints import follow, wanted
from dbstrata.engine.protocol import Renaming
from dbstrata.engine.schema import Schema
from dbstrata.snapshots.format import write
from dbstrata.snapshots.naming import Identity

from ..cli.commands import Done, refused, run
from ..servers import Database

Hints = list[str]


def dump(database: Database) -> Any:
    with psycopg.connect(database.url) as connection:
        return catalog.read(connection)


def options(hints: Hints) -> list[str]:
    return [word for hint in hints for word in ("--rename", hint)]


class Law:
    """Two databases, and the hints from the one to the other."""

    def __init__(self, old: Database, new: Database, folder: Path) -> None:
        self.old, self.new, self.folder = old, new, folder
        self.files = folder / "old.json", folder / "new.json"

    def script(self, *arguments: str) -> Done:
        write(dump(self.old), self.files[0])
        write(dump(self.new), self.files[1])
        return run("script", *self.files, *arguments)

    def apply(self, text: str) -> None:
        (self.folder / "script.sql").write_text(text)
        self.old.script(self.folder / "script.sql")

    def holds(self, a: str, b: str, hints: Hints, kept: str = "SELECT 1") -> str:
        """Forward and back; `kept` asks for what must stay as it is (rows, oids, attnums). Returns the way forward."""
        self.old.psql(a)
        self.new.psql(b)
        before, target, rows = self.old.canonical(), self.new.canonical(), self.old.psql(kept)
        forward = self.script(*options(hints))
        assert forward.code == 0, forward.err
        back = run("script", "--rollback", *self.files, *options(hints))
        assert back.code == 0, back.err
        self.apply(forward.out)
        assert self.old.canonical() == target, forward.out
        assert self.old.psql(kept) == rows
        assert self.is_done(hints)
        self.apply(back.out)
        assert self.old.canonical() == before, back.out
        assert self.old.psql(kept) == rows
        assert "DATA LOSS" not in forward.out
        return forward.out

    def is_done(self, hints: Hints) -> bool:
        """Law 7: from where the names are new already the same hints change nothing, and the way back finds its own."""
        done = self.script(*options(hints))
        assert done.code == 0, done.err
        return "Nothing to do" in done.out


@pytest.fixture
def law(database: Database, database2: Database, tmp_path: Path) -> Law:
    return Law(database, database2, tmp_path)


ORDERS = """
    CREATE TABLE public.orders (id serial PRIMARY KEY, total integer NOT NULL DEFAULT 1 CHECK (total > 0), note text,
        twice integer GENERATED ALWAYS AS (total * 2) STORED, parent integer REFERENCES public.orders,
        CONSTRAINT cheap CHECK (total < 100 OR note IS NOT NULL));
    CREATE INDEX by_total ON public.orders (total, lower(note)) WHERE total > 5;
    CREATE STATISTICS public.st ON total, parent FROM public.orders;
    INSERT INTO public.orders (total, note) VALUES (7, 'a'), (9, 'b');
"""
"""The old version of most of these tests."""

ROWS = """
    SELECT c.oid, a.attnum FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE relname IN ('orders', 'sales') AND attname IN ('total', 'amount');
    SELECT format('SELECT %I FROM public.%I ORDER BY 1', attname, relname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE relname IN ('orders', 'sales') AND attname IN ('total', 'amount') \\gexec
"""
"""Which table and column it is, and the rows."""


def test_a_column_under_all_that_can_name_it(law: Law) -> None:
    a = (
        ORDERS
        + """
        CREATE TABLE public.lines (o integer, CONSTRAINT positive CHECK (o > 0));
        ALTER TABLE public.orders ADD CONSTRAINT u UNIQUE (total, id);
        CREATE TABLE public.refs (t integer, i integer, FOREIGN KEY (t, i) REFERENCES public.orders (total, id));
        CREATE VIEW public.v AS SELECT id, total FROM public.orders WHERE total > 1;
        CREATE VIEW public.w AS SELECT total AS t FROM public.v;
        GRANT SELECT ON public.v TO PUBLIC;
        CREATE MATERIALIZED VIEW public.m AS SELECT sum(total) AS s FROM public.orders;
        CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER tr BEFORE UPDATE OF total ON public.orders FOR EACH ROW
            WHEN (old.total IS DISTINCT FROM new.total) EXECUTE FUNCTION public.tf();
        ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON public.orders USING (total > 1) WITH CHECK (total < (SELECT max(o) FROM public.lines));
        CREATE POLICY q ON public.lines USING (EXISTS (SELECT FROM public.orders x WHERE x.total = lines.o));
        CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC
            SELECT max(total) FROM public.orders WHERE id = $1; END;
        CREATE RULE r AS ON DELETE TO public.orders WHERE old.total > 50 DO INSTEAD NOTHING;
        GRANT SELECT (total) ON public.orders TO PUBLIC;
        COMMENT ON COLUMN public.orders.total IS 'what it costs';
    """
    )
    b = a.replace("total", "amount").replace("by_amount", "by_total")
    text = law.holds(a, b, ["column public.orders.total=column public.orders.amount"], ROWS)
    assert "ALTER TABLE public.orders RENAME COLUMN total TO amount;" in text
    assert "by_total" not in text
    assert "DROP CONSTRAINT" not in text


def test_a_column_that_also_changes(law: Law) -> None:
    b = (
        ORDERS.replace("total integer NOT NULL DEFAULT 1", "amount bigint DEFAULT 5")
        .replace("total * 2", "amount * 3")
        .replace("twice integer", "twice bigint")
        .replace("by_total", "by_amount")
        .replace("total", "amount")
    )
    law.holds(ORDERS, b, ["column public.orders.total=column public.orders.amount"], ROWS)


def test_a_table_with_what_names_it(law: Law) -> None:
    a = (
        ORDERS
        + """
        CREATE TABLE public.items (o integer REFERENCES public.orders, whole public.orders);
        CREATE VIEW public.v AS SELECT o.id, i.o FROM public.orders o JOIN public.items i ON i.o = o.id;
        CREATE VIEW public.w AS SELECT orders.id, orders.total, items.o FROM public.orders JOIN public.items ON o = id;
        CREATE FUNCTION public.f(x public.orders) RETURNS SETOF public.orders LANGUAGE sql AS 'SELECT x';
        CREATE POLICY q ON public.items USING (EXISTS (SELECT FROM public.orders WHERE orders.id = items.o));
        CREATE TABLE public.child () INHERITS (public.orders);
    """
    )
    b = a.replace("orders", "sales")
    text = law.holds(
        a,
        b,
        [
            "table public.orders=table public.sales",
            "sequence public.orders_id_seq=sequence public.sales_id_seq",
        ],
        ROWS,
    )
    assert "DROP VIEW public.w" not in text


def test_a_table_and_its_column_and_its_schema(law: Law) -> None:
    a = """
        CREATE SCHEMA a; CREATE TYPE a.mood AS ENUM ('sad', 'ok');
        CREATE TABLE a.t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m a.mood DEFAULT 'ok', c integer);
        CREATE SEQUENCE a.s; ALTER TABLE a.t ALTER c SET DEFAULT nextval('a.s');
        CREATE FUNCTION a.f(x a.mood) RETURNS a.mood LANGUAGE sql IMMUTABLE AS 'SELECT x';
        CREATE INDEX i ON a.t (a.f(m)) WHERE m > 'sad';
        CREATE VIEW a.v AS SELECT t.id, a.f(t.m) AS m FROM a.t;
        CREATE VIEW public.v AS SELECT id FROM a.v;
        INSERT INTO a.t (m) VALUES ('sad');
    """
    b = """
        CREATE SCHEMA b; CREATE TYPE b.temper AS ENUM ('sad', 'ok');
        CREATE TABLE b.u (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m b.temper DEFAULT 'ok', d integer);
        CREATE SEQUENCE b.s; ALTER TABLE b.u ALTER d SET DEFAULT nextval('b.s');
        CREATE FUNCTION b.f(x b.temper) RETURNS b.temper LANGUAGE sql IMMUTABLE AS 'SELECT x';
        CREATE INDEX i ON b.u (b.f(m)) WHERE m > 'sad';
        CREATE VIEW b.v AS SELECT u.id, b.f(u.m) AS m FROM b.u;
        CREATE VIEW public.v AS SELECT id FROM b.v;
    """
    hints = [
        "column a.t.c=column b.u.d",
        "enum a.mood=enum b.temper",
        "table a.t=table b.u",
        "schema a=schema b",
    ]
    text = law.holds(a, b, hints, "SELECT oid FROM pg_type WHERE typname IN ('mood', 'temper')")
    assert "DROP" not in text


def test_columns_of_partitions_follow(law: Law) -> None:
    a = """
        CREATE TABLE public.t (k integer NOT NULL, v integer CHECK (v > 0) DEFAULT 3) PARTITION BY RANGE (k);
        CREATE TABLE public.t1 PARTITION OF public.t FOR VALUES FROM (1) TO (10);
        CREATE TABLE public.t2 PARTITION OF public.t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (v);
        CREATE TABLE public.t21 PARTITION OF public.t2 FOR VALUES IN (1, 2);
        CREATE INDEX i ON public.t (v); CREATE TABLE public.p (a integer);
        CREATE TABLE public.c (b text) INHERITS (public.p);
        INSERT INTO public.t VALUES (1, 2), (11, 1);
    """
    b = """
        CREATE TABLE public.t (key integer NOT NULL, w integer CONSTRAINT t_v_check CHECK (w > 0) DEFAULT 3)
            PARTITION BY RANGE (key);
        CREATE TABLE public.t1 PARTITION OF public.t FOR VALUES FROM (1) TO (10);
        CREATE TABLE public.t2 PARTITION OF public.t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (w);
        CREATE TABLE public.t21 PARTITION OF public.t2 FOR VALUES IN (1, 2);
        CREATE INDEX i ON public.t (w); CREATE TABLE public.p (z integer);
        CREATE TABLE public.c (b text) INHERITS (public.p);
    """
    hints = [
        "column public.t.v=column public.t.w",
        "column public.t.k=column public.t.key",
        "column public.p.a=column public.p.z",
    ]
    law.holds(a, b, hints, "SELECT * FROM public.t ORDER BY 1")


@pytest.mark.parametrize(
    ("a", "hint"),
    [
        ("CREATE VIEW public.x AS SELECT 1 AS a; CREATE VIEW public.v AS SELECT x.a FROM public.x", "view"),
        ("CREATE MATERIALIZED VIEW public.x AS SELECT 1 AS a; "
         "CREATE VIEW public.v AS SELECT a FROM public.x", "materialized_view"),
        ("CREATE SEQUENCE public.x; CREATE TABLE public.t (a integer DEFAULT nextval('public.x'))", "sequence"),
        ("CREATE DOMAIN public.x AS integer NOT NULL CONSTRAINT c CHECK (VALUE > 0); "
         "CREATE TABLE public.t (a public.x[])", "domain"),
        ("CREATE TYPE public.x AS (a integer); "
         "CREATE TABLE public.t (a public.x, b integer GENERATED ALWAYS AS ((a).a) STORED)", "composite"),
        ("CREATE TYPE public.x AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = m); "
         "CREATE TABLE public.t (a public.x)", "range"),
        ("CREATE TYPE public.x AS ENUM ('a'); "
         "CREATE TABLE public.t (a public.x DEFAULT 'a', CHECK (a <> 'a' OR a = ANY ('{a}'::public.x[])))", "enum"),
        ("CREATE TABLE public.t (a integer); CREATE STATISTICS public.x ON a, (a + 1) FROM public.t", "statistics"),
    ],
)  # fmt: skip
def test_each_kind_in_a_schema(a: str, hint: str, law: Law) -> None:
    b = a.replace("public.x", "public.y").replace("x.a", "y.a")
    text = law.holds(a, b, [f"{hint} public.x={hint} public.y"], "SELECT count(*) FROM pg_class")
    assert "RENAME TO y" in text
    assert "DROP" not in text


def test_a_function_with_its_users(law: Law) -> None:
    a = """
        CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE FUNCTION public.f(text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2';
        CREATE TABLE public.t (a integer DEFAULT public.f(1), CHECK (public.f(a) > 0 AND public.f('x') > 0));
        CREATE INDEX i ON public.t (public.f(a));
        CREATE VIEW public.v AS SELECT public.f(a) AS b FROM public.t;
    """
    b = a.replace("f(integer)", "g(integer)").replace("f(1)", "g(1)").replace("f(a)", "g(a)")
    law.holds(a, b, ["function public.f(integer)=function public.g(integer)"])


def test_what_stands_in_a_type_or_a_view(law: Law) -> None:
    a = """
        CREATE TYPE public.c AS (x integer, z text);
        CREATE TABLE public.t (c public.c, CHECK ((c).x > 0), CHECK ((c).z <> 'x'));
        CREATE DOMAIN public.d AS text CONSTRAINT x CHECK (VALUE <> ''); CREATE VIEW public.v AS SELECT 1 AS x, 2 AS z;
        CREATE VIEW public.w AS SELECT x AS a FROM public.v; CREATE VIEW public.q AS SELECT z FROM public.v;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
    """
    b = a.replace("(x ", "(y ").replace("(c).x", "(c).y").replace("CONSTRAINT x", "CONSTRAINT y")
    b = b.replace("1 AS x", "1 AS y").replace("SELECT x", "SELECT y").replace("c_x", "c_y")
    hints = ["attribute public.c.x=attribute public.c.y", "domain_check public.d.x=domain_check public.d.y"]
    text = law.holds(a, b, [*hints, "view_column public.v.x=view_column public.v.y"])
    assert text.count(" x TO y;") == 3
    assert "DROP VIEW" not in text


def test_a_schema_s_own_privileges_follow(law: Law) -> None:
    a = """
        CREATE SCHEMA a; CREATE TABLE a.t (i integer, j text);
        ALTER DEFAULT PRIVILEGES IN SCHEMA a GRANT SELECT ON TABLES TO PUBLIC;
    """
    text = law.holds(a, a.replace(" a", ' "B-"'), ['schema a=schema "B-"'])
    assert text.count("ALTER") == 1


INSIDE = """
    CREATE TABLE public.t (a integer, CONSTRAINT c_x CHECK (a > 0), CONSTRAINT u_x UNIQUE (a));
    CREATE INDEX i_x ON public.t (a, a); ALTER TABLE public.t REPLICA IDENTITY DEFAULT;
    ALTER TABLE public.t CLUSTER ON i_x;
    CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER t_x BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.tf();
    CREATE POLICY p_x ON public.t USING (a > 0);
    CREATE TABLE public.r (b integer CONSTRAINT f_x REFERENCES public.t (a));
"""


def test_what_stands_in_a_table(law: Law) -> None:
    names = {"check": "c", "unique": "u", "index": "i", "trigger": "t", "policy": "p"}
    hints = [f"{kind} public.t.{n}_x={kind} public.t.{n}_y" for kind, n in names.items()]
    hints.append("foreign_key public.r.f_x=foreign_key public.r.f_y")
    text = law.holds(INSIDE, INSIDE.replace("_x", "_y"), hints, "SELECT count(*) FROM public.t")
    assert text.count("RENAME") == len(hints)
    assert "DROP" not in text


def test_names_that_are_passed_on(law: Law) -> None:
    """a becomes b, and b becomes c; a new a comes."""
    a = "CREATE TABLE public.t (a integer, b text, CHECK (b <> 'a' AND a > 1)); INSERT INTO public.t VALUES (2, 'x')"
    b = "CREATE TABLE public.t (b integer, c text, CHECK (c <> 'a' AND b > 1))"
    hints = ["column public.t.a=column public.t.b", "column public.t.b=column public.t.c"]
    law.holds(a, b, hints, "SELECT * FROM public.t")


def test_the_diff_says_renamed(law: Law) -> None:
    law.old.psql(ORDERS)
    law.new.psql(ORDERS.replace("total", "amount").replace("by_amount", "by_total"))
    hint = "column public.orders.total=column public.orders.amount"
    assert law.script("--rename", hint).code == 0
    found = run("diff", *law.files, "--rename", hint, "--exit-code")
    assert found.code == 1
    assert "± column public.orders.total: renamed to public.orders.amount" in found.out
    assert "dropped" not in found.out.partition("renamed")[0]
    assert "- column" not in found.out


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        ("table public.none=table public.sales", "OLD has no table public.none"),
        ("table public.orders=table public.none", "NEW has no table public.none"),
        ("table public.orders=view public.sales", "a table can't become a view"),
        ("table public.orders=table public.taken", "OLD has both table public.orders and table public.taken"),
        ("table public.orders", "no `=` in 'table public.orders'"),
        ("default public.orders.a=default public.sales.a", "OLD has no default public.orders.a"),
    ],
)
def test_a_bad_hint_is_one_line(hint: str, message: str, law: Law) -> None:
    law.old.psql("CREATE TABLE public.orders (a integer); CREATE TABLE public.taken (a integer)")
    law.new.psql("CREATE TABLE public.sales (a integer); CREATE TABLE public.taken (a integer)")
    assert refused(law.script("--rename", hint), 2).startswith(f"dbstrata: {message}: ")


def test_a_name_that_another_holds_is_said(law: Law) -> None:
    law.old.psql("CREATE TABLE public.a (i integer); CREATE VIEW public.b AS SELECT 1 AS i")
    law.new.psql("CREATE TABLE public.b (i integer)")
    said = refused(law.script("--rename", "table public.a=table public.b"), 2)
    assert "table public.b can't take its name, which view public.b holds" in said
    law.old.psql("DROP VIEW public.b; CREATE TABLE public.b (j integer)")
    law.new.psql("CREATE TABLE public.a (j integer)")
    swap = options(["table public.a=table public.b", "table public.b=table public.a"])
    assert "rename by way of a third name" in refused(law.script(*swap), 2)


def renamed(old: Database, hints: list[tuple[str, str]], statements: Callable[[], str]) -> None:
    """What a renaming is said to do is what the server does: every attribute that is certain."""
    before = Schema(dump(old))
    old.psql(statements())
    after = Schema(dump(old))
    renamings = wanted([Renaming(Identity(a), Identity(b)) for a, b in hints], before, after)
    said = follow(renamings, before, DIALECT).schema
    for change in compare(said, after, same=DIALECT.same):
        assert change.old is not None, change
        assert change.new is not None, change
        for attribute in change.attributes:
            assert UNKNOWN in repr(getattr(change.old, attribute)), (change.identity, attribute, change)


@pytest.mark.parametrize(
    ("hint", "statement"),
    [
        (("column o.t.total", "column o.t.amount"), "ALTER TABLE o.t RENAME total TO amount"),
        (("column o.t.zone", "column o.t.\"Zone\""), "ALTER TABLE o.t RENAME zone TO \"Zone\""),
        (("table o.t", "table o.u"), "ALTER TABLE o.t RENAME TO u"),
        (("schema o", 'schema "O"'), 'ALTER SCHEMA o RENAME TO "O"'),
        (("enum o.mood", "enum o.\"select\""), "ALTER TYPE o.mood RENAME TO \"select\""),
        (("function o.f(o.mood)", "function o.g(o.mood)"), "ALTER FUNCTION o.f(o.mood) RENAME TO g"),
        (("sequence o.s", "sequence o.s2"), "ALTER SEQUENCE o.s RENAME TO s2"),
        (("domain o.d", "domain o.d2"), "ALTER DOMAIN o.d RENAME TO d2"),
    ],
)  # fmt: skip
def test_the_server_does_what_a_renaming_is_said_to_do(
    hint: tuple[str, str], statement: str, database: Database
) -> None:
    database.psql("""
        CREATE SCHEMA o;
        CREATE TYPE o.mood AS ENUM ('sad', 'ok'); CREATE SEQUENCE o.s;
        CREATE DOMAIN o.d AS o.mood NOT NULL DEFAULT 'ok';
        CREATE FUNCTION o.f(o.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE TABLE o.t (id integer DEFAULT nextval('o.s') PRIMARY KEY, total integer NOT NULL, t integer, o integer,
            zone timestamptz, mood o.mood DEFAULT 'ok', d o.d, js jsonb,
            y text GENERATED ALWAYS AS (total::text || t) STORED,
            CHECK (extract(day FROM zone AT TIME ZONE 'UTC') > total OR js ->> 'total' = 'total'),
            CHECK (t.* IS NOT NULL AND o.f(mood) > 1),
            CHECK (total::text <> 'total' AND mood = ANY (ARRAY['ok'::o.mood])));
        CREATE INDEX i ON o.t (o.f(mood), (total + t), total DESC) WHERE total > 1 AND mood = 'ok';
        CREATE VIEW o.v AS SELECT id, total, t.mood, t FROM o.t WHERE o.f(mood) = 1;
        CREATE VIEW o.w AS SELECT a.total, b.t, c.id FROM o.t a, o.t b JOIN o.t c USING (mood),
            LATERAL (SELECT o.t FROM o.t o) q;
        CREATE VIEW o.x AS SELECT t.total, v.id FROM o.t, o.v WHERE t.o = v.id AND t.id IN (SELECT id FROM o.t);
        CREATE FUNCTION o.fs(x o.t, y o.mood[] DEFAULT ARRAY['ok'::o.mood]) RETURNS SETOF o.t LANGUAGE sql
            BEGIN ATOMIC SELECT * FROM o.t WHERE t.total = 1 AND o.f(mood) = 1; END;
        CREATE FUNCTION o.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER g AFTER UPDATE OF total ON o.t FOR EACH ROW
            WHEN (old.total > new.t AND o.f(new.mood) = 1 AND new IS DISTINCT FROM old) EXECUTE FUNCTION o.tf();
        CREATE POLICY p ON o.t USING (total > 1 AND o.f(mood) = 1)
            WITH CHECK (EXISTS (SELECT FROM o.t u WHERE u.total = t.total));
        CREATE RULE r AS ON UPDATE TO o.v DO INSTEAD UPDATE o.t SET total = new.total WHERE t.id = old.id;
        CREATE STATISTICS o.st ON total, (total + t) FROM o.t;
    """)
    renamed(database, [hint], lambda: statement)
