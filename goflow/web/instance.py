"""
The page of a whole request: where it stands, what happened, and what administrators can do about it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow import clock
from goflow.desk import outside, position
from goflow.desk.forms import facts
from goflow.errors import InstanceNotFound, NotFound
from goflow.runtime import engine, policy
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.web.context import show
from goflow.web.history import story
from goflow.web.links import next_path, reverse
from goflow.web.pages import CHANGING, page
from goflow.workflow.loader import Loaded, definition


@page()
def instance(request: HttpRequest, pk: int) -> HttpResponse:
    """
    One request, for those who may see it.
    """
    found = _find(request.user, pk)
    loaded = definition(found.process_id, found.fingerprint)
    context = {
        "title": found.title,
        "instance": found,
        "now": clock.now(),
        "facts": facts(found, loaded),
        "story": story(found, loaded),
        "may_administer": policy.may_administer(request.user, found),
        **_standing(found, loaded),
    }
    return show(request, "goflow/instance.html", context)


def _find(user: Any, pk: int) -> ProcessInstance:
    visible = ProcessInstance.objects.for_user(user).select_related("process", "user", "parent_item")
    found: ProcessInstance | None = visible.filter(pk=pk).first()
    if found is None:
        raise InstanceNotFound(instance=pk)
    return found


def _standing(found: ProcessInstance, loaded: Loaded) -> dict[str, Any]:
    items = list(WorkItem.objects.filter(instance=found).with_context().order_by("id"))
    joins = position.arrived(found, loaded)
    marked = position.marks(items, joins)
    jobs = outside.of(items)
    return {
        "open_items": [item for item in items if item.is_open and not outside.is_outside(item)],
        "outside": [(item, jobs.get(item.pk)) for item in items if outside.is_outside(item)],
        "waiting": [
            (item, joins.get(item.pk, "")) for item in items if item.status == WorkItem.Status.BLOCKED
        ],
        "incidents": list(
            Incident.objects.open().filter(instance=found).select_related("workitem__activity", "instance")
        ),
        "picture": position.picture(loaded, marked, position.taken(found), found.title),
        "twin": position.twin(loaded, marked),
    }


@page(*CHANGING)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Withdraw a whole request, for its administrators.
    """
    found = _find(request.user, pk)
    engine.cancel(found.pk, actor=request.user, reason=request.POST.get("reason", "").strip())
    messages.success(request, gettext("“%(request)s” was withdrawn.") % {"request": found.title})
    return HttpResponseRedirect(reverse(request, "instance", found.pk))


@page(*CHANGING)
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Let a request stand still, for its administrators.
    """
    found = _find(request.user, pk)
    engine.suspend(found.pk, actor=request.user, reason=request.POST.get("reason", "").strip())
    messages.success(request, gettext("“%(request)s” stands still.") % {"request": found.title})
    return HttpResponseRedirect(reverse(request, "instance", found.pk))


@page(*CHANGING)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Let a request go on, for its administrators.
    """
    found = _find(request.user, pk)
    engine.resume(found.pk, actor=request.user)
    messages.success(request, gettext("“%(request)s” goes on.") % {"request": found.title})
    return HttpResponseRedirect(reverse(request, "instance", found.pk))


class IncidentNotFound(NotFound):
    """
    No incident of that id is open to this person.
    """

    code = "incident-not-found"
    template = _("There is no such incident. Open it from the monitor again.")


@page(*CHANGING)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Run again what failed, for administrators.
    """
    user: Any = request.user
    visible = ProcessInstance.objects.for_user(user)
    incident = Incident.objects.filter(pk=pk, instance__in=visible).select_related("instance").first()
    if incident is None:
        raise IncidentNotFound(incident=pk)
    done = engine.retry(incident.pk, actor=request.user)
    if done.incidents:
        messages.warning(request, gettext("It failed again. The problem is described below."))
    else:
        messages.success(request, gettext("The problem is solved and the request goes on."))
    return HttpResponseRedirect(next_path(request, reverse(request, "instance", incident.instance_id)))
