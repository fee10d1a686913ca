"""Moderators' acts, reports, reactions and read marks."""

import pytest
from wagtail.models import ModelLogEntry

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.comments.reactions import react
from forum_pages.domain.moderation import actions as moderation
from forum_pages.domain.moderation.reports import dismiss_report, report_post, uphold_report
from forum_pages.domain.reading.marks import forget_old_marks, mark_board_read, mark_topic_read
from forum_pages.enums import Reaction, ReportState
from forum_pages.exceptions.base import OwnPost, ReasonMissing
from forum_pages.exceptions.comments import CommentRemoved
from forum_pages.exceptions.moderation import AlreadyReported, NotAwaiting, ReportDecided, SameBoard, TooManyPinned
from forum_pages.exceptions.topics import TopicHidden
from forum_pages.models import BoardTally, Report, Topic, TopicComment, TopicRead
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(board, author):
    return make.topic(board, author)


def acts():
    return list(ModelLogEntry.objects.order_by("pk").values_list("action", "user__username", "data__reason"))


def test_every_act_is_in_the_audit_log(board, topic, moderator, reader):
    other = make.board("other")
    comment = make.comment(topic, reader)
    moderation.pin_topic(topic=topic, user=moderator)
    moderation.unpin_topic(topic=topic, user=moderator)
    moderation.lock_topic(topic=topic, user=moderator, reason="已答复")
    moderation.unlock_topic(topic=topic, user=moderator)
    moderation.hide_topic(topic=topic, user=moderator, reason="涉密")
    moderation.show_topic(topic=topic, user=moderator)
    moderation.move_topic(topic=topic, user=moderator, board=other)
    remove_comment(comment=comment, user=moderator, reason="离题")
    moderation.restore_comment(comment=comment, user=moderator)
    assert acts() == [
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


def test_pinned_topics_are_few(board, author, moderator, settings):
    settings.FORUM_PAGES_PINNED_MAX = 1
    moderation.pin_topic(topic=make.topic(board, author), user=moderator)
    with pytest.raises(TooManyPinned) as refused:
        moderation.pin_topic(topic=make.topic(board, author), user=moderator)
    assert "1" in refused.value.message


def test_refusals(board, topic, moderator):
    with pytest.raises(ReasonMissing):
        moderation.hide_topic(topic=topic, user=moderator, reason="")
    with pytest.raises(SameBoard):
        moderation.move_topic(topic=topic, user=moderator, board=board)
    with pytest.raises(NotAwaiting):
        moderation.approve_topic(topic=topic, user=moderator)
    moderation.hide_topic(topic=topic, user=moderator, reason="x")
    with pytest.raises(TopicHidden):
        moderation.pin_topic(topic=topic, user=moderator)


def test_approve_and_refuse_topics(author, moderator):
    board = make.board("moderated", moderated=True)
    moderation.approve_topic(topic=make.topic(board, author), user=moderator)
    assert board.tally.topic_count == 1
    refused = make.topic(board, author)
    moderation.refuse_topic(topic=refused, user=moderator, reason="重复")
    refused.refresh_from_db()
    assert (refused.hidden, refused.hidden_reason) == (True, "重复")
    assert BoardTally.objects.get(board=board).topic_count == 1


def test_reports_once_a_person_and_upheld_together(topic, author, reader, moderator):
    comment = make.comment(topic, author)
    first = report_post(target=comment, user=reader, reason="人身攻击")
    second = report_post(target=comment, user=make.person("third"), reason="同上")
    with pytest.raises(AlreadyReported):
        report_post(target=comment, user=reader, reason="再报")
    with pytest.raises(OwnPost):
        report_post(target=comment, user=author, reason="自己")
    uphold_report(report=first, user=moderator, decision="人身攻击")
    second.refresh_from_db()
    comment.refresh_from_db()
    assert (second.state, comment.is_removed, comment.removed_reason) == (ReportState.UPHELD, True, "人身攻击")
    with pytest.raises(ReportDecided):
        dismiss_report(report=second, user=moderator, decision="晚了")


def test_dismissed_reports_leave_the_text_and_may_be_made_again(topic, reader, moderator):
    report = report_post(target=topic, user=reader, reason="不实")
    dismiss_report(report=report, user=moderator, decision="属实")
    assert Topic.objects.get(pk=topic.pk).is_shown
    assert report_post(target=topic, user=reader, reason="又不实").state == ReportState.OPEN


def test_upholding_a_report_on_a_topic_hides_it(topic, reader, moderator):
    report = report_post(target=topic, user=reader, reason="涉密")
    with pytest.raises(ReasonMissing):
        uphold_report(report=report, user=moderator, decision="")
    uphold_report(report=report, user=moderator, decision="涉密")
    assert Topic.objects.get(pk=topic.pk).hidden
    assert Report.objects.open().count() == 0


@pytest.mark.parametrize("kind", ["topic", "comment"])
def test_reactions_toggle_and_replace(topic, author, reader, kind):
    target = topic if kind == "topic" else make.comment(topic, author)

    def counts():
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


def test_no_reaction_to_what_is_not_shown(topic, author, reader):
    comment = make.comment(topic, author)
    remove_comment(comment=comment, user=author, reason="x")
    with pytest.raises(CommentRemoved):
        react(target=TopicComment.objects.get(pk=comment.pk), user=reader, reaction=Reaction.LIKE)


def test_read_marks_are_written_only_when_they_say_something(board, topic, reader, django_assert_num_queries):
    def load():
        return Topic.objects.with_read_mark(reader).get(pk=topic.pk)

    mark_topic_read(topic=load(), user=reader)
    assert TopicRead.objects.count() == 1
    marked = load()
    with django_assert_num_queries(0):
        mark_topic_read(topic=marked, user=reader)
    make.comment(topic, make.person("third"))
    assert load().last_activity_at > load().read_at
    mark_board_read(board=board, user=reader)
    assert TopicRead.objects.count() == 0
    assert load().board_read_at > load().last_activity_at
    marked = load()
    with django_assert_num_queries(0):
        mark_topic_read(topic=marked, user=reader)
    assert forget_old_marks() == 0
