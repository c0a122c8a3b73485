"""
Who works on which messages of the outbox.
"""

from __future__ import annotations

from goflow.journal import outbox
from goflow.outbound.dispatcher import Lane
from goflow.outbound.relay import relay
from goflow.runtime.actions import run_actions

# In the order of a pass: what only needs the database first, what waits for others last.
LANES: dict[str, Lane] = {
    outbox.EVENTS: Lane((outbox.EVENTS,), relay, batch=50, seconds=60),
    outbox.ACTION: Lane((outbox.ACTION,), run_actions, batch=20, seconds=60),
}
