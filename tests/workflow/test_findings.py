from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType

from goflow.errors import PublishRefused
from goflow.testing import count_statements, process
from goflow.workflow import loader, registry
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.findings import known_for, problems
from goflow.workflow.models import Process
from goflow.workflow.publishing import publish
from leavedemo.leave.models import LeaveRequest

pytestmark = pytest.mark.django_db


def codes(version: Process) -> list[str]:
    return [problem.code for problem in problems(version)]


@pytest.fixture
def starved() -> Process:
    """A join that waits for both of two ways of which one is taken."""
    return process(
        "Starved",
        ["Ask", "Left", "Right", ("Both", {"join_mode": "and"})],
        [("Ask", "Left", "eq:L"), ("Ask", "Right", "eq:R"), ("Left", "Both"), ("Right", "Both")],
        publish_now=False,
    )


def test_what_can_go_wrong_when_it_runs_is_found(starved: Process) -> None:
    starved.activities.filter(key="ask").update(split_mode="xor")
    (deadlock,) = (problem for problem in problems(starved) if problem.code == "deadlock")
    assert deadlock.trace


def test_a_deadlock_is_not_published(starved: Process) -> None:
    starved.activities.filter(key="ask").update(split_mode="xor")
    with pytest.raises(PublishRefused) as refused:
        publish(starved)
    assert "deadlock" in [problem.code for problem in refused.value.problems]
    starved.refresh_from_db()
    assert starved.is_draft


def test_roles_without_active_members_are_found(draft: Process) -> None:
    assert "nobody-can-do-it" not in codes(draft)
    User.objects.update(is_active=False)
    assert "nobody-can-do-it" in codes(draft)


def test_published_processes_and_what_they_call_are_known(draft: Process) -> None:
    graph = loader.read(draft).graph
    assert known_for(graph, draft).subflows == {}
    publish(draft)
    assert known_for(graph, draft).subflows == {"leave-request": frozenset()}


def test_processes_that_call_each_other_are_found(draft: Process) -> None:
    publish(draft)
    other = Process.objects.create(title="Other")
    add_activity(other, "Call", kind="subflow", subflow=draft)
    add_activity(other, "End")
    add_transition(other, "", "Call", "End")
    publish(other, check=False)
    back = Process.objects.create(title="Leave request", version=2)
    add_activity(back, "Back", kind="subflow", subflow=other)
    assert "subflow-cycle" in codes(back)


def test_judging_costs_the_same_for_larger_processes(draft: Process) -> None:
    with count_statements() as few:
        problems(draft)
    for number in range(5):
        add_activity(draft, f"More {number}", roles=["managers"])
    with count_statements() as many:
        problems(draft)
    assert len(many) == len(few)


class Upload(forms.Form):
    paper = forms.FileField()
    note = forms.CharField()


def test_form_with_a_file_is_not_published(draft: Process) -> None:
    with registry.registered(registry.FORM, "upload", Upload):
        asked = draft.activities.order_by("pk").first()
        draft.activities.filter(pk=asked.pk).update(form_class="upload")
        (found,) = (problem for problem in problems(draft) if problem.code == "file-in-form")
        assert (found.elements, found.params["fields"]) == ((asked.key,), "paper")
        with pytest.raises(PublishRefused):
            publish(draft)


def test_start_form_with_a_file_is_not_published(draft: Process) -> None:
    with registry.registered(registry.FORM, "leave-request.start", Upload):
        (found,) = (problem for problem in problems(draft) if problem.code == "file-in-start-form")
        assert found.params["fields"] == "paper"


def test_start_form_and_step_do_not_share_a_key(draft: Process) -> None:
    key = draft.activities.order_by("pk").first().key
    form = type("Same", (forms.Form,), {key: forms.CharField(), "title": forms.CharField()})
    with registry.registered(registry.FORM, "leave-request.start", form):
        (found,) = (problem for problem in problems(draft) if problem.code == "key-taken-twice")
    assert found.elements == (key,)


def test_fields_of_an_object_share_no_key_with_steps(draft: Process) -> None:
    draft.content_type = ContentType.objects.get_for_model(LeaveRequest)
    draft.save()
    draft.activities.filter(pk=draft.activities.order_by("pk").first().pk).update(key="reason")
    assert "key-taken-twice" not in codes(draft)
