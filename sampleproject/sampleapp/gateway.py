"""
The bank, as this project sees it. A real one is reached over the network, and knows repeated keys as well.
"""

from __future__ import annotations

KNOWN = ("AT", "CH", "DE", "FR", "GB")  # countries the bank pays to
_paid: dict[str, str] = {}


class RefusedError(Exception):
    """
    The bank will never make this payment.
    """


def pay(iban: str, amount: int, *, key: str) -> str:
    """
    Move the money, once for each key. Returns the number of the payment. Raises RefusedError.
    """
    if not iban.startswith(KNOWN):
        raise RefusedError(f"no account {iban}")
    return _paid.setdefault(key, f"P-{key}-{amount}")
