"""
Bad weather between those who give hints and the broker: each comes three times, shuffled, and some never.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

Hint = tuple[str, str, tuple[int, ...]]

COPIES = 3
LOST = 0.1
GUST = 12
"""How many copies are shuffled together."""


class Storm:
    """
    Stands where the thread of hints stands, and speaks to the broker at once.
    """

    def __init__(self, seed: int, send: Callable[[str, str, tuple[int, ...]], None]) -> None:
        self.random = random.Random(seed)
        self.send = send
        self.lost: list[Hint] = []
        self.waiting: list[Hint] = []

    def offer(self, job: str, lane: str = "", ids: Collection[int] = ()) -> None:
        hint = (job, lane, tuple(ids))
        if self.random.random() < LOST:
            self.lost.append(hint)
            return
        self.waiting += [hint] * COPIES
        if len(self.waiting) >= GUST * COPIES:
            self.flush()

    def flush(self) -> None:
        self.random.shuffle(self.waiting)
        while self.waiting:
            self.send(*self.waiting.pop())
