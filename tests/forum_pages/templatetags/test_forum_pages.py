"""Tags and filters of the forum's templates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context
from django.utils import timezone, translation

from forum_pages.templatetags.forum_pages import author, excerpt, in_words, moment, name_of, sanitised
from organisation.models import User


def test_name_of_an_author_and_of_nobody() -> None:
    with translation.override("en"):
        assert [name_of(User(username="w", name="王")), name_of(None)] == ["王", "Former member"]


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5\xa0minutes ago"),
        (timedelta(days=2), "2\xa0days ago"),
    ],
)
def test_in_words(ago: timedelta, words: str) -> None:
    with translation.override("en"):
        assert in_words(timezone.now() - ago - timedelta(seconds=1)) == words


def test_moment_says_the_exact_time_too() -> None:
    with translation.override("en"), timezone.override(UTC):
        html = moment(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert 'datetime="2026-03-04T05:06:07+00:00"' in html
    assert html.count("4 Mar 2026, 05:06") == 2


def test_author_is_the_line_of_the_page_or_the_name() -> None:
    user = User(pk=3, username="w", name="<王>")
    assert author(Context({"author_lines": {3: "王 · 办公室"}}), user) == '<bdi class="fp-author">王 · 办公室</bdi>'
    assert author(Context(), user) == '<bdi class="fp-author">&lt;王&gt;</bdi>'
    with translation.override("en"):
        assert author(Context({"author_lines": {3: "x"}}), None) == '<bdi class="fp-author">Former member</bdi>'


def test_excerpt_marks_the_query_and_escapes_the_text() -> None:
    assert excerpt("关于<b>整改</b>期限", "整改") == "关于&lt;b <mark>整改</mark>&lt;/b 期限"


def test_excerpt_is_cut_around_the_first_word_found() -> None:
    text = "前" * 100 + " Audit " + "后" * 300
    piece = excerpt(text, "无 audit")
    assert piece.startswith("…前")
    assert "<mark>Audit</mark>" in piece
    assert piece.endswith("后…")
    assert excerpt("短文", "无") == "短文"


def test_sanitised_is_not_escaped_again() -> None:
    assert sanitised("<p>文</p>").__html__() == "<p>文</p>"
