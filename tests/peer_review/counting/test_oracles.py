"""The field's own worked examples: tier means and weights, trimming, grade bands."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from peer_review.counting.aggregate import aggregate
from peer_review.counting.combine import combine
from peer_review.counting.scales import grade_of, round_half_up

ROWS = list(csv.DictReader((Path(__file__).parent / "data" / "cn_tier_and_trim.csv").open(encoding="utf-8")))
BANDS = {"A优秀": "excellent", "B称职": "competent", "C基本称职": "basic", "D不称职": "incompetent"}


def rows(rule: str) -> list[dict[str, str]]:
    found = [row for row in ROWS if row["rule"].startswith(rule)]
    assert found
    return found


def weighted(text: str, weights: tuple[float, ...]) -> float:
    """Return our weighted score of an input such as "A=[92, 88];B=[85]", without cutting any share back."""
    classes = [json.loads(part) for part in re.findall(r"\[.*?\]", text)]
    group = np.array([at for at, scores in enumerate(classes) for _score in scores], dtype=np.int64)
    points = np.array([score for scores in classes for score in scores], dtype=float)
    stats = aggregate(group, points, groups=len(classes), edges=(0.0,))
    made = combine(stats, np.array(weights), floor=1, trim=False)
    return float(made.value[0])


def test_weighted_score_is_weight_times_class_mean() -> None:
    [row] = rows("level mean")
    assert weighted(row["input"], (0.5, 0.3, 0.2)) == pytest.approx(float(row["expected"]), abs=1e-9)


def test_weighted_score_agrees_with_a_published_system() -> None:
    [row] = rows("tier mean")
    assert round_half_up(weighted(row["input"], (0.4, 0.3, 0.3)), 3) == float(row["expected"])


def test_empty_class_is_left_out_and_never_counted_as_zero() -> None:
    [recommended], [wrong] = rows("same, renormalised"), rows("same, C tier empty")
    score = round_half_up(weighted(recommended["input"], (0.4, 0.3, 0.3)), 3)
    assert score == float(recommended["expected"])
    assert score != float(wrong["expected"])


@pytest.mark.parametrize("row", rows("n>5") + rows("n<=5"), ids=lambda row: row["rule"])
def test_more_than_five_ballots_lose_one_highest_and_one_lowest(row: dict[str, str]) -> None:
    points = np.array(json.loads(row["input"]), dtype=float)
    stats = aggregate(np.zeros(len(points), dtype=np.int64), points, groups=1, edges=(0.0,))
    assert stats.trimmed[0] == pytest.approx(float(row["expected"]), abs=1e-9)


@pytest.mark.parametrize("row", rows("grade band"), ids=lambda row: row["input"])
def test_grade_bands_hold_at_their_edges(row: dict[str, str]) -> None:
    assert grade_of(float(row["input"])) == BANDS[row["expected"]]
