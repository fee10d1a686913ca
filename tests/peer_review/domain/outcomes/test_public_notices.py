"""公示: five working days at least, whatever the calendar; who is listed; what is kept of its end."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from peer_review import audit_log
from peer_review.domain.outcomes.appeals import answer_stage, ask_review
from peer_review.domain.outcomes.public_notices import (
    last_day,
    names_fingerprint,
    settle_public_notices,
    start_public_notice,
    to_announce,
)
from peer_review.exceptions.outcomes import ContactMissing, NamesChanged, NobodyToAnnounce, NotInspector, NotPublished
from peer_review.models import PublicNotice, Round
from peer_review.providers.workdays import weekdays_after
from tests.factories.peer_review.decided_rounds import (
    decide_all,
    make_inspector,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

#: A Friday; the week after has no holiday.
FRIDAY = datetime.fromisoformat("2026-11-20T10:00:00+08:00")


def at(day: int, month: int = 11) -> datetime:
    return FRIDAY.replace(day=day, month=month)


def start(round: Round, *, by: Any, now: datetime = FRIDAY) -> PublicNotice:
    return start_public_notice(round, by=by, contact=make_inspector(), contact_words=" Room 3,\n 8123 ", now=now)


def test_the_intranet_knows_the_holidays() -> None:
    # 1 to 3 October 2026 and more are holidays, and some weekends around are worked.
    assert last_day(date(2026, 9, 30), 5)[0] > weekdays_after(date(2026, 9, 30), 5)[0]
    assert last_day(date(2026, 11, 20), 5) == (date(2026, 11, 27), False)


def test_those_decided_excellent_and_told_are_listed_by_the_roll() -> None:
    leader = make_leader()
    round = make_scored_round({"Zoe": 97, "Ada": 99, **dict.fromkeys("BCDEFGHI", 70)})
    decide_all(round, by=leader)
    with pytest.raises(NobodyToAnnounce):  # decided, and not told yet
        start(round, by=leader)

    told, _leader = make_told_round({"Zoe": 97, "Ada": 99, **dict.fromkeys("BCDEFGHI", 70)}, by=leader)
    notice = start(told, by=leader)

    assert [entry.subject.label for entry in notice.entries.all()] == ["Zoe", "Ada"]
    assert (notice.start_date, notice.until_date, notice.workdays) == (date(2026, 11, 20), date(2026, 11, 27), 5)
    assert (notice.by, notice.contact_words) == (leader, "Room 3, 8123")
    assert not to_announce(told).exists()


def test_whoever_became_excellent_later_gets_a_notice_of_their_own() -> None:
    round, leader = make_told_round()
    start(round, by=leader)
    with pytest.raises(NobodyToAnnounce):
        start(round, by=leader)
    ben = subject(round, "Ben")
    assert ben.member is not None
    contest = ask_review(ben, by=ben.member.user, grounds="See the record.")
    answer_stage(contest.stages.get(), by=leader, answer="You are right.", grade="excellent")

    second = start(round, by=leader)

    assert (second.number, [entry.subject.label for entry in second.entries.all()]) == (2, ["Ben"])


def test_names_that_joined_the_list_while_it_was_read_are_not_shown_to_all() -> None:
    round, leader = make_told_round()
    read = names_fingerprint(to_announce(round))
    ben = subject(round, "Ben")
    assert ben.member is not None
    contest = ask_review(ben, by=ben.member.user, grounds="See the record.")
    answer_stage(contest.stages.get(), by=leader, answer="You are right.", grade="excellent")
    given: dict[str, Any] = {"by": leader, "contact": make_inspector(), "contact_words": "Room 3"}

    for seen in (read, ""):
        with pytest.raises(NamesChanged):
            start_public_notice(round, **given, seen=seen)
    notice = start_public_notice(round, **given, seen=names_fingerprint(to_announce(round)))

    assert "Ben" in [entry.subject.label for entry in notice.entries.all()]


def test_what_is_missing_or_wrong_is_refused() -> None:
    round, leader = make_told_round()
    with pytest.raises(NotInspector):
        start_public_notice(round, by=leader, contact=leader, contact_words="Room 3")
    with pytest.raises(ContactMissing):
        start_public_notice(round, by=leader, contact=make_inspector(), contact_words="  ")
    with pytest.raises(NotPublished):
        start_public_notice(RoundFactory(), by=leader, contact=make_inspector(), contact_words="Room 3")
    assert not PublicNotice.objects.exists()


def test_the_end_is_recorded_once_it_has_passed(capsys: pytest.CaptureFixture[str]) -> None:
    round, leader = make_told_round()
    notice = start(round, by=leader)

    assert settle_public_notices(now=at(27).replace(hour=23, minute=59)) == []
    assert settle_public_notices(now=at(28).replace(hour=0, minute=1)) == [notice]
    assert settle_public_notices(now=at(29)) == []

    notice.refresh_from_db()
    assert notice.ended_date == date(2026, 11, 27)
    acts = audit_log.entries_visible_to(make_inspector()).filter(action__startswith="peer_review.public_notice")
    assert [(one.action.rsplit(".", 1)[1], one.user) for one in acts] == [("end", None), ("start", leader)]


def holidays_known(start: date, count: int) -> tuple[date, bool]:
    """A calendar in which the Wednesday turned out to be a holiday."""
    return date(2026, 11, 30), False


def holidays_shorter(start: date, count: int) -> tuple[date, bool]:
    """A calendar in which the Sunday is worked."""
    return date(2026, 11, 26), False


@pytest.mark.parametrize(
    ("calendar", "until"), [("holidays_known", date(2026, 11, 30)), ("holidays_shorter", date(2026, 11, 27))]
)
def test_a_provisional_end_is_counted_anew_and_never_shortened(calendar: str, until: date) -> None:
    round, leader = make_told_round()
    with override_settings(PEER_REVIEW_WORKDAYS="peer_review.providers.workdays.weekdays_after"):
        notice = start(round, by=leader)
    assert (notice.until_date, notice.provisional) == (date(2026, 11, 27), True)

    with override_settings(PEER_REVIEW_WORKDAYS=f"{__name__}.{calendar}"):
        settle_public_notices(now=at(24))

    notice.refresh_from_db()
    assert (notice.until_date, notice.provisional, notice.ended_date) == (until, False, None)


def test_the_tick_settles_them(capsys: pytest.CaptureFixture[str]) -> None:
    round, leader = make_told_round()
    notice = start(round, by=leader, now=FRIDAY.replace(year=2025))

    call_command("peer_review_tick", "--no-keys")

    notice.refresh_from_db()
    assert notice.ended_date == notice.until_date
    assert f"public notice ended {round.public_id}" in capsys.readouterr().out
