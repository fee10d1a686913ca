"""Boards, topics and comments over a year."""

import datetime
import random
import uuid
from typing import NotRequired, TypedDict

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django_comments.models import Comment
from wagtail.models import Page

from demo.load.content import TopicEntry, topics
from demo.load.moments import later, midnight, office_hours
from forum_pages.models import BoardGrant, BoardPage, BoardTally, ForumIndexPage, Topic, TopicComment, insert_comment
from forum_pages.text import clean_source, clean_title, render
from organisation.models import User

NAMESPACE = uuid.UUID("5b0f6a0e-0f7b-4d43-9a34-7a1b6c1c2d01")


class BoardEntry(TypedDict):
    """A board of the forum."""

    slug: str
    title: str
    description: str
    prompt: NotRequired[str]
    open_for_days: NotRequired[int]
    moderated: NotRequired[bool]


BOARDS: list[BoardEntry] = [
    {
        "slug": "exchange",
        "title": "交流互评",
        "description": "人人有话说，事事有回音。对工作、对协作、对彼此，说真话，讲事实。",
    },
    {
        "slug": "howto",
        "title": "12 个如何",
        "description": "履职能力征文：十二个“如何”，写自己的做法，讲得清，学得会。",
        "prompt": "你在岗位上解决了哪一个“如何”？请写清情况、做法和效果。",
        "open_for_days": 365,
    },
    {"slug": "policy", "title": "十二字方针大家谈", "description": "抓质量、保安全、促发展、强基础。"},
    {"slug": "system", "title": "综合管理体系", "description": "体系文件、内审、不符合项与整改的讨论。"},
    {"slug": "service", "title": "服务与监督", "description": "一卡、双评、三公开：听企业的，听监督员的。"},
    {"slug": "culture", "title": "文化生活", "description": "文体活动、读书、值班随笔。English is welcome here."},
    {
        "slug": "suggestions",
        "title": "意见建议",
        "description": "提出来，有人管，有期限。发帖经版主审核后显示。",
        "moderated": True,
    },
]


@transaction.atomic
def load_forum(home: Page) -> int:
    """Make sure boards and topics are there; return how many topics were added."""
    index = ForumIndexPage.objects.first()
    if index is None:
        index = ForumIndexPage(
            title="论坛", slug="forum", introduction="<p>说真话，讲事实，有回音。</p>", show_in_menus=True
        )
        home.add_child(instance=index)
    boards = {entry["slug"]: _board(index, entry) for entry in BOARDS}
    authors = list(User.objects.filter(is_active=True, staff__isnull=False).order_by("pk")[:120])
    added = 0
    for number, entry in enumerate(topics()):
        submission = uuid.uuid5(NAMESPACE, entry["title"])
        if not Topic.objects.filter(submission=submission).exists():
            _topic(entry, boards[entry["board"]], authors, random.Random(number), submission)  # noqa: S311
            added += 1
    for board in boards.values():
        shown = Topic.objects.filter(board=board, hidden=False, awaiting=False).count()
        BoardTally.objects.update_or_create(board=board, defaults={"topic_count": shown})
    return added


def _board(index: ForumIndexPage, entry: BoardEntry) -> BoardPage:
    board = BoardPage.objects.filter(slug=entry["slug"]).first()
    if board is not None:
        return board
    board = BoardPage(
        title=entry["title"],
        slug=entry["slug"],
        description=f"<p>{entry['description']}</p>",
        prompt=entry.get("prompt", ""),
        moderated=entry.get("moderated", False),
    )
    if days := entry.get("open_for_days"):
        board.opens_at = midnight() - datetime.timedelta(days=days - 30)
        board.closes_at = board.opens_at + datetime.timedelta(days=days)
    index.add_child(instance=board)
    moderators = Group.objects.get(name="moderator")
    BoardGrant.objects.create(board=board, verb="moderate", group=moderators)
    return board


def _topic(
    entry: TopicEntry, board: BoardPage, authors: list[User], chance: random.Random, submission: uuid.UUID
) -> None:
    posted = office_hours(entry["days_ago"], chance)
    source = clean_source(entry["body"])
    topic = Topic.objects.create(
        board=board,
        author=chance.choice(authors),
        title=clean_title(entry["title"]),
        source=source,
        html=render(source),
        created_at=posted,
        last_activity_at=posted,
        pinned=entry.get("pinned", False),
        submission=submission,
    )
    moment, root = posted, None
    for number, text in enumerate(entry["comments"], start=1):
        answers = text.startswith("+ ")
        text = text.removeprefix("+ ")
        moment = later(moment, chance)
        comment = insert_comment(
            topic=topic,
            user=chance.choice(authors),
            number=number,
            parent=root if answers else None,
            text=text,
            html=render(text),
        )
        Comment.objects.filter(pk=comment.pk).update(submit_date=moment)
        root = root if answers else comment
    likes = chance.randrange(0, 24)
    Topic.objects.filter(pk=topic.pk).update(
        comment_count=len(entry["comments"]),
        last_number=len(entry["comments"]),
        last_activity_at=moment,
    )
    for fan in chance.sample(authors, min(likes, len(authors))):
        topic.flags.create(user=fan, flag="I liked it", flag_date=min(later(posted, chance), timezone.now()))
    Topic.objects.filter(pk=topic.pk).update(like_count=topic.flags.count())
    _like_comments(topic, authors, chance)


def _like_comments(topic: Topic, authors: list[User], chance: random.Random) -> None:
    """Let some comments be agreed with, through the flags of django-comments."""
    for comment in TopicComment.objects.filter(topic=topic):
        fans = chance.sample(authors, min(chance.choice([0, 0, 0, 1, 2, 5]), len(authors)))
        for fan in fans:
            comment.flags.create(user=fan, flag="I liked it")
        if fans:
            TopicComment.objects.filter(pk=comment.pk).update(like_count=len(fans))
