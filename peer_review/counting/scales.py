"""How answers become points from 0 to 100, and points a grade."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: Keys of the four grades, best first.
GRADES: Final = ("excellent", "competent", "basic", "incompetent")
#: The lowest points of the three upper grades unless a scheme says otherwise: [90, 100], [70, 90), [60, 70), [0, 60).
BANDS: Final = (90.0, 70.0, 60.0)
#: The four grades as points: the middle of each usual band, so that a unanimous grade is that grade again.
GRADE_POINTS: Final = {4: 95.0, 3: 80.0, 2: 65.0, 1: 30.0}
#: The least spread an interval is drawn with: less would tell that all ballots of a group agree.
SPREAD_FLOOR: Final = {"points": 2.5, "anchors": 10.0, "grades": 7.5}
#: The spread of rounds too small to have one of their own: a person's marks of one colleague, as colleagues differ.
SPREAD_USUAL: Final = {"points": 7.5, "anchors": 20.0, "grades": 15.0}


def to_points(answers: Floats, scale: str) -> Floats:
    """Return answers of any scale as points from 0 to 100; NaN (不了解) stays NaN.

    Anchors 1 to 5 become 20, 40, 60, 80, 100: the middle anchor is the line of "basically competent".
    Raises: ValueError for an unknown scale.
    """
    if scale == "points":
        return answers.astype(np.float64)
    if scale == "anchors":
        return answers * 20.0
    if scale == "grades":
        points = np.full(answers.shape, np.nan)
        for grade, value in GRADE_POINTS.items():
            points[answers == grade] = value
        return points
    raise ValueError(f"unknown scale {scale}")


def bin_edges(scale: str, bands: Sequence[float] = BANDS) -> tuple[float, ...]:
    """Return the lower edges, in points, of the bars in which a scale's distribution is shown, lowest first.

    Points follow the scheme's bands. Answers that are grades or anchors have a bar each, wherever its bands lie.
    Raises: ValueError for an unknown scale.
    """
    if scale == "anchors":
        return (0.0, 30.0, 50.0, 70.0, 90.0)
    if scale in ("points", "grades"):
        return (0.0, *(float(lowest) for lowest in reversed(bands if scale == "points" else BANDS)))
    raise ValueError(f"unknown scale {scale}")


def grade_of(score: float, bands: Sequence[float] = BANDS) -> str:
    """Return the key of the band that a score from 0 to 100 falls into; `bands` as in BANDS."""
    return next((grade for grade, lowest in zip(GRADES, bands, strict=False) if score >= lowest), GRADES[-1])


def round_half_up(value: float, decimals: int = 1) -> float:
    """Return the value rounded as people round: 0.05 up. Python rounds to even, which looks wrong in a table."""
    factor = 10.0**decimals
    return math.floor(value * factor + 0.5 + 1e-9) / factor
