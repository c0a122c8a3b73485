"""
What is wrong with answers. Each error brings the bound form that tells it, to be shown again.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goflow.errors import ConcurrentUpdate, Invalid


class AnswersInvalid(Invalid):
    """
    The answers to a form do not fit; ``params["errors"]`` tells why, by field.
    """

    code = "form-invalid"
    template = _("Some answers do not fit (%(fields)s). Correct them and send them again.")

    def __init__(self, form: forms.BaseForm, **params: Any) -> None:
        super().__init__(**params)
        self.form = form


class ObjectChanged(ConcurrentUpdate):
    """
    Somebody else has changed what a form shows since it was shown.

    ``params["errors"]`` tells both values by field, ``params["now"]`` what the form would show now.
    """

    code = "object-changed"
    template = _(
        "Somebody else has changed this meanwhile (%(fields)s). Look at both values and send it again."
    )

    def __init__(self, form: forms.BaseForm, **params: Any) -> None:
        super().__init__(**params)
        self.form = form
