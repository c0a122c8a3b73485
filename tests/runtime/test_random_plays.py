"""
Random verbs by random people on random items: whatever happens, the tables stay sound and the journal whole.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from goflow import testing
from goflow.errors import GoflowError
from goflow.journal.verify import verify
from goflow.runtime import doctor, engine, jobs
from goflow.runtime.models import Incident, ProcessInstance, WorkItem
from goflow.workflow.registry import APPLICATION, PUSH_APPLICATION
from tests.runtime.reading import AUTO, unsound

OUTCOMES = ("OK", "NO", "AGAIN", None)
STEPS = 60
STEPS_OF_B = [
    {"after": "13h", "action": "priority", "priority": 3},
    {"after": "14h", "action": "reassign", "roles": ["deputies"]},
    {"after": "2d", "action": "remind", "roles": ["nobody"]},
]


@pytest.fixture
def company(db):
    return [
        testing.person("ana", "team"),
        testing.person("bo", "team", "deputies"),
        testing.person("root", is_superuser=True),
    ]


@pytest.fixture
def process(company, register, settings):
    """
    Every kind of split, join, end and failure in one definition, in a loop.
    """
    dice = random.Random(7)

    def flaky(task):
        if dice.random() < 0.3:
            raise ValueError("bad luck")
        task.data["n"] = task.data.get("n", 0) + 1
        return dice.choice(OUTCOMES)

    register(APPLICATION, "flaky", flaky)
    register(PUSH_APPLICATION, "some", lambda task: dice.choice([company[0], None]))
    settings.GOFLOW_SLA_AUTO_ASSIGN = True
    choice = {"split_mode": "xor"}
    late = {"sla_warn": "2h", "sla_duration": "12h", "sla_roles": ["team"], "escalations": STEPS_OF_B}
    return unsound(
        "Everything",
        [
            "A",
            ("B", {"roles": ["team"], **choice, **late}),
            ("C", {"autofinish": False}),
            ("D", {"autostart": True, "application": "flaky"}),
            ("E", {"push": "some", **choice}),
            ("Noop", AUTO),
            ("And", {"join_mode": "and", "roles": ["team"]}),
            ("Or", {"join_mode": "or", "kind": "dummy"}),
            ("Kill", {"kind": "dummy", "terminate": True}),
            "End",
        ],
        [
            ("A", "B"),
            ("A", "C"),
            ("A", "D"),
            ("B", "B", "AGAIN"),
            ("B", "And", "OK"),
            ("B", "E", ""),
            ("B", "Or", "timeout: 1d"),
            ("C", "And"),
            ("C", "Noop", "NO"),
            ("D", "And", "OK"),
            ("D", "Or", "NO"),
            ("D", "E", "AGAIN"),
            ("E", "Kill", "NO"),
            ("E", "Or"),
            ("E", "A", "timeout: 2d"),
            ("Noop", "Or"),
            ("And", "Or"),
            ("Or", "End"),
        ],
    )


class Play:
    """
    One game: every method is a move that may be refused.
    """

    def __init__(self, seed: int, people: list[object]) -> None:
        self.dice, self.people = random.Random(seed), people
        self.refusals: list[str] = []
        self.moves = [self.start, *[self.complete] * 9, self.forward, self.forward, self.activate]
        self.moves += [self.release, self.reassign, self.time_passes, self.retry, self.cancel]
        self.moves += [self.suspend, self.resume, self.resume]

    def item(self) -> int:
        return self.dice.choice([0, *WorkItem.objects.values_list("pk", flat=True).order_by("-pk")[:8]])

    def person(self) -> object:
        return self.dice.choice(self.people)

    def start(self) -> None:
        engine.start("Everything", self.person())

    def work(self) -> tuple[int, object]:
        """
        Mostly an open item and somebody who may take it.
        """
        found = list(WorkItem.objects.open().select_related("user"))
        if not found or self.dice.random() < 0.1:
            return self.item(), self.person()
        item = self.dice.choice(found)
        return item.pk, item.user or self.person()

    def complete(self) -> None:
        pk, actor = self.work()
        engine.complete(pk, actor=actor, outcome=self.dice.choice(OUTCOMES))

    def forward(self) -> None:
        pk, actor = self.work()
        engine.forward(pk, actor=actor)

    def activate(self) -> None:
        engine.activate(self.item(), actor=self.person())

    def release(self) -> None:
        engine.release(self.item(), actor=self.person())

    def reassign(self) -> None:
        engine.reassign(self.item(), actor=self.person(), to=self.person())

    def time_passes(self) -> None:
        with testing.moved(timedelta(hours=self.dice.choice([3, 15, 24, 72]))):
            jobs.tick()

    def retry(self) -> None:
        for incident in Incident.objects.open()[:1]:
            engine.retry(incident.pk, actor=self.people[-1])

    def suspend(self) -> None:
        for instance in ProcessInstance.objects.running()[:1]:
            engine.suspend(instance.pk, actor=self.people[-1])

    def resume(self) -> None:
        for instance in ProcessInstance.objects.filter(status="suspended")[:1]:
            engine.resume(instance.pk, actor=self.people[-1])

    def cancel(self) -> None:
        for instance in ProcessInstance.objects.running()[5:6]:
            engine.cancel(instance.pk, actor=self.people[-1])

    def move(self) -> None:
        try:
            self.dice.choice(self.moves)()
        except GoflowError as refusal:
            self.refusals.append(str(refusal))


@pytest.mark.parametrize("seed", range(6))
def test_random_verbs_leave_sound_tables_and_a_whole_journal(process, company, seed):
    play = Play(seed, company)
    play.start()
    for _ in range(STEPS):
        play.move()
        assert doctor.examine() == []
    report = verify()
    assert (report.findings, report.not_recorded) == ((), ())
    assert all(play.refusals)
