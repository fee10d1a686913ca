"""The reliability of a round in the recount: quantiles and chance of its own, the published figures."""

import random

import numpy as np
import pytest
from scipy.stats import f

from peer_review.offline.verifier.reliability import Chance, f_quantile
from tests.peer_review.offline.drawn import draw_round


@pytest.mark.parametrize(("upper", "lower"), [(1, 1), (2, 30), (9, 81), (40, 7), (400, 3_000)])
@pytest.mark.parametrize("p", [0.025, 0.5, 0.975])
def test_f_quantile_is_that_of_the_distribution(upper: int, lower: int, p: float) -> None:
    assert f_quantile(upper, lower, p) == pytest.approx(f.ppf(p, upper, lower), rel=1e-9)


def test_chance_deals_what_the_counting_deals() -> None:
    theirs, ours = np.random.default_rng(19_790_301), Chance()
    for many in (1, 3, 8):
        assert [ours.random() for _draw in range(many)] == theirs.random(many).tolist()
        assert [ours.bit() for _draw in range(many)] == theirs.integers(0, 2, many).tolist()


@pytest.mark.parametrize("design", ["nested", "crossed"])
def test_reliability_is_recounted_for_both_designs(design: str) -> None:
    seen = 0
    for number in range(400):
        drawn = draw_round(random.Random(number))
        figures = drawn.recounted()
        if figures.get(("unit", "reliability", "design")) != design:
            continue
        published = drawn.released()
        of = {path for path in published.keys() | figures.keys() if path[:2] == ("unit", "reliability")}
        assert {path: figures.get(path) for path in of} == {path: published.get(path) for path in of}
        seen += 1
        if seen == 4:
            break
    assert seen == 4
