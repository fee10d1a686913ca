"""Closing before the last moment: a reason, a second person, a day's notice; however many have taken part."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.announcements.announcements import announce_round
from peer_review.domain.announcements.messages import paragraphs
from peer_review.domain.rounds.early_closing import (
    confirm_early_closing,
    early_closing_fingerprint,
    request_early_closing,
    standing_early_closing,
    withdraw_early_closing,
)
from peer_review.domain.rounds.lifecycle import close_due_rounds, extend_round, pass_barrier
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import Collection, RoundState
from peer_review.exceptions.base import ReasonMissing, Refusal, RoundClosed, RoundStateInvalid, SecondPersonNeeded
from peer_review.exceptions.rounds import (
    EarlyClosingChanged,
    EarlyClosingNotYet,
    EarlyClosingSettled,
    EarlyClosingStands,
    EarlyClosingTooLate,
)
from peer_review.models import EarlyClosing, Notice, Round
from tests.factories.peer_review.decided_rounds import make_inspector
from tests.factories.peer_review.early_closings import confirm_as_read
from tests.factories.peer_review.rounds import RunningRound, make_open_round

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

DAY = timedelta(days=1)


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=6, closes_at=timezone.now() + 7 * DAY)


def ask(round: Round, **kwargs: Any) -> EarlyClosing:
    return request_early_closing(round, by=round.organiser, reason="Flood", **kwargs)


def acts(round: Round) -> list[str]:
    entries = ModelLogEntry.objects.filter(object_id=str(round.pk), action__startswith="peer_review.round.")
    return [
        action.removeprefix("peer_review.round.") for action in entries.order_by("pk").values_list("action", flat=True)
    ]


def test_asking_changes_nothing_but_what_waits(running: RunningRound) -> None:
    round, last = running.round, running.round.closes_at

    asked = ask(round)

    round.refresh_from_db()
    assert (round.closes_at, round.state) == (last, RoundState.OPEN)
    assert standing_early_closing(round) == asked
    assert (asked.is_confirmed, asked.closes_at) == (False, None)
    assert not round.announcements.exists()
    assert acts(round)[-1] == "early_closing"


def test_confirmed_it_is_told_to_everybody_and_the_clock_closes_it_when_the_notice_ends(running: RunningRound) -> None:
    round, inspector, now = running.round, make_inspector(), timezone.now()
    before = round.closes_at

    confirm_as_read(ask(round, now=now), by=inspector, now=now)

    round.refresh_from_db()
    assert round.closes_at == now + timedelta(hours=24)
    told = round.announcements.get()
    assert (told.kind, told.text, told.by) == ("closing", "Flood", inspector)
    assert "closes before its time" in paragraphs(told)[0]
    assert paragraphs(told)[1:] == ["Flood"]
    standing = standing_early_closing(round)
    assert standing is not None
    assert (standing.before, standing.closes_at) == (before, round.closes_at)
    assert close_due_rounds(now=round.closes_at - timedelta(seconds=1)) == []
    assert close_due_rounds(now=round.closes_at) == [round]
    assert acts(round)[-3:] == ["early_closing", "early_closing_confirm", "close"]
    assert ModelLogEntry.objects.filter(action="peer_review.round.close").get().data == {"early": True}


@pytest.mark.parametrize("votes", [0, 1, 6])
def test_how_many_have_taken_part_changes_nothing(running: RunningRound, votes: int) -> None:
    for evaluator in running.evaluators[:votes]:
        running.vote(evaluator)
    now = timezone.now()

    asked = ask(running.round, now=now)
    confirm_as_read(asked, by=make_inspector(), now=now)

    asked.refresh_from_db()
    assert asked.closes_at == now + LEAST_OPEN


def test_nobody_confirms_what_they_asked_for_nor_as_the_organiser(running: RunningRound) -> None:
    round, inspector = running.round, make_inspector()
    own = ask(round)
    with pytest.raises(SecondPersonNeeded):
        confirm_as_read(own, by=round.organiser)
    withdraw_early_closing(own, by=round.organiser)
    asked = request_early_closing(round, by=inspector, reason="Flood")

    for by in (inspector, round.organiser):
        with pytest.raises(SecondPersonNeeded):
            confirm_as_read(asked, by=by)
    assert not round.announcements.exists()


def test_withdrawn_within_the_notice_the_round_has_its_own_end_again_and_everybody_is_told(
    running: RunningRound, django_capture_on_commit_callbacks: Any
) -> None:
    round, before = running.round, running.round.closes_at
    asked = ask(round)
    with django_capture_on_commit_callbacks(execute=True):
        confirm_as_read(asked, by=make_inspector())
    people = set(round.members.values_list("user_id", flat=True))
    assert set(Notice.objects.values_list("user_id", flat=True)) == people

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_early_closing(asked, by=round.organiser)

    round.refresh_from_db()
    assert round.closes_at == before
    assert standing_early_closing(round) is None
    # What named the wrong last moment is nobody's notice any more.
    assert {*Notice.objects.values_list("user_id", "announcement__kind")} == {(pk, "stays_open") for pk in people}
    assert close_due_rounds(now=timezone.now() + LEAST_OPEN) == []


def test_withdrawn_before_it_was_confirmed_nobody_hears_of_it(running: RunningRound) -> None:
    asked = ask(running.round)

    withdraw_early_closing(asked, by=make_inspector())

    assert not running.round.announcements.exists()
    for step in (withdraw_early_closing, confirm_as_read):
        with pytest.raises(EarlyClosingSettled):
            step(asked, by=make_inspector())
    assert ask(running.round).pk != asked.pk


def test_once_the_notice_has_ended_it_is_not_withdrawn(running: RunningRound) -> None:
    now = timezone.now()
    asked = ask(running.round, now=now)
    confirm_as_read(asked, by=make_inspector(), now=now)

    with pytest.raises(RoundClosed):
        withdraw_early_closing(asked, by=running.round.organiser, now=now + LEAST_OPEN)


def test_confirmed_twice_it_is_refused(running: RunningRound) -> None:
    asked = ask(running.round)
    confirm_as_read(asked, by=make_inspector())

    with pytest.raises(EarlyClosingSettled):
        confirm_as_read(asked, by=make_inspector("Second"))


def test_a_request_asked_anew_is_not_confirmed_with_what_was_read_of_the_first(running: RunningRound) -> None:
    round, inspector = running.round, make_inspector()
    first = ask(round)
    read = early_closing_fingerprint(first)
    withdraw_early_closing(first, by=round.organiser)
    second = request_early_closing(round, by=round.organiser, reason="The hall is needed")

    with pytest.raises(EarlyClosingSettled):
        confirm_early_closing(first, by=inspector, fingerprint=read)
    for fingerprint in (read, "", "0" * 64):
        with pytest.raises(EarlyClosingChanged):
            confirm_early_closing(second, by=inspector, fingerprint=fingerprint)

    second.refresh_from_db()
    assert not second.is_confirmed
    assert not round.announcements.exists()
    assert acts(round)[-1] == "early_closing"


def test_the_fingerprint_tells_apart_all_that_the_page_shows(running: RunningRound) -> None:
    """Rewrite each part as a row, as no page does, and look whether the second person would be asked again."""
    asked = ask(running.round)
    read = early_closing_fingerprint(asked)
    moment = timezone.now() - DAY
    rewritten: list[tuple[Any, dict[str, Any]]] = [
        (EarlyClosing.objects.filter(pk=asked.pk), {"reason": "Flood "}),
        (EarlyClosing.objects.filter(pk=asked.pk), {"requested_by": running.evaluators[0].user}),
        (EarlyClosing.objects.filter(pk=asked.pk), {"requested_at": moment}),
        (Round.objects.filter(pk=running.round.pk), {"closes_at": running.round.closes_at + DAY}),
    ]
    for rows, change in rewritten:
        (before,) = rows.values(*change)
        rows.update(**change)
        with pytest.raises(EarlyClosingChanged):
            confirm_early_closing(asked, by=make_inspector(), fingerprint=read)
        rows.update(**before)

    assert confirm_early_closing(asked, by=make_inspector(), fingerprint=read).closes_at < running.round.closes_at


@pytest.mark.parametrize(
    ("hours", "reason", "refusal"),
    [(-1, "Flood", EarlyClosingNotYet), (0, "  ", ReasonMissing), (7 * 24, "Flood", EarlyClosingTooLate)],
)
def test_a_request_out_of_time_or_without_a_reason_is_refused(
    running: RunningRound, hours: int, reason: str, refusal: type[Refusal]
) -> None:
    # Opened now, its ballots can be cast in an hour.
    Round.objects.filter(pk=running.round.pk).update(opens_at=timezone.now())

    with pytest.raises(refusal):
        request_early_closing(
            running.round, by=running.round.organiser, reason=reason, now=timezone.now() + timedelta(hours=hours)
        )
    assert not EarlyClosing.objects.exists()


def test_a_notice_that_would_outlast_the_round_is_no_early_closing(running: RunningRound) -> None:
    asked = ask(running.round)

    with pytest.raises(EarlyClosingTooLate):
        confirm_as_read(asked, by=make_inspector(), now=running.round.closes_at - LEAST_OPEN)
    assert not standing_early_closing(running.round).is_confirmed  # type: ignore[union-attr]  # it stands


def test_two_requests_do_not_stand_side_by_side_nor_beside_a_later_end(running: RunningRound) -> None:
    round = running.round
    ask(round)

    with pytest.raises(EarlyClosingStands):
        ask(round)
    with pytest.raises(EarlyClosingStands):
        extend_round(round, by=round.organiser, closes_at=round.closes_at + DAY, reason="Flood")


def test_in_two_stages_it_waits_until_casting_has_begun() -> None:
    now = timezone.now()
    running = make_open_round(collection=Collection.TWO_STAGE, casts_at=now + 2 * DAY, closes_at=now + 7 * DAY)
    with pytest.raises(EarlyClosingNotYet):
        ask(running.round, now=now)
    with pytest.raises(EarlyClosingNotYet):
        ask(running.round, now=now + 2 * DAY)  # the drawing has not been ended yet
    pass_barrier(running.round, by=None, now=now + 2 * DAY)

    asked = ask(running.round, now=now + 2 * DAY)

    assert confirm_as_read(asked, by=make_inspector(), now=now + 2 * DAY).closes_at == now + 3 * DAY


def test_a_closed_round_is_not_closed_early(running: RunningRound) -> None:
    asked = ask(running.round)
    running.close()

    with pytest.raises(RoundStateInvalid):
        ask(running.round)
    for step in (confirm_as_read, withdraw_early_closing):
        with pytest.raises(RoundStateInvalid):
            step(asked, by=make_inspector())


def test_during_the_notice_no_automatic_reminder_repeats_it(running: RunningRound) -> None:
    round, now = running.round, timezone.now()
    Round.objects.filter(pk=round.pk).update(opens_at=now - 7 * DAY, opened_at=now - 7 * DAY, closes_at=now + 7 * DAY)
    round.refresh_from_db()
    assert [announcement.kind for announcement in announce_round(round, now=now + timedelta(hours=1))] == ["reminder"]
    round.announcements.all().delete()

    confirm_as_read(ask(round, now=now), by=make_inspector(), now=now)
    round = Round.objects.get(pk=round.pk)

    assert announce_round(round, now=now + timedelta(hours=1)) == []
