from __future__ import annotations

import pytest

from tests.cases.player import CASES, Playing

PLAYED = [
    "answer-not-given-yet",
    "decision-with-a-further-condition",
    "number-of-a-form-decides",
    "small-number-of-a-form",
]


@pytest.mark.django_db
@pytest.mark.parametrize("case", PLAYED)
def test_case(case: str) -> None:
    with Playing(CASES[case]) as playing:
        playing.play()
