"""
What is wrong with a definition, before anything runs: structure, titles, conditions, names and durations.

Errors block publishing, never saving a draft. Every problem carries a stable code and the values of its
sentence, so that a door can translate it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from goflow.core import work_rules
from goflow.core.conditions import parse
from goflow.core.decisions import surely_accepted
from goflow.core.errors import ConditionError
from goflow.core.graph import ActivityDef, JoinMode, Kind, ProcessDef, SplitMode, TransitionDef
from goflow.core.known import Known, Rule
from goflow.core.problem import Problem, Severity, named, problem, route
from goflow.core.walks import backward, closure, forward

__all__ = ["Known", "Problem", "Severity", "problems"]

MAX_TITLE = 100
READABLE = {
    "instance": frozenset(("id", "title", "status", "condition", "priority", "created_at")).union(
        ("user.username", "process.title", "process.version")
    ),
    "workitem": frozenset(["id", "status", "priority", "condition", "user.username", "created_at"]),
}


def problems(definition: ProcessDef, known: Known | None = None) -> tuple[Problem, ...]:
    """
    Every problem of the definition, in a stable order: by rule, then as the definition lists its elements.
    """
    outside = known or Known()
    return tuple(found for rule in (*RULES, *work_rules.RULES) for found in rule(definition, outside))


# Structure


def _begin(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    if not definition.begin:
        yield problem("one-start", ())
    elif definition.begin not in _keys(definition):
        yield problem("unknown-begin", (), key=definition.begin)


def _end(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    keys = _keys(definition)
    if definition.end and definition.end not in keys:
        yield problem("unknown-end", (), key=definition.end)
    if not any(definition.is_end(key) for key in keys):
        yield problem("end-required", ())
    for activity in definition.activities:
        ways = definition.outgoing(activity.key)
        if activity.key == definition.end and ways:
            yield problem("end-has-outgoing", (activity.key, *(t.key for t in ways)), title=named(activity))


def _sinks(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    if definition.end not in _keys(definition):
        return
    end = named(definition.activity(definition.end))
    for activity in definition.activities:
        is_sink = activity.key != definition.end and not definition.outgoing(activity.key)
        if is_sink and not activity.terminate:
            yield problem("dangling-end", (activity.key,), title=named(activity), end=end)


def _dangling(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    keys = _keys(definition)
    for transition in definition.transitions:
        for key in (transition.source, transition.target):
            if key not in keys:
                yield problem("unknown-activity", (transition.key,), name=route(transition), key=key)


def _reachable(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    if definition.begin not in _keys(definition):
        return
    found = closure([definition.begin], forward(definition))
    for activity in definition.activities:
        if activity.key not in found:
            yield problem("unreachable", (activity.key,), title=named(activity))


def _ending(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    ends = [a.key for a in definition.activities if definition.is_end(a.key)]
    found = closure(ends, backward(definition))
    for activity in definition.activities:
        if ends and activity.key not in found:
            yield problem("no-path-to-end", (activity.key,), title=named(activity))


def _edges(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], TransitionDef] = {}
    for transition in definition.transitions:
        if transition.source == transition.target:
            yield problem("self-loop", (transition.key,), name=route(transition))
        parsed = transition.parsed()
        text = parsed.source if parsed else transition.condition
        first = seen.setdefault((transition.source, transition.target, text), transition)
        if first is not transition:
            yield problem("duplicate-edge", (first.key, transition.key), name=route(transition))


def _keys(definition: ProcessDef) -> frozenset[str]:
    return frozenset(a.key for a in definition.activities)


# Titles and keys


def _titles(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    shared: dict[str, list[str]] = {}
    for activity in definition.activities:
        title = activity.title.strip()
        if not title:
            yield problem("label-required", (activity.key,), key=activity.key)
        elif len(title) > MAX_TITLE:
            yield problem("title-too-long", (activity.key,), title=title, limit=MAX_TITLE, length=len(title))
        shared.setdefault(title, []).append(activity.key)
    for title, keys in shared.items():
        if title and len(keys) > 1:
            yield problem("duplicate-title", keys, title=title, count=len(keys))


def _doubled_keys(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for keys in ([a.key for a in definition.activities], [t.key for t in definition.transitions]):
        for key, count in Counter(keys).items():
            if count > 1:
                yield problem("duplicate-key", (key,), key=key, count=count)


# Conditions and splits


def _conditions(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for transition in definition.transitions:
        try:
            names = parse(transition.condition).names()
        except ConditionError as exc:
            yield problem(
                "condition-syntax",
                (transition.key,),
                name=route(transition),
                condition=transition.condition,
                position=exc.position + 1,
                expected=exc.expected,
            )
            continue
        for name in sorted(names):
            if not _is_readable(name, known.fields):
                yield problem("unknown-field", (transition.key,), name=route(transition), field=name)


def _is_readable(name: str, fields: Collection[str] | None) -> bool:
    root, _, rest = name.partition(".")
    readable = fields if root == "wfobject" else READABLE.get(root)
    return not rest or readable is None or rest in readable


def _splits(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        ways = definition.candidates(activity.key)
        if activity.split_mode is not SplitMode.XOR or len(ways) < 2:
            continue
        blank = [t.key for t in ways if t.is_blank]
        if len(blank) > 1:
            yield problem("ambiguous-branch", (activity.key, *blank), title=named(activity), count=len(blank))
        if not blank and not _is_decided_by_hand(activity, ways):
            yield problem("missing-default", (activity.key,), title=named(activity))
        yield from _overlaps(activity, ways)


def _is_decided_by_hand(activity: ActivityDef, ways: Iterable[TransitionDef]) -> bool:
    """
    A person chooses among named outcomes and is refused any other, so nothing can get stuck.
    """
    return activity.is_human and all(surely_accepted(t) for t in ways)


def _overlaps(activity: ActivityDef, ways: Iterable[TransitionDef]) -> Iterator[Problem]:
    accepted = {t.key: frozenset(surely_accepted(t)) for t in ways}
    for (first, one), (second, other) in combinations(accepted.items(), 2):
        if one & other:
            outcomes = ", ".join(sorted(one & other))
            yield problem(
                "overlap-branch", (activity.key, first, second), title=named(activity), outcomes=outcomes
            )


def _joins(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        if activity.join_mode is not JoinMode.XOR and len(definition.incoming(activity.key)) < 2:
            yield problem("fake-join", (activity.key,), title=named(activity), mode=activity.join_mode.value)


def _timeouts(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        timeouts = [t.key for t in definition.timeouts(activity.key)]
        if not timeouts:
            continue
        if not activity.is_human and activity.kind is not Kind.SUBFLOW:
            yield problem("timeout-never-fires", (activity.key, *timeouts), title=named(activity))
        elif not definition.candidates(activity.key) and activity.key != definition.end:
            yield problem("timeouts-only", (activity.key, *timeouts), title=named(activity))


RULES: tuple[Rule, ...] = (
    _begin,
    _end,
    _sinks,
    _dangling,
    _doubled_keys,
    _reachable,
    _ending,
    _edges,
    _titles,
    _conditions,
    _splits,
    _joins,
    _timeouts,
)
