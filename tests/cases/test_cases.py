from __future__ import annotations

import pytest

from goflow.errors import PublishRefused
from tests.cases.player import CASES, Playing

PLAYED = [
    "answer-not-given-yet",
    "decision-with-a-further-condition",
    "form-skipped-by-rest",
    "number-of-a-form-decides",
    "remarks-of-earlier-rounds",
    "small-number-of-a-form",
    "start-form-by-rest",
]


@pytest.mark.django_db
@pytest.mark.parametrize("case", PLAYED)
def test_case(case: str) -> None:
    with Playing(CASES[case]) as playing:
        playing.play()


@pytest.mark.django_db
def test_file_in_a_form_is_named_when_the_process_is_published() -> None:
    with pytest.raises(PublishRefused) as refused, Playing(CASES["file-in-a-form"]):
        pass
    (found,) = (problem for problem in refused.value.problems if problem.code == "file-in-form")
    assert (found.params["title"], found.params["fields"]) == ("Check", "paper")
