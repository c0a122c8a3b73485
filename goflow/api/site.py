"""
The API as one object: ``path("api/", api.urls)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from goflow import __version__
from goflow.api import errors, openapi
from goflow.api.checks import NAMESPACE
from goflow.api.parsing import BodyParser
from goflow.api.routers import (
    account,
    definitions,
    drafts,
    incidents,
    instances,
    jobs,
    notifications,
    processes,
    reports,
    signing,
    starting,
    webhooks,
    workitems,
)
from goflow.api.security import GoflowJwtAuth
from goflow.errors import GoflowError

DESCRIPTION = """
Start processes, list and decide work items, follow instances and edit definitions.

Sign in, then send `Authorization: Bearer <access>` with every request below `/api/protected/`. Errors are
problem documents (RFC 9457): compare `code`, show `detail`.
"""


class GoflowAPI(NinjaAPI):
    """
    Our frame round django-ninja: no transaction of its own, no caching, a complete OpenAPI document.
    """

    @property
    def urls(self) -> Any:  # what Django's path() takes
        """
        The addresses; the engine decides what belongs into one transaction.
        """
        patterns, app, namespace = super().urls
        for pattern in patterns:
            transaction.non_atomic_requests(pattern.callback)
        return patterns, app, namespace

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """
        What one person sees stays out of shared caches.
        """
        response = super().create_temporal_response(request)
        add_never_cache_headers(response)
        return response

    def get_openapi_schema(self, **kwargs: Any) -> Any:  # a dict of django-ninja's own class
        """
        The document, with what django-ninja does not tell by itself.
        """
        return openapi.completed(super().get_openapi_schema(**kwargs))


api = GoflowAPI(
    title="goflow",
    version=__version__,
    description=DESCRIPTION.strip(),
    urls_namespace=NAMESPACE,
    parser=BodyParser(),
)

HANDLERS: tuple[tuple[type[Exception], Callable[..., HttpResponse]], ...] = (
    (GoflowError, errors.refused),
    (AuthenticationError, errors.unauthenticated),
    (Throttled, errors.throttled),
    (ValidationError, errors.invalid),
    (Http404, errors.missing),
    (PermissionDenied, errors.denied),
    (HttpError, errors.other),
)
for _kind, _handler in HANDLERS:
    api.add_exception_handler(_kind, _handler)

api.add_router("/auth/mobile", signing.mobile, tags=["auth"])
api.add_router("/auth/web", signing.web, tags=["auth"])
for _router, _tag in (
    (account.router, "account"),
    (processes.router, "processes"),
    (starting.router, "start"),
    (workitems.router, "work items"),
    (instances.router, "instances"),
    (incidents.router, "incidents"),
    (jobs.router, "jobs"),
    (webhooks.router, "webhooks"),
    (notifications.router, "notifications"),
    (definitions.router, "definitions"),
    (drafts.router, "drafts"),
    (reports.router, "reports"),
):
    api.add_router("/protected", _router, auth=GoflowJwtAuth(), tags=[_tag])
