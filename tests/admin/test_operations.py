from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from goflow import testing
from goflow.runtime import engine
from goflow.runtime.models import DataRevision, Incident, ProcessInstance, WorkItem
from tests.admin.conftest import staff


def page(model, verb, *rows):
    return f"{reverse(f'admin:goflow_{model}_verb', args=[verb])}?ids={','.join(str(row.pk) for row in rows)}"


def act(client, model, verb, *rows):
    chosen = {"action": verb, "_selected_action": [row.pk for row in rows], "index": 0}
    return client.post(reverse(f"admin:goflow_{model}_changelist"), chosen, follow=True)


def texts(answer):
    return [str(message) for message in answer.context["messages"]]


def test_instance_is_cancelled_with_its_reason(operator, started):
    asked = act(operator, "processinstance", "cancel", started.instance)
    assert asked.redirect_chain[0][0] == page("processinstance", "cancel", started.instance)
    assert ProcessInstance.objects.get().status == "running"
    answer = operator.post(asked.redirect_chain[0][0], {"reason": "by mistake"}, follow=True)
    assert ProcessInstance.objects.get().status == "terminated"
    assert texts(answer) == ["“Trip to Rome” was cancelled."]
    assert DataRevision.objects.get().reason == "by mistake"


def test_closed_instance_is_not_cancelled_again(operator, started, boss):
    engine.cancel(started.instance_id, actor=boss)
    answer = operator.post(page("processinstance", "cancel", started.instance), {"reason": ""})
    assert texts(answer)[0].startswith("Trip to Rome: This request is “terminated”")


def test_work_item_is_reassigned(operator, started):
    eve = User.objects.create(username="eve")
    answer = operator.post(
        page("workitem", "reassign", started), {"to": "eve", "reason": "holiday"}, follow=True
    )
    started.refresh_from_db()
    assert (started.user, answer.status_code) == (eve, 200)


@pytest.mark.parametrize("name", ["nobody", "gone", ""])
def test_work_item_is_reassigned_to_active_users_only(operator, started, name):
    User.objects.create(username="gone", is_active=False)
    answer = operator.post(page("workitem", "reassign", started), {"to": name, "reason": ""})
    assert list(answer.context["form"].errors) == ["to"]
    assert WorkItem.objects.get().user.username == "boss"


def test_work_item_is_put_back_from_the_list(operator, started, boss):
    testing.person("max", "managers")
    engine.complete(started.pk, actor=boss)
    item = WorkItem.objects.get(status="inactive")
    engine.activate(item.pk, actor=boss)
    answer = act(operator, "workitem", "release", item)
    item.refresh_from_db()
    assert (item.status, item.user, len(texts(answer))) == ("inactive", None, 1)


def test_refusal_is_told_for_each_item(operator, started, boss):
    testing.person("max", "managers")
    engine.complete(started.pk, actor=boss)
    item = WorkItem.objects.get(status="inactive")
    engine.activate(item.pk, actor=boss)
    answer = act(operator, "workitem", "release", started, item)
    assert len(texts(answer)) == 2
    assert sum(text.startswith(f"Ask #{started.pk} – Trip to Rome: ") for text in texts(answer)) == 1


def test_retry_tells_that_it_failed_again(operator, incident):
    answer = act(operator, "incident", "retry", incident)
    incident.refresh_from_db()
    assert (incident.resolved_at, incident.attempts) == (None, 2)
    assert "failed again (attempt 2)" in texts(answer)[0]
    assert "the till is closed" in texts(answer)[0]


def test_retry_tells_that_it_went_on(operator, incident, switch):
    # D46: nobody could repair an item in fallout.
    switch.works = True
    answer = act(operator, "incident", "retry", incident)
    assert "is resolved; the request went on" in texts(answer)[0]
    assert WorkItem.objects.get(activity_key="check").status == "inactive"


def test_resolved_incident_is_refused(operator, incident, switch):
    switch.works = True
    act(operator, "incident", "retry", incident)
    answer = act(operator, "incident", "retry", incident)
    assert "is resolved already" in texts(answer)[0]


def test_operator_suspends_and_resumes(operator, started):
    for verb, status in (("suspend", "suspended"), ("resume", "running")):
        operator.post(page("processinstance", verb, started.instance), {"reason": "audit"})
        started.instance.refresh_from_db()
        assert started.instance.status == status
    assert (
        list(DataRevision.objects.values_list("action", "reason"))
        == [("instance.status_changed", "audit")] * 2
    )


@pytest.mark.parametrize(
    ("model", "verb"),
    [("processinstance", "cancel"), ("workitem", "reassign"), ("workitem", "release"), ("incident", "retry")],
)
def test_viewer_may_not_act(viewer, incident, model, verb):
    row = {"processinstance": ProcessInstance, "workitem": WorkItem, "incident": Incident}[
        model
    ].objects.first()
    answer = viewer.post(page(model, verb, row), {"to": "viewer", "reason": ""})
    assert answer.status_code == 403


@pytest.mark.parametrize(("model", "verb"), [("processinstance", "cancel"), ("incident", "retry")])
def test_looking_at_the_page_changes_nothing(operator, incident, model, verb):
    # D71: following links changed state.
    row = {"processinstance": ProcessInstance, "incident": Incident}[model].objects.first()
    assert operator.get(page(model, verb, row)).status_code == 200
    assert ProcessInstance.objects.get().status == "running"
    assert Incident.objects.get().attempts == 1


def test_page_of_a_row_offers_what_applies(operator, started, boss):
    address = reverse("admin:goflow_processinstance_change", args=[started.instance_id])
    assert [url for _, url in operator.get(address).context["verbs"]] == [
        page("processinstance", verb, started.instance) for verb in ("cancel", "suspend")
    ]
    engine.suspend(started.instance_id, actor=boss)
    assert [url for _, url in operator.get(address).context["verbs"]] == [
        page("processinstance", verb, started.instance) for verb in ("cancel", "resume")
    ]
    engine.cancel(started.instance_id, actor=boss)
    assert operator.get(address).context["verbs"] == []


def test_too_many_rows_are_refused(operator, started):
    for number in range(101):
        ProcessInstance.objects.create(
            title=f"n{number}", process=started.instance.process, user=started.instance.user
        )
    answer = act(operator, "processinstance", "cancel", *ProcessInstance.objects.all())
    assert texts(answer) == ["Choose at most 100 rows at a time."]


def test_user_with_instances_is_not_deleted(client, started):
    # D6: deleting a person deleted every instance he had asked for.
    answer = client.post(reverse("admin:auth_user_delete", args=[started.instance.user_id]), {"post": "yes"})
    assert "would require deleting the following protected related objects" in answer.content.decode()
    assert ProcessInstance.objects.exists()


def test_user_who_gave_a_reason_is_not_deleted(client, started, operator):
    person = User.objects.get(username="operator")
    operator.post(page("processinstance", "suspend", started.instance), {"reason": "audit"})
    answer = client.post(reverse("admin:auth_user_delete", args=[person.pk]), {"post": "yes"})
    row = DataRevision.objects.get(actor=person)
    assert reverse("admin:goflow_datarevision_change", args=[row.pk]) in answer.content.decode()
    assert User.objects.filter(pk=person.pk).exists()


def test_users_with_instances_are_not_deleted_from_the_list(client, started):
    chosen = {"action": "delete_selected", "_selected_action": [started.instance.user_id], "post": "yes"}
    answer = client.post(reverse("admin:auth_user_changelist"), chosen)
    assert "protected related objects" in answer.content.decode()
    assert ProcessInstance.objects.exists()


def test_tenants_see_their_own_rows_only(settings, incident, boss):
    engine.suspend(incident.instance_id, actor=boss, reason="audit")
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "north", "org_id": ""}
    client = staff("north", "change_processinstance")
    models = ("process", "activity", "transition", "processinstance", "workitem", "incident", "auditevent")
    models += ("datarevision",)
    counts = [
        client.get(reverse(f"admin:goflow_{model}_changelist")).context["cl"].result_count for model in models
    ]
    assert counts == [0] * len(models)
    assert client.post(page("incident", "retry", incident)).status_code == 404


def test_what_was_said_is_listed_with_its_instance(viewer, started, boss):
    other = engine.start("Trip", boss, answers={"comment": "elsewhere"})
    engine.complete(started.pk, actor=boss, answers={"comment": "window seat"})
    shown = viewer.get(reverse("admin:goflow_processinstance_change", args=[started.instance_id]))
    address = f"{reverse('admin:goflow_datarevision_changelist')}?instance__id__exact={started.instance_id}"
    assert address in shown.content.decode()
    rows = viewer.get(address).context["cl"].result_list
    assert [(row.actor, row.said) for row in rows] == [(boss, {"comment": "window seat"})]
    assert DataRevision.objects.filter(instance=other.instance).exists()
    page_of_row = viewer.get(reverse("admin:goflow_datarevision_change", args=[rows[0].pk]))
    assert "window seat" in page_of_row.content.decode()
