"""Who gets which page, and what every page has in common."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from goflow.desk.headers import POLICY
from goflow.runtime.models import Incident, ProcessInstance
from goflow.web.urls import urlpatterns
from tests.web.conftest import TITLE, As, Company, Unchanged

LISTS = [
    "",
    "mywork/",
    "available/",
    "myrequests/",
    "done/",
    "start/",
    "notifications/",
    "notifications/settings/",
]
BROWSING = ["monitor/", "otherswork/", "otherswork/?worker=bob", "process/dot/{process}/"]
OWN = [
    "workitems/{item}/",
    "mywork/activate/{item}/",
    "mywork/complete/{item}/",
]
INSTANCE = ["instances/{instance}/"]
POSTS = [
    "workitems/{item}/release/",
    "workitems/{item}/reassign/",
    "workitems/{item}/forward/",
    "instances/{instance}/cancel/",
    "instances/{instance}/suspend/",
    "instances/{instance}/resume/",
    "incidents/1/retry/",
    "notifications/read/",
    "notifications/1/open/",
]
OTHER = [
    "accounts/login/",
    "logout/",
    "notifications/unsubscribe/token/",
    "start_proto/purchase/",
    "start/leave/leaverequest/",
    "myrequests/instancehistory/?id={instance}",
    "otherswork/instancehistory/?id={instance}",
    "notifications/unread/",
]
ABOUT_PROCESSES = r"process/($|<|import/)"
"""Tested in test_processes.py."""
OPEN_POSTS = ["theme/"]
"""Whoever has not signed in may do it too; see test_appearance.py."""
EVERYTHING = [*LISTS, *BROWSING, *OWN, *INSTANCE, *POSTS, *OPEN_POSTS, *OTHER]


def at(company: Company, path: str) -> str:
    instance = company.item.instance
    return "/workflow/" + path.format(item=company.item.pk, instance=instance.pk, process=instance.process_id)


def statuses(as_: As, company: Company, path: str) -> dict[str, int]:
    names = ["anna", "bob", "carl", "bea", "root"]
    return {name: as_(getattr(company, name)).get(at(company, path)).status_code for name in names}


def test_every_address_is_in_these_tests() -> None:
    ours = [f for f in urlpatterns if not re.match(ABOUT_PROCESSES, str(f.pattern))]
    patterns = {re.sub(r"<[^>]*>", "*", str(f.pattern)) for f in ours}
    tried = {re.sub(r"\{\w+\}|\b1\b", "*", path).partition("?")[0] for path in EVERYTHING}
    names = (("purchase", "*"), ("leave/leaverequest", "*/*"), ("token", "*"))
    for name, pattern in names:
        tried = {path.replace(name, pattern) for path in tried}
    assert patterns == tried


def test_strangers_are_sent_to_sign_in(client: Client, company: Company) -> None:
    paths = [*LISTS, *BROWSING, *OWN, *INSTANCE, *OTHER[3:]]
    found = {path: client.get(at(company, path)) for path in paths}
    assert {response["Location"].partition("?")[0] for response in found.values()} == {"/accounts/login/"}


def test_strangers_may_not_post(client: Client, company: Company, unchanged: Unchanged) -> None:
    with unchanged():
        found = {path: client.post(at(company, path)).status_code for path in POSTS}
    assert found == dict.fromkeys(POSTS, 302)


@pytest.mark.parametrize("path", LISTS[1:])
def test_lists_are_open_to_everybody(as_: As, company: Company, path: str) -> None:
    assert set(statuses(as_, company, path).values()) == {200}


@pytest.mark.parametrize("path", BROWSING)
def test_d36_browsing_needs_the_right(as_: As, company: Company, path: str) -> None:
    found = statuses(as_, company, path)
    assert found == {"anna": 403, "bob": 403, "carl": 403, "bea": 200, "root": 200}


def test_work_item_is_for_those_it_concerns(as_: As, company: Company) -> None:
    found = statuses(as_, company, OWN[0])
    assert found == {"anna": 200, "bob": 200, "carl": 404, "bea": 200, "root": 200}


def test_instance_is_for_those_it_concerns(as_: As, company: Company) -> None:
    found = statuses(as_, company, INSTANCE[0])
    assert found == {"anna": 200, "bob": 404, "carl": 404, "bea": 200, "root": 200}


def test_looking_at_a_button_is_refused(as_: As, company: Company, unchanged: Unchanged) -> None:
    client = as_(company.root)
    with unchanged():
        found = {path: client.get(at(company, path)) for path in POSTS}
    assert {(response.status_code, response["Allow"]) for response in found.values()} == {(405, "POST")}


def test_d71_looking_changes_nothing(
    as_: As, company: Company, stuck: Incident, unchanged: Unchanged
) -> None:
    with unchanged():
        for path in EVERYTHING:
            statuses(as_, company, path)


def test_d47_unknown_ids_are_not_found(as_: As, company: Company) -> None:
    client = as_(company.root)
    paths = [
        "workitems/999/",
        "mywork/activate/999/",
        "mywork/complete/999/",
        "instances/999/",
        "process/dot/999/",
    ]
    paths += ["start_proto/nothing/", "start/no/model/", "otherswork/?worker=nobody"]
    paths += ["myrequests/instancehistory/", "myrequests/instancehistory/?id=x", "mywork/?after=x"]
    paths += ["mywork/?after=1,1", "done/?after=99999999999999999999999,1"][1:]
    assert {path: client.get(f"/workflow/{path}").status_code for path in paths} == dict.fromkeys(paths, 404)


def test_d47_unknown_ids_are_not_found_by_post(as_: As, company: Company, unchanged: Unchanged) -> None:
    client = as_(company.root)
    paths = ["workitems/999/", "mywork/activate/999/", "mywork/complete/999/", "workitems/999/release/"]
    paths += [
        "workitems/999/reassign/",
        "workitems/999/forward/",
        "instances/999/cancel/",
        "incidents/999/retry/",
    ]
    with unchanged():
        assert {path: client.post(f"/workflow/{path}").status_code for path in paths} == dict.fromkeys(
            paths, 404
        )


def test_posts_need_the_token(company: Company, unchanged: Unchanged) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(company.bob)
    with unchanged():
        for path in [*POSTS, "mywork/activate/{item}/", "workitems/{item}/", "start_proto/purchase/"]:
            assert client.post(at(company, path)).status_code == 403


HUGE = 10**30


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"workitems/{HUGE}/", 404),
        (f"instances/{HUGE}/", 404),
        (f"process/dot/{HUGE}/", 404),
        (f"myrequests/instancehistory/?id={HUGE}", 404),
        (f"mywork/?after={HUGE},1", 404),
        (f"done/?after=-{HUGE},1", 404),
        ("mywork/?after=%00,1", 400),
        ("otherswork/?worker=a%00b", 400),
        ("start_proto/a%00b/", 400),
        ("start/leave/a%00b/", 400),
    ],
)
def test_nonsense_in_addresses_is_refused(as_: As, company: Company, path: str, status: int) -> None:
    assert as_(company.root).get(f"/workflow/{path}").status_code == status


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"outcome": "A\0B"}, 400),
        ({"outcome": "x" * 256}, 422),
        ({"outcome": "APPROVED", "comment": "\0"}, 400),
        ({"outcome": "APPROVED", "comment": "x" * 2001}, 422),
        ({"outcome": "APPROVED", "goflow_version": "x"}, 302),
        ({"outcome": "APPROVED", "goflow_version": "9" * 30}, 409),
        ({"outcome": "APPROVED", "goflow_version": "9" * 5000}, 409),
        ({"outcome": "APPROVED", "goflow_key": "k" * 500}, 302),
    ],
)
def test_nonsense_in_answers_is_refused(
    as_: As, company: Company, answers: dict[str, str], status: int
) -> None:
    assert as_(company.bob).post(at(company, OWN[0]), answers).status_code == status


class Page(HTMLParser):
    """What may not stand in a page, and the order of its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.headings: list[int] = []
        self.landmarks: set[str] = set()
        self.labelled: set[str] = set()
        self.inputs: set[str] = set()
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        self.inline += [f"{tag} {name}" for name in found if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in found) else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        self.landmarks |= {tag} & {"header", "nav", "main", "footer"}
        self.labelled |= {found["for"]} if tag == "label" else set()
        self.ids += [found["id"]] if "id" in found else []
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.inputs.add(found.get("id", "?"))


@pytest.mark.parametrize(
    "path", [*LISTS[1:], *BROWSING[:3], *OWN[:1], *INSTANCE, *OTHER[:5], "workitems/999/"]
)
@pytest.mark.parametrize("name", ["bob", "root"])
def test_every_page_is_clean(as_: As, company: Company, stuck: Incident, name: str, path: str) -> None:
    response = as_(getattr(company, name)).get(at(company, path), follow=True)
    page = Page(response.content.decode())
    assert response["Content-Security-Policy"] == POLICY
    assert page.inline == []
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert {"header", "nav", "main", "footer"} <= page.landmarks
    assert page.inputs <= page.labelled
    assert len(page.ids) == len(set(page.ids))


def test_d18_titles_stay_text(as_: As, company: Company) -> None:
    client = as_(company.root)
    for path in ["available/", "otherswork/?worker=bob", "monitor/", *OWN[:1], *INSTANCE]:
        text = client.get(at(company, path)).content.decode()
        assert "<img" not in text
    assert "&lt;img src=x" in text
    assert TITLE not in text


def test_d17_names_in_addresses_are_not_echoed(as_: As, company: Company) -> None:
    response = as_(company.anna).get("/workflow/start_proto/<img src=x onerror=alert(1)>/")
    assert response.status_code == 404
    assert b"<img" not in response.content


def test_pages_are_not_cached(as_: As, company: Company) -> None:
    assert "no-store" in as_(company.anna).get("/workflow/mywork/")["Cache-Control"]


def test_links_stay_behind_the_language(as_: As, company: Company) -> None:
    text = as_(company.root).get("/fr/workflow/monitor/").content.decode()
    assert 'href="/fr/workflow/mywork/"' in text
    assert 'href="/workflow/' not in text
    assert '<html lang="fr"' in text


def test_links_stay_plain_without_a_language(as_: As, company: Company) -> None:
    text = as_(company.root).get("/workflow/monitor/").content.decode()
    assert 'href="/workflow/mywork/"' in text
    assert "/en/workflow/" not in text


def test_language_switch_keeps_the_page(client: Client, as_: As, company: Company) -> None:
    text = as_(company.anna).get("/workflow/done/?after=1,1").content.decode()
    assert 'action="/i18n/setlang/"' in text
    assert 'name="next" value="/workflow/done/?after=1,1"' in text


def test_monitor_is_linked_for_those_who_may_browse(as_: As, company: Company) -> None:
    assert b"/workflow/monitor/" in as_(company.bea).get("/workflow/mywork/").content
    assert b"/workflow/monitor/" not in as_(company.bob).get("/workflow/mywork/").content


def test_home_leads_to_my_work(as_: As, company: Company) -> None:
    assert as_(company.anna).get("/workflow/")["Location"] == "/workflow/mywork/"


def test_views_open_no_transaction() -> None:
    assert all(found.callback._non_atomic_requests == {"default"} for found in urlpatterns)


def test_instances_of_others_stay_hidden(as_: As, company: Company) -> None:
    assert ProcessInstance.objects.count() == 1
    assert b"Purchase" not in as_(company.carl).get("/workflow/myrequests/").content
