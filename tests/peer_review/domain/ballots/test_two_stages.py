"""Two stages: papers are drawn before the barrier, cast after it, and thin cells are closed in between."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.rounds.early_closing import request_early_closing
from peer_review.domain.rounds.lifecycle import (
    close_due_rounds,
    create_round,
    end_collecting,
    pass_barrier,
    pass_due_barriers,
)
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import RoundState
from peer_review.exceptions.ballots import AlreadyDrawn, DrawClosed
from peer_review.exceptions.base import NotOpenYet, RoundStateInvalid
from peer_review.exceptions.rounds import CollectionInvalid, EarlyClosingTooLate
from peer_review.models import Round
from tests.factories.peer_review.counted_rounds import count_all, let_draw, open_ready
from tests.factories.peer_review.rounds import (
    STAGE,
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_open_round,
    make_ready_round,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    """Five evaluators of two subjects; drawing goes on for another day."""
    now = timezone.now()
    return make_open_round(
        evaluators=5,
        subjects=2,
        collection="two_stage",
        opens_at=now - timedelta(hours=1),
        casts_at=now + STAGE,
    )


def later(running: RunningRound) -> datetime:
    return running.round.casts_at + timedelta(minutes=1)


def test_nothing_can_be_cast_before_the_barrier_not_even_after_its_time(running: RunningRound) -> None:
    entries = running.evaluators[2].entries(running.answers)
    for now in (None, later(running)):
        with pytest.raises(NotOpenYet):
            cast(running.round.public_id, entries, now=now, box=running.inline)


def test_the_barrier_is_passed_once_its_time_has_come_and_not_before(running: RunningRound) -> None:
    with pytest.raises(NotOpenYet):
        pass_barrier(running.round, by=None)
    assert pass_due_barriers() == []

    assert pass_due_barriers(now=later(running)) == [running.round]

    passed = pass_barrier(running.round, by=None, now=later(running) + timedelta(hours=1))
    assert passed.barrier_at == later(running)
    assert pass_due_barriers(now=later(running)) == []


def test_what_was_drawn_is_cast_after_the_barrier_and_counted(running: RunningRound) -> None:
    entries = [person.entries(running.answers) for person in running.evaluators]
    running.round = pass_barrier(running.round, by=None, now=later(running))

    answers = [cast(running.round.public_id, casts, now=later(running), box=running.inline) for casts in entries]

    assert all(result["ok"] for answer in answers for result in answer)
    assert count_all(running).bulletin.size == 8


def test_cells_that_too_few_have_drawn_are_closed_and_the_others_are_not(running: RunningRound) -> None:
    """The two subjects evaluate each other, so each has four evaluators; of the first two only one draws."""
    first, second = running.round.subjects.all()
    drawers = [person for person in running.evaluators if person.user not in (first.member.user, second.member.user)]
    entries = [person.entries(running.answers) for person in drawers[:2]]
    evaluator = next(person for person in running.evaluators if person.user == first.member.user)
    entries.append(evaluator.entries(running.answers))  # who has a paper about the second only

    running.round = pass_barrier(running.round, by=None, now=later(running))

    thin, thick = first.cells.get(), second.cells.get()
    assert (thin.closed, thick.closed) == (True, False)
    answers = cast(running.round.public_id, entries[0], now=later(running), box=running.inline)
    by_cell = {entry["entry"]["ballot"]["cell"]: answer for entry, answer in zip(entries[0], answers, strict=True)}
    assert by_cell[thick.key]["ok"]
    assert by_cell[thin.key] == {"ok": False, "status": 410, "error": "cell_closed"}


def test_after_the_barrier_nothing_new_is_signed_but_what_was_drawn_comes_back(running: RunningRound) -> None:
    drew, late = running.evaluators[2:4]
    drew.draw()
    running.round = pass_barrier(running.round, by=None, now=later(running))

    again = issue_credentials(drew.user, running.round, drew.blinded(), now=later(running))
    assert again.signed.keys() == drew.tokens.keys()
    with pytest.raises(DrawClosed):
        issue_credentials(late.user, running.round, late.blinded(), now=later(running))
    other = Evaluator(drew.user, running.round).blinded()
    with pytest.raises(AlreadyDrawn):
        issue_credentials(drew.user, running.round, other, now=later(running))


def test_the_barrier_is_for_open_rounds(running: RunningRound) -> None:
    running.close()
    with pytest.raises(RoundStateInvalid):
        pass_barrier(running.round, by=None, now=later(running))


@pytest.mark.parametrize(
    ("collection", "hours"),
    [("two_stage", None), ("one_visit", 2), ("two_stage", 1), ("two_stage", 5), ("two_stage", 0), ("two_stage", 6)],
)
def test_casting_begins_between_opening_and_closing(collection: str, hours: int | None) -> None:
    now = timezone.now()
    organiser = make_user("Organiser", "organiser")
    terms: dict[str, Any] = {
        "opens_at": now + timedelta(hours=1),
        "closes_at": now + timedelta(hours=5),
        "casts_at": None if hours is None else now + timedelta(hours=hours),
    }
    with pytest.raises(CollectionInvalid):
        create_round(by=organiser, title="T", kind="person", scheme=SchemeFactory(), collection=collection, **terms)
    assert not Round.objects.exists()


@pytest.mark.parametrize(("drawers", "closed"), [(4, True), (5, False)])
def test_a_paper_that_classes_share_stays_open_if_enough_of_both_draw(drawers: int, closed: bool) -> None:
    """Four leaders and four staff, fewer than the floor of five each: apart, both papers would close whoever drew."""
    now = timezone.now()
    running = make_open_round(
        evaluators=9,
        classes=("leaders", "staff"),
        scheme=SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5),
        collection="two_stage",
        opens_at=now - timedelta(hours=1),
        casts_at=now + STAGE,
    )
    # Leaders and staff by turns.
    entries = [person.entries(running.answers) for person in running.evaluators[:drawers]]
    running.round = pass_barrier(running.round, by=None, now=later(running))

    assert [(cell.shared_by, cell.closed) for cell in running.round.cells.all()] == [(["leaders", "staff"], closed)]
    if not closed:
        for casts in entries:
            answers = cast(running.round.public_id, casts, now=later(running), box=running.inline)
            assert all(result["ok"] for result in answers)
        assert count_all(running).bulletin.size == 5


@pytest.mark.parametrize(("staff", "closed"), [(4, True), (5, False)])
def test_a_comment_paper_closes_where_too_few_draw_it_beside_declared_people(staff: int, closed: bool) -> None:
    """Two leaders draw it too; their class was declared not anonymous, and nobody could tell which words are theirs."""
    now = timezone.now()
    running = make_ready_round(
        evaluators=8,
        subjects=0,
        scheme=SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5, comments=True),
        not_anonymous=["leaders"],
        comment_reviewer=make_user("Reviewer"),
        collection="two_stage",
        opens_at=now - timedelta(hours=1),
        casts_at=now + STAGE,
    )
    first, *others = running.round.members.order_by("pk")
    subject = make_subject(running.round, first)
    people = [member.user for member in others]
    make_cell(subject, people[:2], "leaders")
    make_cell(subject, people[2:], "staff")
    comment = make_comment_cell(subject, people)
    open_ready(running)
    let_draw(running.round, [user.pk for user in people[: 2 + staff]])
    pass_barrier(running.round, by=None, now=later(running))

    comment.refresh_from_db()
    assert comment.closed is closed


def test_a_ballot_of_the_one_declared_superior_is_taken_after_the_barrier_and_counted() -> None:
    """Nothing of a declared class needs company: its paper stays open, while a thin anonymous one closes."""
    now = timezone.now()
    running = make_ready_round(
        evaluators=10,
        subjects=0,
        scheme=SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5),
        not_anonymous=["leaders"],
        collection="two_stage",
        opens_at=now - timedelta(hours=1),
        casts_at=now + STAGE,
    )
    first, *others, second = running.round.members.order_by("pk")
    people = [member.user for member in others]
    subject, thin = make_subject(running.round, first), make_subject(running.round, second)
    led = make_cell(subject, people[:1], "leaders")
    make_cell(subject, people[1:], "staff")
    alone = make_cell(thin, people[:1], "leaders")
    closing = make_cell(thin, people[1:4], "staff")
    open_ready(running)
    running.evaluators = [Evaluator(user, running.round) for user in people]
    entries = [person.entries(running.answers) for person in running.evaluators]
    running.round = pass_barrier(running.round, by=None, now=later(running))

    assert set(running.round.cells.filter(closed=True)) == {closing}
    answers = cast(running.round.public_id, entries[0], now=later(running), box=running.inline)
    assert [answer["ok"] for answer in answers] == [True, True]
    for casts in entries[1:]:
        cast(running.round.public_id, casts, now=later(running), box=running.inline)
    counted = count_all(running)

    fates = {row["cell"]: row["fate"] for row in counted.bulletin.read_outcome()["cells"]}
    assert (fates[led.key], fates[alone.key], fates[closing.key]) == ("counted", "counted", "few")
    assert counted.bulletin.size == 2 + 7


def test_a_barrier_that_is_passed_late_leaves_a_whole_day_for_casting(running: RunningRound) -> None:
    before, late = running.round.closes_at, running.round.closes_at - timedelta(hours=1)
    entries = running.evaluators[2].entries(running.answers)
    for person in running.evaluators[:2] + running.evaluators[3:]:
        person.draw()

    running.round = pass_barrier(running.round, by=None, now=late)

    running.round.refresh_from_db()
    assert running.round.closes_at == late + LEAST_OPEN
    [entry] = ModelLogEntry.objects.filter(action="peer_review.round.late_barrier", object_id=running.round.pk)
    assert (entry.user, entry.data) == (
        None,
        {"before": before.isoformat(), "until": (late + LEAST_OPEN).isoformat()},
    )
    announcement = running.round.announcements.get(kind="lengthened")
    assert (announcement.by, announcement.text) == (None, "")
    # Once only, and not again with every look at the page.
    pass_barrier(running.round, by=None, now=late + timedelta(hours=3))
    assert Round.objects.get(pk=running.round.pk).closes_at == late + LEAST_OPEN
    assert close_due_rounds(now=before + timedelta(minutes=1)) == []
    answers = cast(running.round.public_id, entries, now=before + timedelta(hours=2), box=running.inline)
    assert all(answer["ok"] for answer in answers)
    assert close_due_rounds(now=late + LEAST_OPEN) == [running.round]


def test_a_barrier_passed_in_time_moves_nothing(running: RunningRound) -> None:
    before = running.round.closes_at

    pass_barrier(running.round, by=None, now=before - LEAST_OPEN)

    assert Round.objects.get(pk=running.round.pk).closes_at == before
    assert not running.round.announcements.filter(kind="lengthened").exists()
    assert not ModelLogEntry.objects.filter(action="peer_review.round.late_barrier").exists()


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_round_in_which_nobody_could_cast_yet_does_not_close(running: RunningRound, by_hand: bool) -> None:
    """The clock's task was down for the whole second stage."""
    late = running.round.closes_at + timedelta(minutes=1)
    for person in running.evaluators:
        person.draw()

    if by_hand:
        assert end_collecting(running.round, by=running.round.organiser, now=late).state == RoundState.OPEN
    else:
        assert close_due_rounds(now=late) == []

    round = Round.objects.get(pk=running.round.pk)
    assert (round.state, round.barrier_at, round.closes_at) == (RoundState.OPEN, late, late + LEAST_OPEN)
    entries = running.evaluators[2].entries(running.answers)
    assert all(answer["ok"] for answer in cast(round.public_id, entries, now=late, box=running.inline))
    assert close_due_rounds(now=late + LEAST_OPEN) == [round]


def test_an_early_closing_after_a_late_barrier_leaves_a_whole_day_too(running: RunningRound) -> None:
    late = running.round.closes_at - timedelta(hours=1)
    round = pass_barrier(running.round, by=None, now=late)

    with pytest.raises(EarlyClosingTooLate):
        request_early_closing(round, by=round.organiser, reason="Fire", now=late + timedelta(minutes=1))
