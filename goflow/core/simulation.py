"""
Rehearsals: instances walked through a definition, with scripted outcomes or random ones; nothing is stored.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from goflow.core.alternatives import Alternatives, Play
from goflow.core.effects import CloseItem, OpenItem, RaiseIncident, WakeItem
from goflow.core.errors import DefinitionError
from goflow.core.graph import ProcessDef
from goflow.core.marking import LiveItem
from goflow.core.problem import TraceStep
from goflow.core.soundness import is_playable
from goflow.core.states import ItemStatus

MAX_STEPS = 1_000
TIMEOUT_MARK = "@"

Script = Mapping[str, Sequence[str | None]]


class Result(str, Enum):
    """
    How a run ended.
    """

    COMPLETE = "complete"
    STARVED = "join-starved"
    OR_JOIN_CYCLE = "or-join-cycle"
    REFUSED = "outcome-refused"
    NO_WAY = "cannot-complete"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class Run:
    """
    One rehearsed instance. ``where`` names the ends it came to, or the activities at which it got stuck.
    """

    steps: tuple[TraceStep, ...]
    result: Result
    where: tuple[str, ...]
    opened: frozenset[str]
    taken: frozenset[str]

    def as_dict(self) -> dict[str, object]:
        """
        The run as JSON-serialisable data.
        """
        steps = [step.as_dict() for step in self.steps]
        return {"result": self.result.value, "where": list(self.where), "steps": steps}


@dataclass(frozen=True, slots=True)
class Simulation:
    """
    What became of all runs. ``activities`` and ``transitions`` count the runs that came there, or 0.

    Attributes:
        ends: how many runs completed, by where.
        stuck: how many runs did not, by result and where.
        first: the first run.
        examples: one run for every way of getting stuck.
    """

    runs: int
    seed: int
    activities: Mapping[str, int]
    transitions: Mapping[str, int]
    ends: Mapping[tuple[str, ...], int]
    stuck: Mapping[tuple[Result, tuple[str, ...]], int]
    first: Run
    examples: tuple[Run, ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """
        Keys of activities and transitions that no run came to.
        """
        counted = (*self.activities.items(), *self.transitions.items())
        return tuple(key for key, count in counted if not count)

    @property
    def coverage(self) -> float:
        """
        The share of activities and transitions that some run came to, from 0 to 1.
        """
        return 1 - len(self.missed) / (len(self.activities) + len(self.transitions))

    def as_dict(self) -> dict[str, object]:
        """
        The result as JSON-serialisable data.
        """
        stuck = [{"result": r.value, "where": list(w), "runs": n} for (r, w), n in self.stuck.items()]
        return {
            "runs": self.runs,
            "seed": self.seed,
            "coverage": round(self.coverage, 4),
            "missed": list(self.missed),
            "activities": dict(self.activities),
            "transitions": dict(self.transitions),
            "ends": [{"where": list(where), "runs": count} for where, count in self.ends.items()],
            "stuck": stuck,
            "first": self.first.as_dict(),
            "examples": [run.as_dict() for run in self.examples],
        }


def simulate(
    definition: ProcessDef,
    *,
    runs: int = 100,
    seed: int = 0,
    script: Script | None = None,
    told: Callable[[int], None] | None = None,
) -> Simulation:
    """
    Rehearse a process. The same arguments give the same result.

    Args:
        definition: what to walk through.
        runs: how many instances.
        seed: of the random choices.
        script: by activity key, the outcomes of its first completions (``@key`` takes a timeout transition);
            whatever is not scripted is random.
        told: called with the number of runs done.

    Raises:
        DefinitionError: the definition cannot be played, the script names what it does not have, or there is
            not at least one run.
    """
    _check(definition, runs, script or {})
    # A rehearsal that can be repeated, not a secret.
    chance = random.Random(seed)  # noqa: S311
    alternatives = Alternatives(definition)
    walked = _Walked()
    for number in range(1, runs + 1):
        walked.add(_Walk(alternatives, chance, script or {}).run())
        if told is not None:
            told(number)
    return walked.summed(definition, seed)


def _check(definition: ProcessDef, runs: int, script: Script) -> None:
    if not is_playable(definition):
        raise DefinitionError(
            f"process {definition.code!r} cannot be played; solve the problems of lint first"
        )
    if runs < 1:
        raise DefinitionError("a simulation needs at least one run")
    for key, outcomes in script.items():
        definition.activity(key)
        for outcome in outcomes:
            if outcome is not None and outcome.startswith(TIMEOUT_MARK):
                _check_timeout(definition, key, outcome)


def _check_timeout(definition: ProcessDef, key: str, outcome: str) -> None:
    if outcome.removeprefix(TIMEOUT_MARK) not in {t.key for t in definition.timeouts(key)}:
        raise DefinitionError(
            f"{outcome!r} is no timeout transition out of {key!r}; name one of those by its key"
        )


class _Walk:
    """
    One instance on its way.
    """

    def __init__(self, alternatives: Alternatives, chance: random.Random, script: Script) -> None:
        self.alternatives = alternatives
        self.definition = alternatives.definition
        self.chance = chance
        self.script = {key: deque(outcomes) for key, outcomes in script.items()}
        self.plays: list[Play] = []

    def run(self) -> Run:
        play = self._chosen(self.alternatives.starts())
        if play is None:
            return self._ended(Result.NO_WAY, (self.definition.begin,))
        self.plays.append(play)
        while (items := self.plays[-1].marking.items) and len(self.plays) <= MAX_STEPS:
            stopped = self._move(list(items))
            if stopped is not None:
                return stopped
        return self._finished()

    def _move(self, items: list[LiveItem]) -> Run | None:
        self.chance.shuffle(items)
        for item in items:
            scripted = bool(self.script.get(item.activity))
            play = self._chosen(self._next(item))
            if play is not None:
                self.plays.append(play)
                return None
            if scripted:
                return self._ended(Result.REFUSED, (item.activity,))
        return self._ended(Result.NO_WAY, tuple(sorted({item.activity for item in items})))

    def _next(self, item: LiveItem) -> Iterator[Play]:
        marking = self.plays[-1].marking
        if not self.script.get(item.activity):
            return self.alternatives.plays(marking, item)
        outcome = self.script[item.activity].popleft()
        if outcome is not None and outcome.startswith(TIMEOUT_MARK):
            return self.alternatives.time_outs(marking, item, outcome.removeprefix(TIMEOUT_MARK))
        return self.alternatives.completions(marking, item, outcome)

    def _chosen(self, plays: Iterator[Play]) -> Play | None:
        ways: dict[tuple[str, ...], list[Play]] = {}
        for play in plays:
            ways.setdefault(play.told().transitions, []).append(play)
        # Each way is as likely as the others, however many outcomes lead there.
        return self.chance.choice(self.chance.choice(list(ways.values()))) if ways else None

    def _finished(self) -> Run:
        last = self.plays[-1]
        incident = next((e for e in last.step.effects if isinstance(e, RaiseIncident)), None)
        if incident is not None:
            return self._ended(Result(incident.code), tuple(sorted({*_joins(self.definition, last)})))
        if last.marking.items:
            return self._ended(Result.TOO_LONG, tuple(sorted({item.activity for item in last.marking.items})))
        completed = {key for play in self.plays for key in _completed(play)}
        return self._ended(Result.COMPLETE, tuple(sorted(filter(self.definition.is_end, completed))))

    def _ended(self, result: Result, where: tuple[str, ...]) -> Run:
        effects = [effect for play in self.plays for effect in play.step.effects]
        opened = (e.activity for e in effects if isinstance(e, (OpenItem, WakeItem)) and _is_open(e))
        steps = tuple(play.told() for play in self.plays)
        taken = frozenset(key for step in steps for key in step.transitions)
        return Run(steps, result, where, frozenset(opened), taken)


def _completed(play: Play) -> Iterator[str]:
    for effect in play.step.effects:
        # Dummies open complete.
        if isinstance(effect, (CloseItem, OpenItem, WakeItem)) and effect.status is ItemStatus.COMPLETE:
            yield effect.activity


def _is_open(effect: OpenItem | WakeItem) -> bool:
    return effect.status is not ItemStatus.BLOCKED


def _joins(definition: ProcessDef, play: Play) -> list[str]:
    return [definition.transition(token.transition).target for token in play.marking.tokens]


class _Walked:
    """
    What is kept of the runs: sums, and one example for everything that happened.
    """

    def __init__(self) -> None:
        self.opened: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.ways: Counter[tuple[Result, tuple[str, ...]]] = Counter()
        self.examples: dict[tuple[Result, tuple[str, ...]], Run] = {}

    def add(self, run: Run) -> None:
        self.opened.update(run.opened)
        self.taken.update(run.taken)
        self.ways[run.result, run.where] += 1
        self.examples.setdefault((run.result, run.where), run)

    def summed(self, definition: ProcessDef, seed: int) -> Simulation:
        ways = self.ways.most_common()
        return Simulation(
            runs=self.ways.total(),
            seed=seed,
            activities={a.key: self.opened[a.key] for a in definition.activities},
            transitions={t.key: self.taken[t.key] for t in definition.transitions},
            ends={where: count for (result, where), count in ways if result is Result.COMPLETE},
            stuck={way: count for way, count in ways if way[0] is not Result.COMPLETE},
            first=next(iter(self.examples.values())),
            examples=tuple(run for run in self.examples.values() if run.result is not Result.COMPLETE),
        )
