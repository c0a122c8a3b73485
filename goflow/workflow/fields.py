"""
Which fields of the host's models conditions may read.
"""

from __future__ import annotations

from django.db import models

from goflow.conf import conf

SECRET_PARTS = ("password", "secret", "token", "key")
"""Fields with such a part in their name are never readable unless ``GOFLOW_CONDITION_FIELDS`` names them."""


def readable_fields(model: type[models.Model]) -> tuple[str, ...]:
    """
    The names that conditions may write after ``wfobject.``.

    What ``GOFLOW_CONDITION_FIELDS`` gives, else the plain fields and ``<foreign key>_id``, without secrets.
    """
    chosen = {label.lower(): names for label, names in conf.CONDITION_FIELDS.items()}.get(
        model._meta.label_lower
    )
    if chosen is not None:
        return tuple(chosen)
    return tuple(name for field in model._meta.concrete_fields if not _is_secret(name := field.attname))


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRET_PARTS)
