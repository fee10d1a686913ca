"""What moderators do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation import actions
from forum_pages.exceptions.base import ReasonMissing
from forum_pages.exceptions.moderation import NotAwaiting, SameBoard, TooManyPinned
from forum_pages.exceptions.topics import TopicHidden
from forum_pages.models import BoardPage, BoardTally, Topic, TopicComment
from forum_pages.signals import comment_posted, topic_posted
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


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pin_topic", {"pinned": False}, {"pinned": True}),
        ("unpin_topic", {"pinned": True}, {"pinned": False}),
        ("lock_topic", {"locked": False}, {"locked": True}),
        ("unlock_topic", {"locked": True}, {"locked": False}),
        (
            "show_topic",
            {"hidden": True, "hidden_reason": "x"},
            {"hidden": False, "hidden_reason": "", "hidden_by": None},
        ),
    ],
)
def test_an_action_changes_its_fields(
    topic: Topic, moderator: User, name: str, before: dict[str, object], after: dict[str, object]
) -> None:
    Topic.objects.filter(pk=topic.pk).update(**before)
    changed = getattr(actions, name)(topic=topic, user=moderator)
    assert {field: getattr(changed, field) for field in after} == after
    assert Topic.objects.filter(pk=topic.pk, **{k: v for k, v in after.items() if v is not None}).exists()


def test_a_hidden_topic_is_counted_no_more_and_pinned_no_more(board: BoardPage, topic: Topic, moderator: User) -> None:
    actions.pin_topic(topic=topic, user=moderator)
    hidden = actions.hide_topic(topic=topic, user=moderator, reason="涉密")
    assert (hidden.pinned, hidden.hidden_by, board.tally.topic_count) == (False, moderator, 0)
    with pytest.raises(TopicHidden):
        actions.hide_topic(topic=topic, user=moderator, reason="再")
    actions.show_topic(topic=topic, user=moderator)
    assert BoardTally.objects.get(board=board).topic_count == 1


def test_a_hidden_topic_moves_without_being_counted(board: BoardPage, topic: Topic, moderator: User) -> None:
    other = make.board("other")
    actions.hide_topic(topic=topic, user=moderator, reason="x")
    moved = actions.move_topic(topic=topic, user=moderator, board=other)
    assert (moved.board, BoardTally.objects.filter(topic_count__gt=0).count()) == (other, 0)


def test_refuse_topic_refuses_what_awaits_nothing(topic: Topic, moderator: User) -> None:
    with pytest.raises(NotAwaiting):
        actions.refuse_topic(topic=topic, user=moderator, reason="x")
    awaiting = make.topic(make.board("moderated", moderated=True), topic.author)
    with pytest.raises(ReasonMissing):
        actions.refuse_topic(topic=awaiting, user=moderator, reason="")


def test_approvals_signal_what_becomes_visible(
    author: User, moderator: User, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    received: list[tuple[str, object, object]] = []

    def topic_receiver(sender: type, topic: Topic, user: User, **kwargs: object) -> None:
        received.append(("topic", topic, user))

    def comment_receiver(sender: type, comment: TopicComment, user: User, **kwargs: object) -> None:
        received.append(("comment", comment, user))

    topic_posted.connect(topic_receiver)
    comment_posted.connect(comment_receiver)
    try:
        with committed():
            topic = make.topic(make.board("moderated", moderated=True), author)
            comment = make.comment(topic, author)
        assert received == []
        with committed():
            actions.approve_topic(topic=topic, user=moderator)
            actions.approve_comment(comment=comment, user=moderator)
    finally:
        topic_posted.disconnect(topic_receiver)
        comment_posted.disconnect(comment_receiver)
    assert received == [("topic", topic, author), ("comment", comment, author)]


def test_approve_comment_once(author: User, moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    comment = make.comment(topic, author)
    approved = actions.approve_comment(comment=comment, user=moderator)
    assert (approved.is_public, Topic.objects.get(pk=topic.pk).comment_count) == (True, 1)
    with pytest.raises(NotAwaiting):
        actions.approve_comment(comment=comment, user=moderator)


def test_an_approved_comment_never_moves_the_last_activity_back(author: User, moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    awaiting = make.comment(topic, author)
    newest = make.comment(topic, moderator)
    actions.approve_comment(comment=awaiting, user=moderator)
    assert Topic.objects.get(pk=topic.pk).last_activity_at == newest.submit_date


def test_restore_comment_brings_back_what_was_removed(topic: Topic, reader: User, moderator: User) -> None:
    comment = make.comment(topic, reader)
    with pytest.raises(NotAwaiting):
        actions.restore_comment(comment=comment, user=moderator)
    remove_comment(comment=comment, user=moderator, reason="离题")
    restored = actions.restore_comment(comment=comment, user=moderator)
    stored = TopicComment.objects.get(pk=comment.pk)
    assert (restored.is_removed, stored.is_removed, stored.removed_reason, stored.removed_by) == (
        False,
        False,
        "",
        None,
    )


def test_restoring_what_awaits_approval_publishes_nothing(author: User, moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    comment = make.comment(topic, author)
    remove_comment(comment=comment, user=moderator, reason="x")
    restored = actions.restore_comment(comment=TopicComment.objects.get(pk=comment.pk), user=moderator)
    assert (restored.awaiting, Topic.objects.get(pk=topic.pk).comment_count) == (True, 0)
