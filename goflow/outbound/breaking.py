"""
The circuit breaker of an endpoint: a receiver that keeps failing is left alone for a while, then probed.

What waits for it meanwhile costs it no attempt, so an outage does not use up the attempts of its messages.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, When

from goflow import clock
from goflow.conf import conf
from goflow.journal import outbox
from goflow.outbound.models import WebhookEndpoint

THRESHOLD = 5
"""Failures in a row that open the circuit."""

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""How long an endpoint is left alone; doubled with each probe that fails."""

PROBE = timedelta(minutes=1)
"""How long others wait for the result of a probe."""

PARALLEL = 2
"""Requests at a time to one endpoint, from each process that delivers."""

TOUCH = timedelta(minutes=1)
"""How exact the time of the last success is."""


def resting() -> Q | None:
    """
    Which outbox messages to leave alone for now: those of paused endpoints, or all when webhooks are off.
    """
    if not conf.WEBHOOK_ENABLED:
        return Q(kind=outbox.WEBHOOK)
    paused = WebhookEndpoint.objects.filter(paused_until__gt=clock.now()).values_list("pk", flat=True)
    topics = [str(pk) for pk in paused]
    return Q(kind=outbox.WEBHOOK, topic__in=topics) if topics else None


def admit(endpoint: WebhookEndpoint, now: datetime) -> int:
    """
    How many requests at a time may go to the endpoint: none while it is paused, one as a probe, else two.

    Of all processes one gets the probe; for the others the pause goes on.
    """
    until = endpoint.paused_until
    if until is not None and until > now:
        return 0
    if endpoint.failures < THRESHOLD:
        return PARALLEL
    same = Q(paused_until__isnull=True) if until is None else Q(paused_until=until)
    endpoint.paused_until = now + PROBE
    return _row(endpoint).filter(same).update(paused_until=endpoint.paused_until)


def succeeded(endpoint: WebhookEndpoint, now: datetime) -> None:
    """
    The receiver accepted: its failures are forgotten. A pause it asked for itself stays.
    """
    _read(endpoint)
    last = endpoint.last_success_at
    if endpoint.failures or endpoint.paused_until or last is None or now - last > TOUCH:
        asked = When(paused_until__gt=now, failures__lt=THRESHOLD, then=F("paused_until"))
        # The order matters: MySQL reads the columns of this UPDATE from left to right.
        _row(endpoint).update(paused_until=Case(asked, default=None), failures=0, last_success_at=now)
        _read(endpoint)


def failed(endpoint: WebhookEndpoint, now: datetime) -> None:
    """
    The receiver did not accept: one failure more, and a pause once there are too many.
    """
    _row(endpoint).update(failures=F("failures") + 1)
    _read(endpoint)
    if endpoint.failures >= THRESHOLD:
        pause = outbox.backoff(endpoint.failures - THRESHOLD + 1, first=FIRST, longest=LONGEST)
        wait(endpoint, now + pause)


def wait(endpoint: WebhookEndpoint, until: datetime) -> None:
    """
    The receiver asked for a pause, or others should get their turn. A longer one goes on.
    """
    shorter = Q(paused_until__isnull=True) | Q(paused_until__lt=until)
    _row(endpoint).filter(shorter).update(paused_until=until)
    _read(endpoint)


def _read(endpoint: WebhookEndpoint) -> None:
    """
    What is stored now: other workers count at the same time. An endpoint deleted meanwhile stays as it was.
    """
    for values in _row(endpoint).values("failures", "paused_until", "last_success_at", "enabled"):
        for name, value in values.items():
            setattr(endpoint, name, value)


def _row(endpoint: WebhookEndpoint) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(pk=endpoint.pk)
