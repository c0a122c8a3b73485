"""
Processes from files and back: what ``goflow.core.exchange`` reads, stored; safe to run twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, router, transaction

from goflow.core import exchange
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.errors import PublishConflict
from goflow.tenancy import Tenant
from goflow.workflow import fingerprints, loader, publishing
from goflow.workflow.drafting import save_graph
from goflow.workflow.missing import Missing, missing
from goflow.workflow.models import Process
from goflow.workflow.names import make_roles
from goflow.workflow.recording import Note, record
from goflow.workflow.versions import lock_versions, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

LARGEST_FILE = 10_000_000
"""Bytes of a file that are read at most."""

NO_TENANT = Tenant()


@dataclass(frozen=True, slots=True)
class Imported:
    """
    A new draft, and the names in its source that this project does not have.
    """

    process: Process
    missing: Missing


def load(
    source: Path | str | Mapping[str, object],
    *,
    publish: bool = True,
    by: AbstractBaseUser | None = None,
    create_roles: bool = True,
    tenant: Tenant = NO_TENANT,
    using: str | None = None,
) -> Process:
    """
    Make sure that the published or the newest version of the file's code says what the file says.

    When one does, nothing happens (a draft is published if asked). Otherwise a new version is made; drafts
    that somebody is working on stay as they are. May be called from a data migration.

    Args:
        source: a file, or data as ``dump`` gives it.
        publish: leave it published, not as a draft.
        by: who does it; None is the system.
        create_roles: make groups that do not exist yet.
        tenant: whose process it is.
        using: alias of the database.

    Raises:
        DefinitionError: the file cannot be read; nothing has changed.
        PublishRefused: lint found errors, such as names that do not exist; nothing has changed.
    """
    definition = exchange.from_dict(dict(source)) if isinstance(source, Mapping) else read(Path(source))
    using = using or router.db_for_write(Process)
    with transaction.atomic(using=using):
        lock_versions(definition.code, using)
        process = _same(definition, tenant, using)
        if process is None:
            process = _draft(definition, by, tenant, using)
            save_graph(process, definition, revision=None, create_roles=create_roles)
        if publish and process.is_draft:
            publishing.publish(process, by=by)
    return process


def import_draft(
    definition: ProcessDef,
    *,
    by: AbstractBaseUser | None = None,
    create_roles: bool = False,
    tenant: Tenant = NO_TENANT,
    note: str = "",
    using: str | None = None,
) -> Imported:
    """
    A new draft of the definition's code, whatever versions there are.

    Names that do not exist here are told in the answer and stay in the draft, as problems that keep it from
    being published.

    Raises DefinitionError for texts that are too long, PublishConflict when somebody makes the same version
    at the same moment; nothing has changed then.
    """
    using = using or router.db_for_write(Process)
    with transaction.atomic(using=using):
        lock_versions(definition.code, using)
        process = _draft(definition, by, tenant, using, note=note)
        if create_roles:
            make_roles(definition, using=using)
        absent = missing(definition, tenant_id=tenant.tenant_id, using=using)
        save_graph(process, definition, revision=None)
    return Imported(process, absent)


def dump(process: Process) -> dict[str, object]:
    """
    The version as JSON-serialisable data that ``load`` understands.
    """
    return exchange.to_dict(loader.read(process).graph)


def text(process: Process) -> str:
    """
    The version as the text of a file: JSON in a fixed order, the same for equal content.
    """
    return json.dumps(dump(process), indent=2, ensure_ascii=False) + "\n"


def read(source: Path | bytes | str) -> ProcessDef:
    """
    The definition in a file, or in its content as bytes or text. Trusts nothing.

    Raises DefinitionError saying what is wrong, and at which place of the file.
    """
    if isinstance(source, Path):
        return exchange.from_dict(_parsed(_content(source), f"{source} is"))
    if len(source) > LARGEST_FILE:
        raise DefinitionError(f"the file has more than {LARGEST_FILE} bytes; split the process")
    return exchange.from_dict(_parsed(source, "this is"))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as exc:
        raise DefinitionError(f"{path} cannot be opened ({exc.strerror}); check the path") from exc
    if len(content) > LARGEST_FILE:
        raise DefinitionError(f"{path} has more than {LARGEST_FILE} bytes; split the process")
    return content


def _parsed(content: bytes | str, subject: str) -> object:
    try:
        return json.loads(content, object_pairs_hook=_object)
    except (ValueError, RecursionError) as exc:
        raise DefinitionError(f"{subject} no JSON ({exc}); correct the file") from exc


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        doubled = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise DefinitionError(f"{doubled!r} is given twice in one object; keep one of them")
    return found


def _versions(definition: ProcessDef, tenant: Tenant, using: str) -> models.QuerySet[Process]:
    rows = plain(Process, using).filter(code=definition.code, tenant_id=tenant.tenant_id)
    return rows.order_by("-version")


def _same(definition: ProcessDef, tenant: Tenant, using: str) -> Process | None:
    versions = _versions(definition, tenant, using)
    candidates = (versions.filter(published_code__isnull=False).first(), versions.first())
    return next((p for p in candidates if p and fingerprints.is_same(loader.read(p).graph, definition)), None)


def _draft(
    definition: ProcessDef, by: AbstractBaseUser | None, tenant: Tenant, using: str, *, note: str = ""
) -> Process:
    newest = _versions(definition, tenant, using).first()
    process = Process(
        title=definition.title,
        code=definition.code,
        tenant_id=tenant.tenant_id,
        org_id=tenant.org_id,
        version=newest.version + 1 if newest else 1,
        enabled=newest.enabled if newest else True,
        version_note=note,
    )
    try:
        with transaction.atomic(using=using):
            process.save(using=using)
    except IntegrityError as exc:
        # A code that had no version yet has no row to lock.
        raise PublishConflict(process=process.title, version=process.version) from exc
    _record(process, by)
    return process


def _record(process: Process, by: AbstractBaseUser | None) -> None:
    record([Note(process, "process.created", {})], by)
