"""
The addresses of the tests: goflow plain and behind a language, the administration and the leave demo.
"""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from goflow.api import api
from goflow.web.accounts import SignIn

urlpatterns = [
    path("", include("goflow.health_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("workflow/", include("goflow.urls")),
    *i18n_patterns(
        path("workflow/", include("goflow.urls", namespace="goflow-localised")),
        prefix_default_language=True,
    ),
]
