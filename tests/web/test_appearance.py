from __future__ import annotations

import pytest
from django.test import Client

from goflow import testing

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(testing.person("ana"))
    return browser


def test_the_device_decides_at_first(browser: Client) -> None:
    page = browser.get("/workflow/mywork/").content.decode()
    assert "data-theme" not in page.partition("<head>")[0]
    assert '<option value="system" selected>' in page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_choice_holds_on_every_page(browser: Client, theme: str) -> None:
    answer = browser.post("/workflow/theme/", {"theme": theme, "next": "/workflow/done/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/workflow/done/")
    for address in ("/workflow/done/", "/workflow/mywork/"):
        assert f'data-theme="{theme}"' in browser.get(address).content.decode().partition("<head>")[0]


def test_the_designer_follows_the_choice(client: Client) -> None:
    process = testing.process("Line", ["A", "B"], [("A", "B")])
    client.force_login(testing.person("root", is_superuser=True))
    client.post("/workflow/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get(f"/workflow/designer/{process.pk}/").content.decode()


def test_the_device_decides_again(browser: Client) -> None:
    browser.post("/workflow/theme/", {"theme": "dark"})
    browser.post("/workflow/theme/", {"theme": "system"})
    assert "data-theme" not in browser.get("/workflow/done/").content.decode().partition("<head>")[0]


def test_before_signing_in_one_may_choose_too(client: Client) -> None:
    assert client.post("/workflow/theme/", {"theme": "dark"}).status_code == 302
    assert 'data-theme="dark"' in client.get("/workflow/accounts/login/").content.decode()


def test_nonsense_is_refused(browser: Client) -> None:
    assert browser.post("/workflow/theme/", {"theme": '"><script>'}).status_code == 400
    assert "goflow_theme" not in browser.cookies


def test_a_forged_cookie_changes_nothing(browser: Client) -> None:
    browser.cookies["goflow_theme"] = '"><script>alert(1)</script>'
    assert "data-theme" not in browser.get("/workflow/done/").content.decode().partition("<head>")[0]


def test_another_host_is_no_place_to_go_back_to(browser: Client) -> None:
    answer = browser.post("/workflow/theme/", {"theme": "dark", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/workflow/"
