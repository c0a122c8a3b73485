"""
Text inputs that offer known values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class SuggestingInput(forms.TextInput):
    """
    A text input with a list of suggestions, asked for when it is shown; other texts may be typed.
    """

    def __init__(self, suggestions: Callable[[], Iterable[str]], attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vTextField", **(attrs or {})})
        self.suggestions = suggestions

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """
        The input, followed by its datalist.
        """
        list_id = f"{(attrs or {}).get('id') or name}-known"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}">', ((known,) for known in self.suggestions()))
        return format_html('{}<datalist id="{}">{}</datalist>', field, list_id, options)
