"""Agreeing and disagreeing."""

from __future__ import annotations

import pytest

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.comments.reactions import react
from forum_pages.enums import Reaction
from forum_pages.exceptions.base import OwnPost
from forum_pages.exceptions.comments import CommentRemoved
from forum_pages.models import Topic, TopicComment
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["topic", "comment"])
def test_reactions_toggle_and_replace(topic: Topic, author: User, reader: User, kind: str) -> None:
    target = topic if kind == "topic" else make.comment(topic, author)

    def counts() -> tuple[int, int]:
        target.refresh_from_db()
        return target.like_count, target.dislike_count

    assert react(target=target, user=reader, reaction=Reaction.LIKE) == Reaction.LIKE
    assert counts() == (1, 0)
    react(target=target, user=reader, reaction=Reaction.DISLIKE)
    assert counts() == (0, 1)
    assert react(target=target, user=reader, reaction=Reaction.DISLIKE) is None
    assert counts() == (0, 0)
    assert target.flags.count() == 0
    with pytest.raises(OwnPost):
        react(target=target, user=author, reaction=Reaction.LIKE)


def test_no_reaction_to_what_is_not_shown(topic: Topic, author: User, reader: User) -> None:
    comment = make.comment(topic, author)
    remove_comment(comment=comment, user=author, reason="x")
    with pytest.raises(CommentRemoved):
        react(target=TopicComment.objects.get(pk=comment.pk), user=reader, reaction=Reaction.LIKE)
