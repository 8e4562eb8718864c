"""Law: no step claims less than it does. Each kind of step alone, on a real server: the locks it takes, the tables it
rewrites and scans are among those that dialects/postgres/locks.py says.
"""

from collections.abc import Iterator

import psycopg
import pytest

from dbstrata.dialects.postgres.catalog import read
from dbstrata.dialects.postgres.embedded import EmbeddedPostgres
from dbstrata.dialects.postgres.locks import ROWS, row
from dbstrata.dialects.postgres.rules import tables
from dbstrata.engine.protocol import Choose, InPlace, KindRules, Renaming, Rule
from dbstrata.snapshots.model import Identity
from dbstrata.snapshots.postgres import Snapshot

from ..lab import Case, Lab, all_cases
from ..lockwise import lock_by_lock
from ..stepwise import Seen
from .test_effects import FAMILIES, Bench, workbench
from .test_engine_guard import named_in_rules


@pytest.fixture(scope="module")
def bench(postgres: EmbeddedPostgres) -> Iterator[Bench]:
    yield from workbench(postgres, 18, lock_by_lock)


@pytest.fixture(scope="module")
def bench15(postgres15: EmbeddedPostgres) -> Iterator[Bench]:
    yield from workbench(postgres15, 15, lock_by_lock)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_step_claims_less_than_it_does(bench: Bench, family: str) -> None:
    wrong = [f"{title}: {line}" for title in bench.scenarios(family) for line in bench.run(family, title)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.pg15
@pytest.mark.parametrize("family", FAMILIES)
def test_no_step_claims_less_than_it_does_on_15(bench15: Bench, family: str) -> None:
    wrong = [f"{title}: {line}" for title in bench15.scenarios(family) for line in bench15.run(family, title)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_no_case_claims_less_than_it_does(lab: Lab, case: Case) -> None:
    """Partitions and inheritance, which the single steps do not have."""
    if case.refuses:
        return
    _there_and_back(lab, case)


def test_inheritance_claims_no_less_than_it_does(lab: Lab) -> None:
    tables = "CREATE TABLE p (a integer NOT NULL); CREATE TABLE c (a integer NOT NULL, b text);"
    seen = _there_and_back(lab, Case("inheritance", tables, f"{tables} ALTER TABLE c INHERIT p;"))
    assert {("table", "table.set_inherits"), ("table", "table.unset_inherits")} <= seen.macros


def _there_and_back(lab: Lab, case: Case) -> Seen:
    done = Seen()
    databases = lab.pair(case)
    snapshots = list[Snapshot]()
    for database in databases:
        with psycopg.connect(database.url) as connection:
            snapshots.append(read(connection))
    for database, old, new in zip(databases, snapshots, reversed(snapshots), strict=True):
        with psycopg.connect(database.url, autocommit=True) as connection:
            seen, wrong = lock_by_lock(connection, old, new)
        assert not wrong, "\n".join(wrong)
        done.add(seen)
    return done


ONE_OF_EACH = """
    CREATE SCHEMA {s}; CREATE SCHEMA s;
    CREATE TYPE s.{e} AS ENUM ('x');
    CREATE TYPE s.{c} AS ({a} integer);
    CREATE TYPE s.{r} AS RANGE (subtype = integer, multirange_type_name = s.multi);
    CREATE DOMAIN s.{d} AS integer CONSTRAINT {dc} CHECK (VALUE > 0);
    CREATE SEQUENCE s.{q};
    CREATE FUNCTION s.{f}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE PROCEDURE s.{p}() LANGUAGE sql AS '';
    CREATE AGGREGATE s.{g} (integer) (SFUNC = int4pl, STYPE = integer);
    CREATE TABLE s.{t} (id integer CONSTRAINT {k} PRIMARY KEY, n integer CONSTRAINT {ch} CHECK (n > 0));
    CREATE TABLE s.o (id integer, {col} integer, n integer CONSTRAINT {fk} REFERENCES s.{t}, CONSTRAINT {u} UNIQUE (n));
    CREATE INDEX {i} ON s.o (id);
    CREATE STATISTICS s.{st} ON id, n FROM s.o;
    CREATE TRIGGER {tr} BEFORE INSERT ON s.o FOR EACH ROW EXECUTE FUNCTION s.{f}();
    CREATE POLICY {po} ON s.o USING (id > 0);
    CREATE VIEW s.{v} AS SELECT 1 AS one;
    CREATE MATERIALIZED VIEW s.{m} AS SELECT 1 AS one;
"""
NAMES = "s e c a r d dc q f p g t k ch col fk u i st tr po v m".split()
HINTS = """
    schema {s}; enum s.{e}; composite s.{c}; attribute s.{c}.{a}; range s.{r}; domain s.{d}; domain_check s.{d}.{dc};
    sequence s.{q}; function s.{f}(); procedure s.{p}(); aggregate s.{g}(integer); table s.{t}; column s.o.{col};
    statistics s.{st}; trigger s.o.{tr}; policy s.o.{po}; view s.{v}; materialized_view s.{m}
"""


def test_no_renaming_claims_less_than_it_does(lab: Lab) -> None:
    """One of each kind that can be renamed; keys, checks and indexes are renamed without a hint."""
    before, after = ({name: f"{side}_{name}" for name in NAMES} for side in ("old", "new"))
    first, second = (lab.database(ONE_OF_EACH.format(**names)) for names in (before, after))
    with psycopg.connect(second.url) as connection:
        wanted = read(connection)
    hints = zip(*([hint.strip() for hint in HINTS.format(**n).split(";")] for n in (before, after)), strict=True)
    with psycopg.connect(first.url, autocommit=True) as connection:
        seen, wrong = lock_by_lock(
            connection, read(connection), wanted, [Renaming(Identity(a), Identity(b)) for a, b in hints]
        )
    assert not wrong, "\n".join(wrong)
    renaming = {(kind, rules.rename) for kind, rules in tables().items() if rules.rename}
    with_others = {"view_column", "exclusion"}  # renamed as a column and a unique constraint are
    assert {(kind, macro) for kind, macro in renaming if kind not in with_others} <= seen.macros


# ---------------------------------------------------------------------- completeness


def macros_of(rules: KindRules) -> Iterator[str]:
    """What the kind's own table names."""
    yield from filter(None, (rules.create, rules.drop, rules.aside, rules.moves, rules.rename))
    for rule in rules.attributes.values():
        yield from macros_of_rule(rule)


def macros_of_rule(rule: Rule | Choose) -> Iterator[str]:
    if isinstance(rule, InPlace):
        yield from filter(None, (rule.macro, rule.unset))


@pytest.mark.parametrize("kind", sorted(tables()))
def test_every_macro_of_a_kind_has_a_row(kind: str) -> None:
    missing = list[str]()
    for macro in macros_of(tables()[kind]):
        try:
            row(kind, macro)
        except KeyError:
            missing.append(macro)
    assert missing == []


def test_every_macro_has_a_row_and_no_row_is_dead() -> None:
    of_tables = {macro for rules in tables().values() for macro in macros_of(rules)}
    assert ROWS.keys() == of_tables | named_in_rules("postgres")


def test_every_step_that_was_run_has_a_row(bench: Bench) -> None:
    """Those too that a function picks for a kind."""
    for family in FAMILIES:
        for title in bench.scenarios(family):
            bench.run(family, title)
    assert bench.seen.statements > 500
    for kind, macro in bench.seen.macros:
        row(kind, macro)
