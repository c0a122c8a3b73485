from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

import goflow
from goflow.errors import MissingRegistration
from goflow.workflow import registry


def debit(task: object) -> str:
    return "DONE"


def credit(task: object) -> str:
    return "CREDITED"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = {kind: {} for kind in ("application", "push_application", "hook", "form")}
    monkeypatch.setattr(registry, "_registered", empty)


def test_a_registered_function_stays_usable() -> None:
    assert goflow.application("leave.debit")(debit) is debit


def test_an_application_is_found_by_its_name() -> None:
    goflow.application("leave.debit")(debit)
    assert registry.get_application("leave.debit") is debit


def test_a_push_function_is_found_by_its_name() -> None:
    goflow.push_application("to_boss")(debit)
    assert registry.get_push("to_boss") is debit


def test_a_hook_is_found_by_its_name() -> None:
    goflow.hook("has_balance")(debit)
    assert registry.get_hook("has_balance") is debit


def test_a_form_is_found_by_its_name() -> None:
    goflow.form("leave.request")(dict)
    assert registry.get_form("leave.request") is dict


def test_a_missing_name_says_where_to_register_it() -> None:
    expected = "No push application is registered as “nobody”. Register it in a workflow_apps.py"
    with pytest.raises(MissingRegistration, match=expected):
        registry.get_push("nobody")


def test_kinds_do_not_share_names() -> None:
    goflow.hook("debit")(debit)
    with pytest.raises(MissingRegistration):
        registry.get_application("debit")


def test_registering_the_same_function_again_is_fine() -> None:
    goflow.application("leave.debit")(debit)
    assert goflow.application("leave.debit")(debit) is debit


def test_registering_another_function_under_the_name_is_refused() -> None:
    goflow.application("leave.debit")(debit)
    with pytest.raises(
        ImproperlyConfigured, match=r"'leave.debit' is registered in .*test_registry and again"
    ):
        goflow.application("leave.debit")(credit)


def test_names_are_listed_by_kind() -> None:
    goflow.application("leave.debit")(debit)
    assert registry.names(registry.APPLICATION) == {"leave.debit"}
    assert registry.names(registry.FORM) == frozenset()


def test_a_temporary_registration_ends_with_its_block() -> None:
    goflow.application("leave.debit")(debit)
    with registry.registered(registry.APPLICATION, "leave.debit", credit):
        assert registry.get_application("leave.debit") is credit
    assert registry.get_application("leave.debit") is debit


def test_external_applications_and_topics_are_told_apart() -> None:
    with (
        registry.registered(registry.APPLICATION, "pay", len, external=True),
        registry.registered(registry.APPLICATION, "print", external=True),
        registry.registered(registry.APPLICATION, "book", len),
    ):
        assert [registry.is_external(name) for name in ("pay", "print", "book")] == [True, True, False]
        assert ("pay" in registry.jobs_run_here(), "print" in registry.topics()) == (True, True)
        assert {"pay", "print", "book"} <= registry.names(registry.APPLICATION)
    assert not registry.is_external("pay")
    assert "print" not in registry.topics()


def test_a_topic_is_not_code_as_well() -> None:
    with (
        registry.registered(registry.APPLICATION, "pay", len),
        pytest.raises(ImproperlyConfigured, match="another name"),
    ):
        registry.topic("pay")
