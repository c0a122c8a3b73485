"""
Saves a whole draft at once, by its stable keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat

from goflow import clock
from goflow.core import escalating
from goflow.core.errors import DefinitionError
from goflow.core.graph import ActivityDef, ProcessDef, TransitionDef
from goflow.errors import DefinitionFrozen, DraftConflict
from goflow.journal.models import AuditEvent
from goflow.journal.rows import insert
from goflow.workflow import codes, fingerprints, loader, unresolved
from goflow.workflow.models import Activity, Process, Transition, WorkflowLayout
from goflow.workflow.names import Names, resolve
from goflow.workflow.recording import Note, record
from goflow.workflow.unresolved import PEOPLE
from goflow.workflow.versions import actor_id, database, lock_versions, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


AUTHOR_KEPT = timedelta(hours=1)
"""How long one recorded change stands for everything that the same person saves."""


def save_graph(
    process: Process,
    definition: ProcessDef,
    *,
    revision: int | None,
    create_roles: bool = False,
    by: AbstractBaseUser | None = None,
) -> int:
    """
    Make the draft what ``definition`` says: parts are updated, made and deleted by their keys.

    Version and code stay the row's own; a code that was made from the title follows it, if somebody changes
    the title before anything is published. The same content changes nothing, the revision neither. Names that
    do not exist and titles used twice are kept, as problems that publishing refuses.

    Args:
        process: the draft; brought up to date when this returns.
        definition: the whole new content.
        revision: the revision the change is based on; None overwrites whatever is there.
        create_roles: make groups that do not exist yet.
        by: who changes it, recorded as ``process.drafted`` once an hour until somebody else does; None
            records nothing.

    Returns:
        The revision of the draft now.

    Raises:
        DraftConflict: the draft has changed since that revision.
        DefinitionFrozen: the version is no draft.
        DefinitionError: doubled keys, ends that are no activity, texts that are too long.
    """
    using = database(process)
    with transaction.atomic(using=using):
        if by is not None:
            lock_versions(process.code, using)
        _hold(process, revision, using)
        stored = Process.objects.using(using).get(pk=process.pk)
        if not fingerprints.is_same(loader.read(stored).graph, definition):
            _check(definition)
            _replace(stored, definition, create_roles=create_roles, using=using)
            if by is not None:
                _record(stored, by)
                _follow_title(stored, definition.title, by)
    process.refresh_from_db(using=using)
    return process.revision


def _hold(process: Process, revision: int | None, using: str) -> None:
    versions = plain(Process, using).filter(pk=process.pk)
    wanted = versions.filter(status=Process.Status.DRAFT)
    if revision is not None:
        wanted = wanted.filter(revision=revision)
    if wanted.update(revision=F("revision")):
        return
    stored = versions.get()
    if stored.is_draft:
        raise DraftConflict(process=stored.title, revision=stored.revision)
    raise DefinitionFrozen(process=stored.title, version=stored.version, status=stored.get_status_display())


def _check(definition: ProcessDef) -> None:
    _refuse_doubled("activity key", [a.key for a in definition.activities])
    _refuse_doubled("transition key", [t.key for t in definition.transitions])
    known = {a.key for a in definition.activities}
    used = {end for t in definition.transitions for end in (t.source, t.target)}
    used |= {definition.begin, definition.end} - {""}
    if used - known:
        raise DefinitionError(
            f"there are no activities {', '.join(sorted(used - known))}; add them or correct it"
        )


def _refuse_doubled(what: str, values: Iterable[str]) -> None:
    doubled = sorted(value for value, count in Counter(values).items() if count > 1)
    if doubled:
        raise DefinitionError(f"{what} {doubled[0]!r} is used twice; each needs its own")


def _follow_title(process: Process, title: str, by: AbstractBaseUser) -> None:
    before, old = process.title, process.code
    process.title = title
    code = codes.follow(process, before)
    if code is not None:
        process.code = code
        record([Note(process, codes.RECODED, {"from": old})], by)


def settle(process: Process) -> None:
    """
    Look up again what no row could hold when the draft was saved; what exists by now gets its rows.
    """
    if process.unresolved:
        using = database(process)
        _replace(process, loader.read(process).graph, create_roles=False, using=using)
        process.refresh_from_db(using=using)


def _replace(process: Process, definition: ProcessDef, *, create_roles: bool, using: str) -> None:
    names = resolve(definition, tenant_id=process.tenant_id, using=using, create_roles=create_roles)
    titles, activities = _save_activities(process, definition.activities, names, using)
    _save_transitions(process, definition.transitions, activities, using)
    _delete_activities(process, activities, using)
    for field in PEOPLE:
        _save_people(field, definition, activities, names, using)
    _save_layout(process, definition, using)
    told = unresolved.left(definition, names, titles)
    _save_head(process, definition, activities, names, told, using)


def _save_activities(
    process: Process, wanted: Sequence[ActivityDef], names: Names, using: str
) -> tuple[dict[str, str], dict[str, int]]:
    titles = unresolved.row_titles(wanted)
    try:
        with transaction.atomic(using=using):
            return titles, _save_titled(process, wanted, titles, names, using)
    except IntegrityError:
        # Some databases take titles for equal that differ in upper and lower case or accents only.
        titles = unresolved.row_titles(wanted, strictly=True)
        return titles, _save_titled(process, wanted, titles, names, using)


def _save_titled(
    process: Process, wanted: Sequence[ActivityDef], titles: Mapping[str, str], names: Names, using: str
) -> dict[str, int]:
    stored = {row.key: row for row in plain(Activity, using).filter(process_id=process.pk)}
    _free_titles(stored, titles, using)
    values = {a.key: {**_activity_values(a, names), "title": titles[a.key]} for a in wanted}
    made = _save_rows(Activity, process, stored, values, using)
    return {key: made[key].pk for key in values}


def _free_titles(stored: Mapping[str, Activity], titles: Mapping[str, str], using: str) -> None:
    # Titles are unique per process, so two activities could not swap theirs one after the other.
    moving = [row.pk for key, row in stored.items() if titles.get(key) != row.title]
    if moving:
        stand_in = Concat(Value("~"), Cast("pk", models.CharField(max_length=20)))
        plain(Activity, using).filter(pk__in=moving).update(title=stand_in)


def _activity_values(activity: ActivityDef, names: Names) -> dict[str, Any]:  # values of any column
    return {
        "kind": activity.kind.value,
        "node_type": activity.node_type.value,
        "description": activity.description,
        "autostart": activity.autostart,
        "autofinish": activity.autofinish,
        "terminate": activity.terminate,
        "join_mode": activity.join_mode.value,
        "split_mode": activity.split_mode.value,
        "push_application_id": names.push_applications.get(activity.push_application),
        "pushapp_param": dict(activity.push_params),
        "application_id": names.applications.get(activity.application),
        "app_param": dict(activity.app_params),
        "form_class": activity.form_class,
        "form_template": activity.form_template,
        "subflow_id": names.subflows.get(activity.subflow),
        "sla_duration": activity.sla_duration,
        "sla_warn": activity.sla_warn,
        "escalations": escalating.listed(activity.escalations),
        "compensation_handler": activity.compensation_handler,
    }


def _save_transitions(
    process: Process, wanted: Sequence[TransitionDef], activities: Mapping[str, int], using: str
) -> None:
    stored = {row.key: row for row in plain(Transition, using).filter(process_id=process.pk)}
    values = {way.key: _transition_values(way, activities) for way in wanted}
    _save_rows(Transition, process, stored, values, using)
    gone = [row.pk for key, row in stored.items() if key not in values]
    plain(Transition, using).filter(pk__in=gone).delete()


def _transition_values(way: TransitionDef, activities: Mapping[str, int]) -> dict[str, Any]:  # any column
    return {
        "name": way.name,
        "input_id": activities[way.source],
        "output_id": activities[way.target],
        "condition": fingerprints.stored_condition(way.condition),
        "ordering": way.ordering,
        "pre_hook": way.pre_hook,
        "post_hook": way.post_hook,
        "description": way.description,
    }


def _save_rows(
    model: Any,
    process: Process,
    stored: Mapping[str, Any],
    wanted: Mapping[str, Mapping[str, Any]],
    using: str,
) -> dict[str, Any]:  # rows of either model, values of any column
    rows = {key: stored[key] if key in stored else model(process_id=process.pk, key=key) for key in wanted}
    changed = [key for key, values in wanted.items() if key in stored and _is_changed(rows[key], values)]
    for key, values in wanted.items():
        for name, value in values.items():
            setattr(rows[key], name, value)
        _refuse_long_texts(rows[key])
    insert([row for key, row in rows.items() if key not in stored], using=using)
    if changed:
        columns = {name.removesuffix("_id") for name in wanted[changed[0]]}
        plain(model, using).bulk_update([rows[key] for key in changed], sorted(columns))
    return rows


def _is_changed(row: models.Model, values: Mapping[str, Any]) -> bool:  # values of any column
    return any(getattr(row, name) != value for name, value in values.items())


def _refuse_long_texts(row: models.Model) -> None:
    for field in row._meta.concrete_fields:
        limit, value = field.max_length, getattr(row, field.attname)
        if limit is not None and isinstance(value, str) and len(value) > limit:
            raise DefinitionError(
                f"{field.verbose_name} {value[:40]!r} has {len(value)} characters; at most {limit} are stored"
            )


def _delete_activities(process: Process, kept: Mapping[str, int], using: str) -> None:
    rows = plain(Activity, using).filter(process_id=process.pk)
    gone = set(rows.values_list("pk", flat=True)) - set(kept.values())
    rows.filter(pk__in=gone).delete()


def _save_people(
    field: str, definition: ProcessDef, activities: Mapping[str, int], names: Names, using: str
) -> None:
    through: Any = getattr(Activity, field).through  # made by Django
    relation: Any = Activity._meta.get_field(field)  # a many-to-many field
    column = f"{relation.m2m_reverse_field_name()}_id"
    ids = names.of(field)
    wanted = {
        (activities[activity.key], ids[name])
        for activity in definition.activities
        for name in getattr(activity, field)
        if name in ids
    }
    rows = plain(through, using).filter(activity_id__in=activities.values())
    stored = {(activity, other): pk for pk, activity, other in rows.values_list("pk", "activity_id", column)}
    _delete(through, [pk for pair, pk in stored.items() if pair not in wanted], using)
    missing = sorted(wanted - stored.keys(), key=str)
    insert([through(activity_id=activity, **{column: other}) for activity, other in missing], using=using)


def _delete(model: Any, pks: Collection[int], using: str) -> None:  # a through model, made by Django
    if pks:
        plain(model, using).filter(pk__in=pks).delete()


def _save_layout(process: Process, definition: ProcessDef, using: str) -> None:
    layout = {a.key: list(a.position) for a in definition.activities if a.position is not None}
    rows = plain(WorkflowLayout, using).filter(process_id=process.pk)
    if rows.exists():
        rows.update(layout=layout, updated_at=clock.now())
    elif layout:
        insert([WorkflowLayout(process_id=process.pk, layout=layout, updated_at=clock.now())], using=using)


def _save_head(
    process: Process,
    definition: ProcessDef,
    activities: Mapping[str, int],
    names: Names,
    told: Mapping[str, Any],  # JSON
    using: str,
) -> None:
    head = Process(title=definition.title)
    _refuse_long_texts(head)
    plain(Process, using).filter(pk=process.pk).update(
        title=definition.title,
        description=definition.description,
        priority=definition.priority,
        content_type_id=names.content_type_id,
        unresolved=told,
        begin_id=activities.get(definition.begin),
        end_id=activities.get(definition.end),
        date=clock.now(),
        revision=F("revision") + 1,
    )


def _record(process: Process, by: AbstractBaseUser) -> None:
    streams, actor = codes.streams(process), actor_id(by)
    drafted = AuditEvent.objects.filter(stream__in=streams, process_id=process.pk, action="process.drafted")
    last = drafted.order_by("-created_at", "-pk").values_list("actor", "created_at").first()
    if last is not None and last[0] == actor and last[1] > clock.now() - AUTHOR_KEPT:
        return
    record([Note(process, "process.drafted", {"revision": process.revision + 1})], by)
