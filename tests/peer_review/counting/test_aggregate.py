import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.aggregate import aggregate

EDGES = (0.0, 60.0, 70.0, 90.0)
ballots = st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 100)), max_size=60)


def run(cells: list[list[float | None]]) -> "object":
    pairs = [(at, one) for at, cell in enumerate(cells) for one in cell]
    group = np.array([at for at, _one in pairs], dtype=np.int64)
    points = np.array([np.nan if one is None else one for _at, one in pairs], dtype=float)
    return aggregate(group, points, groups=len(cells), edges=EDGES)


def test_no_ballots_is_no_mean() -> None:
    stats = run([[], []])
    assert stats.counted.tolist() == [0, 0]
    assert np.isnan(stats.mean).all()
    assert np.isnan(stats.trimmed).all()
    assert stats.distribution.sum() == 0


def test_abstention_is_counted_apart_and_never_as_zero() -> None:
    stats = run([[None, 80.0, 90.0]])
    assert (stats.counted[0], stats.n[0], stats.abstentions[0], stats.mean[0]) == (3, 2, 1, 85.0)


def test_all_abstaining_is_no_mean() -> None:
    stats = run([[None] * 7])
    assert (stats.counted[0], stats.n[0], stats.abstentions[0]) == (7, 0, 7)
    assert np.isnan(stats.mean[0])


def test_one_ballot_has_a_mean_and_no_spread() -> None:
    stats = run([[77.0]])
    assert stats.mean[0] == stats.trimmed[0] == 77.0
    assert np.isnan(stats.spread[0])


def test_one_hostile_ballot_is_dropped_by_trimming() -> None:
    stats = run([[90.0, 88.0, 92.0, 91.0, 89.0, 0.0]])
    assert stats.mean[0] == 75.0
    assert stats.trimmed[0] == 89.5


def test_ballots_outside_every_group_are_left_out() -> None:
    stats = aggregate(np.array([-1, 0]), np.array([1.0, 50.0]), groups=1, edges=EDGES)
    assert (stats.counted[0], stats.mean[0]) == (1, 50.0)


@given(ballots)
@settings(max_examples=120, deadline=None)
def test_figures_equal_those_of_the_statistics_module(rows: list[tuple[int, int | None]]) -> None:
    cells: list[list[float | None]] = [[], [], [], []]
    for at, one in rows:
        cells[at].append(one)
    stats = run(cells)
    for at, cell in enumerate(cells):
        answered = sorted(one for one in cell if one is not None)
        assert stats.counted[at] == len(cell)
        assert stats.n[at] == len(answered)
        assert stats.distribution[at].sum() == len(answered)
        if answered:
            assert stats.mean[at] == pytest.approx(statistics.mean(answered))
            kept = answered[1:-1] if len(answered) > 5 else answered
            assert stats.trimmed[at] == pytest.approx(statistics.mean(kept))
            assert stats.distribution[at, 3] == sum(one >= 90 for one in answered)
        if len(answered) > 1:
            assert stats.spread[at] == pytest.approx(statistics.stdev(answered), abs=1e-9)
