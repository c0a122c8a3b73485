"""
Lint of the work itself: who does it, with what, in which time, and which names it uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from goflow.core.durations import parse_duration
from goflow.core.errors import DurationError
from goflow.core.graph import ActivityDef, EscalationAction, EscalationDef, Kind, ProcessDef
from goflow.core.known import Known, Rule
from goflow.core.problem import Problem, named, problem, route
from goflow.core.walks import closure


def _work(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        if activity.kind is Kind.SUBFLOW:
            yield problem("subflow-not-supported", (activity.key,), title=named(activity))
        if activity.is_automatic and not activity.application:
            yield problem("no-application", (activity.key,), title=named(activity))
        is_first = activity.key == definition.begin
        is_open = activity.is_open_to_everyone and not activity.push_application
        if activity.is_human and is_open and not is_first:
            yield problem("open-to-everyone", (activity.key,), title=named(activity))


def _names(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        asked = (
            ("unknown-application", known.applications, (activity.application,)),
            ("unknown-push-application", known.push_applications, (activity.push_application,)),
            ("unknown-form", known.forms, (activity.form_class,)),
            ("unknown-role", known.roles, _roles(activity)),
            ("unknown-user", known.users, activity.allowed_users),
        )
        for code, names, used in asked:
            for name in _missing(used, names):
                yield problem(code, (activity.key,), title=named(activity), name=name)
    for transition in definition.transitions:
        for name in _missing((transition.pre_hook, transition.post_hook), known.hooks):
            yield problem("unknown-hook", (transition.key,), title=route(transition), name=name)


def _model(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    label = definition.content_type
    if label and known.is_model is not None and not known.is_model(label):
        yield problem("unknown-model", (), name=label)


def _roles(activity: ActivityDef) -> tuple[str, ...]:
    named = (activity.roles, activity.allowed_groups, activity.sla_roles, activity.escalation_roles)
    return tuple(name for names in named for name in names)


def _missing(used: Iterable[str], names: Collection[str] | None) -> list[str]:
    return [name for name in dict.fromkeys(used) if name and names is not None and name not in names]


def _sla(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        try:
            duration, warn = parse_duration(activity.sla_duration), parse_duration(activity.sla_warn)
        except DurationError as exc:
            yield problem("sla-syntax", (activity.key,), title=named(activity), problem=str(exc))
            continue
        if warn is not None and (duration is None or warn >= duration):
            yield problem(
                "sla-order",
                (activity.key,),
                title=named(activity),
                warn=activity.sla_warn,
                duration=activity.sla_duration or "–",
            )


def _escalation(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        before: timedelta | None = None
        for number, step in enumerate(activity.escalations, 1):
            yield from _step(activity, number, step)
            after = _duration(step)
            if after is not None and before is not None and after < before:
                yield problem("escalation-order", (activity.key,), title=named(activity), step=number)
            before = before if after is None else after


def _step(activity: ActivityDef, number: int, step: EscalationDef) -> Iterator[Problem]:
    said = {"title": named(activity), "step": number}
    if _duration(step) is None:
        yield problem("escalation-syntax", (activity.key,), **said, after=step.after)
    if step.action is EscalationAction.REASSIGN and not step.roles:
        yield problem("escalation-roles", (activity.key,), **said)
    if step.action is EscalationAction.PRIORITY and step.priority < 1:
        yield problem("escalation-priority", (activity.key,), **said)


def _duration(step: EscalationDef) -> timedelta | None:
    try:
        return parse_duration(step.after)
    except DurationError:
        return None


def _people(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        groups = (*activity.roles, *activity.allowed_groups)
        is_pushed = bool(activity.push_application) or activity.key == definition.begin
        if not activity.is_human or is_pushed or activity.allowed_users or not groups:
            continue
        if known.empty_groups is not None and known.empty_groups.issuperset(groups):
            names = ", ".join(dict.fromkeys(groups))
            yield problem("nobody-can-do-it", (activity.key,), title=named(activity), names=names)


def _forms(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        has_page = known.generic_form or activity.application or activity.form_class
        if activity.is_human and not has_page and activity.key != definition.end:
            yield problem("no-form", (activity.key,), title=named(activity))


def _files(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    if known.start_files:
        yield problem("file-in-start-form", (), fields=", ".join(known.start_files))
    for activity in definition.activities:
        names = known.form_files.get(activity.form_class, ())
        if names:
            params = {"title": named(activity), "form": activity.form_class, "fields": ", ".join(names)}
            yield problem("file-in-form", (activity.key,), **params)


def _taken_keys(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        if activity.key in known.start_fields:
            yield problem("key-taken-twice", (activity.key,), title=named(activity), key=activity.key)


def _subflows(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    calls = {code: sorted(called) for code, called in (known.subflows or {}).items()}
    for activity in definition.activities:
        if activity.kind is not Kind.SUBFLOW:
            continue
        params = {"title": named(activity), "name": activity.subflow}
        if not activity.subflow:
            yield problem("no-subflow", (activity.key,), title=named(activity))
        elif definition.code in closure([activity.subflow], calls):
            yield problem("subflow-cycle", (activity.key,), **params)
        elif known.subflows is not None and activity.subflow not in known.subflows:
            yield problem("subflow-unpublished", (activity.key,), **params)


RULES: tuple[Rule, ...] = (
    _work,
    _people,
    _forms,
    _files,
    _taken_keys,
    _subflows,
    _names,
    _model,
    _sla,
    _escalation,
)
