from __future__ import annotations

from goflow.core.graph import ActivityDef, Kind, ProcessDef, SplitMode, TransitionDef
from goflow.desk.outcomes import OutcomeButton, buttons


def graph(*ways: TransitionDef, **decide: object) -> ProcessDef:
    return ProcessDef(
        code="p",
        title="P",
        begin="decide",
        activities=(
            ActivityDef("decide", "Decide", split_mode=SplitMode.XOR, **decide),
            ActivityDef("yes", "HR review"),
            ActivityDef("no", "Refine"),
            ActivityDef("route", "Route", kind=Kind.DUMMY, split_mode=SplitMode.XOR),
        ),
        transitions=ways,
    )


def way(target: str, condition: str = "", name: str = "", source: str = "decide") -> TransitionDef:
    return TransitionDef(f"{source}-{target}-{condition}", source, target, name, condition)


def test_d43_transition_name_labels_its_one_value() -> None:
    found = buttons(graph(way("yes", "eq:APPROVED", "Approve"), way("no", "eq:REJECTED", "Reject")), "decide")
    assert found == (
        OutcomeButton("APPROVED", "Approve", ("HR review",)),
        OutcomeButton("REJECTED", "Reject", ("Refine",)),
    )


def test_several_values_label_themselves() -> None:
    found = buttons(graph(way("yes", "in:A,B", "Either")), "decide")
    assert [(button.value, button.label) for button in found] == [("A", "A"), ("B", "B")]


def test_d44_value_is_the_outcome_not_the_condition() -> None:
    assert buttons(graph(way("yes", "eq:OK")), "decide")[0].label == "OK"


def test_blank_transition_gives_a_button_without_outcome() -> None:
    assert buttons(graph(way("yes")), "decide") == (OutcomeButton(None, "Done", ("HR review",)),)


def test_named_blank_transition_gives_its_name() -> None:
    assert buttons(graph(way("yes", "", "Send on")), "decide")[0].label == "Send on"


def test_otherwise_stands_beside_named_outcomes() -> None:
    found = buttons(graph(way("yes", "eq:OK"), way("no", "", "Otherwise")), "decide")
    assert [(button.value, button.label, button.leads_to) for button in found] == [
        ("OK", "OK", ("HR review",)),
        (None, "Otherwise", ("Refine",)),
    ]


def test_timeouts_give_no_button() -> None:
    found = buttons(graph(way("yes", "eq:OK"), way("no", "timeout:3d", "Late")), "decide")
    assert [button.label for button in found] == ["OK"]


def test_expressions_give_one_button_and_lead_to_all_that_may_hold() -> None:
    found = buttons(graph(way("yes", "data.days > 5"), way("no", "data.days <= 5")), "decide")
    assert found == (OutcomeButton(None, "Done", ("HR review", "Refine")),)


def test_end_has_one_button() -> None:
    assert buttons(graph(), "decide") == (OutcomeButton(None, "Done", ()),)


def test_parameter_replaces_the_conditions() -> None:
    found = buttons(graph(way("yes", "ne:NO"), app_params={"ok_values": ["GO", "NO"]}), "decide")
    assert [(button.label, button.leads_to) for button in found] == [("GO", ("HR review",))]


def test_host_page_replaces_the_parameter() -> None:
    found = buttons(graph(way("yes"), app_params={"ok_values": ["GO"]}), "decide", ok_values=("STOP",))
    assert [button.value for button in found] == ["STOP"]


def test_routing_activities_are_looked_through() -> None:
    found = buttons(
        graph(
            way("route", "eq:OK"),
            way("yes", "eq:OK", source="route"),
            way("no", "eq:NO", source="route"),
        ),
        "decide",
    )
    assert found[0].leads_to == ("HR review",)


def test_unreadable_condition_is_the_outcome_itself() -> None:
    assert buttons(graph(way("yes", "outcome ==")), "decide")[0] == OutcomeButton(
        "outcome ==", "outcome ==", ("HR review",)
    )
