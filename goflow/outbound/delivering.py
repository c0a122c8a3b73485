"""
The worker of the webhook lane: sends leased deliveries, several at a time, and settles each one.

The network is used in threads, the database in the calling thread only, never a transaction while sending.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from goflow import clock
from goflow.conf import conf
from goflow.errors import GoflowError
from goflow.journal import outbox
from goflow.outbound import breaking, secrets, sending, signing
from goflow.outbound.envelope import PING
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.results import Tally
from goflow.outbound.sending import Answer, Request
from goflow.outbound.settling import DISABLED, Parcel, give_up, put_off, settle

logger = logging.getLogger("goflow.webhooks")

BATCH = 100
"""How many messages one lease takes."""

STARTS = 30.0
"""Seconds in which attempts of one lease are started; the rest goes back."""

LEASE = 90.0
"""Seconds of a lease: the starts, the longest attempt, and a slow name server."""

THREADS = 32
"""How many attempts go on at the same time in one process."""

TURN = timedelta(seconds=10)
"""How long a slow endpoint is left alone when it has used up a lease, so that others get their turn."""


@dataclass(slots=True)
class Round:
    """
    What goes to one endpoint under this lease.
    """

    endpoint: WebhookEndpoint
    queue: deque[Parcel]
    parallel: int
    flying: int = 0
    keys: tuple[str, ...] = field(default=())

    @property
    def may_send(self) -> bool:
        """
        Whether another attempt may start now.
        """
        return bool(self.queue) and (self.flying < self.parallel or self.queue[0].delivery.action == PING)

    def learn(self) -> None:
        """
        After each attempt: an endpoint that is paused by now gets nothing more, one that recovered gets all.
        """
        until = self.endpoint.paused_until
        rests = not self.endpoint.enabled or (until is not None and until > clock.now())
        self.parallel = 0 if rests else breaking.PARALLEL


Flying = dict[Future[Answer], tuple[Round, Parcel]]


def deliver(lease: outbox.Lease) -> Tally:
    """
    Send every delivery of a lease that may go now, and settle each one. Endpoints do not wait for each other.

    Raises what the database raises; what is not settled then is sent again when the lease is over.
    """
    tally = Tally()
    rounds = _rounds(lease, tally)
    if rounds:
        with ThreadPoolExecutor(min(THREADS, breaking.PARALLEL * len(rounds)), "goflow-webhook") as pool:
            _send_all(pool, rounds, tally)
        for left in rounds:
            tally.update(_put_back(left))
    return tally


def _rounds(lease: outbox.Lease, tally: Tally) -> list[Round]:
    found: dict[int, list[Parcel]] = {}
    endpoints: dict[int, WebhookEndpoint] = {}
    for parcel in _parcels(lease, tally):
        parcel.delivery.endpoint = endpoints.setdefault(parcel.delivery.endpoint_id, parcel.endpoint)
        found.setdefault(parcel.endpoint.pk, []).append(parcel)
    return [_round(endpoints[pk], parcels) for pk, parcels in found.items()]


def _round(endpoint: WebhookEndpoint, parcels: list[Parcel]) -> Round:
    parcels.sort(key=lambda parcel: parcel.delivery.action != PING)
    parallel = breaking.admit(endpoint, clock.now()) if endpoint.enabled else 0
    return Round(endpoint, deque(parcels), parallel)


def _parcels(lease: outbox.Lease, tally: Tally) -> Iterable[Parcel]:
    """
    What is to be sent; messages that nobody needs any more are settled on the way.
    """
    wanted = [message.payload["delivery"] for message in lease.messages]
    deliveries = Delivery.objects.select_related("endpoint").in_bulk(wanted)
    for message in lease.messages:
        delivery = deliveries.get(message.payload["delivery"])
        if delivery is None or delivery.status == Delivery.Status.DELIVERED:
            outbox.dropped(message.pk, message.lease_token, "the delivery is done or deleted")
            tally["gone"] += 1
        elif not delivery.endpoint.enabled and delivery.action != PING:
            tally[give_up(Parcel(message, delivery), DISABLED)] += 1
        else:
            yield Parcel(message, delivery)


def _send_all(pool: ThreadPoolExecutor, rounds: list[Round], tally: Tally) -> None:
    flying: Flying = {}
    end = monotonic() + STARTS
    while True:
        if monotonic() < end:
            _start(pool, rounds, flying)
        if not flying:
            return
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            at, parcel = flying.pop(future)
            tally[settle(parcel, _result(future))] += 1
            at.flying -= 1
            at.learn()


def _start(pool: ThreadPoolExecutor, rounds: list[Round], flying: Flying) -> None:
    for at in rounds:
        while at.may_send and len(flying) < THREADS:
            parcel = at.queue.popleft()
            at.flying += 1
            flying[_launched(pool, parcel, at)] = (at, parcel)


def _launched(pool: ThreadPoolExecutor, parcel: Parcel, at: Round) -> Future[Answer]:
    try:
        request = _request(parcel, at)
    except GoflowError as exc:
        refused: Future[Answer] = Future()
        refused.set_result(Answer(error=str(exc)))
        return refused
    return pool.submit(sending.send, request)


def _request(parcel: Parcel, at: Round) -> Request:
    now, body = clock.now(), parcel.delivery.body.encode()
    at.keys = at.keys or secrets.valid(at.endpoint, now)
    own = at.endpoint.headers if isinstance(at.endpoint.headers, dict) else {}
    headers = signing.headers(parcel.delivery.event_id, body, own=own, keys=at.keys, now=now)
    timeout = at.endpoint.timeout_seconds or conf.WEBHOOK_TIMEOUT
    return Request(at.endpoint.url, headers, body, min(float(timeout), sending.DEADLINE))


def _result(future: Future[Answer]) -> Answer:
    """
    An error that nobody foresaw counts as a failed attempt: it must not keep the others from being sent.
    """
    exc = future.exception()
    if exc is None:
        return future.result()
    logger.error("a webhook could not be sent", exc_info=exc)
    return Answer(error=f"{type(exc).__name__}: {exc}")


def _put_back(left: Round) -> Tally:
    """
    What was not tried: it waits until the pause is over, or for its next turn.
    """
    if not left.queue:
        return Tally()
    if not left.endpoint.enabled:
        return Tally(give_up(parcel, DISABLED) for parcel in left.queue)
    now = clock.now()
    until = left.endpoint.paused_until
    if until is None or until <= now:
        breaking.wait(left.endpoint, now + TURN)
        return Tally(put_off(parcel, now, "others had their turn") for parcel in left.queue)
    return Tally(put_off(parcel, until, "the endpoint is paused") for parcel in left.queue)
