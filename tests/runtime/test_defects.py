"""
What the reference systems did wrong, by the number of the finding. Each test says first what used to happen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db.models import ProtectedError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from goflow import testing
from goflow.core.errors import DefinitionError
from goflow.core.exchange import to_dict
from goflow.errors import (
    ConcurrentUpdate,
    DefinitionFrozen,
    DraftConflict,
    InstanceClosed,
    NotAllowed,
    OutcomeRequired,
    ProcessNotStartable,
    PublishRefused,
    WrongState,
)
from goflow.journal.models import AuditEvent
from goflow.runtime import assignment, engine, inbox, jobs
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.testing import count_statements
from goflow.workflow import loader, publishing
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Activity, Application, Process, PushApplication, Transition
from goflow.workflow.registry import APPLICATION, HOOK
from leavedemo.leave.models import LeaveRequest
from tests.runtime.reading import AUTO, incident, item, status, statuses, unsound

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def browser(client: Client):
    """
    A browser in which somebody signs in: ``browser(user)``.
    """

    def signed_in(user) -> Client:
        client.force_login(user)
        return client

    return signed_in


def leave_request() -> LeaveRequest:
    return LeaveRequest.objects.create(day_start="2026-01-01", day_end="2026-01-02")


def fork(ana, join: str = "and"):
    """
    The two open branches B and C before the join D; E follows.
    """
    testing.process(
        "Fork",
        ["A", "B", "C", ("D", {"join_mode": join}), "E"],
        [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E")],
    )
    return engine.complete(engine.start("Fork", ana).pk, actor=ana).opened


# Critical: work is lost, stuck or open to anyone


def test_d01_a_step_into_a_manual_activity_with_a_role_opens_its_item(ana, bo):
    # Used to raise TypeError after the rows were written; further branches were not created.
    testing.process(
        "Two", ["A", ("B", {"roles": ["team"]}), ("C", {"roles": ["team"]})], [("A", "B"), ("A", "C")]
    )
    done = engine.complete(engine.start("Two", ana).pk, actor=ana)
    assert [(i.activity_key, i.status) for i in done.opened] == [("b", "inactive"), ("c", "inactive")]


def test_d02_transitions_are_made_by_every_usual_way(db):
    # Used to raise TypeError: save() took no arguments.
    process = testing.process("Draft", ["A", "B"], [("A", "B")], publish_now=False)
    a, b = process.activities.order_by("id")
    Transition.objects.create(process=process, input=a, output=b, condition="OK")
    Transition.objects.get_or_create(process=process, input=b, output=a, name="back")
    process.add_transition("third", "B", "A")
    assert process.transitions.count() == 4


def test_d03_a_clone_is_a_whole_draft(db):
    # Used to fail always, leaving a half-made draft per click.
    process = testing.process("Own", ["A", "B", ("End", {"kind": "dummy"})], [("A", "B"), ("B", "End")])
    copy = publishing.clone(process, by=None)
    assert (copy.version, copy.status) == (2, "draft")
    assert replace(loader.read(copy).graph, version=1) == loader.read(process).graph


def test_d04_opening_the_address_of_somebody_elses_item_changes_nothing(line, root, cy, browser, unchanged):
    # Used to turn the item to fallout, by GET, even when it was completed.
    address = reverse("goflow:activate", args=[line.pk])
    with unchanged():
        assert browser(cy).get(address).status_code == 404
        assert browser(root).get(address).status_code == 302
        assert browser(cy).post(address).status_code == 404
    assert item("a").status == "inactive"


def test_d05_activities_with_history_cannot_be_deleted(line, ana, unchanged):
    # Used to delete the items of the activity and all later ones; deleting the begin deleted everything.
    engine.complete(line.pk, actor=ana)
    process = Process.objects.get(title="Line")
    for activity in process.activities.all():
        with unchanged(), pytest.raises(DefinitionFrozen):
            activity.delete()
    with unchanged(), pytest.raises(DefinitionFrozen):
        process.delete()
    with unchanged(), pytest.raises(DefinitionFrozen):
        Activity.objects.all().delete()


def test_d05_deleting_the_begin_of_a_draft_keeps_the_draft(db):
    # Used to delete the process with all its instances.
    process = testing.process("Draft", ["A", "B"], [("A", "B")], publish_now=False)
    process.begin.delete()
    process.refresh_from_db()
    assert (process.begin, process.activities.count()) == (None, 1)


def test_d06_nothing_an_instance_needs_can_be_deleted_from_under_it(ana, cy, unchanged):
    # Used to delete activities, processes and instances along with an application or a user.
    pushed = {"push": "route_to_user", "push_params": {"username": "cy"}}
    testing.process("Used", [("A", AUTO), ("B", pushed)], [("A", "B")])
    engine.start("Used", ana)
    for needed in (PushApplication.objects.get(), Application.objects.get(), ana, cy):
        with unchanged(), pytest.raises(ProtectedError):
            needed.delete()


def test_d07_timeouts_fire_once_with_aware_times(ana, settings):
    # Used to compare naive with aware times, swallow the error and say "triggered" on every run.
    assert settings.USE_TZ
    testing.process("Late", ["A", "B", "C"], [("A", "B"), ("A", "C", "timeout: 1h")])
    engine.start("Late", ana)
    with testing.moved(timedelta(days=3)):
        assert [jobs.timeout_scan()["fired"], jobs.timeout_scan()["fired"]] == [1, 0]
    assert statuses(ProcessInstance.objects.get()) == [("a", "cancelled"), ("c", "inactive")]


def test_d08_a_draft_is_saved_whole_or_not_at_all(db, unchanged):
    # Used to keep the activity rows after a failure; transitions, positions and SLA were never stored.
    process = testing.process("Draft", ["A", "B"], [("A", "B")], publish_now=False)
    process.refresh_from_db()
    graph = loader.read(process).graph
    broken = replace(graph, activities=(*graph.activities, graph.activities[0]))
    with unchanged(), pytest.raises(DefinitionError):
        save_graph(process, broken, revision=process.revision)
    placed = replace(graph.activities[0], position=(10, 20), sla_duration="3d")
    save_graph(process, replace(graph, activities=(placed, graph.activities[1])), revision=process.revision)
    stored = to_dict(loader.read(process).graph)["activities"][0]
    assert (stored["position"], stored["sla_duration"]) == ([10, 20], "3d")


def test_d08_the_last_writer_does_not_win_unseen(db, unchanged):
    # Used to overwrite what somebody else had saved meanwhile, and published versions under their instances.
    process = testing.process("Draft", ["A", "B"], [("A", "B")], publish_now=False)
    process.refresh_from_db()
    graph, seen = loader.read(process).graph, process.revision
    save_graph(process, replace(graph, description="mine"), revision=seen)
    with unchanged(), pytest.raises(DraftConflict):
        save_graph(process, replace(graph, description="theirs"), revision=seen)
    publishing.publish(process)
    with unchanged(), pytest.raises(DefinitionFrozen):
        save_graph(process, replace(graph, description="late"), revision=None)


def test_d09_an_end_needs_nothing_of_the_object(ana):
    # Used to append to obj.history, and stay active for ever where the model had no such text.
    testing.process("Short", ["A", ("End", {"kind": "dummy"})], [("A", "End")])
    started = engine.start("Short", ana, leave_request())
    assert engine.complete(started.pk, actor=ana).instance_status == "complete"


def test_d10_allowed_users_and_groups_restrict(ana, bo, cy, unchanged):
    # Used to let everyone in when no role was set.
    testing.process("Users", ["Ask", ("A", {"users": ["cy"]})], [("Ask", "A")])
    testing.process("Groups", ["Ask", ("A", {"groups": ["team"]})], [("Ask", "A")])
    for_cy = engine.complete(engine.start("Users", ana).pk, actor=ana).opened[0]
    for_team = engine.complete(engine.start("Groups", ana).pk, actor=ana).opened[0]
    for opened, outsider in ((for_cy, bo), (for_team, cy)):
        with unchanged(), pytest.raises(NotAllowed):
            engine.activate(opened.pk, actor=outsider)
    assert engine.activate(for_cy.pk, actor=cy).user == cy
    assert engine.activate(for_team.pk, actor=bo).user == bo


def test_d11_branches_that_finish_together_open_the_join_once(ana):
    # Used to leave a blocked item for each branch, for ever; races with real processes are in tests/races.
    first, second = fork(ana)
    engine.complete(first.pk, actor=ana)
    engine.complete(second.pk, actor=ana)
    assert list(WorkItem.objects.filter(activity_key="d").values_list("status", flat=True)) == ["inactive"]


def test_d12_a_failing_second_half_undoes_the_first(ana, register, unchanged):
    # Used to leave "completed, no successor", and a running orphan when a start failed.
    register(HOOK, "bad", lambda task, transition: 1 / 0)
    testing.process("Bad", ["A", "B"], [("A", "B", "", {"post_hook": "bad"})])
    started = engine.start("Bad", ana)
    with unchanged(), pytest.raises(Exception, match="tell an administrator"):
        engine.complete(started.pk, actor=ana)


def test_d12_a_failing_push_at_start_is_an_incident_and_no_exception(ana):
    # Used to raise from start and leave a running instance with a fallen out item behind.
    testing.process("Lost", [("A", {"push": "route_to_user", "push_params": {"username": "ghost"}})], [])
    started = engine.start("Lost", ana)
    assert (incident().code, incident().workitem) == ("push-failed", started)


def test_d13_a_role_limited_begin_waits_in_its_pool(pooled, bo):
    # Used to be given to the requester who lacks the role; each try made it fall out.
    assert (pooled.user, pooled.status) == (None, "inactive")
    assert engine.complete(pooled.pk, actor=bo).workitem.status == "complete"


def test_d14_an_unclaimed_pool_item_times_out_alone(ana, bo):
    # Used to raise for want of an owner, stop the scan and leave an unassigned orphan per run.
    late = [("A", "B"), ("A", "C", "timeout: 1d")]
    testing.process("Pool", [("A", {"roles": ["team"]}), "B", "C"], late)
    engine.start("Pool", ana)
    engine.start("Pool", ana)
    with testing.moved(timedelta(days=1)):
        assert jobs.timeout_scan() == {"checked": 2, "fired": 2, "gone": 0, "failed": 0}
        assert jobs.timeout_scan()["checked"] == 0
    assert WorkItem.objects.filter(activity_key="c").count() == 2


def test_d15_no_way_on_is_refused_and_never_a_dead_end(ana, unchanged):
    # Used to complete the item and leave the instance running for ever, with no trace.
    testing.process("Only", [("A", {"split_mode": "xor"}), "B"], [("A", "B", "OK")])
    started = engine.start("Only", ana)
    with unchanged(), pytest.raises(OutcomeRequired, match="“OK”"):
        engine.complete(started.pk, actor=ana, outcome="something else")


def test_d15_no_way_on_for_the_engine_itself_is_an_incident(ana, register):
    # As before, where nobody is there to be refused.
    register(APPLICATION, "other", lambda task: "something else")
    testing.process("Only", [("A", {"autostart": True, "application": "other"}), "B"], [("A", "B", "OK")])
    engine.start("Only", ana)
    assert (incident().code, item("a").status) == ("no-transition", "fallout")


@pytest.mark.parametrize("name", ["test_start", "app_env", "app_env_remove"])
def test_d16_no_address_makes_test_data(ana, browser, name, unchanged):
    # Used to clone all rows of any table, or make groups with rights, for anybody who was signed in.
    with pytest.raises(NoReverseMatch):
        reverse(f"goflow:{name}")
    with unchanged():
        assert browser(ana).post(f"/workflow/{name}/leave/leaverequest/").status_code == 404


# High


def test_d17_a_process_name_in_an_address_is_text(ana, browser):
    # Used to echo the name as markup.
    answer = browser(ana).get(reverse("goflow:start_proto", args=[MARKUP]))
    assert answer.status_code == 404
    assert MARKUP not in answer.content.decode()


def test_d18_markup_in_a_process_is_text_in_the_administration(root, browser):
    # Used to be marked safe: descriptions ran as script for the administrator.
    root.is_staff = True
    root.save()
    process = testing.process(MARKUP, ["A"], [], code="markup", description=MARKUP)
    started = engine.start("markup", root, title=MARKUP)
    pages = [
        reverse("admin:goflow_process_changelist"),
        reverse("admin:goflow_process_change", args=[process.pk]),
        reverse("admin:goflow_processinstance_changelist"),
        reverse("admin:goflow_processinstance_change", args=[started.instance_id]),
    ]
    answers = [browser(root).get(page) for page in pages]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [
        page for page, answer in zip(pages, answers, strict=True) if MARKUP in answer.content.decode()
    ] == []


def test_d19_pessimistic_locking_leaves_the_callers_object_up_to_date(ana, settings):
    # Used to rebind self: the caller's object stayed inactive, and every automatic step raised and stuck.
    settings.GOFLOW_LOCK_STRATEGY = "pessimistic"
    testing.process("Auto", ["A", ("B", AUTO), "C"], [("A", "B"), ("B", "C")])
    held = engine.start("Auto", ana)
    held.activate(ana)
    assert held.status == "active"
    held.complete(ana)
    assert (held.status, item("b").status, item("c").status) == ("complete", "complete", "inactive")


def test_d20_a_stale_object_overwrites_nothing(line, ana, cy, unchanged):
    # Used to put an active item back to inactive by a plain save of a stale object.
    stale = WorkItem.objects.get(pk=line.pk)
    engine.activate(line.pk, actor=ana)
    with unchanged(), pytest.raises(ConcurrentUpdate):
        stale.reassign(ana, cy)
    with unchanged(), pytest.raises(ConcurrentUpdate):
        stale.complete(ana)


def test_d21_an_and_join_counts_branches_and_not_arrivals(ana):
    # Used to open when one branch came twice while the other was still open.
    unsound(
        "Twice",
        ["A", "B", "C", ("D", {"join_mode": "and"})],
        [("A", "B"), ("A", "C"), ("B", "D"), ("B", "B", "AGAIN"), ("C", "D")],
    )
    first, second = engine.complete(engine.start("Twice", ana).pk, actor=ana).opened
    engine.complete(first.pk, actor=ana, outcome="AGAIN")
    engine.complete(item("b").pk, actor=ana)
    assert item("d").status == "blocked"
    engine.complete(second.pk, actor=ana)
    assert WorkItem.objects.filter(activity_key="d", status="inactive").count() == 1


def test_d22_an_and_join_behind_an_xor_split_is_told(ana):
    # Used to block for ever without a word.
    unsound(
        "Starve",
        [("A", {"split_mode": "xor"}), "B", "C", ("D", {"join_mode": "and"})],
        [("A", "B", "B"), ("A", "C", "C"), ("B", "D"), ("C", "D")],
    )
    only = engine.complete(engine.start("Starve", ana).pk, actor=ana, outcome="B").opened[0]
    done = engine.complete(only.pk, actor=ana)
    assert [(i.code, i.params["missing"]) for i in done.incidents] == [("join-starved", {"d": ["c-d"]})]


def test_d22_publishing_refuses_it(db, unchanged):
    # Used to be published without a warning.
    draft = testing.process(
        "Starve",
        [("A", {"split_mode": "xor"}), "B", "C", ("D", {"join_mode": "and"})],
        [("A", "B", "B"), ("A", "C", "C"), ("B", "D"), ("C", "D")],
        publish_now=False,
    )
    with unchanged(), pytest.raises(PublishRefused, match="Solve them"):
        publishing.publish(draft)


def test_d23_an_end_waits_for_the_other_branches(ana, unchanged):
    # Used to close the instance at the first end; its other items lived on, and forward reopened it.
    testing.process("Ends", ["A", "B", "C"], [("A", "B"), ("A", "C")])
    first, second = engine.complete(engine.start("Ends", ana).pk, actor=ana).opened
    assert engine.complete(first.pk, actor=ana).instance_status == "running"
    assert engine.complete(second.pk, actor=ana).instance_status == "complete"
    with unchanged(), pytest.raises(WrongState):
        engine.forward(second.pk, actor=ana)


def test_d24_parallel_branches_keep_their_own_outcomes(ana):
    # Used to share one condition per instance: the branch that answered YES was routed to NO.
    choice = {"split_mode": "xor", "autofinish": False}
    testing.process(
        "Parallel",
        ["A", ("B", choice), ("C", choice), "Yes", "No"],
        [
            ("A", "B"),
            ("A", "C"),
            ("B", "Yes", "YES"),
            ("B", "No", "NO"),
            ("C", "Yes", "YES"),
            ("C", "No", "NO"),
        ],
    )
    first, second = engine.complete(engine.start("Parallel", ana).pk, actor=ana).opened
    engine.complete(first.pk, actor=ana, outcome="YES")
    engine.complete(second.pk, actor=ana, outcome="NO")
    assert [i.activity_key for i in engine.forward(first.pk, actor=ana).opened] == ["yes"]
    assert [i.activity_key for i in engine.forward(second.pk, actor=ana).opened] == ["no"]


@pytest.mark.parametrize("closed", ["suspended", "complete", "terminated"])
def test_d25_items_of_instances_that_do_not_run_stay_as_they_are(line, ana, unchanged, closed):
    # Used to be activated and completed all the same.
    ProcessInstance.objects.update(status=closed)
    with unchanged(), pytest.raises(InstanceClosed):
        engine.activate(line.pk, actor=ana)
    with unchanged(), pytest.raises(InstanceClosed):
        engine.complete(line.pk, actor=ana)


def test_d27_an_automatic_loop_is_an_incident(ana):
    # Used to end in RecursionError after 326 items, rows kept.
    testing.process(
        "Loop",
        ["Begin", ("A", AUTO), "End"],
        [("Begin", "A"), ("A", "A"), ("A", "End", "data.stop == true")],
    )
    done = engine.complete(engine.start("Loop", ana).pk, actor=ana)
    assert ([i.code for i in done.incidents], status(done.instance)) == (["endless-loop"], "running")


def test_d28_a_failing_application_is_held_told_and_retried(ana, root, register):
    # Used to be logged only; the item stayed active for ever.
    broken = [True]

    def application(task):
        if broken:
            raise ValueError("no paper")

    register(APPLICATION, "printer", application)
    testing.process(
        "Print", ["A", ("B", {"autostart": True, "application": "printer"}), "C"], [("A", "B"), ("B", "C")]
    )
    done = engine.complete(engine.start("Print", ana).pk, actor=ana)
    assert (item("b").status, done.incidents[0].message) == ("fallout", "ValueError: no paper")
    broken.clear()
    assert [i.activity_key for i in engine.retry(incident().pk, actor=root).opened] == ["c"]


def test_d28_an_outcome_an_application_gives_is_not_lost(ana, register):
    # Used to be lost, because complete() read the instance again.
    register(APPLICATION, "check", lambda task: "OK")
    testing.process(
        "Check",
        [("A", {"autostart": True, "application": "check", "split_mode": "xor"}), "Yes", "No"],
        [("A", "Yes", "OK"), ("A", "No")],
    )
    engine.start("Check", ana)
    assert item("yes").status == "inactive"


def test_d29_an_automatic_activity_with_a_role_runs(ana):
    # Used to fall out, because the auto user lacked the role, and to raise for the person before it.
    testing.process("Role", ["A", ("B", {**AUTO, "roles": ["team"]}), "C"], [("A", "B"), ("B", "C")])
    done = engine.complete(engine.start("Role", ana).pk, actor=ana)
    assert ([i.activity_key for i in done.opened], done.incidents) == (["c"], ())


def test_d30_falling_out_works_outside_debug_and_administrators_see_it(ana, root, settings, browser):
    # Used to raise TypeError with DEBUG off; no administrator ever heard of it.
    assert not settings.DEBUG
    testing.process("Lost", [("A", {"push": "route_to_user", "push_params": {"username": "ghost"}})], [])
    started = engine.start("Lost", ana)
    assert started.status == "fallout"
    assert Incident.objects.open().for_user(root).count() == 1
    page = browser(root).get(reverse("goflow:instance", args=[started.instance_id]))
    assert reverse("goflow:retry", args=[incident().pk]) in page.content.decode()


def test_d32_a_pool_item_is_listed_once_however_many_roles_match(ana):
    # Used to show up twice per matching role.
    testing.process("Roles", [("A", {"roles": ["one", "two"], "groups": ["three"]})], [])
    member = testing.person("member", "one", "two", "three")
    started = engine.start("Roles", ana)
    assert [i.pk for i in inbox.page(assignment.queues_of(member))] == [started.pk]


def test_d32_a_list_of_a_hundred_costs_three_statements(ana, bo):
    # Used to cost 406 queries.
    testing.process("Pool", [("A", {"roles": ["team"]})], [])
    for _ in range(100):
        engine.start("Pool", ana)
    with count_statements() as statements:
        queues = assignment.queues_of(bo)
        shown = [i.instance.process.title + i.activity.title for i in inbox.page(queues, limit=100)]
        inbox.count(queues)
    assert (len(shown), len(statements)) == (100, 3), statements


def test_d33_publishing_is_in_the_journal(db):
    # Used to be swallowed: written with an unknown keyword.
    process = testing.process("Told", ["A"], [])
    row = AuditEvent.objects.get(stream=f"p:{process.code}", action="process.published")
    assert (row.process_id, row.metadata["version"]) == (process.pk, 1)


def test_d35_neither_publishing_nor_cloning_happens_by_get(root, browser, unchanged):
    # Used to publish by ?confirm=1 and clone by opening an address.
    draft = testing.process("Draft", ["A"], [], publish_now=False)
    with unchanged():
        for name in ("process_publish", "process_clone", "process_retire", "process_discard"):
            answer = browser(root).get(reverse(f"goflow:{name}", args=[draft.pk]) + "?confirm=1")
            assert answer.status_code < 500


@pytest.mark.parametrize("published", [False, True])
def test_d35_drafts_and_retired_versions_are_not_started(ana, unchanged, published):
    # Used to start like any other.
    process = testing.process("Old", ["A"], [], publish_now=published)
    if published:
        publishing.retire(process)
    with unchanged(), pytest.raises(ProcessNotStartable):
        engine.start("Old", ana)


def test_d35_publishing_retires_versions_of_its_own_tenant_only(db):
    # Used to retire the rows of other tenants with the same code.
    theirs = testing.process("Same", ["A"], [], tenant_id="theirs")
    testing.process("Same", ["A"], [], tenant_id="ours")
    theirs.refresh_from_db()
    assert theirs.status == "published"


@pytest.mark.parametrize(
    "name",
    ["home", "mywork", "available", "myrequests", "done", "otherswork", "start", "monitor", "processes"],
)
def test_d36_every_page_needs_a_sign_in(db, client, name):
    # Used to show the dashboard and more to anybody.
    answer = client.get(reverse(f"goflow:{name}"))
    assert answer.status_code == 302
    assert "login" in answer.url


@pytest.mark.parametrize("name", ["otherswork", "monitor"])
def test_d36_other_peoples_work_needs_the_right(cy, browser, name):
    # Used to be readable by any user.
    assert browser(cy).get(reverse(f"goflow:{name}")).status_code in {403, 404}


def test_d36_other_peoples_instances_are_not_there(line, cy, browser):
    # Used to be readable by any user, history included.
    testing.process("Own", [("A", {"push": "route_to_requester"})], [])
    assert browser(cy).get(reverse("goflow:instance", args=[line.instance_id])).status_code == 404
    assert browser(cy).get(reverse("goflow:workitem", args=[line.pk])).status_code == 404


def test_d36_being_staff_is_no_right_to_publish(browser, unchanged):
    # Used to be enough, and all employees of the demo are staff.
    staff = testing.person("staff", is_staff=True)
    draft = testing.process("Draft", ["A"], [], publish_now=False)
    with unchanged():
        answer = browser(staff).post(reverse("goflow:process_publish", args=[draft.pk]))
    assert answer.status_code in {403, 404}


def test_d36_cron_and_graph_saving_are_closed_to_strangers(db, client, unchanged):
    # Used to be open to everybody without a sign-in.
    with unchanged():
        for path in ("/workflow/cron/", "/workflow/designer/1/graph/", "/workflow/pos_activity/1/"):
            assert client.post(path).status_code in {302, 401, 403, 404, 405}


def test_d37_starting_needs_the_right_and_code_and_title_ask_for_the_same(ana, unchanged):
    # Used not to be checked; started by code, the process asked for another group.
    testing.process("Big Plan", ["A"], [])
    Group.objects.create(name="Big Plan")
    for name in ("Big Plan", "big-plan"):
        with unchanged(), pytest.raises(NotAllowed):
            engine.start(name, ana)
    ana.groups.add(Group.objects.get(name="Big Plan"))
    assert engine.start("big-plan", ana).status == "inactive"


def test_d38_a_push_that_names_nobody_opens_the_item_to_nobody(ana, cy, unchanged):
    # Used to leave the item unassigned: everybody saw it and could take it.
    testing.process("Push", [("A", {"push": "route_to_superuser", "push_params": {"username": "cy"}})], [])
    started = engine.start("Push", ana)
    assert inbox.page(assignment.queues_of(cy)) == []
    with unchanged(), pytest.raises((NotAllowed, WrongState)):
        engine.activate(started.pk, actor=cy)


def test_d39_a_process_is_looked_up_within_the_requesters_tenant(ana, settings):
    # Used to be looked up without user and request: anybody's process of that name.
    theirs = testing.process("Same", ["Theirs"], [], tenant_id="theirs")
    ours = testing.process("Same", ["Ours"], [], tenant_id="ours")
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "ours"}
    started = engine.start("Same", ana)
    assert (started.instance.process, started.instance.tenant_id, started.tenant_id) == (ours, "ours", "ours")
    settings.GOFLOW_TENANT_RESOLVER = lambda request, user: {"tenant_id": "theirs"}
    assert engine.start("Same", ana).instance.process == theirs


def test_d40_xor_follows_the_order_and_blank_means_otherwise(ana):
    # Used to follow the order of the rows, and an empty condition placed first won over a matching one.
    testing.process(
        "Choice",
        [("A", {"split_mode": "xor"}), "Else", "Second", "First"],
        [
            ("A", "Else", "", {"ordering": 1}),
            ("A", "Second", "outcome in ('X', 'Y')", {"ordering": 30}),
            ("A", "First", "X", {"ordering": 20}),
        ],
    )
    taken = [
        engine.complete(engine.start("Choice", ana).pk, actor=ana, outcome=outcome).opened[0].activity_key
        for outcome in ("X", "Y", "Z")
    ]
    assert taken == ["first", "second", "else"]


def test_d41_hooks_run_for_the_way_taken_and_on_blank_ones_too(ana, register):
    # Used to run post hooks of ways not taken, and none on unconditional ways.
    told = []
    register(HOOK, "before", lambda task, transition: told.append(("before", transition.key)))
    register(HOOK, "after", lambda task, transition: told.append(("after", transition.key)))
    hooks = {"pre_hook": "before", "post_hook": "after"}
    testing.process(
        "Hooks", [("A", {"split_mode": "xor"}), "B", "C"], [("A", "B", "OK", hooks), ("A", "C", "", hooks)]
    )
    engine.complete(engine.start("Hooks", ana).pk, actor=ana)
    assert told == [("before", "a-c"), ("after", "a-c")]


def test_d41_a_broken_pre_hook_is_an_error_and_no_veto(ana, register, unchanged):
    # Used to veto silently.
    register(HOOK, "broken", lambda task, transition: 1 / 0)
    ways = [("A", "B", "OK", {"pre_hook": "broken"}), ("A", "C")]
    testing.process("Hooks", [("A", {"split_mode": "xor"}), "B", "C"], ways)
    started = engine.start("Hooks", ana)
    with unchanged(), pytest.raises(Exception, match=r"“broken” failed \(ZeroDivisionError"):
        engine.complete(started.pk, actor=ana, outcome="OK")
