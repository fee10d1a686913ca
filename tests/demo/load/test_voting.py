"""What the invented people answer."""

import random

import pytest

from demo.load import voting
from peer_review.models import Round
from peer_review.protocol import papers


@pytest.mark.parametrize(("answer", "low", "high"), [(voting.points, 30, 100), (voting.anchors, 1, 5)])
def test_answers_stay_on_their_scale(answer: voting.Answer, low: int, high: int) -> None:
    chance = random.Random(1)

    answers = [answer(chance, worth, leniency) for worth in (-9, 0, 9) for leniency in (-9, 0, 9) for _n in range(30)]

    marks = [mark for mark in answers if mark != papers.DONT_KNOW]
    assert (min(marks), max(marks)) == (low, high)  # type: ignore[type-var]
    assert papers.DONT_KNOW in answers


@pytest.mark.parametrize("answer", [voting.points, voting.anchors])
def test_better_subjects_get_better_answers(answer: voting.Answer) -> None:
    def mean(worth: float) -> float:
        chance = random.Random(2)
        marks = [mark for _n in range(300) if isinstance(mark := answer(chance, worth, 0), int)]
        return sum(marks) / len(marks)

    assert mean(-1) < mean(0) < mean(1)


def test_limits_are_none_unless_a_mood_has_some() -> None:
    assert voting.Mood(seed=1, turnout=1, answer=voting.points).limits(Round()) == {}
