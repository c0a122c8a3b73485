"""
Every page has two addresses: plain, and behind a language (``/fr/leave/``).
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language


class PlainOrPrefixed(LocaleMiddleware):
    """
    Django's middleware, except that the 404 of a plain page stays a 404.

    Django would look for the page again behind the language, because most projects have no plain addresses.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 404 and request.resolver_match is not None:
            patch_vary_headers(response, ("Accept-Language",))
            response.headers.setdefault("Content-Language", get_language())
            return response
        return super().process_response(request, response)
