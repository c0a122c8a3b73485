"""
Refusals as data: RFC 9457 problems with a stable ``code``; the only table from errors to status codes here.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext

from goflow.core.readers import ExchangeError
from goflow.errors import (
    ConcurrentUpdate,
    DefinitionError,
    DefinitionFrozen,
    DraftConflict,
    GoflowError,
    Invalid,
    NotAllowed,
    NotFound,
    PublishConflict,
    PublishRefused,
    VersionInUse,
    WrongState,
)

logger = logging.getLogger("goflow.designer")

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (Http404, 404),
    (NotAllowed, 403),
    (PermissionDenied, 403),
    (DraftConflict, 412),
    (DefinitionFrozen, 409),
    (PublishConflict, 409),
    (PublishRefused, 409),
    (VersionInUse, 409),
    (ConcurrentUpdate, 409),
    (WrongState, 409),
    (ExchangeError, 400),
    (DefinitionError, 400),
    (Invalid, 422),
)


class Refused(Exception):
    """
    A request that is answered with this problem; ``more`` are members beside code and detail.
    """

    def __init__(self, status: int, code: str, detail: str, **more: object) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.more = status, code, detail, more


Refusal = Refused | GoflowError | Http404 | PermissionDenied


def problem(status: int, code: str, detail: str, **more: object) -> JsonResponse:
    """
    A problem document.
    """
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def answer(exc: Refusal) -> JsonResponse:
    """
    The problem that tells this refusal.
    """
    if isinstance(exc, Refused):
        return problem(exc.status, exc.code, exc.detail, **exc.more)
    if isinstance(exc, Http404):
        return problem(404, "not-found", gettext("There is no such process. Open it from the list again."))
    if isinstance(exc, PermissionDenied):
        return problem(403, "not-allowed", gettext("You may look at this process, not change it."))
    status = next((status for kind, status in STATUSES if isinstance(exc, kind)), 500)
    if status == 500:
        logger.error("%s in the designer", type(exc).__name__, exc_info=exc)
    return problem(status, exc.code, str(exc), **_place(exc))


def _place(exc: GoflowError) -> dict[str, Any]:
    return {name: exc.details[name] for name in ("path", "missing") if name in exc.details}
