"""The rules of a whole sheet in words: before, while filling in, and when one is broken."""

from typing import Any

import pytest

from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.protocol.papers import Paper, SheetRule
from peer_review.views.schemes.sheet_rules import reaching, rules_in_words, under
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def frozen(**fields: Any) -> FrozenScheme:
    return freeze_scheme(SchemeFactory(**fields))


@pytest.mark.parametrize(
    ("points", "reached", "below"),
    [
        (100, "Excellent", "Excellent or lower"),
        (90, "Excellent", "Competent or lower"),
        (89, "Competent or better", "Competent or lower"),
        (70, "Competent or better", "Basically competent or lower"),
        (60, "Basically competent or better", "Incompetent"),
        (1, "Incompetent or better", "Incompetent"),
    ],
)
def test_a_line_in_points_is_told_as_a_grade(points: int, reached: str, below: str) -> None:
    scheme = frozen()

    assert (reaching(scheme, points), under(scheme, points)) == (reached, below)


def test_rules_of_a_sheet_are_told_before_while_and_when_broken() -> None:
    rules = (SheetRule("quota", 3, 90), SheetRule("low", 2, 70), SheetRule("not_all_equal"), SheetRule("not_all_max"))
    paper = Paper(kind="sheet", criteria=(("a", 100),), subjects=9, rules=rules)

    quota, low, equal, highest = rules_in_words(frozen(), paper)

    assert quota.sentence == "At most 3 of the 9 may score 90 or more (Excellent)."
    assert quota.live % {"reached": 2} == "2 of 3 “Excellent” used"
    assert quota.broken.startswith("More than 3 score 90 or more")
    assert low.sentence == (
        "At least 2 must score under 70 (Basically competent or lower), where more than 2 are judged."
    )
    assert low.live % {"under": 1} == "At least 2 under 70: 1 so far"
    assert equal.broken.startswith("All marks on the sheet are alike")
    assert highest.broken.startswith("All marks on the sheet are the highest")


def test_reaching_refuses_points_below_all_bands() -> None:
    with pytest.raises(ValueError, match="-1"):
        reaching(frozen(), -1)


def test_a_sheet_without_rules_has_no_words() -> None:
    assert rules_in_words(frozen(), Paper(kind="sheet", criteria=(("a", 100),), subjects=9)) == []
