"""Hands are dealt fairly, and probabilities counted as permutation tests count them."""

import itertools
from collections import Counter

import numpy as np
import pytest

from peer_review.counting.permutation import deal, false_discovery, probability


def test_hands_come_from_one_shuffle_without_replacement() -> None:
    pool = np.arange(10.0)
    hands = deal(pool, 5, hands=2, seed=[1])
    assert sorted(hands.reshape(-1)) == sorted(pool)


def test_every_hand_is_as_likely() -> None:
    """10,000 hands of 2 out of 4: each of the six pairs in about a sixth."""
    hands = deal(np.arange(4.0), 2, hands=10_000, seed=[5])
    seen = Counter(tuple(sorted(hand)) for hand in hands.tolist())
    assert seen.keys() == set(itertools.combinations([0.0, 1.0, 2.0, 3.0], 2))
    assert all(abs(n - 10_000 / 6) < 200 for n in seen.values())


def test_same_seed_gives_same_hands_whatever_the_order_of_the_pool() -> None:
    pool = np.array([3.0, 1, 2, 9, 7])
    assert deal(pool, 2, hands=20, seed=[4]).tolist() == deal(pool[::-1], 2, hands=20, seed=[4]).tolist()
    assert deal(pool, 2, hands=20, seed=[4]).tolist() != deal(pool, 2, hands=20, seed=[5]).tolist()


@pytest.mark.parametrize(("pool", "n", "hands"), [(3, 0, 4), (3, 3, 7), (1000, 3, 1), (7, 2, 0)])
def test_as_many_hands_as_asked(pool: int, n: int, hands: int) -> None:
    assert deal(np.arange(float(pool)), n, hands=hands, seed=[1]).shape == (hands, n)


def test_hand_larger_than_the_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="smaller"):
        deal(np.arange(3.0), 4, hands=1, seed=[1])


@pytest.mark.parametrize(("b", "m", "p"), [(0, 9, 0.1), (9, 9, 1.0), (4, 99, 0.05)])
def test_probability_counts_what_was_found_among_the_hands(b: int, m: int, p: float) -> None:
    assert probability(np.arange(m) < b) == pytest.approx(p)


def test_false_discovery_follows_benjamini_and_hochberg() -> None:
    """The fifteen probabilities of their paper (section 3.2): four are significant at 0.05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.000]  # fmt: skip
    q = false_discovery(p, tested=15)
    assert sum(one <= 0.05 for one in q) == 4
    assert q[:4] == [pytest.approx(one) for one in (0.0015, 0.003, 0.0095, 0.035625)]
    assert q[-1] == 1.0
    assert false_discovery(p[:4], tested=15) == q[:4]


def test_false_discovery_does_not_depend_on_order_and_treats_equals_alike() -> None:
    assert false_discovery([0.02, 0.001, 0.02], tested=4) == [pytest.approx(0.08 / 3), 0.004, pytest.approx(0.08 / 3)]
    assert false_discovery([], tested=4) == []
