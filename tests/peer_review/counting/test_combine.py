import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.aggregate import Stats, aggregate
from peer_review.counting.combine import class_shares, combine
from peer_review.counting.intervals import t_quantile

sizes = st.lists(st.integers(0, 12), min_size=1, max_size=5)


def stats_of(*classes: list[float]) -> Stats:
    group = np.array([at for at, scores in enumerate(classes) for _score in scores], dtype=np.int64)
    points = np.array([score for scores in classes for score in scores], dtype=float)
    return aggregate(group, points, groups=len(classes), edges=(0.0,))


def test_weights_are_renormalised_over_classes_that_answered() -> None:
    shares = class_shares(np.array([[10, 10, 0]]), np.array([0.5, 0.3, 0.2]), floor=5)
    np.testing.assert_allclose(shares, [[0.625, 0.375, 0.0]])


def test_one_leader_cannot_be_read_from_the_weighted_score() -> None:
    shares = class_shares(np.array([[1, 8, 20]]), np.array([0.5, 0.3, 0.2]), floor=5)
    np.testing.assert_allclose(shares, [[0.2, 0.48, 0.32]])


@given(sizes, st.data(), st.integers(3, 8))
def test_no_ballot_ever_carries_more_than_one_floorth(n: list[int], data: st.DataObject, floor: int) -> None:
    weights = data.draw(st.lists(st.integers(1, 100), min_size=len(n), max_size=len(n)))
    shares = class_shares(np.array([n]), np.array(weights, dtype=float), floor=floor)[0]
    if sum(n) == 0:
        assert shares.tolist() == [0.0] * len(n)
        return
    assert shares.sum() == pytest.approx(1)
    assert all(share == 0 for share, size in zip(shares, n, strict=True) if size == 0)
    if sum(n) >= floor:
        assert all(share <= size / floor + 1e-9 for share, size in zip(shares, n, strict=True))


def test_interval_of_one_class_is_the_t_interval() -> None:
    made = combine(stats_of([80, 85, 90, 95, 75]), np.ones(1), floor=5, trim=False, spread_floor=0.0)
    # s = 7.9057, t(4) = 2.7764
    assert made.value[0] == 85.0
    assert made.half[0] == pytest.approx(2.7764451 * 7.9056942 / 5**0.5, abs=1e-5)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=60))
def test_noise_in_the_last_bit_never_costs_a_degree_of_freedom(scores: list[int]) -> None:
    made = combine(stats_of([float(score) for score in scores]), np.ones(1), floor=2, trim=False, spread_floor=2.5)
    spread = max(float(np.std(scores, ddof=1)), 2.5)
    assert made.half[0] == pytest.approx(t_quantile(len(scores) - 1) * spread / len(scores) ** 0.5, rel=1e-9)


def test_interval_of_a_trimmed_mean_uses_the_winsorised_spread() -> None:
    made = combine(stats_of([95, 88, 91, 76, 83, 60]), np.ones(1), floor=5, trim=True, spread_floor=0.0)
    # Pulled in: 76 76 83 88 91 91, s = 6.9498; t(3) = 3.1824; n / (n - 2) = 1.5
    assert made.value[0] == 84.5
    assert made.half[0] == pytest.approx(3.1824463 * 1.5 * np.std([76, 76, 83, 88, 91, 91], ddof=1) / 6**0.5, abs=1e-5)


def test_unanimous_ballots_get_the_least_interval_and_not_none() -> None:
    made = combine(stats_of([90] * 5), np.ones(1), floor=5, trim=True, spread_floor=2.5)
    assert made.half[0] == pytest.approx(2.7764451 * 2.5 / 5**0.5, abs=1e-5)


def test_a_class_of_one_borrows_the_spread_of_the_others() -> None:
    made = combine(stats_of([70], [80, 90, 85, 95, 75]), np.array([0.5, 0.5]), floor=5, trim=False, spread_floor=0.0)
    # shares 0.2 and 0.8; variance of a ballot 62.5
    assert made.half[0] == pytest.approx(2.7764451 * (0.04 * 62.5 + 0.64 * 12.5) ** 0.5, rel=0.3)
    assert made.value[0] == pytest.approx(0.2 * 70 + 0.8 * 85)


def test_nothing_answered_is_no_value() -> None:
    made = combine(stats_of([], []), np.ones(2), floor=5, trim=True, spread_floor=1.0)
    assert np.isnan(made.value[0])
    assert np.isnan(made.half[0])
