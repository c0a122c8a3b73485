"""
Processes in one line per test, and a hand that plays them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from goflow.core.effects import Effect, FinishInstance, RaiseIncident, Step
from goflow.core.graph import ActivityDef, JoinMode, Kind, ProcessDef, SplitMode, TransitionDef
from goflow.core.marking import LiveItem, Marking
from goflow.core.states import InstanceStatus, ItemStatus
from goflow.core.stepping import Rules, complete, start, time_out, withdraw


def arrows(*texts: str) -> tuple[TransitionDef, ...]:
    """
    Transitions from texts such as ``a->b`` or ``a->b eq:OK``; the key of the second is ``a->b#2``.
    """
    found: dict[str, TransitionDef] = {}
    for index, text in enumerate(texts, 1):
        ends, _, condition = text.partition(" ")
        source, target = ends.split("->")
        key, number = ends, 1
        while key in found:
            number += 1
            key = f"{ends}#{number}"
        found[key] = TransitionDef(key, source, target, condition=condition, ordering=10 * index)
    return tuple(found.values())


def process(
    *texts: str,
    begin: str = "",
    end: str = "",
    joins: Mapping[str, str] | None = None,
    xor: str = "",
    dummies: str = "",
    automatic: str = "",
    terminate: str = "",
) -> ProcessDef:
    """
    A process of its arrows; the first activity named is the begin. Lists of activities are texts with blanks.
    """
    transitions = arrows(*texts)
    keys = dict.fromkeys(key for t in transitions for key in (t.source, t.target))
    activities = tuple(
        ActivityDef(
            key,
            key.title(),
            kind=Kind.DUMMY if key in dummies.split() else Kind.STANDARD,
            autostart=key in automatic.split(),
            application="run" if key in automatic.split() else "",
            terminate=key in terminate.split(),
            join_mode=JoinMode((joins or {}).get(key, "xor")),
            split_mode=SplitMode.XOR if key in xor.split() else SplitMode.AND,
        )
        for key in keys
    )
    return ProcessDef("p", "P", activities, transitions, begin=begin or next(iter(keys)), end=end)


class Play:
    """
    One instance, played step by step.
    """

    def __init__(self, definition: ProcessDef, rules: Rules | None = None) -> None:
        self.definition = definition
        self.rules = rules or Rules()
        self.steps: list[Step] = []
        self.marking = Marking()

    def keep(self, step: Step) -> Play:
        self.steps.append(step)
        self.marking = step.marking
        return self

    def start(self) -> Play:
        return self.keep(start(self.definition, self.rules))

    def ref(self, activity: str) -> int:
        return next(item.ref for item in self.marking.items if item.activity == activity)

    def item(self, activity: str) -> LiveItem:
        return self.marking.item(self.ref(activity))

    def complete(self, activity: str, outcome: str | None = None, *, by_person: bool = True) -> Play:
        ref = self.ref(activity)
        step = complete(self.definition, self.marking, ref, self.rules, outcome=outcome, by_person=by_person)
        return self.keep(step)

    def time_out(self, activity: str, transition: str) -> Play:
        return self.keep(time_out(self.definition, self.marking, self.ref(activity), transition, self.rules))

    def withdraw(self) -> Play:
        return self.keep(withdraw(self.definition, self.marking))

    def run_automatic(self) -> Play:
        """
        Complete automatic items, one after the other, until a person has to act.
        """
        while ready := [i for i in self.marking.items if self._is_ready(i)]:
            self.complete(ready[0].activity, by_person=False)
        return self

    def _is_ready(self, item: LiveItem) -> bool:
        return item.status is ItemStatus.ACTIVE and self.definition.activity(item.activity).is_automatic

    def stored(self, first: int) -> Play:
        """
        Give every reference the positive number a row would have.
        """

        def number(ref: int) -> int:
            return first - ref if ref < 0 else ref

        items = tuple(replace(i, ref=number(i.ref)) for i in self.marking.items)
        tokens = tuple(
            replace(t, ref=number(t.ref), sender=number(t.sender), waiting=number(t.waiting))
            for t in self.marking.tokens
        )
        self.marking = Marking(items, tokens)
        return self

    @property
    def live(self) -> list[str]:
        return sorted(item.activity for item in self.marking.items)

    @property
    def held(self) -> list[str]:
        return [token.transition for token in self.marking.tokens]

    @property
    def effects(self) -> tuple[Effect, ...]:
        return self.steps[-1].effects

    def last(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def status(self) -> InstanceStatus | None:
        found = [e.status for step in self.steps for e in step.effects if isinstance(e, FinishInstance)]
        return found[-1] if found else None

    @property
    def incidents(self) -> list[str]:
        return [e.code for step in self.steps for e in step.effects if isinstance(e, RaiseIncident)]
