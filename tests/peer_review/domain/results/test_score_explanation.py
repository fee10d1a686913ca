"""The explanation of a score: steps that fit the frozen scheme, sums of released figures only."""

from typing import Any

import pytest

from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.score_explanation import Sum, Term, class_sum, score_sum, steps_of
from peer_review.domain.results.shown_classes import shown_classes
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import ScaleKind
from peer_review.models import CriterionResult
from peer_review.protocol.frozen_scheme import FrozenScheme
from tests.factories.peer_review.frozen_schemes import frozen_scheme
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
TWO = [("leaders", 40), ("staff", 60)]
QUALITY = frozen_scheme().criterion("quality")


def frozen(**fields: Any) -> FrozenScheme:
    return freeze_scheme(SchemeFactory(**{"trim": False} | fields))


def row(**classes: list[float]) -> CriterionResult:
    return CriterionResult(criterion="quality", value=78.0, low=70.0, high=86.0, n=12, abstentions=0, classes=classes)


def test_a_criterion_is_made_of_the_classes_that_are_released() -> None:
    made = class_sum(
        shown_classes(frozen(classes=TWO), {}), QUALITY, row(leaders=[90.0, 80, 99, 5, 0], staff=[70.0, 60, 80, 7, 0])
    )

    # 0.4 × 90 + 0.6 × 70 = 78
    assert made == Sum(
        "Quality", (Term("Leaders", 40.0, 90.0, "90.0"), Term("Staff", 60.0, 70.0, "70.0")), 78.0, "78.0"
    )


def test_a_class_that_did_not_answer_gives_its_share_to_the_others() -> None:
    made = class_sum(shown_classes(frozen(classes=TWO), {}), QUALITY, row(staff=[70.0, 60, 80, 7, 0]))

    assert made is not None
    assert made.terms == (Term("Staff", 100.0, 70.0, "70.0"),)


@pytest.mark.parametrize("case", ["not shown", "classes not released", "one class"])
def test_nothing_is_explained_by_classes_that_are_not_released(case: str) -> None:
    scheme = frozen() if case == "one class" else frozen(classes=TWO)
    given = {"not shown": None, "classes not released": row(), "one class": row(all=[78.0, 70, 86, 12, 0])}[case]

    assert class_sum(shown_classes(scheme, {}), QUALITY, given) is None


def test_a_score_is_the_sum_of_its_criteria_if_it_is_shown() -> None:
    terms = [Term("Quality", 60.0, 80.0, "80.0"), Term("Spirit", 40.0, 70.0, "70.0")]
    mark = Mark(76.0, 70.0, 82.0, 0, 0, "competent", "Competent")

    assert score_sum(terms, mark) == Sum("Score", tuple(terms), 76.0, "76.0")
    assert score_sum(terms, None) is None


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ({}, []),
        ({"trim": True}, ["trim"]),
        ({"scale": ScaleKind.ANCHORS}, ["points"]),
        ({"scale": ScaleKind.GRADES, "trim": True}, ["points", "trim"]),
        ({"classes": TWO}, ["classes"]),
    ],
)
def test_only_steps_that_the_scheme_has_are_told(fields: dict[str, Any], more: list[str]) -> None:
    steps = steps_of(frozen(**fields), by_class=[], score=None)

    assert [step.key for step in steps] == ["ballots", *more, "score", "interval", "ranges", "floor", "grade"]
    assert all(step.text and not step.sums for step in steps)


def test_sums_stand_at_the_steps_that_they_carry_out() -> None:
    of_classes, of_score = Sum("Quality", (), 78.0, "78.0"), Sum("Score", (), 76.0, "76.0")

    steps = {one.key: one.sums for one in steps_of(frozen(classes=TWO), by_class=[of_classes], score=of_score)}

    assert (steps["classes"], steps["score"], steps["floor"]) == ((of_classes,), (of_score,), ())


def test_the_floor_is_that_of_the_scheme() -> None:
    texts = " ".join(step.text for step in steps_of(frozen(classes=TWO, floor=7), by_class=[], score=None))

    assert "1/7 of a figure" in texts
    assert "Fewer than 7 answers are shown nowhere" in texts


def test_a_class_that_is_shown_as_a_range_is_written_as_one() -> None:
    shown = {"code": "at_least", "least": 78.0, "most": 78.0}
    given = row(leaders=[78.0, 70, 99, 5, 0, shown], staff=[70.0, 60, 80, 7, 0])
    made = class_sum(shown_classes(frozen(classes=TWO), {}), QUALITY, given)

    assert made is not None
    assert [term.text for term in made.terms] == ["78 or more", "70.0"]


@pytest.mark.parametrize(("exact", "words"), [(False, "“95 or more”"), (True, "exact scores")])
def test_it_is_said_how_figures_of_few_are_shown(exact: bool, words: str) -> None:
    [text] = [
        step.text for step in steps_of(frozen(exact_scores=exact), by_class=[], score=None) if step.key == "ranges"
    ]

    assert words in text
