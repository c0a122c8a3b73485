"""
What every page shows around its content, independent of the host's context processors.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goflow.desk import appearance
from goflow.web import languages, navigation, ringing
from goflow.web.links import reverse


def page_context(request: HttpRequest) -> dict[str, Any]:
    """
    Variables of ``goflow/base.html``.
    """
    return {
        "request": request,
        "user": request.user,
        "messages": get_messages(request),
        "navigation": navigation.entries(request),
        "bell": ringing.bell(request),
        "link_to": partial(reverse, request),
        "languages": languages.choices(),
        "language_action": languages.action(),
        "themes": appearance.offered(request),
    }


def show(
    request: HttpRequest, template: str | list[str], context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """
    Render a page of ours; of several templates the first that exists.
    """
    return render(request, template, {**page_context(request), **context}, status=status)
