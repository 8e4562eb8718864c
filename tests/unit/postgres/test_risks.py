"""Which change is which risk."""

from typing import Any

import pytest

from dbstrata.dialects.postgres.dialect import DIALECT
from dbstrata.engine.assess import Risks, undo
from dbstrata.engine.codes import CODES
from dbstrata.engine.plan import plan
from dbstrata.engine.policy import said
from dbstrata.engine.protocol import Renaming
from dbstrata.snapshots.model import Grant, Identity
from dbstrata.snapshots.naming import identity
from dbstrata.snapshots.postgres import (
    Argument,
    Check,
    Column,
    Default,
    DefaultPrivileges,
    Domain,
    Enum,
    Extension,
    ForeignKey,
    Function,
    IdentityColumn,
    Index,
    IndexPart,
    NotNullConstraint,
    PartitionKey,
    PartitionKeyPart,
    Policy,
    Sequence,
    Unique,
    View,
    ViewColumn,
)

from ...cli.commands import snapshot, table

ID = Column(name="id", type="integer")
T, C = identity("table", "public", "t"), identity("column", "public", "t", "c")


def column(name: str = "c", type: str = "integer", **attributes: Any) -> Column:
    return Column(name=name, type=type, **attributes)


def t(*columns: Column, **attributes: Any) -> Any:
    return table("t", ID, *columns, **attributes)


def domain(**attributes: Any) -> Domain:
    return Domain(schema="public", name="d", type="integer", **attributes)


def enum(*labels: str) -> Enum:
    return Enum(schema="public", name="e", labels=labels)


def function(**attributes: Any) -> Function:
    return Function(
        **dict[str, Any](schema="public", name="f", language="sql", body="SELECT 1", returns="integer") | attributes
    )


def view(*columns: ViewColumn, **attributes: Any) -> View:
    return View(schema="public", name="v", query=f"SELECT {len(columns)}", columns=columns, **attributes)


def one(type: str = "integer") -> ViewColumn:
    return ViewColumn(name="one", type=type)


def checked(**attributes: Any) -> Check:
    return Check(name="k", expression="(id > 0)", **attributes)


CHEAP = Index(name="i", parts=(IndexPart(column=identity("column", "public", "t", "id")),))
RANGE = PartitionKey(strategy="range", parts=(PartitionKeyPart(column=identity("column", "public", "p", "id")),))
FROM_1 = "FOR VALUES FROM (1) TO (2)"

CASES: dict[str, tuple[list[Any], list[Any], set[str]]] = {
    "a column goes": ([t(column())], [t()], {"DB101", "DB401", "DB203"}),
    "a table goes": ([t()], [], {"DB102", "DB401", "DB203"}),
    "a type with fewer decimals": (
        [t(column(type="numeric(9,2)"))],
        [t(column(type="numeric(9,1)"))],
        {"DB103", "DB201", "DB305", "DB404"},
    ),
    "a sequence goes": (
        [Sequence(schema="public", name="q", type="bigint")],
        [],
        {"DB104", "DB203", "DB401"},
    ),
    "an extension goes": ([Extension(name="hstore", schema="public", version="1.8")], [], {"DB105", "DB401"}),
    "a wider integer": ([t(column())], [t(column(type="bigint"))], {"DB201", "DB403"}),
    "a longer text": (
        [t(column(type="character varying(5)"))],
        [t(column(type="character varying(9)"))],
        {"DB203"},
    ),
    "a shorter text": (
        [t(column(type="character varying(9)"))],
        [t(column(type="character varying(5)"))],
        {"DB201", "DB305", "DB404"},
    ),
    "an index": ([t()], [t(indexes=(CHEAP,))], {"DB202"}),
    "a comment": ([t()], [t(comment="new")], set()),
    "NOT NULL": ([t(column())], [t(column(not_null=True))], {"DB202", "DB301", "DB404"}),
    "NOT NULL that is not validated": (
        [t(column())],
        [t(column(not_null=True, not_null_constraint=NotNullConstraint(not_valid=True)))],
        {"DB203", "DB404"},
    ),
    "NOT NULL goes": ([t(column(not_null=True))], [t(column())], {"DB203"}),
    "NOT NULL of a domain": ([domain()], [domain(not_null=True)], {"DB301", "DB404"}),
    "NOT NULL of a domain goes": ([domain(not_null=True)], [domain()], set()),
    "a unique constraint": (
        [t()],
        [t(constraints=(Unique(name="u", columns=(identity("column", "public", "t", "id"),)),))],
        {"DB202", "DB302", "DB404"},
    ),
    "a check": ([t()], [t(constraints=(checked(),))], {"DB202", "DB303", "DB404"}),
    "a check that is not validated": ([t()], [t(constraints=(checked(not_valid=True),))], {"DB203", "DB404"}),
    "a check that is validated": (
        [t(constraints=(checked(not_valid=True),))],
        [t(constraints=(checked(),))],
        {"DB303"},
    ),
    "a foreign key": (
        [t(), table("r", ID, constraints=(Unique(name="u", columns=(identity("column", "public", "r", "id"),)),))],
        [
            t(
                constraints=(
                    ForeignKey(
                        name="fk",
                        columns=(identity("column", "public", "t", "id"),),
                        references=identity("table", "public", "r"),
                        referenced_columns=(identity("column", "public", "r", "id"),),
                        depends_on=(identity("unique", "public", "r", "u"),),
                    ),
                )
            ),
            table("r", ID, constraints=(Unique(name="u", columns=(identity("column", "public", "r", "id"),)),)),
        ],
        {"DB202", "DB304", "DB404"},
    ),
    "a table becomes a partition": (
        [table("p", ID, partition_by=RANGE), t()],
        [
            table("p", ID, partition_by=RANGE),
            table(
                "t",
                column("id", derived_from=(identity("column", "public", "p", "id"),), local=False),
                partition_of=identity("table", "public", "p"),
                bound=FROM_1,
            ),
        ],
        {"DB202", "DB306"},
    ),
    "a column that must be given": ([t()], [t(column(not_null=True))], {"DB202", "DB307", "DB405"}),
    "a column with a constant": ([t()], [t(column(not_null=True, default=Default(expression="7")))], {"DB202"}),
    "a column with a value a row": ([t()], [t(column(default=Default(expression="random()")))], {"DB201"}),
    "a column whose type is a checked domain": (
        [t(), Domain(schema="public", name="d", type="integer", not_null=True)],
        [
            t(column(type="public.d", depends_on=(identity("domain", "public", "d"),))),
            Domain(schema="public", name="d", type="integer", not_null=True),
        ],
        {"DB201"},
    ),
    "a default goes": (
        [t(column(not_null=True, default=Default(expression="7")))],
        [t(column(not_null=True))],
        {"DB203", "DB405"},
    ),
    "an identity becomes strict": (
        [t(column(not_null=True, identity_column=IdentityColumn(type="integer", sequence="public.s")))],
        [t(column(not_null=True, identity_column=IdentityColumn(type="integer", sequence="public.s", always=True)))],
        {"DB203", "DB404"},
    ),
    "a view returns less": ([view(one(), ViewColumn(name="two", type="text"))], [view(one())], {"DB203", "DB401"}),
    "a view returns another type": ([view(one())], [view(one("text"), one("text"))], {"DB203", "DB403"}),
    "a function gets an argument": (
        [function()],
        [function(signature=("integer",), arguments=(Argument(type="integer"),))],
        {"DB406"},
    ),
    "a function returns another type": ([function()], [function(returns="text")], {"DB406"}),
    "a function's body": ([function()], [function(body="SELECT 2")], set()),
    "a function goes": ([function()], [], {"DB401"}),
    "a function runs as its owner": ([function()], [function(security_definer=True)], {"DB506"}),
    "a view runs as its owner": (
        [view(one(), options={"security_invoker": "true"})],
        [view(one())],
        {"DB203", "DB506"},
    ),
    "a further value": ([enum("a")], [enum("a", "b")], {"DB407", "DB602"}),
    "a value less": ([enum("a", "b")], [enum("a")], {"DB404"}),
    "no longer logged": ([t()], [t(unlogged=True)], {"DB106", "DB201"}),
    "row security": ([t()], [t(row_security=True)], {"DB203", "DB408"}),
    "no row security any more": ([t(row_security=True)], [t()], {"DB203", "DB504"}),
    "a permissive policy": (
        [t(row_security=True)],
        [t(row_security=True, policies=(Policy(name="p", using="true"),))],
        {"DB203", "DB504"},
    ),
    "a restrictive policy": (
        [t(row_security=True)],
        [t(row_security=True, policies=(Policy(name="p", using="true", restrictive=True),))],
        {"DB203", "DB408"},
    ),
    "a policy for another command": (
        [t(row_security=True, policies=(Policy(name="p", using="true"),))],
        [t(row_security=True, policies=(Policy(name="p", using="true", command="select"),))],
        {"DB203", "DB408", "DB504"},
    ),
    "a policy with another condition": (
        [t(row_security=True, policies=(Policy(name="p", using="true"),))],
        [t(row_security=True, policies=(Policy(name="p", using="false"),))],
        {"DB203", "DB408", "DB504"},
    ),
    "a check with another condition": (
        [t(constraints=(Check(name="k", expression="(id > 1)"),))],
        [t(constraints=(checked(),))],
        {"DB202", "DB203", "DB303", "DB404"},
    ),
    "a function made anew runs as its owner": (
        [function()],
        [function(returns="text", security_definer=True)],
        {"DB406", "DB506"},
    ),
    "a policy that does not count yet": ([t()], [t(policies=(Policy(name="p", using="true"),))], {"DB203"}),
    "a revoke": (
        [t(acl=(Grant(to="r", privileges=("ALL",)),))],
        [t(acl=(Grant(to="r", privileges=("SELECT",)),))],
        {"DB501"},
    ),
    "a grant": ([t()], [t(acl=(Grant(to="PUBLIC", privileges=("SELECT",)),))], {"DB503"}),
    "another owner": ([t(owner="a")], [t(owner="b")], {"DB203", "DB502"}),
    "default privileges": (
        [],
        [DefaultPrivileges(name="a", objects="tables", acl=(Grant(to="r", privileges=("SELECT",)),))],
        {"DB505"},
    ),
    "a replaced view loses a grant": (
        [view(one(), acl=(Grant(to="r", privileges=("SELECT",)),))],
        [view(one("text"), one("text"))],
        {"DB203", "DB403", "DB501"},
    ),
    "all of a new table": (
        [],
        [t(column(not_null=True), indexes=(CHEAP,), constraints=(checked(),), owner="a", row_security=True)],
        set(),
    ),
}


def risks(old: list[Any], new: list[Any], *renames: Renaming) -> Risks:
    return Risks(plan(snapshot(*old), snapshot(*new), DIALECT, renames=renames), DIALECT)


@pytest.mark.parametrize("case", CASES)
def test_which_change_is_which_risk(case: str) -> None:
    old, new, codes = CASES[case]
    found = risks(old, new).all
    assert {risk.code for risk in found} == codes, "\n".join(map(said, found))


def test_what_was_not_read_is_neither_lost_nor_given() -> None:
    granted = view(one("text"), one("text"), acl=(Grant(to="r", privileges=("SELECT",)),))
    made = plan(snapshot(view(one()), not_read=("acl",)), snapshot(granted), DIALECT)
    assert {risk.code for risk in Risks(made, DIALECT).all} == {"DB203", "DB403"}


def test_a_renamed_object_is_a_risk() -> None:
    hint = Renaming(C, identity("column", "public", "t", "d"))
    found = risks([t(column())], [t(column("d"))], hint).all
    assert list(map(said, found)) == [
        "DB203 locks-out-all: table public.t: ACCESS EXCLUSIVE",
        "DB402 renames-object: column public.t.d: it was public.t.c",
    ]


def test_every_code_but_those_for_what_has_none_is_somebodys() -> None:
    """Nothing of PostgreSQL's needs the two general ones, nothing yet a statement outside of a transaction."""
    seen = {code for _, _, codes in CASES.values() for code in codes} | {"DB402"}
    assert CODES.keys() - seen == {"DB100", "DB204", "DB300", "DB601"}


def test_a_lock_is_told_where_a_transaction_takes_it_first() -> None:
    found = risks([t(column("a"), column("b"))], [t()])
    told = [[risk.code for risk in risks] for risks in found.by_statement.values()]
    assert told == [["DB101", "DB203", "DB401"], ["DB101", "DB401"]]
    assert len(found.all) == 5


def test_what_is_read_under_a_lock_from_before_is_told() -> None:
    """Validating is in nobody's way, but in a transaction that has shut the table it is."""
    found = risks([t(column(), constraints=(checked(not_valid=True),))], [t(constraints=(checked(),))])
    told = [risk for risks in found.by_statement.values() for risk in risks if risk.code == "DB202"]
    assert list(map(said, told)) == [
        "DB202 scans-table: table public.t: every row is read under ACCESS EXCLUSIVE, held from before"
    ]


@pytest.mark.parametrize(
    ("old", "new", "undone"),
    [
        ([t()], [t(column())], "exactly"),
        ([t(column())], [t()], "structure only"),
        ([t(column())], [t(column(type="bigint"))], "exactly"),
        ([t(column(type="numeric"))], [t(column(type="integer"))], "structure only"),
        ([t(constraints=(checked(),))], [t()], "exactly"),
    ],
)
def test_how_a_step_is_undone(old: list[Any], new: list[Any], undone: str) -> None:
    found = risks(old, new)
    plan = found.plan
    assert [undo(step, plan.old, plan.new, found.dialect) for step in plan.steps] == [undone]


def test_what_is_known_of_a_step() -> None:
    (found,) = risks([t(column())], [t(column(type="bigint"))]).by_step.values()
    assert [(lock.mode, lock.on, lock.blocks) for lock in found.locks] == [("ACCESS EXCLUSIVE", T, "reads and writes")]
    assert (found.rewrites, found.scans) == ((T,), ())


def test_a_dialect_that_knows_nothing_of_locks_still_tells_what_steps_say() -> None:
    class Bare:
        """All but `facts`."""

        def __getattr__(self, name: str) -> Any:
            if name == "facts":
                raise AttributeError(name)
            return getattr(DIALECT, name)

    bare: Any = Bare()
    made = plan(snapshot(t(column())), snapshot(t()), DIALECT)
    assert [risk.code for risk in Risks(made, bare).all] == ["DB100"]


def test_partitions_are_locked_with_their_parent() -> None:
    parent = identity("table", "public", "p")
    part = table("t", column("id", derived_from=(Identity("column public.p.id"),), local=False), partition_of=parent,
                 bound=FROM_1)  # fmt: skip
    old = [table("p", ID, partition_by=RANGE), part]
    new = [table("p", ID, partition_by=RANGE, constraints=(checked(),)), part]
    found = risks(old, new).all
    assert {risk.identity for risk in found if risk.code == "DB202"} >= {parent, T}
