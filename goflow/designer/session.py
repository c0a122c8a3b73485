"""
Who is signed in in this browser now, for pages that have been open for long.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext

from goflow.designer.frame import door, show
from goflow.desk.people import person


@door()
def session(request: HttpRequest) -> JsonResponse:
    """
    The person of this browser and a CSRF token that is theirs; signing in changes both under an open page.
    """
    user: Any = request.user
    return JsonResponse({"user": str(user.pk), "name": person(user), "csrf": get_token(request)})


@door(is_page=True)
def signed_in(request: HttpRequest) -> HttpResponse:
    """
    Where signing in leads when it was asked for by a page that is still open: back to that page.
    """
    context = {"title": gettext("You are signed in"), "name": person(request.user)}
    return show(request, "goflow/signed_in.html", context)
