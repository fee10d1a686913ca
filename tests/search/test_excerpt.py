"""Excerpts and marks."""

from search.excerpt import excerpt, highlight


def test_words_are_marked_and_everything_is_escaped() -> None:
    assert highlight("<b>监督卡</b> ISO", "监督卡 iso") == ("&lt;b&gt;<mark>监督卡</mark>&lt;/b&gt; <mark>ISO</mark>")


def test_excerpt_begins_near_the_first_word() -> None:
    text = "前" * 200 + "监督卡" + "后" * 200

    piece = excerpt(text, "监督卡")

    assert piece.startswith("…前")
    assert "<mark>监督卡</mark>" in piece
    assert piece.endswith("后…")
    assert len(piece) < 150


def test_excerpt_without_the_word_is_the_beginning() -> None:
    assert excerpt("甲\n乙  丙", "监督") == "甲 乙 丙"


def test_query_of_signs_marks_nothing() -> None:
    assert highlight("a & b", "()") == "a &amp; b"
