"""
Who may start a process, as a sentence, and where that is changed; who may make roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, PermissionsMixin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, ngettext

from goflow.desk.people import person
from goflow.desk.starting import start_path
from goflow.runtime import policy
from goflow.workflow.models import Process

ADD_GROUP, CHANGE_GROUP = "auth.add_group", "auth.change_group"
BACKEND = "django.contrib.auth.backends.ModelBackend"
NAMED = 3
"""People who are named as those to ask at most."""


@dataclass(frozen=True, slots=True)
class Starting:
    """
    Who may start a published process.

    Attributes:
        sentence: for the person who looks.
        is_nobody: whether only administrators may.
        change: where its group is changed; blank for those who may not, or where there is no such page.
        start: where the person starts one; blank when they may not.
    """

    sentence: str
    is_nobody: bool
    change: str
    start: str

    def as_dict(self) -> dict[str, object]:
        """
        The same as JSON-serialisable data.
        """
        return {
            "sentence": self.sentence,
            "is_nobody": self.is_nobody,
            "change": self.change,
            "start": self.start,
        }


def starting(request: HttpRequest, process: Process) -> Starting:
    """
    Who may start the process, told to the person of the request. A constant number of queries.
    """
    user: Any = request.user
    members = Count("user", filter=Q(user__is_active=True))
    groups = list(Group.objects.filter(name__in=[process.title, process.code]).annotate(n=members))
    count = sum(group.n for group in groups)
    is_nobody = bool(groups) and not count
    # Publishing may have given a group of theirs the right after this request looked their rights up.
    afresh = get_user_model()._default_manager.get(pk=user.pk)
    may = process.enabled and policy.may_start(afresh, process)
    return Starting(
        sentence=_sentence(groups, count, _asked(user, is_nobody)),
        is_nobody=is_nobody,
        change=_address(user, groups),
        start=start_path(request, process) if may else "",
    )


def _sentence(groups: list[Any], count: int, asked: str) -> str:
    if not groups:
        return gettext("Everybody who may start processes may start it.")
    names = ", ".join(f"“{group.name}”" for group in groups)
    if not count:
        text = gettext("Nobody but administrators may start it yet: the group %(names)s has no members.")
        return f"{text % {'names': names}} {asked}".rstrip()
    text = ngettext(
        "%(count)s person may start it: the member of %(names)s.",
        "%(count)s people may start it: the members of %(names)s.",
        count,
    )
    return text % {"count": count, "names": names}


def _asked(user: Any, is_nobody: bool) -> str:
    if not is_nobody or user.has_perm(CHANGE_GROUP):
        return ""
    return gettext("To add some, ask %(names)s.") % {"names": who_may(CHANGE_GROUP)}


def _address(user: Any, groups: list[Any]) -> str:
    if not (getattr(user, "is_staff", False) and user.has_perm(CHANGE_GROUP)):
        return ""
    try:
        if len(groups) == 1:
            return reverse("admin:auth_group_change", args=[groups[0].pk])
        return reverse("admin:auth_group_changelist")
    except NoReverseMatch:
        return ""


def group_address(user: Any, group: Group) -> str:
    """
    Where the members of a group are chosen; blank for those who may not, or where there is no such page.
    """
    return _address(user, [group])


def may_make_roles(user: Any) -> bool:
    """
    Whether the user may make groups: a right that editing processes does not include.
    """
    return bool(user.has_perm(ADD_GROUP))


def who_may(permission: str) -> str:
    """
    Some people who hold the right, for a sentence that says whom to ask. One query.
    """
    model: Any = get_user_model()
    names: list[str] = []
    if issubclass(model, PermissionsMixin) and hasattr(model._default_manager, "with_perm"):
        people = model._default_manager.with_perm(permission, backend=BACKEND).order_by("pk")
        names = [person(each) for each in people[:NAMED]]
    return ", ".join(names) if names else gettext("an administrator")
