"""
The addresses of the project: its own pages, and goflow's below ``/workflow/``.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from goflow.api import api
from sampleproject.sampleapp import views

urlpatterns = [
    path("", RedirectView.as_view(url="/sampleapp/")),
    path("", include("goflow.health_urls")),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("sampleapp/", include("sampleproject.sampleapp.urls")),
    path("ui/sample-task/", views.sample_task, name="sample_task"),
    path("workflow/ui/sample-task/", views.sample_task),
    path("workflow/", include("goflow.urls")),
]
