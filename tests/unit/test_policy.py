"""What a policy says of risks."""

import msgspec
import pytest

from dbstrata.engine.codes import CATALOGUE, CODES, FAMILIES, find
from dbstrata.engine.policy import Judged, Policy, Rule, allowance, enforce, judge, said
from dbstrata.engine.risk import Risk
from dbstrata.snapshots.errors import InputError, Refused
from dbstrata.snapshots.model import Identity

DROP = Risk("DB101", Identity("column public.orders.total"), "the column's values in every row")
LOCK = Risk("DB203", Identity("table public.orders"), "ACCESS EXCLUSIVE")


def by(*risks: Risk, policy: Policy | None = None, allow: tuple[str, ...] = ()) -> tuple[list[str], ...]:
    """The codes in each of the three."""
    verdict = judge(risks, policy or Policy(), map(allowance, allow))
    return tuple([j.risk.code for j in part] for part in (verdict.allowed, verdict.warned, verdict.refused))


def test_data_and_privilege_loss_is_refused_and_the_rest_warned_of() -> None:
    refused = {code.code for code in CATALOGUE if code.default == "refuse"}
    assert refused == {"DB100", "DB101", "DB102", "DB103", "DB104", "DB105", "DB501", "DB502"}
    assert {code.default for code in CATALOGUE} == {"refuse", "warn"}
    assert by(DROP, LOCK) == ([], ["DB203"], ["DB101"])


def test_codes_and_slugs_are_unique_and_in_order() -> None:
    assert list(CODES) == sorted(CODES)
    assert len(CODES) == len(CATALOGUE) == len({code.slug for code in CATALOGUE})
    assert all(code.code[2] in FAMILIES and len(code.code) == 5 for code in CATALOGUE)


@pytest.mark.parametrize("words", ["DB101", "drops-column", "DB1*", "drops-*"])
def test_a_code_can_be_said_in_many_ways(words: str) -> None:
    assert "DB101" in find(words)
    assert by(DROP, policy=Policy(codes={words: "allow"})) == (["DB101"], [], [])
    assert by(DROP, allow=(words,)) == (["DB101"], [], [])


def test_the_last_entry_that_matches_decides() -> None:
    assert by(DROP, policy=Policy(codes={"DB1*": "warn", "DB101": "allow"}))[0] == ["DB101"]
    assert by(DROP, policy=Policy(codes={"DB101": "allow", "DB1*": "warn"}))[1] == ["DB101"]


def test_a_rule_goes_before_the_codes_and_the_last_rule_that_matches_decides() -> None:
    allow = Rule(code="DB101", objects="column public.orders.*", action="allow", reason="unused since 2.3")
    refuse = Rule(code="DB101", objects="*.total", action="refuse", reason="money")
    assert by(DROP, policy=Policy(codes={"DB101": "warn"}, rule=(allow,)))[0] == ["DB101"]
    assert by(DROP, policy=Policy(codes={"DB101": "warn"}, rule=(allow, refuse)))[2] == ["DB101"]
    assert by(DROP, policy=Policy(rule=(refuse, allow)))[0] == ["DB101"]
    assert judge([DROP], Policy(rule=(allow,))).allowed == (Judged(DROP, "unused since 2.3"),)


@pytest.mark.parametrize("objects", ["column public.other.*", "table public.orders", "public.orders"])
def test_a_rule_for_other_objects_does_not_count(objects: str) -> None:
    rule = Rule(code="DB101", objects=objects, action="allow", reason="no matter")
    assert by(DROP, policy=Policy(rule=(rule,)))[2] == ["DB101"]


def test_what_is_allowed_for_once_goes_before_all() -> None:
    refuse = Rule(code="DB101", action="refuse", reason="never")
    assert by(DROP, policy=Policy(rule=(refuse,)), allow=("DB101:public.orders.total",))[0] == ["DB101"]
    assert by(DROP, policy=Policy(rule=(refuse,)), allow=("DB101:public.orders.id",))[2] == ["DB101"]


def test_a_risk_is_judged_once() -> None:
    assert by(DROP, LOCK, DROP) == ([], ["DB203"], ["DB101"])


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"codes": {"DB999": "allow"}}, "no such code 'DB999'"),
        ({"codes": {"DB101": "never"}}, "Invalid enum value 'never'"),
        ({"rules": []}, "unknown field `rules`"),
        ({"rule": [{"code": "DB101", "action": "allow"}]}, "missing required field `reason`"),
        ({"rule": [{"code": "DB101", "action": "allow", "reason": " "}]}, "a rule needs a reason"),
        ({"rule": [{"code": "X", "action": "allow", "reason": "r"}]}, "no such code 'X' - at `$.rule[0]`"),
        ({"rule": [{"code": "DB101", "action": "allow", "reason": "r", "object": "x"}]}, "unknown field `object`"),
    ],
)
def test_what_is_misspelt_is_an_error(section: object, says: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(section, Policy)
    assert says in str(caught.value)


def test_an_unknown_code_on_the_command_line_is_an_error() -> None:
    with pytest.raises(InputError, match="no such code 'DB999'"):
        allowance("DB999:x")


def test_a_refusal_says_what_why_and_what_to_do() -> None:
    enforce(judge([LOCK], Policy()))
    with pytest.raises(Refused) as caught:
        enforce(judge([DROP, LOCK], Policy()))
    assert str(caught.value) == (
        "dbstrata: 1 refused by the policy: DB101 drops-column: column public.orders.total: the column's values in "
        "every row: by default; see docs/risks; to go on, --allow CODE[:PATTERN] for once, or a [[policy.rule]] with "
        "its reason"
    )


def test_a_risk_on_one_line() -> None:
    refresh = Risk("DB201", Identity("materialized_view public.v"), "written anew")
    assert said(refresh) == "DB201 rewrites-table: materialized view public.v: written anew"
