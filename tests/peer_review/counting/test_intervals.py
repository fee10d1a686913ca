import pytest

from peer_review.counting.intervals import t_quantile


@pytest.mark.parametrize(
    ("df", "table"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (29, 2.045), (30, 2.042), (40, 2.021), (100, 1.984)],
)
def test_quantile_agrees_with_the_printed_table(df: int, table: float) -> None:
    assert t_quantile(df) == pytest.approx(table, abs=6e-4)


def test_quantile_is_smooth_where_the_method_changes() -> None:
    assert t_quantile(29) > t_quantile(30) > t_quantile(31) > t_quantile(32)


def test_no_interval_without_freedom() -> None:
    with pytest.raises(ValueError, match="degree of freedom"):
        t_quantile(0)
