"""
What load balancers and supervisors ask: is this process alive, and is the installation ready?

No sign-in, no session, no language: these addresses answer before anything else works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.http.response import HttpResponse
from django.views.decorators.http import require_safe

from goflow.desk.headers import secure
from goflow.reporting import health

Probe = Callable[[HttpRequest], HttpResponse]


def probe(view: Probe) -> Callable[..., HttpResponseBase]:
    """
    Make a function an address for machines: GET and HEAD only, never cached, without a transaction.
    """

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = require_safe(view)(request, *args, **kwargs)
        secure(response)
        return response

    return transaction.non_atomic_requests(framed)


@probe
def healthz(request: HttpRequest) -> HttpResponse:
    """
    The process answers. Asks nobody else, so that a database that is down restarts no web server.
    """
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@probe
def readyz(request: HttpRequest) -> HttpResponse:
    """
    Every check by name, with 200 when all are well and 503 otherwise.
    """
    found = health.checks()
    ready = all(check.ok for check in found)
    answer = {"ready": ready, "checks": [asdict(check) for check in found]}
    return JsonResponse(answer, status=200 if ready else 503)
