"""
The pages of the leave app: its home, and the work item page of each step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import urls
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.generic import View

from goflow.web import starting
from goflow.web.context import show
from goflow.web.itempage import ItemPage
from goflow.web.links import reverse
from goflow.web.pages import page
from goflow.web.workitem import WorkItemView
from leavedemo.leave import accounts
from leavedemo.leave.models import LeaveRequest

PROCESS = "leave"


def in_mount(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    Links to goflow's pages stay in the mount the visitor came through: plain, or behind a language.
    """

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.current_app = request.resolver_match.namespace.replace("leave", "goflow", 1)
        return view(request, *args, **kwargs)

    return framed


@page(public=True)
def home(request: HttpRequest) -> HttpResponse:
    """
    What can be tried out here.
    """
    here = request.resolver_match.namespace
    addresses = {
        "ask": urls.reverse(f"{here}:start"),
        "all_processes": urls.reverse(f"{here.replace('leave', 'workflow', 1)}:start"),
    }
    context = {"title": gettext("Leave"), "balance": _balance(request), **addresses}
    return show(request, "leave/home.html", context)


def _balance(request: HttpRequest) -> int | None:
    return accounts.balance(request.user) if request.user.is_authenticated else None


def start(request: HttpRequest) -> HttpResponseBase:
    """
    Ask for leave: the start page of the process "leave".
    """
    request.GET = request.GET.copy()
    request.GET.setdefault("process", PROCESS)
    return starting.start_model(request, "leave", "leaverequest")


@page()
def by_query(request: HttpRequest) -> HttpResponse:
    """
    The address of a step without an item: ``?workitem_id=`` names one, otherwise one's own work.
    """
    text = request.GET.get("workitem_id", "")
    is_number = text.isascii() and text.isdigit()
    return HttpResponseRedirect(reverse(request, *(("workitem", int(text)) if is_number else ("mywork",))))


@page()
def automatic(request: HttpRequest, name: str) -> HttpResponse:
    """
    About a function that the engine runs by itself.
    """
    return show(request, "leave/automatic.html", {"title": gettext("Automatic step"), "name": name})


class Step(WorkItemView):
    """
    The page of a step: goflow's own, with the days that the requester has left.
    """

    template_name = "leave/step.html"

    def answer(self, shown: ItemPage, form: Any, *, status: int = 200) -> HttpResponse:
        """
        Render the page with what is known about the request.
        """
        context = {**shown.context(), "form": form, "leave": Decision.of(shown.instance.wfobject())}
        return show(shown.request, self.template_name, context, status=status)


class FinalInfo(Step):
    """
    The last page: what was decided.
    """

    template_name = "leave/finalinfo.html"


@dataclass(frozen=True, slots=True)
class Decision:
    """
    A request as its pages tell of it.
    """

    request: LeaveRequest
    left: int | None

    @classmethod
    def of(cls, found: Any) -> Decision | None:
        """
        None when the request was deleted.
        """
        return cls(found, accounts.balance(found.requester)) if isinstance(found, LeaveRequest) else None


PAGES: dict[str, type[View]] = {
    "checkstatus": Step,
    "refine": Step,
    "approvalform": Step,
    "hrform": Step,
    "finalinfo": FinalInfo,
}
