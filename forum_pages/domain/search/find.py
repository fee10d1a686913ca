"""Finding topics and comments. The permission is part of the query."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from forum_pages.conf import conf
from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.paging import Keyset, KeysetPage, Sliceable, number_column
from forum_pages.people import User
from forum_pages.querysets.topics import topic_visibility

Row = TypeVar("Row", bound=Model)

#: Words of a query that are looked for; more make the question no clearer.
WORDS_MAX = 40
#: Newest first. Search backends know the column by its name, not as pk.
RESULT_ORDER = Keyset((number_column("id", descending=True),))


def words_of(query: str) -> list[str]:
    """Return the words to look for, each once, as the segmenter cuts them."""
    return list(dict.fromkeys(conf.segmenter()(query).split()))[:WORDS_MAX]


def find_topics(*, user: User, query: str, below: int | None, size: int) -> KeysetPage[Topic]:
    """Return a page of topics that hold every word of the query, newest first, from `below` this id on.

    Three queries: the boards the person reads, those the person moderates, the results.
    """
    readable, moderated = board_ids(user)
    topics = Topic.objects.filter(topic_visibility(user, readable=readable, moderated=moderated))
    return _page(topics.select_related("board", "author"), query=query, below=below, size=size)


def find_comments(*, user: User, query: str, below: int | None, size: int) -> KeysetPage[TopicComment]:
    """Return a page of comments that hold every word of the query, newest first, from `below` this id on.

    Three queries: the boards the person reads, those the person moderates, the results.
    """
    readable, moderated = board_ids(user)
    comments = TopicComment.objects.filter(
        topic_visibility(user, readable=readable, moderated=moderated, prefix="topic__"),
        Q(is_public=True) | Q(user_id=user.pk),
        is_removed=False,
    )
    return _page(comments.select_related("topic__board", "user"), query=query, below=below, size=size)


def board_ids(user: User) -> tuple[list[int], list[int]]:
    """Return the ids of the boards the person reads, and of those the person moderates.

    They are lists, because search backends outside the database cannot look into a subquery.
    """
    boards = BoardPage.objects.order_by()
    return (
        list(boards.visible_to(user).values_list("pk", flat=True)),
        list(boards.moderated_by(user).values_list("pk", flat=True)),
    )


def _page(rows: QuerySet[Row], *, query: str, below: int | None, size: int) -> KeysetPage[Row]:
    words = " ".join(words_of(query))
    if not words:
        return KeysetPage()

    def search(ordered: QuerySet[Row]) -> Sliceable:
        # The querysets of topics and comments are searchable, which the stubs of Django do not know.
        results: Sliceable = ordered.search(words, operator="and", order_by_relevance=False)  # type: ignore[attr-defined]
        return results

    return RESULT_ORDER.page(rows, size=size, after="" if below is None else str(below), through=search)
