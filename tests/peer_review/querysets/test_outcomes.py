"""Which decisions, notices and stages: the latest decision, what is not acknowledged, what waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from peer_review.domain.outcomes.appeals import answer_stage
from peer_review.domain.outcomes.decisions import acknowledge
from peer_review.models import Contest, ContestStage, Decision, OutcomeNotice, PublicNotice
from tests.factories.peer_review.decided_rounds import make_contest, make_inspector, make_told_round, subject
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_the_standing_decision_is_the_latest_of_each_subject() -> None:
    contest, leader = make_contest("Ben", scores={"Ada": 85, "Ben": 75})
    assert Decision.objects.standing().count() == 2

    answer_stage(contest.stages.get(), by=leader, answer="Looked at again.", grade="excellent")

    assert Decision.objects.count() == 3
    standing = dict(Decision.objects.standing().values_list("subject__label", "number"))
    assert standing == {"Ada": 1, "Ben": 2}


def test_notices_wait_for_the_person_until_they_are_acknowledged() -> None:
    round, leader = make_told_round({"Ada": 85, "Ben": 80})
    ada = subject(round, "Ada")
    assert ada.member is not None
    person = ada.member.user

    assert list(OutcomeNotice.objects.unacknowledged_by(person).values_list("subject", flat=True)) == [ada.pk]
    acknowledge(ada, by=person)
    for user in (person, leader, None, AnonymousUser()):
        assert not OutcomeNotice.objects.unacknowledged_by(user).exists()


def test_stages_wait_until_they_are_answered_or_withdrawn() -> None:
    contest, leader = make_contest("Ben", scores={"Ben": 85})
    stage = contest.stages.get()

    assert list(ContestStage.objects.unanswered()) == [stage]
    assert list(ContestStage.objects.answerable_by(leader)) == [stage]
    Contest.objects.filter(pk=contest.pk).update(status="withdrawn")
    assert not ContestStage.objects.unanswered().exists()
    assert not ContestStage.objects.answerable_by(leader).exists()


def test_public_notices_run_to_the_end_of_their_last_day() -> None:
    round, leader = make_told_round({"Ada": 95, "Ben": 80})
    today = timezone.localdate()
    fields: dict[str, Any] = {
        "round": round,
        "by": leader,
        "contact": make_inspector(),
        "contact_words": "Room 3",
        "workdays": 5,
        "start_date": today - timedelta(days=7),
    }
    last = PublicNotice.objects.create(number=1, until_date=today, **fields)
    PublicNotice.objects.create(number=2, until_date=today, ended_date=today, **fields)

    assert list(PublicNotice.objects.running(today)) == [last]
    assert not PublicNotice.objects.running(today + timedelta(days=1)).exists()
    assert list(PublicNotice.objects.visible_to(make_user("", "staff"))) == [last]
    assert not PublicNotice.objects.visible_to(make_user("", "staff"), today=today + timedelta(days=1)).exists()
