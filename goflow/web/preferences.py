"""
Which mails somebody gets: the page of a signed-in person, and the link in every mail that stops it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings as project
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from goflow.outbound import addresses, profiles
from goflow.outbound.models import UserProfile
from goflow.runtime.policy import may_administer
from goflow.web import languages
from goflow.web.context import show
from goflow.web.links import reverse
from goflow.web.pages import BOTH, page

PREFIX = "event_"
MOST_NEWS, MOST_DAYS, HIGHEST = 1000, 366, 1_000_000


class LanguageSelect(forms.Select):
    """
    Each language by its own name, and marked as text of that language.
    """

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """
        As Django does, with the language as attribute.
        """
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "attrs": {**option["attrs"], **({"lang": value} if value else {})}}


class PreferencesForm(forms.Form):
    """
    One choice for each event, and how digests are made.
    """

    notified = forms.BooleanField(
        label=_("I want mails"),
        required=False,
        help_text=_("Without mails you still find everything behind the bell."),
    )
    nb_wi_notif = forms.IntegerField(
        label=_("A digest tells at least so many things"), min_value=1, max_value=MOST_NEWS
    )
    notif_delay = forms.IntegerField(label=_("Days between two digests"), min_value=0, max_value=MOST_DAYS)
    urgent_priority = forms.IntegerField(
        label=_("From this priority on, mail comes at once"),
        min_value=-HIGHEST,
        max_value=HIGHEST,
        help_text=_("What would come in a digest waits for none when it is as urgent as this."),
    )
    language = forms.ChoiceField(label=_("Language of mails"), required=False, widget=LanguageSelect)

    def __init__(self, *args: Any, events: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.events = events
        for event in events:
            self.fields[f"{PREFIX}{event}"] = forms.ChoiceField(
                label=str(profiles.LABELS[event]), choices=list(profiles.CHOICES.items())
            )
        spoken = [(language.code, language.name) for language in languages.choices()]
        self.fields["language"].choices = [("", _("as the project")), *spoken]  # type: ignore[attr-defined] # a ChoiceField
        self.order_fields(["notified", *(f"{PREFIX}{event}" for event in events)])

    def values(self, before: Mapping[str, str]) -> dict[str, Any]:
        """
        What to store; choices that the form does not show stay as they were.
        """
        given = self.cleaned_data
        chosen = {event: given[f"{PREFIX}{event}"] for event in self.events}
        plain = {name: given[name] for name in self.base_fields}
        return {**plain, "choices": {**before, **chosen}}


@page(*BOTH)
def settings(request: HttpRequest) -> HttpResponse:
    """
    Which mails the visitor gets, and when.
    """
    user: Any = request.user
    profile, events = profiles.of(user), _events(user)
    if request.method == "POST":
        form = PreferencesForm(request.POST, events=events)
        if form.is_valid():
            profiles.save(user, form.values(profile.choices))
            messages.success(request, gettext("Your choice is saved."))
            return HttpResponseRedirect(reverse(request, "notification_settings"))
    else:
        form = PreferencesForm(initial=_initial(profile, events), events=events)
    context = {"title": gettext("Which mails you get"), "form": form, "address": user.email}
    return show(request, "goflow/notification_settings.html", context, status=422 if form.is_bound else 200)


def _events(user: Any) -> list[str]:
    """
    What the person may ever be told of.
    """
    hidden = set() if may_administer(user) else {profiles.INCIDENT}
    return [event for event in profiles.LABELS if event not in hidden]


def _initial(profile: UserProfile, events: list[str]) -> dict[str, Any]:
    wishes = profiles.wishes(profile)
    known = {code for code, _name in project.LANGUAGES}
    return {
        **{name: getattr(profile, name) for name in PreferencesForm.base_fields},
        **{f"{PREFIX}{event}": wishes.choice(event) for event in events},
        "language": profile.language if profile.language in known else "",
    }


@csrf_exempt
@page(*BOTH, public=True)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """
    Switch mails off by the signed link of a mail, by POST; looking at the address changes nothing.

    Mail programs post without a session or a CSRF token; the signature says who wrote the link.
    """
    found = addresses.read(token)
    if found is None:
        raise Http404("not a link of ours")
    if request.method == "POST":
        profiles.silence(found.user, found.event)
    about = profiles.LABELS.get(found.event, _("everything that comes in a digest"))
    context = {
        "title": gettext("No more mails like this one"),
        "about": about,
        "is_done": request.method == "POST",
    }
    return show(request, "goflow/unsubscribe.html", context)
