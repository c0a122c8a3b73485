from __future__ import annotations

from django.contrib.auth.models import Permission, User

from goflow.workflow.fields import readable_fields
from goflow.workflow.models import Application


def test_plain_fields_can_be_read() -> None:
    assert readable_fields(Application) == ("id", "url", "suffix")


def test_foreign_keys_are_read_as_ids() -> None:
    assert readable_fields(Permission) == ("id", "name", "content_type_id", "codename")


def test_secrets_cannot_be_read() -> None:
    assert "password" not in readable_fields(User)
    assert "username" in readable_fields(User)


def test_the_setting_replaces_the_list(settings) -> None:
    settings.GOFLOW_CONDITION_FIELDS = {"auth.User": ["username", "profile.city"]}
    assert readable_fields(User) == ("username", "profile.city")
