"""Read models: what a head says of the papers that came back, and pairs that pages walk together."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.read_models import ClassReading, Head

HEAD = Head(
    public_id="0" * 32,
    title="Round",
    organiser="",
    closes_at=datetime(2026, 6, 1, tzinfo=UTC),
    published_at=None,
    floor=5,
    bands=(90.0, 75.0, 60.0),
    grades=("A", "B", "C", "D"),
    fingerprint="",
    root="",
    ballots=50,
    eligible=80,
    kept=80,
    people=10,
    drawn=9,
    counted=66,
)
MARK = Mark(80.0, 70.0, 90.0, 6, 0, "competent", "Competent")


def make_class(marks: tuple[Mark | None, ...], asked: tuple[bool, ...]) -> ClassReading:
    return ClassReading("staff", "Staff", 60.0, None, None, marks, asked, alone=False)


def test_a_class_tells_a_missing_figure_from_a_criterion_that_it_is_not_asked() -> None:
    assert make_class((MARK, None, None), (True, True, False)).cells == ((MARK, True), (None, True), (None, False))
    assert make_class((), ()).cells == ()


def test_a_class_with_a_figure_too_many_is_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        _ = make_class((MARK, MARK), (True,)).cells


@pytest.mark.parametrize(
    ("kept", "counted", "said"),
    [
        (80, 66, "66 of 80 ballot papers were cast and counted (82 %)."),
        (
            70,
            66,
            "66 of 70 ballot papers were cast and counted (94 %). There were 80 papers on the roll. Of the others too "
            "few came back in their place, or none: nothing is kept of them, and nobody is told how many.",
        ),
        (
            0,
            0,
            "No ballot was counted. There were 80 papers on the roll. Of the others too few came back in their place, "
            "or none: nothing is kept of them, and nobody is told how many.",
        ),
    ],
)
def test_return_is_told_of_kept_papers_only(in_english: None, kept: int, counted: int, said: str) -> None:
    assert replace(HEAD, kept=kept, counted=counted).counted_in_words == said
