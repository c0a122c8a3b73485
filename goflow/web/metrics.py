"""
The numbers in the text format of Prometheus, for those who hold the token.

They come from the database at the moment they are asked for, so it does not matter which process answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from secrets import compare_digest
from typing import Any

from django.db import Error
from django.http import HttpRequest
from django.http.response import HttpResponse

import goflow
from goflow import clock
from goflow.conf import conf
from goflow.reporting import numbers
from goflow.web.health import probe

try:
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.core import GaugeMetricFamily, Metric
    from prometheus_client.registry import Collector
except ImportError:
    HAS_CLIENT = False
else:
    HAS_CLIENT = True

TEXT = "text/plain; charset=utf-8"
MISSING = 'The numbers need a library that is not installed: pip install "django-goflow[metrics]"\n'


@probe
def metrics(request: HttpRequest) -> HttpResponse:
    """
    The numbers, with ``Authorization: Bearer <GOFLOW_METRICS_TOKEN>`` or for a signed-in superuser.

    To everybody else there is no such page. 501 without the library, 503 without the database.
    """
    try:
        if not _may_see(request):
            return HttpResponse("not found\n", status=404, content_type=TEXT)
        if not HAS_CLIENT:
            return HttpResponse(MISSING, status=501, content_type=TEXT)
        return HttpResponse(_text(), content_type=CONTENT_TYPE_LATEST)
    except Error:
        return HttpResponse("the database did not answer\n", status=503, content_type=TEXT)


def _may_see(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    if given:
        wanted = f"Bearer {conf.METRICS_TOKEN}"
        return bool(conf.METRICS_TOKEN) and compare_digest(given.encode(), wanted.encode())
    user: Any = getattr(request, "user", None)
    return user is not None and user.is_active and user.is_superuser


def _text() -> bytes:
    collected = CollectorRegistry()
    collected.register(_Numbers(numbers.read(clock.now())))
    return generate_latest(collected)


if HAS_CLIENT:

    class _Numbers(Collector):
        """
        One reading as metric families. Their names are documented; a change of one breaks alerts.
        """

        def __init__(self, found: numbers.Numbers) -> None:
            self.found = found

        def collect(self) -> Iterator[Metric]:
            """
            The families in the order of the reference page.
            """
            found = self.found
            yield _one("goflow_info", "The version that answers.", ("version",), {(goflow.__version__,): 1})
            yield _one("goflow_instances", "Process instances.", ("process", "status"), found.instances)
            yield _one("goflow_work_items", "Work items.", ("status",), _keyed(found.workitems))
            yield _single("goflow_work_items_overdue", "Open work items past their due time.", found.overdue)
            yield _one("goflow_incidents_open", "Open incidents.", ("code",), _keyed(found.incidents))
            yield _one("goflow_outbox_messages", "Outbox messages.", ("kind", "status"), found.messages)
            yield from self._ages()
            yield _single("goflow_timers_overdue", "Timers that are due and not fired.", found.timers)
            states = {(name,): getattr(found.endpoints, name) for name in ("active", "paused", "disabled")}
            yield _one("goflow_webhook_endpoints", "Webhook endpoints.", ("state",), states)

        def _ages(self) -> Iterator[Metric]:
            yield _one(
                "goflow_outbox_oldest_due_seconds",
                "How long the oldest message waits that a pass would take.",
                ("kind",),
                {(kind.kind,): kind.age for kind in self.found.waiting},
            )
            yield _one(
                "goflow_scheduler_heartbeat_age_seconds",
                "Seconds since the last pass.",
                ("name",),
                {(beat.name,): beat.age for beat in self.found.beats},
            )


def _keyed(counts: Mapping[str, int]) -> dict[tuple[str], int]:
    return {(name,): number for name, number in counts.items()}


def _single(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _one(
    name: str,
    told: str,
    labels: Iterable[str],
    values: Mapping[Any, float],  # keys are tuples of labels
) -> Metric:
    family = GaugeMetricFamily(name, told, labels=list(labels))
    for key in sorted(values):
        family.add_metric(list(key), values[key])
    return family
