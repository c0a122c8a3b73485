"""
Settings of worker processes: those of the tests, and Celery carries the jobs.
"""

from __future__ import annotations

from tests.settings import *  # noqa: F403 - everything else is the same

GOFLOW_SCHEDULER_BACKEND = "goflow.runtime.scheduler.CelerySchedulerBackend"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
