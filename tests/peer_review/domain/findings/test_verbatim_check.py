"""When a text repeats somebody's words, in either script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.domain.findings.verbatim_check import first_verbatim_run

COMMENT = "他对基层同志的意见总是听不进去,希望今后多到现场看看。"
ENGLISH = "He never listens to the people at the counter, and it shows."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("有人反映对基层同志的意见总是听不进去。", "对基层同志的意见"),
        ("对基层同志的意见", "对基层同志的意见"),
        ("对基层同志的意", ""),
        ("希望今后多 到、现场", "希望今后多 到、现场"),
        ("应当多听取一线人员的意见。", ""),
        ("They say he NEVER listens to the people there.", "he NEVER listens to the"),
        ("He listens to the people.", ""),
        ("listens to the people", ""),
        ("never — listens; to the (people)", "never — listens; to the (people"),
        ("", ""),
    ],
)
def test_run_of_eight_characters_or_five_words_is_borrowed(text: str, found: str) -> None:
    assert first_verbatim_run(text, ["好。", COMMENT, ENGLISH]) == found


def test_full_width_letters_and_punctuation_hide_nothing() -> None:
    assert first_verbatim_run("NEVER listens to the people", [ENGLISH])
    assert first_verbatim_run("对,基,层,同,志,的,意,见", [COMMENT])


def test_mixed_run_counts_characters_and_words_by_their_share() -> None:
    """Four characters and three words: 4/8 + 3/5 is more than one."""
    comment = "他用 excel table daily 统计数据"
    assert first_verbatim_run("大家用 Excel Table Daily 统计数字", [comment]) == "用 Excel Table Daily 统计数"
    assert first_verbatim_run("excel table 统计", [comment]) == ""


def test_without_comments_nothing_is_borrowed() -> None:
    assert first_verbatim_run(COMMENT, []) == ""


@given(st.text("甲乙丙丁戊", min_size=0, max_size=12), st.text("甲乙丙丁戊", min_size=8, max_size=20), st.data())
def test_every_run_is_found_wherever_it_stands(before: str, comment: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(comment) - 8))
    assert first_verbatim_run(f"{before}。{comment[start : start + 8]}", [comment])


@given(st.text("甲乙丙", max_size=30), st.text("甲乙丙", max_size=30))
def test_what_is_found_stands_in_both(text: str, comment: str) -> None:
    shared = {text[at : at + 8] for at in range(len(text) - 7)} & {
        comment[at : at + 8] for at in range(len(comment) - 7)
    }
    found = first_verbatim_run(text, [comment])
    assert (found in shared) if shared else (found == "")
