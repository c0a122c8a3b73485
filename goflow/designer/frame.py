"""
The frame of every address of the designer: who may call it, how refusals are told, and the headers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial, wraps
from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext

from goflow.designer.answers import Refused, answer, problem
from goflow.desk import appearance, definitions
from goflow.desk.headers import secure
from goflow.desk.links import login_path, reverse
from goflow.desk.people import person
from goflow.desk.starters import may_make_roles
from goflow.errors import GoflowError
from goflow.workflow.models import Process

View = Callable[..., HttpResponseBase]

READING = ("GET", "HEAD")

PERSON = "X-Goflow-Person"
"""The header in which a page that changes something says who opened it."""


@dataclass(frozen=True, slots=True)
class May:
    """
    What a person may do with a version: ``change`` holds for new drafts of it too.
    """

    change: bool
    edit: bool
    publish: bool
    make_roles: bool

    def as_dict(self) -> dict[str, bool]:
        """
        The rights as JSON-serialisable data.
        """
        return asdict(self)


def door(*methods: str, is_page: bool = False) -> Callable[[View], View]:
    """
    Make a function an address of the designer, for signed-in people, by these methods (reading by default).

    Refusals become problem documents, or pages with ``is_page``; the view opens no transaction of its own.
    """
    allowed = methods or READING

    def decorate(view: View) -> View:
        @wraps(view)
        def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = _answered(view, allowed, request, *args, is_page=is_page, **kwargs)
            if response.status_code == 404:
                # Otherwise LocaleMiddleware takes it for a path without its language and redirects.
                request.urlconf = "goflow.designer.urls"
            secure(response)
            return response

        return transaction.non_atomic_requests(framed)

    return decorate


def _answered(
    view: View, allowed: tuple[str, ...], request: HttpRequest, *args: Any, is_page: bool, **kwargs: Any
) -> HttpResponseBase:
    if request.method not in allowed:
        response: HttpResponseBase = problem(
            405, "method-not-allowed", gettext("This address takes %s.") % ", ".join(allowed)
        )
        response.headers["Allow"] = ", ".join(allowed)
        return response
    if not request.user.is_authenticated:
        return _sign_in(request, is_page=is_page)
    try:
        _refuse_another_person(request)
        return view(request, *args, **kwargs)
    except (Refused, GoflowError, Http404, PermissionDenied) as exc:
        told = answer(exc)
        return _told(request, told.status_code, exc) if is_page else told


def _refuse_another_person(request: HttpRequest) -> None:
    """
    Raises Refused when the page was opened by somebody else than who is signed in by now, in another tab.
    """
    opened_by = request.headers.get(PERSON)
    if opened_by is None or request.method in READING or opened_by == str(request.user.pk):
        return
    name = person(request.user)
    text = gettext("%(name)s is signed in in this browser now; this page was opened by somebody else.")
    raise Refused(409, "another-person", text % {"name": name}, name=name)


def _sign_in(request: HttpRequest, *, is_page: bool) -> HttpResponseBase:
    if is_page:
        return redirect_to_login(request.get_full_path(), login_path(request))
    text = gettext("You are signed out. Sign in again in another tab; nothing you drew is lost.")
    return problem(401, "signed-out", text, login=login_address(request))


def login_address(request: HttpRequest) -> str:
    """
    Where to sign in in another tab, for a page that stays open: it ends with a word to go back there.
    """
    path = login_path(request)
    back = urlencode({REDIRECT_FIELD_NAME: reverse(request, "designer_signed_in")})
    return f"{path}{'&' if '?' in path else '?'}{back}"


def _told(request: HttpRequest, status: int, exc: Exception) -> HttpResponse:
    text = gettext("There is no such page. Follow a link from one of your lists.")
    context = {
        "title": gettext("Not found") if status == 404 else gettext("Not possible now"),
        "message": text if status == 404 else str(exc),
        "status": status,
        "back": (reverse(request, "processes"), gettext("Go to the processes")),
    }
    return show(request, "goflow/error.html", context, status=status)


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """
    Render a page in the frame of all pages, without their navigation.
    """
    frame = {
        "request": request,
        "user": request.user,
        "messages": get_messages(request),
        "themes": appearance.offered(request),
        "link_to": partial(reverse, request),
    }
    return render(request, template, {**frame, **context}, status=status)


def find(request: HttpRequest, pk: int) -> Process:
    """
    The version of that id. Raises Http404 when there is none, or not for this person.
    """
    found = definitions.find(request.user, pk)
    if found is None:
        raise Http404("no such process")
    return found


def find_to_change(request: HttpRequest, pk: int) -> Process:
    """
    The same for somebody who wants to change it. Raises PermissionDenied when he may only look.
    """
    found = find(request, pk)
    if not definitions.may_change(request.user, found):
        raise PermissionDenied
    return found


def may(request: HttpRequest, process: Process) -> May:
    """
    What the person of this request may do with the version.
    """
    changes = definitions.may_change(request.user, process)
    edits = changes and process.is_draft
    return May(changes, edit=edits, publish=edits, make_roles=edits and may_make_roles(request.user))
