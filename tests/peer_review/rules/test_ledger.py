"""Predicates about the ledger: inspectors read it, the responsible organiser corrects what was published."""

import pytest

from peer_review.rules.ledger import can_view_ledger, can_withdraw_figures
from tests.factories.peer_review.rounds import RoundFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("state", "allowed"), [("counted", False), ("published", True), ("archived", True)])
def test_the_ledger_of_a_published_round_is_the_inspectors(state: str, allowed: bool) -> None:
    round = RoundFactory(state=state)

    assert can_view_ledger.test(make_user("", "inspector"), round) is allowed
    for user in (round.organiser, make_user("", "leadership"), make_user(is_superuser=True)):
        assert can_view_ledger.test(user, round) is False


@pytest.mark.parametrize(("state", "allowed"), [("counted", False), ("published", True), ("archived", True)])
def test_figures_are_withdrawn_by_the_responsible_organiser_alone(state: str, allowed: bool) -> None:
    round = RoundFactory(state=state)

    assert can_withdraw_figures.test(round.organiser, round) is allowed
    for user in (make_user("", "organiser"), make_user("", "inspector"), make_user("", "leadership")):
        assert can_withdraw_figures.test(user, round) is False
