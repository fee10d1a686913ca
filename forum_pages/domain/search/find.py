"""Searching topics and comments."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from forum_pages.conf import conf
from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.paging import Keyset, KeysetPage, number_column
from forum_pages.querysets.topics import topic_visibility

#: Words of a query that are looked for; more make the question no clearer.
WORDS_MAX = 40
#: Newest first. Search backends know the column by its name, not as pk.
RESULT_ORDER = Keyset((number_column("id", descending=True),))


def find(*, user: Any, query: str, kind: str, below: int | None, size: int) -> KeysetPage:
    """Return a page of topics or comments that hold every word, newest first. The permission is part of the query.

    Three queries: the boards one may read, those one moderates, the results.
    """
    words = list(dict.fromkeys(conf.segmenter()(query).split()))[:WORDS_MAX]
    if not words:
        return KeysetPage()
    # Search backends outside the database cannot look into a subquery: the boards go in by number.
    boards = BoardPage.objects.order_by()
    readable = list(boards.visible_to(user).values_list("pk", flat=True))
    moderated = list(boards.moderated_by(user).values_list("pk", flat=True))
    if kind == "comments":
        rows: Any = TopicComment.objects.filter(
            topic_visibility(user, readable=readable, moderated=moderated, prefix="topic__"),
            Q(is_public=True) | Q(user_id=user.pk),
            is_removed=False,
        ).select_related("topic__board", "user")
    else:
        rows = Topic.objects.filter(topic_visibility(user, readable=readable, moderated=moderated))
        rows = rows.select_related("board", "author")
    return RESULT_ORDER.page(
        rows,
        size=size,
        after="" if below is None else str(below),
        through=lambda ordered: ordered.search(" ".join(words), operator="and", order_by_relevance=False),
    )
