"""
What a pass over the outbox counts, and how it is watched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

Going = Callable[[Mapping[str, int]], bool]
"""Told what is counted so far, after each piece of work; false ends the pass there."""


class Tally(Counter[str]):
    """
    How many messages were ``sent``, ``again`` (to be tried again later), ``dead`` (given up), ``gone``
    (somebody else had them, or nobody needs them) and ``waiting`` (put off without being tried).
    """


def to_the_end(counts: Mapping[str, int]) -> bool:
    """
    Watches nothing, ends nothing.
    """
    return True
