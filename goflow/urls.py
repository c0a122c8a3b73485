"""
Everything goflow serves: ``path("workflow/", include("goflow.urls"))``.

Mounted more than once, give each mounting its own ``namespace``; links stay within it.
"""

from __future__ import annotations

from django.urls import include, path

app_name = "goflow"

urlpatterns = [
    path("", include("goflow.health_urls")),
    path("", include("goflow.web.urls")),
    path("", include("goflow.designer.urls")),
]
