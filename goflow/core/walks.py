"""
Walks over the graph of a definition: what can be reached, and in which order work flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from goflow.core.graph import ProcessDef

Ways = Mapping[str, Sequence[str]]


def forward(definition: ProcessDef) -> Ways:
    """
    The activities that each activity leads to.
    """
    return {a.key: [t.target for t in definition.outgoing(a.key)] for a in definition.activities}


def backward(definition: ProcessDef) -> Ways:
    """
    The activities that lead to each activity.
    """
    return {a.key: [t.source for t in definition.incoming(a.key)] for a in definition.activities}


def closure(start: Iterable[str], ways: Ways) -> set[str]:
    """
    Everything that can be reached, the start included.
    """
    waiting = list(start)
    seen = set(waiting)
    while waiting:
        for key in ways.get(waiting.pop(), ()):
            if key not in seen:
                seen.add(key)
                waiting.append(key)
    return seen


def flow_order(start: str, ways: Ways) -> list[str]:
    """
    What can be reached, each activity before those it leads to; ways back are left out of account.
    """
    finished: list[str] = []
    seen, path = {start}, [(start, iter(ways.get(start, ())))]
    while path:
        key, rest = path[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            finished.append(key)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(ways.get(following, ()))))
    return finished[::-1]
