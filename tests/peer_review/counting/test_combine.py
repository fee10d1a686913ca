import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.aggregate import Stats, aggregate
from peer_review.counting.combine import class_shares, combine, exact_shares

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


def test_error_of_one_class_is_that_of_its_number() -> None:
    made = combine(stats_of([80, 85, 90, 95, 75]), np.ones(1), floor=5, trim=False)
    assert made.value[0] == 85.0
    assert made.error[0] == pytest.approx(1 / 5**0.5)


def test_error_tells_nothing_of_the_answers() -> None:
    agreed, apart = (
        combine(stats_of(scores), np.ones(1), floor=5, trim=True) for scores in ([80.0] * 7, [0.0, 100.0] * 3 + [80.0])
    )
    assert agreed.error[0] == apart.error[0]


def test_answers_that_are_left_out_make_a_trimmed_mean_no_surer() -> None:
    made = combine(stats_of([95, 88, 91, 76, 83, 60]), np.ones(1), floor=5, trim=True)
    assert made.value[0] == 84.5
    assert made.error[0] == pytest.approx(1 / 4**0.5)


def test_errors_of_classes_add_up_by_their_shares() -> None:
    made = combine(stats_of([70], [80, 90, 85, 95, 75]), np.array([0.5, 0.5]), floor=5, trim=False)
    assert made.error[0] == pytest.approx((0.2**2 / 1 + 0.8**2 / 5) ** 0.5)
    assert made.value[0] == pytest.approx(0.2 * 70 + 0.8 * 85)


def test_nothing_answered_is_no_value() -> None:
    made = combine(stats_of([], []), np.ones(2), floor=5, trim=True)
    assert np.isnan(made.value[0])
    assert np.isnan(made.error[0])


@given(sizes, st.data(), st.integers(3, 8))
def test_exact_shares_are_the_shares(n: list[int], data: st.DataObject, floor: int) -> None:
    weights = data.draw(st.lists(st.integers(1, 100), min_size=len(n), max_size=len(n)))
    exact = exact_shares(tuple(n), tuple(float(weight) for weight in weights), floor)
    shares = class_shares(np.array([n]), np.array(weights, dtype=float), floor=floor)[0]
    assert [float(share) for share in exact] == pytest.approx(shares.tolist())
