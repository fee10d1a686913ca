"""What moderators do."""

from __future__ import annotations

import pytest
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation import actions
from forum_pages.exceptions.base import ReasonMissing
from forum_pages.exceptions.moderation import NotAwaiting, SameBoard, TooManyPinned
from forum_pages.exceptions.topics import TopicHidden
from forum_pages.models import BoardPage, BoardTally, Topic
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str, str]]:
    """The audit log: (action, user, reason)."""
    return list(ModelLogEntry.objects.order_by("pk").values_list("action", "user__username", "data__reason"))


def test_every_action_is_in_the_audit_log(board: BoardPage, topic: Topic, moderator: User, reader: User) -> None:
    other = make.board("other")
    comment = make.comment(topic, reader)
    actions.pin_topic(topic=topic, user=moderator)
    actions.unpin_topic(topic=topic, user=moderator)
    actions.lock_topic(topic=topic, user=moderator, reason="已答复")
    actions.unlock_topic(topic=topic, user=moderator)
    actions.hide_topic(topic=topic, user=moderator, reason="涉密")
    actions.show_topic(topic=topic, user=moderator)
    actions.move_topic(topic=topic, user=moderator, board=other)
    remove_comment(comment=comment, user=moderator, reason="离题")
    actions.restore_comment(comment=comment, user=moderator)
    assert entries() == [
        ("forum_pages.topic_pin", "mod", ""),
        ("forum_pages.topic_unpin", "mod", ""),
        ("forum_pages.topic_lock", "mod", "已答复"),
        ("forum_pages.topic_unlock", "mod", ""),
        ("forum_pages.topic_hide", "mod", "涉密"),
        ("forum_pages.topic_show", "mod", ""),
        ("forum_pages.topic_move", "mod", ""),
        ("forum_pages.comment_remove", "mod", "离题"),
        ("forum_pages.comment_restore", "mod", ""),
    ]
    assert all(entry.message for entry in ModelLogEntry.objects.all())
    topic.refresh_from_db()
    assert (topic.board_id, topic.is_shown) == (other.pk, True)
    assert dict(BoardTally.objects.values_list("board_id", "topic_count")) == {board.pk: 0, other.pk: 1}


def test_pinned_topics_are_few(board: BoardPage, author: User, moderator: User, settings: Settings) -> None:
    settings.FORUM_PAGES_PINNED_MAX = 1
    actions.pin_topic(topic=make.topic(board, author), user=moderator)
    with pytest.raises(TooManyPinned) as refused:
        actions.pin_topic(topic=make.topic(board, author), user=moderator)
    assert "1" in refused.value.message


def test_refusals(board: BoardPage, topic: Topic, moderator: User) -> None:
    with pytest.raises(ReasonMissing):
        actions.hide_topic(topic=topic, user=moderator, reason="")
    with pytest.raises(SameBoard):
        actions.move_topic(topic=topic, user=moderator, board=board)
    with pytest.raises(NotAwaiting):
        actions.approve_topic(topic=topic, user=moderator)
    actions.hide_topic(topic=topic, user=moderator, reason="x")
    with pytest.raises(TopicHidden):
        actions.pin_topic(topic=topic, user=moderator)


def test_approve_and_refuse_topics(author: User, moderator: User) -> None:
    board = make.board("moderated", moderated=True)
    actions.approve_topic(topic=make.topic(board, author), user=moderator)
    assert board.tally.topic_count == 1
    refused = make.topic(board, author)
    actions.refuse_topic(topic=refused, user=moderator, reason="重复")
    refused.refresh_from_db()
    assert (refused.hidden, refused.hidden_reason) == (True, "重复")
    assert BoardTally.objects.get(board=board).topic_count == 1
