"""
Errors as answers: RFC 9457 problems with a stable ``code``. The only table from errors to status codes here.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import ConfigDict, Field

from goflow.errors import (
    ConcurrentUpdate,
    DefinitionError,
    DefinitionFrozen,
    DraftConflict,
    EngineError,
    GoflowError,
    HookFailed,
    Invalid,
    MissingRegistration,
    NotAllowed,
    NotFound,
    PublishConflict,
    PublishRefused,
    UnsafeIsolation,
    VersionInUse,
    WrongState,
)

logger = logging.getLogger("goflow.api")

PROBLEM_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="goflow"'


class ObjectNotAllowed(NotAllowed):
    """
    The object to start with is not the caller's own.
    """

    code = "object-not-allowed"
    template = _("This object is not yours. Start with an object that names you as its requester.")


class ProcessNotAllowed(NotAllowed):
    """
    The project does not let the API start this process.
    """

    code = "process-not-allowed"
    template = _("The process “%(process)s” cannot be started here. Use the page for it.")


class ContentTypeNotAllowed(NotAllowed):
    """
    The project does not let the API start with objects of this kind.
    """

    code = "content-type-not-allowed"
    template = _("Objects of the kind “%(model)s” are not allowed here. Use the page for it.")


class BadRequest(EngineError):
    """
    The request cannot be understood.
    """

    code = "bad-request"
    template = _("The request is not understood (%(problem)s). Correct it and send it again.")


class InvalidContentType(BadRequest):
    """
    There is no such model, or the process is for another one.
    """

    code = "invalid-content-type"
    template = _(
        "“%(model)s” is no kind of object for this process. Check content_app_label and content_model."
    )


class InvalidCursor(BadRequest):
    """
    A cursor that no list has given out, or that belongs to another ordering.
    """

    code = "invalid-cursor"
    template = _("The cursor fits no page of this list. Start again without a cursor.")


class InvalidComparison(BadRequest):
    """
    Two versions of different processes.
    """

    code = "process-code-mismatch"
    template = _("These are versions of different processes. Compare versions of one process.")


class ObjectNotFound(NotFound):
    """
    The object to start with does not exist.
    """

    code = "object-not-found"
    template = _("There is no “%(model)s” with the id %(object)s. Check object_id.")


class VersionNotFound(NotFound):
    """
    No process version has that id, or not for this person.
    """

    code = "version-not-found"
    template = _("There is no process version %(process)s. Open it from a list again.")


class IncidentMissing(NotFound):
    """
    No incident has that id, or not for this person.
    """

    code = "incident-not-found"
    template = _("There is no incident %(incident)s. Open it from a list again.")


class NotificationMissing(NotFound):
    """
    The caller has no notification of that id.
    """

    code = "notification-not-found"
    template = _("There is no notification %(notification)s. Open it from the list again.")


class NobodyCalled(Invalid):
    """
    Work was to be handed to somebody who does not exist or may not sign in.
    """

    code = "unknown-person"
    template = _("There is nobody active with the user name “%(name)s”. Check the name.")


class UnknownTopic(Invalid):
    """
    Jobs were to be fetched of a topic that the project does not give out.
    """

    code = "unknown-topic"
    template = _("No jobs are given out for “%(topics)s”. Ask for some of: %(known)s.")


class NothingChosen(Invalid):
    """
    Everything at once is never sent again by accident.
    """

    code = "nothing-chosen"
    template = _("Say which deliveries to send again: ids, a webhook, a status or an action.")


class RevisionRequired(EngineError):
    """
    A draft is not overwritten unseen.
    """

    code = "if-match-required"
    template = _("Say with If-Match which revision of the draft the change is based on.")


class SigningKeyMissing(EngineError):
    """
    The project has no key to sign tokens with.
    """

    code = "signing-key-missing"
    template = _("There is no key to sign tokens with. An administrator makes one: manage.py make_jwt_key.")


STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (BadRequest, 400),
    (RevisionRequired, 428),
    (NotFound, 404),
    (NotAllowed, 403),
    (PermissionDenied, 403),
    (WrongState, 409),
    (ConcurrentUpdate, 409),
    (Invalid, 422),
    (HookFailed, 500),
    (UnsafeIsolation, 500),
    (SigningKeyMissing, 500),
    (EngineError, 409),
    (DraftConflict, 412),
    (DefinitionFrozen, 409),
    (PublishConflict, 409),
    (PublishRefused, 409),
    (VersionInUse, 409),
    (MissingRegistration, 409),
    (DefinitionError, 422),
    (GoflowError, 500),
)

TITLES: dict[int, str | Promise] = {
    400: _("Not understood"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not possible this way"),
    409: _("Not possible now"),
    412: _("Changed meanwhile"),
    422: _("Please check the input"),
    428: _("If-Match is missing"),
    429: _("Too many tries"),
    500: _("Something went wrong"),
}

SHOWN = ("expected", "outcomes", "path", "missing", "revision", "workitem", "instance", "errors", "now")
"""Details of an error that clients may read beside its text."""


class Problem(Schema):
    """
    A refusal. ``code`` is stable, ``detail`` is for people and in their language.
    """

    model_config: ClassVar[Any] = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not possible now",
                    "status": 409,
                    "code": "concurrent-update",
                    "detail": "Somebody else has just changed this work item. Reload it and decide again.",
                }
            ]
        },
    )

    type: str = Field("about:blank", description="Always about:blank; `code` tells problems apart.")
    title: str = Field(description="The kind of problem, for people.")
    status: int = Field(description="The status code again.")
    code: str = Field(description="Stable; compare this, never the texts.")
    detail: str = Field(description="What is wrong and what to do next, for people.")


def declared(*statuses: int) -> dict[int, Any]:
    """
    These errors for the ``response=`` of an operation.
    """
    return dict.fromkeys(statuses, Problem)


def problem(status: int, code: str, detail: str, **more: object) -> JsonResponse:
    """
    A problem document as answer.
    """
    title = str(TITLES.get(status, TITLES[500]))
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}
    response = JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    add_never_cache_headers(response)
    return response


def status_of(exc: Exception) -> int:
    """
    The status code that tells this error.
    """
    return next((status for kind, status in STATUSES if isinstance(exc, kind)), 500)


def refused(request: HttpRequest, exc: GoflowError) -> JsonResponse:
    """
    The answer to a refusal of goflow.
    """
    status = status_of(exc)
    if status == 500:
        logger.error("%s on %s", type(exc).__name__, request.path, exc_info=exc)
    more = {name: exc.details[name] for name in SHOWN if name in exc.details}
    if isinstance(exc, PublishRefused):
        more["problems"] = [found.as_dict() for found in exc.problems]  # type: ignore[attr-defined] # Problem
    return problem(status, exc.code, str(exc), **more)


def unauthenticated(request: HttpRequest, exc: AuthenticationError) -> JsonResponse:
    """
    401: no token, or none that counts (any more). The reason is not told.
    """
    text = gettext("Sign in, or refresh your access token, and send the request again.")
    return problem(401, "not-authenticated", text)


def throttled(request: HttpRequest, exc: Throttled) -> JsonResponse:
    """
    429: too many tries.
    """
    text = gettext("Too many sign-ins have failed. Wait a quarter of an hour and try again.")
    response = problem(429, "too-many-requests", text)
    if exc.wait is not None:
        response.headers["Retry-After"] = str(exc.wait)
    return response


def invalid(request: HttpRequest, exc: ValidationError) -> JsonResponse:
    """
    422: the request does not have the declared shape; ``errors`` says where.
    """
    found = [
        {"type": error["type"], "loc": [str(part) for part in error["loc"]], "msg": error["msg"]}
        for error in exc.errors
    ]
    places = ", ".join(dict.fromkeys(".".join(error["loc"][1:]) or error["loc"][0] for error in found))
    text = gettext("These values are missing or do not fit: %s. Correct them and send the request again.")
    return problem(422, "invalid", text % places, errors=found)


def missing(request: HttpRequest, exc: Http404) -> JsonResponse:
    """
    404: nothing is there.
    """
    return problem(404, "not-found", gettext("There is nothing at this address. Check the path and the id."))


def denied(request: HttpRequest, exc: PermissionDenied) -> JsonResponse:
    """
    403: no right to this list or verb.
    """
    return problem(403, "not-allowed", gettext("You may not do this. Ask an administrator for the right."))


def other(request: HttpRequest, exc: HttpError) -> JsonResponse:
    """
    What django-ninja itself refuses, such as a body that is no JSON.
    """
    code = "bad-request" if exc.status_code == 400 else "not-allowed" if exc.status_code == 403 else "refused"
    return problem(exc.status_code, code, str(exc))
