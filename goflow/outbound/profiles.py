"""
What each person wants to hear of by mail, and when: at once, in a digest, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goflow.journal.rows import put
from goflow.outbound.models import Notification, UserProfile

ASSIGNED, QUEUED = "assigned", "queued"
DUE_SOON, BREACHED = "due_soon", "breached"
MOVED, FINISHED, INCIDENT = "request_moved", "request_finished", "incident"

NOW, IN_DIGEST, OFF = Notification.Mail.NOW, Notification.Mail.DIGEST, Notification.Mail.OFF

LABELS: dict[str, Promise] = {
    ASSIGNED: _("Work is given to me"),
    QUEUED: _("Work waits in one of my pools"),
    DUE_SOON: _("My work is due soon"),
    BREACHED: _("My work is late"),
    MOVED: _("My request goes on"),
    FINISHED: _("My request is finished"),
    INCIDENT: _("A problem stops a request (for administrators)"),
}
"""Everything a person can be told of, the order of the settings page."""

DEFAULTS: dict[str, str] = {
    ASSIGNED: NOW.value,
    QUEUED: IN_DIGEST.value,
    DUE_SOON: NOW.value,
    BREACHED: NOW.value,
    MOVED: OFF.value,
    FINISHED: NOW.value,
    INCIDENT: NOW.value,
}

CHOICES: dict[str, Promise] = {
    NOW.value: _("at once"),
    IN_DIGEST.value: _("in the digest"),
    OFF.value: _("no mail"),
}

ALL_IN_DIGEST = "digest"
"""Instead of one event: everything that comes in digests."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What a person has chosen; the defaults for those who never chose.
    """

    notified: bool = True
    choices: Mapping[str, str] = field(default_factory=dict)
    urgent_priority: int = 5

    def choice(self, event: str) -> str:
        """
        When mail about this event goes out, leaving urgency aside.
        """
        chosen = self.choices.get(event)
        return chosen if chosen in CHOICES else DEFAULTS[event]

    def mail(self, event: str, priority: int) -> str:
        """
        What becomes of the mail about one thing that happened; what is urgent waits for no digest.
        """
        if not self.notified:
            return OFF.value
        chosen = self.choice(event)
        is_urgent = chosen == IN_DIGEST.value and priority >= self.urgent_priority
        return NOW.value if is_urgent else chosen


def of(user: Any) -> UserProfile:  # the host's user model
    """
    The profile of a person; an unsaved one with the defaults for those who never saved any.
    """
    try:
        found: UserProfile = user.goflow_profile
    except UserProfile.DoesNotExist:
        return UserProfile(user=user)
    return found


def wishes(profile: UserProfile) -> Wishes:
    """
    The wishes that a profile holds.
    """
    return Wishes(profile.notified, profile.choices, profile.urgent_priority)


def language(profile: UserProfile) -> str:
    """
    The language a person is written to: the chosen one if the project still has it, else the project's.
    """
    known = {code for code, _name in settings.LANGUAGES}
    return profile.language if profile.language in known else settings.LANGUAGE_CODE


def save(user: Any, values: Mapping[str, Any]) -> UserProfile:  # values of the model's fields
    """
    Store what a person has chosen; the profile is made when he saves for the first time.
    """
    put(UserProfile, {"user": user}, values)
    profile = UserProfile.objects.get(user=user)
    user._state.fields_cache["goflow_profile"] = profile
    return profile


def silence(user: Any, event: str) -> None:
    """
    No more mail about one event or, for ALL_IN_DIGEST, about all that comes in digests.
    """
    put(UserProfile, {"user": user}, {"user": user})
    with transaction.atomic():
        # Writing takes the row: a transaction that began by reading could not go on to write on SQLite.
        UserProfile.objects.filter(user=user).update(user=user)
        profile = UserProfile.objects.get(user=user)
        events = in_digest(profile) if event == ALL_IN_DIGEST else [event]
        profile.choices = {**profile.choices, **dict.fromkeys(events, OFF.value)}
        profile.save(update_fields=["choices"])


def in_digest(profile: UserProfile) -> list[str]:
    """
    The events that a person hears of in digests.
    """
    return [event for event in LABELS if wishes(profile).choice(event) == IN_DIGEST.value]
