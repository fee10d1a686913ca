"""Deadlines in working days, over the Spring Festival and the end of the calendar that is known."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from foundation import signals
from foundation.deadlines import (
    Deadline,
    DeadlinePaused,
    NotPaused,
    Pause,
    PauseUnsound,
    ReasonMissing,
    Reminder,
    ReminderKind,
    due_date,
    extend,
    pause,
    reminders_until,
    resume,
    send_due_reminders,
)
from foundation.workdays import DueDate


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


#: Working days in March 2026 are plain weekdays: 2 March is a Monday, and the tenth after it Monday the 16th.
MARCH = Deadline(start=day("2026-03-02"), workdays=10, key="plan 7")


def test_due_date_counts_working_days_after_the_start() -> None:
    assert due_date(MARCH) == DueDate(day("2026-03-16"), False)


def test_due_date_that_rests_on_holidays_not_announced_is_provisional() -> None:
    assert due_date(Deadline(start=day("2026-12-30"), workdays=3)) == DueDate(day("2027-01-04"), True)


def test_due_date_of_a_paused_deadline_is_unknown() -> None:
    paused = pause(MARCH, since=day("2026-03-05"))

    assert (MARCH.is_paused, paused.is_paused) == (False, True)
    with pytest.raises(DeadlinePaused):
        due_date(paused)


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        # Three working days stand still: the due date moves from Monday the 16th to Thursday the 19th.
        ("2026-03-05", "2026-03-10", "2026-03-19"),
        # A weekend that stands still moves nothing.
        ("2026-03-07", "2026-03-09", "2026-03-16"),
        # A pause after the due date moves nothing.
        ("2026-03-17", "2026-03-20", "2026-03-16"),
        # The last day itself.
        ("2026-03-16", "2026-03-17", "2026-03-17"),
    ],
)
def test_days_of_a_pause_do_not_count(since: str, until: str, due: str) -> None:
    resumed = resume(pause(MARCH, since=day(since)), on=day(until))

    assert due_date(resumed) == DueDate(day(due), False)
    assert resumed.pauses == (Pause(day(since), day(until)),)


def test_pause_that_ends_in_a_year_not_announced_makes_the_due_date_provisional() -> None:
    deadline = resume(pause(Deadline(day("2026-12-28"), 2), since=day("2026-12-29")), on=day("2027-01-04"))

    assert due_date(deadline) == DueDate(day("2027-01-05"), True)


def test_a_pause_includes_its_first_day_and_not_the_day_it_ends() -> None:
    closed, lasting = Pause(day("2026-03-05"), day("2026-03-06")), Pause(day("2026-03-05"))

    assert [closed.includes(day(f"2026-03-0{number}")) for number in (4, 5, 6)] == [False, True, False]
    assert [lasting.includes(day(text)) for text in ("2026-03-04", "2026-03-05", "2030-01-01")] == [False, True, True]


def test_unsound_pauses_are_refused() -> None:
    paused = pause(MARCH, since=day("2026-03-05"))
    resumed = resume(paused, on=day("2026-03-10"))

    with pytest.raises(DeadlinePaused):
        pause(paused, since=day("2026-03-06"))
    with pytest.raises(NotPaused):
        resume(MARCH, on=day("2026-03-06"))
    for since in ("2026-03-02", "2026-03-01"):
        with pytest.raises(PauseUnsound):
            pause(MARCH, since=day(since))
    with pytest.raises(PauseUnsound):
        resume(paused, on=day("2026-03-05"))
    with pytest.raises(PauseUnsound):
        pause(resumed, since=day("2026-03-09"))
    assert pause(resumed, since=day("2026-03-10")).is_paused


def test_extension_keeps_its_reason_and_the_due_dates_before_and_after() -> None:
    once = extend(MARCH, workdays=5, reason=" Two firms have not answered. ", decided_date=day("2026-03-12"))
    twice = extend(once, workdays=1, reason="One still has not.", decided_date=day("2026-03-20"))

    assert due_date(twice) == DueDate(day("2026-03-24"), False)
    assert [(step.reason, step.workdays, step.before, step.after) for step in twice.extensions] == [
        ("Two firms have not answered.", 5, day("2026-03-16"), day("2026-03-23")),
        ("One still has not.", 1, day("2026-03-23"), day("2026-03-24")),
    ]
    assert [step.decided_date for step in twice.extensions] == [day("2026-03-12"), day("2026-03-20")]
    assert (MARCH.extensions, twice.all_workdays) == ((), 16)


def test_extension_after_a_pause_counts_on_from_the_moved_due_date() -> None:
    resumed = resume(pause(MARCH, since=day("2026-03-05")), on=day("2026-03-10"))

    extended = extend(resumed, workdays=1, reason="Late answer.", decided_date=day("2026-03-10"))

    assert due_date(extended) == DueDate(day("2026-03-20"), False)


def test_extension_is_refused_without_reason_while_paused_and_without_days() -> None:
    with pytest.raises(ReasonMissing):
        extend(MARCH, workdays=5, reason="  ", decided_date=day("2026-03-12"))
    with pytest.raises(DeadlinePaused):
        extend(pause(MARCH, since=day("2026-03-05")), workdays=5, reason="x", decided_date=day("2026-03-12"))
    with pytest.raises(ValueError, match="adds working days"):
        extend(MARCH, workdays=0, reason="x", decided_date=day("2026-03-12"))


def test_reminders_at_half_time_three_days_before_on_the_day_and_weekly_to_the_superior() -> None:
    assert reminders_until(MARCH, day("2026-03-31")) == [
        Reminder(ReminderKind.HALF_TIME, day("2026-03-09")),
        Reminder(ReminderKind.SOON, day("2026-03-11")),
        Reminder(ReminderKind.LAST_DAY, day("2026-03-16")),
        Reminder(ReminderKind.OVERDUE, day("2026-03-23"), levels_up=1),
        Reminder(ReminderKind.OVERDUE, day("2026-03-30"), levels_up=1),
    ]


@pytest.mark.parametrize(
    ("workdays", "kinds"),
    [
        (1, ["last_day"]),
        (3, ["last_day"]),
        (4, ["soon", "last_day"]),
        # Half of six days and the third day before the last are one day: one reminder.
        (6, ["soon", "last_day"]),
        (7, ["half_time", "soon", "last_day"]),
    ],
)
def test_short_deadline_has_fewer_reminders(workdays: int, kinds: list[str]) -> None:
    deadline = Deadline(day("2026-03-02"), workdays)

    assert [reminder.kind.value for reminder in reminders_until(deadline, due_date(deadline).day)] == kinds


def test_reminders_move_with_pause_and_extension_and_stop_while_paused() -> None:
    resumed = resume(pause(MARCH, since=day("2026-03-05")), on=day("2026-03-10"))
    extended = extend(MARCH, workdays=10, reason="x", decided_date=day("2026-03-04"))

    assert [str(reminder.day) for reminder in reminders_until(resumed, day("2026-03-19"))] == [
        "2026-03-12",
        "2026-03-16",
        "2026-03-19",
    ]
    assert [str(reminder.day) for reminder in reminders_until(extended, day("2026-03-30"))] == [
        "2026-03-16",
        "2026-03-25",
        "2026-03-30",
    ]
    assert reminders_until(pause(MARCH, since=day("2026-03-05")), day("2026-03-31")) == []


@pytest.fixture
def received() -> Iterator[list[dict[str, Any]]]:
    """What a receiver of the signal was sent."""
    sent: list[dict[str, Any]] = []

    def receive(sender: type, **arguments: Any) -> None:
        sent.append(arguments)

    signals.reminder_due.connect(receive)
    yield sent
    signals.reminder_due.disconnect(receive)


def test_signal_is_sent_on_the_days_of_reminders_only(received: list[dict[str, Any]]) -> None:
    days = [day("2026-03-02") + datetime.timedelta(days=number) for number in range(22)]

    counts = {str(today): send_due_reminders([MARCH], today=today) for today in days}

    assert [text for text, count in counts.items() if count] == ["2026-03-09", "2026-03-11", "2026-03-16", "2026-03-23"]
    assert [(sent["reminder"].kind.value, sent["reminder"].levels_up) for sent in received] == [
        ("half_time", 0),
        ("soon", 0),
        ("last_day", 0),
        ("overdue", 1),
    ]
    assert {sent["deadline"].key for sent in received} == {"plan 7"}
    assert {sent["due"] for sent in received} == {DueDate(day("2026-03-16"), False)}


def test_after_days_without_a_run_the_latest_reminder_is_sent_once(received: list[dict[str, Any]]) -> None:
    sent = send_due_reminders([MARCH], today=day("2026-03-13"), last_run=day("2026-03-06"))

    assert (sent, [arguments["reminder"].kind for arguments in received]) == (1, [ReminderKind.SOON])
    assert send_due_reminders([MARCH], today=day("2026-03-14"), last_run=day("2026-03-13")) == 0


def test_receiver_that_fails_keeps_no_other_deadline_from_its_reminder(
    received: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(sender: type, **arguments: Any) -> None:
        raise RuntimeError("no mail server")

    signals.reminder_due.connect(fail)
    try:
        sent = send_due_reminders([MARCH, MARCH], today=day("2026-03-16"))
    finally:
        signals.reminder_due.disconnect(fail)

    assert (sent, len(received)) == (2, 2)
    assert "RuntimeError" in caplog.text
