"""
What a draft says and no row can hold: names without their thing, and titles that two activities share.

Kept in ``Process.unresolved`` as ``{"content_type": label, "activities": {key: {field: value}}}``, without
what is blank. A list holds names beside those of the rows, a text stands in for an empty column, and a title
is ``[the title, what its row is called meanwhile]``, so that whoever renames the row is not overruled.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from goflow.core.graph import ActivityDef, ProcessDef
from goflow.core.readers import MAX_TITLE
from goflow.workflow.names import Names

PEOPLE = ("roles", "allowed_groups", "allowed_users", "sla_roles")
SINGLE = ("subflow", "application", "push_application")

Stored = Mapping[str, Any]  # JSON


def left(definition: ProcessDef, names: Names, titles: Mapping[str, str]) -> dict[str, Any]:  # JSON
    """
    What rows made with these names and titles do not say of the definition; empty when they say all.
    """
    told = {activity.key: _of(activity, names, titles[activity.key]) for activity in definition.activities}
    activities = {key: values for key, values in told.items() if values}
    lacks_model = bool(definition.content_type) and names.content_type_id is None
    return {
        **({"content_type": definition.content_type} if lacks_model else {}),
        **({"activities": activities} if activities else {}),
    }


def _of(activity: ActivityDef, names: Names, title: str) -> dict[str, Any]:  # JSON
    found: dict[str, Any] = {
        field: [name for name in getattr(activity, field) if name not in names.of(field)] for field in PEOPLE
    }
    for field in SINGLE:
        name = getattr(activity, field)
        found[field] = "" if name in names.of(field) else name
    if title != activity.title:
        found["title"] = [activity.title, title]
    return {field: value for field, value in found.items() if value}


def whole(definition: ProcessDef, stored: Stored) -> ProcessDef:
    """
    The definition that rows say, with what they could not hold.
    """
    if not stored:
        return definition
    told = stored.get("activities", {})
    activities = tuple(
        _completed(activity, told[activity.key]) if activity.key in told else activity
        for activity in definition.activities
    )
    label = definition.content_type or stored.get("content_type", "")
    return replace(definition, activities=activities, content_type=label)


def _completed(activity: ActivityDef, told: Stored) -> ActivityDef:
    values: dict[str, Any] = {  # values of several fields
        field: tuple(sorted({*getattr(activity, field), *told[field]})) for field in PEOPLE if field in told
    }
    values |= {field: getattr(activity, field) or told[field] for field in SINGLE if field in told}
    title, stand_in = told.get("title", (activity.title, activity.title))
    return replace(activity, **values, title=title if activity.title == stand_in else activity.title)


def row_titles(activities: Sequence[ActivityDef], *, strictly: bool = False) -> dict[str, str]:
    """
    By key, what the rows of these activities are called: each its own title, or one that is free.

    ``strictly`` takes titles for equal that differ in case, accents or spaces around them only, as some
    databases do.
    """
    seen: set[str] = set()
    taken = {_folded(activity.title) for activity in activities}
    found = {}
    for activity in activities:
        told = _folded(activity.title) if strictly else activity.title
        found[activity.key] = activity.title if told not in seen else _free(activity.title, taken)
        seen.add(told)
    return found


def _free(title: str, taken: set[str]) -> str:
    number = 2
    while _folded(found := f"{title[: MAX_TITLE - 6]} ({number})") in taken:
        number += 1
    taken.add(_folded(found))
    return found


def _folded(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def shared_titles(stored: Stored) -> dict[str, str]:
    """
    By the key of its activity, each title that no row could hold.
    """
    told: Mapping[str, Stored] = stored.get("activities", {})
    return {key: values["title"][0] for key, values in told.items() if "title" in values}
