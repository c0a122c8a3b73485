"""
The form of webhook endpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import ModelForm
from goflow.errors import GoflowError
from goflow.outbound import endpoints, secrets, signing, ssrf
from goflow.outbound.models import WebhookEndpoint


def _checked(check: Callable[[], object]) -> None:
    try:
        check()
    except GoflowError as exc:
        raise forms.ValidationError(str(exc)) from exc


class EndpointForm(ModelForm):
    """
    Checks the address and the headers as they will be checked before each delivery.
    """

    own_secret = forms.CharField(
        label=gettext_lazy("Secret"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Blank makes a good one. It is shown once, after saving."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "event_types", "headers", "timeout_seconds")

    def clean_url(self) -> str:
        """
        An address that webhooks may go to.
        """
        url = str(self.cleaned_data["url"])
        _checked(lambda: ssrf.parse(url))
        return url

    def clean_event_types(self) -> str:
        """
        Events that happen.
        """
        names = str(self.cleaned_data["event_types"])
        _checked(lambda: endpoints.check({"event_types": names}))
        return names

    def clean_headers(self) -> dict[str, Any]:
        """
        Headers that can be sent.
        """
        headers = self.cleaned_data["headers"] or {}
        if not isinstance(headers, dict):
            raise forms.ValidationError(_('Write the headers as {"Name": "value"}.'))
        _checked(lambda: signing.check_headers(headers))
        return headers

    def clean_own_secret(self) -> str:
        """
        A secret receivers can use, or none.
        """
        secret = str(self.cleaned_data["own_secret"])
        if secret:
            _checked(lambda: secrets.checked(secret))
        return secret
