"""
How a receiver knows that a webhook is genuine: the headers of Standard Webhooks, and the one of old.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

import goflow
from goflow.outbound.refusals import HeaderRefused
from goflow.outbound.secrets import key_of

USER_AGENT = f"goflow-webhooks/{goflow.__version__}"

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
VALUE = re.compile(r"[\t -~]{0,1000}", re.ASCII)

RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-goflow-signature",
    }
)
RESERVED_STARTS = ("webhook-", "proxy-")


def headers(
    event_id: str, body: bytes, *, own: Mapping[str, str], keys: Sequence[str], now: datetime
) -> dict[str, str]:
    """
    Every header of one attempt. The endpoint's own come first, and cannot replace any of goflow's.

    Args:
        own: the endpoint's own headers.
        keys: secrets that sign, the present one first.
    """
    stamp = int(now.timestamp())
    return {
        **{name: value for name, value in own.items() if not problem(name, value)},
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": USER_AGENT,
        "webhook-id": event_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(signature(secret, event_id, stamp, body) for secret in keys),
        "X-Goflow-Signature": hmac.new(keys[0].encode(), body, hashlib.sha256).hexdigest(),
    }


def signature(secret: str, event_id: str, stamp: int, body: bytes) -> str:
    """
    The signature of Standard Webhooks, version 1.
    """
    signed = b".".join((event_id.encode(), str(stamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def check_headers(own: Mapping[str, object]) -> None:
    """
    Raises HeaderRefused for the first of an endpoint's own headers that cannot be sent.
    """
    for name, value in own.items():
        found = problem(name, value)
        if found:
            raise HeaderRefused(name=name, problem=found)


def problem(name: str, value: object) -> str:
    """
    Why a header cannot be sent; blank when it can.
    """
    if not TOKEN.fullmatch(name):
        return str(_("its name has characters that no header has."))
    if name.lower() in RESERVED or name.lower().startswith(RESERVED_STARTS):
        return str(_("it is set by goflow. Leave it out."))
    if not isinstance(value, str) or not VALUE.fullmatch(value):
        return str(_("its value must be one line of at most 1000 ASCII characters."))
    return ""
