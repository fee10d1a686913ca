"""The measured share: what the table says is what measuring says, and no scheme is above one in a hundred."""

import pytest

from peer_review.counting import joint_share
from peer_review.counting.joint_share import CRITERIA, EXACT, WITH_SCORE, Share, measure, share_with_score
from peer_review.counting.small_groups import Shown


@pytest.mark.parametrize("scale", ["anchors", "grades", "points"])
def test_table_is_what_was_measured(scale: str) -> None:
    assert {number: measure(scale, number).percent for number in CRITERIA} == WITH_SCORE[scale]
    exact = [measure(scale, number, exact=True, voters=(5,)).percent for number in CRITERIA]
    assert max(exact) == EXACT[scale]


def test_at_most_one_case_in_a_hundred_leaves_fewer_than_three_sets() -> None:
    assert max(percent for shares in WITH_SCORE.values() for percent in shares.values()) <= 1.0


def test_number_that_was_not_measured_has_the_share_of_the_next_fewer() -> None:
    assert share_with_score("grades", 5) == WITH_SCORE["grades"][4]
    assert share_with_score("grades", 20) == WITH_SCORE["grades"][6]


def test_share_is_never_rounded_down() -> None:
    share = Share(cases=1001, below=1, known=0)
    assert (share.percent, share.percent_known) == (0.1, 0.0)


def test_the_measure_bites_on_a_score_that_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken variant: the exact score beside criteria that are ranges excludes what these keep back."""
    monkeypatch.setattr(
        joint_share, "shown_score", lambda value, parts, **_rule: (Shown(value, value), "whatever it is")
    )
    assert measure("anchors", 2).percent > 10 * WITH_SCORE["anchors"][2]
    assert measure("grades", 1).percent > 10
