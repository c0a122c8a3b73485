"""
A verb asked for twice with the same key is done once and answered twice.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from goflow import clock
from goflow.errors import KeyReused
from goflow.journal.recorder import canonical
from goflow.runtime.models import IdempotencyKey
from goflow.runtime.unit import alias

KEPT = timedelta(days=7)


def digest(payload: dict[str, object]) -> str:
    """
    What a request asked for, in short: the same digest means the same request.
    """
    return hashlib.sha256(canonical(payload).encode()).hexdigest()


def scope(verb: str, actor: Any) -> str:
    """
    Keys belong to a verb and a person: nobody sees the answer given to somebody else.
    """
    return f"{verb}:{getattr(actor, 'pk', '')}"


def claim(scope: str, key: str, digest: str) -> tuple[IdempotencyKey, bool]:
    """
    Store the key, or find what it stands for. Returns the row and whether it is new.

    Call it inside the unit; a second caller with the same key waits for the first one's commit.
    Raises KeyReused when the key came with another request.
    """
    row = IdempotencyKey(scope=scope, key=key, digest=digest)
    try:
        with transaction.atomic(using=alias()):
            row.save(force_insert=True)
    except IntegrityError:
        return stored(scope, key, digest), False
    return row, True


def find(scope: str, key: str, digest: str) -> IdempotencyKey | None:
    """
    What the key stands for, if it was used. Raises KeyReused when it came with another request.
    """
    row: IdempotencyKey | None = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if row is not None and row.digest != digest:
        raise KeyReused(key=key)
    return row


def stored(scope: str, key: str, digest: str) -> IdempotencyKey:
    """
    The row of a key that is known to exist.
    """
    row = find(scope, key, digest)
    if row is None:
        raise KeyReused(key=key)
    return row


def purge() -> int:
    """
    Forget keys older than seven days. Returns how many.
    """
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]
