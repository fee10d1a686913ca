import numpy as np
import pytest

from peer_review.counting.aggregate import aggregate
from peer_review.counting.intervals import Spread, round_spread, t_quantile
from peer_review.counting.scales import SPREAD_FLOOR, SPREAD_USUAL

Z = 1.959963984540054  # 97.5 % of the normal distribution


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


def spread_of(cells: list[list[float]], shown: list[bool] | None = None, scale: str = "points") -> Spread:
    """Return the spread of one criterion, one class a subject."""
    group = np.array([at for at, answers in enumerate(cells) for _answer in answers], dtype=np.int64)
    points = np.array([answer for answers in cells for answer in answers], dtype=float)
    stats = aggregate(group, points, groups=len(cells), edges=(0.0,))
    return round_spread([(stats, np.array(shown or [True] * len(cells)))], scale)


def test_small_rounds_have_the_scales_own_spread() -> None:
    for scale, points in SPREAD_USUAL.items():
        assert spread_of([[50.0, 60.0]] * 9, scale=scale) == Spread(points, Z)
    assert spread_of([[50.0, 60.0] * 3] * 9) == Spread(7.5, Z)  # nine subjects
    assert spread_of([[50.0, 60.0]] * 29) == Spread(7.5, Z)  # 58 answers


def test_round_of_ten_subjects_and_sixty_answers_has_a_spread_of_its_own() -> None:
    """Each: 45, 55, 65 twice, squares 400 over 5 degrees; √80 is 8.9, with t of 50 degrees."""
    own = spread_of([[45.0, 55.0, 65.0] * 2] * 10)
    assert own == Spread(8.9, t_quantile(50))
    assert own.reach == pytest.approx(8.9 * 2.0086, abs=1e-3)


def test_spread_is_pooled_and_never_less_than_what_would_tell_that_all_agree() -> None:
    assert spread_of([[45.0, 55.0, 65.0] * 2] * 5 + [[55.0] * 6] * 5).points == 6.3  # √(2000 / 50)
    assert spread_of([[55.0] * 6] * 10).points == SPREAD_FLOOR["points"]


def test_spread_is_of_shown_subjects_with_two_answers() -> None:
    cells = [[45.0, 55.0, 65.0] * 2] * 10
    assert spread_of([*cells, [0.0, 100.0] * 6], [True] * 10 + [False]) == spread_of(cells)
    assert spread_of([*cells, [0.0]]) == spread_of(cells)
