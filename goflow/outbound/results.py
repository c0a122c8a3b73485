"""
What a pass over the outbox counts.
"""

from __future__ import annotations

from collections import Counter


class Tally(Counter[str]):
    """
    How many messages were ``sent``, ``failed`` (tried again later), ``dead`` (given up), ``gone`` (somebody
    else had them, or nobody needs them) and ``waiting`` (put off without being tried).
    """
