"""
What the verbs over versions share: the database they work on, the lock, who acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, router
from django.db.models import F

from goflow.workflow.models import Process

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def database(process: Process) -> str:
    """
    The alias of the database the version lives in.
    """
    return process._state.db or router.db_for_write(Process)


def lock_versions(process: Process) -> None:
    """
    Lock every version of the process's code until the transaction ends. Make it the first statement.

    Versions, the published one and the audit stream of a code change under this lock only. The tenant is left
    out, because tenants with the same code share the stream.
    """
    rows = models.QuerySet(Process, using=database(process)).filter(code=process.code)
    rows.update(revision=F("revision"))


def actor_id(user: AbstractBaseUser | None) -> str:
    """
    The user as audit rows name him; blank is the system.
    """
    return str(user.pk) if user is not None else ""
