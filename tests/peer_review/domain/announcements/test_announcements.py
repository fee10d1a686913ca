"""What people on the roll are told, when, and who they are; and that no list of them tells who has voted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from peer_review.domain.announcements import announcements
from peer_review.domain.announcements.announcements import announce_due, announce_round, remind, reminder_times
from peer_review.domain.announcements.delivery import deliver_task
from peer_review.domain.announcements.recipients import recipients
from peer_review.domain.rounds.lifecycle import close_round, extend_round, pass_barrier
from peer_review.enums import AnnouncementKind, Collection
from peer_review.exceptions.announcements import RemindedToday
from peer_review.exceptions.base import NotOpenYet, RoundClosed, RoundStateInvalid
from peer_review.models import Announcement, Notice, Round
from tests.factories.peer_review.counted_rounds import make_voted_round
from tests.factories.peer_review.rounds import RoundFactory, RunningRound, make_member, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])

NOON = timezone.make_aware(datetime(2026, 11, 23, 12))


def open_for(days: float = 10, **fields: Any) -> RunningRound:
    """Return a round that opened now and stays open for some days."""
    now = timezone.now()
    return make_open_round(evaluators=5, opens_at=now, closes_at=now + timedelta(days=days), **fields)


def open_in_two_stages() -> RunningRound:
    """Return a round in which drawing goes on for four days and casting for four more."""
    now = timezone.now()
    return make_open_round(
        evaluators=5,
        opens_at=now,
        closes_at=now + timedelta(days=8),
        collection=Collection.TWO_STAGE,
        casts_at=now + timedelta(days=4),
    )


def kinds(round: Round) -> list[str]:
    return list(round.announcements.order_by("pk").values_list("kind", flat=True))


def people_told(announcement: Announcement) -> set[Any]:
    return set(recipients(announcement).values_list("pk", flat=True))


class TestWhen:
    def test_opening_is_announced_once_casting_can_begin(self) -> None:
        running = open_for()
        Round.objects.update(opens_at=timezone.now() + timedelta(hours=2))
        early, later = timezone.now(), timezone.now() + timedelta(hours=3)

        assert announce_due(now=early) == []
        assert [one.kind for one in announce_due(now=later)] == ["opened"]
        assert announce_due(now=later) == []
        assert kinds(running.round) == ["opened"]

    def test_news_of_last_week_is_not_announced(self) -> None:
        running = open_for()
        Round.objects.update(opens_at=timezone.now() - timedelta(days=7), opened_at=timezone.now() - timedelta(days=7))

        announce_due()

        assert AnnouncementKind.OPENED not in kinds(running.round)

    def test_reminders_go_out_at_half_time_and_a_day_before_the_end(self) -> None:
        assert reminder_times(NOON, NOON + timedelta(days=10)) == [NOON + timedelta(days=5), NOON + timedelta(days=9)]
        assert reminder_times(NOON, NOON + timedelta(days=1)) == [NOON + timedelta(hours=12)]
        assert reminder_times(NOON, NOON + timedelta(hours=4)) == []

    def test_each_reminder_goes_out_once_and_one_by_hand_stands_for_it(self) -> None:
        running = open_for(days=10)
        begin = running.round.opened_at
        sent = []
        for hour in range(0, 10 * 24, 3):
            moment = begin + timedelta(hours=hour)
            sent += [(hour // 24, one.kind) for one in announce_due(now=moment)]
            if hour == 9 * 24 - 3:
                remind(running.round, by=running.round.organiser, now=begin + timedelta(days=9, minutes=1))

        assert sent == [(0, "opened"), (5, "reminder")]
        assert kinds(running.round) == ["opened", "reminder", "reminder"]

    def test_a_round_may_go_without_automatic_reminders(self) -> None:
        running = open_for(reminders=False)

        assert announce_due(now=running.round.opened_at + timedelta(days=6)) == []

    def test_closing_is_announced_when_it_happens(self, django_capture_on_commit_callbacks: Any) -> None:
        running = open_for()

        with django_capture_on_commit_callbacks(execute=True):
            close_round(running.round, by=None)

        assert kinds(running.round) == ["closed"]
        assert Notice.objects.filter(announcement__kind="closed").count() == 5

    def test_lengthening_is_announced_each_time_with_its_reason(self) -> None:
        running = open_for()
        round = running.round

        for days in (1, 2):
            round = extend_round(
                round, by=round.organiser, closes_at=round.closes_at + timedelta(days=1), reason=f"Flood {days}"
            )

        told = round.announcements.order_by("number").values_list("kind", "number", "text")
        assert list(told) == [("lengthened", 1, "Flood 1"), ("lengthened", 2, "Flood 2")]


class TestByHand:
    def test_at_most_one_a_day(self) -> None:
        running = open_for()
        round, organiser = running.round, running.round.organiser
        now = round.opened_at + timedelta(hours=1)

        assert remind(round, by=organiser, text=" Please. ", now=now).text == "Please."
        with pytest.raises(RemindedToday):
            remind(round, by=organiser, now=now)
        remind(round, by=organiser, now=now + timedelta(days=1))

        assert kinds(round) == ["reminder", "reminder"]

    def test_only_while_people_can_act(self) -> None:
        draft = RoundFactory()
        running = open_for(days=2)
        round = running.round
        with pytest.raises(RoundStateInvalid):
            remind(draft, by=draft.organiser)
        with pytest.raises(RoundClosed):
            remind(round, by=round.organiser, now=round.closes_at)
        Round.objects.update(opens_at=timezone.now() + timedelta(hours=1))
        with pytest.raises(NotOpenYet):
            remind(round, by=round.organiser)


class TestToWhom:
    def test_a_reminder_reaches_everybody_with_a_paper_whether_they_voted_or_not(self) -> None:
        running = make_voted_round(evaluators=6, voters=2)
        reminder = remind(running.round, by=running.round.organiser)

        assert people_told(reminder) == {one.user.pk for one in running.evaluators}

    def test_everybody_is_reminded_to_draw_whether_they_have_or_not(self) -> None:
        running = open_in_two_stages()
        for one in running.evaluators[:2]:
            one.draw()

        reminder = remind(running.round, by=running.round.organiser)

        assert reminder.kind == AnnouncementKind.DRAWING
        assert people_told(reminder) == {one.user.pk for one in running.evaluators}

    def test_the_roll_hears_of_the_opening_and_nobody_who_left_does(self) -> None:
        running = open_for()
        watcher = make_member(running.round, make_user("Subject only")).user
        gone = running.evaluators[0].user
        type(gone).objects.filter(pk=gone.pk).update(is_active=False)

        opened = announce_round(running.round)[0]

        everybody = set(running.round.members.values_list("user_id", flat=True))
        assert people_told(opened) == everybody - {gone.pk}
        assert watcher.pk in people_told(opened)

    def test_who_votes_on_paper_is_not_called_to_the_computer(self) -> None:
        running = open_for()
        paper = running.evaluators[0].user
        running.round.members.filter(user=paper).update(on_paper=True)

        reminder = remind(running.round, by=running.round.organiser)
        opened = announce_round(running.round)[0]

        assert paper.pk not in people_told(reminder)
        assert paper.pk in people_told(opened)


class TestReminderToDraw:
    """Whatever a reminder to draw leaves behind is alike for those who have drawn and those who have not."""

    def drawn_late(self, execute: Any) -> RunningRound:
        running = open_in_two_stages()
        for one in running.evaluators[:3]:
            one.draw()
        with execute(execute=True):
            remind(running.round, by=running.round.organiser)
        return running

    @pytest.mark.parametrize("early", [False, True])
    def test_leaves_a_notice_with_everybody_after_drawing_has_ended(
        self, early: bool, django_capture_on_commit_callbacks: Any
    ) -> None:
        running = self.drawn_late(django_capture_on_commit_callbacks)

        if early:
            close_round(running.round, by=None)
        else:
            pass_barrier(running.round, by=None, now=running.round.casts_at)

        told = Notice.objects.filter(announcement__kind=AnnouncementKind.DRAWING).values_list("user_id", flat=True)
        assert sorted(told) == sorted(one.user.pk for one in running.evaluators)

    def test_is_sent_no_more_once_drawing_has_ended(self) -> None:
        running = open_in_two_stages()
        reminder = remind(running.round, by=running.round.organiser)
        pass_barrier(running.round, by=None, now=running.round.casts_at)

        deliver_task.func(reminder.pk)

        assert not Notice.objects.filter(announcement=reminder).exists()

    def test_neither_queue_nor_result_says_how_many(
        self, django_capture_on_commit_callbacks: Any, settings: Any, mailoutbox: list[Any]
    ) -> None:
        from django_tasks_db.models import DBTaskResult

        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        running = open_in_two_stages()
        for at, one in enumerate(running.evaluators):
            type(one.user).objects.filter(pk=one.user.pk).update(email=f"p{at}@example.org" if at else "a@b@c\n")
        reminder = remind(running.round, by=running.round.organiser)
        result = deliver_task.enqueue(reminder.pk)
        deliver_task.func(reminder.pk)

        reminder.refresh_from_db()
        stored = DBTaskResult.objects.get(pk=result.id)
        assert stored.args_kwargs == {"args": [reminder.pk], "kwargs": {}}
        assert deliver_task.func(reminder.pk) is None
        # One address was refused. Whose that is says nothing: everybody is reminded.
        assert (len(mailoutbox), reminder.refused) == (len(running.evaluators) - 1, 1)


def test_notices_hold_no_time_at_all() -> None:
    columns = {field.column: field.get_internal_type() for field in Notice._meta.concrete_fields}

    assert columns == {
        "id": "BigAutoField",
        "announcement_id": "ForeignKey",
        "user_id": "ForeignKey",
        "read": "BooleanField",
        "mail_due": "BooleanField",
    }
    with connection.cursor() as cursor:
        real = {one.name for one in connection.introspection.get_table_description(cursor, Notice._meta.db_table)}
    assert real == set(columns)


def test_what_died_is_taken_up_again_by_one_tick(django_capture_on_commit_callbacks: Any) -> None:
    running = open_for()
    announcement = announce_round(running.round)[0]  # its job never ran
    assert settings.TASKS["default"]["BACKEND"].endswith("ImmediateBackend")

    assert announcements.resume_deliveries(now=timezone.now() + timedelta(minutes=4)) == 0
    assert announcements.resume_deliveries(now=timezone.now() + timedelta(minutes=6)) == 1
    assert announcements.resume_deliveries(now=timezone.now() + timedelta(minutes=7)) == 0
    announcement.refresh_from_db()
    assert announcement.finished
    assert announcement.notices.count() == 5
