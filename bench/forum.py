"""Measure the forum: a board of 100,000 topics, a topic of 1,000 comments, and posting into it, as a member.

    .venv/bin/python bench/forum.py [--topics 100000] [--comments 1000] [--rounds 30]

Seeds databases of its own, deleted afterwards (SQLite, or on the server that DATABASE_URL names), then asks the whole
application, middleware included, in this process. Prints the median server time, the time in SQL and the number
of queries of each request. Requests of different kinds take turns, because the speed of a machine drifts.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import own_databases, start_django

AUTHORS = 200
ZH = [
    "请问",
    "关于",
    "单位",
    "论坛",
    "考核",
    "互评",
    "系统",
    "通知",
    "培训",
    "预算",
    "差旅",
    "审批",
    "流程",
    "会议",
    "纪要",
    "建议",
    "意见",
]
EN = [
    "the",
    "forum",
    "staff",
    "policy",
    "review",
    "meeting",
    "result",
    "section",
    "office",
    "budget",
    "request",
    "plan",
]


class Meter:
    """Counts queries and their time, as an execute_wrapper."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0
        self.log: list[tuple[float, str]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - start
            self.queries += 1
            self.seconds += took
            self.log.append((took, sql))


def seed(topics: int, comments: int) -> tuple[Any, Any, Any]:
    """Fill the database; returns (board, the topic with many comments, a member)."""
    from django.contrib.auth import get_user_model
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sites.models import Site as ContribSite
    from django.db import connection
    from django.utils import timezone
    from django_comments.models import Comment
    from django_comments_xtd.models import XtdComment
    from wagtail.models import Page, Site

    from forum_pages.domain.comments.reactions import react
    from forum_pages.enums import Reaction
    from forum_pages.models import BoardPage, BoardTally, ForumIndexPage, Topic, TopicComment
    from forum_pages.models.comment import NUMBER_WIDTH
    from forum_pages.text import render

    draw = random.Random(7)
    user_model = get_user_model()
    people = user_model.objects.bulk_create(
        [user_model(username=f"person{number}", name=f"人员{number}", password="!") for number in range(AUTHORS)]
    )
    people = list(user_model.objects.filter(username__startswith="person").order_by("pk"))
    ContribSite.objects.get_or_create(pk=1, defaults={"domain": "localhost", "name": "localhost"})
    root = Page.objects.get(depth=1)
    home = Site.objects.filter(is_default_site=True).first()
    home_page = home.root_page if home else root.add_child(instance=Page(title="首页", slug="bench-home"))
    index = home_page.add_child(instance=ForumIndexPage(title="论坛", slug="bench-forum"))
    board = index.add_child(instance=BoardPage(title="交流互评", slug="talk"))
    texts = []
    for _ in range(50):
        chinese = "".join(draw.choice(ZH) for _ in range(60))
        source = f"{' '.join(draw.choices(EN, k=35))}.\n\n{chinese}。\n\n> {draw.choice(EN)}\n\n**{draw.choice(EN)}**"
        texts.append((source, render(source)))
    now = timezone.now()
    step = dt.timedelta(days=365) / topics
    batch = []
    for number in range(topics):
        source, html = texts[number % len(texts)]
        moment = now - dt.timedelta(hours=2) - step * (topics - number)
        title = f"{''.join(draw.choices(ZH, k=5))} {draw.choice(EN)} {number}"
        batch.append(
            Topic(
                board=board,
                author=people[number * 7919 % AUTHORS],
                title=title,
                source=source,
                html=html,
                created_at=moment,
                last_activity_at=moment,
            )
        )
        if len(batch) == 5_000:
            Topic.objects.bulk_create(batch)
            batch = []
    Topic.objects.bulk_create(batch)
    BoardTally.objects.create(board=board, topic_count=topics)
    big = Topic.objects.order_by("-pk").first()
    kind = ContentType.objects.get_for_model(Topic)
    first = (Comment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    bases, middles, rows = [], [], []
    for number in range(1, comments + 1):
        source, html = texts[number % len(texts)]
        pk, author = first + number - 1, people[number * 31 % AUTHORS]
        moment = now - dt.timedelta(seconds=3 * (comments - number))
        # Every third comment answers the one before it.
        parent = rows[-1] if number % 3 == 0 else None
        shared = {
            "id": pk,
            "content_type": kind,
            "object_pk": str(big.pk),
            "site_id": 1,
            "user": author,
            "user_name": author.name,
            "comment": source,
            "submit_date": moment,
        }
        row = TopicComment(
            comment_ptr_id=pk,
            xtdcomment_ptr_id=pk,
            **shared,
            topic=big,
            number=number,
            path=(parent.path if parent else "") + f"{number:0{NUMBER_WIDTH}d}",
            html=html,
            level=1 if parent else 0,
            thread_id=parent.thread_id if parent else pk,
            parent_id=parent.pk if parent else pk,
        )
        bases.append(Comment(**shared))
        middles.append(XtdComment(comment_ptr_id=pk, thread_id=row.thread_id, parent_id=row.parent_id, level=row.level))
        rows.append(row)
    Comment.objects.bulk_create(bases, batch_size=500)
    bulk_insert_own_columns(middles)
    bulk_insert_own_columns(rows)
    Topic.objects.filter(pk=big.pk).update(comment_count=comments, last_number=comments, last_activity_at=now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('django_comments', 'id'), (SELECT max(id) FROM django_comments))"
            )
    member = people[0]
    react(target=TopicComment.objects.select_related("topic").get(pk=first + 5), user=member, reaction=Reaction.LIKE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return board, Topic.objects.get(pk=big.pk), member


def bulk_insert_own_columns(rows: list[Any]) -> None:
    """Insert many rows of one table of an inheritance chain: bulk_create refuses those."""
    from django.db import models, transaction

    model = type(rows[0])
    fields = list(model._meta.local_concrete_fields)
    with transaction.atomic():
        for start in range(0, len(rows), 50):
            query = models.sql.InsertQuery(model)
            query.insert_values(fields, rows[start : start + 50], raw=True)
            query.get_compiler(using="default").execute_sql()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=100_000)
    parser.add_argument("--comments", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--log", action="store_true", help="print the queries of the first round")
    options = parser.parse_args()
    with own_databases("forum"):
        start_django()
        start = time.perf_counter()
        board, topic, member = seed(options.topics, options.comments)
        print(f"seeded {options.topics:,} topics, {options.comments:,} comments in {time.perf_counter() - start:.0f} s")
        measure(board, topic, member, rounds=options.rounds, log=options.log)


def measure(board: Any, topic: Any, member: Any, *, rounds: int, log: bool) -> None:
    """Ask and print."""
    from uuid import uuid4

    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from forum_pages.models import Topic
    from forum_pages.querysets.topics import BOARD_ORDER

    client = Client()
    client.force_login(member)
    size = 20
    order = Topic.objects.filter(board_id=board.pk).order_by("-pinned", "-last_activity_at", "-pk")
    total = order.count()
    # The cursor of page 1,000, as somebody paging there would hold it.
    deep = min(1_000, total // size - 1)
    cursor = BOARD_ORDER.cursor(order[(deep - 1) * size - 1])
    board_url, topic_url = board.get_url(), topic.get_absolute_url()
    post_url = reverse("forum_pages:comment-post", args=[topic.pk])
    last_comment = topic.comments.order_by("-path").first()
    reply_url = reverse("forum_pages:comment-reply", args=[last_comment.pk])

    def post(url: str) -> Any:
        return client.post(url, {"source": "收到，**谢谢**。", "submission": str(uuid4())})

    asks = {
        "board page 1": lambda: client.get(board_url),
        f"board page {deep:,}": lambda: client.get(f"{board_url}?after={cursor}"),
        "topic, first page": lambda: client.get(topic_url),
        "topic, last page": lambda: client.get(f"{topic_url}?last=1"),
        "post a comment": lambda: post(post_url),
        "post an answer": lambda: post(reply_url),
    }
    times: dict[str, list[tuple[float, float, float, int]]] = {name: [] for name in asks}
    for name, ask in asks.items():
        answer = ask()
        if answer.status_code not in {200, 302}:
            raise SystemExit(f"{name}: status {answer.status_code}")
    for turn in range(rounds):
        for name, ask in asks.items():
            meter = Meter()
            with connection.execute_wrapper(meter):
                start, worked = time.perf_counter(), time.thread_time()
                ask()
                took, worked = time.perf_counter() - start, time.thread_time() - worked
            times[name].append((took * 1000, worked * 1000, meter.seconds * 1000, meter.queries))
            if log and turn == 0:
                print(f"\n== {name}")
                for seconds, sql in meter.log:
                    print(f"{seconds * 1000:7.2f}  {sql[:400]}")
    print(f"{connection.vendor}, median of {rounds}, as a member")
    print(f"{'':22}{'ms':>8}{'CPU ms':>9}{'SQL ms':>9}{'queries':>9}")
    for name, rows in times.items():
        ms, cpu, sql, queries = (statistics.median(row[column] for row in rows) for column in range(4))
        print(f"{name:22}{ms:8.1f}{cpu:9.1f}{sql:9.1f}{queries:9.0f}")
    first, far = (statistics.median(row[0] for row in times[name]) for name in list(times)[:2])
    print(f"page {deep:,} / page 1: {far / first:.2f}")


if __name__ == "__main__":
    main()
