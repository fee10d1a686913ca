"""Bad input gets a clear answer and loses nothing."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum_pages.domain.moderation import actions
from forum_pages.models import BoardPage, Report, Topic, TopicComment
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def form(**fields: object) -> dict[str, object]:
    return {"submission": str(uuid.uuid4()), **fields}


def url(name: str, target: Model) -> str:
    return reverse(f"forum_pages:{name}", args=[target.pk])


def test_a_topic_of_one_megabyte_is_refused_with_its_text_kept(as_author: Client, board: BoardPage) -> None:
    text = "长" * 350_000
    answer = as_author.post(url("topic-start", board), form(title="一", source=text))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "350000" in page
    assert text in page
    assert not Topic.objects.exists()


def test_invisible_and_reordering_characters(as_author: Client, board: BoardPage) -> None:
    answer = as_author.post(url("topic-start", board), form(title="\u202e\u200b", source="x"))
    assert answer.status_code == 422
    as_author.post(url("topic-start", board), form(title="通\u200b知\u202e.exe", source="付 \u202e001 元"))
    topic = Topic.objects.get()
    assert topic.title == "通知.exe"
    assert "\u202e" not in topic.html
    assert "[U+202E]001" in as_author.get(topic.get_absolute_url()).content.decode()


def test_a_text_of_nothing_visible_is_refused(as_author: Client, board: BoardPage) -> None:
    answer = as_author.post(url("topic-start", board), form(title="题", source="\u200b \u3164\n"))
    assert answer.status_code == 422


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"><svg onload=alert(1)>"


def test_script_in_every_field_stays_text(
    as_author: Client, as_reader: Client, as_moderator: Client, author: User, reader: User, board: BoardPage
) -> None:
    as_author.post(url("topic-start", board), form(title=SCRIPT[:100], source=SCRIPT))
    topic = Topic.objects.get()
    as_reader.post(url("comment-post", topic), form(source=SCRIPT))
    comment = TopicComment.objects.get()
    as_reader.post(url("topic-report", topic), {"reason": SCRIPT})
    as_author.post(url("comment-report", comment), {"reason": SCRIPT})
    as_moderator.post(url("topic-moderate", topic), {"act": "lock", "reason": SCRIPT})
    pages = [as_moderator.get(topic.get_absolute_url()), as_moderator.get(reverse("forum_pages:queue"))]
    as_moderator.post(url("comment-remove", comment), {"reason": SCRIPT})
    as_moderator.post(url("topic-moderate", topic), {"act": "hide", "reason": SCRIPT})
    pages += [
        as_moderator.get(topic.get_absolute_url()),
        as_moderator.get(board.url),
        as_moderator.get(reverse("forum_pages:search"), {"q": SCRIPT[:60]}),
        as_moderator.get(reverse("forum_pages:search"), {"q": "alert"}),
        as_moderator.get(reverse("forum_pages:search"), {"q": "alert", "kind": "comments"}),
        as_moderator.get(url("comment-history", comment)),
    ]
    assert Report.objects.count() == 2
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<svg onload" not in text


def test_a_form_sent_twice_makes_one_post(as_author: Client, as_reader: Client, board: BoardPage) -> None:
    twice = form(title="一次", source="一次")
    first, second = (as_author.post(url("topic-start", board), twice) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    topic = Topic.objects.get()
    twice = form(source="一次")
    first, second = (as_reader.post(url("comment-post", topic), twice) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert TopicComment.objects.count() == 1


def test_edit_after_lock_keeps_the_input(as_author: Client, author: User, moderator: User, board: BoardPage) -> None:
    topic = make.topic(board, author)
    comment = make.comment(topic, author)
    actions.lock_topic(topic=topic, user=moderator)
    answers = [
        as_author.post(url("topic-edit", topic), {"title": "新题", "source": "我写了很久", "seen": 0}),
        as_author.post(url("comment-edit", comment), {"source": "我写了很久", "seen": 0}),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert "我写了很久" in answer.content.decode()
        assert "锁定" in answer.content.decode()


def test_two_windows_editing_one_text(as_author: Client, author: User, board: BoardPage) -> None:
    topic = make.topic(board, author)
    as_author.post(url("topic-edit", topic), {"title": "题", "source": "第一窗", "seen": 0})
    late = as_author.post(url("topic-edit", topic), {"title": "题", "source": "第二窗", "seen": 0})
    assert late.status_code == 409
    page = late.content.decode()
    assert "第一窗" in page
    assert "第二窗" in page
    assert 'name="seen" value="1"' in page
    again = as_author.post(url("topic-edit", topic), {"title": "题", "source": "第二窗", "seen": 1})
    assert again.status_code == 302


def test_an_expired_campaign_keeps_the_input(as_author: Client, author: User) -> None:
    board = make.board("essay", closes_at=timezone.now() + dt.timedelta(hours=1))
    topic = make.topic(board, author)
    type(board).objects.filter(pk=board.pk).update(closes_at=timezone.now())
    answer = as_author.post(url("topic-start", board), form(title="征文", source="写了一夜的征文"))
    assert answer.status_code == 409
    assert "写了一夜的征文" in answer.content.decode()
    answer = as_author.post(url("comment-post", topic), form(source="写了一夜的评论"))
    assert answer.status_code == 409
    assert "写了一夜的评论" in answer.content.decode()


def test_comment_on_a_hidden_topic_is_404(as_reader: Client, author: User, moderator: User, board: BoardPage) -> None:
    topic = make.topic(board, author)
    comment = make.comment(topic, author)
    actions.hide_topic(topic=topic, user=moderator, reason="x")
    assert as_reader.post(url("comment-post", topic), form(source="x")).status_code == 404
    for name in ("comment", "comment-reply", "comment-history", "comment-report"):
        assert as_reader.get(url(name, comment)).status_code == 404, name
    assert as_reader.post(url("comment-react", comment), {"reaction": "I liked it"}).status_code == 404


def test_what_one_may_not_is_refused(as_reader: Client, reader: User, author: User, board: BoardPage) -> None:
    topic = make.topic(board, author)
    comment = make.comment(topic, author)
    assert as_reader.get(url("topic-edit", topic)).status_code == 403
    assert as_reader.post(url("comment-edit", comment), {"source": "x", "seen": 0}).status_code == 403
    assert as_reader.post(url("comment-remove", comment), {"reason": "x"}).status_code == 403
    assert as_reader.post(url("topic-moderate", topic), {"act": "hide", "reason": "x"}).status_code == 403
    assert as_reader.get(reverse("forum_pages:queue")).status_code == 403
    assert as_reader.get(url("topic-start", make.board("leaders", grants={"read": ["leadership"]}))).status_code == 404
    notices = make.board("notices", grants={"post": ["editor"]})
    assert as_reader.get(url("topic-start", notices)).status_code == 403


def test_strangers_are_asked_to_sign_in(client: Client, author: User, board: BoardPage) -> None:
    topic = make.topic(board, author)
    for address in (board.url, topic.get_absolute_url(), reverse("forum_pages:overview")):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "login" in answer.headers["Location"]
    fragment = client.get(topic.get_absolute_url(), headers={"HX-Request": "true"})
    assert "HX-Redirect" in fragment.headers


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=1-2", "before=9-9-9", "after=0-99999999999999999999999-1", "start=%00", "before=" + "9" * 70,
     "number=0", "number=99999999", "number=x", "order=time&after=abc", "order=time&after=99999999999", "last=1"],
)  # fmt: skip
def test_broken_cursors_give_a_page(as_reader: Client, author: User, board: BoardPage, query: str) -> None:
    topic = make.topic(board, author)
    make.comment(topic, author)
    for address in (board.url, topic.get_absolute_url()):
        assert as_reader.get(f"{address}?{query}", follow=True).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "q=",
        "q=%22",
        "q=*",
        "q=AND+OR+NOT",
        "q=NEAR(",
        "q=" + "x" * 300,
        "below=x&q=a",
        "kind=z&q=a",
        "q=%00",
        "q=:*%26|!",
    ],
)
def test_odd_searches_give_a_page(as_reader: Client, author: User, board: BoardPage, query: str) -> None:
    make.topic(board, author)
    for kind in ("", "&kind=comments"):
        assert as_reader.get(f"{reverse('forum_pages:search')}?{query}{kind}").status_code in {200, 422}
