"""
Trying a condition out: which branches of an activity are taken, and why, for an instance or for typed data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext

from goflow import clock
from goflow.conf import conf
from goflow.core import readers
from goflow.core.branches import ROOTS, branches, completed
from goflow.core.conditions import LONGEST_OUTCOME, Explanation, explain, parse
from goflow.core.errors import ConditionError
from goflow.core.graph import ProcessDef, TransitionDef
from goflow.core.readers import ExchangeError
from goflow.designer import bodies
from goflow.designer.answers import Refused
from goflow.designer.frame import door, find
from goflow.errors import InstanceNotFound
from goflow.runtime import facts as gathering
from goflow.runtime.models import ProcessInstance, WorkItem
from goflow.runtime.task import Task
from goflow.workflow.models import Process

MOST_INSTANCES = 50

Facts = dict[str, object]


@door("POST")
def condition(request: HttpRequest, pk: int) -> JsonResponse:
    """
    What a condition is stored as, or what is wrong with it, and what every branch of the activity says.

    ``transition`` names the branch that the text belongs to; without it the drawing is taken as it is.
    """
    process = find(request, pk)
    body = bodies.read(request)
    typed = bodies.text(body, "text", readers.MAX_CONDITION)
    definition = _with_text(bodies.graph(body), bodies.text(body, "transition", readers.MAX_KEY), typed)
    key = bodies.text(body, "activity", readers.MAX_KEY)
    if key not in {activity.key for activity in definition.activities}:
        raise ExchangeError("activity", f"there is no activity {key!r}; use the key of one")
    found = _facts(request, process, definition, key, body)
    return JsonResponse({**_read(typed), "branches": _branches(definition, key, found)})


@door()
def instances(request: HttpRequest, pk: int) -> JsonResponse:
    """
    The latest instances of the process, all versions, that this person may see.
    """
    found = _visible(request, find(request, pk)).select_related("process").order_by("-pk")[:MOST_INSTANCES]
    lines = [
        {
            "id": one.pk,
            "title": one.title,
            "status": one.status,
            "status_text": one.get_status_display(),
            "version": one.process.version,
        }
        for one in found
    ]
    return JsonResponse({"instances": lines})


def _visible(request: HttpRequest, process: Process) -> Any:  # a query set of instances
    user: Any = request.user
    versions = Process.objects.filter(tenant_id=process.tenant_id, code=process.code)
    return ProcessInstance.objects.for_user(user).filter(process__in=versions)


def _with_text(definition: ProcessDef, transition: str, typed: str) -> ProcessDef:
    ways = definition.transitions
    return replace(
        definition,
        transitions=tuple(replace(t, condition=typed) if t.key == transition else t for t in ways),
    )


def _read(typed: str) -> dict[str, object]:
    try:
        return {"stored": parse(typed).source, "error": None}
    except ConditionError as exc:
        told = {"position": exc.position, "expected": exc.expected, "message": str(exc)}
        return {"stored": None, "error": told}


# The facts


def _facts(
    request: HttpRequest, process: Process, definition: ProcessDef, key: str, body: Mapping[str, object]
) -> Facts:
    given = body.get("outcome")
    outcome = None if given is None else readers.text(LONGEST_OUTCOME)(given, "outcome")
    instance = bodies.whole(dict(body), "instance")
    if instance is None:
        outcomes = [outcome] if definition.is_join(key) else []
        return _complete(_typed(body), outcome, outcomes)
    one = _visible(request, process).filter(pk=instance).select_related("process", "user").first()
    if one is None:
        raise InstanceNotFound(instance=instance)
    item = _item(one, key)
    task = Task(instance=one, workitem=item, activity=definition.activity(key))
    found = gathering.gather(task, _names(definition, key))
    return _complete(found, outcome or item.condition, list(item.outcomes))


def _typed(body: Mapping[str, object]) -> Facts:
    given = readers.params(body.get("facts") or {}, "facts")
    return {root: readers.mapping(given.get(root) or {}, f"facts.{root}") for root in ROOTS}


def _item(instance: ProcessInstance, key: str) -> WorkItem:
    items = WorkItem.objects.filter(instance=instance).select_related("user").order_by("-pk")
    found: WorkItem | None = items.filter(activity_key=key).first() or items.first()
    if found is None:
        text = gettext("This request has no work item to try the condition with. Choose another one.")
        raise Refused(422, "no-workitem", text)
    return found


def _names(definition: ProcessDef, key: str) -> set[str]:
    read = (way.parsed() for way in definition.outgoing(key))
    return {name for parsed in read if parsed is not None for name in parsed.names()}


def _complete(found: Facts, outcome: str | None, outcomes: list[str | None]) -> Facts:
    """
    The facts as the engine completes them when the activity is completed with that outcome.
    """
    now = clock.now()
    known = found.get("workitem")
    opened = {"opened_at": now, **(known if isinstance(known, Mapping) else {})}
    return completed({"now": now, **found, "workitem": opened}, outcome, outcomes)


# The branches


def _branches(definition: ProcessDef, key: str, facts: Facts) -> list[dict[str, object]]:
    why = {
        way.key: explain(way.condition, facts, strategy=conf.CONDITION_STRATEGY)
        for way in definition.outgoing(key)
    }
    taken = {b.transition.key: b.taken for b in branches(definition, key, lambda way: why[way.key].value)}
    ways = (*definition.candidates(key), *definition.timeouts(key))
    return [_branch(way, why[way.key], is_taken=bool(taken.get(way.key))) for way in ways]


def _branch(way: TransitionDef, why: Explanation, *, is_taken: bool) -> dict[str, object]:
    return {
        "transition": way.key,
        "condition": why.source,
        "value": why.value,
        "taken": is_taken,
        "operands": why.operands,
        "problem": why.problem,
        "is_timeout": way.is_timeout,
        "pre_hook": way.pre_hook,
    }
