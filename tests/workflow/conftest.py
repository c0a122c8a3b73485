from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from goflow.workflow.building import add_activity, add_transition
from goflow.workflow.models import Process


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada")


@pytest.fixture
def draft(db: None) -> Process:
    process = Process.objects.create(title="Leave request")
    add_activity(process, "Request")
    add_activity(process, "Approve", roles=["managers"])
    add_activity(process, "Inform", roles=["managers"])
    add_transition(process, "ask", "Request", "Approve")
    add_transition(process, "done", "Approve", "Inform", "OK")
    Group.objects.get(name="managers").user_set.add(User.objects.create(username="boss"))
    return process
