"""
Where an instance stands, drawn on its own version of the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from goflow.core.drawing import Mark, OutlineRow, State, outline, svg
from goflow.journal.events import instance_stream
from goflow.journal.models import AuditEvent
from goflow.runtime.models import EdgeToken, ProcessInstance, WorkItem
from goflow.workflow.loader import Loaded

STATES: Mapping[str, State] = {
    "blocked": State.WAITING,
    "inactive": State.CURRENT,
    "active": State.CURRENT,
    "suspended": State.WAITING,
    "fallout": State.FAILED,
    "complete": State.DONE,
}
LOUDEST = (State.FAILED, State.CURRENT, State.WAITING, State.DONE)
"""Of several items at one activity the drawing shows the first of these."""


def words() -> dict[str, str]:
    """
    The words of a drawing, in the language of the page.
    """
    return {
        "otherwise": gettext("otherwise"),
        "after": gettext("after {duration}"),
        "not": gettext("not {outcomes}"),
        "done": gettext("done"),
        "current": gettext("current"),
        "waiting": gettext("waiting"),
        "failed": gettext("stopped"),
    }


def arrived(instance: ProcessInstance, loaded: Loaded) -> dict[int, str]:
    """
    For each waiting join how many of its branches have come: work item id to ``1/2``. One query.
    """
    ways: dict[int, set[int]] = {}
    for waiting, transition in EdgeToken.objects.filter(instance=instance).values_list(
        "waiting_id", "transition_id"
    ):
        ways.setdefault(waiting, set()).add(transition)
    totals = {}
    for waiting, come in ways.items():
        target = loaded.graph.transition(loaded.transition_keys[next(iter(come))]).target
        totals[waiting] = f"{len(come)}/{len(loaded.graph.incoming(target))}"
    return totals


def marks(items: Sequence[WorkItem], joins: Mapping[int, str]) -> dict[str, Mark]:
    """
    The state of each activity that an item of the instance has reached.
    """
    found: dict[str, Mark] = {}
    for item in items:
        state = STATES.get(item.status)
        if state is None:
            continue
        known = found.get(item.activity_key)
        if known is None or LOUDEST.index(state) <= LOUDEST.index(known.state):
            found[item.activity_key] = Mark(state, _badge(item, joins))
    return found


def _badge(item: WorkItem, joins: Mapping[int, str]) -> str:
    if item.pk in joins:
        return joins[item.pk]
    user = item.user if item.is_open else None
    return (user.get_full_name() or user.get_username()) if user else ""


def taken(instance: ProcessInstance) -> list[str]:
    """
    The keys of the transitions an instance went through. One query.
    """
    rows = AuditEvent.objects.filter(stream=instance_stream(instance.pk)).exclude(transition_key="")
    return list(rows.order_by().values_list("transition_key", flat=True).distinct())


def picture(loaded: Loaded, marked: Mapping[str, Mark], ways: Sequence[str], title: str) -> str:
    """
    The drawing as SVG text.
    """
    return svg(loaded.graph, marks=marked, taken=ways, title=title, words=words())


def twin(loaded: Loaded, marked: Mapping[str, Mark]) -> list[OutlineRow]:
    """
    What the drawing shows, as rows of text.
    """
    return outline(loaded.graph, marked, words=words())
