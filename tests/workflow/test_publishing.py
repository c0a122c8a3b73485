from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType

from goflow.errors import DefinitionFrozen, PublishConflict, PublishRefused, VersionInUse
from goflow.journal.models import AuditEvent
from goflow.signals import process_published
from goflow.testing import count_statements
from goflow.workflow import loader
from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Activity, Process, Queue
from goflow.workflow.publishing import clone, discard, problems, publish, retire, roll_back

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("seq").values_list("action", flat=True))


def test_publishing_makes_the_draft_the_published_version(draft: Process) -> None:
    publish(draft)
    assert list(Process.objects.startable()) == [draft]
    assert (draft.status, draft.published_code) == ("published", "leave-request")


def test_publishing_stores_a_fingerprint(draft: Process) -> None:
    publish(draft)
    assert len(draft.fingerprint) == 64


def test_publishing_remembers_who_and_why(draft: Process) -> None:
    user = User.objects.create(username="ada")
    publish(draft, by=user, note="first")
    assert (draft.published_by, draft.version_note) == (user, "first")
    assert draft.published_at is not None


def test_publishing_returns_the_warnings(draft: Process) -> None:
    add_activity(draft, "Anybody")
    add_transition(draft, "on", "Inform", "Anybody")
    assert [problem.code for problem in publish(draft)] == ["open-to-everyone"]


def test_equal_pools_share_a_queue(draft: Process) -> None:
    publish(draft)
    approve, inform = Activity.objects.get(key="approve"), Activity.objects.get(key="inform")
    assert approve.queue == inform.queue
    assert list(approve.queue.groups.values_list("name", flat=True)) == ["managers"]


def test_pools_are_shared_between_processes(draft: Process) -> None:
    publish(draft)
    other = Process.objects.create(title="Other")
    add_activity(other, "Only", roles=["managers"])
    publish(other)
    assert Queue.objects.count() == 1


def test_allowed_users_are_in_the_queue(draft: Process) -> None:
    user = User.objects.create(username="ada")
    add_activity(draft, "Approve", users=["ada"])
    publish(draft)
    assert list(Activity.objects.get(key="approve").queue.users.all()) == [user]


def test_an_activity_for_everybody_has_no_queue(draft: Process) -> None:
    publish(draft)
    assert Activity.objects.get(key="request").queue is None


def test_errors_refuse_publishing_and_change_nothing(draft: Process) -> None:
    add_activity(draft, "Lost", autostart=True, application="nobody.knows")
    before = Process.objects.values().get()
    with pytest.raises(PublishRefused, match="“Leave request” cannot be published") as refused:
        publish(draft)
    assert "unknown-application" in {problem.code for problem in refused.value.problems}
    assert Process.objects.values().get() == before
    assert actions() == []


def test_unchecked_publishing_takes_errors(draft: Process) -> None:
    add_activity(draft, "Lost", autostart=True, application="nobody.knows")
    found = publish(draft, check=False)
    assert "unknown-application" in {problem.code for problem in found}
    assert draft.status == "published"


def test_publishing_retires_the_version_before(draft: Process) -> None:
    publish(draft)
    second = clone(draft, by=None)
    publish(second)
    draft.refresh_from_db()
    assert (draft.status, draft.published_code) == ("retired", None)
    assert list(Process.objects.published()) == [second]


def test_publishing_leaves_other_tenants_alone(draft: Process) -> None:
    publish(draft)
    other = Process.objects.create(title="Leave request", tenant_id="acme")
    add_activity(other, "Only")
    publish(other)
    assert Process.objects.published().count() == 2


def test_publishing_twice_is_a_conflict(draft: Process) -> None:
    same = Process.objects.get(pk=draft.pk)
    publish(draft)
    with pytest.raises(PublishConflict, match="was published or changed meanwhile"):
        publish(same)


def test_publishing_an_unseen_revision_is_a_conflict(draft: Process) -> None:
    draft.refresh_from_db()
    seen = draft.revision
    add_activity(draft, "New")
    with pytest.raises(PublishConflict):
        publish(draft, revision=seen)
    assert Process.objects.get().status == "draft"


def test_publishing_is_recorded(draft: Process) -> None:
    user = User.objects.create(username="ada")
    publish(draft, by=user)
    second = clone(draft, by=user)
    publish(second, by=user)
    retire(second, by=user)
    assert actions() == [
        "process.published",
        "process.cloned",
        "process.retired",
        "process.published",
        "process.retired",
    ]
    assert set(AuditEvent.objects.values_list("actor", "stream")) == {(str(user.pk), "p:leave-request")}


def test_publishing_makes_the_group_of_starters(draft: Process) -> None:
    publish(draft)
    group = Group.objects.get(name="Leave request")
    assert [p.codename for p in group.permissions.all()] == ["can_instantiate"]


def test_the_group_of_starters_can_be_switched_off(draft: Process, settings) -> None:
    settings.GOFLOW_AUTO_CREATE_PROCESS_GROUPS = False
    publish(draft)
    assert not Group.objects.filter(name="Leave request").exists()


def test_publishing_reads_the_definition_once(draft: Process) -> None:
    with count_statements() as statements:
        publish(draft)
    reads = [text for text in statements if text.startswith("SELECT") and "goflow_transition" in text]
    assert len(reads) == 1, statements


def test_the_first_start_finds_in_memory_what_is_stored(draft: Process, ada: User) -> None:
    add_activity(draft, "Check", users=[ada])
    add_activity(draft, "Ring")
    add_transition(draft, "", "Inform", "Check")
    add_transition(draft, "", "Check", "Ring")
    publish(draft)
    with count_statements() as statements:
        kept = loader.definition(draft.pk, draft.fingerprint)
    assert not statements
    assert kept == loader.read(draft)


def test_receivers_hear_of_it_after_commit(draft: Process, django_capture_on_commit_callbacks) -> None:
    heard = []

    def receiver(**told: object) -> None:
        heard.append((told["process"], told["actor"], told["rollback"]))

    process_published.connect(receiver)
    with django_capture_on_commit_callbacks(execute=True):
        publish(draft)
        assert heard == []
    process_published.disconnect(receiver)
    assert heard == [(draft, None, False)]


def test_a_blank_end_makes_no_activity(draft: Process) -> None:
    publish(draft)
    assert draft.end is None
    assert draft.activities.count() == 3


def test_retiring_needs_a_published_version(draft: Process) -> None:
    with pytest.raises(PublishConflict):
        retire(draft)


def test_rolling_back_publishes_a_copy_of_the_older_version(draft: Process) -> None:
    publish(draft)
    second = clone(draft, by=None)
    add_activity(second, "Approve", description="changed")
    publish(second)
    third = roll_back(draft)
    assert (third.version, third.status) == (3, "published")
    assert third.activities.get(key="approve").description == ""


def test_problems_name_unreadable_fields(draft: Process) -> None:
    from_users = add_transition(draft, "big", "Approve", "Request", "wfobject.password == 'x'")
    draft.content_type = ContentType.objects.get_for_model(User)
    draft.save()
    found = [p for p in problems(draft) if p.code == "unknown-field"]
    assert [p.elements for p in found] == [(from_users.key,)]


def test_warnings_are_recorded(draft: Process, ada: User) -> None:
    add_activity(draft, "Anybody")
    add_transition(draft, "on", "Inform", "Anybody")
    publish(draft, by=ada)
    metadata = AuditEvent.objects.get(action="process.published").metadata
    assert (metadata["warnings"], metadata["rollback"]) == (["open-to-everyone"], False)


def test_a_rollback_is_recorded_as_such(draft: Process) -> None:
    publish(draft)
    roll_back(draft)
    latest = AuditEvent.objects.filter(action="process.published").order_by("-seq").first()
    assert latest is not None
    assert latest.metadata["rollback"] is True


def test_a_discarded_draft_is_gone(draft: Process, ada: User) -> None:
    discard(draft, by=ada)
    assert not Process.objects.exists()
    event = AuditEvent.objects.get(action="process.discarded")
    assert (event.actor, event.metadata["version"]) == (str(ada.pk), 1)


def test_only_drafts_are_discarded(draft: Process) -> None:
    publish(draft)
    with pytest.raises(DefinitionFrozen):
        discard(draft)
    assert not AuditEvent.objects.filter(action="process.discarded").exists()


def test_a_draft_is_discarded_once(draft: Process) -> None:
    again = Process.objects.get(pk=draft.pk)
    discard(draft)
    with pytest.raises(PublishConflict):
        discard(again)


def test_a_draft_in_use_is_kept(draft: Process) -> None:
    other = Process.objects.create(title="Other")
    add_activity(other, "Call", kind="subflow", subflow=draft)
    with pytest.raises(VersionInUse, match="is in use and cannot be discarded"):
        discard(draft)
    assert Process.objects.filter(pk=draft.pk).exists()
    assert not AuditEvent.objects.filter(action="process.discarded").exists()
