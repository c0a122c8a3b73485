"""
Names for contents: equal content, equal fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from goflow.core import exchange
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


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
