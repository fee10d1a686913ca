"""Cutting text into words."""

import pytest

from foundation.segment import INDEXED_CHARACTERS, QUERY_WORDS, segment, segment_query

TITLE = "廉政监督卡管理办法"


def finds(query: str, text: str) -> bool:
    """Say whether every word asked for is among the words of the text, which is how the databases decide."""
    asked = segment_query(query).split()
    return bool(asked) and set(asked) <= set(segment(text).split())


@pytest.mark.parametrize(
    "query", ["监督", "监督卡", "廉", "卡", "管理办法", "廉政办法", "廉政监督卡管理办法", "监 督", "《监督卡》"]
)
def test_title_is_found_by(query: str) -> None:
    assert finds(query, TITLE)


@pytest.mark.parametrize("query", ["督监", "监管", "法办", "纪检", "廉政 纪检"])
def test_title_is_not_found_by(query: str) -> None:
    assert not finds(query, TITLE)


def test_words_no_dictionary_knows_are_found() -> None:
    assert finds("彧翀", "欧阳彧翀同志的整改计划")
    assert finds("犇羴鱻", "关于犇羴鱻公司的回复")


def test_latin_words_and_numbers_are_found_in_any_case_and_width() -> None:
    text = "ISO9001:2015 质量管理体系 Internal-Audit ＰＤＦ"

    for query in ["iso9001", "9001", "2015", "internal audit", "AUDIT", "pdf", "质量 2015"]:
        assert finds(query, text), query


def test_invisible_characters_hide_no_word() -> None:
    assert finds("监督", "监\u200b督\u202e卡")
    assert finds("监\u200b督", TITLE)


@pytest.mark.parametrize("query", ["", " ", '"', "' OR 1=1 --", "*", "NEAR(", "a:b & !c | (d)", "％＿", "\x00", "《》"])
def test_operators_and_quotes_never_reach_the_database(query: str) -> None:
    assert not set(segment_query(query)) & set("\"'*():&|!%_\\\x00-^")


def test_query_without_a_word_asks_for_nothing() -> None:
    assert segment_query('"*" ()') == ""


def test_particles_are_left_out_unless_they_are_all_there_is() -> None:
    assert segment_query("整改的办法") == "整改 办法"
    assert segment_query("的") == "的"


def test_both_may_be_applied_twice() -> None:
    assert set(segment_query(segment_query("监督卡管理")).split()) <= set(segment(TITLE).split())
    assert set(segment(TITLE).split()) <= set(segment(segment(TITLE)).split())


def test_long_text_and_long_query_are_cut() -> None:
    assert len(segment_query("".join(chr(0x4E00 + i) for i in range(1000))).split()) <= QUERY_WORDS
    assert not finds("龘", "一" * INDEXED_CHARACTERS + "龘")
    assert segment("a" * 100) == ""
