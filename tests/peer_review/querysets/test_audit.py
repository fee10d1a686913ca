"""Which patterns: those of rounds with results, for inspectors, and never those about themselves."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.enums import RoundState
from peer_review.models import Anomaly, AnomalyRun, Round
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db


def pattern(round: Round, *, about: Any = None) -> Anomaly:
    run, _new = AnomalyRun.objects.get_or_create(round=round, defaults={"done": 1, "total": 1})
    if about is None:
        return Anomaly.objects.create(run=run, kind="return", section_key="a", other_key="b", p=0.01, q=0.01)
    subject = make_subject(round, make_member(round, about))
    return Anomaly.objects.create(run=run, kind="end", subject=subject, criterion="quality", p=0.01, q=0.01)


@pytest.mark.parametrize("state", RoundState)
def test_patterns_are_read_once_the_results_are_out(state: RoundState) -> None:
    found = pattern(RoundFactory(state=state))

    seen = list(Anomaly.objects.visible_to(make_user("", "inspector")))

    assert seen == ([found] if state in ("published", "archived") else [])


def test_nobody_else_reads_them() -> None:
    round = RoundFactory(state="published")
    pattern(round)
    others = [
        round.organiser,
        round.scrutineers.get(),
        *(make_user("", role) for role in ("leadership", "organiser", "section_head", "staff")),
        make_user(is_superuser=True, is_staff=True),
        make_user("", "inspector", is_active=False),
        AnonymousUser(),
        None,
    ]

    assert [user for user in others if Anomaly.objects.visible_to(user).exists()] == []


def test_nobody_inspects_themselves_and_everybody_the_sections() -> None:
    inspector, other = make_user("", "inspector"), make_user("", "inspector")
    round = RoundFactory(state="published")
    own, of_sections, of_other = pattern(round, about=inspector), pattern(round), pattern(round, about=other)

    assert set(Anomaly.objects.visible_to(inspector)) == {of_sections, of_other}
    assert set(Anomaly.objects.visible_to(other)) == {own, of_sections}


def test_the_filter_can_be_narrowed_and_costs_one_query(django_assert_num_queries: Any) -> None:
    round, elsewhere = RoundFactory(state="published"), RoundFactory(state="archived")
    found = [pattern(round), pattern(round, about=make_user())]
    pattern(elsewhere)
    inspector = make_user("", "inspector")
    list(Anomaly.objects.visible_to(inspector))  # roles are read once

    with django_assert_num_queries(1):
        assert set(Anomaly.objects.filter(run__round=round).visible_to(inspector)) == set(found)
