"""
Guards against the old way of installing goflow, app by app.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

raise ImproperlyConfigured(
    'goflow is one app: replace "goflow.runtime" in INSTALLED_APPS by "goflow" (and remove "goflow.workflow")'
)
