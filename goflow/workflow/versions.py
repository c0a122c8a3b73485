"""
What the verbs over versions share: the database they work on, the lock, who acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models, router
from django.db.models import F

from goflow.workflow.models import Process

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

M = TypeVar("M", bound=models.Model)


def database(process: Process) -> str:
    """
    The alias of the database the version lives in.
    """
    return process._state.db or router.db_for_write(Process)


def plain(model: type[M], using: str) -> models.QuerySet[M]:
    """
    The rows of the model without the guards of its own querysets. For the verbs that hold the lock.
    """
    return models.QuerySet(model, using=using)


def lock_versions(code: str, using: str) -> None:
    """
    Lock every version of the code until the transaction ends. Make it the first statement.

    Versions, the published one and the audit stream of a code change under this lock only. The tenant is left
    out, because tenants with the same code share the stream.
    """
    plain(Process, using).filter(code=code).update(revision=F("revision"))


def actor_id(user: AbstractBaseUser | None) -> str:
    """
    The user as audit rows name him; blank is the system.
    """
    return str(user.pk) if user is not None else ""
