"""Starting a topic."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import BoardPage, Topic

pytestmark = pytest.mark.django_db


def test_topic_start_posts_and_shows_on_the_board(as_author: Client, board: BoardPage) -> None:
    page = as_author.get(reverse("forum_pages:topic-start", args=[board.pk]))
    answer = as_author.post(
        reverse("forum_pages:topic-start", args=[board.pk]),
        {
            "title": "如何 提升\u200b履职能力",
            "source": "**先** 谈谈",
            "submission": page.context["form"]["submission"].value(),
        },
    )
    topic = Topic.objects.get()
    assert answer.headers["Location"] == f"/discuss/topics/{topic.pk}/"
    assert topic.title == "如何 提升履职能力"
    assert topic.html == "<p><strong>先</strong> 谈谈</p>\n"
    assert board.tally.topic_count == 1
    listed = as_author.get(board.url)
    assert "如何 提升履职能力" in listed.content.decode()
    shown = as_author.get(topic.get_absolute_url())
    assert "<strong>先</strong>" in shown.content.decode()
