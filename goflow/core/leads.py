"""
Where a decision leads: the activities that open next, together or as alternatives.

Routing activities are looked through; what they ask is decided by the same facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from goflow.core.branches import Branch, branches, completed, foreseen
from goflow.core.conditions import UNDECIDED, Facts, Strategy
from goflow.core.errors import DefinitionError
from goflow.core.graph import ActivityDef, ProcessDef, SplitMode, TransitionDef


class Manner(str, Enum):
    """
    How the parts of a lead belong together: one activity, all of them, some of them, or perhaps.
    """

    ACTIVITY = "activity"
    ALL = "all"
    ANY = "any"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Lead:
    """
    Where a token goes. ``title`` is that of one activity; every other manner has ``parts``.
    """

    manner: Manner
    title: str = ""
    parts: tuple[Lead, ...] = ()

    def titles(self) -> tuple[str, ...]:
        """
        The titles of all activities that may open, each once.
        """
        return tuple(dict.fromkeys(self._titles()))

    def _titles(self) -> Iterator[str]:
        yield from (self.title,) if self.manner is Manner.ACTIVITY else ()
        for part in self.parts:
            yield from part._titles()


@dataclass
class Outlook:
    """
    Looks ahead from one activity over known facts; ``passed`` collects the transitions that may be taken.
    """

    definition: ProcessDef
    facts: Facts
    strategy: Strategy
    passed: list[TransitionDef] = field(default_factory=list)

    def lead(self, key: str, outcome: object, outcomes: object = UNDECIDED) -> Lead | None:
        """
        Where completing the activity with that outcome leads; None when it surely gets stuck.
        """
        return self._split(key, outcome, outcomes, frozenset((key,)))

    def branches(self, key: str, outcome: object, outcomes: object) -> Iterator[Branch]:
        """
        The ways out of the activity, foreseen.
        """
        facts = completed(self.facts, outcome, outcomes)
        return branches(self.definition, key, lambda way: foreseen(way, facts, self.strategy))

    def _split(self, key: str, outcome: object, outcomes: object, seen: frozenset[str]) -> Lead | None:
        sure: list[Lead] = []
        perhaps: dict[str, list[Lead]] = {}
        for branch in self.branches(key, outcome, outcomes):
            if branch.taken is False or (self._is_choice(key) and _question(branch) in perhaps):
                continue
            self.passed.append(branch.transition)
            lead = self._target(branch.transition, outcome, seen)
            if lead is None and branch.taken:
                return None
            leads = sure if branch.taken else perhaps.setdefault(_question(branch), [])
            leads.extend(() if lead is None else (lead,))
        groups = (_group(Manner.ALL, leads) for leads in perhaps.values())
        return _together(sure, [group for group in groups if group is not None])

    def _target(self, way: TransitionDef, outcome: object, seen: frozenset[str]) -> Lead | None:
        target = self._activity(way.target)
        if not target.is_dummy or self.definition.is_end(target.key):
            return Lead(Manner.ACTIVITY, target.title)
        if target.key in seen:
            return None
        if not self.definition.is_join(target.key):
            return self._split(target.key, outcome, [], seen | {target.key})
        # A token may wait there, and what the others bring is not known.
        behind = self._split(target.key, UNDECIDED, UNDECIDED, seen | {target.key})
        return behind or Lead(Manner.ACTIVITY, target.title)

    def _is_choice(self, key: str) -> bool:
        return self.definition.activity(key).split_mode is SplitMode.XOR

    def _activity(self, key: str) -> ActivityDef:
        try:
            return self.definition.activity(key)
        except DefinitionError:
            # A drawing may have loose ends.
            return ActivityDef(key, key)


def _question(branch: Branch) -> str:
    """
    What decides whether a way is taken: ways that ask the same are taken together, or the first of a choice.
    """
    way = branch.transition
    return f"hook of {way.key}" if way.pre_hook else way.condition


def _together(sure: list[Lead], perhaps: list[Lead]) -> Lead | None:
    if not sure:
        return _group(Manner.ANY, perhaps)
    known = {title for lead in sure for title in lead.titles()}
    more = _group(Manner.ANY, [lead for lead in perhaps if not known.issuperset(lead.titles())])
    return _group(Manner.ALL, [*sure, *([] if more is None else [Lead(Manner.PERHAPS, parts=(more,))])])


def _group(manner: Manner, leads: list[Lead]) -> Lead | None:
    flat = [part for lead in leads for part in (lead.parts if lead.manner is manner else (lead,))]
    parts = tuple(dict.fromkeys(flat))
    if len(parts) < 2:
        return parts[0] if parts else None
    return Lead(manner, parts=parts)
