from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from goflow import testing
from goflow.runtime import engine
from goflow.testing import count_statements
from goflow.workflow import publishing
from goflow.workflow.models import Activity, Process, Transition

ADD = "admin:goflow_process_add"
CHANGE = "admin:goflow_process_change"


def rows(prefix, stored, new=()):
    """The fields of an inline formset: stored rows with their changes, then new ones."""
    data = {f"{prefix}-TOTAL_FORMS": len(stored) + len(new), f"{prefix}-INITIAL_FORMS": len(stored)}
    for index, row in enumerate([*stored, *new]):
        data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data


def activity(row, **changes):
    fields = {"id": row.pk, "title": row.title, "kind": row.kind, "join_mode": row.join_mode}
    roles = list(row.roles.values_list("pk", flat=True))
    return fields | {"split_mode": row.split_mode, "roles": roles} | changes


def new_activity(title, **fields):
    return {"title": title, "kind": "standard", "join_mode": "xor", "split_mode": "and"} | fields


def transition(row, **changes):
    fields = {"id": row.pk, "name": row.name, "input": row.input_id, "output": row.output_id}
    return fields | {"condition": row.condition, "ordering": row.ordering} | changes


def page_of(process, *, activities=None, transitions=None, **fields):
    """What the browser sends for a draft."""
    stored = [activity(row) for row in process.activities.all()] if activities is None else activities[0]
    ways = [transition(row) for row in process.transitions.all()] if transitions is None else transitions[0]
    data = {"title": process.title, "description": "", "enabled": "on", "priority": 0, "version_note": ""}
    data |= {"begin": process.begin_id or "", "end": process.end_id or "", "content_type": ""}
    data |= {"seen": f"{process.status}:{process.revision}"}
    data |= rows("activities", stored, activities[1] if activities else ())
    return data | rows("transitions", ways, transitions[1] if transitions else ()) | fields


def save(client, process, data):
    return client.post(reverse(CHANGE, args=[process.pk]), data)


def errors(answer):
    return [
        form.errors for formset in answer.context["inline_admin_formsets"] for form in formset.formset.forms
    ]


@pytest.fixture
def fresh(draft):
    return Process.objects.get(pk=draft.pk)


def test_new_process_is_a_draft_that_begins_with_its_first_activity(client, db):
    data = {
        "title": "Order",
        "code": "",
        "description": "",
        "enabled": "on",
        "priority": 0,
        "content_type": "",
    }
    answer = client.post(
        reverse(ADD), data | rows("activities", [], [new_activity("Ask"), new_activity("Pay")])
    )
    assert answer.status_code == 302
    made = Process.objects.get()
    assert (made.code, made.status, made.begin.title) == ("order", "draft", "Ask")
    assert list(made.activities.values_list("key", flat=True)) == ["ask", "pay"]


def test_taken_code_is_refused_at_the_field(client, published):
    data = {
        "title": "Trip",
        "code": "",
        "description": "",
        "enabled": "on",
        "priority": 0,
        "content_type": "",
    }
    answer = client.post(reverse(ADD), data | rows("activities", []))
    assert "code" in answer.context["adminform"].errors
    assert Process.objects.count() == 1


def test_draft_is_saved_with_activities_and_transitions(client, fresh):
    group = Group.objects.create(name="clerks")
    ask, approve, end = fresh.activities.all()
    stored = [activity(row) for row in (ask, approve, end)]
    data = page_of(
        fresh,
        activities=(stored, [new_activity("File", roles=[group.pk], autostart="on")]),
        transitions=(
            [transition(row) for row in fresh.transitions.all()],
            [{"name": "skip", "input": ask.pk, "output": end.pk, "condition": "SKIP", "ordering": ""}],
        ),
        end=end.pk,
    )
    assert save(client, fresh, data).status_code == 302
    made = Transition.objects.get(name="skip")
    assert (made.key, made.ordering, made.condition) == ("ask-end", 20, "eq:SKIP")
    assert list(Activity.objects.get(title="File").roles.all()) == [group]
    assert Process.objects.get(pk=fresh.pk).end == end


def test_condition_error_is_shown_at_its_field_with_the_position(client, fresh):
    # D49: conditions were never checked.
    first, *others = fresh.transitions.all()
    stored = [transition(first, condition="instance.priority >> 3"), *map(transition, others)]
    answer = save(client, fresh, page_of(fresh, transitions=(stored, [])))
    assert answer.status_code == 200
    shown = [found["condition"] for found in errors(answer) if "condition" in found]
    assert "position" in shown[0][0]
    assert Transition.objects.get(pk=first.pk).condition == first.condition


def test_activity_of_another_process_is_refused_at_the_field(client, fresh, published):
    # D49: a transition across processes answered 500.
    first, *others = fresh.transitions.all()
    stored = [transition(first, output=published.begin_id), *map(transition, others)]
    answer = save(client, fresh, page_of(fresh, transitions=(stored, [])))
    assert [list(found) for found in errors(answer) if found] == [["output"]]


def test_begin_of_another_process_is_refused(client, fresh, published):
    answer = save(client, fresh, page_of(fresh, begin=published.begin_id))
    assert list(answer.context["adminform"].errors) == ["begin"]


@pytest.mark.parametrize("title", ["File", "FILE"])
def test_doubled_title_is_refused(client, fresh, title):
    stored = [activity(row) for row in fresh.activities.all()]
    data = page_of(fresh, activities=(stored, [new_activity("File"), new_activity(title)]))
    assert save(client, fresh, data).status_code == 200
    assert fresh.activities.count() == 3


def test_deleted_activity_takes_its_transitions_along(client, fresh):
    # D5: whole processes and their history went with it.
    ask, approve, end = fresh.activities.all()
    to_approve, to_end, back = fresh.transitions.all().order_by("pk")
    stored = [activity(ask), activity(approve, DELETE="on"), activity(end)]
    ways = [transition(to_approve, DELETE="on"), transition(to_end, name="renamed"), transition(back)]
    assert (
        save(client, fresh, page_of(fresh, activities=(stored, []), transitions=(ways, []))).status_code
        == 302
    )
    assert list(fresh.activities.all()) == [ask, end]
    assert not fresh.transitions.exists()


def test_deleted_begin_leaves_the_process_with_its_next_activity(client, fresh):
    ask, approve, end = fresh.activities.all()
    stored = [activity(ask, DELETE="on"), activity(approve), activity(end)]
    assert save(client, fresh, page_of(fresh, activities=(stored, []))).status_code == 302
    assert Process.objects.get(pk=fresh.pk).begin == approve


def test_draft_changed_by_somebody_else_is_not_overwritten(client, fresh):
    data = page_of(fresh, title="Mine")
    fresh.title = "Theirs"
    fresh.save()
    answer = save(client, fresh, data)
    assert "has changed since you opened it" in answer.context["adminform"].form.non_field_errors()[0]
    assert Process.objects.get(pk=fresh.pk).title == "Theirs"


def test_draft_published_meanwhile_is_not_saved(client, fresh):
    data = page_of(fresh, title="Mine")
    publishing.publish(fresh)
    assert save(client, fresh, data).status_code == 200
    assert Process.objects.get(pk=fresh.pk).title == "Leave"


def test_published_version_changes_only_what_stays_editable(client, published):
    data = page_of(published, title="Other", description="seen", priority=7)
    del data["enabled"]
    assert save(client, published, data).status_code == 302
    stored = Process.objects.get(pk=published.pk)
    assert (stored.title, stored.description, stored.priority, stored.enabled) == ("Trip", "seen", 7, False)


def test_published_version_keeps_its_parts(client, published):
    activities = [activity(row, title=f"{row.title}!") for row in published.activities.all()]
    ways = [transition(row, DELETE="on") for row in published.transitions.all()]
    data = page_of(published, activities=(activities, [new_activity("X")]), transitions=(ways, []))
    assert save(client, published, data).status_code == 302
    assert list(published.activities.values_list("title", flat=True)) == ["Ask", "Decide"]
    assert published.transitions.count() == 1


def test_list_counts_running_instances(client, started, boss):
    engine.cancel(engine.start("Trip", boss).instance_id, actor=boss)
    answer = client.get(reverse("admin:goflow_process_changelist"))
    assert [row.running_instances for row in answer.context["cl"].result_list] == [1]


def test_draft_page_costs_the_same_for_any_number_of_rows(client, draft):
    address = reverse(CHANGE, args=[draft.pk])
    client.get(address)
    with count_statements() as few:
        client.get(address)
    for number in range(8):
        draft.add_activity(f"More {number}", roles=["managers"])
        draft.add_transition("", "Ask", f"More {number}")
    with count_statements() as more:
        client.get(address)
    assert len(few) == len(more), more


def test_published_version_is_not_deleted(client, published):
    # D5, D6: deleting a definition deleted everything that had run on it.
    answer = client.post(
        reverse("admin:goflow_process_delete", args=[published.pk]), {"post": "yes"}, follow=True
    )
    assert "cannot be deleted" in answer.content.decode()
    assert Process.objects.filter(pk=published.pk).exists()


def test_draft_without_history_is_deleted(client, draft):
    assert (
        client.post(reverse("admin:goflow_process_delete", args=[draft.pk]), {"post": "yes"}).status_code
        == 302
    )
    assert not Process.objects.exists()


def test_several_processes_are_deleted_only_when_all_are_drafts(client, draft, published):
    chosen = {"action": "delete_selected", "_selected_action": [draft.pk, published.pk], "post": "yes"}
    answer = client.post(reverse("admin:goflow_process_changelist"), chosen)
    assert "cannot be deleted" in answer.content.decode()
    assert Process.objects.count() == 2


def test_drafts_are_deleted_from_the_list(client, draft):
    chosen = {"action": "delete_selected", "_selected_action": [draft.pk], "post": "yes"}
    assert client.post(reverse("admin:goflow_process_changelist"), chosen).status_code == 302
    assert not Process.objects.exists()


def test_tenants_see_their_own_processes_only(client, settings, draft):
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "north", "org_id": "n1"}
    data = {
        "title": "Leave",
        "code": "",
        "description": "",
        "enabled": "on",
        "priority": 0,
        "content_type": "",
    }
    client.post(reverse(ADD), data | rows("activities", []))
    answer = client.get(reverse("admin:goflow_process_changelist"))
    assert [(row.tenant_id, row.org_id) for row in answer.context["cl"].result_list] == [("north", "n1")]
    assert client.get(reverse(CHANGE, args=[draft.pk])).status_code == 302


def test_unknown_process_leads_back(client, db):
    assert client.get(reverse(CHANGE, args=[12345])).status_code == 302


def test_factory_process_page_opens_with_every_kind_of_way(client, db):
    made = testing.process("Loop", ["A", "B"], [("A", "B"), ("B", "A", "AGAIN")], publish_now=False)
    assert client.get(reverse(CHANGE, args=[made.pk])).status_code == 200
