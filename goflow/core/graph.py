"""
The definition of a process as plain, frozen data.

A ``ProcessDef`` is what the engine steps through, what lint and soundness judge and what the drawings show.
It knows nothing of database rows: activities and transitions are addressed by their stable keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from functools import cached_property

from goflow.core.conditions import Condition, parse
from goflow.core.errors import ConditionError, DefinitionError


class Kind(str, Enum):
    """
    What the engine does with an activity: a step of work, routing only, or another process.
    """

    STANDARD = "standard"
    DUMMY = "dummy"
    SUBFLOW = "subflow"


class NodeType(str, Enum):
    """
    What the designer shows an activity as; the engine never reads it.
    """

    STANDARD = "standard"
    APPROVAL = "approval"
    REVIEW = "review"
    SERVICE = "service"
    NOTIFICATION = "notification"
    GATEWAY = "gateway"
    SCRIPT = "script"


class JoinMode(str, Enum):
    """
    When arriving tokens open an activity: each one, one of every transition, or all that can still come.
    """

    XOR = "xor"
    AND = "and"
    OR = "or"


class SplitMode(str, Enum):
    """
    Which outgoing transitions are taken: all that hold, or the first that holds.
    """

    AND = "and"
    XOR = "xor"


class EscalationAction(str, Enum):
    """
    What an escalation step does with an item that is still open.
    """

    REMIND = "remind"
    REASSIGN = "reassign"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class EscalationDef:
    """
    One step of an escalation: so long after the item opened, somebody is told, or the item moves.

    Attributes:
        after: a duration such as ``4h``.
        roles: who is reminded as well, or whose pool the item goes to.
        priority: what the item's priority becomes, unless it is higher already; 0 when the step has none.
    """

    after: str
    action: EscalationAction
    roles: tuple[str, ...] = ()
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ActivityDef:
    """
    One step of a process. Names (roles, users, applications, forms) are resolved outside the core.
    """

    key: str
    title: str
    kind: Kind = Kind.STANDARD
    node_type: NodeType = NodeType.STANDARD
    description: str = ""
    autostart: bool = False
    autofinish: bool = True
    terminate: bool = False
    join_mode: JoinMode = JoinMode.XOR
    split_mode: SplitMode = SplitMode.AND
    push_application: str = ""
    push_params: Mapping[str, object] = field(default_factory=dict)
    application: str = ""
    app_params: Mapping[str, object] = field(default_factory=dict)
    form_class: str = ""
    form_template: str = ""
    subflow: str = ""
    roles: tuple[str, ...] = ()
    allowed_groups: tuple[str, ...] = ()
    allowed_users: tuple[str, ...] = ()
    sla_duration: str = ""
    sla_warn: str = ""
    sla_roles: tuple[str, ...] = ()
    escalations: tuple[EscalationDef, ...] = ()
    compensation_handler: str = ""
    position: tuple[int, int] | None = None

    @property
    def is_dummy(self) -> bool:
        """
        Routing only: consumed inside the step that reaches it.
        """
        return self.kind is Kind.DUMMY

    @property
    def is_automatic(self) -> bool:
        """
        The engine itself runs it, as soon as it opens.
        """
        return self.autostart and self.kind is Kind.STANDARD

    @property
    def is_human(self) -> bool:
        """
        A person or a client works on it.
        """
        return self.kind is Kind.STANDARD and not self.autostart

    @property
    def is_open_to_everyone(self) -> bool:
        """
        Nobody is named, so any signed-in user may take it (prototype mode).
        """
        return not (self.roles or self.allowed_groups or self.allowed_users)

    @property
    def escalation_roles(self) -> tuple[str, ...]:
        """
        The roles that its escalation names, each once.
        """
        return tuple(dict.fromkeys(role for step in self.escalations for role in step.roles))

    @property
    def is_timed(self) -> bool:
        """
        Somebody works on it against a time limit or an escalation.
        """
        return self.is_human and bool(self.sla_duration or self.sla_warn or self.escalations)


@dataclass(frozen=True, slots=True)
class TransitionDef:
    """
    A directed arc: it leaves ``source`` and enters ``target``; ``ordering`` decides between true conditions.
    """

    key: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    ordering: int = 0
    pre_hook: str = ""
    post_hook: str = ""
    description: str = ""

    def parsed(self) -> Condition | None:
        """
        The parsed condition; None when the stored text does not parse (rows written by old code).
        """
        try:
            return parse(self.condition)
        except ConditionError:
            return None

    @property
    def timeout(self) -> timedelta | None:
        """
        How long after its item opened a timer takes it; None for transitions taken on completion.
        """
        parsed = self.parsed()
        return None if parsed is None else parsed.timeout

    @property
    def is_timeout(self) -> bool:
        """
        Taken by a timer only, never on completion.
        """
        return self.timeout is not None

    @property
    def is_blank(self) -> bool:
        """
        Unconditional: "always" out of an and-split, "otherwise" out of an xor-split.
        """
        return not self.condition.strip()


@dataclass(frozen=True)
class ProcessDef:
    """
    A whole definition. Lookups and reachability tables are computed once and kept on the object.
    """

    code: str
    title: str
    activities: tuple[ActivityDef, ...] = ()
    transitions: tuple[TransitionDef, ...] = ()
    begin: str = ""
    end: str = ""
    version: int = 1
    description: str = ""
    priority: int = 0
    content_type: str = ""

    def activity(self, key: str) -> ActivityDef:
        """
        The activity of that key. Raises DefinitionError when the definition has none.
        """
        try:
            return self._by_key[key]
        except KeyError:
            raise DefinitionError(f"process {self.code!r} has no activity {key!r}") from None

    def transition(self, key: str) -> TransitionDef:
        """
        The transition of that key. Raises DefinitionError when the definition has none.
        """
        try:
            return self._transitions_by_key[key]
        except KeyError:
            raise DefinitionError(f"process {self.code!r} has no transition {key!r}") from None

    def incoming(self, key: str) -> tuple[TransitionDef, ...]:
        """
        Every transition that enters the activity.
        """
        return self._incoming.get(key, ())

    def outgoing(self, key: str) -> tuple[TransitionDef, ...]:
        """
        Every transition that leaves the activity, timeouts included, in the order they are tried.
        """
        return self._outgoing.get(key, ())

    def candidates(self, key: str) -> tuple[TransitionDef, ...]:
        """
        The outgoing transitions a completion may take, in the order they are tried: blank ones last on xor.
        """
        return self._candidates.get(key, ())

    def timeouts(self, key: str) -> tuple[TransitionDef, ...]:
        """
        The outgoing transitions that only a timer takes.
        """
        return tuple(t for t in self.outgoing(key) if t.is_timeout)

    def is_end(self, key: str) -> bool:
        """
        Whether a token that completes this activity ends: the end of the process, and every sink.
        """
        return key == self.end or not self.outgoing(key)

    def is_join(self, key: str) -> bool:
        """
        Whether tokens wait at this activity: with one way in there is nothing to wait for.
        """
        return self.activity(key).join_mode is not JoinMode.XOR and len(self.incoming(key)) > 1

    def names_needed(self, key: str) -> frozenset[str]:
        """
        The dotted names that conditions may read when this activity completes or times out.

        Dummies behind it are included, and dummies that are or-joins wherever they are: those may open
        because a token took another way.
        """
        if key not in self._names_needed:
            self._names_needed[key] = frozenset(self._names_behind(key))
        return self._names_needed[key]

    def can_reach(self, key: str, join: str) -> frozenset[str]:
        """
        The transitions into ``join`` that a token leaving ``key`` can still reach without passing ``join``.
        """
        if join not in self._reach:
            self._reach[join] = self._reach_of(join)
        return self._reach[join].get(key, frozenset())

    @cached_property
    def needs_whole_marking(self) -> bool:
        """
        Whether a step must know every live item: or-joins and terminating ends look beyond their branch.
        """
        return any(a.terminate or a.join_mode is JoinMode.OR for a in self.activities)

    @cached_property
    def _by_key(self) -> dict[str, ActivityDef]:
        return {a.key: a for a in self.activities}

    @cached_property
    def _transitions_by_key(self) -> dict[str, TransitionDef]:
        return {t.key: t for t in self.transitions}

    @cached_property
    def _incoming(self) -> dict[str, tuple[TransitionDef, ...]]:
        return _grouped((t.target, t) for t in self.transitions)

    @cached_property
    def _outgoing(self) -> dict[str, tuple[TransitionDef, ...]]:
        ordered = sorted(self.transitions, key=lambda t: t.ordering)
        return _grouped((t.source, t) for t in ordered)

    @cached_property
    def _candidates(self) -> dict[str, tuple[TransitionDef, ...]]:
        return {key: self._tried(key, ways) for key, ways in self._outgoing.items()}

    def _tried(self, key: str, ways: tuple[TransitionDef, ...]) -> tuple[TransitionDef, ...]:
        own = [t for t in ways if not t.is_timeout]
        activity = self._by_key.get(key)
        if activity is not None and activity.split_mode is SplitMode.XOR:
            own.sort(key=lambda t: t.is_blank)
        return tuple(own)

    @cached_property
    def _names_needed(self) -> dict[str, frozenset[str]]:
        return {}

    def _names_behind(self, key: str) -> Iterator[str]:
        waiting = [key, *(a.key for a in self.activities if a.is_dummy and a.join_mode is JoinMode.OR)]
        seen = set(waiting)
        while waiting:
            for transition in self.outgoing(waiting.pop()):
                parsed = transition.parsed()
                yield from parsed.names() if parsed is not None else ()
                target = self._by_key.get(transition.target)
                if target is not None and target.is_dummy and target.key not in seen:
                    seen.add(target.key)
                    waiting.append(target.key)

    @cached_property
    def _reach(self) -> dict[str, dict[str, frozenset[str]]]:
        return {}

    def _reach_of(self, join: str) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for entry in self.incoming(join):
            for key in self._leading_to(entry, join):
                found.setdefault(key, set()).add(entry.key)
        return {key: frozenset(entries) for key, entries in found.items()}

    def _leading_to(self, entry: TransitionDef, join: str) -> set[str]:
        seen, waiting = {entry.source}, [entry.source]
        while waiting:
            key = waiting.pop()
            # A path may begin at the join but not go through it.
            for transition in self.incoming(key) if key != join else ():
                if transition.source not in seen:
                    seen.add(transition.source)
                    waiting.append(transition.source)
        return seen


def _grouped(pairs: Iterator[tuple[str, TransitionDef]]) -> dict[str, tuple[TransitionDef, ...]]:
    groups: dict[str, list[TransitionDef]] = {}
    for key, transition in pairs:
        groups.setdefault(key, []).append(transition)
    return {key: tuple(group) for key, group in groups.items()}
