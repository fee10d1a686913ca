"""The return rate that decides: valid ballots of all eligible papers for marks."""

import pytest

from peer_review.domain.rounds.return_rate import ReturnRate
from peer_review.domain.tally.return_rate import final_return_rate
from tests.factories.peer_review.counted_rounds import count_all, make_counted_round, make_voted_round, papers
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_all_papers_that_came_back_are_counted_but_comments() -> None:
    round = make_counted_round(
        {("甲", "all"): papers(6), ("乙", "all"): papers(5)}, eligible=8, comments={"甲": ["Words"] * 5}
    )
    of_subject = {cell.subject.label: cell.key for cell in round.cells.filter(kind="rating")}
    comment = round.cells.get(kind="comment").key
    counted = {of_subject["甲"]: 6, of_subject["乙"]: 5, comment: 5}
    assert final_return_rate(round, counted) == ReturnRate(eligible=16, came=11, needed=0)


@pytest.mark.parametrize(
    ("voters", "needed", "is_enough"), [(4, 80, True), (3, 80, False), (2, 40, True), (0, 0, True)]
)
def test_ballots_that_are_destroyed_decide_as_well(voters: int, needed: int, is_enough: bool) -> None:
    """Two of five came back: enough by the scheme, and too few to be shown."""
    running = make_voted_round(evaluators=6, voters=voters, scheme=SchemeFactory(min_return=needed))
    [cell] = running.round.cells.values_list("key", flat=True)
    rate = final_return_rate(running.round, {cell: voters})
    assert (rate.eligible, rate.came, rate.needed) == (5, voters, needed)
    assert rate.is_enough is is_enough
    assert count_all(running).state == ("counted" if is_enough else "void")
