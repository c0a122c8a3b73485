"""
Names for contents: equal content, equal fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace

from goflow.core import exchange
from goflow.core.conditions import normalise
from goflow.core.errors import ConditionError
from goflow.core.graph import ActivityDef, ProcessDef
from goflow.workflow.loader import Loaded


def of(loaded: Loaded) -> str:
    """
    The fingerprint of a version: its content and every primary key that running it needs.
    """
    ids = [
        {key: sorted(map(str, pks)) for key, pks in named.items()}
        for named in (loaded.group_ids, loaded.role_ids, loaded.user_ids)
    ]
    rows = [loaded.activity_ids, loaded.transition_ids, loaded.queues]
    return _digest([exchange.to_dict(loaded.graph), ids, [dict(row) for row in rows]])


def of_people(groups: Collection[object], users: Collection[object]) -> str:
    """
    The fingerprint of a set of groups and users, given by their primary keys.
    """
    return _digest({"groups": sorted(map(str, groups)), "users": sorted(map(str, users))})


def is_same(one: ProcessDef, other: ProcessDef) -> bool:
    """
    Whether two definitions say the same, whatever the order of their parts; code and version aside.
    """
    return _content(one) == _content(other)


def stored_condition(text: str) -> str:
    """
    The condition as it is stored; texts that do not parse stay as they are, for lint to tell.
    """
    try:
        return normalise(text)
    except ConditionError:
        return text


def _content(definition: ProcessDef) -> dict[str, object]:
    return exchange.to_dict(
        replace(
            definition,
            code="",
            version=1,
            activities=tuple(sorted(map(_in_order, definition.activities), key=lambda a: a.key)),
            transitions=tuple(sorted(definition.transitions, key=lambda t: t.key)),
        )
    )


def _in_order(activity: ActivityDef) -> ActivityDef:
    return replace(
        activity,
        roles=_once(activity.roles),
        allowed_groups=_once(activity.allowed_groups),
        allowed_users=_once(activity.allowed_users),
        sla_roles=_once(activity.sla_roles),
        escalations=tuple(replace(step, roles=_once(step.roles)) for step in activity.escalations),
    )


def _once(names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
