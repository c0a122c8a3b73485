"""
Plays the cases of ``cases.json``: small processes with the right answer, through the door each step names.

A case builds its forms, people and process, then does its ``steps`` in order. ``do`` is a verb, ``see`` looks
at something; the note in the file lists the words. A page is used as a browser uses it: it is fetched, its
fields are filled in, and everything its form holds is sent. A verb answers with a status: what the page or
the API answered, 200 for a call of the engine, or the name of the error that it raised.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from goflow.api import tokens
from goflow.errors import GoflowError
from goflow.runtime import engine, inbox
from goflow.runtime.assignment import queues_of
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.runtime.task import Task
from goflow.testing import group, person, process
from goflow.workflow import registry

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))["cases"]
}

TITLE, CODE = "Case", "case"
FIELDS: dict[str, type[forms.Field]] = {
    "decimal": forms.DecimalField,
    "integer": forms.IntegerField,
    "text": forms.CharField,
    "date": forms.DateField,
    "duration": forms.DurationField,
    "boolean": forms.BooleanField,
    "file": forms.FileField,
}
FILE = "<file>"
DONE = 200
Status = int | str


class Fields(HTMLParser):
    """
    What the form of a page would send when nothing is changed, and the buttons that send it.

    Only the form that holds ``goflow_key`` counts: the one that answers something.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self.area = self.select = ""
        self.one: str | None = None
        self.feed(_form_of(page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        name, value = own.get("name") or "", own.get("value")
        if tag == "input" and (own.get("type") not in {"checkbox", "radio"} or "checked" in own):
            self.put(name, "on" if value is None and "checked" in own else value or "")
        elif tag == "textarea":
            self.area = name
            self.put(name, "")
        elif tag == "select":
            self.select, self.one = name, None if "multiple" in own else ""
        elif tag == "option" and self.select and "selected" in own:
            self.put(self.select, value or "")
        elif tag == "option" and self.select and self.one == "":
            self.one = value or ""
        elif tag == "button" and name == "outcome":
            self.buttons.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            if self.one is not None and self.select not in self.values:
                self.put(self.select, self.one)
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area][-1] += data.removeprefix("\n")

    def put(self, name: str, value: str) -> None:
        if name:
            self.values.setdefault(name, []).append(value)


def _form_of(page: str) -> str:
    found = [part.split("</form>")[0] for part in page.split("<form")[1:] if 'name="goflow_key"' in part]
    return f"<form{found[0]}" if found else ""


class Playing:
    """
    One case being played. Use it as a context: what it registers is gone afterwards.
    """

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.case = case
        self.people: dict[str, Any] = {}
        self.stack = ExitStack()

    def __enter__(self) -> Playing:
        for name, declared in self.case.get("forms", {}).items():
            self.register(registry.FORM, f"{CODE}.start" if name == "start" else name, form_class(declared))
        for name in self.case.get("push", {}):
            self.register(registry.PUSH_APPLICATION, f"own:{name}", self.pushed(name))
        if self.case.get("tenants"):
            self.stack.enter_context(override_settings(GOFLOW_TENANT_RESOLVER=tenant_of))
        people = self.case.get("people", {"ann": []})
        self.people = {name: person(name, *groups) for name, groups in people.items()}
        self.build()
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    def register(self, kind: str, name: str, code: Callable[..., Any]) -> None:
        self.stack.enter_context(registry.registered(kind, name, code))

    def pushed(self, name: str) -> Callable[..., Any]:
        return lambda task, **params: self.people.get(self.case["push"][name])

    def build(self) -> None:
        declared = self.case["process"]
        activities = [_activity(one) for one in declared["activities"]]
        transitions = [tuple(one) for one in declared["transitions"]]
        process(TITLE, activities, transitions, tenant_id="a" if self.case.get("tenants") else "")

    @property
    def instance(self) -> ProcessInstance:
        found: ProcessInstance = ProcessInstance.objects.latest("id")
        return found

    def item(self, title: str, nth: int = 0) -> WorkItem:
        """
        An open item of the step, the latest one of it when none is open.
        """
        rows = WorkItem.objects.filter(instance=self.instance, activity__title=title).order_by("id")
        live = [row for row in rows if row.is_open]
        found: WorkItem = live[nth] if live else list(rows)[-1]
        return found

    def who(self, name: str | None) -> Any:
        return self.people[name] if name else next(iter(self.people.values()))

    def page(self, user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def post(self, user: Any, path: str, body: Mapping[str, Any]) -> Status:
        return api_status(user, path, body)

    def play(self) -> None:
        """
        Every step in turn. Raises AssertionError naming the step that came out differently.
        """
        for step in self.case["steps"]:
            found = self.seen(step["see"]) if "see" in step else self.done(step)
            if "expect" in step:
                assert found == step["expect"], (step, found)
            elif "expect_not" in step:
                assert found != step["expect_not"], (step, found)
            else:
                assert found in {200, 302}, (step, found)

    def done(self, step: Mapping[str, Any]) -> Status:
        """
        The status of a verb.
        """
        door = step.get("door", "code")
        verb = getattr(self, f"{step['do']}_by_{door}", None) or getattr(self, step["do"])
        try:
            return verb(step) or DONE
        except GoflowError as exc:
            return type(exc).__name__

    def start_by_code(self, step: Mapping[str, Any]) -> None:
        engine.start(TITLE, self.who(step.get("by")), data=step.get("data"))

    def start_by_api(self, step: Mapping[str, Any]) -> Status:
        body = {"process_name": TITLE, "data": step.get("data", {})}
        return self.post(self.who(step.get("by")), "/processes/start", body)

    def start_by_page(self, step: Mapping[str, Any]) -> Status:
        path = reverse("goflow:start_proto", args=[CODE])
        return self.sent(self.who(step.get("by")), path, step.get("data", {}))

    def complete_by_code(self, step: Mapping[str, Any]) -> None:
        item, answers = self.item(step["step"], step.get("nth", 0)), step.get("answers")

        def prepare(task: Task) -> None:
            task.data[task.activity.key] = dict(answers)

        engine.complete(
            item.pk,
            actor=self.who(step.get("by")),
            outcome=step.get("outcome"),
            prepare=prepare if answers is not None else None,
        )

    def complete_by_api(self, step: Mapping[str, Any]) -> Status:
        item = self.item(step["step"], step.get("nth", 0))
        given = {"condition": step.get("outcome"), "data": step.get("answers")}
        body = {name: value for name, value in given.items() if value is not None}
        return self.post(self.who(step.get("by")), f"/workitems/{item.pk}/complete", body)

    def complete_by_page(self, step: Mapping[str, Any]) -> Status:
        item = self.item(step["step"], step.get("nth", 0))
        path = reverse("goflow:workitem", args=[item.pk])
        return self.sent(self.who(step.get("by")), path, step.get("answers", {}), step.get("outcome", ""))

    def sent(self, user: Any, path: str, answers: Mapping[str, Any], button: str = "") -> Status:
        """
        Open a page, fill its form in and press a button that it has.
        """
        client = self.page(user)
        shown = Fields(client.get(path).content.decode())
        if button and button not in shown.buttons:
            return f"no button {button}"
        filled = {name: _upload(value) for name, value in answers.items()}
        return client.post(path, {**shown.values, **filled, "outcome": button}).status_code

    def take(self, step: Mapping[str, Any]) -> None:
        engine.activate(self.item(step["step"]).pk, actor=self.who(step.get("by")))

    def hand_over(self, step: Mapping[str, Any]) -> None:
        item, to = self.item(step["step"]), self.who(step["to"])
        engine.reassign(item.pk, actor=self.who(step.get("by")), to=to)

    def withdraw(self, step: Mapping[str, Any]) -> None:
        engine.cancel(self.instance.pk, actor=self.who(step.get("by")))

    def leave(self, step: Mapping[str, Any]) -> None:
        get_user_model().objects.filter(username=step["who"]).update(is_active=False)

    def leave_group(self, step: Mapping[str, Any]) -> None:
        self.people[step["who"]].groups.remove(group(step["group"]))

    def join(self, step: Mapping[str, Any]) -> None:
        self.people[step["who"]] = person(step["who"], step["group"])

    def clock_pass(self, step: Mapping[str, Any]) -> None:
        call_command("goflow_cron", stdout=io.StringIO())

    def seen(self, what: str) -> object:
        """
        What ``see`` looks at, as plain data.
        """
        word, _colon, about = what.partition(":")
        return getattr(self, f"see_{word.replace(' ', '_')}")(about)

    def see_open(self, _about: str) -> list[str]:
        rows = self.instance.workitems.select_related("activity").order_by("id")
        return [row.activity.title for row in rows if row.is_open]

    def see_status(self, _about: str) -> str:
        return str(self.instance.status)

    def see_incidents(self, _about: str) -> list[str]:
        rows = Incident.objects.open().filter(instance=self.instance).order_by("id")
        return [row.code for row in rows]

    def see_buttons(self, step: str) -> list[str]:
        path = reverse("goflow:workitem", args=[self.item(step).pk])
        return Fields(self.page(self.who(None)).get(path).content.decode()).buttons

    def see_inbox(self, name: str) -> list[str]:
        user = get_user_model().objects.get(username=name)
        return [row.activity.title for row in inbox.page(sorted(queues_of(user)))]

    def see_page_has(self, text: str) -> bool:
        path = reverse("goflow:instance", args=[self.instance.pk])
        return text in self.page(self.who(None)).get(path).content.decode()

    def see_notice_or_another_owner(self, step: str) -> bool:
        item = self.item(step)
        has_incident = Incident.objects.open().filter(workitem=item).exists()
        return has_incident or item.user is None or bool(item.user.is_active)


def _activity(declared: str | Mapping[str, Any]) -> str | tuple[str, dict[str, Any]]:
    if isinstance(declared, str):
        return declared
    return str(declared["title"]), {name: value for name, value in declared.items() if name != "title"}


def _upload(value: Any) -> Any:
    return SimpleUploadedFile("paper.txt", b"text") if value == FILE else value


def form_class(declared: Mapping[str, Any]) -> type[forms.Form]:
    """
    A form of fields that are declared as ``{name: {"type": word, option: value}}``.
    """
    return type("Declared", (forms.Form,), dict(_fields(declared)))


def _fields(declared: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field]]:
    for name, options in declared["fields"].items():
        given = dict(options)
        yield name, FIELDS[given.pop("type")](**given)


def tenant_of(_request: object, user: Any) -> dict[str, str]:
    """
    People called ``b-...`` belong to another tenant than all others.
    """
    return {"tenant_id": "b" if user is not None and user.username.startswith("b-") else "a"}


def api_status(user: Any, path: str, body: Mapping[str, Any]) -> int:
    """
    What the API answers to this person.
    """
    headers = {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(user).access}"}
    answer = Client().post(
        f"/api/protected{path}", json.dumps(body), content_type="application/json", **headers
    )
    return int(answer.status_code)
