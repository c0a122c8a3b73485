"""
Starting a request: which processes a person may start, with which form, and the start itself.

A start form is registered as ``<process code>.start``, ``<app label>.<model>.start`` or
``<app label>.start``; the first that fits the model of the process is taken. It may define
``for_user(user)``, called before it is checked, to note who asks.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models, router, transaction
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from goflow.desk.forms import FormClass, plain
from goflow.desk.links import reverse
from goflow.errors import NotAllowed, ProcessNotFound
from goflow.runtime import engine, policy
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.workflow import registry
from goflow.workflow.models import Process

START = ".start"
"""What the names of start forms end with."""

REQUESTER = "requester"
"""The field of a model that generated start forms fill with the person who asks."""


class RequestForm(forms.Form):
    """
    Start without an object: what it is about, and a remark.
    """

    title = forms.CharField(label=_("Subject"), max_length=200)
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


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


def start_form(process: Process, user: Any, data: Any = None, files: Any = None) -> forms.BaseForm:
    """
    The form that starts the process, bound when ``data`` is given.
    """
    form = _start_class(process)(data, files)
    if hasattr(form, "for_user"):
        form.for_user(user)
    elif isinstance(form, forms.BaseModelForm) and _is_for_people(type(form.instance), REQUESTER):
        setattr(form.instance, REQUESTER, user)
    return form


def _start_class(process: Process) -> FormClass:
    kind = process.content_type
    model = kind.model_class() if kind else None
    names = [process.code, f"{kind.app_label}.{kind.model}", kind.app_label] if kind else [process.code]
    for name in (f"{name}{START}" for name in names):
        if name in registry.names(registry.FORM) and _fits(registry.get_form(name), model):
            return registry.get_form(name)
    return RequestForm if model is None else _generated(model)


def _fits(form: Any, model: type[models.Model] | None) -> bool:
    return getattr(getattr(form, "_meta", None), "model", None) is model


def _generated(model: type[models.Model]) -> FormClass:
    names = [field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    return forms.modelform_factory(model, fields=[n for n in names if not _is_for_people(model, n)])


def _is_for_people(model: type[models.Model], name: str) -> bool:
    found = {field.name: field for field in model._meta.concrete_fields}.get(name)
    return found is not None and found.related_model is get_user_model()


def begin(form: forms.BaseForm, process: Process, user: Any, *, key: str | None = None) -> WorkItem:
    """
    Save the object of a valid start form and start the process for it, both or neither.

    Raises what the engine's start raises.
    """
    with transaction.atomic(using=router.db_for_write(ProcessInstance)):
        if isinstance(form, forms.BaseModelForm):
            return engine.start(process.code, user, form.save(), key=key)
        answers = plain(form.cleaned_data)
        title = str(answers.pop("title", "")) or None
        return engine.start(process.code, user, title=title, data=answers, key=key)
