"""I do not agree: every deadline to its day, every responsible person, and never a worse outcome."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from peer_review import audit_log, signals
from peer_review.domain.outcomes.appeals import (
    answer_stage,
    appeal,
    ask_review,
    candidates,
    claim_stage,
    extend_appeal,
    reassign_stage,
    withdraw,
)
from peer_review.domain.outcomes.decisions import tell_outcomes
from peer_review.domain.outcomes.outcome_status import outcome_status_of
from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.enums import ContestStatus
from peer_review.exceptions.base import ReasonMissing
from peer_review.exceptions.outcomes import (
    AnswerMissing,
    AppealDeadlinePassed,
    ContestRunning,
    ExtendedAlready,
    GroundsMissing,
    NotAddressee,
    NotExtendable,
    NothingToAppeal,
    NothingToWithdraw,
    NotResponsible,
    NotTold,
    OutcomeWorse,
    StageAlreadyAnswered,
)
from peer_review.models import Announcement, Contest, ContestStage, Decision, Notice, Subject
from tests.factories.peer_review.decided_rounds import (
    decide_all,
    make_inspector,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

#: The day of notice; half past eleven at night in Shanghai, when it is still the day before in London.
TOLD = datetime.fromisoformat("2026-11-20T23:30:00+08:00")


def day(days: int) -> datetime:
    """Return the last minute of the day so many days after the notice, in the organisation's time zone."""
    return TOLD + timedelta(days=days, minutes=29)


def person(one: Subject) -> Any:
    assert one.member is not None
    return one.member.user


@pytest.fixture
def told() -> tuple[Subject, Any]:
    """Ben, competent, told on TOLD; and the leader who decided."""
    round, leader = make_told_round(now=TOLD)
    return subject(round, "Ben"), leader


def ask(one: Subject, *, at: datetime = TOLD, grounds: str = "I see it otherwise.") -> Contest:
    return ask_review(one, by=person(one), grounds=grounds, now=at)


def last(contest: Contest) -> ContestStage:
    return list(contest.stages.order_by("pk"))[-1]


def answered(one: Subject, leader: Any, *, at: datetime, grade: str = "") -> Contest:
    """Return a contest whose review is answered."""
    contest = ask(one)
    answer_stage(last(contest), by=leader, answer="Looked at again.", grade=grade, now=at)
    contest.refresh_from_db()
    return contest


class TestDeadlines:
    @pytest.mark.parametrize(("days", "possible"), [(0, True), (30, True), (31, False)])
    def test_a_review_is_asked_for_until_the_thirtieth_day_to_its_end(
        self, told: tuple[Subject, Any], days: int, possible: bool
    ) -> None:
        ben, _leader = told
        assert outcome_status_of(ben, person(ben), now=day(days)).may_ask is possible

        if possible:
            contest = ask(ben, at=day(days))
            assert last(contest).asked_date == date(2026, 11, 20) + timedelta(days=days)
        else:
            with pytest.raises(AppealDeadlinePassed) as refusal:
                ask(ben, at=day(days))
            assert refusal.value.message == "The last day for this was 20 Dec 2026. What you wrote was not sent."
            assert not Contest.objects.exists()
            assert outcome_status_of(ben, person(ben), now=day(days)).too_late

    def test_it_is_answered_within_thirty_days(self, told: tuple[Subject, Any]) -> None:
        ben, _leader = told
        stage = last(ask(ben, at=day(5)))

        assert (stage.asked_date, stage.due_date) == (date(2026, 11, 25), date(2026, 12, 25))
        due = [outcome_status_of(ben, person(ben), now=day(days)).steps[0].late for days in (35, 36)]
        assert due == [False, True]

    @pytest.mark.parametrize(("days", "possible"), [(10, True), (25, True), (26, False)])
    def test_an_appeal_follows_until_the_fifteenth_day_after_the_answer(
        self, told: tuple[Subject, Any], days: int, possible: bool
    ) -> None:
        make_inspector()
        ben, leader = told
        contest = answered(ben, leader, at=day(10))
        standing = outcome_status_of(ben, person(ben), now=day(days))
        assert (standing.may_appeal, standing.appeal_until) == (possible, date(2026, 12, 15))

        if possible:
            made = appeal(contest, by=person(ben), grounds="Still not.", now=day(days))
            assert made.due_date - made.asked_date == timedelta(days=60)
        else:
            assert standing.appeal_too_late
            with pytest.raises(AppealDeadlinePassed, match=r"15 Dec 2026"):
                appeal(contest, by=person(ben), grounds="Still not.", now=day(days))

    def test_nobody_waits_for_a_late_review(self, told: tuple[Subject, Any]) -> None:
        make_inspector()
        ben, leader = told
        contest = ask(ben)
        with pytest.raises(NothingToAppeal):
            appeal(contest, by=person(ben), grounds="No answer.", now=day(30))

        appeal(contest, by=person(ben), grounds="No answer.", now=day(31))

        # The review is over; it can no longer be answered, and reads as what it was.
        with pytest.raises(StageAlreadyAnswered):
            answer_stage(contest.stages.get(kind="review"), by=leader, answer="Late.", now=day(32))
        standing = outcome_status_of(ben, person(ben), now=day(32))
        assert [(one.kind, one.answered, one.late) for one in standing.steps] == [
            ("review", None, False),
            ("appeal", None, False),
        ]

    def test_an_appeal_is_lengthened_once_by_thirty_days_before_its_last_day_is_over(
        self, told: tuple[Subject, Any]
    ) -> None:
        inspector = make_inspector()
        ben, leader = told
        contest = answered(ben, leader, at=TOLD)
        stage = appeal(contest, by=person(ben), grounds="Still not.", now=TOLD)
        assert stage.due_date == date(2027, 1, 19)

        with pytest.raises(ReasonMissing):
            extend_appeal(stage, by=inspector, reason=" ", now=day(60))
        with pytest.raises(NotExtendable):
            extend_appeal(stage, by=inspector, reason="A witness is away.", now=day(61))
        stage = extend_appeal(stage, by=inspector, reason="A witness is away.", now=day(60))
        with pytest.raises(ExtendedAlready):
            extend_appeal(stage, by=inspector, reason="And again.", now=day(61))

        assert stage.due_date == date(2027, 2, 18)
        assert outcome_status_of(ben, person(ben)).steps[1].extension_reason == "A witness is away."

    def test_a_review_is_never_lengthened(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told

        with pytest.raises(NotExtendable):
            extend_appeal(last(ask(ben)), by=leader, reason="Busy.", now=TOLD)

    def test_an_organisation_sets_its_own_days(self, told: tuple[Subject, Any]) -> None:
        ben, _leader = told
        terms = {"ask": 7, "review": 10, "appeal": 5, "ruling": 20, "extension": 10}

        with override_settings(PEER_REVIEW_CONTEST_DAYS=terms):
            with pytest.raises(AppealDeadlinePassed):
                ask(ben, at=day(8))
            assert last(ask(ben, at=day(7))).due_date == date(2026, 12, 7)


class TestAsking:
    def test_who_was_not_told_cannot_ask(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        for stranger in (leader, make_user("Stranger", "staff")):
            with pytest.raises(NotAddressee):
                ask_review(ben, by=stranger, grounds="Not mine.", now=TOLD)

    def test_nothing_is_contested_before_it_was_told(self) -> None:
        round = make_scored_round({"Ada": 85})
        decide_all(round, by=make_leader())

        with pytest.raises(NotTold):
            ask(subject(round, "Ada"))
        assert not outcome_status_of(subject(round, "Ada"), person(subject(round, "Ada"))).decided

    @pytest.mark.parametrize("grounds", ["", "  \n "])
    def test_grounds_are_given(self, told: tuple[Subject, Any], grounds: str) -> None:
        with pytest.raises(GroundsMissing):
            ask(told[0], grounds=grounds)
        assert not Contest.objects.exists()

    def test_one_at_a_time_and_after_the_answer_no_second_review(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        contest = ask(ben)
        with pytest.raises(ContestRunning):
            ask(ben)

        withdraw(contest, by=person(ben), now=TOLD)
        again = ask(ben, at=day(1))
        answer_stage(last(again), by=leader, answer="Looked at.", now=day(2))
        with pytest.raises(ContestRunning):
            ask(ben, at=day(3))
        with pytest.raises(IntegrityError), transaction.atomic():
            Contest.objects.create(subject=ben, by=person(ben))

    def test_withdrawing_is_the_persons_and_only_while_somebody_must_answer(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        contest = ask(ben)
        with pytest.raises(NotAddressee):
            withdraw(contest, by=leader)
        answer_stage(last(contest), by=leader, answer="Looked at.", now=TOLD)
        with pytest.raises(NothingToWithdraw):
            withdraw(contest, by=person(ben))

    def test_a_withdrawn_appeal_ends_it(self, told: tuple[Subject, Any]) -> None:
        inspector = make_inspector()
        ben, leader = told
        contest = answered(ben, leader, at=TOLD)
        stage = appeal(contest, by=person(ben), grounds="Still not.", now=TOLD)

        withdraw(contest, by=person(ben), now=TOLD)

        with pytest.raises(StageAlreadyAnswered):
            answer_stage(stage, by=inspector, answer="Too late.", now=TOLD)
        with pytest.raises(NothingToAppeal):
            appeal(contest, by=person(ben), grounds="Once more.", now=TOLD)
        with pytest.raises(ContestRunning):
            ask(ben)


class TestResponsible:
    def test_a_review_goes_to_whoever_decided(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        make_leader("Somebody else")

        assert last(ask(ben)).responsible == leader

    def test_or_to_another_leader_where_that_one_has_left(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        other = make_leader("Other")
        leader.is_active = False
        leader.save()

        assert last(ask(ben)).responsible == other

    def test_without_anybody_the_right_is_not_lost_and_the_first_who_may_takes_it_up(
        self, told: tuple[Subject, Any]
    ) -> None:
        ben, leader = told
        contest = answered(ben, leader, at=TOLD)
        stage = appeal(contest, by=person(ben), grounds="Still not.", now=TOLD)
        assert stage.responsible is None

        inspector = make_inspector("New inspector")
        stage = claim_stage(stage, by=inspector, now=TOLD)

        assert stage.responsible == inspector

    def test_an_appeal_goes_to_an_inspector_who_had_no_part_in_it(self) -> None:
        both = make_user("Both", "leadership", "inspector")
        round, _leader = make_told_round(by=both, now=TOLD)
        ben = subject(round, "Ben")
        busy, free = make_inspector("Busy"), make_inspector("Free")
        cho = subject(round, "Cho")
        other = answered(cho, both, at=TOLD)
        reassign_stage(appeal(other, by=person(cho), grounds="Not so.", now=TOLD), by=busy, to=busy, now=TOLD)

        stage = appeal(answered(ben, both, at=TOLD), by=person(ben), grounds="Still not.", now=TOLD)

        names = [one.get_full_name() for one in candidates(stage)]
        assert both.get_full_name() not in names
        assert names[-1] == "Busy"
        assert stage.responsible not in (both, busy)
        assert free.get_full_name() in names
        with pytest.raises(NotResponsible):
            answer_stage(stage, by=both, answer="Mine too.", now=TOLD)

    def test_it_is_handed_only_to_whoever_may_decide_it_and_they_are_told(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        stage = last(ask(ben))
        second, inspector = make_leader("Second"), make_inspector()

        for wrong in (inspector, person(ben), make_user("Nobody", "staff")):
            with pytest.raises(NotResponsible):
                reassign_stage(stage, by=leader, to=wrong, now=TOLD)
        with pytest.raises(NotResponsible):
            reassign_stage(stage, by=inspector, to=second, now=TOLD)
        stage = reassign_stage(stage, by=leader, to=second, now=TOLD)

        assert stage.responsible == second
        assert list(Announcement.objects.filter(kind="asked").order_by("pk").values_list("to__name", flat=True)) == [
            "Leader",
            "Second",
        ]
        with pytest.raises(NotResponsible):
            answer_stage(stage, by=leader, answer="No longer mine.", now=TOLD)

    def test_no_leader_answers_what_is_about_themselves(self) -> None:
        round = make_scored_round({"Ada": 95, "Ben": 85})
        ada = subject(round, "Ada")
        leader = make_leader()
        person(ada).groups.add(leader.groups.get(name="leadership"))
        decide_all(round, by=leader, now=TOLD)
        tell_outcomes(round, by=leader, now=TOLD)
        stage = last(ask(ada))

        assert person(ada) not in list(candidates(stage))
        with pytest.raises(NotResponsible):
            answer_stage(stage, by=person(ada), answer="I was right.", now=TOLD)


class TestAnswers:
    @pytest.mark.parametrize("grade", ["competent", "basic", "incompetent", "splendid"])
    def test_an_answer_never_makes_it_worse(self, told: tuple[Subject, Any], grade: str) -> None:
        ben, leader = told
        stage = last(ask(ben))

        if grade == "competent":
            answer_stage(stage, by=leader, answer="It stays.", grade=grade, now=TOLD)
        else:
            with pytest.raises(OutcomeWorse):
                answer_stage(stage, by=leader, answer="Worse.", grade=grade, now=TOLD)
            stage.refresh_from_db()
            assert (stage.answer, stage.contest.status) == ("", ContestStatus.ASKED)
        assert list(ben.decisions.values_list("grade", flat=True)) == ["competent"]

    def test_the_database_refuses_a_worse_one_too(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        stage = last(ask(ben))
        fields = {"subject": ben, "number": 2, "by": leader, "decided_at": TOLD, "stage": stage, "previous_rank": 1}

        for worse in ({"grade": "basic", "rank": 2}, {"grade": "competent", "rank": 1}, {"grade": "", "rank": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Decision.objects.create(**fields, **worse)
        Decision.objects.create(**fields, grade="excellent", rank=0)

    def test_a_better_one_is_one_more_decision_beyond_the_quota_and_the_log_says_so(
        self, told: tuple[Subject, Any]
    ) -> None:
        ben, leader = told
        assert proposal_of(ben.round).places == 1  # and Ada has it

        answered(ben, leader, at=day(3), grade="excellent")

        assert [(one.number, one.grade, one.by, one.stage is not None) for one in ben.decisions.all()] == [
            (1, "competent", leader, False),
            (2, "excellent", leader, True),
        ]
        standing = outcome_status_of(ben, person(ben))
        assert (standing.grade, standing.bettered, standing.steps[0].better) == ("excellent", True, "excellent")
        entry = audit_log.entries_visible_to(make_inspector()).filter(action="peer_review.contest.answer").get()
        assert entry.data == {"stage": "review", "grade": "excellent", "over_quota": True}

    def test_an_appeal_can_better_what_the_review_left(self, told: tuple[Subject, Any]) -> None:
        inspector = make_inspector()
        ben, leader = told
        contest = answered(ben, leader, at=TOLD)
        stage = appeal(contest, by=person(ben), grounds="Still not.", now=TOLD)

        answer_stage(stage, by=inspector, answer="An error in the record.", grade="excellent", now=day(20))

        contest.refresh_from_db()
        assert (contest.status, outcome_status_of(ben, person(ben)).grade) == ("decided", "excellent")

    def test_nothing_is_suspended_meanwhile(self, told: tuple[Subject, Any]) -> None:
        ben, _leader = told
        before = outcome_status_of(ben, person(ben))
        ask(ben)
        meanwhile = outcome_status_of(ben, person(ben))

        assert (meanwhile.grade, meanwhile.decided_on, meanwhile.told) == (before.grade, before.decided_on, before.told)

    def test_an_answer_has_words_and_is_given_once(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        stage = last(ask(ben))
        with pytest.raises(AnswerMissing):
            answer_stage(stage, by=leader, answer="  ", now=TOLD)
        answer_stage(stage, by=leader, answer="It stays.", now=TOLD)
        with pytest.raises(StageAlreadyAnswered):
            answer_stage(stage, by=leader, answer="Again.", grade="excellent", now=TOLD)

    def test_the_person_sees_who_looks_into_it_since_when(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        contest = ask(ben)
        assert outcome_status_of(ben, person(ben)).status == "asked"

        claim_stage(last(contest), by=leader, now=day(2))
        claim_stage(last(contest), by=leader, now=day(3))

        standing = outcome_status_of(ben, person(ben))
        assert standing.status == "under_review"
        assert (standing.steps[0].responsible, standing.steps[0].taken_up) == ("Leader", date(2026, 11, 22))


class TestWhoReads:
    def test_words_are_the_persons_the_deciders_and_the_inspectors(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        ask(ben, grounds="SECRET GROUNDS")
        others = [
            make_leader("Other"),
            make_user("Staff", "staff"),
            ben.round.organiser,
            person(subject(ben.round, "Ada")),
        ]

        readers = [person(ben), leader, make_inspector()]

        assert all(outcome_status_of(ben, reader).steps[0].grounds == "SECRET GROUNDS" for reader in readers)
        assert all(outcome_status_of(ben, other).steps == () for other in others)

    def test_the_organiser_is_not_told_that_anybody_contests(self, told: tuple[Subject, Any]) -> None:
        ben, leader = told
        contest = ask(ben)
        answer_stage(last(contest), by=leader, answer="It stays.", now=TOLD)

        entries = audit_log.entries_visible_to(make_inspector())
        about_contest = [one for one in entries if one.action.startswith("peer_review.contest.")]
        assert len(about_contest) == 2
        assert {one.content_type.model for one in about_contest} == {"contest"}  # the round's own log has none
        assert "otherwise" not in str([one.data for one in entries])

    def test_whom_it_concerns_is_told_by_mail_and_nobody_else(
        self, told: tuple[Subject, Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        ben, leader = told
        for user, address in ((person(ben), "ben@example.org"), (leader, "leader@example.org")):
            user.email = address
            user.save()

        with django_capture_on_commit_callbacks(execute=True):
            contest = ask_review(ben, by=person(ben), grounds="SECRET GROUNDS", now=timezone.now())
        with django_capture_on_commit_callbacks(execute=True):
            answer_stage(last(contest), by=leader, answer="SECRET ANSWER", now=timezone.now())

        assert [one.to for one in mail.outbox] == [["leader@example.org"], ["ben@example.org"]]
        assert "SECRET" not in "".join(one.body + one.subject for one in mail.outbox)
        assert "/contests/" in mail.outbox[0].body
        assert "/outcome/" in mail.outbox[1].body
        kinds = Notice.objects.filter(announcement__to__isnull=False).values_list("announcement__kind", "user__name")
        assert set(kinds) == {("asked", "Leader"), ("answered", "Ben")}


def test_signals_follow_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    seen: list[str] = []

    def hear(name: str) -> Any:
        def receiver(sender: Any, **kwargs: Any) -> None:
            seen.append(name)

        return receiver

    named = {name: hear(name) for name in ("contest_asked", "contest_answered", "contest_withdrawn", "decision_made")}
    round, leader = make_told_round(now=TOLD)
    for name, receiver in named.items():
        getattr(signals, name).connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            answered(subject(round, "Ben"), leader, at=TOLD, grade="excellent")
            withdraw(ask(subject(round, "Cho")), by=person(subject(round, "Cho")), now=TOLD)
    finally:
        for name, receiver in named.items():
            getattr(signals, name).disconnect(receiver)

    assert sorted(seen) == ["contest_answered", "contest_asked", "contest_asked", "contest_withdrawn", "decision_made"]
