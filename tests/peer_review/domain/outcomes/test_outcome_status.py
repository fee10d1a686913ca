"""How an outcome stands for a reader: only what this reader may know, and what may be done by when."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.outcomes.appeals import answer_stage
from peer_review.domain.outcomes.decisions import acknowledge
from peer_review.domain.outcomes.outcome_status import OutcomeStatus, outcome_status_of
from peer_review.models import Subject
from tests.factories.peer_review.decided_rounds import (
    decide_all,
    make_contest,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.rounds import make_user

DATABASES = pytest.mark.django_db(databases=["default", "box"])
DAY = date(2026, 3, 10)


@DATABASES
def test_nothing_is_known_before_a_decision_nor_by_the_person_before_the_notice() -> None:
    round, leader = make_scored_round({"Ada": 95, "Ben": 85}), make_leader()
    ben = subject(round, "Ben")
    assert ben.member is not None

    assert outcome_status_of(ben, leader).decided is False
    decide_all(round, by=leader, ties=["Ada"])

    assert outcome_status_of(ben, ben.member.user).decided is False
    known = outcome_status_of(ben, leader)
    assert (known.decided, known.decided_by, known.told, known.mine) == (True, "Leader", None, False)


@DATABASES
def test_the_person_is_told_and_may_acknowledge_and_ask() -> None:
    round, _leader = make_told_round()
    ben = subject(round, "Ben")
    assert ben.member is not None
    reader = ben.member.user

    told = outcome_status_of(ben, reader)
    assert (told.mine, told.told, told.may_ask, told.may_acknowledge) == (True, timezone.localdate(), True, True)
    assert (told.may_appeal, told.may_withdraw, told.steps) == (False, False, ())
    assert told.ask_until == timezone.localdate() + timedelta(days=30)

    acknowledge(ben, by=reader)
    assert outcome_status_of(ben, reader).may_acknowledge is False
    late = outcome_status_of(ben, reader, now=timezone.now() + timedelta(days=31))
    assert (late.may_ask, late.too_late) == (False, True)


@DATABASES
def test_a_stranger_is_told_nothing() -> None:
    round, _leader = make_told_round()
    ben = subject(round, "Ben")

    empty = outcome_status_of(ben, make_user("", "staff"))

    assert empty == OutcomeStatus(subject=ben.pk, round=round.public_id, today=timezone.localdate())


@DATABASES
def test_an_answer_that_betters_the_grade_stands_in_its_step() -> None:
    contest, leader = make_contest("Ben")
    stage = contest.stages.get()
    waiting = outcome_status_of(contest.subject, contest.by)
    assert (waiting.status, waiting.may_withdraw, waiting.may_ask) == ("asked", True, False)
    assert [(one.kind, one.late, one.better) for one in waiting.steps] == [("review", False, "")]

    answer_stage(stage, by=leader, answer="Looked at again.", grade="excellent")

    answered = outcome_status_of(Subject.objects.select_related("round").get(pk=contest.subject_id), contest.by)
    assert (answered.grade, answered.bettered, answered.may_appeal, answered.may_withdraw) == (
        "excellent",
        True,
        True,
        False,
    )
    assert [one.better for one in answered.steps] == ["excellent"]


@DATABASES
@pytest.mark.parametrize("subjects", [1, 3])
def test_a_standing_takes_the_same_queries_however_many_there_are(
    subjects: int, django_assert_max_num_queries: Any
) -> None:
    contest, _leader = make_contest("A", scores=dict.fromkeys("ABC"[:subjects], 85), now=timezone.now())
    one = Subject.objects.select_related("round").get(pk=contest.subject_id)

    with django_assert_max_num_queries(9):
        assert outcome_status_of(one, contest.by).status == "asked"


def make_standing(**fields: Any) -> OutcomeStatus:
    return replace(OutcomeStatus(subject=1, round="x", today=DAY, mine=True, ask_until=DAY, appeal_until=DAY), **fields)


@pytest.mark.parametrize(
    ("fields", "acknowledge", "too_late", "appeal_too_late"),
    [
        ({}, True, False, False),
        ({"acknowledged": DAY}, False, False, False),
        ({"today": DAY + timedelta(days=1)}, True, True, False),
        ({"today": DAY + timedelta(days=1), "status": "answered"}, True, False, True),
        ({"today": DAY, "status": "answered"}, True, False, False),
        ({"today": DAY + timedelta(days=1), "status": "appealed"}, True, False, False),
        ({"today": DAY + timedelta(days=1), "ask_until": None, "appeal_until": None}, True, False, False),
        ({"today": DAY + timedelta(days=1), "mine": False}, False, False, False),
    ],
)
def test_what_is_over_follows_from_the_days_and_is_the_persons_own(
    fields: dict[str, Any], acknowledge: bool, too_late: bool, appeal_too_late: bool
) -> None:
    standing = make_standing(**fields)

    assert (standing.may_acknowledge, standing.too_late, standing.appeal_too_late) == (
        acknowledge,
        too_late,
        appeal_too_late,
    )
