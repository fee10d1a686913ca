"""Starting, editing and withdrawing topics."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from forum_pages.domain.moderation import actions
from forum_pages.domain.topics.topics import edit_topic, start_topic, withdraw_topic
from forum_pages.exceptions.base import EditedMeanwhile, NothingChanged, ReasonMissing, Refusal
from forum_pages.exceptions.boards import BoardClosed, BoardNotOpenYet
from forum_pages.exceptions.topics import TopicHasComments, TopicHidden, TopicLocked
from forum_pages.models import BoardPage, BoardTally, Topic
from forum_pages.signals import topic_posted
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def count(board: BoardPage) -> int:
    tally = BoardTally.objects.filter(board=board).first()
    return tally.topic_count if tally else 0


def test_start_topic_counts_and_signals(
    board: BoardPage, author: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard = []
    topic_posted.connect(lambda sender, topic, user, **kw: heard.append((topic.pk, user)), weak=False, dispatch_uid="t")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            topic = make.topic(board, author)
    finally:
        topic_posted.disconnect(dispatch_uid="t")
    assert heard == [(topic.pk, author)]
    assert count(board) == 1


def test_start_topic_twice_with_one_form_makes_one_topic(board: BoardPage, author: User) -> None:
    form = uuid.uuid4()
    first = start_topic(board=board, user=author, title="一", source="一", submission=form)
    second = start_topic(board=board, user=author, title="一", source="一", submission=form)
    assert first == second
    assert count(board) == 1


def test_somebody_elses_form_number_gives_nothing_away(board: BoardPage, author: User, reader: User) -> None:
    form = uuid.uuid4()
    start_topic(board=board, user=author, title="一", source="一", submission=form)
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        start_topic(board=board, user=reader, title="二", source="二", submission=form)


@pytest.mark.parametrize(
    ("opens", "closes", "refusal"),
    [(1, None, BoardNotOpenYet), (None, -1, BoardClosed), (-2, -1, BoardClosed)],
)
def test_start_topic_is_refused_outside_the_campaign(
    author: User, opens: int | None, closes: int | None, refusal: type[Refusal]
) -> None:
    now = timezone.now()
    when = {
        "opens_at": now + dt.timedelta(days=opens) if opens else None,
        "closes_at": now + dt.timedelta(days=closes) if closes else None,
    }
    with pytest.raises(refusal):
        make.topic(make.board("essay", **when), author)
    assert not Topic.objects.exists()


def test_moderated_board_holds_topics_back_except_moderators(author: User, moderator: User) -> None:
    board = make.board("moderated", moderated=True)
    awaiting, shown = make.topic(board, author), make.topic(board, moderator)
    assert (awaiting.awaiting, shown.awaiting) == (True, False)
    assert count(board) == 1


def test_edit_topic_keeps_the_former_version(board: BoardPage, author: User) -> None:
    topic = make.topic(board, author, "旧", "旧文")
    edited = edit_topic(topic=topic, user=author, title="新", source="新文", seen=0)
    former = edited.revisions.get()
    assert (former.title, former.source, former.html, former.number) == ("旧", "旧文", "<p>旧文</p>\n", 1)
    assert (edited.html, edited.revision_count) == ("<p>新文</p>\n", 1)


def test_edit_topic_notices_the_other_window(board: BoardPage, author: User) -> None:
    topic = make.topic(board, author)
    edit_topic(topic=topic, user=author, title="一", source="一", seen=0)
    with pytest.raises(EditedMeanwhile):
        edit_topic(topic=topic, user=author, title="二", source="二", seen=0)


def test_edit_topic_refusals(board: BoardPage, author: User, moderator: User) -> None:
    topic = make.topic(board, author, "t", "s")
    with pytest.raises(NothingChanged):
        edit_topic(topic=topic, user=author, title="t", source="s", seen=0)
    actions.lock_topic(topic=topic, user=moderator)
    with pytest.raises(TopicLocked):
        edit_topic(topic=topic, user=author, title="n", source="n", seen=0)
    actions.hide_topic(topic=topic, user=moderator, reason="x")
    with pytest.raises(TopicHidden):
        edit_topic(topic=topic, user=author, title="n", source="n", seen=0)


def test_edit_on_a_moderated_board_needs_approval_again(author: User, moderator: User) -> None:
    board = make.board("moderated", moderated=True)
    topic = actions.approve_topic(topic=make.topic(board, author), user=moderator)
    assert count(board) == 1
    assert edit_topic(topic=topic, user=author, title="换", source="换", seen=0).awaiting is True
    assert count(board) == 0


def test_withdraw_topic_only_while_nobody_has_commented(board: BoardPage, author: User, reader: User) -> None:
    topic = make.topic(board, author)
    with pytest.raises(ReasonMissing):
        withdraw_topic(topic=topic, user=author, reason="")
    withdraw_topic(topic=topic, user=author, reason="写错了")
    assert count(board) == 0
    other = make.topic(board, author)
    make.comment(other, reader)
    with pytest.raises(TopicHasComments):
        withdraw_topic(topic=other, user=author, reason="写错了")


def test_a_double_click_that_was_slower_gets_the_topic_of_the_faster(
    board: BoardPage, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = uuid.uuid4()
    faster = start_topic(board=board, user=author, title="一", source="一", submission=submission)
    looks = iter([None, faster])
    monkeypatch.setattr("django.db.models.QuerySet.first", lambda rows: next(looks))
    assert start_topic(board=board, user=author, title="一", source="一", submission=submission) == faster


@pytest.mark.parametrize(("state", "refusal"), [({"hidden": True}, TopicHidden), ({"locked": True}, TopicLocked)])
def test_withdraw_topic_refusals(topic: Topic, author: User, state: dict[str, bool], refusal: type[Refusal]) -> None:
    Topic.objects.filter(pk=topic.pk).update(**state)
    with pytest.raises(refusal):
        withdraw_topic(topic=topic, user=author, reason="x")


def test_a_topic_that_awaits_approval_is_withdrawn_without_being_counted(author: User) -> None:
    board = make.board("moderated", moderated=True)
    withdrawn = withdraw_topic(topic=make.topic(board, author), user=author, reason="写错了")
    assert (withdrawn.hidden, withdrawn.hidden_by, count(board)) == (True, author, 0)


def test_a_moderator_edits_on_a_moderated_board_without_approval(moderator: User) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    assert edit_topic(topic=topic, user=moderator, title="换", source="换", seen=0).awaiting is False
