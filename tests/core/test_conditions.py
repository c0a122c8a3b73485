"""
The condition language: forms, grammar, meaning of values, strategies and explanations.
"""

from __future__ import annotations

import copy
import json
import pickle
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goflow.core.conditions import Condition, Strategy, evaluate, explain, normalise, parse
from goflow.core.errors import ConditionError, DefinitionError, GoflowError

NOW = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
NESTED: list[object] = []
for _ in range(30):
    NESTED = [NESTED]
FACTS: dict[str, object] = {
    "outcome": "OK",
    "outcomes": ["OK", "REJECTED"],
    "now": NOW,
    "instance": {
        "id": 1,
        "title": "Leave",
        "condition": "stale",
        "user": {"username": "ann"},
        "created_at": NOW,
    },
    "workitem": {"id": 7, "priority": 0, "opened_at": NOW - timedelta(days=4)},
    "wfobject": {
        "days": 5,
        "amount": Decimal("1500.50"),
        "rate": 0.1,
        "nan": float("nan"),
        "decimal_nan": Decimal("NaN"),
        "infinite": float("inf"),
        "huge": 10**5000,
        "approved": True,
        "name": "É",
        "none": None,
        "tags": ["a", "b", ["c"]],
        "starts": date(2026, 3, 1),
        "pause": timedelta(days=1),
        "naive": datetime.fromisoformat("2026-03-01T08:00"),
        "owner_id": 3,
        "nested": NESTED,
        "other": copy.deepcopy(NESTED),
        "object": object(),
    },
    "data": {
        "city": "Oslo",
        "exact": "1500.00",
        "tenth": "0.1",
        "negative": "-2.5",
        "amounts": ["1500.00", 2],
        "wait": "P1DT00H00M00S",
        "longer": "P10DT00H00M00S",
        "backwards": "-P0DT00H59M59.500000S",
        "nothing": "P0DT00H00M00S",
        "map": {"k": [1]},
        "same": {"k": [1.0]},
        "count": 3,
        "due": "2026-03-05",
        "é": 1,
    },
}


def holds(text: str) -> bool:
    return parse(text).evaluate(FACTS)


# -- forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (None, ""),
        (" \n", ""),
        (" False ", "false"),
        ("eq : A", "eq:A"),
        ("Ne\N{NO-BREAK SPACE}:\N{NO-BREAK SPACE}A", "ne:A"),
        ("eq:'A'", "eq:A"),
        ("eq:' A '", "eq:A"),
        ('eq:"A', 'eq:"A'),
        ('eq:"A" or "B"', 'eq:"A" or "B"'),
        ("eq:'\"A\"'", "eq:'\"A\"'"),
        ("eq:\"'A'\"", "eq:\"'A'\""),
        (r"eq:'it\'s'", "eq:it's"),
        ('eq:""', "eq:"),
        ("e\N{COMBINING ACUTE ACCENT}", "eq:é"),
        ('in: "a, b" ,c', 'in:"a, b",c'),
        ("in:'a','b, c'", 'in:a,"b, c"'),
        ("in:it's,b", "in:it's,b"),
        ('in:"say ""a, b""",c', 'in:"say ""a, b""",c'),
        ('in:"""a",b"', 'in:"""a",b"'),
        ("in:'tis,b", 'in:"\'tis",b'),
        ('in: , "" ,', "in:"),
        ("in:A,A", "in:A,A"),
        ("NOT IN:A", "eq:NOT IN:A"),
        ("timeout : 03 Weeks", "timeout:3w"),
        ("workitem.time_out(3)", "timeout:3d"),
        ("workitem . timeout ( 3 , 'hours' )", "timeout:3h"),
        ('workitem.time_out(delay = 3, unit="minutes")', "timeout:3m"),
        ("workitem.time_out(unit='weeks', delay=3)", "timeout:3w"),
        ("timeout(3)", "timeout:3d"),
        ("timeout (by hand)", "eq:timeout (by hand)"),
        (" ( ('OK') ) ", "eq:OK"),
        ("('OK'", "eq:('OK'"),
        ("'OK' 'X'", "eq:'OK' 'X'"),
        ("('OK',)", "eq:('OK',)"),
        ("''", "eq:"),
        ("'in:a,b'", "eq:in:a,b"),
        ("\"'A'\"", "eq:\"'A'\""),
        ("null", "eq:null"),
        ("1 == 1", "eq:1 == 1"),
        ("x" * 255, "eq:" + "x" * 255),
        ("  wfobject.days > 3\n", "wfobject.days > 3"),
    ],
)
def test_normalise__forms(typed: str | None, stored: str) -> None:
    assert normalise(typed) == stored
    assert normalise(stored) == stored


@pytest.mark.parametrize(
    "text",
    [
        "Close instance",
        "Clore l'instance",
        "Instance",
        "Data",
        "made in data",
        "not in data",
        "Send data and close",
        "(Close instance)",
        "data: complete",
        "sub-data",
        "instances",
        "data not found",
        "outcome unknown and bad",
        "in data",
    ],
)
def test_normalise__prose_with_a_root_word_stays_an_outcome(text: str) -> None:
    assert normalise(text) == f"eq:{text}"


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("instance.condition ==", 21, "a name ("),
        ("instance.", 9, "a name that starts with a letter"),
        ("See data.", 0, "a name ("),
        ("data and more", 9, "a name ("),
        ("Approve and data", 0, "a name ("),
        ("Close (instance)", 0, "a name ("),
        ("data is missing", 8, "a name ("),
        ("outcome = 'A'", 8, "equality is '=='"),
        ("outcome == 'A", 11, "a name ("),
        ("outcome == TRUE", 11, "a name ("),
        ("'A' in outcomes or", 18, "a name ("),
        ("'A' not in outcomes or", 22, "a name ("),
        ("data.x not == 'A'", 11, "'in' after 'not'"),
        ("not not outcome", 4, "a name ("),
        ("outcome 'A'  == outcome", 8, "a comparison"),
        ("wfobject._secret == 1", 9, "a name that starts with a letter"),
        ("wfobject.1 == 1", 9, "a name that starts with a letter"),
        ("wfobject.a.b.c", 12, "at most 3 parts"),
        ("wfobject.days + 1 > 3", 14, "arithmetic"),
        ("wfobject.days * 2 > 3", 14, "arithmetic"),
        ("wfobject.tags[0] == 'a'", 13, "subscripts"),
        ("wfobject.is_big()", 15, "calls"),
        ("outcome == -x", 12, "a number after '-'"),
        ("outcome in []", 12, "a name ("),
        ("outcome in ['A',]", 16, "a name ("),
        ("outcome in ['A'", 15, "']' or"),
        ("(outcome == 'A'", 15, "')' or"),
        ("(outcome == 'A', 'B')", 15, "')' or"),
        ("outcome == 1000000000000001", 11, "at most 10^15"),
        ("outcome == 0.5 or data.x == 1000000000000000.1", 28, "at most 10^15"),
        ("(" * 21 + "outcome" + ")" * 21, 20, "at most 20 levels"),
        ("outcome in [" + "1," * 198 + "1]", 11, "at most 200 names"),
        ("timeout:", 8, "a whole number and a unit"),
        ("timeout:3", 8, "a whole number and a unit"),
        ("timeout(3, 'months')", 8, "a whole number and a unit"),
        ("timeout(unit='days')", 8, "such as 3, unit='days'"),
        ("timeout(-3)", 8, "such as 3, unit='days'"),
        ("workitem.time_out()", 18, "such as 3, unit='days'"),
        ("x" * 256, 0, "an outcome of at most 255 characters"),
        ("in:a," + "x" * 256, 5, "an outcome of at most 255 characters"),
        ("x" * 2001, 2000, "at most 2,000 characters"),
        ("\N{DEVANAGARI LETTER QA}" * 1500, 2000, "at most 2,000 characters"),
        ("in:" + "'x," * 600, 2000, "at most 2,000 characters"),
        ("a\0b", 1, "a character that can be stored"),
        ("\ud800", 0, "a character that can be stored"),
    ],
)
def test_parse__refuses_with_position(text: str, position: int, expected: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert (caught.value.position, expected in caught.value.expected) == (position, True)


def test_parse__limits_hold_without_a_clear_mention() -> None:
    with pytest.raises(ConditionError, match="at most 20 levels"):
        parse("[" * 21 + "outcome" + "]" * 21)


def test_parse__accepts_the_limits() -> None:
    assert parse("(" * 20 + "outcome" + ")" * 20).evaluate(FACTS)
    assert not parse("outcome in [" + "1," * 196 + "1]").evaluate(FACTS)
    assert not holds("data.count == 1000000000000000")


def test_parse__keeps_what_it_parsed() -> None:
    assert parse("wfobject.days > 3") is parse("wfobject.days > 3")


# -- meaning -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "outcome == 'OK'",
        "instance.condition == 'OK'",
        "outcome",
        "'REJECTED' in outcomes",
        "'X' not in outcomes",
        "not 'X' in outcomes",
        "not outcome == 'X' and wfobject.approved",
        "outcome == ('X' or 'OK') or wfobject.days == 5",
        "outcome == (wfobject.none or 'OK')",
        "(wfobject.days and wfobject.owner_id) == 3",
        "outcome in ('OK',)",
        "outcome in ('X', 'OK')",
        "(outcome == 'OK') in ((outcome == 'OK'), 'X')",
        "outcome in ['X', outcome]",
        "'K' in outcome",
        "'X' not in outcome",
        r"outcome != 'it\'s'",
        "3 < wfobject.days < 10",
        "not 3 < wfobject.days < 5",
        "wfobject.days>-1",
        "wfobject.days > - 1.5",
        "wfobject.amount == 1500.5",
        "wfobject.amount > 1500",
        "wfobject.rate == 0.1",
        "wfobject.rate < wfobject.amount",
        "wfobject.infinite > 1000000",
        "wfobject.huge > wfobject.days",
        "wfobject.approved == 1",
        "wfobject.approved is true",
        "wfobject.days is not true",
        "wfobject.days is 5",
        "data.count is 3 is not true",
        "wfobject.none is None",
        "wfobject.none == null",
        "wfobject.none != 'x'",
        "wfobject.nan is null",
        "not wfobject.decimal_nan < 1",
        "not wfobject.none < 3",
        "not wfobject.none >= 3",
        "not 3 > wfobject.none",
        "not 'a' in wfobject.none",
        "'a' not in wfobject.none",
        "not wfobject.none in 'abc'",
        "wfobject.none in [1, null]",
        "wfobject.name == 'E\N{COMBINING ACUTE ACCENT}'",
        "wfobject.tags == ['a', 'b', ['c']]",
        "wfobject.tags != ['a', 'b']",
        "wfobject.tags != 'a'",
        "wfobject.days == '5'",
        "wfobject.days is '5'",
        "wfobject.days != '5 '",
        "wfobject.days != '+5'",
        "wfobject.days != '5e0'",
        "wfobject.days != '٥'",
        f"wfobject.days != '{'0' * 30}5'",
        f"wfobject.days == '5.{'0' * 30}'",
        f"wfobject.days < '{'9' * 30}.{'9' * 30}'",
        "data.exact > 1000",
        "not data.exact < 1000",
        "1000 < data.exact < 1500.001",
        "data.exact in (1500, 2000)",
        "data.exact not in (150, 2000)",
        "data.exact == wfobject.days or data.exact > wfobject.days",
        "data.tenth == 0.1",
        "data.tenth == wfobject.rate",
        "wfobject.rate == '0.1'",
        "data.negative < -2",
        "data.exact != '1500'",
        "data.exact > '10000'",
        "wfobject.approved != '1'",
        "1500 in data.amounts",
        "data.amounts == [1500, 2]",
        "outcome != 5",
        "data.wait == '1d'",
        "data.wait >= '24 hours'",
        "'2d' > data.wait > '23h'",
        "data.wait < data.longer",
        "data.wait == wfobject.pause",
        "wfobject.pause == '1d'",
        "wfobject.pause < '2 weeks'",
        "wfobject.pause in ('1d', '2d')",
        "wfobject.pause == 86400",
        "data.wait == 86400",
        "data.backwards < -3599.4",
        "data.nothing == '0s'",
        "wfobject.pause != '86400'",
        "data.wait != 'P1D'",
        "'1d' != '24h' or data",
        "'a' in wfobject.tags",
        "['c'] in wfobject.tags",
        "data.map == data.same",
        "data.map != wfobject.tags",
        "'city' in data",
        "data.map.k == [1]",
        "data.e\N{COMBINING ACUTE ACCENT} == 1",
        "data.city < 'Paris'",
        "wfobject.starts == '2026-03-01'",
        "wfobject.starts < '2026-03-02'",
        "wfobject.starts != 'soon'",
        "wfobject.starts != '2026-02-30'",
        "wfobject.starts != 5",
        "wfobject.starts < wfobject.naive <= '2026-03-01T08:00Z'",
        "wfobject.naive > '2026-03-01 07:59:59.5'",
        "wfobject.naive == '2026-03-01T10:00+02:00'",
        "data.due < instance.created_at",
        "data.gone == null",
        "data.gone.deep is null",
        "data.city.deep == null",
        "data.count.deep == null",
        "not data.gone",
        "not data.gone > 1",
        "not data.gone <= 1",
        "data.gone != 1",
        "data.gone != null or wfobject.days in (1, 5)",
        "wfobject.days in (1, 5) or data.gone != null",
        "not 'x' in data.gone",
        "data.gone in [1, null]",
        "instance.user.username == 'ann'",
        "wfobject . approved",
        "wfobject.days == 5 or wfobject.missing",
        "not (wfobject.days == 4 and wfobject.missing)",
        "data",
        "wfobject.starts",
        "data.count != false",
    ],
)
def test_evaluate__grammar_and_values(text: str) -> None:
    condition = parse(text)
    assert condition.names()
    assert condition.source == normalise(condition.source)
    assert condition.evaluate(FACTS) is True


def test_names__constants_alone_are_no_expression() -> None:
    assert parse("1 is not True").source == "eq:1 is not True"


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("wfobject.missing == 1", 0, "'wfobject.missing' is an unknown name"),
        ("wfobject.days and wfobject.missing", 18, "'wfobject.missing' is an unknown name"),
        ("outcome.upper == 1", 0, "'outcome.upper' is an unknown name"),
        ("instance.user.password == 'x'", 0, "'instance.user.password' is an unknown name"),
        ("wfobject.days.real == 5", 0, "'wfobject.days.real' is an unknown name"),
        ("wfobject.days < 'x'", 14, "values that have an order, not int and str"),
        ("wfobject.days < '5 '", 14, "not int and str"),
        ("wfobject.approved < '1'", 18, "not bool and str"),
        ("wfobject.pause < 'soon'", 15, "not timedelta and str"),
        ("wfobject.pause < wfobject.starts", 15, "not timedelta and date"),
        ("wfobject.starts < 5", 16, "not date and int"),
        ("wfobject.starts < 'soon'", 16, "not date and str"),
        ("wfobject.tags < [1]", 14, "not list and list"),
        ("1 in wfobject.days", 2, "a list, or a text within a text, not int in int"),
        ("1 in outcome", 2, "not int in str"),
        ("not wfobject.object", 4, "plain data, not object"),
        ("wfobject.object == 1", 16, "plain data, not object"),
        ("wfobject.object or true", 0, "plain data, not object"),
        ("wfobject.nested == wfobject.other", 16, "nested at most 20 deep"),
    ],
)
def test_condition_evaluate__names_the_problem(text: str, position: int, expected: str) -> None:
    with pytest.raises(ConditionError) as caught:
        holds(text)
    assert (caught.value.position, expected in caught.value.expected) == (position, True)


def test_evaluate__overrides_of_a_dict_never_run() -> None:
    facts = {"data": defaultdict(lambda: "made up"), "wfobject": defaultdict(lambda: "made up")}
    assert parse("data.x == 'made up'").evaluate(facts) is False
    with pytest.raises(ConditionError, match="unknown name"):
        parse("wfobject.x == 'made up'").evaluate(facts)
    assert facts == {"data": {}, "wfobject": {}}


@pytest.mark.parametrize("strategy", ["compatible", "strict"])
def test_evaluate__what_is_not_answered_yet_is_null_below_data_only(strategy: Strategy) -> None:
    asked = {
        "data.x == null": True,
        "data.x != null": False,
        "wfobject.x == null": False,
        "data == null": False,
    }
    assert {text: evaluate(text, {}, strategy=strategy) for text in asked} == asked


@pytest.mark.parametrize("strategy", ["compatible", "strict"])
def test_evaluate__text_of_a_form_is_compared_exactly(strategy: Strategy) -> None:
    facts = {"data": {"fill": {"amount": "1000.000000000000000000000000000001"}}}
    assert evaluate("data.fill.amount > 1000", facts, strategy=strategy) is True
    assert evaluate("data.fill.amount <= 1000", facts, strategy=strategy) is False


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@given(NUMBERS, NUMBERS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
def test_evaluate__a_number_is_the_same_however_it_came_in(one: Decimal, other: Decimal, sign: str) -> None:
    condition = parse(f"data.x {sign} data.y")
    facts = [{"x": x, "y": y} for x in (one, f"{one:f}") for y in (other, float(other))]
    exact = parse(f"data.x {sign} data.y").evaluate({"data": {"x": one, "y": other}})
    assert [condition.evaluate({"data": data}) for data in facts] == [exact] * 4


@pytest.mark.parametrize("text", ["eq:", "eq:X", "in:", "in:X", "outcome == 'X'", "outcome"])
def test_evaluate__nothing_decided_equals_no_value(text: str) -> None:
    assert parse(text).evaluate({"outcome": None}) is False


@pytest.mark.parametrize(
    "text", ["", "ne:", "ne:X", "notin:", "notin:X", "outcome != 'X'", "outcome is null"]
)
def test_evaluate__nothing_decided_differs_from_every_value(text: str) -> None:
    assert parse(text).evaluate({"outcome": None}) is True


def test_evaluate__outcome_is_compared_in_nfc() -> None:
    assert parse("in:é").evaluate({"outcome": "e\N{COMBINING ACUTE ACCENT}"})


# -- timers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "passed"), [("timeout:4d", True), ("timeout:97h", False), ("timeout:0s", True)]
)
def test_evaluate__timer_tells_whether_time_has_passed(text: str, passed: bool) -> None:
    assert holds(text) is passed


def test_evaluate__timer_takes_naive_times_as_utc() -> None:
    facts = {"now": NOW, "workitem": {"opened_at": datetime.fromisoformat("2026-03-09T11:00")}}
    assert parse("timeout:1h").evaluate(facts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"now": NOW, "workitem": {}}, "'workitem.opened_at' is an unknown name"),
        ({"workitem": {"opened_at": NOW}}, "'now' is an unknown name"),
        ({"now": NOW, "workitem": {"opened_at": None}}, "a date with time, not NoneType"),
        ({"now": "soon", "workitem": {"opened_at": NOW}}, "a date with time, not str"),
        (
            {"now": NOW, "workitem": {"opened_at": datetime(9999, 12, 31, tzinfo=timezone.utc)}},
            "no date any more",
        ),
    ],
)
def test_evaluate__timer_needs_both_moments(facts: dict[str, object], expected: str) -> None:
    with pytest.raises(ConditionError, match="Condition 'timeout:1d', position 1") as caught:
        parse("timeout:1d").evaluate(facts)
    assert expected in caught.value.message.replace("null", "NoneType")


# -- what a condition says about itself ----------------------------------------------------------------------


def test_condition__timer_properties() -> None:
    condition = parse("timeout:96h")
    assert (condition.is_timeout, condition.timeout) == (True, timedelta(days=4))
    assert (condition.is_blank, condition.outcomes, condition.names()) == (False, (), frozenset())


def test_condition__blank_properties() -> None:
    condition = parse(" ")
    assert (condition.is_blank, condition.is_timeout, condition.timeout) == (True, False, None)
    assert (condition.outcomes, condition.names()) == ((), frozenset())


def test_condition__is_a_value() -> None:
    assert isinstance(parse("eq:A"), Condition)
    assert {parse("eq:A"): 1}[parse(" EQ: A")] == 1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("eq:A", {"outcome"}),
        ("notin:A", {"outcome"}),
        ("true", set()),
        ("wfobject.days > 3 and not data.x", {"wfobject.days", "data.x"}),
        (
            "1 < data.x < 3 or instance.user.username in ['a', outcome]",
            {"data.x", "instance.user.username", "outcome"},
        ),
    ],
)
def test_names__are_dotted_with_root(text: str, names: set[str]) -> None:
    assert parse(text).names() == names


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("A", ("A",)),
        ("eq:A", ("A",)),
        ("in:A, B,A", ("A", "B")),
        ("in:", ()),
        ("ne:A", ("A",)),
        ("notin:A", ("A",)),
        ("outcome == 'A'", ("A",)),
        ("'A' == outcome", ("A",)),
        ("(instance.condition == 'A')", ("A",)),
        ("instance.condition == 'A' or outcome in ('B', 'A') or outcome == 'C'", ("A", "B", "C")),
        ("outcome in ['A','B']", ("A", "B")),
        ("outcome in ['A', 1]", ("A", "1")),
        ("outcome in ['A', data.x]", ("A",)),
        ("outcome in 'A'", ("A",)),
        ("outcome == 1", ("1",)),
        ("'A' in outcomes", ()),
        ("outcome == 'A' or wfobject.days > 3", ("A",)),
        ("outcome == 'A' and wfobject.days > 3", ("A",)),
        ("outcome == data.x == 'A'", ()),
        ("wfobject.name in ['A']", ()),
        ("wfobject.name == 'A'", ()),
        ("not outcome == 'A'", ("A",)),
        ("true", ()),
        ("outcome == true or outcome == null", ()),
        ("workitem.condition == 'A'", ("A",)),
        ("(outcome or 'A') == 'B' and not (data.y == 'C' or outcome != 'D')", ("B", "D")),
        ("eq:", ()),
        ("timeout:3d", ()),
    ],
)
def test_outcomes__are_those_named_beside_the_outcome(text: str, outcomes: tuple[str, ...]) -> None:
    assert parse(text).outcomes == outcomes


def test_joined_outcomes__are_those_looked_for_among_those_of_a_join() -> None:
    assert parse("'A' in outcomes or outcome == 'B' or 'C' not in outcomes").joined_outcomes == ("A", "C")


# -- strategies and explanations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outcome", "compatible"),
    [
        ("outcome ==", "outcome ==", True),
        (" outcome == ", "outcome ==", True),
        ("outcome ==", "A", False),
        ("wfobject.missing", "wfobject.missing", True),
        ("data.é ==", "data.e\N{COMBINING ACUTE ACCENT} ==", True),
        ("outcome ==", None, False),
        ("outcome ==", 5, False),
    ],
)
def test_evaluate__strategies(text: str, outcome: object, compatible: bool) -> None:
    assert evaluate(text, {"outcome": outcome}) is compatible
    assert evaluate(text, {"outcome": outcome}, strategy="strict") is False


def test_explain__shows_what_was_read() -> None:
    explanation = explain(" wfobject.amount > 1000 or data.missing", FACTS)
    assert explanation.as_dict() == {
        "source": "wfobject.amount > 1000 or data.missing",
        "value": True,
        "operands": {"wfobject.amount": "1500.50", "data.missing": None},
        "problem": None,
    }


def test_explain__shows_a_text_as_it_was_read() -> None:
    explanation = explain("data.exact > 1000 or wfobject.pause > '1d'", FACTS)
    assert explanation.operands == {"data.exact": "1500.00", "wfobject.pause": "1 day, 0:00:00"}


def test_explain__shows_both_moments_of_a_timer() -> None:
    operands = explain("timeout:1d", FACTS).operands
    assert operands == {"now": "2026-03-09T12:00:00+00:00", "workitem.opened_at": "2026-03-05T12:00:00+00:00"}


def test_explain__carries_a_run_time_problem() -> None:
    explanation = explain("wfobject.missing", FACTS, strategy="strict")
    assert (explanation.value, explanation.operands) == (False, {})
    assert explanation.problem == (
        "Condition 'wfobject.missing', position 1: expected a readable name;"
        " 'wfobject.missing' is an unknown name."
    )


def test_explain__carries_a_grammar_problem() -> None:
    explanation = explain("outcome ==", {"outcome": "outcome =="})
    assert (explanation.source, explanation.value) == ("outcome ==", True)
    assert explanation.operands == {"outcome": "outcome =="}
    assert explanation.problem is not None


def test_explain__shortens_values() -> None:
    facts = {
        "outcome": "x\0\ud800" + "y" * 300,
        "data": {
            "a": {"b": [[["deep"]], date(2026, 1, 1)]},
            "n": 10**5000,
            "f": float("inf"),
            "g": 0.5,
            "o": object(),
            "t": True,
        },
    }
    operands = explain("outcome == data.a or data.n and data.f or data.g or data.o or data.t", facts).operands
    assert json.loads(json.dumps(operands, allow_nan=False)) == {
        "outcome": "x\N{REPLACEMENT CHARACTER}?" + "y" * 252,
        "data.a": {"b": ["...", "2026-01-01"]} | {"b": [["..."], "2026-01-01"]},
        "data.n": "<integer of 16610 bits>",
        "data.f": "inf",
        "data.g": 0.5,
        "data.o": "<object>",
        "data.t": True,
    }


# -- errors --------------------------------------------------------------------------------------------------


def test_condition_error__says_where_and_what() -> None:
    error = ConditionError("outcome ==", 10, "a value")
    assert str(error) == "Condition 'outcome ==', position 11: expected a value."
    assert (error.code, error.details["position"]) == ("condition-error", 10)
    assert isinstance(error, DefinitionError)


def test_condition_error__shortens_long_texts() -> None:
    assert "'" + "x" * 80 + "...'" in ConditionError("x" * 500, 0, "less").message


def test_condition_error__survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(ConditionError("a", 0, "b")))
    assert (error.text, error.position, error.expected) == ("a", 0, "b")


def test_goflow_error__carries_details() -> None:
    error = GoflowError("Nothing works.", details={"id": 1})
    assert (error.code, error.message, error.details) == ("goflow-error", "Nothing works.", {"id": 1})


# -- any text, any facts -------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        *(
            "outcome",
            "outcomes",
            "instance",
            "workitem",
            "wfobject",
            "data",
            ".",
            "condition",
            "days",
            "x",
            "_x",
        ),
        *(
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "=",
            "in",
            "not",
            "is",
            "and",
            "or",
            "(",
            ")",
            "[",
            "]",
            ",",
            "-",
        ),
        *(
            "'A'",
            '"B"',
            "'",
            '"',
            "\\",
            "1",
            "2.5",
            "true",
            "None",
            "eq:",
            "ne:",
            "in:",
            "notin:",
            "timeout:",
            "3d",
        ),
        *(
            " ",
            "\n",
            "time_out(",
            "timeout(",
            "delay=",
            "unit=",
            "'days'",
            "é",
            "e\u0301",
            "\0",
            "\ud800",
            "ı",
            "İ",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(),
    st.lists(FRAGMENTS, max_size=30).map(" ".join),
    st.lists(FRAGMENTS, max_size=30).map("".join),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.builds(object),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
ROOT_DICT = st.fixed_dictionaries(
    {}, optional={"condition": VALUES, "days": VALUES, "x": VALUES, "opened_at": VALUES}
)
ANY_FACTS = st.fixed_dictionaries(
    {},
    optional={
        "outcome": VALUES,
        "outcomes": VALUES,
        "now": VALUES,
        "instance": ROOT_DICT,
        "workitem": ROOT_DICT | VALUES,
        "wfobject": ROOT_DICT,
        "data": ROOT_DICT,
    },
)


def stored_or_none(text: str) -> str | None:
    try:
        return normalise(text)
    except ConditionError:
        return None


@given(TEXTS)
def test_normalise__any_text_is_stored_stably_or_refused(text: str) -> None:
    stored = stored_or_none(text)
    assert stored is None or normalise(stored) == stored


@given(TEXTS, st.text(max_size=5))
def test_normalise__stored_text_means_the_same(text: str, outcome: str) -> None:
    stored = stored_or_none(text)
    assert stored is None or evaluate(stored, {"outcome": outcome}) is evaluate(text, {"outcome": outcome})


@given(TEXTS, ANY_FACTS)
def test_evaluate__never_raises(text: str, facts: dict[str, object]) -> None:
    assert evaluate(text, facts) in {True, False}
    assert evaluate(text, facts, strategy="strict") in {True, False}


@given(TEXTS, ANY_FACTS)
def test_explain__is_always_json(text: str, facts: dict[str, object]) -> None:
    assert json.dumps(explain(text, facts).as_dict(), allow_nan=False)


@given(TEXTS)
def test_evaluate__facts_that_are_no_dict_never_raise(text: str) -> None:
    assert evaluate(text, NOW) in {True, False}


@pytest.mark.parametrize("text", ["P999999999DT99H00M00S", "-P999999999DT23H00M00S"])
@pytest.mark.parametrize("other", ["'3d'", "'P1DT00H00M00S'", "5"])
def test_text_longer_than_any_duration_is_a_text(text: str, other: str) -> None:
    assert evaluate(f"data.x == {other}", {"data": {"x": text}}) is False
