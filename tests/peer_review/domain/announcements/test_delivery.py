"""Sending announcements: once to each whatever happens, in their language, nobody kept waiting by another's fault."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.users.models import UserProfile

from peer_review.domain.announcements.announcements import announce_round
from peer_review.domain.announcements.delivery import deliver, deliver_task
from peer_review.models import Announcement, Notice
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def announced(people: int = 3, **fields: Any) -> Announcement:
    """Return the announcement that a round with people on its roll has begun, put down but not sent."""
    now = timezone.now()
    round = RoundFactory(state="open", opened_at=now, opens_at=now, fingerprint="ab" * 32, **fields)
    for at in range(people):
        make_member(round, make_user(f"Person {at}", email=f"p{at}@example.org"))
    return announce_round(round)[0]


def addresses(mails: list[Any]) -> list[str]:
    return [one.to[0] for one in mails]


class Interrupted(BaseException):
    """The process is killed."""


class FaultyBackend(EmailBackend):
    """A mail server that refuses one address, and dies or goes away when told to."""

    dies_after: int | None = None
    is_down = False

    def open(self) -> bool:
        if FaultyBackend.is_down:
            raise ConnectionRefusedError("user@host")
        return True

    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["p1@example.org"]:
            raise ValueError("p1@example.org refused")
        if FaultyBackend.dies_after == 0:
            raise Interrupted
        if FaultyBackend.dies_after is not None:
            FaultyBackend.dies_after -= 1
        return super().send_messages(messages)


@pytest.fixture
def faulty(settings: Any) -> Any:
    settings.EMAIL_BACKEND = f"{__name__}.FaultyBackend"
    yield FaultyBackend
    FaultyBackend.dies_after, FaultyBackend.is_down = None, False


def test_everybody_on_the_roll_gets_a_notice_and_one_mail(mailoutbox: list[Any]) -> None:
    announcement = announced()

    deliver_task.func(announcement.pk)
    deliver_task.func(announcement.pk)

    assert addresses(mailoutbox) == [f"p{at}@example.org" for at in range(3)]
    assert announcement.notices.filter(read=False, mail_due=False).count() == 3
    announcement.refresh_from_db()
    assert (announcement.finished, announcement.refused) == (True, 0)


def test_a_job_that_ran_already_and_runs_again_whole_sends_nothing_twice(mailoutbox: list[Any]) -> None:
    announcement = announced()
    deliver(announcement)
    Notice.objects.update(read=True)

    deliver(announcement)  # as if the mark that it is finished had been lost

    assert len(mailoutbox) == 3
    assert announcement.notices.filter(read=True).count() == 3


def test_killed_in_between_the_next_job_goes_on_and_the_mail_in_hand_is_not_sent_again(
    faulty: Any, mailoutbox: list[Any]
) -> None:
    announcement = announced(people=6)
    faulty.dies_after = 2
    with pytest.raises(Interrupted):
        deliver(announcement)
    assert addresses(mailoutbox) == ["p0@example.org", "p2@example.org"]

    faulty.dies_after = None
    assert deliver(announcement)

    # p3 was claimed when the process died: it may have gone out, so it does not go out again.
    assert addresses(mailoutbox) == ["p0@example.org", "p2@example.org", "p4@example.org", "p5@example.org"]
    assert announcement.notices.count() == 6


def test_one_refused_address_is_counted_and_does_not_stop_the_rest(
    faulty: Any, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    announcement = announced()

    assert deliver(announcement)

    assert addresses(mailoutbox) == ["p0@example.org", "p2@example.org"]
    announcement.refresh_from_db()
    assert (announcement.finished, announcement.refused) == (True, 1)
    assert "example.org" not in caplog.text


def test_without_a_mail_server_nobody_is_given_up(
    faulty: Any, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    announcement = announced()
    faulty.is_down = True

    assert deliver(announcement) is False

    assert announcement.notices.filter(mail_due=True).count() == 3
    announcement.refresh_from_db()
    assert not announcement.finished
    assert caplog.messages == ["The mail server cannot be reached: ConnectionRefusedError"]
    faulty.is_down = False
    assert deliver(announcement)
    assert len(mailoutbox) == 2


def test_mail_that_waited_for_days_is_not_sent_any_more(mailoutbox: list[Any]) -> None:
    announcement = announced()

    assert deliver(announcement, now=timezone.now() + timedelta(days=3))

    assert mailoutbox == []
    assert announcement.notices.count() == 3


def test_who_has_no_address_and_a_site_without_mail_have_the_notice(settings: Any, mailoutbox: list[Any]) -> None:
    announcement = announced()
    mute = announcement.round.members.first().user
    type(mute).objects.filter(pk=mute.pk).update(email="")
    deliver(announcement)
    assert len(mailoutbox) == 2

    settings.PEER_REVIEW_MAIL = False
    silent = announced()
    assert deliver(silent)
    assert (len(mailoutbox), silent.notices.count()) == (2, 3)


def test_each_reads_their_own_language_and_all_of_one_language_the_same(settings: Any, mailoutbox: list[Any]) -> None:
    settings.LANGUAGE_CODE = "en"
    announcement = announced(people=4, title="Autumn\nround")
    first = announcement.round.members.get(user__email="p0@example.org").user
    UserProfile.objects.create(user=first, preferred_language="zh-hans")
    unknown = announcement.round.members.get(user__email="p1@example.org").user
    UserProfile.objects.create(user=unknown, preferred_language="tlh")

    deliver(announcement)

    chinese, *english = mailoutbox
    assert len({(one.subject, one.body, str(one.alternatives)) for one in english}) == 1
    assert english[0].subject.endswith("Autumn round")
    assert chinese.body != english[0].body
    page = f"http://127.0.0.1:8000/review/rounds/{announcement.round.public_id}/"
    body, (html, kind) = english[0].body, english[0].alternatives[0]
    assert kind == "text/html"
    assert page in body
    assert f'href="{page}"' in html
    assert "ab" * 32 in body
    # Nothing in a mail knows its reader: no name, no token, no address but the round's.
    assert "Person" not in body + html
    assert body.count("http") == 1


def test_queries_grow_by_the_mails_alone() -> None:
    counts = []
    for people in (2, 12):
        announcement = announced(people=people)
        with CaptureQueriesContext(connection) as queries:
            deliver(announcement)
        counts.append(len(queries))

    assert counts[1] - counts[0] == 10
