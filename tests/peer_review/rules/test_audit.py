"""Predicates about a pattern: whether it is about the user."""

import pytest

from peer_review.models import Anomaly, AnomalyRun
from peer_review.rules.audit import can_inspect_round_of, is_about_user
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db


def test_a_pattern_is_about_its_subject_alone() -> None:
    person, other = make_user(), make_user()
    round = RoundFactory()
    pattern = Anomaly(run=AnomalyRun(round=round), subject=make_subject(round, make_member(round, person)))

    assert (is_about_user.test(person, pattern), is_about_user.test(other, pattern)) == (True, False)
    assert is_about_user.test(person, Anomaly(run=AnomalyRun(round=round), section_key="a", other_key="b")) is False


@pytest.mark.parametrize(("state", "allowed"), [("counted", False), ("published", True), ("archived", True)])
def test_inspectors_read_the_patterns_of_published_rounds(state: str, allowed: bool) -> None:
    pattern = Anomaly(run=AnomalyRun(round=RoundFactory(state=state)))

    assert can_inspect_round_of.test(make_user("", "inspector"), pattern) is allowed
    assert can_inspect_round_of.test(make_user("", "leadership"), pattern) is False
