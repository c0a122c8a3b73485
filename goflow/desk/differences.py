"""
What differs between two versions of a process, in the language of who reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.core.comparing import Change, Difference, diff
from goflow.core.graph import ProcessDef
from goflow.workflow.models import Activity, Process, Transition

KINDS = {"process": _("Process"), "activity": _("Activity"), "transition": _("Transition")}
LOOKS = {
    "added": ("ok", "plus"),
    "removed": ("bad", "cross"),
    "changed": ("warn", "flag"),
    "moved": ("off", "right"),
}
COLUMNS = {
    "push_params": "pushapp_param",
    "app_params": "app_param",
    "source": "input",
    "target": "output",
}
"""Fields of definitions whose columns have other names."""

ENDS = frozenset({"source", "target", "begin", "end"})
"""Fields that hold the key of an activity."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    One element that is not the same in both, in the language of the page.

    ``code``, ``element`` and ``key`` are the same in every language.
    """

    look: str
    icon: str
    code: str
    element: str
    key: str
    state: str
    kind: str
    title: str
    changes: Sequence[tuple[str, str, str]]


def state_words() -> dict[str, str]:
    """
    What happened to an element, by the value of its state.
    """
    return {
        "added": gettext("added"),
        "removed": gettext("removed"),
        "changed": gettext("changed"),
        "moved": gettext("moved"),
    }


def told(before: ProcessDef, after: ProcessDef) -> list[Told]:
    """
    The differences for people, as the definitions list them.
    """
    titles = activity_titles(before) | activity_titles(after)
    words = state_words()
    return [
        Told(
            *LOOKS[difference.state.value],
            code=difference.state.value,
            element=difference.kind,
            key=difference.key,
            state=words[difference.state.value],
            kind=str(KINDS[difference.kind]),
            title=_title(difference, before, after),
            changes=[_change(difference.kind, change, titles) for change in difference.changes],
        )
        for difference in diff(before, after).differences
    ]


def _title(difference: Difference, before: ProcessDef, after: ProcessDef) -> str:
    if difference.kind != "transition":
        return difference.title
    graph = before if difference.state.value == "removed" else after
    way, titles = graph.transition(difference.key), activity_titles(graph)
    route = f"{titles.get(way.source, way.source)} → {titles.get(way.target, way.target)}"
    return f"{way.name} ({route})" if way.name else route


def activity_titles(graph: ProcessDef) -> dict[str, str]:
    """
    The titles of activities by their keys.
    """
    return {activity.key: activity.title or activity.key for activity in graph.activities}


def _change(kind: str, change: Change, titles: dict[str, str]) -> tuple[str, str, str]:
    named = titles if change.field in ENDS else {}
    return _label(kind, change.field), _shown(change.before, named), _shown(change.after, named)


def _label(kind: str, name: str) -> str:
    if name == "position":
        return gettext("position")
    model = {"process": Process, "activity": Activity, "transition": Transition}[kind]
    return str(model._meta.get_field(COLUMNS.get(name, name)).verbose_name)  # type: ignore[union-attr] # columns


def _step(step: Mapping[str, object]) -> str:
    """
    A step of an escalation.
    """
    roles = step.get("roles")
    names = ", ".join(map(str, roles)) if isinstance(roles, list) else ""
    told = {"after": step.get("after"), "roles": names, "priority": step.get("priority")}
    texts = {
        "remind": gettext("after %(after)s: remind"),
        "reassign": gettext("after %(after)s: give it to %(roles)s"),
        "priority": gettext("after %(after)s: raise the priority to %(priority)s"),
    }
    text = texts[str(step["action"])] % told
    return f"{text} ({names})" if names and step["action"] != "reassign" else text


def _shown(value: object, titles: dict[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_step(part) if isinstance(part, dict) else str(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return titles.get(str(value), str(value))
