import numpy as np
import pytest

from peer_review.counting.scales import bin_edges, grade_of, round_half_up, to_points

NAN = float("nan")


@pytest.mark.parametrize(
    ("scale", "answers", "points"),
    [
        ("points", [0, 59, 100, NAN], [0, 59, 100, NAN]),
        ("anchors", [1, 3, 5, NAN], [20, 60, 100, NAN]),
        ("grades", [1, 2, 3, 4, NAN], [30, 65, 80, 95, NAN]),
    ],
)
def test_answers_become_points_and_abstentions_stay_abstentions(
    scale: str, answers: list[float], points: list[float]
) -> None:
    np.testing.assert_array_equal(to_points(np.array(answers), scale), points)


@pytest.mark.parametrize(("answer", "grade"), [(4, "excellent"), (3, "competent"), (2, "basic"), (1, "incompetent")])
def test_unanimous_grade_is_that_grade_again(answer: int, grade: str) -> None:
    assert grade_of(float(to_points(np.array([float(answer)]), "grades")[0])) == grade


@pytest.mark.parametrize(("scale", "answers"), [("anchors", range(1, 6)), ("grades", range(1, 5))])
def test_each_answer_has_a_bar_of_its_own(scale: str, answers: range) -> None:
    points = to_points(np.array(list(answers), dtype=float), scale)
    bins = np.searchsorted(bin_edges(scale), points, side="right") - 1
    assert bins.tolist() == list(range(len(answers)))


@pytest.mark.parametrize(
    ("score", "grade"), [(85.0, "excellent"), (84.9, "competent"), (50.0, "basic"), (49.9, "incompetent")]
)
def test_a_scheme_has_its_own_bands(score: float, grade: str) -> None:
    assert grade_of(score, (85, 70, 50)) == grade


def test_bars_of_points_follow_the_bands_and_those_of_grades_do_not() -> None:
    assert bin_edges("points", (85, 70, 50)) == (0.0, 50.0, 70.0, 85.0)
    assert bin_edges("grades", (96, 85, 50)) == bin_edges("grades") == (0.0, 60.0, 70.0, 90.0)
    assert bin_edges("anchors", (85, 70, 50)) == bin_edges("anchors")


def test_unknown_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scale"):
        to_points(np.array([1.0]), "stars")
    with pytest.raises(ValueError, match="unknown scale"):
        bin_edges("stars")


@pytest.mark.parametrize(("value", "rounded"), [(0.05, 0.1), (84.25, 84.3), (84.24, 84.2), (89.95, 90.0), (0.0, 0.0)])
def test_rounding_is_half_up(value: float, rounded: float) -> None:
    assert round_half_up(value) == rounded
