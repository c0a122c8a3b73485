"""
The lists: my work, available, my requests, done, and somebody else's work.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from goflow import clock
from goflow.desk.addresses import PrimaryKeyConverter
from goflow.runtime import inbox
from goflow.runtime.assignment import personal_queue, pools_of
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.querysets import may_browse
from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import page
from goflow.web.paging import SIZE, Key, count_of, paged, trail

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)

HELD = (WorkItem.Status.INACTIVE, WorkItem.Status.ACTIVE, WorkItem.Status.FALLOUT)
"""What tells a requester where his request is: with somebody, in a pool, or stopped by a problem."""


@page()
def home(request: HttpRequest) -> HttpResponse:
    """
    The mount prefix leads to one's own work.
    """
    return HttpResponseRedirect(reverse(request, "mywork"))


@page()
def my_work(request: HttpRequest) -> HttpResponse:
    """
    What the visitor has to do: items that are his.
    """
    context = {"title": gettext("My work"), "page": _inbox(request, [personal_queue(_user(request))])}
    return show(request, "goflow/mywork.html", {**context, "now": clock.now()})


@page()
def available(request: HttpRequest) -> HttpResponse:
    """
    What the visitor may take from the pools he belongs to.
    """
    context = {"title": gettext("Available"), "page": _inbox(request, pools_of(_user(request)))}
    return show(request, "goflow/available.html", {**context, "now": clock.now()})


@page()
def my_requests(request: HttpRequest) -> HttpResponse:
    """
    What the visitor has asked for, and with whom it is now.
    """
    rows = ProcessInstance.objects.requested_by(_user(request)).order_by("-id")
    held = WorkItem.objects.filter(status__in=HELD).select_related("activity", "user").order_by("id")
    waiting = Prefetch("workitems", queryset=held, to_attr="held")
    shown = rows.select_related("process").prefetch_related(waiting)
    context = {"title": gettext("My requests"), "page": _newest_first(request, shown, rows)}
    return show(request, "goflow/myrequests.html", context)


def _newest_first(request: HttpRequest, rows: QuerySet[Any], counted: QuerySet[Any]) -> Any:
    last = _last(request)
    found = rows.filter(id__lt=last[1]) if last else rows
    return paged(request, list(found[: SIZE + 1]), lambda row: (0, row.pk), count=count_of(counted))


@page()
def done(request: HttpRequest) -> HttpResponse:
    """
    What the visitor has completed, the latest first.
    """
    rows = WorkItem.objects.done_by(_user(request))
    shown, last = rows.with_context(), _last(request)
    if last:
        moment = _moment(last[0])
        shown = shown.filter(Q(completed_at__lt=moment) | Q(completed_at=moment, id__lt=last[1]))
    found = paged(request, list(shown[: SIZE + 1]), _done_key, count=count_of(rows))
    return show(request, "goflow/done.html", {"title": gettext("Done"), "page": found})


def _done_key(row: WorkItem) -> Key:
    return ((row.completed_at or EPOCH) - EPOCH) // MICROSECOND, row.pk


def _moment(microseconds: int) -> datetime:
    try:
        return EPOCH + microseconds * MICROSECOND
    except OverflowError as exc:
        raise Http404("not a page") from exc


@page()
def others_work(request: HttpRequest) -> HttpResponse:
    """
    What somebody else has to do, for people with the browse right.
    """
    if not may_browse(_user(request)):
        raise PermissionDenied
    name = request.GET.get("worker", "")
    context = {"title": gettext("Work of others"), "worker_name": name, "now": clock.now()}
    if name:
        worker = _person(name)
        context |= {"worker": worker, "page": _inbox(request, [personal_queue(worker)])}
    return show(request, "goflow/otherswork.html", context)


def _person(name: str) -> Any:
    users = get_user_model()
    found = users._default_manager.filter(**{users.USERNAME_FIELD: name}).first()
    if found is None:
        raise Http404("no such person")
    return found


@page()
def history(request: HttpRequest) -> HttpResponse:
    """
    The old address of an instance's history: ``?id=``.
    """
    text = request.GET.get("id", "")
    if not re.fullmatch(PrimaryKeyConverter.regex, text):
        raise Http404("no such request")
    return HttpResponseRedirect(reverse(request, "instance", int(text)))


def _inbox(request: HttpRequest, queues: list[str]) -> Any:
    key: Callable[[WorkItem], Key] = lambda row: (row.sort_key, row.pk)  # noqa: E731 - typed for paged
    rows = inbox.page(queues, after=_last(request), limit=SIZE + 1)
    return paged(request, rows, key, count=inbox.count(queues))


def _last(request: HttpRequest) -> Key | None:
    keys = trail(request)
    return keys[-1] if keys else None


def _user(request: HttpRequest) -> Any:
    return request.user
