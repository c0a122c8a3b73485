from __future__ import annotations

import django
import pytest
from django.core import checks as django_checks
from django.core.checks.registry import registry
from django.db import connection

from goflow.runtime import checks
from goflow.runtime.unit import alias


class Mysql:
    """
    As much of a MySQL connection as the check reads.
    """

    vendor, alias, settings_dict = "mysql", "default", {"OPTIONS": {"isolation_level": "repeatable read"}}


def ids(found):
    return [message.id for message in found]


def test_another_isolation_level_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "connections", {alias(): Mysql()})
    [found] = checks.check_isolation(None, databases=[alias()])
    assert (found.id, type(found)) == ("goflow.E001", django_checks.Error)
    assert "read committed" in found.hint


def test_the_isolation_level_of_this_database_is_right():
    assert checks.check_isolation(None, databases=[connection.alias]) == []


def test_other_databases_are_not_asked():
    assert checks.check_isolation(None, databases=["other"]) == []
    assert checks.check_isolation(None) == []


@pytest.mark.parametrize(
    ("engine", "options", "expected"),
    [
        ("django.db.backends.postgresql", {}, ["goflow.W001"]),
        ("django.db.backends.postgresql", {"server_side_binding": True}, []),
        # Before, there is nothing to set.
        ("django.db.backends.sqlite3", {}, ["goflow.W002"] if django.VERSION >= (5, 1) else []),
        ("django.db.backends.sqlite3", {"transaction_mode": "IMMEDIATE"}, []),
        ("django.db.backends.mysql", {}, []),
    ],
)
def test_options_that_the_engine_profits_from_are_recommended(
    settings, monkeypatch, engine, options, expected
):
    databases = {alias(): {"ENGINE": engine, "OPTIONS": options}}
    monkeypatch.setattr(checks.settings, "DATABASES", databases)
    found = checks.check_database_options(None)
    assert ids(found) == expected
    assert all(isinstance(message, django_checks.Info) for message in found)


def test_a_misspelt_setting_is_told_with_the_nearest_name(settings):
    settings.GOFLOW_LOCK_STRATEGI = "optimistic"
    [found] = checks.check_settings(None)
    assert (found.id, type(found), found.hint) == (
        "goflow.W003",
        django_checks.Warning,
        "Did you mean GOFLOW_LOCK_STRATEGY?",
    )


def test_a_setting_like_nothing_is_to_be_removed(settings):
    settings.GOFLOW_ZZZZZZ = 1
    assert checks.check_settings(None)[0].hint == "Remove it."


@pytest.mark.parametrize("name", ["GOFLOW_LOCK_STRATEGY", "GOFLOW_CONDITION_STRATEGY"])
def test_a_value_that_does_not_exist_is_an_error(settings, name):
    setattr(settings, name, "sometimes")
    assert ids(checks.check_settings(None)) == ["goflow.E002"]


def test_the_settings_of_the_tests_are_right():
    assert checks.check_settings(None) == []


def test_the_checks_are_registered():
    assert {checks.check_isolation, checks.check_database_options, checks.check_settings} <= set(
        registry.registered_checks
    )
