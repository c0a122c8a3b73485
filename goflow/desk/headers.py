"""
The headers every page answers with.
"""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils.cache import add_never_cache_headers

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The content security policy: nothing inline, nothing from elsewhere, no framing."""


def secure(response: HttpResponseBase) -> None:
    """
    Add the policy, and keep what one person sees out of shared and back-button caches.
    """
    response.headers["Content-Security-Policy"] = POLICY
    add_never_cache_headers(response)
