from __future__ import annotations

from django.test import Client, override_settings

from goflow.testing import person
from tests.web.conftest import As, Company


def test_sign_in_leads_to_own_work(client: Client, company: Company) -> None:
    response = client.post("/workflow/accounts/login/", {"username": "anna", "password": "anna"})
    assert response["Location"] == "/workflow/"


@override_settings(LOGIN_REDIRECT_URL="/accounts/profile/", LOGIN_URL="goflow:login")
def test_sign_in_stays_in_its_mount(client: Client, company: Company) -> None:
    response = client.get("/de/workflow/available/")
    assert response["Location"] == "/de/workflow/accounts/login/?next=/de/workflow/available/"
    answers = {"username": "anna", "password": "anna"}
    assert client.post("/de/workflow/accounts/login/", answers)["Location"] == "/de/workflow/mywork/"


def test_wrong_password_is_told(client: Client, company: Company) -> None:
    response = client.post("/workflow/accounts/login/", {"username": "anna", "password": "x"})
    assert b"Please enter a correct" in response.content


def test_inactive_people_stay_outside(client: Client, company: Company) -> None:
    person("ghost", is_active=False)
    client.post("/workflow/accounts/login/", {"username": "ghost", "password": "ghost"})
    assert client.get("/workflow/mywork/").status_code == 302


def test_foreign_next_is_ignored(client: Client, company: Company) -> None:
    answers = {"username": "anna", "password": "anna", "next": "https://evil.example/"}
    assert client.post("/workflow/accounts/login/", answers)["Location"] == "/workflow/"


def test_d63_looking_at_sign_out_keeps_the_session(as_: As, company: Company) -> None:
    client = as_(company.anna)
    assert client.get("/workflow/logout/").status_code == 200
    assert client.get("/workflow/mywork/").status_code == 200


def test_d63_sign_out_by_post(as_: As, company: Company) -> None:
    client = as_(company.anna)
    assert client.post("/workflow/logout/").status_code == 302
    assert client.get("/workflow/mywork/").status_code == 302


@override_settings(TEST_USERS=(("primus", "p"),))
def test_demo_offers_its_users(client: Client, db: None) -> None:
    assert b'name="username" value="primus"' in client.get("/workflow/accounts/login/").content


def test_no_users_are_offered_otherwise(client: Client, db: None) -> None:
    assert b'type="hidden" name="password"' not in client.get("/workflow/accounts/login/").content
