"""
The page of a work item, and the verbs people use on it.

A host project's own page for an activity is a subclass: set ``form_class``, ``template_name`` (extend
``goflow/workitem.html``) or ``ok_values``, and mount it below ``WF_APPS_PREFIX`` at the application's path:

    path("checkstatus/<int:pk>/", CheckStatus.as_view())
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from goflow.desk import answers
from goflow.desk.addresses import whole_number
from goflow.desk.forms import FormClass
from goflow.desk.refusals import AnswersInvalid, ObjectChanged
from goflow.errors import Invalid, KeyReused
from goflow.runtime import engine
from goflow.runtime.models import ProcessInstance
from goflow.runtime.results import Completion
from goflow.web.context import show
from goflow.web.itempage import ItemPage, find
from goflow.web.links import host_page, next_path, reverse
from goflow.web.pages import BOTH, CHANGING, page

LONGEST_KEY = 100
"""Ours have 32 characters; longer ones come from no page of ours."""


class UnknownPerson(Invalid):
    """
    Work was to be handed to somebody who does not exist or may not sign in.
    """

    code = "unknown-person"
    template = _("There is nobody active with the user name “%(name)s”. Check the name.")


class WorkItemView(View):
    """
    Shows a work item with its form and decisions; POST completes it.

    Attributes:
        form_class: replaces the form registered for the activity.
        template_name: replaces ``goflow/workitem.html``.
        ok_values: replaces the outcomes that the definition offers.
    """

    form_class: FormClass | None = None
    template_name: str = ""
    ok_values: ClassVar[tuple[str, ...]] = ()

    @method_decorator(page(*BOTH))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """
        Every method goes through the frame of a page.
        """
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """
        The item as it stands; people who may work on it are sent to the page of its activity.
        """
        shown = self.page_of(request, pk)
        elsewhere = self.elsewhere(shown)
        if elsewhere is not None:
            return HttpResponseRedirect(elsewhere)
        return self.answer(shown, self.form(shown) if shown.may_work else None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """
        Check the form and complete the item with the outcome of the button.
        """
        shown = self.page_of(request, pk)
        elsewhere = self.elsewhere(shown)
        if elsewhere is not None:
            return HttpResponseRedirect(elsewhere)
        try:
            return self.finish(shown, self.complete(shown))
        except AnswersInvalid as exc:
            return self.again(shown, exc.form)
        except ObjectChanged as exc:
            return self.again(shown, exc.form, exc.params["now"])
        except Invalid as exc:
            form = self.form(shown, request)
            form.add_error(None, gettext(DONE_OTHERWISE) if isinstance(exc, KeyReused) else str(exc))
            return self.again(shown, form)

    def again(self, shown: ItemPage, form: forms.BaseForm, now: object = None) -> HttpResponse:
        """
        The page with the answers as they were sent and what is wrong with them.
        """
        show_values(form, _sent(shown).seen if now is None else now)
        return self.answer(shown, form, status=422)

    def page_of(self, request: HttpRequest, pk: int) -> ItemPage:
        """
        The item with what its page shows. Raises WorkItemNotFound.
        """
        return ItemPage(request, find(request.user, pk), ok_values=self.ok_values)

    def elsewhere(self, shown: ItemPage) -> str | None:
        """
        The address of the item when this is not the page its activity asks for: nobody chooses his own form.
        """
        if not shown.may_work:
            return None
        here, own = shown.request.path_info, host_page(shown.request, shown.item)
        if own is None:
            return None if type(self) is WorkItemView else reverse(shown.request, "workitem", shown.item.pk)
        return None if here == own or here.endswith(own) else own

    def form(self, shown: ItemPage, request: HttpRequest | None = None) -> forms.BaseForm:
        """
        The form of the activity, bound to the request's answers when one is given.
        """
        form = answers.item_form(
            shown.item,
            shown.loaded,
            shown.request.user,
            sent=_sent(shown) if request else None,
            outcome=shown.request.POST.get("outcome"),
            form_class=self.form_class,
        )
        show_values(form, answers.shown(form))
        return form

    def complete(self, shown: ItemPage) -> Completion:
        """
        The verb itself. Raises what ``answers.complete`` raises.
        """
        posted = shown.request.POST
        return answers.complete(
            shown.item,
            shown.loaded,
            actor=shown.request.user,
            sent=_sent(shown),
            outcome=posted.get("outcome"),
            version=whole_number(posted.get("goflow_version", "")),
            key=posted.get("goflow_key", "")[:LONGEST_KEY] or None,
            form_class=self.form_class,
        )

    def finish(self, shown: ItemPage, done: Completion) -> HttpResponse:
        """
        Say what happened and go on.
        """
        tell(shown.request, done)
        return HttpResponseRedirect(next_path(shown.request, reverse(shown.request, "mywork")))

    def answer(self, shown: ItemPage, form: forms.BaseForm | None, *, status: int = 200) -> HttpResponse:
        """
        Render the page.
        """
        own = [name for name in (self.template_name, shown.activity.form_template) if name]
        return show(shown.request, [*own, "goflow/workitem.html"], shown.context(form), status=status)


def _sent(shown: ItemPage) -> answers.FromPage:
    return answers.FromPage(shown.request.POST, shown.request.FILES)


def show_values(form: Any, values: object) -> None:  # an attribute that templates read
    """
    Let the page send along what its form shows, so that nobody's change is replaced unseen.
    """
    form.goflow_shown = json.dumps(values) if values else ""


DONE_OTHERWISE = gettext_noop(
    "You have done this step already, with other answers. These here are not stored."
)

STOPPED = gettext_noop(
    "Your step is done, but a problem stops what comes next. Administrators see it in the monitor."
)


def tell(request: HttpRequest, done: Completion) -> None:
    """
    Leave a message about a verb's result for the next page.
    """
    if done.incidents:
        messages.warning(request, gettext(STOPPED))
        return
    messages.success(request, _told(done))


def _told(done: Completion) -> str:
    if done.instance_status == ProcessInstance.Status.COMPLETE:
        return gettext("Done. “%(request)s” is complete.") % {"request": done.instance.title}
    titles = list(dict.fromkeys(item.activity.title for item in done.opened))
    if not titles:
        return gettext("Done. “%(request)s” waits for other people.") % {"request": done.instance.title}
    return gettext("Done. “%(request)s” goes on: %(next)s.") % {
        "request": done.instance.title,
        "next": ", ".join(titles),
    }


@page(*BOTH)
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Take an item; looking at the address changes nothing.
    """
    item = find(request.user, pk)
    if request.method == "POST":
        engine.activate(item.pk, actor=request.user)
        messages.success(request, gettext("This work item is yours now."))
    return HttpResponseRedirect(next_path(request, reverse(request, "workitem", item.pk)))


@page(*BOTH)
def complete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """
    The old address of completing; looking at it leads to the item.
    """
    if request.method == "POST":
        return WorkItemView.as_view()(request, pk=pk)
    return HttpResponseRedirect(reverse(request, "workitem", find(request.user, pk).pk))


@page(*CHANGING)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Put an item back into its pool.
    """
    item = find(request.user, pk)
    engine.release(item.pk, actor=request.user)
    messages.success(request, gettext("The work item is back in the list of available work."))
    return HttpResponseRedirect(next_path(request, reverse(request, "mywork")))


@page(*CHANGING)
def forward(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Move on what waits to be forwarded.
    """
    item = find(request.user, pk)
    tell(request, engine.forward(item.pk, actor=request.user))
    return HttpResponseRedirect(next_path(request, reverse(request, "mywork")))


@page(*CHANGING)
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """
    Hand an item to another person.
    """
    item, name = find(request.user, pk), request.POST.get("to", "").strip()
    users = get_user_model()
    person = users._default_manager.filter(**{users.USERNAME_FIELD: name}, is_active=True).first()
    if person is None:
        raise UnknownPerson(name=name, workitem=item.pk)
    engine.reassign(item.pk, actor=request.user, to=person, reason=request.POST.get("reason", "").strip())
    messages.success(request, gettext("The work item was handed to %(person)s.") % {"person": person})
    return HttpResponseRedirect(reverse(request, "mywork"))
