"""Self-evaluation: with a name, until closing, beside the figures and in none of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.publication.self_evaluations import save_self_evaluation
from peer_review.exceptions.ballots import BadAnswers, NotEligible
from peer_review.exceptions.base import NotOpenYet, RoundClosed
from peer_review.models import CriterionResult, Result, Round, SelfEvaluation
from tests.factories.peer_review.counted_rounds import publish
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])

ANSWERS = {"quality": 95, "spirit": 90}


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=7, subjects=1, scheme__self_evaluation=True)


def me(running: RunningRound) -> Any:
    return running.round.subjects.get().member.user


def test_a_later_self_evaluation_replaces_the_earlier(running: RunningRound) -> None:
    save_self_evaluation(running.round, by=me(running), answers=ANSWERS, text="First")
    save_self_evaluation(running.round, by=me(running), answers={**ANSWERS, "spirit": 0}, text=" Second\r\nline ")
    kept = SelfEvaluation.objects.get()
    assert (kept.answers, kept.text) == ({"quality": 95, "spirit": 0}, "Second\nline")


def test_it_is_taken_while_the_round_is_open_only(running: RunningRound) -> None:
    round = running.round
    with pytest.raises(RoundClosed):
        save_self_evaluation(round, by=me(running), answers=ANSWERS, now=round.closes_at)
    Round.objects.filter(pk=round.pk).update(opens_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(NotOpenYet):
        save_self_evaluation(round, by=me(running), answers=ANSWERS)
    running.close()
    with pytest.raises(RoundClosed):
        save_self_evaluation(round, by=me(running), answers=ANSWERS)
    assert not SelfEvaluation.objects.exists()


def test_it_is_taken_from_those_evaluated_only(running: RunningRound) -> None:
    for user in (running.evaluators[-1].user, make_user("", "organiser"), make_user(is_superuser=True)):
        with pytest.raises(NotEligible):
            save_self_evaluation(running.round, by=user, answers=ANSWERS)
    silent = make_open_round()
    with pytest.raises(NotEligible):
        save_self_evaluation(silent.round, by=me(silent), answers=ANSWERS)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"quality": 95},
        {**ANSWERS, "more": 1},
        {**ANSWERS, "spirit": "dk"},
        {**ANSWERS, "spirit": "90"},
        {**ANSWERS, "spirit": 90.0},
        {**ANSWERS, "spirit": True},
        {**ANSWERS, "spirit": None},
        {**ANSWERS, "spirit": 101},
        {**ANSWERS, "spirit": -1},
    ],
)
def test_answers_that_do_not_fit_the_form_are_refused(running: RunningRound, answers: dict[str, Any]) -> None:
    with pytest.raises(BadAnswers):
        save_self_evaluation(running.round, by=me(running), answers=answers)


def test_words_longer_than_the_limit_are_refused(running: RunningRound) -> None:
    limit = running.round.frozen_scheme.comment_limit
    save_self_evaluation(running.round, by=me(running), answers=ANSWERS, text="字" * limit)
    with pytest.raises(BadAnswers):
        save_self_evaluation(running.round, by=me(running), answers=ANSWERS, text="字" * (limit + 1))
    assert len(SelfEvaluation.objects.get().text) == limit


def test_saving_is_not_put_on_record_and_has_no_time(running: RunningRound) -> None:
    """It happens in the sitting in which papers are cast: a time here would be a time there."""
    before = ModelLogEntry.objects.count()
    save_self_evaluation(running.round, by=me(running), answers=ANSWERS)
    assert ModelLogEntry.objects.count() == before
    assert {field.name for field in SelfEvaluation._meta.fields} == {"id", "subject", "answers", "text"}


def test_results_are_the_same_to_the_bit_with_and_without_it() -> None:
    stored = []
    for says in (True, False):
        running = make_open_round(evaluators=7, subjects=1, scheme__self_evaluation=True)
        if says:
            save_self_evaluation(running.round, by=me(running), answers={"quality": 0, "spirit": 0}, text="Words")
        for at, evaluator in enumerate(running.evaluators):
            running.stuff(evaluator, {"quality": 70 + at, "spirit": 80})
        round = publish(running)
        figures = Result.objects.filter(round=round).order_by("pk")
        rows = CriterionResult.objects.filter(result__round=round).order_by("pk")
        hidden = {"id", "round_id", "subject_id", "result_id", "label"}
        stored.append(
            [{k: v for k, v in row.items() if k not in hidden} for row in [*figures.values(), *rows.values()]]
        )
    assert SelfEvaluation.objects.count() == 1
    assert stored[0] == stored[1]
