"""What each kind of paper takes, and the rules about a whole sheet."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.scales import to_points
from peer_review.protocol.papers import (
    BOUNDS,
    Paper,
    SheetRule,
    broken_rules,
    check_answers,
    points_of,
    sheet_key,
    subject_score,
)
from zhengyan_crypto.errors import BadAnswers

RATING = Paper(kind="rating", criteria=(("care", 6000), ("wit", 4000)))
SHEET = Paper(kind="sheet", criteria=(("care", 6000), ("wit", 4000)), subjects=4)
COMMENT = Paper(kind="comment", limit=10)


def sheet(*scores: Any) -> dict[str, Any]:
    """Return a sheet on which each subject gets the same answer in both criteria."""
    return {sheet_key(at, key): score for at, score in enumerate(scores, start=1) for key in ("care", "wit")}


def broken(*scores: Any, rules: list[SheetRule]) -> list[str]:
    paper = replace(SHEET, subjects=len(scores), rules=tuple(rules))
    return [rule.kind for rule in broken_rules(sheet(*scores), paper)]


@pytest.mark.parametrize("scale", sorted(BOUNDS))
def test_points_are_the_same_as_in_the_count(scale: str) -> None:
    low, high = BOUNDS[scale]
    answers = np.arange(low, high + 1, dtype=np.float64)
    assert [points_of(scale, int(one)) for one in answers] == to_points(answers, scale).tolist()


@pytest.mark.parametrize(
    ("paper", "answers"),
    [
        (RATING, {"care": 0, "wit": 100}),
        (RATING, {"care": "dk", "wit": "dk"}),
        (SHEET, sheet(10, 20, "dk", 100)),
        (COMMENT, {"text": "一二三四五六七八九十"}),
        (COMMENT, {"text": "😀" * 10}),
        (COMMENT, {"text": "two\nlines"}),
        (COMMENT, {"text": ""}),
    ],
)
def test_answers_that_fit_are_taken(paper: Paper, answers: dict[str, Any]) -> None:
    check_answers(answers, paper)


@pytest.mark.parametrize(
    ("paper", "answers"),
    [
        (RATING, {"care": 50}),
        (RATING, {"care": 50, "wit": 50, "more": 1}),
        (RATING, {"care": 50, "wit": True}),
        (RATING, {"care": 50, "wit": 101}),
        (RATING, {"care": 50, "wit": "DK"}),
        (RATING, {"care": 50, "wit": None}),
        (RATING, {"text": "words"}),
        (SHEET, {"care": 50, "wit": 50}),
        (SHEET, sheet(1, 2, 3)),
        (SHEET, sheet(1, 2, 3, 4, 5)),
        (SHEET, sheet(1, 2, 3, -1)),
        (COMMENT, {"text": "12345678901"}),
        (COMMENT, {"text": "tab\there"}),
        (COMMENT, {"text": 5}),
        (COMMENT, {"text": "dk", "care": 5}),
        (COMMENT, {}),
    ],
)
def test_answers_that_do_not_fit_are_refused(paper: Paper, answers: dict[str, Any]) -> None:
    with pytest.raises(BadAnswers):
        check_answers(answers, paper)


def test_without_a_paper_only_the_kind_is_asked() -> None:
    check_answers({"anything": 7, "else": "dk"}, None)
    check_answers({"text": "words"}, None)
    for answers in ({"anything": "words"}, {"text": "words", "else": 1}, {"anything": 1.5}):
        with pytest.raises(BadAnswers):
            check_answers(answers, None)


def test_a_score_is_the_weighted_mean_of_what_was_answered() -> None:
    answers = {"1.care": 90, "1.wit": 80, "2.care": "dk", "2.wit": 70, "3.care": "dk", "3.wit": "dk"}
    paper = replace(SHEET, subjects=3)
    assert subject_score(answers, paper, 1) == (90 * 6000 + 80 * 4000, 10_000)
    assert subject_score(answers, paper, 2) == (70 * 4000, 4000)
    assert subject_score(answers, paper, 3) is None


QUOTA = SheetRule("quota", n=2, points=90)
LOW = SheetRule("low", n=2, points=70)


@pytest.mark.parametrize(
    ("scores", "rule", "kept"),
    [
        ((90, 95, 60, 60), QUOTA, True),
        ((90, 95, 91, 60), QUOTA, False),
        ((89, 95, 91, 60), QUOTA, True),
        (("dk", 95, 91, "dk"), QUOTA, True),
        ((69, 69, 80, 80), LOW, True),
        ((69, 70, 80, 80), LOW, False),
        ((90, 90), LOW, True),  # whoever judges two or fewer need not put both low
        ((90, 90, "dk", "dk"), LOW, True),
        ((90, 90, 90, "dk"), LOW, False),
        ((80, 80, 80, 80), SheetRule("not_all_equal"), False),
        ((80, 80, 80, 81), SheetRule("not_all_equal"), True),
        ((80, 80, "dk", "dk"), SheetRule("not_all_equal"), False),
        (("dk", "dk", "dk", "dk"), SheetRule("not_all_equal"), True),
        ((100, 100, 100, 100), SheetRule("not_all_max"), False),
        ((100, 100, 100, 99), SheetRule("not_all_max"), True),
        ((99, 99, 99, 99), SheetRule("not_all_max"), True),
    ],
)
def test_rules_about_a_whole_sheet(scores: tuple[Any, ...], rule: SheetRule, kept: bool) -> None:
    assert broken(*scores, rules=[rule]) == ([] if kept else [rule.kind])
    paper = replace(SHEET, subjects=len(scores), rules=(rule,))
    if kept:
        check_answers(sheet(*scores), paper)
    else:
        with pytest.raises(BadAnswers):
            check_answers(sheet(*scores), paper)


def test_a_score_at_the_very_line_is_counted_exactly() -> None:
    """Thirds of weights make floats differ from 90 in the last bit; integers do not."""
    paper = Paper(
        kind="sheet",
        criteria=(("a", 3333), ("b", 3333), ("c", 3334)),
        subjects=1,
        rules=(SheetRule("quota", n=0, points=90),),
    )
    assert broken_rules({"1.a": 90, "1.b": 90, "1.c": 90}, paper) == list(paper.rules)


answer = st.integers(0, 100) | st.just("dk")


@given(scores=st.lists(answer, min_size=3, max_size=8), limit=st.integers(1, 4), line=st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_quota_and_low_never_depend_on_the_order_of_the_list(scores: list[Any], limit: int, line: int) -> None:
    rules = [SheetRule("quota", n=limit, points=line), SheetRule("low", n=limit, points=line)]
    assert broken(*scores, rules=rules) == broken(*reversed(scores), rules=rules)


def test_the_page_gets_everything_the_rules_need() -> None:
    paper = replace(SHEET, rules=(QUOTA,))
    assert paper.as_dict() == {
        "kind": "sheet",
        "scale": "points",
        "min": 0,
        "max": 100,
        "criteria": [["care", 6000], ["wit", 4000]],
        "subjects": 4,
        "rules": [{"kind": "quota", "n": 2, "points": 90}],
        "limit": 0,
    }
