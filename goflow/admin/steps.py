"""
The steps of an escalation as lines of text that a person can write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goflow.admin.bases import ModelForm
from goflow.core import escalating
from goflow.core.durations import normalise_duration
from goflow.core.errors import DefinitionError, DurationError
from goflow.desk.addresses import whole_number

LINE = re.compile(
    r"(?P<after>\d+\s*[a-z]+)\s+(?P<action>remind|reassign|priority)\b\s*(?P<rest>.*)", re.IGNORECASE
)


class StepsField(forms.CharField):
    """
    One step per line: ``4h reassign managers, directors``. Its value is the list that an activity stores.
    """

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:  # a list, or the text that was sent
        """
        The steps as lines; what was typed wrongly is shown again as it was.
        """
        return "\n".join(map(_line, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """
        Raises ValidationError with the number of the line that is no step.
        """
        lines = enumerate(str(value or "").splitlines(), 1)
        found = [_step(number, line) for number, line in lines if line.strip()]
        try:
            return escalating.listed(escalating.steps(found, "escalations"))
        except DefinitionError as exc:
            raise forms.ValidationError(str(exc)) from exc

    def has_changed(self, initial: Any, data: Any) -> bool:
        """
        Compared as steps, not as text.
        """
        try:
            return bool((initial or []) != self.to_python(data))
        except forms.ValidationError:
            return True


def _line(step: Mapping[str, Any]) -> str:
    rest: Sequence[str] = step.get("roles", [])
    if step["action"] == "priority":
        rest = [str(step.get("priority", ""))]
    return f"{step['after']} {step['action']} {', '.join(rest)}".rstrip()


def _step(number: int, line: str) -> dict[str, object]:
    match = LINE.fullmatch(line.strip())
    try:
        after = normalise_duration(match["after"]) if match else ""
    except DurationError:
        match = None
    if match is None:
        text = _("Line %(number)s is no step: write for example “4h remind” or “2d reassign managers”.")
        raise forms.ValidationError(text % {"number": number})
    action = match["action"].lower()
    if action != "priority":
        names = [name.strip() for name in match["rest"].split(",") if name.strip()]
        return {"after": after, "action": action, **({"roles": names} if names else {})}
    priority = whole_number(match["rest"].strip())
    if priority is None:
        text = _(
            "Line %(number)s does not say to what the priority is raised: write for example “1d priority 5”."
        )
        raise forms.ValidationError(text % {"number": number})
    return {"after": after, "action": action, "priority": priority}


class ActivityForm(ModelForm):
    """
    An activity on its own page.
    """

    escalations = StepsField(
        required=False,
        label=gettext_lazy("Escalation"),
        help_text=gettext_lazy(
            "One step per line: after how long, then remind, reassign or priority, then roles with commas "
            "between them, or the number. For example: 4h reassign managers"
        ),
    )
