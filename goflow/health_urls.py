"""
What supervisors and monitoring ask, for the root of a site: ``path("", include("goflow.health_urls"))``.

``goflow.urls`` serves them, too, below wherever it is mounted.
"""

from __future__ import annotations

from django.urls import path

from goflow.web import health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
