"""Writing, editing and removing comments."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_comments_xtd.models import XtdComment
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from forum_pages.domain.comments.comments import edit_comment, post_comment, remove_comment
from forum_pages.domain.moderation import actions
from forum_pages.enums import Verb
from forum_pages.exceptions.base import EditedMeanwhile, NothingChanged, ReasonMissing
from forum_pages.exceptions.comments import CommentAwaiting, CommentRemoved, ParentElsewhere
from forum_pages.exceptions.topics import TopicHidden, TopicLocked
from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.signals import comment_posted
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def tree(topic: Topic) -> list[tuple[int, int]]:
    """The discussion as it is read: (number, level)."""
    return [(comment.number, comment.level) for comment in topic.comments.order_by("path")]


def test_comments_stand_in_the_order_of_their_threads(topic: Topic, reader: User) -> None:
    first = make.comment(topic, reader)
    second = make.comment(topic, reader)
    answer = make.comment(topic, reader, parent=first)
    make.comment(topic, reader, parent=second)
    make.comment(topic, reader, parent=answer)
    make.comment(topic, reader, parent=first)
    make.comment(topic, reader)
    assert tree(topic) == [(1, 0), (3, 1), (5, 2), (6, 1), (2, 0), (4, 1), (7, 0)]
    topic.refresh_from_db()
    assert (topic.comment_count, topic.last_number) == (7, 7)
    assert topic.last_activity_at == TopicComment.objects.get(number=7).submit_date


def test_the_deepest_level_takes_no_children(topic: Topic, reader: User, settings: Settings) -> None:
    settings.FORUM_PAGES_MAX_LEVEL = 2
    parent = None
    for _ in range(5):
        parent = make.comment(topic, reader, parent=parent)
    assert tree(topic) == [(1, 0), (2, 1), (3, 2), (4, 2), (5, 2)]


def test_without_levels_answers_stand_in_a_row(topic: Topic, reader: User, settings: Settings) -> None:
    settings.FORUM_PAGES_MAX_LEVEL = 0
    first = make.comment(topic, reader)
    make.comment(topic, reader, parent=first)
    assert tree(topic) == [(1, 0), (2, 0)]


def test_comments_are_comments_of_django_comments_xtd(topic: Topic, reader: User) -> None:
    first = make.comment(topic, reader, "一")
    answer = make.comment(topic, reader, "二", parent=first)
    row = XtdComment.objects.get(pk=answer.pk)
    assert (row.content_object, row.comment, row.user, row.level) == (topic, "二", reader, 1)
    assert (row.parent_id, row.thread_id) == (first.pk, first.pk)
    root = XtdComment.objects.get(pk=first.pk)
    assert (root.parent_id, root.thread_id, root.is_public, root.is_removed) == (first.pk, first.pk, True, False)


def test_posting_touches_as_many_rows_in_a_long_thread_as_in_a_short_one(topic: Topic, reader: User) -> None:
    first = make.comment(topic, reader)
    post_comment(topic=topic, user=reader, source="热身", parent=first)

    def cost() -> int:
        before = dict(TopicComment.objects.values_list("pk", "path")) | {
            ("xtd", pk): (order, thread)
            for pk, order, thread in XtdComment.objects.values_list("pk", "order", "thread_id")
        }
        with CaptureQueriesContext(connection) as queries:
            post_comment(topic=topic, user=reader, source="答", parent=first)
        after = dict(TopicComment.objects.values_list("pk", "path")) | {
            ("xtd", pk): (order, thread)
            for pk, order, thread in XtdComment.objects.values_list("pk", "order", "thread_id")
        }
        assert {key: after[key] for key in before} == before
        return len(queries)

    short = cost()
    for _ in range(60):
        make.comment(topic, reader, parent=first)
        make.comment(topic, reader)
    assert cost() == short


def test_the_same_form_twice_makes_one_comment(topic: Topic, reader: User) -> None:
    form = uuid.uuid4()
    first = post_comment(topic=topic, user=reader, source="收到", submission=form)
    second = post_comment(topic=topic, user=reader, source="收到", submission=form)
    assert first == second
    topic.refresh_from_db()
    assert (topic.comment_count, topic.last_number) == (1, 1)


def test_post_comment_refusals(board: BoardPage, topic: Topic, author: User, reader: User, moderator: User) -> None:
    elsewhere = make.comment(make.topic(board, author, "别处"), reader)
    with pytest.raises(ParentElsewhere):
        post_comment(topic=topic, user=reader, source="x", parent=elsewhere)
    gone = make.comment(topic, reader)
    remove_comment(comment=gone, user=reader, reason="写错了")
    gone.refresh_from_db()
    with pytest.raises(CommentRemoved):
        post_comment(topic=topic, user=reader, source="x", parent=gone)
    actions.lock_topic(topic=topic, user=moderator)
    with pytest.raises(TopicLocked):
        post_comment(topic=topic, user=reader, source="x")
    actions.hide_topic(topic=topic, user=moderator, reason="x")
    with pytest.raises(TopicHidden):
        post_comment(topic=topic, user=reader, source="x")


def test_moderated_board_holds_comments_back(author: User, reader: User, moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    awaiting = make.comment(topic, reader)
    topic.refresh_from_db()
    assert (awaiting.is_public, topic.comment_count, topic.last_number) == (False, 0, 1)
    with pytest.raises(CommentAwaiting):
        make.comment(topic, reader, parent=awaiting)
    actions.approve_comment(comment=awaiting, user=moderator)
    topic.refresh_from_db()
    assert (topic.comment_count, topic.last_activity_at) == (1, awaiting.submit_date)
    edited = edit_comment(comment=awaiting, user=reader, source="换了", seen=0)
    topic.refresh_from_db()
    assert (edited.awaiting, topic.comment_count) == (True, 0)


def test_edit_comment_keeps_the_former_version_and_notices_the_other_window(topic: Topic, reader: User) -> None:
    comment = make.comment(topic, reader, "旧")
    edited = edit_comment(comment=comment, user=reader, source="新", seen=0)
    assert TopicComment.objects.get(pk=comment.pk).html == "<p>新</p>\n"
    assert [(r.source, r.number) for r in edited.revisions.all()] == [("旧", 1)]
    with pytest.raises(EditedMeanwhile):
        edit_comment(comment=comment, user=reader, source="另", seen=0)
    with pytest.raises(NothingChanged):
        edit_comment(comment=comment, user=reader, source="新", seen=1)


def test_editing_one_comment_does_not_publish_others(author: User, reader: User, moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    parent = make.comment(topic, moderator)
    awaiting = make.comment(topic, reader, parent=parent)
    edit_comment(comment=parent, user=moderator, source="换", seen=0)
    awaiting.refresh_from_db()
    assert awaiting.is_public is False


def test_remove_comment_keeps_its_place_and_its_answers(topic: Topic, reader: User, moderator: User) -> None:
    comment = make.comment(topic, reader)
    make.comment(topic, moderator, parent=comment)
    with pytest.raises(ReasonMissing):
        remove_comment(comment=comment, user=moderator, reason="")
    remove_comment(comment=comment, user=moderator, reason="人身攻击")
    topic.refresh_from_db()
    assert (tree(topic), topic.comment_count) == ([(1, 0), (2, 1)], 1)
    with pytest.raises(CommentRemoved):
        remove_comment(comment=comment, user=moderator, reason="again")
    actions.restore_comment(comment=TopicComment.objects.get(pk=comment.pk), user=moderator)
    topic.refresh_from_db()
    assert topic.comment_count == 2


def test_authors_cannot_remove_in_a_locked_topic_moderators_can(topic: Topic, reader: User, moderator: User) -> None:
    comment = make.comment(topic, reader)
    actions.lock_topic(topic=topic, user=moderator)
    with pytest.raises(TopicLocked):
        remove_comment(comment=comment, user=reader, reason="x")
    remove_comment(comment=comment, user=moderator, reason="x")


def test_post_comment_signals_what_is_visible_once_it_is_committed(
    topic: Topic, author: User, moderator: User, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    received: list[tuple[object, ...]] = []

    def receiver(sender: type, comment: TopicComment, topic: Topic, user: User, **kwargs: object) -> None:
        received.append((comment, topic, user))

    comment_posted.connect(receiver)
    try:
        with committed():
            comment = make.comment(topic, author)
            make.comment(make.topic(make.board("moderated", moderated=True), moderator), author)
    finally:
        comment_posted.disconnect(receiver)
    assert received == [(comment, topic, author)]


def test_a_receiver_that_fails_does_not_fail_the_post(
    topic: Topic,
    reader: User,
    committed: Callable[[], AbstractContextManager[object]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def receiver(sender: type, **kwargs: object) -> None:
        raise RuntimeError("the receiver is broken")

    comment_posted.connect(receiver)
    try:
        with committed():
            comment = make.comment(topic, reader)
    finally:
        comment_posted.disconnect(receiver)
    assert TopicComment.objects.get() == comment
    assert "the receiver is broken" in caplog.text


def test_a_moderator_of_the_board_is_not_held_back_by_it(author: User, reader: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True, grants={Verb.MODERATE: [reader]}), reader)
    assert (topic.awaiting, make.comment(topic, reader).is_public) == (False, True)
    assert make.comment(topic, author).is_public is False
    assert make.comment(topic, make.person("root", is_superuser=True)).is_public is False


def test_edit_comment_refusals(topic: Topic, reader: User, moderator: User) -> None:
    comment = make.comment(topic, reader)
    actions.lock_topic(topic=topic, user=moderator)
    with pytest.raises(TopicLocked):
        edit_comment(comment=comment, user=reader, source="x", seen=0)
    actions.unlock_topic(topic=topic, user=moderator)
    remove_comment(comment=comment, user=reader, reason="x")
    with pytest.raises(CommentRemoved):
        edit_comment(comment=comment, user=reader, source="x", seen=0)


def test_a_comment_that_awaits_approval_is_removed_without_being_counted(author: User, moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    remove_comment(comment=make.comment(topic, author), user=author, reason="写错了")
    topic.refresh_from_db()
    assert topic.comment_count == 0


def test_only_what_moderators_remove_is_in_the_audit_log(topic: Topic, reader: User, moderator: User) -> None:
    remove_comment(comment=make.comment(topic, reader), user=reader, reason="写错了")
    assert not ModelLogEntry.objects.exists()
    remove_comment(comment=make.comment(topic, reader), user=moderator, reason="离题")
    assert ModelLogEntry.objects.get().data == {"reason": "离题"}
