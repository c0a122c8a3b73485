from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from goflow.outbound import addresses, profiles
from goflow.outbound.models import UserProfile
from goflow.testing import person
from tests.web.conftest import As, Company, Unchanged

PAGE = "/workflow/notifications/settings/"


class Fields(HTMLParser):
    """The values that a form would send as it stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") in ("number", "checkbox"):
            if found["type"] == "number" or "checked" in found:
                self.values[found["name"]] = found.get("value", "on")
        elif tag == "select":
            self.select = found["name"]
        elif tag == "option" and "selected" in found and self.select != "language_switch":
            self.values[self.select] = found["value"]


def fields(client: Client) -> dict[str, str]:
    text = client.get(PAGE).content.decode()
    return Fields(text[text.index("<main") : text.index("</main")]).values


DEFAULTS = {
    "notified": "on",
    "event_assigned": "now",
    "event_queued": "digest",
    "event_due_soon": "now",
    "event_breached": "now",
    "event_request_moved": "off",
    "event_request_finished": "now",
    "nb_wi_notif": "1",
    "notif_delay": "1",
    "urgent_priority": "5",
    "language": "",
}


def test_defaults_are_shown_and_nothing_is_stored(as_: As, company: Company) -> None:
    assert fields(as_(company.bob)) == DEFAULTS
    assert not UserProfile.objects.exists()


def test_choices_are_stored_and_shown_again(as_: As, company: Company) -> None:
    client = as_(company.bob)
    chosen = {
        **DEFAULTS,
        "event_queued": "off",
        "event_request_moved": "digest",
        "nb_wi_notif": "5",
        "notif_delay": "7",
        "urgent_priority": "2",
        "language": "ja",
    }
    del chosen["notified"]
    assert client.post(PAGE, chosen)["Location"] == PAGE
    assert fields(client) == chosen
    profile = UserProfile.objects.get(user=company.bob)
    assert (profile.notified, profile.language, profile.choices["queued"]) == (False, "ja", "off")


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_queued": "sometimes"},
        {"nb_wi_notif": "0"},
        {"nb_wi_notif": "many"},
        {"notif_delay": "-1"},
        {"urgent_priority": "9" * 30},
        {"language": "tlh"},
    ],
)
def test_nonsense_is_refused(as_: As, company: Company, unchanged: Unchanged, wrong: dict[str, str]) -> None:
    with unchanged():
        assert as_(company.bob).post(PAGE, DEFAULTS | wrong).status_code == 422


def test_only_administrators_choose_about_incidents(as_: As, company: Company) -> None:
    assert "event_incident" not in fields(as_(company.bob))
    assert fields(as_(company.root))["event_incident"] == "now"


def test_choices_that_are_not_shown_stay(as_: As, company: Company) -> None:
    profiles.save(company.bob, {"choices": {"incident": "off"}})
    as_(company.bob).post(PAGE, DEFAULTS)
    assert UserProfile.objects.get(user=company.bob).choices["incident"] == "off"


def test_people_without_an_address_are_told(as_: As, company: Company) -> None:
    notice = b"no e-mail address"
    assert notice in as_(company.bob).get(PAGE).content
    company.bob.email = "bob@example.com"
    company.bob.save()
    assert notice not in as_(company.bob).get(PAGE).content


@pytest.fixture
def bob(db: None, settings: Any) -> Any:
    settings.GOFLOW_BASE_URL = "https://flow.example.com"
    return person("bob")


def link(user: Any, event: str) -> str:
    return addresses.unsubscribe(UserProfile(user=user), event).removeprefix("https://flow.example.com")


def off(user: Any) -> list[str]:
    choices = UserProfile.objects.get(user=user).choices
    return sorted(event for event, choice in choices.items() if choice == "off")


def test_looking_at_the_link_of_a_mail_changes_nothing(client: Client, bob: Any) -> None:
    page = client.get(link(bob, "assigned"))
    assert (page.status_code, page.context["is_done"]) == (200, False)
    assert b"Work is given to me" in page.content
    assert not UserProfile.objects.exists()


def test_posting_the_link_stops_these_mails_only(bob: Any) -> None:
    profiles.save(bob, {"language": "de", "choices": {"queued": "now"}})
    client = Client(enforce_csrf_checks=True)
    page = client.post(link(bob, "assigned"), {"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    profile = UserProfile.objects.get(user=bob)
    assert profile.choices == {"queued": "now", "assigned": "off"}
    assert (profile.notified, profile.language) == (True, "de")


def test_posting_twice_is_as_good_as_once(client: Client, bob: Any) -> None:
    for _time in range(2):
        assert client.post(link(bob, "assigned")).status_code == 200
    assert off(bob) == ["assigned"]


def test_the_link_of_a_digest_stops_all_that_comes_in_digests(client: Client, bob: Any) -> None:
    profiles.save(bob, {"choices": {"breached": "digest"}})
    client.post(link(bob, "digest"))
    assert off(bob) == ["breached", "queued"]


def refuses(client: Client, token: str) -> bool:
    address = f"/workflow/notifications/unsubscribe/{token}/"
    codes = [method(address).status_code for method in (client.get, client.post)]
    return codes == [404, 404] and not UserProfile.objects.exists()


@pytest.mark.parametrize("token", ["x", "WyIxIl0:1xUvnv:K6d6f4atN9U2Srx2SYfhMBsAhNB4OAvWETTRBwlivcI"])
def test_links_that_nobody_signed_are_not_found(client: Client, bob: Any, token: str) -> None:
    assert refuses(client, token)


# Signed in the test: a signature tells the second, and test processes must name the same tests.
@pytest.mark.parametrize(
    ("value", "salt"),
    [
        (["1", "assigned"], "other"),
        (["1", "everything"], addresses.SALT),
        (["999999", "assigned"], addresses.SALT),
        (["nobody", "assigned"], addresses.SALT),
        ("assigned", addresses.SALT),
        ({"a": 1}, addresses.SALT),
    ],
)
def test_links_that_are_none_of_ours_are_not_found(client: Client, bob: Any, value: Any, salt: str) -> None:
    assert refuses(client, signing.dumps(value, salt=salt))


def test_a_link_works_in_the_language_of_its_reader(client: Client, bob: Any) -> None:
    assert client.get("/de" + link(bob, "assigned")).status_code == 200
