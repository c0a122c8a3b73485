"""
Verbs on admin pages: an action of the list and a link on the row's page, one confirm page for both.

GET shows what would happen, POST does it. A refusal is told for each row and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import ModelAdmin, link, require
from goflow.desk.addresses import whole_number
from goflow.errors import GoflowError

MOST_AT_ONCE = 100
"""Rows that one confirm page takes."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    What a verb came to: a sentence, how good it is, and the row to look at next.
    """

    text: str
    level: int = messages.SUCCESS
    goto: models.Model | None = None


class VerbForm(forms.Form):
    """
    What a verb asks before it acts; told the rows it is about.
    """

    def __init__(self, *args: Any, rows: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows


class ReasonForm(VerbForm):
    """
    Asks why, for the record.
    """

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


def _always(row: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Verb:
    """
    One thing that can be done to a row.

    ``run(request, row, answers)`` raises GoflowError to refuse; ``applies`` says whether the row's page
    offers it; ``notes`` are lines shown below the row on the confirm page. A direct verb needs no
    confirm page from the list.
    """

    name: str
    label: str | Promise
    question: str | Promise
    run: Callable[[HttpRequest, Any, Mapping[str, Any]], Told]
    applies: Callable[[Any], bool] = _always
    form: type[VerbForm] = VerbForm
    notes: Callable[[Any], Sequence[Any]] | None = None
    is_direct: bool = False


class WithVerbs(ModelAdmin):
    """
    Gives the list its actions, the row's page its links, and both the confirm page.
    """

    verbs: ClassVar[tuple[Verb, ...]] = ()
    change_form_template = "admin/goflow/change_form.html"

    def __init__(self, model: type[models.Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        self.actions = [*(self.actions or ()), *(_action(verb) for verb in self.verbs)]

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Whether the person may use the verbs: nobody, until a page says who.
        """
        return False

    def get_urls(self) -> list[URLPattern]:
        """
        Django's addresses and the one of the confirm pages.
        """
        view = transaction.non_atomic_requests(self.admin_site.admin_view(self.verb_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        return [path("verb/<slug:name>/", view, name=name), *super().get_urls()]

    def has_act_permission(self, request: HttpRequest) -> bool:
        """
        Django asks here which actions to offer.
        """
        return self.may_act(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """
        Add the links to the verbs that apply now.
        """
        row = context.get("original")
        if row is not None and self.may_act(request, row):
            context["verbs"] = [(v.label, self.verb_url(v, [row])) for v in self.offered(request, row)]
        return super().render_change_form(request, context, *args, **kwargs)

    def offered(self, request: HttpRequest, row: Any) -> list[Verb]:
        """
        The verbs that the row's page offers to this person.
        """
        return [verb for verb in self.verbs if verb.applies(row)]

    def named(self, row: Any) -> str:
        """
        The row as confirm pages and refusals call it.
        """
        return str(row)

    def verb_url(self, verb: Verb, rows: Sequence[models.Model]) -> str:
        """
        The address of the confirm page.
        """
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_verb"
        return f"{reverse(name, args=[verb.name])}?ids={','.join(str(row.pk) for row in rows)}"

    def verb_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """
        GET asks, POST acts.
        """
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        if verb is None:
            raise Http404
        require(self.may_act(request))
        related: Any = self.list_select_related or ()
        rows = self.get_queryset(request).filter(pk__in=_ids(request))
        chosen = list(rows.select_related(*related) if related else rows)
        if not chosen:
            raise Http404
        return self._ask_or_act(request, verb, chosen)

    def _ask_or_act(self, request: HttpRequest, verb: Verb, rows: list[Any]) -> HttpResponse:
        form = verb.form(request.POST if request.method == "POST" else None, rows=rows)
        if form.is_valid():
            told = self.act(request, verb, rows, form.cleaned_data)
            if told:
                return self._onward(rows, told)
        context = {
            **self.admin_site.each_context(request),
            "title": str(verb.label),
            "opts": self.opts,
            "verb": verb,
            "form": form,
            "rows": [(link(row, self.named(row)), verb.notes(row) if verb.notes else ()) for row in rows],
        }
        return TemplateResponse(request, "admin/goflow/verb.html", context)

    def act(
        self, request: HttpRequest, verb: Verb, rows: Sequence[Any], answers: Mapping[str, Any]
    ) -> list[Told]:
        """
        Do it to each row and tell the result of each; returns those that were not refused.
        """
        done = []
        for row in rows:
            try:
                told = verb.run(request, row, answers)
            except GoflowError as exc:
                messages.error(request, f"{self.named(row)}: {exc}")
                continue
            messages.add_message(request, told.level, told.text)
            self.log_change(request, row, str(verb.label))
            done.append(told)
        return done

    def _onward(self, rows: Sequence[models.Model], told: Sequence[Told]) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if len(rows) > 1:
            return HttpResponseRedirect(reverse(f"{name}_changelist"))
        return HttpResponseRedirect(reverse(f"{name}_change", args=[(told[0].goto or rows[0]).pk]))


def _action(verb: Verb) -> Callable[[Any, HttpRequest, models.QuerySet[Any]], HttpResponse | None]:
    @admin.action(permissions=["act"], description=verb.label)  # type: ignore[arg-type] # a lazy text is fine
    def act(page: WithVerbs, request: HttpRequest, rows: models.QuerySet[Any]) -> HttpResponse | None:
        chosen = list(rows[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.error(request, _("Choose at most %(most)s rows at a time.") % {"most": MOST_AT_ONCE})
            return None
        if not verb.is_direct:
            return HttpResponseRedirect(page.verb_url(verb, chosen))
        page.act(request, verb, chosen, {})
        return None

    act.__name__ = verb.name
    return act


def _ids(request: HttpRequest) -> list[int]:
    texts = request.GET.get("ids", "").split(",")[:MOST_AT_ONCE]
    return [pk for pk in map(whole_number, texts) if pk is not None]
