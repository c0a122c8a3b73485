"""
A verb asked for twice with the same key is done once and answered twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError

from goflow import clock
from goflow.errors import ConcurrentUpdate, KeyReused
from goflow.journal.recorder import canonical
from goflow.journal.rows import insert
from goflow.runtime.models import IdempotencyKey

KEPT = timedelta(days=7)

KEY_LENGTH = 200
"""Longer keys are stored as their hash."""


class Repeated(ConcurrentUpdate):
    """
    The key is taken: what this unit has done is undone, and the answer given first stands.
    """


@dataclass(frozen=True, slots=True)
class Claim:
    """
    A key as one person uses it for one verb; ``digest`` tells the same request from another one.
    """

    scope: str
    key: str
    digest: str

    def answer(self) -> dict[str, Any] | None:  # what was kept, as JSON
        """
        What the key stands for, None while it is free. Raises KeyReused when it came with another request.
        """
        row = IdempotencyKey.objects.filter(scope=self.scope, key=self.key).first()
        if row is None:
            return None
        if row.digest != self.digest:
            raise KeyReused(key=self.key)
        return dict(row.result)

    def keep(self, result: Mapping[str, object], *, workitem_id: int | None = None) -> None:
        """
        Store the answer, inside the unit: another caller with the same key waits here for this one's commit.

        Raises Repeated when the key is taken, so that the unit rolls back; then ask for the ``answer``.
        """
        row = IdempotencyKey(
            scope=self.scope, key=self.key, digest=self.digest, workitem_id=workitem_id, result=dict(result)
        )
        try:
            insert([row])
        except IntegrityError as exc:
            raise Repeated(key=self.key) from exc


def claim(verb: str, actor: Any, key: str | None, payload: Mapping[str, object]) -> Claim | None:
    """
    The claim of a request that came with a key, None without.

    Keys belong to a verb and a person: nobody sees the answer given to somebody else.
    """
    if key is None:
        return None
    digest = hashlib.sha256(canonical(dict(payload)).encode()).hexdigest()
    return Claim(f"{verb}:{getattr(actor, 'pk', '')}", _short(key), digest)


def _short(key: str) -> str:
    return key if len(key) <= KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def purge() -> int:
    """
    Forget keys older than seven days. Returns how many.
    """
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]
