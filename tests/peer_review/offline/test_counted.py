"""Means and their intervals in the recount."""

import pytest

from peer_review.counting.intervals import t_quantile
from peer_review.offline.verifier import counted


@pytest.mark.parametrize("df", [*range(1, 40), 100, 9999])
def test_students_t_is_the_published_one(df: int) -> None:
    assert counted.t_quantile(df) == pytest.approx(t_quantile(df), rel=1e-12)
