"""
Tags of goflow's own pages; host templates that extend them may use these too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext

from goflow.desk import appearance, limits
from goflow.desk.incidents import told
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.workflow.models import Process

register = template.Library()

EPOCH = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))
"""Any moment: lengths of time are told from here."""

MINUTE = timedelta(minutes=1)
URGENT = 1
EMERGENCY = 5

ITEM_LOOKS = {
    WorkItem.Status.BLOCKED: ("info", "hourglass"),
    WorkItem.Status.INACTIVE: ("off", "dot"),
    WorkItem.Status.ACTIVE: ("info", "play"),
    WorkItem.Status.SUSPENDED: ("off", "pause"),
    WorkItem.Status.FALLOUT: ("bad", "alert"),
    WorkItem.Status.COMPLETE: ("ok", "check"),
    WorkItem.Status.CANCELLED: ("off", "cross"),
}
INSTANCE_LOOKS = {
    ProcessInstance.Status.INITIATED: ("off", "dot"),
    ProcessInstance.Status.RUNNING: ("info", "play"),
    ProcessInstance.Status.SUSPENDED: ("off", "pause"),
    ProcessInstance.Status.COMPLETE: ("ok", "check"),
    ProcessInstance.Status.TERMINATED: ("off", "cross"),
}
LIMIT_LOOKS = {
    limits.State.ON_TRACK: ("off", "clock"),
    limits.State.DUE_SOON: ("warn", "hourglass"),
    limits.State.BREACHED: ("bad", "alert"),
    limits.State.PAUSED: ("off", "pause"),
    limits.State.PAUSED_LATE: ("bad", "pause"),
}
VERSION_LOOKS = {
    Process.Status.DRAFT: ("info", "flag"),
    Process.Status.PUBLISHED: ("ok", "check"),
    Process.Status.RETIRED: ("off", "pause"),
}


@register.filter
def what_happened(incident: Incident) -> str:
    """
    The sentence of an incident.
    """
    return told(incident)


@register.simple_tag(takes_context=True)
def link(context: template.Context, name: str, *args: Any) -> str:
    """
    The path of a page of ours, in the mount and language of the request: ``{% link "workitem" item.pk %}``.
    """
    path: str = context["link_to"](name, *args)
    return path


@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    """
    For the ``html`` element: the appearance the visitor chose, nothing when the device decides.
    """
    chosen = appearance.chosen(context["request"])
    return mark_safe("") if chosen == appearance.SYSTEM else format_html(' data-theme="{}"', chosen)


@register.simple_tag
def icon(name: str) -> SafeString:
    """
    A drawing of the sprite, hidden from screen readers: always put words beside it.
    """
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("goflow/icons.svg"),
        name,
    )


@register.simple_tag
def badge(look: str, name: str, text: object) -> SafeString:
    """
    A state told by colour, drawing and words.
    """
    return format_html('<span class="badge badge-{}">{}{}</span>', look, icon(name), text)


@register.simple_tag
def status(found: WorkItem | ProcessInstance) -> SafeString:
    """
    The state of a work item or an instance.
    """
    looks: dict[Any, tuple[str, str]] = ITEM_LOOKS if isinstance(found, WorkItem) else INSTANCE_LOOKS
    look, name = looks.get(found.status, ("off", "dot"))
    return badge(look, name, found.get_status_display())


@register.simple_tag
def version_status(version: Process) -> SafeString:
    """
    Whether a version of a process is a draft, published or retired.
    """
    look, name = VERSION_LOOKS.get(version.status, ("off", "dot"))  # type: ignore[call-overload] # text or member
    return badge(look, name, version.get_status_display())


@register.simple_tag
def limits_script() -> SafeString:
    """
    The script that keeps the words of time limits up to date.
    """
    return format_html('<script type="module" src="{}"></script>', static("goflow/js/limits.js"))


@register.simple_tag
def due(item: WorkItem, now: datetime) -> SafeString | str:
    """
    How an open item stands with its time limit: on track, due soon, late, paused; nothing without a limit.

    ``goflow/js/limits.js`` keeps the words up to date while the page is open.
    """
    limit = limits.of(item, now)
    if limit.due_at is None:
        return ""
    words = _words()
    text = words[limit.state] % {"time": _span(limit.left)}
    moment = timezone.localtime(limit.due_at)
    return format_html(
        '<time class="limit" datetime="{}" title="{}"{}>{}</time>',
        moment.isoformat(),
        date_format(moment, "DATETIME_FORMAT") + f" {moment.tzname()}",
        _live(limit, words),
        badge(*LIMIT_LOOKS[limit.state], text),
    )


def _words() -> dict[limits.State, str]:
    """
    What a badge says, with a place for the time.
    """
    return {
        limits.State.ON_TRACK: gettext("due in %(time)s"),
        limits.State.DUE_SOON: gettext("due soon, in %(time)s"),
        limits.State.BREACHED: gettext("%(time)s late"),
        limits.State.PAUSED: gettext("paused, %(time)s left"),
        limits.State.PAUSED_LATE: gettext("paused, %(time)s late"),
    }


def _live(limit: limits.Limit, words: dict[limits.State, str]) -> SafeString:
    """
    What the script needs; a limit that stands still needs no script.
    """
    if limit.warn_at is None or limit.state in limits.STANDING:
        return SafeString("")
    named = [(f"data-{state.value}", words[state]) for state in limits.RUNNING]
    attributes = [("data-warn", limit.warn_at.isoformat()), *named]
    return format_html_join("", ' {}="{}"', attributes)


def _span(left: timedelta) -> str:
    """
    A time in its largest unit, whichever way it points.
    """
    return timeuntil(EPOCH + abs(left), EPOCH, depth=1)


@register.simple_tag
def priority(level: int) -> SafeString | str:
    """
    A raised priority in words; nothing for the normal one.
    """
    if level < URGENT:
        return ""
    if level < EMERGENCY:
        return badge("warn", "flag", gettext("Urgent"))
    return badge("bad", "flag", gettext("Emergency"))


@register.simple_tag
def age(moment: datetime, now: datetime) -> SafeString:
    """
    How long ago something happened, with the exact time on request.
    """
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        date_format(local, "DATETIME_FORMAT"),
        gettext("just now") if now - moment < MINUTE else timesince(moment, now, depth=1),
    )


@register.filter
def person(user: Any) -> str:
    """
    A person's name: the full one if known.
    """
    return str(user.get_full_name() or user.get_username()) if user is not None else ""


@register.filter
def shown(value: Any) -> str:
    """
    A value of any field as text for people.
    """
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return date_format(
            timezone.localtime(value) if timezone.is_aware(value) else value, "DATETIME_FORMAT"
        )
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(part) for part in value)
    return "–" if value is None else str(localize(value))


@register.filter
def drawing(text: str) -> SafeString:
    """
    The SVG text of ``goflow.core.drawing``, which escapes every name it draws.
    """
    return mark_safe(text)  # noqa: S308 - serialised by ElementTree, no data reaches it unescaped
