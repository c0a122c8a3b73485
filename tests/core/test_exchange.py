from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goflow.core import exchange
from goflow.core.exchange import ExchangeError, from_dict, slug, to_dict
from goflow.core.graph import (
    ActivityDef,
    EscalationAction,
    EscalationDef,
    JoinMode,
    Kind,
    NodeType,
    ProcessDef,
    SplitMode,
    TransitionDef,
)
from tests.core.builders import process

HEAD = {"format": "goflow-process", "format_version": 1}

FULL = ProcessDef(
    code="leave",
    title="Leave request",
    activities=(
        ActivityDef(
            "begin",
            "Begin",
            node_type=NodeType.APPROVAL,
            description="First",
            split_mode=SplitMode.XOR,
            push_application="route_to_secretary",
            push_params={"b": 1, "a": [True, None, 1.5, {"x": "y"}]},
            application="checkstatus",
            app_params={"ok_values": ["OK", "Denied"]},
            form_class="leave.Form",
            form_template="leave/form.html",
            roles=("secretary",),
            allowed_groups=("g",),
            allowed_users=("u", "v"),
            sla_duration="3d",
            sla_warn="1d",
            sla_roles=("boss",),
            escalations=(
                EscalationDef("1d", EscalationAction.REMIND),
                EscalationDef("2d", EscalationAction.REASSIGN, roles=("boss",)),
                EscalationDef("3d", EscalationAction.PRIORITY, priority=5),
            ),
            compensation_handler="undo",
            position=(40, -8),
        ),
        ActivityDef("auto", "Auto", autostart=True, autofinish=False, join_mode=JoinMode.AND),
        ActivityDef("sub", "Sub", kind=Kind.SUBFLOW, subflow="other"),
        ActivityDef("end", "End", terminate=True),
    ),
    transitions=(
        TransitionDef("t1", "begin", "auto", "Go", "eq:OK", 10, "before", "after", "Why"),
        TransitionDef("t2", "auto", "end", ordering=0),
        TransitionDef("t3", "auto", "sub", condition="timeout:3d", ordering=5),
    ),
    begin="begin",
    end="end",
    version=3,
    description="All of it",
    priority=-1,
    content_type="leave.leaverequest",
)


def data(**body: object) -> dict[str, Any]:
    return {**HEAD, "title": "P", **body}


def refusal(value: object) -> tuple[str, str]:
    with pytest.raises(ExchangeError) as caught:
        from_dict(value)
    return caught.value.path, caught.value.problem


# Out and back


def test_everything_comes_back() -> None:
    assert from_dict(json.loads(json.dumps(to_dict(FULL)))) == FULL


def test_export_is_deterministic() -> None:
    turned = replace(FULL.activities[0], push_params=dict(reversed(FULL.activities[0].push_params.items())))
    again = replace(FULL, activities=(turned, *FULL.activities[1:]))
    assert json.dumps(to_dict(again)) == json.dumps(to_dict(FULL))


def test_defaults_are_left_out() -> None:
    assert to_dict(process("a->b")) == {
        "format": "goflow-process",
        "format_version": 1,
        "code": "p",
        "title": "P",
        "begin": "a",
        "activities": [{"key": "a", "title": "A"}, {"key": "b", "title": "B"}],
        "transitions": [{"key": "a->b", "source": "a", "target": "b", "ordering": 10}],
    }


def test_an_escalation_is_written_without_what_it_does_not_use() -> None:
    assert to_dict(FULL)["activities"][0]["escalations"] == [
        {"after": "1d", "action": "remind"},
        {"after": "2d", "action": "reassign", "roles": ["boss"]},
        {"after": "3d", "action": "priority", "priority": 5},
    ]


@pytest.mark.parametrize(
    ("steps", "path", "said"),
    [
        ("1d", "escalations", "expected a list"),
        (["1d"], "escalations[0]", "expected an object"),
        ([{"action": "remind"}], "escalations[0].after", "is missing"),
        ([{"after": "1d"}], "escalations[0].action", "is missing"),
        ([{"after": 1, "action": "remind"}], "escalations[0].after", "expected a text"),
        ([{"after": "1d", "action": "shout"}], "escalations[0].action", "remind, reassign, priority"),
        ([{"after": "1d", "action": "remind", "roles": "x"}], "escalations[0].roles", "expected a list"),
        ([{"after": "1d", "action": "priority", "priority": "x"}], "escalations[0].priority", "whole number"),
        ([{"after": "1d", "action": "remind", "who": "x"}], "escalations[0].who", "is unknown"),
        ([{"after": "1d", "action": "remind"}] * 21, "escalations", "at most 20"),
    ],
)
def test_what_is_no_escalation_is_refused(steps: object, path: str, said: str) -> None:
    place, problem = refusal(data(activities=[{"title": "A", "escalations": steps}]))
    assert place == f"activities[0].{path}"
    assert said in problem


def test_conditions_are_exported_in_stored_form() -> None:
    assert to_dict(process("a->b APPROVED"))["transitions"][0]["condition"] == "eq:APPROVED"


def test_broken_conditions_are_exported_as_they_are() -> None:
    assert to_dict(process("a->b outcome =="))["transitions"][0]["condition"] == "outcome =="


KEYS = st.text("abcdefghij0123456789-_", min_size=1, max_size=6).filter(lambda key: key[0] not in "-_")
TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
CONDITIONS = st.sampled_from(["", "eq:OK", "in:A,B", "timeout:3d", "wfobject.days > 3", "true"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text("xyz"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("abc"), inner, max_size=2),
    max_leaves=4,
)
ACTIVITIES = st.lists(
    st.builds(
        ActivityDef,
        key=KEYS,
        title=TITLES,
        kind=st.sampled_from(Kind),
        autostart=st.booleans(),
        join_mode=st.sampled_from(JoinMode),
        split_mode=st.sampled_from(SplitMode),
        app_params=st.dictionaries(st.text("abc"), PLAIN, max_size=2),
        roles=st.lists(TITLES, max_size=2).map(tuple),
        position=st.none() | st.tuples(st.integers(-999, 999), st.integers(-999, 999)),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda a: a.key,
)


@st.composite
def definitions(draw: st.DrawFn) -> ProcessDef:
    activities = draw(ACTIVITIES)
    keys = st.sampled_from([a.key for a in activities])
    transitions = draw(
        st.lists(
            st.builds(
                TransitionDef,
                key=KEYS,
                source=keys,
                target=keys,
                name=st.text("ab ", max_size=5),
                condition=CONDITIONS,
                ordering=st.integers(0, 99),
            ),
            max_size=6,
            unique_by=lambda t: t.key,
        )
    )
    return ProcessDef(
        draw(KEYS), draw(TITLES), tuple(activities), tuple(transitions), draw(keys), draw(st.just("") | keys)
    )


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_import_undoes_export(definition: ProcessDef) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(definition)))) == definition


# Short files


def test_short_file_is_completed() -> None:
    definition = from_dict(
        data(
            title="Leave request",
            begin="ask-for-leave",
            activities=[
                {"title": "Ask for leave"},
                {"title": "Décider"},
                {"title": "批准"},
                {"title": "审核"},
            ],
            transitions=[
                {"source": "ask-for-leave", "target": "decider"},
                {"source": "decider", "target": "activity", "condition": "OK"},
                {"source": "decider", "target": "activity", "condition": "Later"},
            ],
        )
    )
    assert definition.code == "leave-request"
    assert [a.key for a in definition.activities] == ["ask-for-leave", "decider", "activity", "activity-2"]
    assert [(t.key, t.ordering, t.condition) for t in definition.transitions] == [
        ("ask-for-leave-decider", 10, ""),
        ("decider-activity", 20, "eq:OK"),
        ("decider-activity-2", 30, "eq:Later"),
    ]


def test_derived_keys_avoid_given_ones() -> None:
    definition = from_dict(data(activities=[{"title": "A"}, {"title": "Other", "key": "a"}]))
    assert [a.key for a in definition.activities] == ["a-2", "a"]


def test_code_of_a_title_without_latin_letters() -> None:
    assert from_dict(data(title="请假")).code == "process"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Update HR", "update-hr"),
        ("  Éléments -- & Co. ", "elements-co"),
        ("批准", ""),
        ("", ""),
        ("x" * 99 + " y", "x" * 99),
    ],
)
def test_slug(text: str, key: str) -> None:
    assert slug(text) == key


# Refusals


def test_error_names_path_and_problem() -> None:
    error = ExchangeError("activities[3].title", "is missing")
    assert (str(error), error.code) == ("activities[3].title: is missing", "exchange-error")
    assert error.details == {"path": "activities[3].title", "problem": "is missing"}


def test_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(ExchangeError("a", "b")))
    assert (error.path, error.problem) == ("a", "b")


A = {"key": "a", "title": "A"}
EDGE = {"source": "a", "target": "a"}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], ""),
        ({}, "format"),
        ({"format": "goflow-process"}, "format_version"),
        ({"format": "goflow-process", "format_version": True}, "format_version"),
        ({"format": "goflow-process", "format_version": 2}, "format_version"),
        ({"format": "goflow-process", "format_version": 0}, "format_version"),
        (HEAD, "title"),
        (data(extra=1), "extra"),
        (data(title=3), "title"),
        (data(title=" "), "title"),
        (data(title="x" * 101), "title"),
        (data(title="x\x00"), "title"),
        (data(title="x\ud800"), "title"),
        (data(code="Not a key"), "code"),
        (data(version="1"), "version"),
        (data(priority=2**31), "priority"),
        (data(description="x" * 10_001), "description"),
        (data(begin="ghost"), "begin"),
        (data(end="ghost"), "end"),
        (data(activities={}), "activities"),
        (data(activities=[A] * 1_001), "activities"),
        (data(activities=[3]), "activities[0]"),
        (data(activities=[{1: 2}]), "activities[0]"),
        (data(activities=[A, {}]), "activities[1].title"),
        (data(activities=[A, A]), "activities[1].key"),
        (data(activities=[{**A, "colour": "red"}]), "activities[0].colour"),
        (data(activities=[{**A, "kind": "magic"}]), "activities[0].kind"),
        (data(activities=[{**A, "kind": ["dummy"]}]), "activities[0].kind"),
        (data(activities=[{**A, "autostart": 1}]), "activities[0].autostart"),
        (data(activities=[{**A, "roles": "clerk"}]), "activities[0].roles"),
        (data(activities=[{**A, "roles": ["x", 3]}]), "activities[0].roles[1]"),
        (data(activities=[{**A, "position": [1]}]), "activities[0].position"),
        (data(activities=[{**A, "position": [1, 2, 3]}]), "activities[0].position"),
        (data(activities=[{**A, "position": [1, "2"]}]), "activities[0].position[1]"),
        (data(activities=[{**A, "app_params": []}]), "activities[0].app_params"),
        (data(activities=[{**A, "app_params": {"x": {1}}}]), "activities[0].app_params.x"),
        (data(activities=[{**A, "app_params": {"x": [float("inf")]}}]), "activities[0].app_params.x[0]"),
        (data(activities=[{**A, "app_params": {"x": "y" * 10_000}}]), "activities[0].app_params"),
        (
            data(activities=[{**A, "app_params": {"1": {"2": {"3": {"4": {"5": []}}}}}}]),
            "activities[0].app_params.1.2.3.4.5",
        ),
        (data(transitions=[EDGE]), "transitions[0].source"),
        (data(activities=[A], transitions=[{"source": "a"}]), "transitions[0].target"),
        (data(activities=[A], transitions=[{**EDGE, "target": "b"}]), "transitions[0].target"),
        (data(activities=[A], transitions=[{**EDGE, "condition": "outcome =="}]), "transitions[0].condition"),
        (data(activities=[A], transitions=[{**EDGE, "condition": "x" * 2_001}]), "transitions[0].condition"),
        (data(activities=[A], transitions=[{**EDGE, "key": "t"}] * 2), "transitions[1].key"),
        (data(activities=[A], transitions=[EDGE] * 5_001), "transitions"),
        (data(activities=[A], transitions=[{**EDGE, "ordering": None}]), "transitions[0].ordering"),
    ],
)
def test_refused_with_the_path(value: object, path: str) -> None:
    assert refusal(value)[0] == path


def test_unknown_name_lists_the_known_ones() -> None:
    assert refusal(data(activities=[A], transitions=[{**EDGE, "form": "x"}]))[1].startswith(
        "is unknown; expected one of condition, description, key, name, ordering"
    )


def test_newer_file_asks_for_an_update() -> None:
    assert refusal({**HEAD, "format_version": 2})[1] == "2 is newer than 1; update goflow to read it"


def test_older_file_is_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade(body: Mapping[str, object]) -> dict[str, object]:
        return {"title": body["name"]}

    monkeypatch.setattr(exchange, "UPGRADERS", {0: upgrade})
    old = {"format": "goflow-process", "format_version": 0, "name": "Old"}
    assert from_dict(old).title == "Old"
