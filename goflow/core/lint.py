"""
What is wrong with a definition, before anything runs: structure, titles, conditions, names and durations.

Errors block publishing, never saving a draft. Every problem carries a stable code and the values of its
sentence, so that a door can translate it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations

from goflow.core.conditions import parse
from goflow.core.durations import parse_duration
from goflow.core.errors import ConditionError, DurationError
from goflow.core.graph import ActivityDef, JoinMode, Kind, ProcessDef, SplitMode, TransitionDef
from goflow.core.problem_texts import TEXTS

MAX_TITLE = 100
READABLE = {
    "instance": frozenset(("id", "title", "status", "condition", "priority", "created_at")).union(
        ("user.username", "process.title", "process.version")
    ),
    "workitem": frozenset(["id", "status", "priority", "condition", "user.username", "created_at"]),
}


class Severity(str, Enum):
    """
    Whether a problem blocks publishing.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One finding. ``elements`` are keys of activities and transitions; none when it concerns the whole process.
    """

    code: str
    severity: Severity
    elements: tuple[str, ...]
    message: str
    fix: str
    params: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """
        The problem as JSON-serialisable data.
        """
        return {
            "code": self.code,
            "severity": self.severity.value,
            "elements": list(self.elements),
            "message": self.message,
            "fix": self.fix,
            "params": dict(self.params),
        }


@dataclass(frozen=True, slots=True)
class Known:
    """
    The names that exist outside the definition; None leaves a kind of name unchecked.

    ``fields`` are the readable names behind ``wfobject.`` of the bound content type.
    """

    applications: frozenset[str] | None = None
    push_applications: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    hooks: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    fields: frozenset[str] | None = None


def problems(definition: ProcessDef, known: Known | None = None) -> tuple[Problem, ...]:
    """
    Every problem of the definition, in a stable order: by rule, then as the definition lists its elements.
    """
    outside = known or Known()
    return tuple(problem for rule in RULES for problem in rule(definition, outside))


def _problem(code: str, elements: Iterable[str], **params: object) -> Problem:
    text = TEXTS[code]
    message, fix = text.message.format(**params), text.fix.format(**params)
    return Problem(code, Severity(text.severity), tuple(elements), message, fix, params)


def _named(activity: ActivityDef) -> str:
    return activity.title or activity.key


def _route(transition: TransitionDef) -> str:
    return transition.name or f"{transition.source} → {transition.target}"


# Structure


def _begin(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    if not definition.begin:
        yield _problem("one-start", ())
    elif definition.begin not in _keys(definition):
        yield _problem("unknown-begin", (), key=definition.begin)


def _end(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    keys = _keys(definition)
    if definition.end and definition.end not in keys:
        yield _problem("unknown-end", (), key=definition.end)
    if not any(definition.is_end(key) for key in keys):
        yield _problem("end-required", ())
    for activity in definition.activities:
        ways = definition.outgoing(activity.key)
        if activity.key == definition.end and ways:
            yield _problem("end-has-outgoing", (activity.key, *(t.key for t in ways)), title=_named(activity))


def _dangling(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    keys = _keys(definition)
    for transition in definition.transitions:
        for key in (transition.source, transition.target):
            if key not in keys:
                yield _problem("unknown-activity", (transition.key,), name=_route(transition), key=key)


def _reachable(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    if definition.begin not in _keys(definition):
        return
    ways = {a.key: [t.target for t in definition.outgoing(a.key)] for a in definition.activities}
    found = _closure([definition.begin], ways)
    for activity in definition.activities:
        if activity.key not in found:
            yield _problem("unreachable", (activity.key,), title=_named(activity))


def _ending(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    ends = [a.key for a in definition.activities if definition.is_end(a.key)]
    back = {a.key: [t.source for t in definition.incoming(a.key)] for a in definition.activities}
    found = _closure(ends, back)
    for activity in definition.activities:
        if ends and activity.key not in found:
            yield _problem("no-path-to-end", (activity.key,), title=_named(activity))


def _closure(start: Iterable[str], ways: Mapping[str, list[str]]) -> set[str]:
    waiting = list(start)
    seen = set(waiting)
    while waiting:
        for key in ways.get(waiting.pop(), ()):
            if key not in seen:
                seen.add(key)
                waiting.append(key)
    return seen


def _edges(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], TransitionDef] = {}
    for transition in definition.transitions:
        if transition.source == transition.target:
            yield _problem("self-loop", (transition.key,), name=_route(transition))
        parsed = transition.parsed()
        text = parsed.source if parsed else transition.condition
        first = seen.setdefault((transition.source, transition.target, text), transition)
        if first is not transition:
            yield _problem("duplicate-edge", (first.key, transition.key), name=_route(transition))


def _keys(definition: ProcessDef) -> frozenset[str]:
    return frozenset(a.key for a in definition.activities)


# Titles and keys


def _titles(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    shared: dict[str, list[str]] = {}
    for activity in definition.activities:
        title = activity.title.strip()
        if not title:
            yield _problem("label-required", (activity.key,), key=activity.key)
        elif len(title) > MAX_TITLE:
            yield _problem("title-too-long", (activity.key,), title=title, limit=MAX_TITLE, length=len(title))
        shared.setdefault(title, []).append(activity.key)
    for title, keys in shared.items():
        if title and len(keys) > 1:
            yield _problem("duplicate-title", keys, title=title, count=len(keys))


def _doubled_keys(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for keys in ([a.key for a in definition.activities], [t.key for t in definition.transitions]):
        for key, count in Counter(keys).items():
            if count > 1:
                yield _problem("duplicate-key", (key,), key=key, count=count)


# Conditions and splits


def _conditions(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for transition in definition.transitions:
        try:
            names = parse(transition.condition).names()
        except ConditionError as exc:
            yield _problem(
                "condition-syntax",
                (transition.key,),
                name=_route(transition),
                condition=transition.condition,
                position=exc.position + 1,
                expected=exc.expected,
            )
            continue
        for name in sorted(names):
            if not _is_readable(name, known.fields):
                yield _problem("unknown-field", (transition.key,), name=_route(transition), field=name)


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
            yield _problem(
                "ambiguous-branch", (activity.key, *blank), title=_named(activity), count=len(blank)
            )
        if not blank:
            yield _problem("missing-default", (activity.key,), title=_named(activity))
        yield from _overlaps(activity, ways)


def _overlaps(activity: ActivityDef, ways: Iterable[TransitionDef]) -> Iterator[Problem]:
    accepted = {t.key: frozenset(parsed.outcomes) for t in ways if (parsed := t.parsed())}
    for (first, one), (second, other) in combinations(accepted.items(), 2):
        if one & other:
            outcomes = ", ".join(sorted(one & other))
            yield _problem(
                "overlap-branch", (activity.key, first, second), title=_named(activity), outcomes=outcomes
            )


def _joins(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        if activity.join_mode is not JoinMode.XOR and len(definition.incoming(activity.key)) < 2:
            yield _problem(
                "fake-join", (activity.key,), title=_named(activity), mode=activity.join_mode.value
            )


def _timeouts(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        timeouts = [t.key for t in definition.timeouts(activity.key)]
        if not timeouts:
            continue
        if not activity.is_human and activity.kind is not Kind.SUBFLOW:
            yield _problem("timeout-never-fires", (activity.key, *timeouts), title=_named(activity))
        elif not definition.candidates(activity.key) and activity.key != definition.end:
            yield _problem("timeouts-only", (activity.key, *timeouts), title=_named(activity))


# Who and what


def _work(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        if activity.kind is Kind.SUBFLOW:
            yield _problem("subflow-not-supported", (activity.key,), title=_named(activity))
        if activity.is_automatic and not activity.application:
            yield _problem("no-application", (activity.key,), title=_named(activity))
        is_first = activity.key == definition.begin
        is_open = activity.is_open_to_everyone and not activity.push_application
        if activity.is_human and is_open and not is_first:
            yield _problem("open-to-everyone", (activity.key,), title=_named(activity))


def _names(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        asked = (
            ("unknown-application", known.applications, (activity.application,)),
            ("unknown-push-application", known.push_applications, (activity.push_application,)),
            ("unknown-form", known.forms, (activity.form_class,)),
            ("unknown-role", known.roles, (*activity.roles, *activity.sla_roles)),
        )
        for code, names, used in asked:
            for name in _missing(used, names):
                yield _problem(code, (activity.key,), title=_named(activity), name=name)
    for transition in definition.transitions:
        for name in _missing((transition.pre_hook, transition.post_hook), known.hooks):
            yield _problem("unknown-hook", (transition.key,), title=_route(transition), name=name)


def _missing(used: Iterable[str], names: Collection[str] | None) -> list[str]:
    return [name for name in dict.fromkeys(used) if name and names is not None and name not in names]


def _sla(definition: ProcessDef, known: Known) -> Iterator[Problem]:
    for activity in definition.activities:
        try:
            duration, warn = parse_duration(activity.sla_duration), parse_duration(activity.sla_warn)
        except DurationError as exc:
            yield _problem("sla-syntax", (activity.key,), title=_named(activity), problem=str(exc))
            continue
        if warn is not None and (duration is None or warn >= duration):
            yield _problem(
                "sla-order",
                (activity.key,),
                title=_named(activity),
                warn=activity.sla_warn,
                duration=activity.sla_duration or "–",
            )


Rule = Callable[[ProcessDef, Known], Iterator[Problem]]
RULES: tuple[Rule, ...] = (
    _begin,
    _end,
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
    _work,
    _names,
    _sla,
)
