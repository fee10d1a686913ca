"""Search over what a person may see."""

import pytest
from django.urls import reverse

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation import actions as moderation
from forum_pages.domain.search.find import find_comments, find_topics
from forum_pages.domain.topics.topics import edit_topic
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Index what is written inside, as happens once a transaction has committed."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def found(user, query, kind="topics"):
    find = find_comments if kind == "comments" else find_topics
    return [row.pk for row in find(user=user, query=query, below=None, size=20)]


@pytest.mark.parametrize("segmenter", ["forum_pages.text.bigrams", "builtins.str"])
def test_chinese_words_are_found(settings, author, reader, board, segmenter, committed):
    """With the plugin's own cut, and with the intranet's, whose search backend cuts by itself."""
    settings.FORUM_PAGES_SEGMENTER = segmenter
    with committed():
        topic = make.topic(board, author, "廉政监督卡管理办法", "窗口要公示 supervision cards")
        comment = make.comment(topic, reader, "建议增加投诉电话")
    assert found(reader, "监督") == [topic.pk]
    assert found(reader, "管理办法") == [topic.pk]
    assert found(reader, "公示") == [topic.pk]
    assert found(reader, "Supervision") == [topic.pk]
    assert found(reader, "投诉", "comments") == [comment.pk]
    assert found(reader, "整改") == []


def test_the_permission_is_part_of_the_query(author, reader, moderator, board, committed):
    leaders = make.board("leaders", grants={"read": ["leadership"]})
    moderated = make.board("moderated", moderated=True)
    with committed():
        hidden = moderation.hide_topic(topic=make.topic(board, author, "绩效"), user=moderator, reason="x")
        awaiting = make.topic(moderated, author, "绩效")
        secret = make.topic(leaders, moderator, "绩效")
        shown = make.topic(board, author, "绩效")
        removed = make.comment(shown, reader, "绩效评论")
        remove_comment(comment=removed, user=reader, reason="x")
        make.comment(secret, moderator, "绩效评论")
        seen = make.comment(shown, reader, "绩效评论")
    assert found(reader, "绩效") == [shown.pk]
    assert found(author, "绩效") == [shown.pk, awaiting.pk]
    assert found(moderator, "绩效") == [shown.pk, secret.pk, awaiting.pk, hidden.pk]
    assert found(reader, "绩效", "comments") == [seen.pk]


def test_results_are_paged_newest_first(as_reader, author, board, settings, committed):
    settings.FORUM_PAGES_RESULTS_PER_PAGE = 2
    with committed():
        made = [make.topic(board, author, f"整改 {number}").pk for number in range(3)]
    first = as_reader.get(reverse("forum_pages:search"), {"q": "整改"})
    assert [row.pk for row in first.context["page"]] == [made[2], made[1]]
    rest = as_reader.get(reverse("forum_pages:search"), {"q": "整改", "below": first.context["page"].next})
    assert [row.pk for row in rest.context["page"]] == [made[0]]
    assert "<mark>整改</mark>" not in first.content.decode()  # titles hold it, texts do not


def test_what_was_found_is_marked(as_reader, author, board, committed):
    with committed():
        make.topic(board, author, "题", "关于<b>整改</b>期限")
    page = as_reader.get(reverse("forum_pages:search"), {"q": "整改"}).content.decode()
    assert "<mark>整改</mark>" in page
    assert "<b>整改" not in page


def test_edits_are_found(author, reader, board, committed):
    with committed():
        topic = make.topic(board, author, "旧题", "旧文")
    with committed():
        edit_topic(topic=topic, user=author, title="新题", source="换成审计", seen=0)
    assert found(reader, "审计") == [topic.pk]
    assert found(reader, "旧文") == []
