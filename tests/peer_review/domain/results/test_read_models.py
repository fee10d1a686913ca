"""Read models: pairs that pages walk together."""

import pytest

from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.read_models import ClassReading

MARK = Mark(80.0, 70.0, 90.0, 6, 0, "competent", "Competent")


def make_class(marks: tuple[Mark | None, ...], asked: tuple[bool, ...]) -> ClassReading:
    return ClassReading("staff", "Staff", 60.0, None, None, marks, asked, alone=False)


def test_a_class_tells_a_missing_figure_from_a_criterion_that_it_is_not_asked() -> None:
    assert make_class((MARK, None, None), (True, True, False)).cells == ((MARK, True), (None, True), (None, False))
    assert make_class((), ()).cells == ()


def test_a_class_with_a_figure_too_many_is_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        _ = make_class((MARK, MARK), (True,)).cells
