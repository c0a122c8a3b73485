"""
How often something was really tried. A claim counts before: of a worker that died it says nothing.
"""

from __future__ import annotations

from datetime import datetime

from goflow.journal import outbox
from goflow.journal.models import OutboxMessage

TRIES = "tries"
"""Where the payload keeps how often it was tried in vain."""


def tries(message: OutboxMessage) -> int:
    """
    The number of the attempt that was just made: one more than those that failed before.

    Never more than its claims, which begin anew when somebody makes a dead message due again.
    """
    known = message.payload.get(TRIES) if isinstance(message.payload, dict) else None
    failed = known if isinstance(known, int) else 0
    return max(min(message.attempts, failed + 1), 1)


def again(message: OutboxMessage, due_at: datetime, error: str) -> bool:
    """
    Give the message back, due later, with this attempt counted. False when the lease was lost meanwhile.
    """
    payload = {**message.payload, TRIES: tries(message)}
    return outbox.settle(message.pk, message.lease_token, due_at=due_at, last_error=error, payload=payload)
