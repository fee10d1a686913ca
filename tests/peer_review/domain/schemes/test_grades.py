"""The four grades under the names and bands that a round froze."""

import pytest

from peer_review.counting.scales import GRADES
from peer_review.domain.schemes.grades import GRADE_NAMES, bands_in_words, grade_names
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import GradeSet
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_each_set_names_every_grade() -> None:
    assert {tuple(names) for names in GRADE_NAMES.values()} == {tuple(GRADES)}
    assert set(GRADE_NAMES) == set(GradeSet.values)


@pytest.mark.parametrize(
    ("grade_set", "names"),
    [
        (GradeSet.OFFICIALS, ["Excellent", "Competent", "Basically competent", "Incompetent"]),
        (GradeSet.INSTITUTIONS, ["Excellent", "Qualified", "Basically qualified", "Unqualified"]),
    ],
)
def test_grade_names_are_those_of_the_set_best_first(grade_set: str, names: list[str]) -> None:
    assert list(grade_names(freeze_scheme(SchemeFactory(grade_set=grade_set))).values()) == names


def test_bands_in_words_name_points_and_grades_in_one_sentence() -> None:
    assert bands_in_words(freeze_scheme(SchemeFactory(bands=[95, 75, 50]))) == (
        "Bands: 95 points and more excellent, 75 and more competent, 50 and more basically competent, "
        "below that incompetent."
    )
