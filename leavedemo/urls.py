"""
The demo's addresses: the leave pages and goflow's own, plain and behind a language (``/fr/leave/``).
"""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from goflow.api import api


def pages(suffix: str) -> list[URLPattern | URLResolver]:
    """
    The pages for people; each mounting has namespaces of its own, so that links stay within it.
    """
    return [
        path("leave/", include("leavedemo.leave.urls", namespace=f"leave{suffix}")),
        path("leave/", include("goflow.urls", namespace=f"goflow{suffix}")),
        path("workflow/", include("goflow.urls", namespace=f"workflow{suffix}")),
    ]


urlpatterns = [
    path("", RedirectView.as_view(url="/leave/")),
    path("", include("goflow.health_urls")),
    path("favicon.ico", RedirectView.as_view(url="/static/goflow/favicon.svg")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("leave/admin/", RedirectView.as_view(url="/admin/")),
    path("leave/admin/<path:rest>", RedirectView.as_view(url="/admin/%(rest)s", query_string=True)),
    *pages(""),
    *i18n_patterns(*pages("-localised")),
]
