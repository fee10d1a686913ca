"""Reliability against printed figures of other programs and books, and at its edges."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.reliability import (
    OneWay,
    Reliability,
    TwoWay,
    band_of,
    one_way,
    round_reliability,
    two_way,
)

#: Shrout and Fleiss (1979), table 2: six targets, four judges.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)
#: R, package irr, data set "anxiety": three raters' columns.
ANXIETY = np.array(
    [
        [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
    ],
    dtype=float,
).T
#: Davies and Goldsmith (1972), yield of dyestuff: six batches of five. R, package lme4, data set "Dyestuff".
DYESTUFF = [
    [1545, 1440, 1440, 1520, 1580],
    [1540, 1555, 1490, 1560, 1495],
    [1595, 1550, 1605, 1510, 1560],
    [1445, 1440, 1595, 1465, 1545],
    [1595, 1630, 1515, 1635, 1625],
    [1520, 1455, 1450, 1480, 1445],
]
#: Snedecor and Cochran, Statistical Methods, 6th edition, section 10.18: conception rates by bull, unequal numbers.
BULLS = [
    [46, 31, 37, 62, 30],
    [70, 59],
    [52, 44, 57, 40, 67, 64, 70],
    [47, 21, 70, 46, 14],
    [42, 64, 50, 69, 77, 81, 87],
    [35, 68, 59, 38, 57, 76, 57, 29, 60],
]


def ballots(groups: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return groups of values as (subject, value) pairs."""
    subject = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return subject, np.array([value for group in groups for value in group], dtype=float)


def analysed(groups: Any) -> OneWay:
    return one_way(*ballots(groups))


def round_of(groups: Any, *, floor: int = 3, spread_floor: float = 0.0, **kwargs: Any) -> Reliability | None:
    """Return the reliability of a round with one criterion, all of it shown."""
    subject, values = ballots(groups)
    shown = np.ones((1, len(groups)), dtype=bool)
    return round_reliability(
        subject, [values], shown=shown, weights=np.ones(1), floor=floor, spread_floor=spread_floor, **kwargs
    )


# Printed figures


def test_shrout_and_fleiss_one_way() -> None:
    made = analysed(JUDGES)
    assert (made.subjects, made.ballots, made.k, made.harmonic) == (6, 24, 4.0, 4.0)
    assert (made.between, made.within) == (pytest.approx(11.2417, abs=1e-4), pytest.approx(6.2639, abs=1e-4))
    assert made.single == pytest.approx(0.1657, abs=1e-4)
    assert made.mean == pytest.approx(0.4428, abs=1e-4)


def test_shrout_and_fleiss_two_way() -> None:
    made = two_way(JUDGES)
    assert (made.rows, made.columns, made.error) == (
        pytest.approx(11.2417, abs=1e-4),
        pytest.approx(32.4861, abs=1e-4),
        pytest.approx(1.0194, abs=1e-4),
    )
    assert made.agreement_single == pytest.approx(0.2898, abs=1e-4)
    assert made.consistency_single == pytest.approx(0.7148, abs=1e-4)
    assert made.agreement_mean == pytest.approx(0.6201, abs=1e-4)
    assert made.consistency_mean == pytest.approx(0.9093, abs=1e-4)


def test_intervals_are_those_that_psych_prints() -> None:
    """R, package psych, ICC(sf): ICC1 from -0.13 to 0.72, ICC1k from -0.88 to 0.91."""
    single, mean = analysed(JUDGES).interval()
    assert single == (pytest.approx(-0.133, abs=1e-3), pytest.approx(0.723, abs=1e-3))
    assert mean == (pytest.approx(-0.884, abs=1e-3), pytest.approx(0.912, abs=1e-3))


def test_irr_anxiety_agreement() -> None:
    """R, package irr: icc(anxiety, "twoway", "agreement"): ICC(A,1) = 0.198, F = 1.83."""
    made = two_way(ANXIETY)
    assert made.agreement_single == pytest.approx(0.198, abs=5e-4)
    assert made.rows / made.error == pytest.approx(1.83, abs=5e-3)


def test_dyestuff_components() -> None:
    """R, package lme4: batch 1764, residual 2451; balanced, so REML and analysis of variance agree."""
    made = analysed(DYESTUFF)
    assert (made.variance, made.within) == (pytest.approx(1764.05), pytest.approx(2451.25))
    assert made.single == pytest.approx(1764.05 / (1764.05 + 2451.25), abs=1e-6)


def test_unequal_numbers_use_k0() -> None:
    made = analysed(BULLS)
    assert (made.subjects, made.ballots) == (6, 35)
    assert made.k == pytest.approx(5.67, abs=5e-3)
    assert (made.between, made.within) == (pytest.approx(664, abs=0.5), pytest.approx(248, abs=0.5))
    assert made.single == pytest.approx((made.between - made.within) / (made.between + (made.k - 1) * made.within))


# What holds for any ballots


groups_of_values = st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=7), min_size=2, max_size=6)


@given(groups_of_values)
def test_one_way_equals_the_sums_written_out(groups: list[list[int]]) -> None:
    made = analysed(groups)
    every = [value for group in groups for value in group]
    grand, a, n = sum(every) / len(every), len(groups), len(every)
    means = [sum(group) / len(group) for group in groups]
    between = sum(len(group) * (mean - grand) ** 2 for group, mean in zip(groups, means, strict=True)) / (a - 1)
    assert made.between == pytest.approx(between, abs=1e-8)
    if n > a:
        within = sum((value - mean) ** 2 for group, mean in zip(groups, means, strict=True) for value in group)
        assert made.within == pytest.approx(within / (n - a), abs=1e-8)
    assert made.k == pytest.approx((n - sum(len(group) ** 2 for group in groups) / n) / (a - 1))


@given(groups_of_values)
def test_icc_k_is_icc_1_stepped_up_by_spearman_and_brown(groups: list[list[int]]) -> None:
    made = analysed(groups)
    if math.isfinite(made.mean) and made.single > -0.1:
        stepped = made.k * made.single / (1 + (made.k - 1) * made.single)
        assert made.mean == pytest.approx(stepped, abs=1e-6)


@given(st.integers(2, 6), st.integers(2, 6), st.data())
def test_generalisability_equals_icc_k_for_equal_numbers(a: int, n: int, data: st.DataObject) -> None:
    one = st.lists(st.integers(0, 100), min_size=n, max_size=n)
    made = analysed(data.draw(st.lists(one, min_size=a, max_size=a)))
    if made.mean > 0:
        assert made.generalisability == pytest.approx(made.mean)


def test_generalisability_counts_thin_subjects_in_full() -> None:
    """Error is averaged over subjects, so one with 2 ballots beside others of 20 lowers it more than k0 would."""
    made = analysed([[80, 90], [60 + at for at in range(20)], [50 + at for at in range(20)]])
    assert made.generalisability < made.mean


# Edges: one rater a subject, one subject, nothing that differs, nothing at all


@pytest.mark.parametrize(
    ("groups", "single", "mean"),
    [
        ([[80], [70], [60]], math.nan, math.nan),
        ([[80, 70, 60]], math.nan, math.nan),
        ([[80, 80], [80, 80]], math.nan, math.nan),
        ([], math.nan, math.nan),
        ([[80, 80], [70, 70]], 1.0, 1.0),
        ([[60, 80], [80, 60]], -1.0, -math.inf),
    ],
    ids=["one ballot each", "one subject", "all equal", "none", "agreed", "subjects alike"],
)
def test_one_way_where_little_is_known(groups: Any, single: float, mean: float) -> None:
    made = analysed(groups)
    np.testing.assert_equal([made.single, made.mean], [single, mean])


@pytest.mark.parametrize("shape", [(0, 0), (1, 4), (4, 1), (3, 3)])
def test_two_way_where_little_is_known(shape: tuple[int, int]) -> None:
    made = two_way(np.full(shape, 80.0))
    assert isinstance(made, TwoWay)
    assert math.isnan(made.consistency_single)
    assert math.isnan(made.agreement_single)


def test_two_way_refuses_gaps() -> None:
    with pytest.raises(ValueError, match="complete"):
        two_way(np.array([[80.0, np.nan], [70.0, 60.0]]))


def test_interval_of_perfect_agreement_is_1() -> None:
    assert analysed([[80, 80], [70, 70], [60, 60]]).interval() == ((1.0, 1.0), (1.0, 1.0))


def test_far_values_keep_their_small_differences() -> None:
    near, far = analysed(JUDGES), analysed(JUDGES + 1e6)
    assert far.single == pytest.approx(near.single, abs=1e-9)


# Of a round, as it is published


def test_round_of_separate_papers_is_nested() -> None:
    assert round_of(JUDGES.tolist()) == Reliability(
        design="nested",
        subjects=6,
        ballots=24,
        k=4.0,
        single=0.17,
        mean=0.44,
        low=0.0,
        high=0.91,
        generalisability=0.44,
    )


def test_round_of_complete_sheets_is_crossed() -> None:
    made = round_of(JUDGES.tolist(), sheet=np.tile(np.arange(4), 6))
    assert (made.design, made.single, made.generalisability) == ("crossed", 0.17, 0.91)
    assert (made.agreement, made.consistency) == (0.29, 0.71)


def test_sheet_with_a_gap_is_no_crossed_design() -> None:
    groups = JUDGES.tolist()
    groups[0] = groups[0][:3]
    made = round_of(groups, sheet=np.array([0, 1, 2, *([0, 1, 2, 3] * 5)]))
    assert (made.design, made.agreement) == ("nested", None)


def test_sheets_may_be_numbered_anyhow() -> None:
    names = np.array([40, 7, 19, 3])
    assert round_of(JUDGES.tolist(), sheet=np.tile(names, 6)) == round_of(
        JUDGES.tolist(), sheet=np.tile(np.arange(4), 6)
    )


@pytest.mark.parametrize("floor", [6, 7])
def test_round_needs_the_floor_of_subjects(floor: int) -> None:
    assert (round_of(JUDGES.tolist(), floor=floor) is None) == (floor == 7)


@pytest.mark.parametrize("subjects_from", [6, 7])
def test_round_needs_enough_subjects_however_low_the_floor(subjects_from: int) -> None:
    assert (round_of(JUDGES.tolist(), subjects_from=subjects_from) is None) == (subjects_from == 7)


def test_round_speaks_only_of_subjects_that_are_shown() -> None:
    """A subject too small to be shown moves nothing, whatever its ballots say."""
    subject, values = ballots([*JUDGES.tolist(), [100, 0]])
    shown = np.array([[True] * 6 + [False]])
    made = round_reliability(subject, [values], shown=shown, weights=np.ones(1), floor=3, spread_floor=0.0)
    assert made == round_of(JUDGES.tolist())


def test_passing_over_a_hard_criterion_is_no_praise() -> None:
    """Everybody agrees that the second criterion is ten points worse; one answers only the first."""
    first = np.array([70.0, 71, 80, 81, 90, 91, 60, 61])
    second = first - 10
    second[::2] = np.nan
    subject = np.repeat(np.arange(4), 2)
    shown = np.ones((2, 4), dtype=bool)
    made = round_reliability(subject, [first, second], shown=shown, weights=np.ones(2), floor=3, spread_floor=0.0)
    assert made.single > 0.98


def test_unanimous_ballots_look_like_nearly_unanimous_ones() -> None:
    """No reliability of 1.00 that would tell that all of each subject's ballots are equal."""
    same = round_of([[70] * 6, [80] * 6, [90] * 6], spread_floor=2.5)
    near = round_of([[70] * 6, [80] * 6, [90, 90, 90, 89, 90, 91]], spread_floor=2.5)
    assert same == near
    assert same.mean < 1


def test_where_ballots_differ_more_than_subjects_the_estimate_is_0() -> None:
    made = round_of([[60, 80, 100], [80, 100, 60], [100, 60, 80]])
    assert (made.single, made.mean, made.generalisability) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("reliability", "band"),
    [(0.0, "poor"), (0.49, "poor"), (0.5, "moderate"), (0.75, "good"), (0.9, "good"), (0.91, "excellent")],
)
def test_bands_follow_koo_and_li(reliability: float, band: str) -> None:
    assert band_of(reliability) == band


def test_order_of_the_ballots_decides_nothing() -> None:
    """Values less the mean of their sheet often lie between two billionths: a sum in another order would differ."""
    luck = np.random.default_rng(5)
    subject, sheet = np.repeat(np.arange(6), 8), np.tile(np.arange(8), 6)
    points = [luck.integers(0, 101, 48).astype(float) for _criterion in range(3)]
    told = {"shown": np.ones((3, 6), dtype=bool), "weights": np.array([33.3, 33.3, 33.4]), "floor": 5}
    made = round_reliability(subject, points, sheet=sheet, spread_floor=2.5, **told)
    assert made is not None
    for _turn in range(20):
        order = luck.permutation(48)
        turned = [one[order] for one in points]
        assert round_reliability(subject[order], turned, sheet=sheet[order], spread_floor=2.5, **told) == made


def test_sheets_that_others_may_know_make_no_crossed_design() -> None:
    made = [round_of(JUDGES.tolist(), sheet=np.tile(np.arange(4), 6), sheets_from=least) for least in (4, 5)]
    assert [reliability and reliability.design for reliability in made] == ["crossed", "nested"]


def test_sheets_of_a_declared_class_make_no_crossed_design() -> None:
    """Four sheets are the floor; of one of them everybody may know whose it is."""
    sheet = np.tile(np.arange(4), 6)
    made = [
        round_of(JUDGES.tolist(), sheet=sheet, sheets_from=4, covering=covering)
        for covering in (None, sheet < 4, sheet < 3)
    ]
    assert [reliability and reliability.design for reliability in made] == ["crossed", "crossed", "nested"]
