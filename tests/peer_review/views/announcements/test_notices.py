"""Announcements on the site: my own, in my language, paged by key, read by me alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from peer_review.models import Announcement, Notice, Round
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
LIST = reverse("peer_review:notice-list")
READ = reverse("peer_review:notices-read")


def tell(user: Any, *, times: int = 1, kind: str = "lengthened", **fields: Any) -> list[Announcement]:
    """Tell somebody something about a round that is open."""
    now = timezone.now()
    round = RoundFactory(state="open", opened_at=now, fingerprint="ab" * 32, **fields)
    make_member(round, user)
    made = [
        Announcement.objects.create(
            round=round, kind=kind, number=number, text=f"Words {number}", announced_at=now, tried_at=now
        )
        for number in range(times)
    ]
    Notice.objects.bulk_create(Notice(announcement=one, user=user) for one in made)
    return made


@pytest.fixture
def reader(client: Client) -> Any:
    user = make_user("Reader", "staff")
    client.force_login(user)
    return user


def test_everybody_sees_their_own_only(client: Client, reader: Any) -> None:
    tell(reader, title="Mine")
    tell(make_user("Other"), title="Not mine")

    html = client.get(LIST).content.decode()

    assert "Mine" in html
    assert "Not mine" not in html


def test_the_opening_carries_the_fingerprint_to_compare(client: Client, reader: Any) -> None:
    tell(reader, kind="opened")

    assert " ".join(["abab"] * 16) in client.get(LIST).content.decode()


def test_newest_first_and_paged_by_key(client: Client, reader: Any) -> None:
    made = tell(reader, times=25)

    first = client.get(LIST)
    second = client.get(LIST, {"after": first.context["paging"].after})

    seen = [one.announcement.pk for one in [*first.context["notices"], *second.context["notices"]]]
    assert seen == [one.pk for one in reversed(made)]
    assert second.context["paging"].after is None


@pytest.mark.parametrize("after", ["x", "-1", "９", "9" * 30, "9" * 19])
def test_a_key_that_is_none_is_passed_over(client: Client, reader: Any, after: str) -> None:
    tell(reader)

    assert len(client.get(LIST, {"after": after}).context["notices"]) == 1


def test_reading_marks_one_or_all_up_to_one_and_never_somebody_elses(client: Client, reader: Any) -> None:
    other = make_user("Other")
    made = tell(reader, times=3)
    Notice.objects.bulk_create(Notice(announcement=one, user=other) for one in made)

    client.post(READ, {"announcement": made[1].pk})
    assert unread(reader) == [made[0].pk, made[2].pk]
    client.post(READ, {"announcement": "x" * 5})
    client.post(READ, {"up_to": made[1].pk})
    assert unread(reader) == [made[2].pk]
    assert unread(other) == [one.pk for one in made]
    assert client.get(READ).status_code == 405


def unread(user: Any) -> list[int]:
    found = Notice.objects.filter(user=user, read=False).order_by("announcement_id")
    return list(found.values_list("announcement_id", flat=True))


def test_the_list_of_rounds_begins_with_what_is_new_and_drops_what_is_over(client: Client, reader: Any) -> None:
    tell(reader, times=4)
    page = reverse("peer_review:round-list")
    html = client.get(page).content.decode()
    assert [f"Words {number}" in html for number in range(4)] == [False, True, True, True]

    Round.objects.update(state="closed", closed_at=timezone.now())

    assert "Words" not in client.get(page).content.decode()
    assert "Words 3" in client.get(LIST).content.decode()


def test_lists_take_one_query_count_for_one_and_for_many(client: Client, reader: Any) -> None:
    counts = []
    for times in (1, 12):
        tell(reader, times=times)
        for url in (LIST, reverse("peer_review:round-list")):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))

    assert counts[:2] == counts[2:]


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert client.get(LIST).status_code == 302
    assert client.post(READ, {"up_to": 1}).status_code == 302


def test_home_names_how_many_are_new(client: Client, reader: Any) -> None:
    from home.adapters.peer_review import announcements

    assert list(announcements(reader)) == []
    tell(reader, times=2)
    (line,) = announcements(reader)
    assert (line.count, line.url) == (2, LIST)
    assert line.deadline is None or line.deadline > timezone.now() - timedelta(days=1)
