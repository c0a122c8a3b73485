"""
What proving a process sound costs: ``python -m bench.bench_soundness`` prints figures for 200 nodes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

from goflow.core.graph import ActivityDef, JoinMode, ProcessDef, SplitMode, TransitionDef
from goflow.core.lint import problems
from goflow.core.soundness import check

NODES = 200
ROUNDS = 5
BUDGET_MS = 50

Ways = list[tuple[str, str, str]]


def built(ways: Ways, joins: str = "", join: JoinMode = JoinMode.AND, xor: str = "") -> ProcessDef:
    keys = dict.fromkeys(key for source, target, _ in ways for key in (source, target))
    activities = tuple(
        ActivityDef(
            key,
            key,
            roles=("clerk",),
            join_mode=join if key in joins.split() else JoinMode.XOR,
            split_mode=SplitMode.XOR if key in xor.split() else SplitMode.AND,
        )
        for key in keys
    )
    transitions = tuple(
        TransitionDef(f"t{number}", source, target, condition=condition, ordering=number)
        for number, (source, target, condition) in enumerate(ways)
    )
    return ProcessDef("p", "P", activities, transitions, begin=next(iter(keys)))


def chain() -> ProcessDef:
    return built([(f"n{i}", f"n{i + 1}", "") for i in range(NODES - 1)])


def approvals() -> ProcessDef:
    """
    Each one goes on, or back to the one before.
    """
    ways = [(f"n{i}", f"n{i + 1}", "eq:YES") for i in range(NODES - 1)]
    ways += [(f"n{i}", f"n{i - 1}", "eq:NO") for i in range(1, NODES - 1)]
    return built(ways, xor=" ".join(f"n{i}" for i in range(NODES)))


def branches(count: int, join: JoinMode) -> ProcessDef:
    length = (NODES - 3) // count
    ways: Ways = []
    for branch in range(count):
        keys = ["start", *(f"b{branch}n{i}" for i in range(length)), "join"]
        ways += [(source, target, "") for source, target in pairwise(keys)]
    return built([*ways, ("join", "end", "")], joins="join", join=join)


def blocks(width: int) -> ProcessDef:
    """
    Parallel blocks, one after the other.
    """
    count = NODES // (width + 2)
    ways: Ways = []
    for number in range(count):
        for branch in range(width):
            middle = f"b{number}n{branch}"
            ways += [(f"s{number}", middle, ""), (middle, f"j{number}", "")]
        if number < count - 1:
            ways.append((f"j{number}", f"s{number + 1}", ""))
    return built(ways, joins=" ".join(f"j{number}" for number in range(count)))


def deadlocks() -> ProcessDef:
    """
    Blocks of which every join waits for branches that were not taken.
    """
    sound = blocks(3)
    activities = tuple(
        ActivityDef(a.key, a.title, roles=a.roles, join_mode=a.join_mode, split_mode=SplitMode.XOR)
        for a in sound.activities
    )
    transitions = tuple(
        TransitionDef(t.key, t.source, t.target, condition=f"eq:{t.key}" if "b" in t.target else "")
        for t in sound.transitions
    )
    return ProcessDef("p", "P", activities, transitions, begin=sound.begin)


SHAPES: dict[str, Callable[[], ProcessDef]] = {
    "a chain": chain,
    "approvals with ways back": approvals,
    "2 parallel branches": lambda: branches(2, JoinMode.AND),
    "10 parallel branches": lambda: branches(10, JoinMode.AND),
    "10 branches, or-join": lambda: branches(10, JoinMode.OR),
    "10 branches, nothing joins": lambda: branches(10, JoinMode.XOR),
    "parallel blocks in a row": lambda: blocks(3),
    "a deadlock": deadlocks,
}


def cost(work: Callable[[], object]) -> float:
    """
    CPU milliseconds, the least of some rounds.
    """
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        rounds.append(time.process_time() - begun)
    return min(rounds) * 1000


def main() -> None:
    print(f"{'shape':28} {'nodes':>5} {'states':>6} {'sound ms':>9} {'lint ms':>8} {'budget':>7}  findings")
    for name, shape in SHAPES.items():
        definition = shape()
        found = check(definition)
        # A fresh definition each time: its tables are part of the price.
        sound, lint = cost(lambda shape=shape: check(shape())), cost(lambda shape=shape: problems(shape()))
        codes = ", ".join(problem.code for problem in found.problems) or "–"
        print(
            f"{name:28} {len(definition.activities):5} {found.states:6} {sound:9.1f} {lint:8.1f} "
            f"{sound / BUDGET_MS:7.0%}  {codes}"
        )


if __name__ == "__main__":
    main()
