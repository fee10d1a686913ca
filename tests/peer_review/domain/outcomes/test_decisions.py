"""A named person decides: with a reason where it matters, never on themself, within the quota, and once it is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from peer_review import audit_log, signals
from peer_review.domain.outcomes.decisions import Choice, acknowledge, decide, decisions_fingerprint, tell_outcomes
from peer_review.domain.outcomes.outcome_status import outcome_status_of
from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.exceptions.base import ReasonMissing, Refusal
from peer_review.exceptions.outcomes import (
    AlreadyTold,
    DecidedMeanwhile,
    DecisionsAreKept,
    HasFigures,
    NoFigures,
    NotAddressee,
    NothingChosen,
    NothingToTell,
    NotPublished,
    OutcomesChanged,
    OwnDecision,
    QuotaExceeded,
    UndecidedLeft,
    UnknownGrade,
    UnknownSubject,
)
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Announcement, Decision, Notice, OutcomeNotice, Round
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers
from tests.factories.peer_review.decided_rounds import (
    choice,
    decide_all,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.rounds import make_member, make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

#: Ten people, two places: Ada is above the line, Ben and Cho are tied at it, Fay has no figures.
TEN = {"Ada": 96, "Ben": 93, "Cho": 93, "Dan": 91, "Eve": 85, "Fay": None, "Gil": 75, "Hal": 65, "Ivy": 50, "Joy": 80}


@pytest.fixture
def leader() -> Any:
    return make_leader("Director")


@pytest.fixture
def round() -> Round:
    return make_scored_round(TEN)


def grades(round: Round) -> dict[str, str]:
    """Return what stands, by name."""
    rows = Decision.objects.filter(subject__round=round).standing()
    return dict(rows.values_list("subject__label", "grade"))


def refused(round: Round, refusal: type[Refusal], *choices: Choice, by: Any) -> str:
    """Expect a refusal that leaves nothing behind, and return its sentence."""
    with pytest.raises(refusal) as caught:
        decide(round, by=by, choices=choices)
    assert not Decision.objects.exists()
    return caught.value.message


def test_the_untied_are_decided_at_once_without_words_and_the_tie_with_a_reason(round: Round, leader: Any) -> None:
    clear = ["Ada", "Dan", "Eve", "Gil", "Hal", "Ivy", "Joy"]
    proposal = proposal_of(round)
    made = decide(
        round, by=leader, choices=[choice(round, name, proposal.grades[subject(round, name).pk]) for name in clear]
    )
    assert [(one.number, one.reason, one.by) for one in made] == [(1, "", leader)] * 7

    decide(
        round,
        by=leader,
        choices=[
            choice(round, "Ben", "excellent", "Carried the inspection of March."),
            choice(round, "Cho", "competent", "Equal score; joined in June."),
            choice(round, "Fay", "", "On leave: too few could judge."),
        ],
    )

    assert grades(round) == {
        **{name: proposal.grades[subject(round, name).pk] for name in clear},
        "Ben": "excellent",
        "Cho": "competent",
        "Fay": "",
    }
    assert audit_log.entries_visible_to(make_user("", "inspector"))[0].data == {
        "subject": "Fay",
        "grade": "",
        "proposed": "",
        "number": 1,
    }


@pytest.mark.parametrize(
    ("name", "grade"),
    [("Ben", "excellent"), ("Cho", "competent"), ("Eve", "basic"), ("Fay", "")],
    ids=["tie up", "tie down", "other than proposed", "not graded"],
)
def test_what_does_not_follow_the_proposal_needs_a_reason(round: Round, leader: Any, name: str, grade: str) -> None:
    said = refused(round, ReasonMissing, choice(round, name, grade, "  "), by=leader)

    assert said.startswith(f"{name}: give the reason.")


def test_all_or_nothing(round: Round, leader: Any) -> None:
    refused(round, ReasonMissing, choice(round, "Ada", "excellent"), choice(round, "Ben", "excellent"), by=leader)


def test_nobody_decides_on_themselves(round: Round) -> None:
    member = subject(round, "Ada").member
    assert member is not None
    own = make_leader("Ada the leader")
    member.user = own
    member.save()

    assert "nobody decides on themselves" in refused(round, OwnDecision, choice(round, "Ada", "excellent"), by=own)


def test_no_head_decides_on_the_section_that_is_evaluated_as_a_whole(round: Round, leader: Any) -> None:
    make_member(round, leader, section="a", is_head=True)
    round.subjects.filter(label="Ada").update(member=None)

    refused(round, OwnDecision, choice(round, "Ada", "excellent"), by=leader)


def test_nothing_is_decided_before_publication(leader: Any) -> None:
    counted = make_counted_round({("Ada", "all"): papers(5, 95, 95)})

    refused(counted, NotPublished, choice(counted, "Ada", "excellent"), by=leader)


def test_nothing_is_decided_under_other_terms_than_were_frozen(round: Round, leader: Any) -> None:
    Round.objects.filter(pk=round.pk).update(form={**round.form, "excellent_quota": 100})

    refused(round, TermsAltered, choice(round, "Ada", "excellent"), by=leader)


def test_one_too_many_is_refused_whoever_it_is(round: Round, leader: Any) -> None:
    decide(round, by=leader, choices=[choice(round, "Ada", "excellent"), choice(round, "Ben", "excellent", "Tie.")])

    with pytest.raises(QuotaExceeded) as caught:
        decide(round, by=leader, choices=[choice(round, "Dan", "excellent", "Deserves it.")])

    assert caught.value.message == (
        "That would be 3 times “excellent”; the quota of 20 % allows 2 in this round. Nothing was recorded."
    )
    assert Decision.objects.count() == 2
    # A place given back can be given away, in one act.
    decide(
        round,
        by=leader,
        choices=[
            choice(round, "Dan", "excellent", "Deserves it."),
            choice(round, "Ben", "competent", "On reflection."),
        ],
    )
    assert [name for name, grade in grades(round).items() if grade == "excellent"] == ["Ada", "Dan"]


def test_without_a_quota_nobody_is_one_too_many(leader: Any) -> None:
    round = make_scored_round({"Ada": 95, "Ben": 94, "Cho": 93}, quota=0)

    decide_all(round, by=leader)

    assert set(grades(round).values()) == {"excellent"}


def test_unknown_people_grades_and_empty_lists_are_refused(round: Round, leader: Any) -> None:
    other = make_published_round({("Zoe", "all"): papers(5, 80, 80)})

    refused(round, NothingChosen, by=leader)
    refused(round, UnknownSubject, choice(other, "Zoe", "competent"), by=leader)
    refused(round, UnknownSubject, choice(round, "Ada", "excellent"), choice(round, "Ada", "basic", "x"), by=leader)
    refused(round, UnknownGrade, choice(round, "Ada", "splendid", "x"), by=leader)
    assert "nothing to base a grade on" in refused(round, NoFigures, choice(round, "Fay", "basic", "x"), by=leader)
    refused(round, HasFigures, choice(round, "Ada", "", "x"), by=leader)


def test_history_is_kept_and_only_added_to(round: Round, leader: Any) -> None:
    second = make_leader("Second")
    decide(round, by=leader, choices=[choice(round, "Ben", "excellent", "First thought.")])
    decide(round, by=second, choices=[choice(round, "Ben", "competent", "Second thought.")])
    # What is decided so already adds nothing.
    assert decide(round, by=leader, choices=[choice(round, "Ben", "competent", "Second thought.")]) == []

    history = list(subject(round, "Ben").decisions.all())
    assert [(one.number, one.grade, one.reason, one.by) for one in history] == [
        (1, "excellent", "First thought.", leader),
        (2, "competent", "Second thought.", second),
    ]
    for rewrite in (history[0].save, history[0].delete, subject(round, "Ben").decisions.all().delete):
        with pytest.raises(DecisionsAreKept), transaction.atomic():
            rewrite()
    assert grades(round) == {"Ben": "competent"}


def test_what_somebody_else_decided_meanwhile_is_not_overwritten_unseen(round: Round, leader: Any) -> None:
    ben = subject(round, "Ben").pk
    decide(round, by=make_leader("Second"), choices=[Choice(ben, "competent", "Seen first.", seen=0)])

    with pytest.raises(DecidedMeanwhile):
        decide(round, by=leader, choices=[Choice(ben, "excellent", "Seen nothing.", seen=0)])
    decide(round, by=leader, choices=[Choice(ben, "excellent", "Seen it.", seen=1)])

    assert grades(round) == {"Ben": "excellent"}


@pytest.mark.parametrize(
    "fields",
    [
        {"grade": "excellent", "rank": 0, "proposed": "competent", "reason": ""},
        {"grade": "", "rank": None, "proposed": "", "reason": ""},
        {"grade": "excellent", "rank": 1, "proposed": "excellent", "reason": ""},
        {"grade": "splendid", "rank": 0, "proposed": "splendid", "reason": "x"},
    ],
    ids=["other without reason", "not graded without reason", "wrong rank", "unknown grade"],
)
def test_the_database_refuses_unsound_decisions(round: Round, leader: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(subject=subject(round, "Ada"), number=1, by=leader, decided_at=timezone.now(), **fields)


def test_decisions_are_signalled_after_the_commit(
    round: Round, leader: Any, django_capture_on_commit_callbacks: Any
) -> None:
    seen: list[tuple[str, Any]] = []

    def hear(sender: Any, decision: Decision, by: Any, **kwargs: Any) -> None:
        seen.append((decision.subject.label, by))

    signals.decision_made.connect(hear)
    try:
        with django_capture_on_commit_callbacks() as callbacks:
            decide(round, by=leader, choices=[choice(round, "Ada", "excellent")])
        assert seen == []
        for callback in callbacks:
            callback()
    finally:
        signals.decision_made.disconnect(hear)
    assert seen == [("Ada", leader)]


class TestTelling:
    def test_decisions_that_were_read_are_told_and_no_others(self, round: Round, leader: Any) -> None:
        decide_all(round, by=leader, ties=["Ben"])
        read = decisions_fingerprint(round)
        decide(round, by=leader, choices=[choice(round, "Ada", "basic", "On reflection.")])

        for seen in (read, ""):
            with pytest.raises(OutcomesChanged):
                tell_outcomes(round, by=leader, seen=seen)
        assert not OutcomeNotice.objects.exists()
        assert len(tell_outcomes(round, by=leader, seen=decisions_fingerprint(round))) == 10

    def test_the_fingerprint_cannot_be_tried_for_ones_own_grade(self, round: Round, leader: Any) -> None:
        """The same decisions under another key of the site have another: nobody without the key makes them."""
        decide_all(round, by=leader, ties=["Ben"])
        read = decisions_fingerprint(round)

        with override_settings(SECRET_KEY="another"):
            assert decisions_fingerprint(round) != read

    def test_all_are_told_together_or_nobody(self, round: Round, leader: Any) -> None:
        decide(round, by=leader, choices=[choice(round, "Ada", "excellent")])

        with pytest.raises(UndecidedLeft) as caught:
            tell_outcomes(round, by=leader)

        assert caught.value.message.startswith("9 are not decided yet.")
        assert not OutcomeNotice.objects.exists()

    def test_everybody_has_it_in_writing_on_the_site_and_by_mail(
        self, leader: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        round = make_scored_round({"Ada": 95, "Ben": 85})
        for member in round.members.select_related("user"):
            member.user.email = f"{member.name.lower()}@example.org"
            member.user.save()
        bystander = make_user("Zoe", "staff", email="zoe@example.org")
        make_member(round, bystander)
        decide_all(round, by=leader)

        with django_capture_on_commit_callbacks(execute=True):
            notices = tell_outcomes(round, by=leader)

        assert [(one.subject.label, one.to.get_full_name(), one.notice_date) for one in notices] == [
            ("Ada", "Ada", timezone.localdate()),
            ("Ben", "Ben", timezone.localdate()),
        ]
        told = Announcement.objects.get(kind="outcome")
        assert (told.by, told.finished) == (leader, True)
        assert set(Notice.objects.filter(announcement=told).values_list("user__name", flat=True)) == {"Ada", "Ben"}
        assert sorted(one.to[0] for one in mail.outbox) == ["ada@example.org", "ben@example.org"]
        # The mail says where it stands, not what: mails are read on shared screens.
        text = mail.outbox[0].body
        assert f"/rounds/{round.public_id}/outcome/" in text
        assert "xcellent" not in text

    def test_a_second_time_there_is_nobody_left_to_tell_and_nothing_to_change(self, leader: Any) -> None:
        round, _leader = make_told_round(by=leader)

        with pytest.raises(NothingToTell):
            tell_outcomes(round, by=leader)
        with pytest.raises(AlreadyTold):
            decide(round, by=leader, choices=[choice(round, "Ben", "basic", "On reflection.")])

    def test_a_section_is_told_through_its_head(self, round: Round, leader: Any) -> None:
        head = make_user("Head", "section_head")
        make_member(round, head, section="a", is_head=True)
        round.subjects.filter(label="Ada").update(member=None)
        round.subjects.filter(label="Cho").update(member=None, section_key="nobody heads it")
        decide_all(round, by=leader, ties=["Ben"])

        told = {one.subject.label: one.to for one in tell_outcomes(round, by=leader)}

        assert (told["Ada"], told["Cho"]) == (head, None)

    def test_receipt_is_acknowledged_once_and_by_the_person_alone(self, leader: Any) -> None:
        round, _leader = make_told_round(by=leader)
        ben = subject(round, "Ben")
        assert ben.member is not None
        user, today = ben.member.user, timezone.now()

        for stranger in (leader, make_user("Stranger", "staff")):
            with pytest.raises(NotAddressee):
                acknowledge(ben, by=stranger)
        assert outcome_status_of(ben, user).may_acknowledge
        acknowledge(ben, by=user, now=today)
        acknowledge(ben, by=user, now=today + timedelta(days=3))

        standing = outcome_status_of(ben, user)
        assert (standing.acknowledged, standing.may_acknowledge) == (timezone.localdate(today), False)
        assert standing.may_ask  # having received it is no agreement
