"""The one automatic extension: declared beforehand, for the whole round, naming no paper, nobody and no number."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.announcements.messages import paragraphs
from peer_review.domain.rounds.early_closing import request_early_closing
from peer_review.domain.rounds.lifecycle import close_due_rounds, create_round, end_collecting, update_round
from peer_review.enums import Collection, RoundState
from peer_review.exceptions.rounds import ExtensionInTwoStages, ExtensionWithoutRate
from peer_review.models import Announcement, Round
from tests.factories.peer_review.decided_rounds import make_inspector
from tests.factories.peer_review.early_closings import confirm_as_read
from tests.factories.peer_review.rounds import RoundFactory, RunningRound, SchemeFactory, make_open_round, make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

DAY = timedelta(days=1)


def make_round(*, drawn: int, evaluators: int = 11, needed: int = 60, days: int = 3, **fields: Any) -> RunningRound:
    """Return an open round whose subject is evaluated by one fewer than `evaluators`, of whom `drawn` have drawn."""
    running = make_open_round(
        evaluators=evaluators, scheme=SchemeFactory(min_return=needed), extension_days=days, **fields
    )
    for evaluator in running.evaluators[:drawn]:
        evaluator.draw()
    return running


@pytest.mark.parametrize(("drawn", "moves"), [(0, True), (5, True), (6, False), (10, False)])
def test_the_end_moves_if_fewer_than_the_rate_have_drawn(drawn: int, moves: bool) -> None:
    # Of ten people six are sixty percent: exactly enough.
    running = make_round(drawn=drawn)
    last = running.round.closes_at

    closed = close_due_rounds(now=last)

    round = Round.objects.get(pk=running.round.pk)
    assert (closed == [], round.state == RoundState.OPEN) == (moves, moves)
    assert round.closes_at == (last + 3 * DAY if moves else last)
    assert (round.prolonged_at == last) is moves


def test_it_moves_once() -> None:
    running = make_round(drawn=0)
    last = running.round.closes_at
    close_due_rounds(now=last)

    assert close_due_rounds(now=last + 3 * DAY - timedelta(seconds=1)) == []
    assert close_due_rounds(now=last + 3 * DAY) == [running.round]


def test_everybody_is_told_that_it_moved_and_never_how_many_have_drawn() -> None:
    told, last = [], timezone.now() + 2 * DAY
    for drawn in (1, 5):
        running = make_round(drawn=drawn, closes_at=last, title="Same")
        close_due_rounds(now=last)
        announcement = running.round.announcements.get()
        assert (announcement.kind, announcement.text, announcement.by) == ("prolonged", "", None)
        [entry] = ModelLogEntry.objects.filter(
            action="peer_review.round.automatic_extension", object_id=running.round.pk
        )
        assert entry.user is None
        assert set(entry.data) == {"before", "until"}
        told.append(paragraphs(announcement))

    assert told[0] == told[1]


def test_everybody_is_told_beforehand_that_it_may_move() -> None:
    opened = Announcement(round=make_round(drawn=0).round, kind="opened")
    without = Announcement(round=make_open_round(evaluators=4).round, kind="opened")

    assert paragraphs(opened)[-1] == (
        "If too few people have drawn their papers by then, the whole round stays open 3 days longer, once."
    )
    assert not any("longer" in text for text in paragraphs(without))


def test_nobody_passes_it_by_closing_by_hand() -> None:
    running = make_round(drawn=0)
    round, last = running.round, running.round.closes_at

    assert end_collecting(round, by=round.organiser, now=last).state == RoundState.OPEN
    assert end_collecting(round, by=round.organiser, now=last + 3 * DAY).state == RoundState.CLOSED


def test_who_votes_on_paper_is_left_out_on_both_sides() -> None:
    # Six at computers of whom four have drawn: two thirds. With the four on paper it would be two fifths.
    running = make_round(drawn=4)
    on_paper = [evaluator.user for evaluator in running.evaluators[6:]]
    running.round.members.filter(user__in=on_paper).update(on_paper=True)

    assert close_due_rounds(now=running.round.closes_at) == [running.round]


def test_a_round_that_closes_early_is_not_lengthened() -> None:
    running = make_round(drawn=0, closes_at=timezone.now() + 7 * DAY)
    round, now = running.round, timezone.now()
    asked = request_early_closing(round, by=round.organiser, reason="Flood", now=now)
    confirm_as_read(asked, by=make_inspector(), now=now)

    assert close_due_rounds(now=now + DAY) == [round]


def test_after_days_without_a_clock_it_closes() -> None:
    running = make_round(drawn=0)

    assert close_due_rounds(now=running.round.closes_at + 3 * DAY) == [running.round]


def test_not_declared_it_does_not_happen() -> None:
    running = make_round(drawn=0, days=0)

    assert close_due_rounds(now=running.round.closes_at) == [running.round]


def test_it_needs_a_lowest_return_rate_and_one_visit() -> None:
    organiser, now = make_user("", "organiser"), timezone.now()
    terms: dict[str, Any] = {
        "by": organiser,
        "title": "x",
        "kind": "person",
        "opens_at": now,
        "closes_at": now + 7 * DAY,
    }

    with pytest.raises(ExtensionWithoutRate):
        create_round(scheme=SchemeFactory(min_return=0), extension_days=3, **terms)
    with pytest.raises(ExtensionInTwoStages):
        create_round(
            scheme=SchemeFactory(min_return=50),
            extension_days=3,
            collection=Collection.TWO_STAGE,
            casts_at=now + 2 * DAY,
            **terms,
        )
    assert not Round.objects.exists()
    draft = RoundFactory(scheme=SchemeFactory(min_return=50))
    assert update_round(draft, by=draft.organiser, extension_days=3).extension_days == 3
