"""
Starting a request: which processes a person may start, and with which form.

A start form may define ``for_user(user)``, called before it is checked, to note who asks.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils.http import urlencode

from goflow.desk.forms import plain
from goflow.desk.links import reverse
from goflow.errors import NotAllowed, ProcessNotFound
from goflow.runtime import policy
from goflow.workflow.models import Process
from goflow.workflow.startforms import FormClass, RequestForm, is_for_people, start_class

REQUESTER = "requester"
"""The field of a model that generated start forms fill with the person who asks."""


def startable(user: Any) -> list[Process]:
    """
    The published and enabled processes that the user may start, by title. Four queries at most.
    """
    found = Process.objects.for_user(user).startable().select_related("content_type")
    rows: list[Process] = list(found.order_by("title", "pk"))
    if user.is_superuser:
        return rows
    if not user.has_perm(policy.START):
        return [process for process in rows if user.has_perm(policy.START, process)]
    closed = _groups_without(user, rows)
    return [p for p in rows if not {p.title, p.code} & closed or user.has_perm(policy.START, p)]


def _groups_without(user: Any, processes: list[Process]) -> set[str]:
    """
    Names of processes' groups the user is not in.
    """
    names = {name for process in processes for name in (process.title, process.code)}
    groups = set(Group.objects.filter(name__in=names).values_list("name", flat=True))
    own = set(user.groups.values_list("name", flat=True))
    for process in processes:
        if own & {process.title, process.code}:
            groups -= {process.title, process.code}
    return groups - own


def process_of(user: Any, name: str) -> Process:
    """
    The published process of that code or title, started without an object.

    Raises ProcessNotFound, NotAllowed when the user may not start it.
    """
    return _allowed(user, Process.objects.for_user(user).startable().named(name), name)


def process_for_model(user: Any, model: str, code: str = "") -> Process:
    """
    The published process for ``<app label>.<model>``: the one of that code, else the first by title.

    Raises ProcessNotFound, NotAllowed when the user may start none of them.
    """
    label, _dot, name = model.partition(".")
    found = Process.objects.for_user(user).startable()
    found = found.filter(content_type__app_label=label, content_type__model=name)
    return _allowed(user, found.filter(code=code) if code else found, model)


def _allowed(user: Any, processes: models.QuerySet[Process], name: str) -> Process:
    rows = list(processes.select_related("content_type").order_by("title", "pk"))
    if not rows:
        raise ProcessNotFound(process=name)
    for process in rows:
        if policy.may_start(user, process):
            return process
    raise NotAllowed(verb="start", process=name)


def start_path(request: HttpRequest, process: Process) -> str:
    """
    The address of the page that starts the process.
    """
    kind = process.content_type
    if kind is None:
        return reverse(request, "start_proto", process.code)
    path = reverse(request, "start_model", kind.app_label, kind.model)
    return f"{path}?{urlencode({'process': process.code})}"


def form_class_of(process: Process) -> FormClass:
    """
    The class of the form that starts the process.
    """
    kind = process.content_type
    return start_class(process.code, kind.model_class() if kind else None)


def start_form(
    process: Process, user: Any, data: Any = None, files: Any = None, *, about: models.Model | None = None
) -> forms.BaseForm:
    """
    The form that starts the process, bound when ``data`` is given; ``about`` is an object that it changes.
    """
    made = form_class_of(process)
    form = made(data, files) if about is None else made(data, files, instance=about)
    if hasattr(form, "for_user"):
        form.for_user(user)
    elif isinstance(form, forms.BaseModelForm) and is_for_people(type(form.instance), REQUESTER):
        setattr(form.instance, REQUESTER, user)
    return form


def kept(form: forms.BaseForm) -> dict[str, Any]:
    """
    What becomes the data of the request; silence where nothing had to be said leaves no trace.
    """
    answers = plain(form.cleaned_data)
    return {name: value for name, value in answers.items() if value or not isinstance(form, RequestForm)}
