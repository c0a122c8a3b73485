from __future__ import annotations

import json
from dataclasses import replace
from string import Formatter

import pytest

from goflow.core.graph import (
    ActivityDef,
    EscalationAction,
    EscalationDef,
    JoinMode,
    Kind,
    ProcessDef,
    SplitMode,
    TransitionDef,
)
from goflow.core.lint import Known, Problem, Severity, problems
from goflow.core.problem_texts import TEXTS
from tests.core.builders import process


def staffed(definition: ProcessDef) -> ProcessDef:
    """
    Somebody is named for every activity, so that only the problem under test is left.
    """
    named = tuple(replace(a, roles=("clerk",)) for a in definition.activities)
    return replace(definition, activities=named)


def codes(definition: ProcessDef, known: Known | None = None) -> list[str]:
    return [problem.code for problem in problems(staffed(definition), known)]


def only(definition: ProcessDef, code: str, known: Known | None = None) -> Problem:
    (found,) = [problem for problem in problems(definition, known) if problem.code == code]
    return found


def with_activity(definition: ProcessDef, key: str, **changes: object) -> ProcessDef:
    changed = tuple(replace(a, **changes) if a.key == key else a for a in definition.activities)
    return replace(definition, activities=changed)


def with_transition(definition: ProcessDef, key: str, **changes: object) -> ProcessDef:
    changed = tuple(replace(t, **changes) if t.key == key else t for t in definition.transitions)
    return replace(definition, transitions=changed)


# The problem itself


def test_sound_process_has_no_problems() -> None:
    assert codes(process("a->b", "b->c", end="c")) == []


def test_problem_is_json_serialisable() -> None:
    found = only(process("a->b outcome =="), "condition-syntax").as_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["severity"] == "error"
    assert found["elements"] == ["a->b"]


def test_sentences_are_filled_in() -> None:
    found = only(with_activity(process("a->b"), "b", title=""), "label-required")
    assert (found.message, found.fix) == ("The activity “b” has no title.", "Give it a title.")


def test_titles_with_braces_are_shown_as_they_are() -> None:
    found = only(with_activity(process("a->b", "x->b"), "x", title="{0} {x}"), "unreachable")
    assert found.message == "“{0} {x}” can never be reached from the begin activity."


def test_fixes_need_no_parameters() -> None:
    assert [
        code for code, text in TEXTS.items() if any(name for _, name, _, _ in Formatter().parse(text.fix))
    ] == []


# Structure


def test_empty_process_has_no_begin_and_no_end() -> None:
    assert codes(ProcessDef("p", "P")) == ["one-start", "end-required"]


def test_unknown_begin() -> None:
    assert codes(replace(process("a->b"), begin="ghost")) == ["unknown-begin"]


def test_unknown_end() -> None:
    assert codes(process("a->b", end="ghost")) == ["unknown-end"]


def test_blank_end_with_a_sink_is_fine() -> None:
    assert codes(process("a->b", "a->c", end="")) == []


def test_process_without_any_end() -> None:
    assert codes(process("a->b", "b->a")) == ["end-required"]


def test_transitions_out_of_the_end() -> None:
    found = only(process("a->b", "b->a eq:X", end="b"), "end-has-outgoing")
    assert (found.severity, found.elements) == (Severity.ERROR, ("b", "b->a"))


def test_unreachable_activity() -> None:
    assert only(process("a->b", "x->b"), "unreachable").elements == ("x",)


def test_reachability_needs_a_begin() -> None:
    assert "unreachable" not in codes(replace(process("a->b", "x->b"), begin=""))


def test_no_path_to_an_end() -> None:
    found = [
        p.elements for p in problems(process("a->b", "a->c", "c->d", "d->c")) if p.code == "no-path-to-end"
    ]
    assert found == [("c",), ("d",)]


def test_self_loop_is_a_warning() -> None:
    found = only(process("a->b", "a->a eq:AGAIN"), "self-loop")
    assert (found.severity, found.elements) == (Severity.WARNING, ("a->a",))


def test_same_edge_twice() -> None:
    assert only(process("a->b OK", "a->b eq:OK"), "duplicate-edge").elements == ("a->b", "a->b#2")


def test_broken_conditions_may_be_doubled() -> None:
    assert "duplicate-edge" in codes(process("a->b outcome ==", "a->b outcome =="))


def test_two_edges_with_different_conditions_are_fine() -> None:
    assert codes(process("a->b eq:OK", "a->b eq:NO")) == []


def test_loop_to_the_begin_is_fine() -> None:
    assert codes(process("a->b", "b->a eq:AGAIN", "b->c", xor="b")) == []


def test_transition_to_nowhere() -> None:
    definition = replace(process("a->b"), transitions=(TransitionDef("t", "ghost", "b", name="To b"),))
    found = only(definition, "unknown-activity")
    assert (found.elements, found.params) == (("t",), {"name": "To b", "key": "ghost"})


def test_second_way_to_end_is_a_warning() -> None:
    found = only(process("a->b", "a->c", end="b"), "dangling-end")
    assert (found.severity, found.elements) == (Severity.WARNING, ("c",))


def test_terminating_ends_beside_the_end_are_fine() -> None:
    assert codes(process("a->b", "a->c", end="b", terminate="c")) == []


# Titles and keys


def test_blank_title() -> None:
    assert codes(with_activity(process("a->b"), "b", title="  ")) == ["label-required"]


def test_long_title() -> None:
    assert codes(with_activity(process("a->b"), "b", title="x" * 101)) == ["title-too-long"]


def test_title_of_the_greatest_length_is_fine() -> None:
    assert codes(with_activity(process("a->b"), "b", title="x" * 100)) == []


def test_duplicate_titles() -> None:
    assert only(with_activity(process("a->b"), "b", title=" A "), "duplicate-title").elements == ("a", "b")


def test_duplicate_activity_keys() -> None:
    doubled = (ActivityDef("a", "A"), ActivityDef("a", "Other"))
    assert only(ProcessDef("p", "P", doubled, begin="a"), "duplicate-key").elements == ("a",)


def test_duplicate_transition_keys() -> None:
    definition = process("a->b eq:X", "a->c")
    same = tuple(replace(t, key="t") for t in definition.transitions)
    assert only(replace(definition, transitions=same), "duplicate-key").elements == ("t",)


# Conditions


def test_condition_syntax_names_the_position() -> None:
    found = only(process("a->b wfobject.days >"), "condition-syntax")
    assert found.params["position"] == 16
    assert found.params["condition"] == "wfobject.days >"


def test_timeout_syntax() -> None:
    assert codes(process("a->b timeout:soon", "a->c")) == ["condition-syntax"]


def test_unknown_field_of_the_object() -> None:
    definition = process("a->b wfobject.days > 3 and wfobject.dayz > 3")
    assert (
        only(definition, "unknown-field", Known(fields=frozenset({"days"}))).params["field"]
        == "wfobject.dayz"
    )


def test_fields_are_not_checked_without_a_model() -> None:
    assert codes(process("a->b wfobject.anything == 1")) == []


@pytest.mark.parametrize("name", ["instance.title", "workitem.user.username", "data.x", "outcome"])
def test_readable_names(name: str) -> None:
    assert codes(process(f"a->b {name} == 'x'")) == []


@pytest.mark.parametrize("name", ["instance.password", "workitem.user.email"])
def test_unreadable_names(name: str) -> None:
    assert codes(process(f"a->b {name} == 'x'")) == ["unknown-field"]


# Splits and joins


def test_several_blank_ways_out_of_xor() -> None:
    found = only(process("a->b", "a->c", "a->d eq:X", xor="a"), "ambiguous-branch")
    assert (found.severity, found.elements) == (Severity.ERROR, ("a", "a->b", "a->c"))


def test_several_blank_ways_out_of_and_are_fine() -> None:
    assert codes(process("a->b", "a->c")) == []


def test_xor_without_otherwise() -> None:
    assert codes(process("a->b data.days>3", "a->c eq:Y", xor="a")) == ["missing-default"]


def test_xor_between_outcomes_that_a_person_chooses() -> None:
    assert codes(process("a->b eq:X", "a->c eq:Y", xor="a")) == []


def test_xor_with_one_way_out_is_fine() -> None:
    assert codes(process("a->b eq:X", xor="a")) == []


def test_overlapping_branches() -> None:
    found = only(process("a->b in:X,Y", "a->c in:Y,Z", "a->d", xor="a"), "overlap-branch")
    assert (found.elements, found.params["outcomes"]) == (("a", "a->b", "a->c"), "Y")


def test_outcomes_of_the_item_decide_and_overlap_too() -> None:
    definition = process("a->b workitem.condition == 'X'", "a->c outcome == 'X' or data.x", xor="a")
    assert codes(definition) == ["overlap-branch"]
    assert codes(process("a->b workitem.condition == 'X'", "a->c instance.condition == 'Y'", xor="a")) == []


def test_a_decision_beside_a_further_condition_may_lead_nowhere_and_overlaps_nothing() -> None:
    definition = process("a->b outcome == 'X' and data.x > 1", "a->c outcome == 'X' and data.x <= 1", xor="a")
    assert codes(definition) == ["missing-default"]


def test_broken_conditions_do_not_overlap() -> None:
    assert "overlap-branch" not in codes(process("a->b outcome ==", "a->c eq:X", "a->d", xor="a"))


def test_join_with_one_way_in() -> None:
    assert only(process("a->b", joins={"b": "and"}), "fake-join").severity is Severity.WARNING


def test_real_join_is_fine() -> None:
    assert codes(process("a->b", "a->c", "b->j", "c->j", joins={"j": "or"})) == []


# Timeouts


def test_activity_left_by_timeouts_only() -> None:
    found = only(process("a->b timeout:3d"), "timeouts-only")
    assert (found.severity, found.elements) == (Severity.ERROR, ("a", "a->b"))


def test_timeouts_beside_other_ways_are_fine() -> None:
    assert codes(process("a->b timeout:3d", "a->c")) == []


@pytest.mark.parametrize("kind", ["dummies", "automatic"])
def test_timeouts_that_never_fire(kind: str) -> None:
    assert "timeout-never-fires" in codes(process("a->d", "d->b timeout:3d", "d->c", **{kind: "d"}))


# Who and what


def test_subflows_are_not_run_yet() -> None:
    definition = process("a->b", "b->c timeout:1d", "b->d")
    definition = with_activity(definition, "b", kind=Kind.SUBFLOW, subflow="other")
    assert codes(definition) == ["subflow-not-supported"]


def test_automatic_activity_needs_an_application() -> None:
    assert codes(with_activity(process("a->b"), "b", autostart=True)) == ["no-application"]


def test_dummies_need_no_application() -> None:
    assert codes(with_activity(process("a->b", dummies="b"), "b", autostart=True)) == []


def test_activity_open_to_everyone_is_a_warning() -> None:
    found = only(process("a->b"), "open-to-everyone")
    assert (found.severity, found.elements) == (Severity.WARNING, ("b",))


def test_push_application_names_somebody() -> None:
    definition = with_activity(process("a->b"), "b", push_application="route_to_requester")
    assert [p.code for p in problems(definition)] == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown-application", {"application": "x"}),
        ("unknown-push-application", {"push_application": "x"}),
        ("unknown-form", {"form_class": "x"}),
        ("unknown-role", {"roles": ("x",)}),
        ("unknown-role", {"sla_roles": ("x",), "roles": ("clerk",)}),
        ("unknown-role", {"escalations": (EscalationDef("1d", EscalationAction.REMIND, ("x",)),)}),
    ],
)
def test_unknown_names(code: str, changes: dict[str, object]) -> None:
    nothing: frozenset[str] = frozenset()
    known = Known(nothing, nothing, nothing, nothing, frozenset({"clerk"}))
    found = only(with_activity(process("a->b"), "b", **changes), code, known)
    assert (found.elements, found.params["name"]) == (("b",), "x")


def test_forms_with_files_are_errors() -> None:
    known = Known(form_files={"upload": ("paper", "photo"), "plain": ()}, start_files=("scan",))
    definition = with_activity(process("a->b"), "b", form_class="upload")
    found = only(definition, "file-in-form", known)
    assert (found.severity, found.elements, found.params["fields"]) == (
        Severity.ERROR,
        ("b",),
        "paper, photo",
    )
    assert only(definition, "file-in-start-form", known).elements == ()
    assert "file-in-form" not in codes(with_activity(process("a->b"), "b", form_class="plain"), known)


def test_key_of_a_step_and_of_a_start_form() -> None:
    found = only(process("a->b"), "key-taken-twice", Known(start_fields=frozenset({"b", "c"})))
    assert (found.severity, found.elements) == (Severity.ERROR, ("b",))


def test_unknown_hook() -> None:
    definition = with_transition(process("a->b"), "a->b", pre_hook="before", post_hook="after")
    found = only(definition, "unknown-hook", Known(hooks=frozenset({"before"})))
    assert (found.elements, found.params["name"]) == (("a->b",), "after")


def test_known_names_are_fine() -> None:
    definition = with_activity(process("a->b"), "b", application="x")
    assert codes(definition, Known(applications=frozenset({"x"}))) == []


def test_groups_without_members() -> None:
    definition = staffed(process("a->b"))
    found = only(definition, "nobody-can-do-it", Known(empty_groups=frozenset({"clerk", "boss"})))
    assert (found.elements, found.params["names"]) == (("b",), "clerk")


@pytest.mark.parametrize("changes", [{"allowed_users": ("ada",)}, {"push_application": "route_to_user"}])
def test_somebody_can_do_it_all_the_same(changes: dict[str, object]) -> None:
    definition = with_activity(process("a->b"), "b", **changes)
    assert codes(definition, Known(empty_groups=frozenset({"clerk"}))) == []


def test_one_group_with_members_is_enough() -> None:
    definition = with_activity(staffed(process("a->b")), "b", allowed_groups=("crew",))
    assert problems(definition, Known(empty_groups=frozenset({"clerk"}))) == ()


def test_activity_without_a_page() -> None:
    known = Known(generic_form=False)
    definition = with_activity(process("a->b", "b->c", end="c"), "a", form_class="leave")
    assert [p.elements for p in problems(definition, known) if p.code == "no-form"] == [("b",)]


def calling(subflow: str) -> ProcessDef:
    return with_activity(process("a->b"), "b", kind=Kind.SUBFLOW, subflow=subflow)


def test_subflow_without_a_process() -> None:
    assert "no-subflow" in codes(calling(""))


def test_subflow_that_is_not_published() -> None:
    known = Known(subflows={"other": frozenset()})
    assert only(calling("ghost"), "subflow-unpublished", known).params["name"] == "ghost"
    assert "subflow-unpublished" not in codes(calling("other"), known)


def test_subflow_that_leads_back() -> None:
    known = Known(subflows={"other": frozenset({"more"}), "more": frozenset({"p"})})
    assert only(calling("other"), "subflow-cycle", known).elements == ("b",)
    assert "subflow-cycle" in codes(calling("p"))


# Time limits


def test_sla_syntax() -> None:
    assert codes(with_activity(process("a->b"), "b", sla_duration="soon")) == ["sla-syntax"]


def test_sla_warning_before_the_limit_is_fine() -> None:
    assert codes(with_activity(process("a->b"), "b", sla_duration="3d", sla_warn="48h")) == []


def test_sla_warning_after_the_limit() -> None:
    assert codes(with_activity(process("a->b"), "b", sla_duration="1d", sla_warn="24h")) == ["sla-order"]


def test_sla_warning_without_a_limit() -> None:
    found = only(with_activity(process("a->b"), "b", sla_warn="24h"), "sla-order")
    assert found.params == {"title": "B", "warn": "24h", "duration": "–"}


REMIND, REASSIGN, PRIORITY = EscalationAction


def escalated(*steps: EscalationDef) -> ProcessDef:
    return with_activity(process("a->b"), "b", escalations=steps)


def test_an_escalation_in_order_is_fine() -> None:
    steps = (
        EscalationDef("1d", REMIND),
        EscalationDef("1d", REASSIGN, ("boss",)),
        EscalationDef("2d", PRIORITY, (), 5),
    )
    assert codes(escalated(*steps)) == []


@pytest.mark.parametrize("after", ["", "soon"])
def test_a_step_that_does_not_say_when(after: str) -> None:
    found = only(escalated(EscalationDef("1d", REMIND), EscalationDef(after, REMIND)), "escalation-syntax")
    assert (found.elements, found.params) == (("b",), {"title": "B", "step": 2, "after": after})


def test_a_step_that_gives_the_work_to_nobody() -> None:
    assert only(escalated(EscalationDef("1d", REASSIGN)), "escalation-roles").params["step"] == 1


@pytest.mark.parametrize("priority", [0, -1])
def test_a_step_that_raises_the_priority_to_nothing(priority: int) -> None:
    steps = [EscalationDef("1d", PRIORITY, priority=priority)]
    assert only(escalated(*steps), "escalation-priority").params["step"] == 1


def test_a_step_before_the_one_above_it() -> None:
    steps = EscalationDef("2d", REMIND), EscalationDef("?", REMIND), EscalationDef("1d", REMIND)
    assert codes(escalated(*steps)) == ["escalation-syntax", "escalation-order"]
    assert only(escalated(*steps), "escalation-order").params["step"] == 3


def test_modes_are_named_in_messages() -> None:
    definition = with_activity(process("a->b"), "b", join_mode=JoinMode.OR, split_mode=SplitMode.XOR)
    assert only(definition, "fake-join").params["mode"] == "or"
