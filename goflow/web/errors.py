"""
Refusals as pages: the only table from errors to status codes on this side of the house.
"""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.errors import (
    ConcurrentUpdate,
    DefinitionError,
    GoflowError,
    Invalid,
    NotAllowed,
    NotFound,
    WrongState,
)
from goflow.web.context import show
from goflow.web.links import reverse

logger = logging.getLogger("goflow.web")

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (Http404, 404),
    (NotAllowed, 403),
    (PermissionDenied, 403),
    (WrongState, 409),
    (ConcurrentUpdate, 409),
    (DefinitionError, 409),
    (Invalid, 422),
)

HEADINGS = {
    400: _("Not understood"),
    403: _("You may not do this"),
    404: _("Not found"),
    405: _("Not possible this way"),
    409: _("Not possible now"),
    422: _("Please check your answers"),
    500: _("Something went wrong"),
}

Refusal = GoflowError | Http404 | PermissionDenied


def status_of(exc: Exception) -> int:
    """
    The status code that tells this refusal.
    """
    return next((status for kind, status in STATUSES if isinstance(exc, kind)), 500)


def answer(request: HttpRequest, exc: Refusal) -> HttpResponse:
    """
    The page that tells a refusal and names the next action.
    """
    status = status_of(exc)
    if status == 500:
        logger.error("%s on %s", type(exc).__name__, request.path, exc_info=exc)
    response = error_page(request, status, _message(exc), back=_way_back(request, exc))
    if status == 404:
        # Otherwise LocaleMiddleware takes it for a path without its language and redirects, even a POST.
        request.urlconf = "goflow.web.urls"
    return response


def error_page(
    request: HttpRequest, status: int, message: str, back: tuple[str, str] | None = None
) -> HttpResponse:
    """
    One page for all refusals; ``back`` is an address with its text.
    """
    context = {
        "title": HEADINGS.get(status, HEADINGS[500]),
        "message": message,
        "status": status,
        "back": back,
    }
    return show(request, "goflow/error.html", context, status=status)


def _message(exc: Exception) -> str:
    if isinstance(exc, GoflowError):
        return str(exc)
    if isinstance(exc, Http404):
        return gettext("There is no such page. Follow a link from one of your lists.")
    return gettext("You have no right to see this page. Ask an administrator for it.")


def _way_back(request: HttpRequest, exc: Exception) -> tuple[str, str]:
    params = getattr(exc, "params", {})
    if isinstance(exc, (WrongState, ConcurrentUpdate, Invalid)) and "workitem" in params:
        return reverse(request, "workitem", params["workitem"]), gettext("Open the work item again")
    if isinstance(exc, WrongState) and "instance" in params:
        return reverse(request, "instance", params["instance"]), gettext("Open its history")
    return reverse(request, "mywork"), gettext("Go to my work")
