"""
Processes from files and back: what ``goflow.core.exchange`` reads, stored; safe to run twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import models, router, transaction

from goflow import clock
from goflow.core import exchange
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.journal import recorder
from goflow.journal.events import Event, process_stream
from goflow.workflow import fingerprints, loader, publishing
from goflow.workflow.drafting import save_graph
from goflow.workflow.models import Process
from goflow.workflow.versions import actor_id, lock_versions, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

LARGEST_FILE = 10_000_000
"""Bytes of a file that are read at most."""


def load(
    source: Path | str | Mapping[str, object],
    *,
    publish: bool = True,
    by: AbstractBaseUser | None = None,
    create_roles: bool = True,
    using: str | None = None,
) -> Process:
    """
    Make sure that the published or the newest version of the file's code says what the file says.

    When one does, nothing happens (a draft is published if asked). Otherwise a new version is made; drafts
    that somebody is working on stay as they are.

    Raises:
        DefinitionError: the file cannot be read, or names what does not exist; nothing has changed.
        PublishRefused: lint found errors; nothing has changed.
    """
    definition = exchange.from_dict(_data(source))
    using = using or router.db_for_write(Process)
    with transaction.atomic(using=using):
        lock_versions(definition.code, using)
        process = _same(definition, using)
        if process is None:
            process = _draft(definition, by, using)
            save_graph(process, definition, revision=None, create_roles=create_roles)
        if publish and process.is_draft:
            publishing.publish(process, by=by)
    return process


def dump(process: Process) -> dict[str, object]:
    """
    The version as JSON-serialisable data that ``load`` understands.
    """
    return exchange.to_dict(loader.read(process).graph)


def _data(source: Path | str | Mapping[str, object]) -> object:
    if isinstance(source, Mapping):
        return dict(source)
    path = Path(source)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise DefinitionError(f"{path} has more than {LARGEST_FILE} bytes; split the process")
        return json.loads(content)
    except OSError as exc:
        raise DefinitionError(f"{path} cannot be opened ({exc.strerror}); check the path") from exc
    except (ValueError, RecursionError) as exc:
        raise DefinitionError(f"{path} is no JSON ({exc}); correct the file") from exc


def _versions(definition: ProcessDef, using: str) -> models.QuerySet[Process]:
    return plain(Process, using).filter(code=definition.code, tenant_id="").order_by("-version")


def _same(definition: ProcessDef, using: str) -> Process | None:
    versions = _versions(definition, using)
    candidates = (versions.filter(published_code__isnull=False).first(), versions.first())
    return next((p for p in candidates if p and fingerprints.is_same(loader.read(p).graph, definition)), None)


def _draft(definition: ProcessDef, by: AbstractBaseUser | None, using: str) -> Process:
    newest = _versions(definition, using).first()
    return publishing.clone(newest, by=by) if newest else _first(definition, by, using)


def _first(definition: ProcessDef, by: AbstractBaseUser | None, using: str) -> Process:
    process = Process(title=definition.title, code=definition.code)
    process.save(using=using)
    recorder.record(
        [
            Event(
                stream=process_stream(process.code),
                action="process.created",
                created_at=clock.now(),
                actor=actor_id(by),
                process_id=process.pk,
                metadata={"version": process.version, "tenant": process.tenant_id},
            )
        ]
    )
    return process
