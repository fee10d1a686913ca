import pytest

from peer_review.counting.coverage import coverage


@pytest.mark.parametrize(
    ("figures", "asked", "unknown", "share", "thin"),
    [
        ([], 0, 0, None, False),
        ([(8, 0)], 8, 0, 0.0, False),
        ([(6, 2)], 8, 2, 0.25, False),
        ([(6, 3)], 9, 3, pytest.approx(1 / 3), False),
        ([(6, 4)], 10, 4, 0.4, True),
        ([(8, 0), (5, 3)], 16, 3, 0.1875, False),
    ],
)
def test_coverage_adds_up(
    figures: list[tuple[int, int]], asked: int, unknown: int, share: float | None, thin: bool
) -> None:
    found = coverage(figures)
    assert (found.asked, found.unknown, found.share, found.is_thin) == (asked, unknown, share, thin)
