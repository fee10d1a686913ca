"""Which comments."""

from __future__ import annotations

from typing import Self

from django.db.models import OuterRef, Q, QuerySet, Subquery
from wagtail.search.queryset import SearchableQuerySetMixin

from forum_pages.enums import CommentOrder, Reaction
from forum_pages.paging import Keyset, digits_column, number_column
from forum_pages.people import MaybeUser, User, is_signed_in
from forum_pages.querysets.boards import ids_of_boards
from forum_pages.querysets.shared import rows_of
from forum_pages.querysets.topics import topic_visibility
from forum_pages.rules.topics import Topic, can_moderate_topic

#: The two ways through a discussion, each along a unique column of the topic's comments.
COMMENT_ORDERS = {
    CommentOrder.THREAD: Keyset((digits_column("path", length=63),)),
    CommentOrder.TIME: Keyset((number_column("number", digits=9),)),
}


class TopicCommentQuerySet(SearchableQuerySetMixin, QuerySet):
    """Comments on topics."""

    def shown(self) -> Self:
        """Comments everybody sees, the removed ones (whose place stays marked) included."""
        return self.filter(is_public=True)

    def on_topic(self, topic: Topic, *, user: User) -> Self:
        """Comments of one topic that a reader of that topic may see."""
        comments = self.filter(topic_id=topic.pk)
        if can_moderate_topic(user, topic):
            return comments
        return comments.filter(Q(is_public=True) | Q(user_id=user.pk))

    def visible_to(self, user: MaybeUser) -> Self:
        """Comments the person may see."""
        if not is_signed_in(user):
            return self.none()
        readable, moderated = ids_of_boards(user)
        topic = topic_visibility(user, readable=readable, moderated=moderated, prefix="topic__")
        return self.filter(topic & (Q(is_public=True) | Q(user_id=user.pk) | Q(topic__board_id__in=moderated)))

    def awaiting_decision_of(self, user: User) -> Self:
        """Comments that wait for this moderator's approval."""
        _, moderated = ids_of_boards(user)
        return self.filter(is_public=False, is_removed=False, topic__hidden=False, topic__board_id__in=moderated)

    def with_reaction_of(self, user: User) -> Self:
        """Each comment with `my_reaction`: this person's flag, None without."""
        flags = rows_of("CommentFlag", app="django_comments").filter(
            comment_id=OuterRef("pk"), user_id=user.pk, flag__in=Reaction.values
        )
        return self.annotate(my_reaction=Subquery(flags.values("flag")[:1]))
