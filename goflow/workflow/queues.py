"""
The pools of a version: made, or shared, when it is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import models

from goflow.workflow import fingerprints, loader
from goflow.workflow.loader import Loaded
from goflow.workflow.models import Activity, Queue
from goflow.workflow.versions import plain


class _Pool(NamedTuple):
    groups: frozenset[int]
    users: frozenset[Any]  # primary keys of any user model


def assign(loaded: Loaded, *, tenant_id: str, using: str) -> Loaded:
    """
    Give each activity that names groups or users the queue of exactly those; a constant number of queries.

    Safe when two versions that need the same queue are published at the same moment. Returns the definition
    with these queues, as reading it again would.
    """
    pools = {key: _Pool(loaded.group_ids[key], loaded.user_ids[key]) for key in loaded.titles}
    names = {key: fingerprints.of_people(*pool) for key, pool in pools.items() if any(pool)}
    queues = _existing_or_made({name: pools[key] for key, name in names.items()}, using)
    chosen = {key: queues[names[key]] if key in names else None for key in loaded.titles}
    _point({loaded.activity_ids[key]: queue for key, queue in chosen.items()}, using)
    return replace(loaded, queues={key: loader.queue_key(pk, tenant_id) for key, pk in chosen.items()})


def of_groups(groups: Collection[int], using: str) -> int:
    """
    The id of the queue of exactly these groups, made when there is none yet. One query when there is.
    """
    pool = _Pool(frozenset(groups), frozenset())
    name = fingerprints.of_people(*pool)
    return _existing_or_made({name: pool}, using)[name]


def _existing_or_made(needed: Mapping[str, _Pool], using: str) -> dict[str, int]:
    found = _found(needed, using)
    missing = {fingerprint: pool for fingerprint, pool in needed.items() if fingerprint not in found}
    if missing:
        table = Queue.objects.using(using)
        # Another publisher may insert the same ones meanwhile: both write the same members then.
        table.bulk_create([Queue(fingerprint=name) for name in missing], ignore_conflicts=True)
        found = _found(needed, using)
        _fill(
            Queue.groups.through, "group_id", {found[name]: missing[name].groups for name in missing}, using
        )
        _fill(
            Queue.users.through, _user_column(), {found[name]: missing[name].users for name in missing}, using
        )
    return found


def _found(needed: Mapping[str, _Pool], using: str) -> dict[str, int]:
    rows = Queue.objects.using(using).filter(fingerprint__in=needed)
    return dict(rows.values_list("fingerprint", "pk"))


def _user_column() -> str:
    return f"{Queue._meta.get_field('users').m2m_reverse_field_name()}_id"


def _fill(through: Any, column: str, members: Mapping[int, frozenset[Any]], using: str) -> None:
    rows = [through(queue_id=queue, **{column: pk}) for queue, pks in members.items() for pk in sorted(pks)]
    through._default_manager.using(using).bulk_create(rows, ignore_conflicts=True)


def _point(chosen: Mapping[int, int | None], using: str) -> None:
    # Plain querysets: the version is locked for editing already.
    rows = plain(Activity, using).filter(pk__in=chosen)
    rows.update(queue=models.Case(*_cases(chosen), default=None, output_field=models.BigIntegerField()))


def _cases(chosen: Mapping[int, int | None]) -> Iterator[models.When]:
    by_queue: dict[int, list[int]] = {}
    for activity_id, queue_id in chosen.items():
        if queue_id is not None:
            by_queue.setdefault(queue_id, []).append(activity_id)
    for queue_id, activity_ids in by_queue.items():
        yield models.When(pk__in=activity_ids, then=models.Value(queue_id))
