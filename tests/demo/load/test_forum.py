"""Boards, topics and comments over a year."""

import pytest

from demo.load import forum
from demo.load.content import TopicEntry, topics
from demo.load.people import load_people
from forum_pages.models import BoardPage, BoardTally, Topic, TopicComment
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[TopicEntry]:
    """The pinned topic and another one, each with three comments."""
    every = topics()
    chosen = [
        {**entry, "comments": entry["comments"][:3]}
        for entry in (next(entry for entry in every if entry.get("pinned")), every[-1])
    ]
    monkeypatch.setattr(forum, "topics", lambda: chosen)
    return chosen  # type: ignore[return-value]


def test_topics_are_loaded_once_with_comments_likes_and_tallies(entries: list[TopicEntry]) -> None:
    load_people(120)

    assert forum.load_forum(home_page()) == 2
    assert forum.load_forum(home_page()) == 0

    assert BoardPage.objects.count() == len(forum.BOARDS)
    pinned = Topic.objects.get(title=entries[0]["title"])
    assert (pinned.pinned, pinned.comment_count, pinned.last_number) == (True, 3, 3)
    assert pinned.like_count == pinned.flags.count()
    assert not TopicComment.objects.filter(comment__startswith="+ ").exists()
    assert pinned.created_at < pinned.last_activity_at
    assert sum(BoardTally.objects.values_list("topic_count", flat=True)) == 2
    assert BoardPage.objects.get(slug="suggestions").moderated
    assert BoardPage.objects.get(slug="howto").closes_at is not None
