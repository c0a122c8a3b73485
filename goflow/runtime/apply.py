"""
The drive: takes the effects of steps, runs transactional applications between them, and writes once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import OperationalError, transaction

from goflow.conf import conf
from goflow.core import effects as fx
from goflow.core.conditions import LONGEST_OUTCOME
from goflow.core.graph import ActivityDef
from goflow.core.states import ItemStatus
from goflow.core.stepping import Rules, complete
from goflow.core.storing import is_storable
from goflow.errors import EngineError, GoflowError, HookFailed
from goflow.runtime import assignment, facts
from goflow.runtime.board import Board
from goflow.runtime.models import Incident, WorkItem
from goflow.runtime.results import Completion
from goflow.runtime.task import Task
from goflow.runtime.under import Under
from goflow.runtime.unit import is_retryable
from goflow.runtime.writing import write
from goflow.workflow.registry import get_application, get_hook, is_external

Play = Callable[[Rules], fx.Step]


class Drive:
    """
    One drive of the engine: steps, the automatic activities they open, and the rows all that makes.
    """

    def __init__(self, under: Under, *, retried: Incident | None = None) -> None:
        self.under = under
        self.marking = under.marking
        self.ready: deque[int] = deque()
        self.board = Board(under, retried=retried)
        if under.item is not None:
            self.board.adopt(under.item)

    # Steps

    def advance(self, play: Play, task: Task) -> None:
        """
        Take one step with the facts it needs, asking pre_hooks first, and collect what it wants done.
        """
        names = self.under.loaded.graph.names_needed(task.activity.key)
        rules = Rules(facts=facts.gather(task, names), strategy=conf.CONDITION_STRATEGY)
        step = play(rules)
        while step.unanswered:
            answers = {question: self._ask(*question, task) for question in step.unanswered}
            rules = replace(rules, answers={**rules.answers, **answers})
            step = play(rules)
        self.absorb(step)

    def absorb(self, step: fx.Step) -> None:
        """
        Turn the effects of a step into rows to write; assign opened items; run post_hooks.
        """
        self.marking = step.marking
        self.board.decide(step.decisions)
        for effect in step.effects:
            self.board.take(effect)
            if isinstance(effect, fx.RunApplication):
                self.run(effect.ref, effect.activity)
            elif isinstance(effect, (fx.OpenItem, fx.WakeItem)):
                self._assign(effect)
            elif isinstance(effect, fx.TakeTransition):
                self._tell(effect)

    def _assign(self, effect: fx.OpenItem | fx.WakeItem) -> None:
        activity = self.under.loaded.graph.activity(effect.activity)
        if activity.is_human and effect.status is ItemStatus.INACTIVE:
            self.give(effect.ref, activity, first=isinstance(effect, fx.OpenItem) and effect.first)

    def give(self, ref: int, activity: ActivityDef, *, first: bool = False) -> None:
        """
        Find the owner or the pool of an opened item; a failing push function becomes its incident.
        """
        task = self.task(self.board.items[ref], activity, params=activity.push_params)
        try:
            chosen = assignment.assign(self.under.loaded, activity, task, first=first)
        except Exception as exc:  # noqa: BLE001 - the host's push function may raise anything; the incident keeps it
            reraise_if_retryable(exc)
            self.board.hold(ref, "push-failed", describe(exc), {"push": activity.push_application})
        else:
            self.board.assign(ref, chosen)

    def task(self, item: WorkItem, activity: ActivityDef, *, params: Any = None) -> Task:
        """
        What registered code sees of an item.
        """
        return Task(
            instance=self.under.instance,
            workitem=item,
            activity=activity,
            actor=self.under.actor,
            params=dict(activity.app_params if params is None else params),
        )

    def _ask(self, transition: str, ref: int, task: Task) -> bool:
        found = self.under.loaded.graph.transition(transition)
        asked = task if found.source == task.activity.key else self._passing(found.source, task)
        return self._call_hook(found.pre_hook, transition, asked) is not False

    def _passing(self, key: str, task: Task) -> Task:
        """
        The task of a routing activity that the step passes: its item has no row yet.
        """
        loaded, outcome = self.under.loaded, task.workitem.condition
        item = WorkItem(
            instance=self.under.instance,
            activity_id=loaded.activity_ids[key],
            activity_key=key,
            condition=outcome,
        )
        return self.task(item, loaded.graph.activity(key))

    def _tell(self, effect: fx.TakeTransition) -> None:
        found = self.under.loaded.graph.transition(effect.transition)
        if found.post_hook:
            item = self.board.items[effect.item]
            activity = self.under.loaded.graph.activity(found.source)
            self._call_hook(found.post_hook, effect.transition, self.task(item, activity))

    def _call_hook(self, name: str, transition: str, task: Task) -> object:
        hook = get_hook(name)
        found = self.under.loaded.graph.transition(transition)
        try:
            with transaction.atomic(using=self.under.using):
                return hook(task, found)
        except GoflowError:
            raise
        except Exception as exc:
            reraise_if_retryable(exc)
            raise HookFailed(name=name, problem=describe(exc)) from exc

    # Automatic activities

    def run(self, ref: int, activity: str) -> None:
        """
        An automatic item is to run: inside this unit, or as a job after commit when its application says so.
        """
        if is_external(self.under.loaded.graph.activity(activity).application):
            self.board.external.append(ref)
        else:
            self.ready.append(ref)

    def run_ready(self) -> None:
        """
        Run automatic items until none is ready.

        One savepoint before the first application of a segment. If one raises, everything since then is
        undone, the first item of the segment stays in fallout with an incident, and the others go on.
        """
        while self.ready:
            ready, marking, board = deque(self.ready), self.marking, self.board.copy()
            try:
                with transaction.atomic(using=self.under.using):
                    self._run_segment()
            except Exception as exc:  # noqa: BLE001 - the host's application may raise anything; the incident keeps it
                reraise_if_retryable(exc)
                failed = self.board.running
                self.ready, self.marking, self.board = ready, marking, board
                board.restore()
                self._stop_segment(self.ready.popleft(), exc, failed)

    def _run_segment(self) -> None:
        while self.ready:
            ref = self.ready.popleft()
            if any(item.ref == ref for item in self.marking.items):
                self._run(ref)

    def _run(self, ref: int) -> None:
        graph = self.under.loaded.graph
        item = self.board.items[ref]
        activity = graph.activity(item.activity_key)
        task = self.task(item, activity)
        self.board.running = activity.key
        outcome = checked_outcome(self._outcome(activity, task))
        self.advance(
            lambda rules: complete(graph, self.marking, ref, rules, outcome=outcome, by_person=False), task
        )

    def _outcome(self, activity: ActivityDef, task: Task) -> str | None:
        if not activity.application:
            return None
        return get_application(activity.application)(task)

    def _stop_segment(self, ref: int, exc: Exception, failed: str) -> None:
        activity = self.board.items[ref].activity_key
        undone = [] if failed == activity else [activity]
        params = {"failed": failed, "undone": undone, "error": type(exc).__name__}
        self.marking = replace(
            self.marking,
            items=tuple(
                replace(i, status=ItemStatus.FALLOUT) if i.ref == ref else i for i in self.marking.items
            ),
        )
        self.board.hold(ref, "application-failed", describe(exc), params)

    # The end

    def finish(self) -> tuple[Incident, ...]:
        """
        Run what is ready, then write everything the drive collected. Returns the incidents raised.
        """
        self.run_ready()
        return write(self.under, self.board, self.marking)

    def completion(self, item: WorkItem | None) -> Completion:
        """
        Finish, and say what happened to the item and what opened.
        """
        incidents = self.finish()
        board = self.board
        fresh = [board.items[ref] for ref in board.fresh]
        woken = [found for ref, found in board.items.items() if ref > 0 and (item is None or ref != item.pk)]
        opened = tuple(found for found in (*fresh, *woken) if found.is_open)
        main = None if item is None else board.items[item.pk]
        return Completion(main, self.under.instance, opened, incidents)


def checked_outcome(outcome: object) -> str | None:
    """
    What an application returned, as an outcome. Raises TypeError when it is neither None nor a short text
    that can be stored.
    """
    if outcome is None:
        return None
    if not isinstance(outcome, str) or len(outcome) > LONGEST_OUTCOME or not is_storable(outcome):
        raise TypeError(
            f"an application returns None or a storable text of at most 255 characters, not {outcome!r:.60}"
        )
    return outcome


def describe(exc: Exception) -> str:
    """
    What an incident says about an exception.
    """
    if isinstance(exc, EngineError):
        return str(exc)
    return f"{type(exc).__name__}: {exc}"


def reraise_if_retryable(exc: Exception) -> None:
    """
    A deadlock inside host code is not its failure: the whole unit runs again.
    """
    if isinstance(exc, OperationalError) and is_retryable(exc):
        raise exc
