"""
The frame of every view: who may call it, how refusals become pages, and the headers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from goflow.desk.headers import secure
from goflow.errors import GoflowError
from goflow.web.errors import answer, error_page
from goflow.web.links import login_path

View = Callable[..., HttpResponseBase]

READING = ("GET", "HEAD")
CHANGING = ("POST",)
BOTH = (*READING, *CHANGING)


def page(*methods: str, public: bool = False) -> Callable[[View], View]:
    """
    Make a function a page: for signed-in people (unless ``public``), by these methods (reading by default).

    Refusals become pages, every answer carries our headers, and the view opens no transaction of its own: the
    engine decides what belongs together.
    """
    allowed = methods or READING

    def decorate(view: View) -> View:
        @wraps(view)
        def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                response: HttpResponseBase = _wrong_method(request, allowed)
            elif _is_unstorable(request):
                response = _bad_request(request)
            elif not public and not request.user.is_authenticated:
                response = redirect_to_login(request.get_full_path(), login_path(request))
            else:
                response = _answered(view, request, *args, **kwargs)
            secure(response)
            return response

        return transaction.non_atomic_requests(framed)

    return decorate


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except (GoflowError, Http404, PermissionDenied) as exc:
        return answer(request, exc)


def _is_unstorable(request: HttpRequest) -> bool:
    """
    Whether a NUL character came along: no form sends one, and not every database takes it.
    """
    values = [value for query in (request.GET, request.POST) for found in query.lists() for value in found[1]]
    return any("\0" in str(value) for value in (request.path, *values))


def _bad_request(request: HttpRequest) -> HttpResponseBase:
    return error_page(request, 400, gettext("The request holds characters that cannot be stored."))


def _wrong_method(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponseBase:
    message = gettext("This address does not take %(method)s. Use the buttons of the pages.") % {
        "method": request.method
    }
    response = error_page(request, 405, message)
    response.headers["Allow"] = ", ".join(allowed)
    return response
