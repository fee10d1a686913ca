"""Which topics. The equality with the predicates is in rules/test_permissions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from forum_pages.domain.comments.reactions import react
from forum_pages.domain.moderation.actions import hide_topic, pin_topic
from forum_pages.domain.reading.marks import mark_board_read
from forum_pages.enums import Reaction, Verb
from forum_pages.models import BoardMark, BoardPage, Topic, TopicRead
from forum_pages.people import User
from forum_pages.querysets.topics import BOARD_ORDER, topic_visibility
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def awaiting(author: User) -> Topic:
    return make.topic(make.board("moderated", moderated=True), author, "待审")


def test_shown(topic: Topic, awaiting: Topic, author: User, moderator: User) -> None:
    hide_topic(topic=make.topic(topic.board, author), user=moderator, reason="x")
    assert list(Topic.objects.shown()) == [topic]


def test_visible_to(topic: Topic, awaiting: Topic, author: User, reader: User, moderator: User) -> None:
    assert set(Topic.objects.visible_to(reader)) == {topic}
    assert set(Topic.objects.visible_to(author)) == {topic, awaiting}
    assert set(Topic.objects.visible_to(moderator)) == {topic, awaiting}
    assert [list(Topic.objects.visible_to(user)) for user in (None, AnonymousUser())] == [[], []]


def test_topic_visibility_takes_lists_of_boards(topic: Topic, awaiting: Topic, reader: User) -> None:
    boards = [topic.board_id, awaiting.board_id]
    assert set(Topic.objects.filter(topic_visibility(reader, readable=boards, moderated=[]))) == {topic}
    moderated = topic_visibility(reader, readable=boards, moderated=[awaiting.board_id])
    assert set(Topic.objects.filter(moderated)) == {topic, awaiting}


def test_on_board(board: BoardPage, topic: Topic, author: User, reader: User, moderator: User) -> None:
    hidden = hide_topic(topic=make.topic(board, author), user=moderator, reason="x")
    make.topic(make.board("other"), author)
    assert set(Topic.objects.on_board(board, user=reader)) == {topic}
    assert set(Topic.objects.on_board(board, user=moderator)) == {topic, hidden}


def test_awaiting_decision_of(topic: Topic, awaiting: Topic, author: User, reader: User, moderator: User) -> None:
    assert list(Topic.objects.awaiting_decision_of(moderator)) == [awaiting]
    assert list(Topic.objects.awaiting_decision_of(author)) == []
    make.grant(awaiting.board, Verb.MODERATE, reader)
    assert list(Topic.objects.awaiting_decision_of(reader)) == [awaiting]


def test_with_read_mark(topic: Topic, reader: User) -> None:
    def marks() -> tuple[object, object]:
        row = Topic.objects.with_read_mark(reader).get(pk=topic.pk)
        return row.read_at, row.board_read_at

    assert marks() == (None, None)
    read = TopicRead.objects.create(topic=topic, user=reader, read_at=topic.last_activity_at)
    assert marks() == (read.read_at, None)
    mark_board_read(board=topic.board, user=reader)
    assert marks() == (None, BoardMark.objects.get().marked_at)


def test_with_reaction_of(topic: Topic, reader: User, moderator: User) -> None:
    react(target=topic, user=reader, reaction=Reaction.DISLIKE)
    assert Topic.objects.with_reaction_of(reader).get().my_reaction == Reaction.DISLIKE
    assert Topic.objects.with_reaction_of(moderator).get().my_reaction is None


def test_the_order_of_a_board_is_pinned_first_then_the_latest_activity(
    board: BoardPage, author: User, moderator: User
) -> None:
    old, middle, new = (make.topic(board, author, str(number)) for number in range(3))
    pin_topic(topic=middle, user=moderator)
    assert list(BOARD_ORDER.page(Topic.objects.all(), size=9)) == [middle, new, old]
    make.comment(old, author)
    assert list(BOARD_ORDER.page(Topic.objects.all(), size=9)) == [middle, old, new]
