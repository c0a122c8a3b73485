from __future__ import annotations

from typing import Any

from django.test import Client

from goflow.outbound.models import Notification
from goflow.runtime import engine, jobs
from goflow.testing import person, process
from tests.outbound.smtp import serving
from tests.outbound.test_mail import bodies


def test_a_step_reaches_people_by_bell_and_mail_in_one_pass(db: None, settings: Any) -> None:
    settings.GOFLOW_BASE_URL = "https://flow.example.com"
    ana, bo = person("ana", email="ana@example.com"), person("bo", "team", email="bo@example.com")
    process("Ask", [("Answer", {"roles": ["team"]}), "End"], [("Answer", "End")])
    item = engine.start("Ask", ana, title="Laptop")
    engine.activate(item.pk, actor=bo)
    engine.reassign(item.pk, actor=bo, to=ana)
    with serving(settings) as inbox:
        found = jobs.tick()
        assert jobs.tick()["mail"] == {}
    assert (found["events"]["sent"], found["mail"]["sent"]) == (2, 1)
    assert [str(mail["To"]) for mail in inbox.mails] == ["ana@example.com"]
    told = Notification.objects.order_by("id").values_list("user__username", "event")
    assert list(told) == [("bo", "queued"), ("ana", "assigned")]
    _open_from_mail(ana, bodies(inbox.mails[0])[0], item.pk)


def _open_from_mail(user: Any, text: str, item: int) -> None:
    path = f"/workflow/workitems/{item}/"
    assert f"https://flow.example.com{path}" in text
    client = Client()
    client.force_login(user)
    assert client.get(path).status_code == 200
