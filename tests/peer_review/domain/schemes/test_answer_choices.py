"""The answers that a criterion offers, in words."""

from typing import Any

import pytest

from peer_review.domain.schemes.answer_choices import Choice, answers_in_words, choices
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import ScaleKind
from peer_review.protocol.frozen_scheme import FrozenScheme
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def frozen(scale: str, **fields: Any) -> FrozenScheme:
    scheme = SchemeFactory(scale=scale)
    scheme.criteria.filter(key="quality").update(**fields)
    return freeze_scheme(scheme)


def test_points_have_no_choices() -> None:
    scheme = frozen(ScaleKind.POINTS)

    assert answers_in_words(scheme) == {"quality": [], "spirit": []}


def test_anchors_are_numbered_the_lowest_first() -> None:
    scheme = frozen(ScaleKind.ANCHORS)

    assert choices(scheme, scheme.criteria[0])[:2] == [Choice(1, "1", "Words 1"), Choice(2, "2", "Words 2")]
    assert answers_in_words(scheme)["spirit"] == [(n, f"{n} Words {n}") for n in range(1, 6)]


def test_grades_come_best_first_in_the_words_of_the_set_or_of_the_criterion() -> None:
    scheme = frozen(ScaleKind.GRADES, anchors=["bad", "fair", "good", "great"])

    assert answers_in_words(scheme) == {
        "quality": [(4, "great"), (3, "good"), (2, "fair"), (1, "bad")],
        "spirit": [(4, "Excellent"), (3, "Competent"), (2, "Basically competent"), (1, "Incompetent")],
    }
