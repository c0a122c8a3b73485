"""
Rows to plain definitions. Published versions never change, so they are kept in memory by their fingerprint.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from goflow.core import escalating
from goflow.core.graph import ActivityDef, JoinMode, Kind, NodeType, ProcessDef, SplitMode, TransitionDef
from goflow.workflow import unresolved
from goflow.workflow.models import Activity, Process, Transition, WorkflowLayout

CACHED_VERSIONS = 500
"""How many versions one process keeps in memory; the least recently used goes first."""


@dataclass(frozen=True)
class Loaded:
    """
    A definition with the primary keys that its stable keys stand for.

    The ids are those of the moment of publishing; whether a role still has members is asked at run time.

    Attributes:
        queues: activity key to queue key: ``q:<id>``, or ``*<tenant>`` when the activity names nobody.
            Activities of a draft that name somebody are missing: their queue is made at publish.
        group_ids: activity key to groups that may take its items (roles and allowed groups).
        role_ids: activity key to its roles only.
        user_ids: activity key to the users who may take its items.
        titles: activity key to title.
    """

    graph: ProcessDef
    process_id: int
    activity_ids: Mapping[str, int]
    activity_keys: Mapping[int, str]
    transition_ids: Mapping[str, int]
    transition_keys: Mapping[int, str]
    queues: Mapping[str, str]
    group_ids: Mapping[str, frozenset[int]]
    role_ids: Mapping[str, frozenset[int]]
    user_ids: Mapping[str, frozenset[Any]]  # primary keys of any user model
    titles: Mapping[str, str]


class _Cache:
    """
    Bounded, least recently used first out, safe under threads.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, int, str], Loaded] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, int, str]) -> Loaded | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[str, int, str], loaded: Loaded) -> None:
        with self._lock:
            self._kept[key] = loaded
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


_cache = _Cache(CACHED_VERSIONS)


def definition(process_id: int, fingerprint: str, using: str = "default") -> Loaded:
    """
    The version of that id, from memory if it was read before; no query then, at most 8 otherwise.

    Drafts, which have no fingerprint, are read afresh. Raises Process.DoesNotExist.
    """
    found = _cache.get((using, process_id, fingerprint))
    if found is None:
        process = Process.objects.using(using).select_related("content_type").get(pk=process_id)
        found = read(process)
        # A fingerprint that is not the row's (yet) must not name this content later.
        if fingerprint and process.fingerprint == fingerprint:
            keep(found, fingerprint, using)
    return found


def keep(loaded: Loaded, fingerprint: str, using: str) -> None:
    """
    Remember what a fingerprint stands for. It names all content and keys, so a rollback makes nothing wrong.
    """
    _cache.put((using, loaded.process_id, fingerprint), loaded)


def read(process: Process) -> Loaded:
    """
    The definition as it is in the database now; at most 8 queries whatever its size.
    """
    using = process._state.db or "default"
    rows = _activities(process, using)
    # Nothing hangs on activities that are not there.
    ways = _transitions(process, using) if rows else []
    named = _named(process, using) if rows else _Named({}, {}, {}, {})
    keys = {row.pk: row.key for row in rows}
    said = _graph(process, rows, ways, named, _positions(process, using))
    graph = unresolved.whole(said, process.unresolved)
    return Loaded(
        graph=graph,
        process_id=process.pk,
        activity_ids={row.key: row.pk for row in rows},
        activity_keys=keys,
        transition_ids={row.key: row.pk for row in ways},
        transition_keys={row.pk: row.key for row in ways},
        queues=_queues(rows, graph, process.tenant_id),
        group_ids={keys[pk]: _ids(named.roles, pk) | _ids(named.allowed_groups, pk) for pk in keys},
        role_ids={keys[pk]: _ids(named.roles, pk) for pk in keys},
        user_ids={keys[pk]: _ids(named.allowed_users, pk) for pk in keys},
        titles={activity.key: activity.title for activity in graph.activities},
    )


_Members = dict[int, list[tuple[Any, str]]]
"""Activity id to (primary key, name) of those it names, by name."""


class _Named(NamedTuple):
    roles: _Members
    allowed_groups: _Members
    allowed_users: _Members
    sla_roles: _Members


def _activities(process: Process, using: str) -> list[Activity]:
    related = ("application", "push_application", "subflow")
    rows = Activity.objects.using(using).filter(process_id=process.pk)
    return list(rows.select_related(*related).order_by("pk"))


def _transitions(process: Process, using: str) -> list[Transition]:
    return list(Transition.objects.using(using).filter(process_id=process.pk).order_by("ordering", "pk"))


def _positions(process: Process, using: str) -> Mapping[str, Any]:  # JSON
    layouts = WorkflowLayout.objects.using(using).filter(process_id=process.pk)
    return dict(layouts.values_list("layout", flat=True).first() or {})


def _named(process: Process, using: str) -> _Named:
    return _Named(
        roles=_groups("roles", process, using),
        allowed_groups=_groups("allowed_groups", process, using),
        allowed_users=_users(process, using),
        sla_roles=_groups("sla_roles", process, using),
    )


def _groups(field: str, process: Process, using: str) -> _Members:
    return _members(field, "name", process, using)


def _users(process: Process, using: str) -> _Members:
    return _members("allowed_users", get_user_model().USERNAME_FIELD, process, using)


def _members(field: str, name: str, process: Process, using: str) -> _Members:
    relation = Activity._meta.get_field(field)
    through: type[Model] = getattr(Activity, field).through
    other = relation.m2m_reverse_field_name()  # type: ignore[union-attr] # many-to-many fields have it
    rows = through._default_manager.using(using).filter(activity__process_id=process.pk)
    found: _Members = {}
    for activity_id, pk, label in rows.values_list("activity_id", f"{other}_id", f"{other}__{name}"):
        found.setdefault(activity_id, []).append((pk, label))
    for members in found.values():
        members.sort(key=lambda member: member[1])
    return found


def _ids(members: _Members, activity_id: int) -> frozenset[Any]:
    return frozenset(pk for pk, _name in members.get(activity_id, ()))


def _names(members: _Members, activity_id: int) -> tuple[str, ...]:
    return tuple(name for _pk, name in members.get(activity_id, ()))


def _queues(rows: list[Activity], graph: ProcessDef, tenant_id: str) -> dict[str, str]:
    open_to_all = {activity.key for activity in graph.activities if activity.is_open_to_everyone}
    queues = {}
    for row in rows:
        if row.queue_id is not None or row.key in open_to_all:
            queues[row.key] = queue_key(row.queue_id, tenant_id)
    return queues


def queue_key(queue_id: int | None, tenant_id: str) -> str:
    """
    The queue as running items name it; None is everybody of the tenant.
    """
    return f"*{tenant_id}" if queue_id is None else f"q:{queue_id}"


def _graph(
    process: Process,
    rows: list[Activity],
    ways: list[Transition],
    named: _Named,
    positions: Mapping[str, Any],  # JSON
) -> ProcessDef:
    keys = {row.pk: row.key for row in rows}
    return ProcessDef(
        code=process.code,
        title=process.title,
        activities=tuple(_activity(row, named, positions) for row in rows),
        transitions=tuple(_transition(row, keys) for row in ways),
        begin=keys.get(process.begin_id or 0, ""),
        end=keys.get(process.end_id or 0, ""),
        version=process.version,
        description=process.description,
        priority=process.priority,
        content_type=_content_type(process),
    )


def _activity(row: Activity, named: _Named, positions: Mapping[str, Any]) -> ActivityDef:  # JSON
    return ActivityDef(
        key=row.key,
        title=row.title,
        kind=Kind(row.kind),
        node_type=NodeType(row.node_type),
        description=row.description,
        autostart=row.autostart,
        autofinish=row.autofinish,
        terminate=row.terminate,
        join_mode=JoinMode(row.join_mode),
        split_mode=SplitMode(row.split_mode),
        push_application=row.push_application.url if row.push_application else "",
        push_params=row.pushapp_param,
        application=row.application.url if row.application else "",
        app_params=row.app_param,
        form_class=row.form_class,
        form_template=row.form_template,
        subflow=row.subflow.code if row.subflow else "",
        roles=_names(named.roles, row.pk),
        allowed_groups=_names(named.allowed_groups, row.pk),
        allowed_users=_names(named.allowed_users, row.pk),
        sla_duration=row.sla_duration,
        sla_warn=row.sla_warn,
        sla_roles=_names(named.sla_roles, row.pk),
        escalations=escalating.steps(row.escalations, "escalations"),
        compensation_handler=row.compensation_handler,
        position=_position(positions.get(row.key)),
    )


def _transition(row: Transition, keys: Mapping[int, str]) -> TransitionDef:
    return TransitionDef(
        key=row.key,
        source=keys[row.input_id],
        target=keys[row.output_id],
        name=row.name,
        condition=row.condition,
        ordering=row.ordering,
        pre_hook=row.pre_hook,
        post_hook=row.post_hook,
        description=row.description,
    )


def _position(stored: object) -> tuple[int, int] | None:
    if isinstance(stored, list) and len(stored) == 2:
        x, y = stored
        return int(x), int(y)
    return None


def _content_type(process: Process) -> str:
    if process.content_type_id is None:
        return ""
    found = ContentType.objects.db_manager(process._state.db).get_for_id(process.content_type_id)
    return f"{found.app_label}.{found.model}"
