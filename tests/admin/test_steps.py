from __future__ import annotations

import pytest
from django import forms
from django.urls import reverse

from goflow.admin.steps import StepsField
from tests.admin.test_parts import activity_data

TEXT = "4h remind\n1d reassign managers, IT experts\n2d priority 5"
STEPS = [
    {"after": "4h", "action": "remind"},
    {"after": "1d", "action": "reassign", "roles": ["managers", "IT experts"]},
    {"after": "2d", "action": "priority", "priority": 5},
]


def address(row):
    return reverse("admin:goflow_activity_change", args=[row.pk])


def test_lines_become_steps_and_lines_again():
    field = StepsField()
    assert field.clean(TEXT) == STEPS
    assert field.prepare_value(STEPS) == TEXT
    assert field.has_changed(STEPS, TEXT) is False


def test_lines_may_be_written_freely():
    assert StepsField().clean("\n  2 weeks  Remind  a ,, b \n") == [
        {"after": "2w", "action": "remind", "roles": ["a", "b"]}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon remind", "Line 1 is no step"),
        ("4h remind\n4h shout", "Line 2 is no step"),
        ("4q remind", "Line 1 is no step"),
        ("4h priority high", "Line 1 does not say to what"),
        ("4h priority ²", "Line 1 does not say to what"),
        ("4h priority " + "9" * 5000, "out of range"),
        ("\n".join(["1d remind"] * 21), "at most 20"),
    ],
)
def test_what_is_no_step_is_told_with_its_line(text, said):
    with pytest.raises(forms.ValidationError, match=said):
        StepsField().clean(text)
    assert StepsField().has_changed([], text)


def test_steps_are_saved_with_the_activity(client, draft):
    row = draft.activities.get(title="Approve")
    client.post(address(row), activity_data(title="Approve", escalations=TEXT))
    row.refresh_from_db()
    assert row.escalations == STEPS
    assert "1d reassign managers, IT experts" in client.get(address(row)).content.decode()


def test_a_wrong_line_is_shown_at_the_field_and_stays(client, draft):
    row = draft.activities.get(title="Approve")
    answer = client.post(address(row), activity_data(title="Approve", escalations="4h shout"))
    assert list(answer.context["adminform"].errors) == ["escalations"]
    assert "4h shout" in answer.content.decode()
