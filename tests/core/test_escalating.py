from __future__ import annotations

import pytest

from goflow.core import escalating
from goflow.core.graph import ActivityDef, EscalationAction, EscalationDef, Kind

STEPS = (
    EscalationDef("1d", EscalationAction.REMIND),
    EscalationDef("2d", EscalationAction.REASSIGN, roles=("boss", "clerk")),
    EscalationDef("3d", EscalationAction.PRIORITY, priority=5),
)


def test_steps_come_back_from_their_data() -> None:
    assert escalating.steps(escalating.listed(STEPS)) == STEPS


def test_the_roles_of_an_escalation_are_named_once() -> None:
    more = EscalationDef("4d", EscalationAction.REMIND, roles=("boss", "chief"))
    assert ActivityDef("a", "A", escalations=(*STEPS, more)).escalation_roles == ("boss", "clerk", "chief")


@pytest.mark.parametrize(
    ("activity", "is_timed"),
    [
        (ActivityDef("a", "A"), False),
        (ActivityDef("a", "A", sla_duration="1d"), True),
        (ActivityDef("a", "A", escalations=STEPS), True),
        (ActivityDef("a", "A", sla_duration="1d", autostart=True), False),
        (ActivityDef("a", "A", escalations=STEPS, kind=Kind.DUMMY), False),
    ],
)
def test_only_people_work_against_time(activity: ActivityDef, is_timed: bool) -> None:
    assert activity.is_timed is is_timed
