"""
The mutable board of one step: live items, waiting tokens, and the effects of moving them.

Bookkeeping only; who moves where is decided in ``stepping``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from goflow.core.effects import (
    CloseItem,
    DropToken,
    Effect,
    HoldToken,
    OpenItem,
    RaiseIncident,
    RunApplication,
    SetTimer,
    WakeItem,
)
from goflow.core.graph import ActivityDef, ProcessDef
from goflow.core.marking import LiveItem, Marking, Token
from goflow.core.states import ItemStatus

MAX_ACTIVATIONS = 200
"""How often one activity may open in one drive before it counts as an endless loop."""

MAX_STEPS = 20_000
"""How many items one drive may move."""


class Board:
    """
    The tokens of one instance while a step moves them.
    """

    def __init__(self, definition: ProcessDef, marking: Marking) -> None:
        self.definition = definition
        self.items = {item.ref: item for item in marking.items}
        self.tokens = list(marking.tokens)
        self.elsewhere = marking.elsewhere
        self.last_ref = marking.last_ref
        self.steps = marking.steps
        self.activations = dict(marking.activations)
        self.effects: list[Effect] = []
        self.dummies: deque[LiveItem] = deque()
        self.held = {token.ref: token.waiting for token in marking.tokens}

    def marking(self) -> Marking:
        """
        Where the tokens are now.
        """
        return Marking(
            items=tuple(self.items.values()),
            tokens=tuple(self.tokens),
            elsewhere=self.elsewhere,
            last_ref=self.last_ref,
            steps=self.steps,
            activations=self.activations,
        )

    # Items

    def open(
        self,
        activity: ActivityDef,
        *,
        sender: int | None,
        outcome: str | None,
        outcomes: tuple[str | None, ...] = (),
        waiting: int | None = None,
        first: bool = False,
    ) -> None:
        """
        A token enters an activity: its item opens, new or as the blocked item of a join.
        """
        stopped = self._count(activity)
        status = ItemStatus.FALLOUT if stopped else _status_on_open(activity)
        ref = self.new_ref() if waiting is None else waiting
        shown = outcome if activity.is_dummy or outcomes else None
        if waiting is None:
            self.effects.append(OpenItem(ref, activity.key, status, sender, shown, outcomes, first))
        else:
            self.effects.append(WakeItem(ref, activity.key, status, sender, shown, outcomes))
        item = LiveItem(ref, activity.key, status, shown, outcomes)
        if stopped:
            self.hold(item, stopped)
        else:
            self._put_to_work(item, activity)

    def _put_to_work(self, item: LiveItem, activity: ActivityDef) -> None:
        if activity.is_dummy:
            self.dummies.append(item)
            return
        self.items[item.ref] = item
        if activity.is_automatic:
            self.effects.append(RunApplication(item.ref, activity.key))
            return
        for transition in self.definition.outgoing(activity.key):
            duration = transition.timeout
            if duration is not None:
                self.effects.append(SetTimer(item.ref, activity.key, transition.key, duration))

    def _count(self, activity: ActivityDef) -> str:
        self.steps += 1
        seen = self.activations[activity.key] = self.activations.get(activity.key, 0) + 1
        if seen > MAX_ACTIVATIONS:
            return "endless-loop"
        return "too-many-steps" if self.steps > MAX_STEPS else ""

    def hold(self, item: LiveItem, code: str, **params: object) -> None:
        """
        The item stays a live token but is held by an incident.
        """
        self.items[item.ref] = replace(item, status=ItemStatus.FALLOUT)
        self.effects.append(RaiseIncident(code, item.ref, item.activity, params))

    def close(self, item: LiveItem, status: ItemStatus, outcome: str | None) -> None:
        """
        The item is no token any more.
        """
        self.items.pop(item.ref, None)
        self.effects.append(CloseItem(item.ref, item.activity, status, outcome))

    def reopen_in_fallout(self, item: LiveItem, code: str, **params: object) -> None:
        """
        Take the closing of an item back: it stays a token, held by an incident.
        """
        kept = (e for e in self.effects if not (isinstance(e, CloseItem) and e.ref == item.ref))
        self.effects = [_in_fallout(effect, item.ref) for effect in kept]
        self.hold(item, code, **params)

    def new_ref(self) -> int:
        """
        A reference for something this drive creates.
        """
        self.last_ref -= 1
        return self.last_ref

    # Tokens

    def waiting_item(self, join: str) -> int:
        """
        The blocked item that stands for a waiting join, 0 while there is none.
        """
        for token in self.tokens:
            if token.waiting and self.definition.transition(token.transition).target == join:
                return token.waiting
        return 0

    def withdraw_rest(self) -> None:
        """
        Withdraw every live item and waiting token.
        """
        for item in list(self.items.values()):
            self.close(item, ItemStatus.CANCELLED, None)
        for item in self.dummies:
            self.effects.append(CloseItem(item.ref, item.activity, ItemStatus.CANCELLED, None))
        self.dummies.clear()
        self._withdraw_tokens()

    def _withdraw_tokens(self) -> None:
        waiting = {
            t.waiting: self.definition.transition(t.transition).target for t in self.tokens if t.waiting
        }
        self.effects.extend(DropToken(t.ref) for t in self.tokens if t.ref in self.held)
        self.effects.extend(CloseItem(ref, join, ItemStatus.CANCELLED) for ref, join in waiting.items())
        self.tokens.clear()

    def store_tokens(self) -> None:
        """
        Tokens that came and went within the step leave no row; the ones that stay get a blocked item.
        """
        for index, token in enumerate(self.tokens):
            join = self.definition.transition(token.transition).target
            waiting = token.waiting or self.waiting_item(join) or self._block(join, token)
            if token.waiting and self.held.get(token.ref) == token.waiting:
                continue
            self.tokens[index] = replace(token, waiting=waiting)
            self.effects.append(HoldToken(token.ref, token.transition, token.sender, waiting, token.outcome))

    def _block(self, join: str, token: Token) -> int:
        ref = self.new_ref()
        self.effects.append(OpenItem(ref, join, ItemStatus.BLOCKED, token.sender))
        return ref


def _in_fallout(effect: Effect, ref: int) -> Effect:
    if isinstance(effect, (OpenItem, WakeItem)) and effect.ref == ref:
        return replace(effect, status=ItemStatus.FALLOUT)
    return effect


def _status_on_open(activity: ActivityDef) -> ItemStatus:
    if activity.is_dummy:
        return ItemStatus.COMPLETE
    return ItemStatus.ACTIVE if activity.is_automatic else ItemStatus.INACTIVE
