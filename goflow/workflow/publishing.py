"""
The life of a version: publish, retire, roll back, discard.

Every verb is one transaction that first locks all versions of the code, so that two of them never overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError

from goflow import clock
from goflow.conf import conf
from goflow.core.graph import ProcessDef
from goflow.core.problem import Problem, Severity, problem
from goflow.errors import PublishConflict, PublishRefused, VersionInUse
from goflow.signals import process_published
from goflow.workflow import fingerprints, loader, queues, unresolved
from goflow.workflow.cloning import clone
from goflow.workflow.drafting import settle
from goflow.workflow.findings import known, problems, problems_in
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Process
from goflow.workflow.recording import Note, record
from goflow.workflow.versions import database, lock_versions, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

__all__ = ["clone", "discard", "known", "problems", "publish", "retire", "roll_back"]


def publish(
    process: Process,
    *,
    by: AbstractBaseUser | None = None,
    note: str = "",
    check: bool = True,
    revision: int | None = None,
    rollback: bool = False,
) -> tuple[Problem, ...]:
    """
    Freeze the draft and make it the version that new instances start from; the one before is retired.

    Args:
        process: the draft; brought up to date when this returns.
        by: who publishes; None is the system.
        note: what changed, kept as the version note; blank keeps the draft's own.
        check: False publishes in spite of errors, except names that do not exist. Only for definitions that
            were checked elsewhere.
        revision: the draft's revision that the caller has seen; another one is a PublishConflict.
        rollback: told to the receivers of ``process_published``.

    Returns:
        The warnings (and, unchecked, the errors) that lint found.

    Raises:
        PublishRefused: the draft has errors; nothing has changed.
        PublishConflict: it is no draft (any more), or not of that revision; nothing has changed.
    """
    using = database(process)
    with transaction.atomic(using=using):
        lock_versions(process.code, using)
        _take(process, by=by, note=note, revision=revision)
        stored = Process.objects.using(using).get(pk=process.pk)
        if stored.code != process.code:
            # It followed its title since the caller read the draft.
            lock_versions(stored.code, using)
        settle(stored)
        loaded = loader.read(stored)
        found = _checked(stored, loaded.graph, check=check)
        _require_rows(stored, found)
        retired = _retire_others(stored)
        _freeze(stored, loaded)
        _make_group(stored)
        told = {"warnings": _codes(found), "rollback": rollback}
        _record(stored, "process.published", by, rows=retired, **told)
        sent = partial(_announce, stored, by, rollback=rollback)
        transaction.on_commit(sent, using=using, robust=True)
    process.refresh_from_db()
    return found


def retire(process: Process, *, by: AbstractBaseUser | None = None) -> None:
    """
    Take the published version out of use: nothing new starts from it, running instances go on.

    Raises PublishConflict when it is not published (any more).
    """
    using = database(process)
    with transaction.atomic(using=using):
        lock_versions(process.code, using)
        rows = plain(Process, using).filter(pk=process.pk, published_code__isnull=False)
        if not rows.update(published_code=None, status=Process.Status.RETIRED):
            raise PublishConflict(process=process.title, version=process.version)
        _record(process, "process.retired", by)
    process.refresh_from_db()


def roll_back(process: Process, *, by: AbstractBaseUser | None = None, note: str = "") -> Process:
    """
    Publish a copy of an older version, as the newest one. Raises what ``publish`` raises; then no copy stays.
    """
    with transaction.atomic(using=database(process)):
        copy = clone(process, by=by, note=note)
        publish(copy, by=by, note=note, rollback=True)
    return copy


def discard(process: Process, *, by: AbstractBaseUser | None = None) -> None:
    """
    Delete a draft for good. Its version number may be given again.

    Raises DefinitionFrozen when it is no draft (any more), PublishConflict when it is gone, VersionInUse when
    something refers to it; nothing has changed then.
    """
    using = database(process)
    with transaction.atomic(using=using):
        lock_versions(process.code, using)
        stored = Process.objects.using(using).filter(pk=process.pk).first()
        if stored is None:
            raise PublishConflict(process=process.title, version=process.version)
        _record(stored, "process.discarded", by)
        try:
            stored.delete()
        except ProtectedError as exc:
            raise VersionInUse(process=stored.title, version=stored.version) from exc


def _codes(found: Iterable[Problem]) -> list[str]:
    return sorted({each.code for each in found})


def _take(process: Process, *, by: AbstractBaseUser | None, note: str, revision: int | None) -> None:
    draft = plain(Process, database(process)).filter(pk=process.pk, status=Process.Status.DRAFT)
    if revision is not None:
        draft = draft.filter(revision=revision)
    values: dict[str, Any] = {"version_note": note} if note else {}  # values of several columns
    taken = draft.update(
        status=Process.Status.PUBLISHED,
        published_at=clock.now(),
        published_by_id=by.pk if by else None,
        **values,
    )
    if not taken:
        raise PublishConflict(process=process.title, version=process.version)


def _checked(process: Process, graph: ProcessDef, *, check: bool) -> tuple[Problem, ...]:
    found = problems_in(graph, process)
    errors = [each for each in found if each.severity is Severity.ERROR]
    if check and errors:
        raise PublishRefused(problems=found, process=process.title, count=len(errors))
    return found


def _require_rows(process: Process, found: tuple[Problem, ...]) -> None:
    """
    Running needs rows. Raises PublishRefused for names without one, and for titles no two rows can have.
    """
    if process.unresolved:
        shared = unresolved.shared_titles(process.unresolved)
        doubled = tuple(problem("duplicate-title", (key,), title=shared[key], count=2) for key in shared)
        raise PublishRefused(problems=(*doubled, *found), process=process.title, count=len(doubled) or 1)


def _retire_others(process: Process) -> list[Process]:
    versions = plain(Process, database(process)).filter(tenant_id=process.tenant_id, code=process.code)
    others = list(versions.filter(published_code__isnull=False).exclude(pk=process.pk))
    versions.filter(pk__in=[other.pk for other in others]).update(
        published_code=None, status=Process.Status.RETIRED
    )
    return others


def _freeze(process: Process, loaded: Loaded) -> None:
    using = database(process)
    frozen = queues.assign(loaded, tenant_id=process.tenant_id, using=using)
    process.fingerprint = fingerprints.of(frozen)
    process.published_code = process.code
    plain(Process, using).filter(pk=process.pk).update(
        fingerprint=process.fingerprint, published_code=process.published_code
    )
    loader.keep(frozen, process.fingerprint, using)


def _make_group(process: Process) -> None:
    if not conf.AUTO_CREATE_PROCESS_GROUPS:
        return
    using = database(process)
    group, _ = Group.objects.using(using).get_or_create(name=process.title)
    # Data migrations publish before Django has made the permissions of this app.
    permission, _ = Permission.objects.using(using).get_or_create(
        content_type=ContentType.objects.db_manager(using).get_for_model(Process),
        codename="can_instantiate",
        defaults={"name": dict(Process._meta.permissions)["can_instantiate"]},
    )
    group.permissions.add(permission)


def _record(
    process: Process,
    action: str,
    by: AbstractBaseUser | None,
    *,
    rows: Iterable[Process] = (),
    **details: object,
) -> None:
    retired = [Note(old, "process.retired", {}) for old in rows]
    record([*retired, Note(process, action, details)], by)


def _announce(process: Process, by: AbstractBaseUser | None, *, rollback: bool) -> None:
    process_published.send_robust(sender=Process, process=process, actor=by, rollback=rollback)
