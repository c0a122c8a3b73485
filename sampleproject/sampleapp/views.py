"""
The pages of the sample app: its home, the pages of the sample process, and a form to look at.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import BOTH, page
from goflow.web.workitem import WorkItemView
from sampleproject.sampleapp import people
from sampleproject.sampleapp.forms import SampleTaskForm


@page(public=True)
def home(request: HttpRequest) -> HttpResponse:
    """
    What can be tried out here.
    """
    return show(request, "sampleapp/home.html", {"title": gettext("Samples"), "people": people.ROLES})


@page(*BOTH)
def sample_task(request: HttpRequest) -> HttpResponse:
    """
    A form with every kind of field. Sending it checks the answers and stores nothing.
    """
    form = SampleTaskForm(request.POST or None)
    if form.is_valid():
        messages.success(request, gettext("The answers are complete. Nothing was stored."))
        return HttpResponseRedirect(request.path)
    context = {"title": gettext("Sample task"), "form": form}
    return show(request, "sampleapp/sample_task.html", context, status=422 if form.is_bound else 200)


@page()
def by_query(request: HttpRequest) -> HttpResponse:
    """
    The address of a step without an item: ``?workitem_id=`` names one, otherwise one's own work.
    """
    text = request.GET.get("workitem_id", "")
    is_number = text.isascii() and text.isdigit()
    return HttpResponseRedirect(reverse(request, *(("workitem", int(text)) if is_number else ("mywork",))))


class Step(WorkItemView):
    """
    The page of a step: goflow's own, with a line about what the step shows.
    """

    template_name = "sampleapp/step.html"
    about = ""

    def answer(self, shown: Any, form: Any, *, status: int = 200) -> HttpResponse:
        """
        Render the page with its line.
        """
        context = {**shown.context(), "form": form, "about": self.about}
        return show(shown.request, self.template_name, context, status=status)


class Choice(Step):
    about = "Each button is one outcome; the conditions of the transitions name them."


class View(Step):
    about = "A page without fields; its buttons come from ok_values in the parameters of the activity."


class Edit(Step):
    about = "The form registered for the activity is bound to the object of the request and saves it."


PAGES: dict[str, type[Step]] = {"choice": Choice, "view": View, "edit": Edit}
