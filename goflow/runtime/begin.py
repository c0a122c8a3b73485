"""
How a verb begins: lock the instance, move or look at the item, load the definition; or say why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from goflow import clock, logs
from goflow.core.marking import Marking
from goflow.errors import ConcurrentUpdate, InstanceNotFound, NotByHand, WorkItemNotFound
from goflow.journal.events import instance_stream
from goflow.journal.recorder import head
from goflow.runtime import policy, statements
from goflow.runtime.models import EdgeToken, ProcessInstance
from goflow.runtime.statements import Seen
from goflow.runtime.under import Under
from goflow.runtime.unit import alias
from goflow.workflow.loader import Loaded, definition


def with_item(
    item: int,
    *,
    actor: Any,
    verb: str,
    move: str = "",
    params: Sequence[object] = (),
    condition: str | None = None,
) -> Under:
    """
    Lock the item's instance and move the item (a key of ``statements.MOVES``), or only look at it.

    Raises WorkItemNotFound, InstanceClosed, WrongState, NotAllowed or ConcurrentUpdate.
    """
    using = alias()
    instance = statements.lock_instance(using, item=item, condition=condition)
    if instance is None:
        refuse(item, actor=actor, verb=verb)
    moved = statements.move(using, move, item, params, actor) if move else 0
    if moved is None:
        refuse(item, actor=actor, verb=verb)
    if isinstance(moved, Seen):
        return _under(using, moved, instance, actor, verb)
    found = statements.look(using, item, actor)
    if found is None:
        raise WorkItemNotFound(workitem=item)
    return _under(using, *found, actor, verb)


def with_instance(
    pk: int, *, actor: Any, statuses: tuple[str, ...] = ("running",), verb: str = "change"
) -> Under:
    """
    Lock an instance as a whole and read every token of it. The verb is for the log only.

    Raises InstanceNotFound or InstanceClosed.
    """
    using = alias()
    locked = statements.lock_instance(using, instance=pk, statuses=statuses)
    stored = ProcessInstance.objects.filter(pk=pk).first()
    if stored is None:
        raise InstanceNotFound(instance=pk)
    if locked is None:
        raise policy.stopped(stored)
    loaded = definition(stored.process_id, stored.fingerprint, using)
    logs.add(verb=verb, instance=pk, process=loaded.graph.code)
    rows = EdgeToken.objects.filter(instance_id=pk).order_by("id")
    packed = rows.values_list("id", "transition_id", "sender_id", "waiting_id", "outcome")
    marking = Marking(
        items=statements.live_items(pk, loaded.activity_keys.__getitem__),
        tokens=statements.as_tokens(packed, loaded.transition_keys.__getitem__),
    )
    return Under(using, loaded, stored, marking, head(instance_stream(pk)), actor, clock.now())


def _under(using: str, seen: Seen, instance: ProcessInstance, actor: Any, verb: str) -> Under:
    seen.item.instance = instance
    loaded = definition(instance.process_id, instance.fingerprint, using)
    logs.add(
        verb=verb,
        instance=instance.pk,
        process=loaded.graph.code,
        workitem=seen.item.pk,
        activity=seen.item.activity_key,
    )
    return Under(
        using=using,
        loaded=loaded,
        instance=instance,
        marking=_marking(seen, instance, loaded),
        head=seen.head,
        actor=actor,
        now=clock.now(),
        item=seen.item,
        groups=seen.groups,
    )


def _marking(seen: Seen, instance: ProcessInstance, loaded: Loaded) -> Marking:
    """
    The item at hand counts as live even if the first statement has closed its row already.
    """
    tokens = statements.as_tokens(seen.tokens, loaded.transition_keys.__getitem__)
    item = statements.as_live(seen.item)
    if not loaded.graph.needs_whole_marking:
        return Marking((item,), tokens, max(0, instance.open_items - 1))
    others = statements.live_items(instance.pk, loaded.activity_keys.__getitem__)
    return Marking((item, *(other for other in others if other.ref != item.ref)), tokens)


def refuse(item: int, *, actor: Any, verb: str) -> NoReturn:
    """
    Say why an item could not be moved: unknown, not yours, closed, or changed meanwhile.
    """
    found = statements.look(alias(), item, actor)
    if found is None:
        raise WorkItemNotFound(workitem=item)
    seen, instance = found
    loaded = definition(instance.process_id, instance.fingerprint, alias())
    is_own = actor is None or seen.item.user_id == actor.pk
    if not is_own and not policy.is_open_to(loaded, seen.item, actor, seen.groups):
        policy.require_take(loaded, seen.item, policy.Taker(actor, seen.item.queue, seen.groups), verb)
    policy.require_open(instance, seen.item)
    if actor is not None and not loaded.graph.activity(seen.item.activity_key).is_human:
        raise NotByHand(workitem=item)
    raise ConcurrentUpdate(workitem=item)
