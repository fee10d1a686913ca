"""What the search for anomalies looks at: ballots and published figures as arrays, of this round and of the last."""

import numpy as np
import pytest

from peer_review.domain.audit.anomaly_data import Material, beside_last_round, sections_matrix
from peer_review.models import Assignment, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_member, make_user
from tests.factories.peer_review.searched_rounds import NAMES, make_sections_round, make_two_rounds

pytestmark = pytest.mark.django_db(databases=["default", "box"])


class TestMaterial:
    def test_answers_leave_out_abstentions(self) -> None:
        round = make_published_round({("甲", "all"): [*papers(5), {"quality": "dk", "spirit": 60}]})
        material = Material(round)
        assert sorted(material.answers(0).points.tolist()) == [80.0] * 5
        assert sorted(material.answers(1).points.tolist()) == [60.0, *[70.0] * 5]

    def test_figures_that_are_not_shown_are_no_numbers(self) -> None:
        round = make_published_round({("甲", "all"): papers(5), ("乙", "all"): papers(2)})
        material = Material(round)
        np.testing.assert_array_equal(material.published("quality"), [80.0, np.nan])
        np.testing.assert_array_equal(material.scores, [76.0, np.nan])
        assert np.isnan(material.published("nothing")).all()

    def test_the_seed_is_the_rounds_own_and_always_the_same(self) -> None:
        first, second = (make_published_round({("甲", "all"): papers(5)}) for _round in range(2))
        assert Material(first).seed == Material(first).seed
        assert Material(first).seed != Material(second).seed


def test_sections_rate_each_other_by_the_classes_of_their_people() -> None:
    names, matrix = sections_matrix(Material(make_sections_round(None)))
    assert [key for key, _name in names] == [f"s{number}" for number in range(6)]
    assert matrix.shape == (6, 6)
    assert np.isnan(matrix.diagonal()).all()
    assert np.nanmin(matrix) >= 70


def test_class_of_several_sections_tells_of_no_section() -> None:
    """One voter of another section among those who hold the papers: the class is nobody's home any more."""
    round = make_sections_round(None)
    _names, before = sections_matrix(Material(round))
    cell = round.cells.filter(subject__label=f"{NAMES[0]}0", voter_class="y").get()
    stranger = make_user()
    make_member(round, stranger, section="s4")
    Assignment.objects.create(cell=cell, evaluator=stranger)
    _names, after = sections_matrix(Material(round))
    assert before.shape == (6, 6)
    assert (np.isnan(before[2, 0]), np.isnan(after[2, 0])) == (False, True)


def test_class_that_is_not_shown_tells_of_no_section() -> None:
    """Four ballots of a class: its figure is published nowhere, and so it is in no matrix."""
    cells = {("甲", "leaders"): papers(4), ("甲", "staff"): papers(8)}
    round = make_published_round(cells)
    for user in {one.evaluator for one in Assignment.objects.filter(cell__round=round)}:
        make_member(round, user, section="b")
    _names, matrix = sections_matrix(Material(round))
    assert np.isnan(matrix).all()


def test_a_round_without_an_earlier_one_has_nothing_beside_it() -> None:
    assert beside_last_round(Material(make_published_round({("甲", "all"): papers(5)}))) is None


def test_the_last_round_is_laid_out_by_the_subjects_of_this_one() -> None:
    pair = beside_last_round(Material(make_two_rounds({"新": 60, "甲": 88}, {"甲": 70, "乙": 80})))
    assert pair is not None
    now, before, (scores, earlier) = pair
    assert set(now.subject.tolist()) == set(before.subject.tolist()) == {1}
    assert (len(now.points), len(before.points)) == (12, 12)
    assert np.isnan(scores[0])
    assert np.isnan(earlier[0])
    assert scores[1] > earlier[1]


def test_a_subject_that_must_not_be_compared_is_in_neither_round() -> None:
    pair = beside_last_round(Material(make_two_rounds({"甲": 88, "乙": 60}, {"甲": 70, "乙": 80}, subjects=["甲"])))
    assert pair is not None
    now, before, _scores = pair
    assert set(now.subject.tolist()) == set(before.subject.tolist()) == {1}


def test_a_round_of_another_scale_is_not_compared() -> None:
    round = make_two_rounds({"甲": 88}, {"甲": 70})
    earlier = Round.objects.get(public_id=round.exposure["compared"][0])
    Round.objects.filter(pk=earlier.pk).update(form=earlier.form | {"scale": "grades"})
    assert beside_last_round(Material(round)) is None
