"""The return rate of a counted round: counted ballots of all eligible papers for marks."""

import pytest

from peer_review.domain.rounds.return_rate import ReturnRate
from peer_review.domain.tally.return_rate import final_return_rate
from tests.factories.peer_review.counted_rounds import count_all, make_counted_round, make_voted_round, papers
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_all_papers_that_came_back_are_counted() -> None:
    round = make_counted_round({("甲", "all"): papers(6), ("乙", "all"): papers(5)}, eligible=8)
    assert final_return_rate(round, round.bulletin) == ReturnRate(eligible=16, came=11, needed=0)


@pytest.mark.parametrize(("voters", "needed", "is_enough"), [(4, 80, True), (3, 80, False), (0, 0, True)])
def test_the_schemes_percentage_decides(voters: int, needed: int, is_enough: bool) -> None:
    running = make_voted_round(evaluators=6, voters=voters, scheme=SchemeFactory(min_return=needed))
    round = count_all(running)
    rate = final_return_rate(round, round.bulletin)
    assert (rate.eligible, rate.came, rate.needed) == (5, voters, needed)
    assert rate.is_enough is is_enough
    assert round.state == ("counted" if is_enough else "void")
