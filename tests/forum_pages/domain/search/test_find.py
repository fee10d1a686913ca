"""Finding topics and comments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from pytest_django import Settings

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation import actions
from forum_pages.domain.search.find import WORDS_MAX, board_ids, find_comments, find_topics, words_of
from forum_pages.domain.topics.topics import edit_topic
from forum_pages.enums import Verb
from forum_pages.models import BoardPage, Topic
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def ids_of_results(user: User, query: str, kind: str = "topics") -> list[int]:
    find = find_comments if kind == "comments" else find_topics
    return [row.pk for row in find(user=user, query=query, below=None, size=20)]


@pytest.mark.parametrize("segmenter", ["forum_pages.text.bigrams", "builtins.str"])
def test_chinese_words_are_found(
    settings: Settings,
    author: User,
    reader: User,
    board: BoardPage,
    segmenter: str,
    committed: Callable[[], AbstractContextManager[object]],
) -> None:
    """With the plugin's own cut, and with the intranet's, whose search backend cuts by itself."""
    settings.FORUM_PAGES_SEGMENTER = segmenter
    with committed():
        topic = make.topic(board, author, "廉政监督卡管理办法", "窗口要公示 supervision cards")
        comment = make.comment(topic, reader, "建议增加投诉电话")
    assert ids_of_results(reader, "监督") == [topic.pk]
    assert ids_of_results(reader, "管理办法") == [topic.pk]
    assert ids_of_results(reader, "公示") == [topic.pk]
    assert ids_of_results(reader, "Supervision") == [topic.pk]
    assert ids_of_results(reader, "投诉", "comments") == [comment.pk]
    assert ids_of_results(reader, "整改") == []


def test_the_permission_is_part_of_the_query(
    author: User,
    reader: User,
    moderator: User,
    board: BoardPage,
    committed: Callable[[], AbstractContextManager[object]],
) -> None:
    leaders = make.board("leaders", grants={"read": ["leadership"]})
    moderated = make.board("moderated", moderated=True)
    with committed():
        hidden = actions.hide_topic(topic=make.topic(board, author, "绩效"), user=moderator, reason="x")
        awaiting = make.topic(moderated, author, "绩效")
        secret = make.topic(leaders, moderator, "绩效")
        shown = make.topic(board, author, "绩效")
        removed = make.comment(shown, reader, "绩效评论")
        remove_comment(comment=removed, user=reader, reason="x")
        make.comment(secret, moderator, "绩效评论")
        seen = make.comment(shown, reader, "绩效评论")
    assert ids_of_results(reader, "绩效") == [shown.pk]
    assert ids_of_results(author, "绩效") == [shown.pk, awaiting.pk]
    assert ids_of_results(moderator, "绩效") == [shown.pk, secret.pk, awaiting.pk, hidden.pk]
    assert ids_of_results(reader, "绩效", "comments") == [seen.pk]


def test_edits_are_found(
    author: User, reader: User, board: BoardPage, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    with committed():
        topic = make.topic(board, author, "旧题", "旧文")
    with committed():
        edit_topic(topic=topic, user=author, title="新题", source="换成审计", seen=0)
    assert ids_of_results(reader, "审计") == [topic.pk]
    assert ids_of_results(reader, "旧文") == []


def test_words_of_a_query_are_few_and_each_once(settings: Settings) -> None:
    settings.FORUM_PAGES_SEGMENTER = "builtins.str"
    assert words_of("整改 期限 整改") == ["整改", "期限"]
    assert len(words_of(" ".join(str(number) for number in range(99)))) == WORDS_MAX
    assert words_of(" ") == []


def test_a_query_without_words_finds_nothing(reader: User, topic: Topic) -> None:
    assert list(find_topics(user=reader, query=" ", below=None, size=9)) == []


def test_find_begins_below_an_id(
    reader: User, author: User, board: BoardPage, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    with committed():
        first, second, third = (make.topic(board, author, f"整改 {number}") for number in range(3))
        comments = [make.comment(first, author, f"整改 {number}") for number in range(3)]
    page = find_topics(user=reader, query="整改", below=third.pk, size=1)
    assert (list(page), page.next) == ([second], str(second.pk))
    assert list(find_topics(user=reader, query="整改", below=int(page.next), size=1)) == [first]
    assert list(find_comments(user=reader, query="整改", below=comments[1].pk, size=9)) == [comments[0]]


def test_board_ids_are_lists(reader: User, board: BoardPage) -> None:
    own = make.board("own", grants={Verb.MODERATE: [reader]})
    readable, moderated = board_ids(reader)
    assert (sorted(readable), moderated) == (sorted([board.pk, own.pk]), [own.pk])
