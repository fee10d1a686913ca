"""Crossed random effects against published numbers, against the bare formulas, and where nothing can be estimated."""

import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting import henderson
from peer_review.counting.henderson import TooManyLevels
from peer_review.counting.mixed import Fit, reml, wholly_explained

DATA = Path(__file__).parent / "data"

#: Davies and Goldsmith (1972), tables 6.1 and 6.4, and a made-up twin of Box and Tiao (1973, p. 247).
DYESTUFF = [
    *(1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560),
    *(1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445),
]
DYESTUFF2 = [
    *(7.298, 3.846, 2.434, 9.566, 7.990, 5.220, 6.556, 0.608, 11.788, -0.892, 0.110, 10.386, 13.434, 5.510, 8.166),
    *(2.212, 4.852, 7.092, 9.288, 4.980, 0.282, 9.014, 4.458, 9.446, 7.198, 1.722, 4.782, 8.106, 0.758, 3.758),
]
PASTES = [
    *(62.8, 62.6, 60.1, 62.3, 62.7, 63.1, 60.0, 61.4, 57.5, 56.9, 61.1, 58.9, 58.7, 57.5, 63.9, 63.1, 65.4, 63.7),
    *(57.1, 56.4, 56.9, 58.6, 64.7, 64.5, 55.1, 55.1, 54.7, 54.2, 58.8, 57.5, 63.4, 64.9, 59.3, 58.1, 60.5, 60.0),
    *(62.5, 62.6, 61.0, 58.7, 56.9, 57.7, 59.2, 59.4, 65.2, 66.0, 64.8, 64.1, 54.8, 54.8, 64.0, 64.0, 57.7, 56.8),
    *(58.3, 59.3, 59.2, 59.2, 58.9, 56.6),
]


def read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).open(encoding="utf-8")))


def column(rows: list[dict[str, str]], name: str, kind: Any = str) -> np.ndarray:
    return np.array([kind(row[name]) for row in rows])


def penicillin() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rows = read("penicillin.csv")
    return column(rows, "diameter", float), {"plate": column(rows, "plate"), "sample": column(rows, "sample")}


def deviations(fit: Fit) -> dict[str, float]:
    return {name: one.variance**0.5 for name, one in fit.components.items()}


def crossed(seed: int, *, share: float = 1.0, sizes: tuple[int, int, int] = (7, 5, 3)) -> tuple[np.ndarray, Any]:
    """Return ratings of three crossed factors, some of them missing, and their labels."""
    rng = np.random.default_rng(seed)
    at = np.indices(sizes).reshape(3, -1)
    at = at[:, rng.random(at.shape[1]) < share]
    ratings = 70 + rng.normal(0, 1, at.shape[1])
    for code, size, spread in zip(at, sizes, (3.0, 2.0, 1.0), strict=True):
        ratings += rng.normal(0, spread, size)[code]
    return ratings, dict(zip(("subject", "rater", "criterion"), at, strict=True))


# Published numbers: what lme4 prints for its own examples (Bates, lme4: mixed-effects modeling with R, 2010)


@pytest.mark.parametrize(
    ("ratings", "factors", "wanted", "criterion", "mean"),
    [
        (DYESTUFF, {"batch": np.repeat(np.arange(6), 5)}, {"batch": 42.0006, "residual": 49.5101}, 319.6543, 1527.5),
        (DYESTUFF2, {"batch": np.repeat(np.arange(6), 5)}, {"batch": 0.0, "residual": 3.7157}, 161.8283, 5.6656),
        (
            PASTES,
            {"batch": np.repeat(np.arange(10), 6), "sample": np.repeat(np.arange(30), 2)},
            {"batch": 1.2874, "sample": 2.9041, "residual": 0.8234},
            246.9907,
            60.0533,
        ),
        (*penicillin(), {"plate": 0.8467, "sample": 1.9316, "residual": 0.5499}, 330.8606, 22.9722),
    ],
    ids=["dyestuff", "dyestuff2", "pastes", "penicillin"],
)
def test_variances_are_the_published_ones(
    ratings: Any, factors: Any, wanted: dict[str, float], criterion: float, mean: float
) -> None:
    fit = reml(np.array(ratings, dtype=float), factors)
    assert deviations(fit) == pytest.approx(wanted, abs=6e-5)
    assert fit.criterion == pytest.approx(criterion, abs=6e-5)
    assert fit.fixed["intercept"][0] == pytest.approx(mean, abs=6e-5)
    assert fit.converged
    assert fit.score < 1e-6


def test_effects_of_penicillin_are_the_published_ones() -> None:
    effects = reml(*penicillin()).effects["sample"]
    assert effects.labels.tolist() == list("ABCDEF")
    published = [2.18705797, -1.01047615, 1.93789946, -0.09689497, -0.01384214, -3.00374416]
    assert effects.value == pytest.approx(published, abs=1e-6)
    assert (effects.low < effects.value).all()
    assert effects.high - effects.value == pytest.approx(1.959964 * effects.se)


def test_submissions_of_an_online_course_come_nearer_to_the_staff_than_their_means() -> None:
    rows, staff = read("mooc_aaai15_peer_grades.csv"), read("mooc_aaai15_reference_scores.csv")
    fit = reml(
        column(rows, "score", float),
        {"submission": column(rows, "submission"), "grader": column(rows, "grader")},
    )
    graded = column(staff, "staff_grade", float)
    effects = fit.effects["submission"]
    ours = fit.fixed["intercept"][0] + effects.value[np.searchsorted(effects.labels, column(staff, "submission"))]
    assert ours == pytest.approx(column(staff, "blup", float), abs=1e-4)
    assert np.sqrt(((ours - graded) ** 2).mean()) == pytest.approx(3.07, abs=5e-3)
    assert np.sqrt(((column(staff, "mean", float) - graded) ** 2).mean()) == pytest.approx(3.46, abs=5e-3)


# The bare formulas


def test_balanced_ratings_give_the_estimates_of_analysis_of_variance() -> None:
    """Searle, Casella and McCulloch (1992), chapter 4: where no mean square is below the residual's, REML is ANOVA."""
    ratings, factors = crossed(1, sizes=(8, 6, 1))
    fit = reml(ratings, {"subject": factors["subject"], "rater": factors["rater"]})
    table = ratings.reshape(8, 6)
    over = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    residual = (over**2).sum() / (7 * 5)
    subject = 6 * table.mean(axis=1).var(ddof=1)
    assert fit.components["residual"].variance == pytest.approx(residual, rel=1e-8)
    assert fit.components["subject"].variance == pytest.approx((subject - residual) / 6, rel=1e-7)
    assert fit.components["rater"].variance == pytest.approx(
        (8 * table.mean(axis=0).var(ddof=1) - residual) / 8, rel=1e-7
    )
    assert fit.components["residual"].se == pytest.approx(residual * np.sqrt(2 / 35), rel=1e-6)
    sampling = 2 / 36 * (subject**2 / 7 + residual**2 / 35)
    assert fit.components["subject"].se == pytest.approx(np.sqrt(sampling), rel=1e-6)


def dense(ratings: np.ndarray, design: np.ndarray, factors: Any, fit: Fit) -> tuple[float, Any, Any]:
    """Return the criterion, fixed effects and effects at the fit's variances, from the full matrix of the ratings."""
    wide = {name: (code[:, None] == np.unique(code)).astype(float) for name, code in factors.items()}
    variance = fit.components["residual"].variance * np.eye(len(ratings))
    variance += sum(fit.components[name].variance * one @ one.T for name, one in wide.items())
    inverse = np.linalg.inv(variance)
    information = design.T @ inverse @ design
    fixed = np.linalg.solve(information, design.T @ inverse @ ratings)
    over = ratings - design @ fixed
    free = len(ratings) - design.shape[1]
    criterion = np.linalg.slogdet(variance)[1] + np.linalg.slogdet(information)[1] + over @ inverse @ over
    projection = inverse - inverse @ design @ np.linalg.solve(information, design.T @ inverse)
    effects = {}
    for name, one in wide.items():
        share = fit.components[name].variance
        error = share * np.eye(one.shape[1]) - share**2 * one.T @ projection @ one
        effects[name] = (share * one.T @ inverse @ over, np.sqrt(np.diagonal(error)))
    return criterion + free * np.log(2 * np.pi), fixed, effects


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dense_from", [0.0, 2.0], ids=["dense", "sparse"])
def test_sparse_equations_say_what_the_full_matrices_say(
    seed: int, dense_from: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(henderson, "DENSE", dense_from)
    monkeypatch.setattr(henderson, "SLICE", 3)
    ratings, factors = crossed(seed, share=0.6)
    random = {name: factors[name] for name in ("rater", "subject")}
    fit = reml(ratings, random, {"criterion": factors["criterion"]})
    design = np.column_stack([np.ones(len(ratings)), *(factors["criterion"] == level for level in (1, 2))])
    criterion, fixed, effects = dense(ratings, design, random, fit)
    assert fit.criterion == pytest.approx(criterion, abs=1e-8)
    assert [value for value, _se in fit.fixed.values()] == pytest.approx(fixed, abs=1e-8)
    assert list(fit.fixed) == ["intercept", "criterion=1", "criterion=2"]
    for name, (value, error) in effects.items():
        assert fit.effects[name].value == pytest.approx(value, abs=1e-8)
        assert fit.effects[name].se == pytest.approx(error, abs=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_no_other_variances_are_likelier(seed: int) -> None:
    ratings, factors = crossed(seed, share=0.5)
    best = reml(ratings, factors)
    variances = {name: one.variance for name, one in best.components.items()}
    again = reml(ratings, factors, held=variances)
    assert again.criterion == pytest.approx(best.criterion, abs=1e-9)
    for name in variances:
        for factor in (0.9, 1.1):
            other = reml(ratings, factors, held={**variances, name: variances[name] * factor + 1e-9})
            assert other.criterion > best.criterion


def test_few_ratings_with_several_peaks_still_find_the_highest() -> None:
    """Eleven ratings, three factors, one subject far below: from most starts the search ends in a lower peak."""
    at = np.array([[0, 0, 2], [0, 1, 0], [0, 2, 0], [0, 4, 0], [1, 1, 0], [1, 1, 1], [1, 1, 2], [1, 2, 1], [1, 3, 1]])
    at = np.concatenate([at, [[1, 4, 2], [1, 5, 2]]])
    ratings = np.array([-39.13008802, -40.8511545, -39.83920891, -39.43923341, -1.63154534, -3.4924432])
    ratings = np.append(ratings, [-3.43193495, -2.35615139, -1.9558168, -2.01449951, -3.18357544])
    fit = reml(ratings, dict(zip("src", at.T, strict=True)))
    assert fit.criterion == pytest.approx(31.4194, abs=1e-3)


def test_sums_of_effects_know_that_effects_err_together() -> None:
    ratings, factors = crossed(3, share=0.7)
    fit = reml(ratings, factors)
    difference = np.zeros((1, 7))
    difference[0, :2] = 1.0, -1.0
    value, error = fit.combination({"subject": difference})
    subjects = fit.effects["subject"]
    assert value == pytest.approx([subjects.value[0] - subjects.value[1]])
    assert 0 < error[0] < np.hypot(subjects.se[0], subjects.se[1])
    assert fit.combination({"subject": np.eye(7)})[1] == pytest.approx(subjects.se)
    assert fit.combination({"fixed": np.ones((1, 1))})[1] == pytest.approx([fit.fixed["intercept"][1]])


# Where nothing, or not everything, can be estimated

A, B = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("ratings", "factors", "left_out", "variances"),
    [
        ([], {"subject": []}, {"subject": "no_ratings", "residual": "no_ratings"}, {"subject": 0, "residual": 0}),
        ([3.0], {"subject": [0]}, {"subject": "no_variation", "residual": "no_variation"}, {}),
        ([7.0] * 4, {"subject": A, "rater": B}, dict.fromkeys(["subject", "rater", "residual"], "no_variation"), {}),
        ([3, 4, 5, 7.5], {"subject": A, "rater": [0] * 4}, {"rater": "in_fixed"}, {"rater": 0.0}),
        ([3, 4, 5, 7.5], {"subject": [0] * 4, "rater": A}, {"subject": "in_fixed"}, {"subject": 0.0}),
        ([3, 4, 5, 7.5], {"subject": range(4), "rater": A}, {"subject": "one_each"}, {"subject": 0.0}),
        ([3, 4, 5, 7.5], {"subject": A, "rater": 1 - A}, {"rater": "same_as"}, {"rater": 0.0}),
        ([3, 4, 5, 7.5], {}, {}, {"residual": 3.7291667}),
        # Subject and rater explain every rating: no residual, and the variances are those of the effects.
        ([3, 4, 5, 6], {"subject": A, "rater": B}, {}, {"subject": 2.0, "rater": 0.5, "residual": 0.0}),
        ([3, np.nan, 5, 6], {"subject": A, "rater": [0] * 4}, {"rater": "in_fixed"}, {}),
    ],
    ids=[
        *("empty", "one rating", "all equal", "one rater", "one subject", "one rating each", "same groups"),
        *("no factor", "wholly explained", "missing"),
    ],
)
def test_degenerate_ratings_have_a_defined_answer(
    ratings: Any, factors: Any, left_out: dict[str, str], variances: dict[str, float]
) -> None:
    fit = reml(np.array(ratings, dtype=float), {name: np.array(one, dtype=int) for name, one in factors.items()})
    assert {name: one.left_out for name, one in fit.components.items() if one.left_out} == left_out
    for name, variance in variances.items():
        assert fit.components[name].variance == pytest.approx(variance, abs=1e-5)
    for effects in fit.effects.values():
        assert np.isfinite([effects.value, effects.se]).all()
    for name, one in fit.components.items():
        if one.left_out:
            assert one.variance == 0.0
            assert not fit.effects.get(name) or not fit.effects[name].value.any()
    assert np.isfinite(fit.fixed["intercept"]).all() == bool(len(ratings))


def test_missing_ratings_are_as_good_as_not_asked() -> None:
    ratings, factors = crossed(5)
    missing = np.arange(len(ratings)) % 4 == 1
    with_gaps = reml(np.where(missing, np.nan, ratings), factors)
    without = reml(ratings[~missing], {name: one[~missing] for name, one in factors.items()})
    assert deviations(with_gaps) == deviations(without)
    assert with_gaps.n == len(ratings) - missing.sum()


def test_design_in_two_parts_is_reported_and_measured_within_them_when_asked() -> None:
    """Two committees that share neither a candidate nor a member; the second marks everything 20 points lower."""
    subject, rater = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    second = subject >= 4
    rater = np.where(second, rater + 4, rater)
    ratings = 70 + np.random.default_rng(2).normal(0, 3, 32) - 20.0 * second
    ratings[:16] += np.repeat([0, 2, 4, 6], 4)
    ratings[16:] += np.repeat([0, 2, 4, 6], 4)
    apart = reml(ratings, {"subject": subject, "rater": rater}, within=True)
    assert apart.islands == 2
    assert apart.effects["subject"].island.tolist() == [0] * 4 + [1] * 4
    assert apart.fixed["island=1"][0] == pytest.approx(-20, abs=3)
    # Within islands both committees' candidates are spread alike around 0; otherwise the second's sink together.
    assert abs(apart.effects["subject"].value[:4].mean()) < 0.1
    together = reml(ratings, {"subject": subject, "rater": rater})
    assert together.islands == 2
    assert together.effects["subject"].value[:4].mean() > 3
    assert list(together.fixed) == ["intercept"]


def test_too_many_levels_for_the_dense_part_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(henderson, "LARGEST", 5)
    with pytest.raises(TooManyLevels):
        reml(*crossed(1))


# What must not matter


@given(st.integers(0, 10_000), st.sampled_from([0.4, 0.7, 1.0]))
@settings(max_examples=15, deadline=None)
def test_neither_names_nor_order_change_an_estimate(seed: int, share: float) -> None:
    ratings, factors = crossed(seed, share=share, sizes=(5, 4, 2))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(ratings))
    named = {name: rng.permutation(9)[one] for name, one in reversed(factors.items())}
    fit = reml(ratings, factors)
    other = reml(ratings[order], {name: one[order] for name, one in named.items()})
    assert other.criterion == pytest.approx(fit.criterion, abs=1e-7)
    assert deviations(other) == pytest.approx(deviations(fit), abs=2e-3, rel=1e-4)
    for name, code in factors.items():
        theirs = dict(zip(other.effects[name].labels, other.effects[name].value, strict=True))
        for label, value in zip(fit.effects[name].labels, fit.effects[name].value, strict=True):
            new = named[name][np.flatnonzero(code == label)[0]]
            assert theirs[new] == pytest.approx(value, abs=2e-3)


@given(st.integers(0, 10_000), st.floats(-200, 200), st.floats(0.01, 50))
@settings(max_examples=15, deadline=None)
def test_another_unit_changes_estimates_with_it(seed: int, shift: float, factor: float) -> None:
    ratings, factors = crossed(seed, share=0.8, sizes=(5, 4, 2))
    fit, other = reml(ratings, factors), reml(shift + factor * ratings, factors)
    assert [other.components[name].variance for name in fit.components] == pytest.approx(
        [one.variance * factor**2 for one in fit.components.values()], rel=1e-4, abs=1e-3 * factor**2
    )
    assert other.fixed["intercept"][0] == pytest.approx(shift + factor * fit.fixed["intercept"][0], rel=1e-5)


def test_hundred_thousand_ratings_take_seconds_not_minutes() -> None:
    """About 0.3 s of one core; the bound is for busy machines, where threads wait for each other and are billed."""
    rng = np.random.default_rng(0)
    subject = np.repeat(np.arange(2000), 50)
    rater = np.repeat(rng.integers(0, 500, 20_000), 5)
    criterion = np.tile(np.arange(5), 20_000)
    ratings = 70 + rng.normal(0, 6, 2000)[subject] + rng.normal(0, 4, 500)[rater] + rng.normal(0, 8, 100_000)
    start = time.process_time()
    fit = reml(ratings, {"subject": subject, "rater": rater, "criterion": criterion})
    assert time.process_time() - start < 20
    assert fit.converged
    assert deviations(fit) == pytest.approx({"subject": 6, "rater": 4, "criterion": 0, "residual": 8}, abs=0.3)


LEVELS = np.array([0, 0, 1, 1, 2, 2, 3, 3])
PAIRS = np.array([0, 1, 0, 1, 0, 1, 0, 1])


@pytest.mark.parametrize(
    ("codes", "ratings", "explained"),
    [
        ([], [1, 1, 2], False),
        ([LEVELS], 10 * LEVELS, True),
        ([LEVELS], 10 * LEVELS + (PAIRS == 1) * (LEVELS == 2), False),
        ([LEVELS, PAIRS], 10 * LEVELS + PAIRS, True),
        ([LEVELS, PAIRS], 10 * LEVELS + PAIRS * LEVELS, False),
        ([LEVELS, PAIRS, 2 * LEVELS + PAIRS], 10 * LEVELS + PAIRS * LEVELS, False),  # a level for each rating
        ([LEVELS, LEVELS // 2], 10 * LEVELS, True),  # levels within levels
        ([LEVELS, PAIRS], 10 * LEVELS + PAIRS + 0.5, None),  # no whole numbers
        ([LEVELS, PAIRS, np.arange(8) % 3], 10 * LEVELS + PAIRS, None),  # three that cross
        # Two islands: each has numbers of its own.
        ([LEVELS, np.array([0, 1, 0, 1, 2, 3, 2, 3])], [1, 2, 3, 4, 9, 7, 5, 3], True),
    ],
)
def test_wholly_explained_is_decided_on_whole_numbers(codes: list[Any], ratings: Any, explained: bool | None) -> None:
    assert wholly_explained(codes, np.array(ratings, dtype=float)) is explained


def test_least_residual_is_held_where_less_is_left_over() -> None:
    factors = {"subject": np.repeat(np.arange(5), 9), "rater": np.tile(np.arange(9), 5)}
    fit = reml(60.0 + 5 * factors["subject"], factors, least=1 / 12)
    assert fit.converged
    assert fit.components["residual"].variance == fit.unit == 1 / 12
    # With no spread by rater that is the analysis of variance: 62.5 between subjects, less the residual of nine marks.
    assert fit.components["subject"].variance == pytest.approx(62.5 - 1 / 12 / 9, rel=1e-9)
    assert fit.components["rater"].variance == 0


def test_least_residual_changes_nothing_where_more_is_left_over() -> None:
    ratings, factors = penicillin()
    assert reml(ratings, factors, least=0.01).components == reml(ratings, factors).components
