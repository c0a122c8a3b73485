"""
Codes made from titles: the code of a process follows its title until it is published.

A published code is what requests, files and rights name, so it stays; so does one that was chosen by hand.
"""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction

from goflow.core.exchange import slug
from goflow.core.readers import MAX_TITLE
from goflow.journal.events import process_stream
from goflow.journal.models import AuditEvent
from goflow.workflow.models import Process
from goflow.workflow.versions import database, lock_versions, plain

RECODED = "process.recoded"


def free(title: str, *, tenant_id: str, using: str) -> str:
    """
    A code for a process of that title which no process of the tenant has.
    """
    base = _base(title)
    rows = plain(Process, using).filter(tenant_id=tenant_id, code__startswith=base[: MAX_TITLE - 10])
    used, number, code = set(rows.values_list("code", flat=True)), 1, base
    while code in used:
        number += 1
        code = f"{base[: MAX_TITLE - 10]}-{number}"
    return code


def follow(process: Process, before: str) -> str | None:
    """
    Give the draft, whose title was ``before``, the code of its title now; None when its code stays.

    Call it within the transaction of the change. It stays when other versions have it, when it does not come
    from the title before, and when somebody takes the new one at the same moment.
    """
    using = database(process)
    if process.title == before or not _comes_from(process.code, before) or _has_siblings(process, using):
        return None
    if _comes_from(process.code, process.title):
        return None
    code = free(process.title, tenant_id=process.tenant_id, using=using)
    try:
        with transaction.atomic(using=using):
            lock_versions(code, using)
            plain(Process, using).filter(pk=process.pk).update(code=code)
    except IntegrityError:
        return None
    return code


def streams(process: Process) -> list[str]:
    """
    The audit streams that tell of the process: of its code, and of those it had before. One query for each.
    """
    found = [process_stream(process.code)]
    while True:
        rows = AuditEvent.objects.filter(stream=found[-1], process_id=process.pk, action=RECODED)
        first = rows.order_by("seq").first()
        earlier = process_stream(str(first.metadata["from"])) if first else found[-1]
        if earlier in found:
            return found
        found.append(earlier)


def _base(title: str) -> str:
    return slug(title) or "process"


def _comes_from(code: str, title: str) -> bool:
    base = re.escape(_base(title)[: MAX_TITLE - 10])
    return code == _base(title) or bool(re.fullmatch(rf"{base}-[0-9]+", code))


def _has_siblings(process: Process, using: str) -> bool:
    rows = plain(Process, using).filter(tenant_id=process.tenant_id, code=process.code)
    return process.version != 1 or rows.exclude(pk=process.pk).exists()
