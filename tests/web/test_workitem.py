from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.test import Client, override_settings
from django.urls import include, path

from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.testing import moved, person, process
from goflow.web.workitem import WorkItemView
from goflow.workflow import registry
from leavedemo.leave.models import LeaveRequest
from tests.cases.player import Fields
from tests.web.conftest import As, Company, Unchanged


class NumberForm(forms.Form):
    number = forms.IntegerField()


class HostPage(WorkItemView):
    form_class = NumberForm
    ok_values = ("APPROVED",)


class OtherPage(WorkItemView):
    pass


urlpatterns = [
    path("host/number/<int:pk>/", HostPage.as_view()),
    path("host/other/<int:pk>/", OtherPage.as_view()),
    path("workflow/", include("goflow.urls")),
]


def page(item: WorkItem, verb: str = "") -> str:
    return f"/workflow/workitems/{item.pk}/{verb}"


def asked(company: Company, **review: Any) -> WorkItem:
    process("Host", [("Review", {"roles": ["buyers"], **review}), "End"], [("Review", "End", "eq:APPROVED")])
    return engine.start("Host", company.anna)


def test_buttons_tell_where_they_lead(as_: As, company: Company) -> None:
    text = as_(company.bob).get(page(company.item)).content.decode()
    assert 'value="APPROVED"' in text
    assert ">Approve</button>" in text
    assert "</span>Refine</span>" in text


def test_button_completes_the_item(as_: As, company: Company) -> None:
    response = as_(company.bob).post(
        page(company.item), {"outcome": "APPROVED", "comment": "fine"}, follow=True
    )
    company.item.refresh_from_db()
    assert (company.item.status, company.item.condition) == ("complete", "APPROVED")
    assert response.redirect_chain == [("/workflow/mywork/", 302)]
    assert "goes on: End." in response.content.decode()


def test_comment_is_kept(as_: As, company: Company) -> None:
    as_(company.bob).post(page(company.item), {"outcome": "APPROVED", "comment": "fine"})
    assert ProcessInstance.objects.get().data == {"review": {"comment": "fine"}}


def test_next_is_followed_on_this_host(as_: As, company: Company) -> None:
    response = as_(company.bob).post(page(company.item), {"outcome": "APPROVED", "next": "/workflow/done/"})
    assert response["Location"] == "/workflow/done/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", r"/\evil.example"]
)
def test_next_is_ignored_elsewhere(as_: As, company: Company, target: str) -> None:
    response = as_(company.bob).post(page(company.item), {"outcome": "APPROVED", "next": target})
    assert response["Location"] == "/workflow/mywork/"


def test_wrong_outcome_shows_the_form_again(as_: As, company: Company, unchanged: Unchanged) -> None:
    with unchanged():
        response = as_(company.bob).post(page(company.item), {"outcome": "MAYBE", "comment": "kept"})
    assert response.status_code == 422
    assert "No way leads on with the outcome “MAYBE”" in response.content.decode()
    assert b">\nkept</textarea>" in response.content


def test_stale_page_is_refused(as_: As, company: Company, unchanged: Unchanged) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    with unchanged():
        response = as_(company.bob).post(page(company.item), {"outcome": "APPROVED", "goflow_version": "1"})
    assert response.status_code == 409
    assert f'href="{page(company.item)}"' in response.content.decode()


def test_closed_item_is_refused(as_: As, company: Company, unchanged: Unchanged) -> None:
    engine.complete(company.item.pk, actor=company.bob, outcome="APPROVED")
    with unchanged():
        assert as_(company.bob).post(page(company.item), {"outcome": "REJECTED"}).status_code == 409


def test_sending_twice_is_done_once(as_: As, company: Company) -> None:
    client, answers = as_(company.bob), {"outcome": "APPROVED", "goflow_key": "k1"}
    assert [client.post(page(company.item), answers).status_code for _ in range(2)] == [302, 302]
    assert WorkItem.objects.filter(activity_key="end").count() == 1


def test_requester_may_look_but_not_decide(as_: As, company: Company, unchanged: Unchanged) -> None:
    client = as_(company.anna)
    assert b'name="outcome"' not in client.get(page(company.item)).content
    with unchanged():
        assert client.post(page(company.item), {"outcome": "APPROVED"}).status_code == 403


def test_d4_somebody_elses_item_is_not_harmed(as_: As, company: Company, unchanged: Unchanged) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    with unchanged():
        assert as_(company.carl).get(f"/workflow/mywork/activate/{company.item.pk}/").status_code == 404
        assert as_(company.carl).post(f"/workflow/mywork/activate/{company.item.pk}/").status_code == 404
        assert as_(company.anna).post(f"/workflow/mywork/activate/{company.item.pk}/").status_code == 403


def test_taking_from_a_list_twice_succeeds(as_: As, company: Company) -> None:
    client = as_(company.bob)
    found = [client.post(f"/workflow/mywork/activate/{company.item.pk}/").status_code for _ in range(2)]
    assert found == [302, 302]


def test_old_address_completes_by_post(as_: As, company: Company) -> None:
    as_(company.bob).post(f"/workflow/mywork/complete/{company.item.pk}/", {"outcome": "APPROVED"})
    company.item.refresh_from_db()
    assert company.item.status == "complete"


def test_item_goes_back_to_its_pool(as_: As, company: Company) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    as_(company.bob).post(page(company.item, "release/"))
    company.item.refresh_from_db()
    assert (company.item.status, company.item.user) == ("inactive", None)


def test_item_is_handed_over(as_: As, company: Company) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    as_(company.bob).post(page(company.item, "reassign/"), {"to": "carl", "reason": "holiday"})
    company.item.refresh_from_db()
    assert company.item.user == company.carl


def test_item_is_not_handed_to_nobody(as_: As, company: Company, unchanged: Unchanged) -> None:
    engine.activate(company.item.pk, actor=company.bob)
    with unchanged():
        response = as_(company.bob).post(page(company.item, "reassign/"), {"to": "ghost"})
    assert response.status_code == 422


def test_decision_waits_to_be_sent_on(as_: As, company: Company) -> None:
    item, client = asked(company, autofinish=False), as_(company.bob)
    assert b"Send on" not in client.get(page(item)).content
    client.post(page(item), {"outcome": "APPROVED"})
    assert b"Send on" in client.get(page(item)).content
    client.post(page(item, "forward/"))
    item.refresh_from_db()
    assert item.status == "complete"


def test_registered_form_redisplays_its_errors(as_: As, company: Company, unchanged: Unchanged) -> None:
    with registry.registered(registry.FORM, "number", NumberForm):
        item = asked(company, form_class="number")
        with unchanged():
            response = as_(company.bob).post(page(item), {"outcome": "APPROVED", "number": "x"})
    assert response.status_code == 422
    assert "Enter a whole number." in response.content.decode()


def test_unregistered_form_is_told(as_: As, company: Company, unchanged: Unchanged) -> None:
    with registry.registered(registry.FORM, "number", NumberForm):
        item = asked(company, form_class="number")
    with unchanged():
        response = as_(company.bob).get(page(item))
    assert response.status_code == 409
    assert "workflow_apps.py" in response.content.decode()


def test_missing_form_template_falls_back(as_: As, company: Company) -> None:
    item = asked(company, form_template="nowhere/at_all.html")
    assert as_(company.bob).get(page(item)).status_code == 200


@override_settings(ROOT_URLCONF=__name__, WF_APPS_PREFIX="/host")
def test_hosts_own_page_is_used(as_: As, company: Company) -> None:
    item, client = asked(company, application="number"), as_(company.bob)
    assert client.get(page(item))["Location"] == f"/host/number/{item.pk}/"
    client.post(f"/host/number/{item.pk}/", {"outcome": "APPROVED", "number": "7"})
    item.refresh_from_db()
    assert (item.status, item.instance.data) == ("complete", {"review": {"number": 7}})


@override_settings(ROOT_URLCONF=__name__, WF_APPS_PREFIX="/host")
@pytest.mark.parametrize(
    "start", ["/workflow/workitems/{}/", "/host/other/{}/", "/workflow/mywork/complete/{}/"]
)
def test_d36_nobody_chooses_another_form(as_: As, company: Company, unchanged: Unchanged, start: str) -> None:
    item = asked(company, application="number")
    with unchanged():
        response = as_(company.bob).post(start.format(item.pk), {"outcome": "APPROVED"})
    assert response["Location"] == f"/host/number/{item.pk}/"


@override_settings(ROOT_URLCONF=__name__, WF_APPS_PREFIX="/host")
def test_d36_items_without_application_stay_here(as_: As, company: Company) -> None:
    response = as_(company.bob).get(f"/host/other/{company.item.pk}/")
    assert response["Location"] == page(company.item)


@override_settings(WF_APPS_PREFIX="/host")
def test_missing_host_page_falls_back_to_ours(as_: As, company: Company) -> None:
    item = asked(company, application="//evil.example/gone")
    assert as_(company.bob).get(page(item)).status_code == 200


def test_incident_on_the_way_is_told(as_: As, company: Company) -> None:
    def fail(task: Any) -> None:
        raise RuntimeError("no ink")

    with registry.registered(registry.APPLICATION, "press", fail):
        process(
            "Print",
            ["Check", ("Press", {"autostart": True, "application": "press"}), "End"],
            [("Check", "Press"), ("Press", "End")],
        )
        item = engine.start("Print", company.anna)
        response = as_(company.anna).post(page(item), follow=True)
    assert "a problem stops what comes next" in response.content.decode()
    item.refresh_from_db()
    assert item.status == "complete"


def test_deleted_object_leaves_the_item_readable(as_: As, company: Company) -> None:
    ProcessInstance.objects.update(content_type=company.item.instance.process.content_type, object_id="999")
    assert as_(company.bob).get(page(company.item)).status_code == 200


def test_work_of_a_suspended_request_says_that_it_stands_still(as_: As, company: Company) -> None:
    engine.suspend(company.item.instance_id, actor=company.root)
    answer = as_(company.bob).get(page(company.item))
    assert "stands still until an administrator resumes it" in answer.content.decode()
    assert answer.context["may_work"] is False


def test_a_post_to_a_suspended_request_is_refused(as_: As, company: Company, unchanged: Unchanged) -> None:
    engine.suspend(company.item.instance_id, actor=company.root)
    with unchanged():
        assert as_(company.bob).post(page(company.item), {"outcome": "APPROVED"}).status_code == 409


def test_the_pool_an_item_was_escalated_to_takes_and_releases_it(as_: As, company: Company) -> None:
    steps = [{"after": "1h", "action": "reassign", "roles": ["chiefs"]}]
    chief = person("chief", "chiefs")
    process("Late", [("A", {"roles": ["reviewers"], "escalations": steps}), "B"], [("A", "B")])
    item = engine.start("Late", company.anna)
    with moved(timedelta(hours=1)):
        engine.fire_timer(item.timers.get().pk)
    assert item.instance.title in as_(chief).get("/workflow/available/").content.decode()
    assert as_(chief).get(page(item)).context["may_claim"]
    as_(chief).post(f"/workflow/mywork/activate/{item.pk}/")
    assert as_(chief).get(page(item)).context["may_release"]
    as_(chief).post(page(item, "release/"))
    assert WorkItem.objects.get(pk=item.pk).queue == WorkItem.objects.get(pk=item.pk).pool
    assert as_(company.bob).get(page(item)).status_code == 404


class ReasonForm(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ("reason", "type")


@pytest.fixture
def on_leave(company: Company) -> Iterator[tuple[WorkItem, LeaveRequest]]:
    """Two people work on one leave request at the same time."""
    about = LeaveRequest.objects.create(
        day_start="2030-01-07", day_end="2030-01-08", reason="sun", requester=company.anna
    )
    with registry.registered(registry.FORM, "reason", ReasonForm):
        process(
            "Holidays",
            [
                ("Both", {"kind": "dummy", "split_mode": "and"}),
                ("One", {"form_class": "reason"}),
                ("Two", {"form_class": "reason"}),
                "End",
            ],
            [("Both", "One"), ("Both", "Two"), ("One", "End"), ("Two", "End")],
        )
        engine.start("Holidays", company.anna, about)
        yield WorkItem.objects.get(activity_key="one"), about


def sent_from(client: Client, item: WorkItem, **changed: str) -> dict[str, Any]:
    return {**Fields(client.get(page(item)).content.decode()).values, **changed}


def test_change_of_another_branch_is_not_replaced_unseen(
    as_: As, company: Company, on_leave: tuple[WorkItem, LeaveRequest]
) -> None:
    (item, about), client = on_leave, as_(company.anna)
    other = WorkItem.objects.get(activity_key="two")
    mine, theirs = sent_from(client, item, reason="rain"), sent_from(client, other, reason="snow")
    assert client.post(page(other), theirs).status_code == 302
    response = client.post(page(item), mine)
    text = response.content.decode()
    about.refresh_from_db()
    assert (response.status_code, about.reason) == (422, "snow")
    assert "from “sun” to “snow”. Send again to replace it." in text
    assert ">\nrain</textarea>" in text
    assert client.post(page(item), Fields(text).values).status_code == 302
    about.refresh_from_db()
    assert about.reason == "rain"


def test_change_that_is_the_same_is_none(
    as_: As, company: Company, on_leave: tuple[WorkItem, LeaveRequest]
) -> None:
    (item, _about), client = on_leave, as_(company.anna)
    mine = sent_from(client, item, reason="rain")
    LeaveRequest.objects.update(reason="rain")
    assert client.post(page(item), mine).status_code == 302


@pytest.mark.parametrize("shown", ["", "nonsense", "[]", '{"reason": "other", "nothing": 1}'])
def test_what_a_page_says_it_showed_is_no_way_in(
    as_: As, company: Company, on_leave: tuple[WorkItem, LeaveRequest], shown: str
) -> None:
    item, client = on_leave[0], as_(company.anna)
    status = client.post(page(item), sent_from(client, item, goflow_shown=shown)).status_code
    assert status == 302


def test_other_answers_after_the_first_are_shown_again(as_: As, company: Company) -> None:
    client, answers = as_(company.bob), {"outcome": "APPROVED", "goflow_key": "k1"}
    client.post(page(company.item), {**answers, "comment": "fine"})
    response = client.post(page(company.item), {**answers, "comment": "no, wait"})
    assert response.status_code == 422
    assert "These here are not stored" in response.content.decode()
    assert b">\nno, wait</textarea>" in response.content


def test_remark_of_an_earlier_round_is_not_made_again(as_: As, company: Company) -> None:
    client = as_(company.bob)
    client.post(page(company.item), sent_from(client, company.item, comment="too dear", outcome="REJECTED"))
    refine = WorkItem.objects.get(activity_key="refine")
    engine.complete(refine.pk, actor=company.anna)
    again = WorkItem.objects.latest("id")
    sent = sent_from(client, again, outcome="APPROVED")
    assert sent["comment"] == [""]
    client.post(page(again), sent)
    assert ProcessInstance.objects.get().data["review"] == {"comment": ""}
