"""
The rows of one drive, collected while it runs and written once at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy, deepcopy
from datetime import datetime
from typing import Any

from goflow.conf import conf
from goflow.core import effects as fx
from goflow.core.durations import parse_duration
from goflow.core.incident_texts import activity_of, sentence
from goflow.core.states import ItemStatus
from goflow.core.storing import storable
from goflow.journal import outbox
from goflow.journal.models import OutboxMessage
from goflow.runtime import timers
from goflow.runtime.assignment import Assignment, sort_key
from goflow.runtime.models import EdgeToken, Incident, Timer, WorkItem
from goflow.runtime.said import Said
from goflow.runtime.under import Under
from goflow.workflow.loader import Loaded

JSON = (str, int, list, dict, type(None))
"""What goes into JSON columns as it is; anything else as its text."""


class Note(dict[str, Any]):
    """
    An event before its item has an id: the keyword arguments of ``Event`` and the item's reference.
    """

    def __init__(self, action: str, ref: int | None, **values: Any) -> None:  # values of Event's fields
        super().__init__(action=action, **values)
        self.ref = ref


class Board:
    """
    Items by reference (existing rows by their id, new ones by negative numbers), and what changes.
    """

    def __init__(self, under: Under, *, retried: Incident | None = None) -> None:
        self.loaded = under.loaded
        self.instance = under.instance
        self.now = under.now
        self.actor = under.actor
        self.retried = retried
        self.statuses = {item.ref: item.status.value for item in under.marking.items}
        self.data = deepcopy(under.instance.data)
        self.kept_data: Any = None  # JSON of the instance when this copy was made
        self.items: dict[int, WorkItem] = {}
        self.senders: dict[int, int] = {}
        self.fresh: list[int] = []
        self.changed: dict[int, None] = {}
        self.tokens: dict[int, EdgeToken] = {}
        self.token_links: dict[int, tuple[int, int]] = {}
        self.moved_tokens: dict[int, int] = {}
        self.dropped: list[int] = []
        self.timers: list[tuple[int, Timer]] = []
        self.spent: list[int] = []  # timers that this drive fires
        self.escalated: set[int] = set()  # items whose priority or pool changes
        self.freed: dict[int, None] = {}
        self.cleared: list[int] = []  # items whose open incidents are settled by this drive
        self.external: list[int] = []  # automatic items whose application runs after commit
        self.results: dict[int, Any] = {}  # of those whose application was run: only to be applied
        self.incidents: list[tuple[int | None, Incident]] = []
        self.notes: list[Note] = []
        self.said: Said | None = None  # kept apart from the notes: audit rows hold no texts of people
        self.decisions: dict[int, list[fx.Decision]] = {}
        self.status = str(under.instance.status)
        self.running = ""

    def copy(self) -> Board:
        """
        The board as it is now; host code may go on changing this one.
        """
        kept = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, (dict, list)):
                setattr(kept, name, copy(value))
        kept.items = {ref: copy(item) for ref, item in self.items.items()}
        kept.decisions = {ref: list(found) for ref, found in self.decisions.items()}
        kept.kept_data = deepcopy(self.instance.data)
        return kept

    def restore(self) -> None:
        """
        Give the instance back the data it had when this copy was made, and forget its loaded object.
        """
        self.instance.data = deepcopy(self.kept_data)
        self.instance._state.fields_cache.pop("content_object", None)

    def adopt(self, item: WorkItem) -> None:
        """
        An existing row takes part under its own id.
        """
        item.instance = self.instance
        self.items[item.pk] = item

    # Effects

    def take(self, effect: fx.Effect) -> None:
        """
        Collect what one effect wants written.
        """
        handler: Callable[[Any], None] | None = getattr(self, f"_on_{type(effect).__name__}", None)
        if handler is not None:
            handler(effect)

    def decide(self, decisions: Iterable[fx.Decision]) -> None:
        """
        Remember why transitions were taken, for the record of the items they leave.
        """
        for decision in decisions:
            self.decisions.setdefault(decision.item, []).append(decision)

    def note(self, action: str, ref: int | None, **values: Any) -> None:  # values of Event's fields
        """
        Something to record about an item, or about the instance when ``ref`` is None.
        """
        if ref is not None and "activity_key" not in values:
            values["activity_key"] = self.items[ref].activity_key
        self.notes.append(Note(action, ref, **values))

    def _on_OpenItem(self, effect: fx.OpenItem) -> None:  # noqa: N802 - named after the effect
        item = WorkItem(
            instance=self.instance,
            activity_id=self.loaded.activity_ids[effect.activity],
            activity_key=effect.activity,
            priority=self.instance.priority,
            created_at=self.now,
            tenant_id=self.instance.tenant_id,
            org_id=self.instance.org_id,
        )
        self.items[effect.ref] = item
        self.fresh.append(effect.ref)
        if effect.sender is not None:
            self.senders[effect.ref] = effect.sender
        if effect.status is ItemStatus.BLOCKED:
            item.status = effect.status.value
            self.note("workitem.blocked", effect.ref, status_to="blocked")
            return
        self._enter(effect.ref, item, effect)

    def _on_WakeItem(self, effect: fx.WakeItem) -> None:  # noqa: N802 - named after the effect
        if effect.ref not in self.items:
            self.adopt(self._stub(effect.ref, effect.activity))
        if effect.ref > 0:
            self.changed[effect.ref] = None
        self.note("workitem.unblocked", effect.ref, status_from="blocked")
        self._enter(effect.ref, self.items[effect.ref], effect)

    def _stub(self, pk: int, activity: str) -> WorkItem:
        # from_db reads the values in the order of the model's fields, whatever the order of the names.
        names = ["id", "instance_id", "activity_id", "activity_key", "status", "priority"]
        status = self.statuses.get(pk, ItemStatus.BLOCKED.value)
        values = [pk, self.instance.pk, self.loaded.activity_ids[activity], activity, status]
        return WorkItem.from_db(
            self.instance._state.db or "default", names, [*values, self.instance.priority]
        )

    def _enter(self, ref: int, item: WorkItem, effect: fx.OpenItem | fx.WakeItem) -> None:
        item.status = effect.status.value
        item.opened_at = self.now
        item.condition = effect.outcome
        item.outcomes = list(effect.outcomes)
        activity = self.loaded.graph.activity(effect.activity)
        item.due_at = self._due(activity.sla_duration)
        item.sort_key = sort_key(priority=item.priority, due_at=item.due_at, created_at=self.now)
        if effect.status is ItemStatus.COMPLETE:
            item.completed_at = self.now
            self.note(
                "workitem.completed", ref, status_to="complete", metadata=self._why(ref, effect.outcome)
            )
            return
        if effect.status is ItemStatus.ACTIVE:
            item.activated_at = self.now
        self.note("workitem.created", ref, status_to=item.status, metadata=self._arrival(effect))
        if activity.is_timed and conf.SLA_ENABLED:
            self.timers += [(ref, timer) for timer in timers.limits(item, activity, self.now)]

    def _due(self, sla: str) -> datetime | None:
        duration = parse_duration(sla)
        return None if duration is None else self.now + duration

    def _arrival(self, effect: fx.OpenItem | fx.WakeItem) -> dict[str, object]:
        return {"outcomes": list(effect.outcomes)} if effect.outcomes else {}

    def _why(self, ref: int, outcome: str | None) -> dict[str, object]:
        decisions = [_as_json(decision) for decision in self.decisions.get(ref, ())]
        return {"outcome": outcome, **({"decisions": decisions} if decisions else {})}

    def _on_CloseItem(self, effect: fx.CloseItem) -> None:  # noqa: N802 - named after the effect
        if effect.ref not in self.items:
            self.adopt(self._stub(effect.ref, effect.activity))
        item = self.items[effect.ref]
        before = ItemStatus.ACTIVE.value if item.status == effect.status.value else item.status
        if before == ItemStatus.FALLOUT.value and effect.status is ItemStatus.CANCELLED and effect.ref > 0:
            self.cleared.append(effect.ref)
        if item.status != effect.status.value:
            item.status, item.completed_at, item.queue = effect.status.value, self.now, None
            if effect.status is ItemStatus.COMPLETE:
                item.condition = effect.outcome
            if effect.ref > 0:
                self.changed[effect.ref] = None
        if effect.ref > 0:
            self.freed[effect.ref] = None
        self.timers = [timer for timer in self.timers if timer[0] != effect.ref]
        self._note_close(effect, before)

    def _note_close(self, effect: fx.CloseItem, before: str) -> None:
        status = effect.status.value
        if effect.status is ItemStatus.COMPLETE:
            metadata = self._why(effect.ref, effect.outcome)
            self.note(
                "workitem.completed", effect.ref, status_from=before, status_to=status, metadata=metadata
            )
        else:
            self.note("workitem.cancelled", effect.ref, status_from=before, status_to=status)

    def _on_TakeTransition(self, effect: fx.TakeTransition) -> None:  # noqa: N802 - named after the effect
        self.note("workitem.forwarded", effect.item, transition_key=effect.transition)

    def _on_HoldToken(self, effect: fx.HoldToken) -> None:  # noqa: N802 - named after the effect
        if effect.ref > 0:
            self.moved_tokens[effect.ref] = effect.waiting
            return
        self.tokens[effect.ref] = EdgeToken(
            instance=self.instance,
            transition_id=self.loaded.transition_ids[effect.transition],
            outcome=effect.outcome,
        )
        self.token_links[effect.ref] = (effect.sender, effect.waiting)

    def _on_DropToken(self, effect: fx.DropToken) -> None:  # noqa: N802 - named after the effect
        if effect.ref > 0:
            self.dropped.append(effect.ref)
            self.moved_tokens.pop(effect.ref, None)
        else:
            self.tokens.pop(effect.ref, None)

    def _on_SetTimer(self, effect: fx.SetTimer) -> None:  # noqa: N802 - named after the effect
        timer = timers.timeout(self.items[effect.ref], effect.transition, effect.duration, self.now)
        self.timers.append((effect.ref, timer))

    def _on_FinishInstance(self, effect: fx.FinishInstance) -> None:  # noqa: N802 - named after the effect
        self.status = effect.status.value
        self.note(
            "instance.status_changed", None, status_from=self.instance.status, status_to=effect.status.value
        )

    def _on_RaiseIncident(self, effect: fx.RaiseIncident) -> None:  # noqa: N802 - named after the effect
        self.hold(effect.ref, effect.code, "", dict(effect.params), activity=effect.activity)

    # What the drive adds

    def hold(
        self,
        ref: int | None,
        code: str,
        message: str,
        params: Mapping[str, object],
        *,
        activity: str = "",
    ) -> None:
        """
        The engine cannot go on with this item (or this instance): fallout and an incident.
        """
        if ref is not None:
            item = self.items[ref]
            item.status, item.queue, item.user_id = ItemStatus.FALLOUT.value, None, None
            if "outcome" in params:
                item.condition = _text_or_none(params["outcome"])
            if ref > 0:
                self.changed[ref] = None
            self.note("workitem.fallout", ref, status_to="fallout", metadata={"code": code})
        key = activity if ref is None else self.items[ref].activity_key
        self.note("incident.raised", ref, metadata={"code": code, **_plain(params)}, activity_key=key)
        title = self.loaded.titles.get(key := activity_of(key, params), key)
        told = storable(message or sentence(code, title))  # of an exception, for instance
        incident = Incident(instance=self.instance, code=code, message=told, params=_plain(params))
        self.incidents.append((ref, incident))

    def jobs(self) -> list[OutboxMessage]:
        """
        The unsaved outbox messages of the external applications to run, once their items have ids.
        """
        live = (self.items[ref] for ref in self.external)
        return [
            job_of(item, self.loaded, self.now, self.results.get(item.pk))
            for item in live
            if item.status == ItemStatus.ACTIVE.value
        ]

    def assign(self, ref: int, chosen: Assignment) -> None:
        """
        The item goes to a person or into a pool.
        """
        item = self.items[ref]
        item.user, item.queue = chosen.user, chosen.queue
        if chosen.user is not None:
            self.note("workitem.assigned", ref, metadata={"user": str(chosen.user.pk)})


def job_of(
    item: WorkItem, loaded: Loaded, now: datetime, result: Mapping[str, Any] | None = None
) -> OutboxMessage:
    """
    The unsaved message that asks for the application of an item, or only for applying its ``result``.

    Every message for the same item has the same key.
    """
    payload = {"key": f"{item.instance_id}-{item.pk}", "activity": item.activity_key}
    return OutboxMessage(
        kind=outbox.JOB if result is None else outbox.RESULT,
        topic=loaded.graph.activity(item.activity_key).application,
        payload=payload if result is None else {**payload, "result": dict(result)},
        instance_id=item.instance_id,
        workitem_id=item.pk,
        due_at=now,
        created_at=now,
    )


def _as_json(decision: fx.Decision) -> dict[str, object]:
    found: dict[str, object] = {"transition": decision.transition, "value": decision.value}
    if decision.condition:
        found["condition"] = decision.condition
        found["operands"] = _plain(decision.operands)
    if decision.vetoed:
        found["vetoed"] = True
    if decision.problem:
        found["problem"] = decision.problem
    return found


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    return {key: _value(value) for key, value in params.items()}


def _value(value: object) -> object:
    return value if isinstance(value, JSON) and not isinstance(value, str) else storable(str(value))


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
