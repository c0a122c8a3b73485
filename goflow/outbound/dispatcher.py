"""
The loop over the outbox: lease what is due, hand it to whoever works on that kind, until nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from time import monotonic

from django.db.models import Q

from goflow.journal import outbox
from goflow.outbound.results import Going, Tally, to_the_end

Worker = Callable[[outbox.Lease], Tally]
"""Works on every message of a lease and settles each one (sent, postponed, dead, dropped)."""


@dataclass(frozen=True, slots=True)
class Lane:
    """
    Messages that are worked on together.

    Attributes:
        kinds: kinds of messages.
        work: settles the messages of a lease.
        batch: how many messages one lease takes.
        seconds: how long a lease lasts, longer than the slowest batch, or who is asked once something is due.
        topics: asked before each lease: only jobs of these topics; None takes all.
        skip: asked before each lease: messages to leave alone for now.
    """

    kinds: tuple[str, ...]
    work: Worker
    batch: int
    seconds: float | Callable[[], float]
    topics: Callable[[], Collection[str]] | None = None
    skip: Callable[[], Q | None] | None = None


def drain(
    lane: Lane,
    *,
    name: str,
    ids: Collection[int] | None = None,
    limit: float = 20.0,
    going: Going = to_the_end,
) -> dict[str, int]:
    """
    Work on a lane until nothing is due, or for ``limit`` seconds: then the next pass goes on.

    Several at once, in any number of processes, share the work. Returns what the workers counted.
    """
    tally, end = Tally(), monotonic() + limit
    while True:
        lease = outbox.claim(
            lane.kinds,
            limit=lane.batch,
            seconds=lane.seconds,
            ids=ids,
            topics=None if lane.topics is None else lane.topics(),
            skip=None if lane.skip is None else lane.skip(),
            worker=name,
        )
        tally.update(lane.work(lease) if lease.messages else ())
        if not lease.messages or monotonic() > end or not going(tally):
            return dict(tally)
