"""
The verbs of webhook endpoints: create, change, rotate, enable, disable, delete, and say hello.

Each is one transaction that locks the endpoint's row first and leaves a row in the audit trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from goflow import clock, tenancy
from goflow.conf import conf
from goflow.errors import Invalid, NotAllowed
from goflow.journal import recorder
from goflow.journal.events import ACTIONS, Event, endpoint_stream
from goflow.journal.models import OutboxMessage
from goflow.journal.rows import insert
from goflow.journal.telling import told
from goflow.outbound import secrets, signing, ssrf
from goflow.outbound.envelope import PING
from goflow.outbound.models import WebhookEndpoint
from goflow.outbound.refusals import EndpointNotFound, SecretUnreadable, WebhooksOff
from goflow.outbound.webhooks import covers, wanted

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

CHANGEABLE = ("name", "url", "event_types", "headers", "timeout_seconds")


class UnknownEvents(Invalid):
    """
    An endpoint asks for events that never happen.
    """

    code = "webhook-events-unknown"
    template = _("There is no event “%(event)s”. Name audit actions, or workitem.* for all of a kind.")


class Made(NamedTuple):
    """
    A new endpoint, and its secret, which cannot be read again.
    """

    endpoint: WebhookEndpoint
    secret: str


def visible(user: AbstractBaseUser | None, request: HttpRequest | None = None) -> QuerySet[WebhookEndpoint]:
    """
    The endpoints of the person's tenant. What a person may do with them is a matter of permissions.

    Endpoints have a tenant and nothing else that ``GOFLOW_TENANT_FILTER`` could tell them apart by: a project
    with that filter only shows them to superusers.
    """
    rows = WebhookEndpoint.objects.all()
    if conf.TENANT_RESOLVER is not None:
        return rows.filter(tenant_id=tenancy.resolve(user=user, request=request).tenant_id)
    return rows if sees_any(user) else rows.none()


def sees_any(user: AbstractBaseUser | None) -> bool:
    """
    Whether a person may have endpoints at all: under ``GOFLOW_TENANT_FILTER`` alone only superusers may.
    """
    is_filtered = conf.TENANT_RESOLVER is None and conf.TENANT_FILTER is not None
    return not is_filtered or bool(getattr(user, "is_superuser", False))


def create(
    *,
    name: str,
    url: str,
    secret: str = "",
    tenant_id: str = "",
    enabled: bool = True,
    by: AbstractBaseUser | None = None,
    **values: Any,  # as CHANGEABLE
) -> Made:
    """
    Store an endpoint. A blank ``secret`` makes one.

    Raises UrlRefused, AddressRefused, HeaderRefused, SecretRefused or UnknownEvents; NotAllowed for a person
    who would not see it, as it would hear of everybody's work.
    """
    if by is not None and not sees_any(by):
        raise NotAllowed(verb="add_webhookendpoint")
    check({"url": url, **values})
    text = secrets.checked(secret) if secret else secrets.new()
    made = WebhookEndpoint(name=name, url=url, tenant_id=tenant_id, enabled=enabled, **values)
    made.secret = secrets.encrypt(text)
    with transaction.atomic():
        made.save(force_insert=True)
        _note(made, "created", by)
    return Made(made, text)


def change(endpoint: WebhookEndpoint, *, by: AbstractBaseUser | None = None, **values: Any) -> None:
    """
    Store new values of ``CHANGEABLE`` fields. A new address starts with a clean record of failures.

    Raises as ``create``, and EndpointNotFound when it was deleted meanwhile.
    """
    check(values)
    changed = {name: value for name, value in values.items() if getattr(endpoint, name) != value}
    if "url" in changed:
        changed.update(failures=0, paused_until=None)
    if changed:
        _write(endpoint, "changed", by, changed, fields=sorted(set(changed) & set(CHANGEABLE)))


def rotate(endpoint: WebhookEndpoint, *, secret: str = "", by: AbstractBaseUser | None = None) -> str:
    """
    Give the endpoint a new secret; for 24 hours the one before signs, too. Returns the new one.

    Raises SecretRefused, and EndpointNotFound when it was deleted meanwhile.
    """
    text = secrets.checked(secret) if secret else secrets.new()
    # The order matters: MySQL reads the columns of this UPDATE from left to right.
    values: dict[str, object] = {
        "secret_before": F("secret") if _is_readable(endpoint) else "",
        "secret_before_until": clock.now() + secrets.OVERLAP,
        "secret": secrets.encrypt(text),
    }
    _write(endpoint, "rotated", by, values)
    return text


def enable(endpoint: WebhookEndpoint, *, by: AbstractBaseUser | None = None) -> None:
    """
    Send to the endpoint (again): what happens from now on. What failed meanwhile can be sent again by hand.
    """
    values = {"enabled": True, "disabled_reason": "", "failures": 0, "paused_until": None}
    _write(endpoint, "enabled", by, values)


def disable(endpoint: WebhookEndpoint, *, reason: str = "", by: AbstractBaseUser | None = None) -> None:
    """
    Send nothing more. Deliveries that wait are given up when their time comes.
    """
    _write(endpoint, "disabled", by, {"enabled": False, "disabled_reason": reason})


def remove(endpoint: WebhookEndpoint, *, by: AbstractBaseUser | None = None) -> None:
    """
    Delete the endpoint and the log of its deliveries.
    """
    with transaction.atomic():
        _lock(endpoint)
        _note(endpoint, "deleted", by)
        endpoint.delete()


def ping(endpoint: WebhookEndpoint, *, by: AbstractBaseUser | None = None) -> OutboxMessage:
    """
    Write a ``test.ping`` for this endpoint, which goes the way of every event. Returns the stored message.

    It is sent by the next pass, also while the endpoint is disabled or paused. Raises WebhooksOff, and
    EndpointNotFound when it was deleted meanwhile.
    """
    event = _event(endpoint, PING, by, {"test": True, "endpoint": endpoint.pk})
    with transaction.atomic():
        _lock(endpoint)
        message = told([event], recorder.record([event]), process={"tenant": endpoint.tenant_id})
        if message is None:
            raise WebhooksOff
        insert([message])
    return message


def check(values: Mapping[str, Any]) -> None:
    """
    Whether an endpoint may have these values. Nothing is resolved or contacted.

    Raises UrlRefused, AddressRefused, HeaderRefused or UnknownEvents.
    """
    if "url" in values:
        ssrf.parse(values["url"])
    signing.check_headers(values.get("headers") or {})
    for name in wanted(values.get("event_types") or ""):
        if not any(covers(name, action) for action in ACTIONS):
            raise UnknownEvents(event=name)


def _is_readable(endpoint: WebhookEndpoint) -> bool:
    try:
        secrets.decrypt(endpoint.secret)
    except SecretUnreadable:
        return False
    return True


def _write(
    endpoint: WebhookEndpoint,
    what: str,
    by: AbstractBaseUser | None,
    values: Mapping[str, object],
    **details: object,
) -> None:
    with transaction.atomic():
        if not WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**values):
            raise EndpointNotFound(endpoint=endpoint.pk)
        _note(endpoint, what, by, **details)
    endpoint.refresh_from_db()


def _lock(endpoint: WebhookEndpoint) -> None:
    """
    Rows of a stream are numbered: one writer at a time.
    """
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk).update(name=F("name")):
        raise EndpointNotFound(endpoint=endpoint.pk)


def _note(endpoint: WebhookEndpoint, what: str, by: AbstractBaseUser | None, **details: object) -> None:
    event = _event(endpoint, "webhook.changed", by, {"endpoint": endpoint.pk, "what": what, **details})
    recorder.record([event])


def _event(
    endpoint: WebhookEndpoint, action: str, by: AbstractBaseUser | None, metadata: Mapping[str, object]
) -> Event:
    return Event(
        stream=endpoint_stream(endpoint.pk),
        action=action,
        created_at=clock.now(),
        actor="" if by is None else str(by.pk),
        metadata=metadata,
    )
