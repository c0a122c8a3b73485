"""
What can go wrong while instances run, found by playing the token game on ``stepping`` itself.

Every reachable situation is played up to a limit. Orders that make no difference are left out: of the items
that are open side by side one is moved on, the one furthest behind, unless that only leads back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from goflow.core.alternatives import Alternatives, Play
from goflow.core.effects import OpenItem, RaiseIncident, Step, WakeItem
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef, TransitionDef
from goflow.core.marking import LiveItem, Marking
from goflow.core.problem import Problem, Severity, TraceStep, named, problem
from goflow.core.states import ItemStatus
from goflow.core.stepping import Rules, complete, start, time_out
from goflow.core.walks import backward, closure, flow_order, forward

LIMIT = 20_000

WORK_PER_STEP = 100
"""Places looked at per step of the limit; where work piles up for ever, situations grow with every step."""

WAITING = "→"

Key = tuple[tuple[str, ...], tuple[tuple[str, str | None], ...]]


@dataclass(frozen=True, slots=True)
class Soundness:
    """
    What was found, whether everything was played, and in how many situations.
    """

    problems: tuple[Problem, ...]
    complete: bool
    states: int

    @property
    def is_sound(self) -> bool:
        """
        Whether everything was played and no error was found.
        """
        return self.complete and all(p.severity is not Severity.ERROR for p in self.problems)


def check(definition: ProcessDef, *, limit: int = LIMIT, multi_run: Severity = Severity.WARNING) -> Soundness:
    """
    Play everything that can happen.

    A definition without a begin activity or with transitions from or to nowhere cannot be played: the result
    is empty and not complete; ``lint`` tells what is wrong.

    Args:
        definition: what to play.
        limit: how many steps are played at most; a problem ``not-fully-checked`` tells when that was too few.
        multi_run: the severity of activities that can be open several times at once.
    """
    if not is_playable(definition):
        return Soundness((), complete=False, states=0)
    search = _Search(definition, limit)
    search.run()
    found = (replace(p, severity=multi_run) if p.code == "multi-run" else p for p in _findings(search))
    return Soundness(tuple(found), search.is_complete, len(search.nodes))


def replay(definition: ProcessDef, trace: tuple[TraceStep, ...]) -> tuple[Step, ...]:
    """
    The steps of the engine that a trace tells of.

    Raises DefinitionError when the definition has changed so that they cannot be played any more.
    """
    steps: list[Step] = []
    marking = Marking()
    for told in trace:
        steps.append(_replayed(definition, marking, told))
        marking = replace(steps[-1].marking, steps=0, activations={})
    return tuple(steps)


def _replayed(definition: ProcessDef, marking: Marking, told: TraceStep) -> Step:
    rules = Rules(choose=_Retold(told))
    if not told.activity:
        return start(definition, rules)
    ref = next((item.ref for item in marking.items if item.activity == told.activity), None)
    if ref is None:
        raise DefinitionError(f"{told.activity!r} is not open here; check the process again")
    if told.timeout:
        return time_out(definition, marking, ref, told.timeout, rules)
    return complete(definition, marking, ref, rules, outcome=told.outcome, by_person=False)


class _Retold:
    """
    Chooses what was taken: questions are asked in the order in which transitions are taken.
    """

    def __init__(self, told: TraceStep) -> None:
        self.left = [key for key in told.transitions if key != told.timeout]

    def __call__(self, transition: TransitionDef, item: LiveItem) -> bool:
        return bool(self.left) and self.left[0] == transition.key and bool(self.left.pop(0))


def is_playable(definition: ProcessDef) -> bool:
    """
    Whether the definition has a begin activity, and every transition both of its ends.
    """
    keys = {a.key for a in definition.activities}
    ends = {key for t in definition.transitions for key in (t.source, t.target)}
    return ends | {definition.begin} <= keys


@dataclass(frozen=True, slots=True)
class _Node:
    play: Play
    parent: int
    crowd: Counter[str]  # counted once: every situation behind this one asks for it

    @property
    def marking(self) -> Marking:
        return self.play.marking


class _Search:
    """
    Breadth first, so that the stories are short. ``nodes`` is the queue as well.
    """

    def __init__(self, definition: ProcessDef, limit: int) -> None:
        self.definition = definition
        self.limit = limit
        self.alternatives = Alternatives(definition)
        self.nodes: list[_Node] = []
        self.seen: dict[Key, int] = {}
        self.played = 0
        self.looked_at = 0
        self.is_complete = True
        self.opened: set[str] = set()
        self.starved: dict[tuple[str, ...], tuple[int, RaiseIncident]] = {}
        self.crowded: dict[str, tuple[int, int]] = {}
        self.early_end: tuple[int, str] | None = None
        self.stuck: dict[str, int] = {}

    def run(self) -> None:
        for play in self.alternatives.starts():
            self._arrive(play, -1)
        current = 0
        while current < len(self.nodes):
            if self._is_over():
                self.is_complete = False
                return
            self._expand(current)
            current += 1

    def story(self, index: int) -> tuple[TraceStep, ...]:
        """
        How an instance gets into a situation.
        """
        steps = []
        while index >= 0:
            node = self.nodes[index]
            steps.append(node.play.told())
            index = node.parent
        return tuple(reversed(steps))

    # Moving on

    def _is_over(self) -> bool:
        return self.played >= self.limit or self.looked_at >= self.limit * WORK_PER_STEP

    def _expand(self, index: int) -> None:
        marking = self.nodes[index].marking
        if self._grows_for_ever(index):
            self.is_complete = False
            return
        distinct = {item.activity: item for item in marking.items}
        for item in sorted(distinct.values(), key=lambda item: self._rank[item.activity]):
            leads_on = self._move(index, item)
            # Others can wait as long as something new comes of it, unless it ends everything.
            if leads_on and not self._ends_all(item.activity):
                return

    def _move(self, index: int, item: LiveItem) -> bool:
        leads_on, count = False, 0
        for play in self.alternatives.plays(self.nodes[index].marking, item):
            count += 1
            if self._is_over():
                self.is_complete = False
                break
            leads_on = self._arrive(play, index) > index or leads_on
        if not count:
            self.stuck.setdefault(item.activity, index)
        return leads_on

    def _arrive(self, play: Play, parent: int) -> int:
        self.played += 1
        self.looked_at += len(play.marking.items) + len(play.marking.tokens)
        self._look_at(play.step, len(self.nodes))
        key = self._key(play.marking)
        if key not in self.seen:
            self.seen[key] = len(self.nodes)
            self.nodes.append(_Node(play, parent, _counted(play.marking)))
            self._look_at_crowds(self.seen[key])
        return self.seen[key]

    def _key(self, marking: Marking) -> Key:
        items = sorted(item.activity for item in marking.items)
        tokens = [(t.transition, t.outcome if self._matters(t.transition) else None) for t in marking.tokens]
        # A stable sort: tokens on one transition keep their order, first in, first out.
        return tuple(items), tuple(sorted(tokens, key=lambda token: token[0]))

    def _matters(self, transition: str) -> bool:
        target = self.definition.transition(transition).target
        return self.definition.activity(target).is_dummy and self.alternatives.reads_outcome(target)

    def _ends_all(self, key: str) -> bool:
        return any(a.terminate and self.definition.is_end(a.key) for a in self.alternatives.behind(key))

    @cached_property
    def _rank(self) -> dict[str, tuple[bool, bool, int]]:
        order = flow_order(self.definition.begin, forward(self.definition))
        before_end = closure([self.definition.end], backward(self.definition))
        return {key: (self._ends_all(key), key not in before_end, place) for place, key in enumerate(order)}

    def _grows_for_ever(self, index: int) -> bool:
        whole = self.nodes[index].crowd
        if max(whole.values(), default=0) < 2:
            return False
        everywhere = whole.total()
        while (index := self.nodes[index].parent) >= 0:
            node = self.nodes[index]
            places = len(node.marking.items) + len(node.marking.tokens)
            has_fewer = places < everywhere
            self.looked_at += places if has_fewer else 1
            if has_fewer and all(count <= whole[place] for place, count in node.crowd.items()):
                return True
        return False

    # Looking

    def _look_at(self, step: Step, index: int) -> None:
        for effect in step.effects:
            if isinstance(effect, (OpenItem, WakeItem)) and effect.status is not ItemStatus.BLOCKED:
                self.opened.add(effect.activity)
            elif isinstance(effect, RaiseIncident):
                joins = tuple(str(join) for join in _listed(effect, "joins"))
                self.starved.setdefault(joins, (index, effect))

    def _look_at_crowds(self, index: int) -> None:
        marking = self.nodes[index].marking
        for place, count in self.nodes[index].crowd.items():
            if count > 1:
                self.crowded.setdefault(place, (index, count))
        end = self.definition.end
        others = [item.activity for item in marking.items if item.activity != end]
        if end and len(others) < len(marking.items) and others and not self._ends_all(end):
            self.early_end = self.early_end or (index, others[0])


def _counted(marking: Marking) -> Counter[str]:
    places = [item.activity for item in marking.items]
    # Keys of activities and of transitions may be equal.
    return Counter([*places, *(f"{WAITING}{token.transition}" for token in marking.tokens)])


# Telling what was found


def _findings(search: _Search) -> Iterator[Problem]:
    yield from _deadlocks(search)
    yield from _stuck(search)
    yield from _early_end(search)
    yield from _crowds(search)
    if search.is_complete:
        yield from _dead(search)
    else:
        yield problem("not-fully-checked", (), states=len(search.nodes))


def _deadlocks(search: _Search) -> Iterator[Problem]:
    definition = search.definition
    for joins, (index, incident) in search.starved.items():
        code = "or-join-cycle" if incident.code == "or-join-cycle" else "deadlock"
        missing = [way for join in joins for way in _missing(incident, join)]
        found = problem(
            code,
            (*joins, *missing),
            title=", ".join(f"“{named(definition.activity(join))}”" for join in joins),
            missing=", ".join(f"“{_origin(definition, way)}”" for way in missing),
        )
        yield replace(found, trace=search.story(index))


def _origin(definition: ProcessDef, way: str) -> str:
    return named(definition.activity(definition.transition(way).source))


def _missing(incident: RaiseIncident, join: str) -> list[str]:
    missing = incident.params["missing"]
    return list(missing[join]) if isinstance(missing, dict) else []


def _listed(incident: RaiseIncident, name: str) -> list[object]:
    value = incident.params[name]
    return list(value) if isinstance(value, list) else []


def _stuck(search: _Search) -> Iterator[Problem]:
    for key, index in search.stuck.items():
        found = problem("cannot-complete", (key,), title=named(search.definition.activity(key)))
        yield replace(found, trace=search.story(index))


def _early_end(search: _Search) -> Iterator[Problem]:
    definition = search.definition
    if search.early_end is None or definition.end in search.crowded:
        return
    index, other = search.early_end
    titles = {"end": named(definition.activity(definition.end)), "other": named(definition.activity(other))}
    found = problem("improper-completion", (definition.end, other), **titles)
    yield replace(found, trace=search.story(index))


def _crowds(search: _Search) -> Iterator[Problem]:
    definition = search.definition
    ways, told = forward(definition), set[str]()
    for place, (index, count) in search.crowded.items():
        is_waiting = place.startswith(WAITING)
        way = place.removeprefix(WAITING)
        key = definition.transition(way).target if is_waiting else place
        if key in told:
            continue
        # What comes behind is open several times for the same reason.
        told |= closure([key], ways)
        title = named(definition.activity(key))
        found = problem("multi-run", (key, way) if is_waiting else (key,), title=title, count=count)
        yield replace(found, trace=search.story(index))


def _dead(search: _Search) -> Iterator[Problem]:
    definition = search.definition
    silent = {join for joins in search.starved for join in joins}
    going = search.opened - search.stuck.keys()
    for key in flow_order(definition.begin, forward(definition)):
        comes_from = {way.source for way in definition.incoming(key)}
        if key not in search.opened | silent and comes_from & going:
            yield problem("dead-activity", (key,), title=named(definition.activity(key)))
