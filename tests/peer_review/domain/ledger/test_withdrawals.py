"""Corrections after publication: they only remove, are put on record, and the ledger forgets nothing."""

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.ledger.ledger import Answer, Reason, ask
from peer_review.domain.ledger.questions import Question
from peer_review.domain.ledger.withdrawals import Withdrawal, remaining_criteria, withdraw, withdrawals_of
from peer_review.enums import Channel
from peer_review.exceptions.base import ReasonMissing, Refusal, WrongState
from peer_review.exceptions.ledger import AlreadyWithdrawn, OwnFigures, UnknownFigures
from peer_review.models import CriterionResult, Refused, Round, Shown
from tests.factories.peer_review.counted_rounds import make_crossed_round
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_a_withdrawn_criterion_goes_everywhere_with_the_scores_made_of_it() -> None:
    round = make_crossed_round()
    question = Question("quality", section="a")
    assert ask(round, question, channel=Channel.PAGE, audience="leadership").value is not None

    gone = withdraw(round, by=round.organiser, reason="The question was worded wrongly", criterion="quality")

    # Four subjects, two sections, two ranks, all together: a row of the criterion and a score each.
    assert gone == 2 * 9
    assert set(round.results.values_list("score", flat=True)) == {None}
    assert set(CriterionResult.objects.values_list("criterion", flat=True)) == {"spirit"}
    assert ask(round, question, channel=Channel.PAGE, audience="leadership") == Answer(None, Reason.WITHDRAWN)
    assert ask(round, Question("spirit", "a"), channel=Channel.PAGE, audience="leadership").value is not None
    # Nobody forgets what they saw: the statement stands against later ones.
    assert Shown.objects.filter(scope=question.scope).exists()
    entry = ModelLogEntry.objects.get(action="peer_review.round.withdraw")
    assert entry.data == {"what": "criterion:quality", "reason": "The question was worded wrongly", "figures": 18}


def test_a_withdrawn_subject_is_in_no_later_answer_and_means_stay() -> None:
    round = make_crossed_round()
    key = round.subjects.get(label="乙").key
    before = list(round.results.exclude(subject__key=key).order_by("pk").values_list("score", flat=True))

    withdraw(round, by=round.organiser, reason="Papers were mixed up", subject=key)

    assert round.results.get(subject__key=key).score is None
    assert list(round.results.exclude(subject__key=key).order_by("pk").values_list("score", flat=True)) == before
    ask(round, Question("quality", section="a"), channel=Channel.PAGE, audience="leadership")
    assert Shown.objects.get().statements[0]["without"] == [key]
    # What is left of the section is one subject, so a class of it is told by its page or not at all.
    assert ask(round, Question("quality", "a", None, "leaders"), channel=Channel.PAGE, audience="leadership") == Answer(
        None, Reason.TOO_FEW
    )


def test_a_withdrawal_names_its_reason_and_one_thing() -> None:
    round = make_crossed_round()
    with pytest.raises(ReasonMissing):
        withdraw(round, by=round.organiser, reason=" ", criterion="quality")
    for what in ({}, {"criterion": "quality", "subject": "p1"}):
        with pytest.raises(ValueError, match="either"):
            withdraw(round, by=round.organiser, reason="wrong", **what)
    Round.objects.filter(pk=round.pk).update(state="counted")
    with pytest.raises(WrongState):
        withdraw(round, by=round.organiser, reason="wrong", criterion="quality")
    assert CriterionResult.objects.filter(criterion="quality").count() == 9


def test_a_withdrawal_of_nothing_there_is_refused() -> None:
    round = make_crossed_round()
    for named in ({"criterion": "nothing"}, {"subject": "nobody"}, {"criterion": "quality\x00"}):
        with pytest.raises(UnknownFigures):
            withdraw(round, by=round.organiser, reason="wrong", **named)
    assert not Refused.objects.exists()


def test_figures_are_withdrawn_once() -> None:
    round = make_crossed_round()
    key = round.subjects.get(label="乙").key
    for named in ({"criterion": "quality"}, {"subject": key}):
        withdraw(round, by=round.organiser, reason="wrong", **named)
        with pytest.raises(AlreadyWithdrawn):
            withdraw(round, by=round.organiser, reason="wrong", **named)
    assert ModelLogEntry.objects.filter(action="peer_review.round.withdraw").count() == 2


def test_a_question_that_was_refused_stands_in_no_withdrawals_way() -> None:
    round = make_crossed_round()
    Refused.objects.create(
        round=round, scope="criterion:quality", reason=Reason.ISOLATES, first_at=timezone.localdate()
    )
    assert withdraw(round, by=round.organiser, reason="wrong", criterion="quality") == 18


def test_nobody_withdraws_the_figures_about_themselves() -> None:
    round = make_crossed_round()
    subject = round.subjects.select_related("member__user").get(label="乙")
    with pytest.raises(OwnFigures):
        withdraw(round, by=subject.member.user, reason="wrong", subject=subject.key)
    assert round.results.get(subject=subject).score is not None


def test_refusals_leave_every_figure() -> None:
    round = make_crossed_round()
    before = list(round.results.order_by("pk").values_list("score", flat=True))
    for named in ({"criterion": "quality", "reason": ""}, {"subject": "nobody", "reason": "wrong"}):
        with pytest.raises(Refusal):
            withdraw(round, by=round.organiser, **named)  # type: ignore[arg-type]
    assert list(round.results.order_by("pk").values_list("score", flat=True)) == before


class TestRemainingCriteria:
    def test_names_all_before_any_is_withdrawn(self) -> None:
        assert remaining_criteria(make_crossed_round()) == {"quality": "Quality", "spirit": "Spirit"}

    def test_leaves_out_what_was_withdrawn(self) -> None:
        round = make_crossed_round()
        withdraw(round, by=round.organiser, reason="wrong", criterion="quality")
        withdraw(round, by=round.organiser, reason="wrong", subject=round.subjects.get(label="乙").key)
        assert remaining_criteria(round) == {"spirit": "Spirit"}


class TestWithdrawalsOf:
    def test_are_none_before_any(self) -> None:
        assert withdrawals_of(make_crossed_round()) == []

    def test_come_latest_first_with_reason_and_day_and_name_nobody(self) -> None:
        round, other = make_crossed_round(), make_crossed_round()
        key = round.subjects.get(label="乙").key
        withdraw(other, by=other.organiser, reason="elsewhere", criterion="spirit")
        withdraw(round, by=round.organiser, reason=" mixed up ", subject=key)
        withdraw(round, by=make_user("", "organiser"), reason="worded wrongly", criterion="quality")
        today = timezone.localdate()
        assert withdrawals_of(round) == [
            Withdrawal("criterion:quality", "worded wrongly", today, 16),
            Withdrawal(f"subject:{key}", "mixed up", today, 3),
        ]
        assert "Organiser" not in repr(withdrawals_of(round))
