"""From keyboard to page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_pages import text

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='javascript:alert(1)'>x</a>",
    "![x](https://tracker.example/p.png)",
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "`<script>alert(1)</script>`",
    '<a href="https://x.example" onclick="alert(1)">x</a>',
]


@pytest.mark.parametrize("source", SCRIPTS)
def test_render_lets_no_script_picture_or_style_through(source: str) -> None:
    html = text.render(source)
    for forbidden in ("<script", "<img", "<svg", "<style", "javascript:", "JaVaScRiPt:", 'href="data:'):
        if forbidden.lower() in ("javascript:",):
            assert f'href="{forbidden}' not in html.lower()
        else:
            assert forbidden not in html
    assert " onclick=" not in html.replace("&quot;", '"').split("&lt;")[0]


def test_render_keeps_what_markdown_is_for() -> None:
    html = text.render(
        "# 标题\n\n**粗** *斜* ~~删~~\n\n> 引\n\n- 一\n- 二\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[链](https://x.example/)"
    )
    assert "<h3>标题</h3>" in html
    assert "<strong>粗</strong> <em>斜</em> <s>删</s>" in html
    assert "<blockquote>" in html
    assert "<li>一</li>" in html
    assert "<td>1</td>" in html
    assert '<a href="https://x.example/" rel="nofollow noopener ugc">链</a>' in html


def test_render_shows_reordering_characters_as_code_points() -> None:
    assert text.render("pay \u202e001\u202c yuan") == "<p>pay [U+202E]001[U+202C] yuan</p>\n"
    assert "[U+2066]" in text.render("```\nif admin\u2066:\n```")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  两  处\n空格 ", "两 处 空格"),
        ("pass\u200bword", "password"),
        ("\u202etxt.exe", "txt.exe"),
        ("\ufeff标题\x00\x07", "标题"),
        ("e\u0301te\u0301", "été"),
        ("Z" + "\u0335" * 80, "Z" + "\u0335" * 4),
        ("\u200b\u200d\u3164", ""),
        ("全角，标点！", "全角，标点！"),
    ],
)
def test_clean_title(raw: str, clean: str) -> None:
    assert text.clean_title(raw) == clean


def test_clean_source_changes_nothing_visible() -> None:
    assert text.clean_source("\n一\r\n二\r三\x00\n") == "一\n二\n三"
    assert text.clean_source("    indented code\n\ttab") == "    indented code\n\ttab"


@pytest.mark.parametrize(("value", "seen"), [("", False), (" \n\t", False), ("\u200b\u202e", False), ("。", True)])
def test_has_visible_text(value: str, seen: bool) -> None:
    assert text.has_visible_text(value) is seen


def test_quote_leaves_inner_quotes_out_and_cannot_be_broken_out_of() -> None:
    quoted = text.quote("> 旧引\n\n第一段\n\n第二段", name="王*秀\n英")
    assert quoted == "> **王*秀 英**\n>\n> 第一段\n>\n> 第二段\n\n"


def test_quote_is_cut() -> None:
    assert len(text.quote("长" * 5_000, name="王")) < 700


def test_bigrams_find_any_run_of_characters() -> None:
    tokens = set(text.bigrams("廉政监督卡管理办法 v2 Draft_one").split())
    for asked in ("监督", "督", "廉政监督", "draft", "V2", "one"):
        assert set(text.bigrams(asked).split()) <= tokens, asked
    assert not set(text.bigrams("督监").split()) <= tokens


def test_bigrams_are_not_fooled_by_invisible_characters() -> None:
    assert text.bigrams("监\u200b督") == text.bigrams("监督")
    assert text.bigrams("ＡＢＣ") == "abc"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_typed_renders_without_active_content(source: str) -> None:
    cleaned = text.clean_source(source)
    html = text.render(cleaned)
    assert "<script" not in html
    assert not set(text.BIDI) & set(html)
    assert text.clean_source(cleaned) == cleaned
    title = text.clean_title(source)
    assert text.clean_title(title) == title
    assert "\n" not in title
