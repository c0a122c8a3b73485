"""
The token game in full: every order of every alternative, and blocks of which sound processes are built.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import strategies as st

from goflow.core.alternatives import Alternatives, Play
from goflow.core.effects import OpenItem, RaiseIncident, WakeItem
from goflow.core.graph import ActivityDef, JoinMode, ProcessDef, SplitMode, TransitionDef
from goflow.core.marking import Marking
from goflow.core.states import ItemStatus


@dataclass
class Seen:
    """
    What happened in any situation; ``is_whole`` is false when there were too many.
    """

    starved: set[tuple[str, ...]] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    crowded: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    is_whole: bool = True


def explore(definition: ProcessDef, limit: int) -> Seen:
    """
    Play everything in every order, without leaving anything out.
    """
    alternatives, seen, known = Alternatives(definition), Seen(), set[object]()
    waiting = [play.marking for play in alternatives.starts() if not look(seen, play)]
    while waiting:
        marking = waiting.pop()
        if situation(marking) in known:
            continue
        known.add(situation(marking))
        seen.is_whole = len(known) <= limit
        if not seen.is_whole:
            break
        for item in marking.items:
            plays = list(alternatives.plays(marking, item))
            seen.stuck |= set() if plays else {item.activity}
            waiting += [play.marking for play in plays if not look(seen, play)]
    return seen


def situation(marking: Marking) -> object:
    tokens = sorted((t.transition, t.outcome or "") for t in marking.tokens)
    return tuple(sorted(item.activity for item in marking.items)), tuple(tokens)


def look(seen: Seen, play: Play) -> bool:
    for effect in play.step.effects:
        if isinstance(effect, (OpenItem, WakeItem)) and effect.status is not ItemStatus.BLOCKED:
            seen.opened.add(effect.activity)
        if isinstance(effect, RaiseIncident):
            seen.starved.add(tuple(effect.params["joins"]))
    places = Counter(item.activity for item in play.marking.items)
    places.update(f"→{token.transition}" for token in play.marking.tokens)
    seen.crowded |= {place for place, count in places.items() if count > 1}
    return not play.marking.items


@st.composite
def blocks(draw: st.DrawFn, depth: int = 3) -> ProcessDef:
    """
    A process of nested sequences, choices, parallel branches and loops: sound by construction.
    """
    builder = _Blocks()
    last = builder.block(draw, "start", depth)
    builder.arrow(last, builder.step("end"))
    return ProcessDef("p", "P", tuple(builder.activities), tuple(builder.ways), begin="start", end="end")


class _Blocks:
    def __init__(self) -> None:
        self.activities = [ActivityDef("start", "start")]
        self.ways: list[TransitionDef] = []

    def step(self, key: str = "", join: JoinMode = JoinMode.XOR, split: SplitMode = SplitMode.AND) -> str:
        key = key or f"n{len(self.activities)}"
        self.activities.append(ActivityDef(key, key, join_mode=join, split_mode=split))
        return key

    def arrow(self, source: str, target: str, condition: str = "") -> None:
        number = len(self.ways)
        self.ways.append(TransitionDef(f"t{number}", source, target, condition=condition, ordering=number))

    def block(self, draw: st.DrawFn, before: str, depth: int) -> str:
        """
        Something after an activity with one way out; its last activity again has none yet.
        """
        kind = draw(st.sampled_from(["step", "sequence", "choice", "parallel", "loop"])) if depth else "step"
        if kind == "sequence":
            return self.block(draw, self.block(draw, before, depth - 1), depth - 1)
        if kind == "choice":
            return self.fork(draw, before, depth, JoinMode.XOR, SplitMode.XOR)
        if kind == "parallel":
            join = draw(st.sampled_from([JoinMode.AND, JoinMode.OR]))
            return self.fork(draw, before, depth, join, SplitMode.AND)
        if kind == "loop":
            return self.loop(draw, before, depth)
        after = self.step()
        self.arrow(before, after)
        return after

    def fork(self, draw: st.DrawFn, before: str, depth: int, join: JoinMode, split: SplitMode) -> str:
        opening, closing = self.step(split=split), self.step(join=join)
        self.arrow(before, opening)
        for number in range(draw(st.integers(2, 3))):
            branch = self.step()
            self.arrow(opening, branch, f"eq:{number}" if split is SplitMode.XOR and number else "")
            self.arrow(self.block(draw, branch, depth - 1), closing)
        return closing

    def loop(self, draw: st.DrawFn, before: str, depth: int) -> str:
        first, asked, after = self.step(), self.step(split=SplitMode.XOR), self.step()
        self.arrow(before, first)
        self.arrow(self.block(draw, first, depth - 1), asked)
        self.arrow(asked, first, draw(st.sampled_from(["eq:AGAIN", "data.again == true"])))
        self.arrow(asked, after)
        return after
