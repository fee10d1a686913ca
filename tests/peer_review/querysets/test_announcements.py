"""Which notices: one's own, newest first, and what of them still says something."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from peer_review.enums import AnnouncementKind, RoundState
from peer_review.models import Announcement, Notice, Round
from tests.factories.peer_review.rounds import RoundFactory, make_user

pytestmark = pytest.mark.django_db


def notice(user: Any, kind: str = "opened", *, round: Round | None = None, read: bool = False) -> Notice:
    now = timezone.now()
    told = round or RoundFactory(state="open")
    announcement = Announcement.objects.create(
        round=told, kind=kind, number=told.announcements.count(), announced_at=now, tried_at=now
    )
    return Notice.objects.create(announcement=announcement, user=user, read=read)


def test_notices_are_seen_by_whom_they_went_to_newest_first() -> None:
    user, other = make_user(), make_user("", "inspector", "leadership", "organiser", is_superuser=True)
    first, second, foreign = notice(user), notice(user, read=True), notice(other)

    assert list(Notice.objects.visible_to(user)) == [second, first]
    assert list(Notice.objects.visible_to(other)) == [foreign]


@pytest.mark.parametrize("make", [lambda: None, AnonymousUser, lambda: make_user(is_active=False)])
def test_strangers_have_no_notices(make: Any) -> None:
    user = make()
    if user is not None and user.pk:
        notice(user)

    assert not Notice.objects.visible_to(user).exists()


@pytest.mark.parametrize("kind", AnnouncementKind)
@pytest.mark.parametrize("state", [state for state in RoundState if state != RoundState.DRAFT])
def test_what_is_said_while_a_round_is_open_is_stale_afterwards(kind: AnnouncementKind, state: RoundState) -> None:
    user = make_user()
    notice(user, kind, round=RoundFactory(state=state))
    moved = {"lengthened", "closing", "stays_open", "prolonged"}
    passing = {"opened", "casting", "reminder", "drawing"} | moved

    unread = Notice.objects.unread().exists()

    assert unread is (state == RoundState.OPEN or kind not in passing)


def test_what_was_read_is_not_unread() -> None:
    user = make_user()
    notice(user, "published", read=True)
    fresh = notice(user, "published")

    assert list(Notice.objects.visible_to(user).unread()) == [fresh]


def test_round_and_announcement_come_along_in_one_query(django_assert_num_queries: Any) -> None:
    user = make_user()
    titles = [notice(user).announcement.round.title for _one in range(3)]

    with django_assert_num_queries(1):
        seen = [one.announcement.round.title for one in Notice.objects.visible_to(user).unread()]
    assert seen == titles[::-1]
