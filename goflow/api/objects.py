"""
What a client may start with: the project's allow-lists, and objects that are the caller's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model

from goflow.api.errors import (
    ContentTypeNotAllowed,
    InvalidContentType,
    ObjectNotAllowed,
    ObjectNotFound,
    ProcessNotAllowed,
)
from goflow.conf import conf
from goflow.runtime import policy
from goflow.runtime.starting import startable
from goflow.workflow.models import Process

if TYPE_CHECKING:
    from goflow.api.shapes import StartProcessIn

LONGEST_ID = 255


def process_of(user: Any, payload: StartProcessIn) -> Process:
    """
    The version to start. Raises ProcessNotAllowed, ProcessNotFound, ProcessNotStartable.
    """
    allowed = conf.API_ALLOWED_PROCESS_TITLES
    if allowed is not None and payload.process_name not in allowed:
        found = Process.objects.for_user(user).published().named(payload.process_name).first()
        if found is None or not _is_allowed(found):
            raise ProcessNotAllowed(verb="start", process=payload.process_name)
    return startable(payload.process_name, user)


def _is_allowed(process: Process) -> bool:
    allowed = conf.API_ALLOWED_PROCESS_TITLES
    return allowed is None or bool({process.title, process.code} & set(allowed))


def is_offered(process: Process) -> bool:
    """
    Whether the project lets the API start this process, and objects of its kind.
    """
    kind = process.content_type
    return _is_allowed(process) and (kind is None or _is_allowed_kind(f"{kind.app_label}.{kind.model}"))


def _is_allowed_kind(label: str) -> bool:
    allowed = conf.API_ALLOWED_CONTENT_TYPES
    return allowed is None or label.lower() in {name.lower() for name in allowed}


def object_of(user: Any, payload: StartProcessIn, process: Process) -> Model | None:
    """
    The object to start with; None when the request names none.

    Raises ContentTypeNotAllowed, InvalidContentType, ObjectNotFound, ObjectNotAllowed.
    """
    given = (payload.content_app_label, payload.content_model, payload.object_id)
    if all(value is None for value in given):
        _require_kind(process)
        return None
    label = f"{payload.content_app_label}.{payload.content_model}"
    model = _model(label, process)
    if payload.object_id is None or len(str(payload.object_id)) > LONGEST_ID:
        raise ObjectNotFound(model=label, object=str(payload.object_id)[:LONGEST_ID])
    found = _row(model, payload.object_id)
    if found is None:
        raise ObjectNotFound(model=label, object=payload.object_id)
    if not _is_own(user, found) or (payload.data and not _may_change(user, found)):
        raise ObjectNotAllowed(verb="start", object=str(found.pk))
    return found


def _require_kind(process: Process) -> None:
    """
    The start form makes an object, which the project may not allow here.
    """
    kind = process.content_type
    label = None if kind is None else f"{kind.app_label}.{kind.model}"
    if label is not None and not _is_allowed_kind(label):
        raise ContentTypeNotAllowed(verb="start", model=label)


def _model(label: str, process: Process) -> type[Model]:
    if not _is_allowed_kind(label):
        raise ContentTypeNotAllowed(verb="start", model=label)
    try:
        model: type[Model] = apps.get_model(label)
    except (LookupError, ValueError) as exc:
        raise InvalidContentType(model=label) from exc
    bound = process.content_type
    if bound is not None and bound.model_class() is not model:
        raise InvalidContentType(model=label)
    return model


def _row(model: type[Model], object_id: int | str) -> Model | None:
    try:
        return model._default_manager.filter(pk=object_id).first()
    except (TypeError, ValueError, OverflowError, ValidationError):
        # No such object can exist: the id does not have the form of this model's keys.
        return None


def _is_own(user: Any, found: Model) -> bool:
    """
    Named in one of the owner fields; a model without any of them asks for Django's right to view its objects.
    """
    if not conf.API_REQUIRE_OBJECT_OWNERSHIP or user.is_superuser:
        return True
    return _is_named(user, found, "view")


def _may_change(user: Any, found: Model) -> bool:
    """
    Whether answers may change the object: for those it names, else for those with the right to change it.
    """
    return _is_named(user, found, "change")


def _is_named(user: Any, found: Model, right: str) -> bool:
    columns = {field.name: field for field in found._meta.concrete_fields}
    owners = [columns[name] for name in conf.API_OBJECT_OWNER_FIELDS if name in columns]
    if owners:
        return any(_names(getattr(found, field.attname), field.is_relation, user) for field in owners)
    return policy.holds(user, f"{found._meta.app_label}.{right}_{found._meta.model_name}", found)


def _names(value: Any, is_relation: bool, user: Any) -> bool:
    return value is not None and value == (user.pk if is_relation else user.get_username())
