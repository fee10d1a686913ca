"""Which comments. The equality with the predicates is in rules/test_permissions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.comments.reactions import react
from forum_pages.domain.moderation.actions import hide_topic
from forum_pages.enums import CommentOrder, Reaction, Verb
from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.querysets.comments import COMMENT_ORDERS
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderated(author: User, moderator: User) -> Topic:
    return make.topic(make.board("moderated", moderated=True), moderator)


def test_shown_keeps_the_places_of_removed_comments(moderated: Topic, author: User, moderator: User) -> None:
    removed = make.comment(moderated, moderator)
    remove_comment(comment=removed, user=moderator, reason="x")
    make.comment(moderated, author)
    assert list(TopicComment.objects.shown()) == [removed]


def test_on_topic_and_visible_to(moderated: Topic, author: User, reader: User, moderator: User) -> None:
    shown, awaiting = make.comment(moderated, moderator), make.comment(moderated, author)
    for user, comments in ((reader, {shown}), (author, {shown, awaiting}), (moderator, {shown, awaiting})):
        assert set(TopicComment.objects.on_topic(moderated, user=user)) == comments
        assert set(TopicComment.objects.visible_to(user)) == comments
    assert [list(TopicComment.objects.visible_to(user)) for user in (None, AnonymousUser())] == [[], []]


def test_awaiting_decision_of(moderated: Topic, author: User, reader: User, moderator: User) -> None:
    awaiting, removed = make.comment(moderated, author), make.comment(moderated, author)
    remove_comment(comment=removed, user=author, reason="x")
    assert list(TopicComment.objects.awaiting_decision_of(moderator)) == [awaiting]
    assert list(TopicComment.objects.awaiting_decision_of(reader)) == []
    make.grant(moderated.board, Verb.MODERATE, reader)
    assert list(TopicComment.objects.awaiting_decision_of(reader)) == [awaiting]
    hide_topic(topic=moderated, user=moderator, reason="x")
    assert list(TopicComment.objects.awaiting_decision_of(moderator)) == []


def test_with_reaction_of_leaves_out_other_flags(topic: Topic, author: User, reader: User) -> None:
    comment = make.comment(topic, author)
    comment.flags.create(user=reader, flag="removal suggestion")
    assert TopicComment.objects.with_reaction_of(reader).get().my_reaction is None
    react(target=comment, user=reader, reaction=Reaction.LIKE)
    assert TopicComment.objects.with_reaction_of(reader).get().my_reaction == Reaction.LIKE
    assert TopicComment.objects.with_reaction_of(author).get().my_reaction is None


def test_the_two_orders_of_a_discussion(topic: Topic, author: User) -> None:
    first, second = make.comment(topic, author), make.comment(topic, author)
    reply = make.comment(topic, author, parent=first)
    by_thread, by_time = COMMENT_ORDERS[CommentOrder.THREAD], COMMENT_ORDERS[CommentOrder.TIME]
    assert list(by_thread.page(topic.comments.all(), size=9)) == [first, reply, second]
    assert list(by_time.page(topic.comments.all(), size=9)) == [first, second, reply]
    assert (by_thread.cursor(reply), by_time.cursor(reply)) == ("00000010000003", "3")
