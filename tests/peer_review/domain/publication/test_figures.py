"""Published figures under the names and bands that their round froze."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from peer_review.counting.small_groups import ShownJson
from peer_review.domain.publication.figures import (
    Bar,
    Mark,
    criterion_mark,
    criterion_rows,
    distribution,
    make_mark,
    score_mark,
    shown_in_words,
    too_few,
)
from peer_review.enums import ResultScope
from peer_review.models import CriterionResult, Result
from tests.factories.peer_review.counted_rounds import make_published_round, papers

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_the_share_of_abstentions_is_of_those_asked() -> None:
    mark = Mark(80.0, 70.0, 90.0, n=6, abstentions=2, grade="a", grade_label="A")
    assert mark.unknown == 25.0


def test_a_score_has_no_share_of_abstentions() -> None:
    assert Mark(80.0, 70.0, 90.0, 0, 0, "a", "A").unknown is None


@pytest.mark.parametrize("value", [0.0, 59.9, 60.0, 79.9, 80.0, 89.9, 90.0, 100.0])
def test_the_rounds_own_bands_propose_the_grade(value: float) -> None:
    round = make_published_round({("甲", "all"): papers(5)})
    mark = make_mark(round.frozen_scheme, value, value - 1, value + 1, 5, 6)
    assert (mark.value, mark.low, mark.high, mark.n, mark.abstentions) == (value, value - 1, value + 1, 5, 6)
    assert (mark.grade_label == "Excellent") is (value >= 90)


def test_a_result_without_a_score_has_no_mark() -> None:
    round = make_published_round({("甲", "all"): papers(2), ("乙", "all"): papers(5)})
    thin, large = (Result.objects.get(round=round, subject__label=name) for name in "甲乙")
    assert score_mark(round.frozen_scheme, None) is None
    assert score_mark(round.frozen_scheme, thin) is None
    mark = score_mark(round.frozen_scheme, large)
    assert mark is not None
    assert (mark.value, mark.n) == (76.0, 0)
    assert too_few() == "too few"


def test_a_criterion_that_is_not_shown_has_no_mark() -> None:
    round = make_published_round({("甲", "all"): [*papers(5), {"quality": "dk", "spirit": 70}]})
    row = CriterionResult.objects.get(result__subject__label="甲", criterion="quality")
    assert criterion_mark(round.frozen_scheme, None) is None
    mark = criterion_mark(round.frozen_scheme, row)
    assert mark is not None
    assert (mark.value, mark.n, mark.abstentions, mark.unknown) == (80.0, 5, None, None)


@pytest.mark.parametrize(
    ("abstentions", "text", "unknown"),
    [(0, "fewer than 5", None), (4, "fewer than 5", None), (5, "5", 50.0), (15, "15", 75.0)],
)
def test_abstentions_under_the_floor_read_alike(abstentions: int, text: str, unknown: float | None) -> None:
    round = make_published_round({("甲", "all"): papers(5)})
    mark = make_mark(round.frozen_scheme, 80.0, 70.0, 90.0, 5, abstentions)
    assert (mark.abstentions_text, mark.unknown) == (text, unknown)


@pytest.mark.parametrize("names", ["甲", "甲乙丙"])
def test_criteria_of_several_results_are_read_in_one_query(
    names: str, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    round = make_published_round({(name, "all"): papers(5) for name in names})
    results = list(Result.objects.filter(round=round, scope=ResultScope.SUBJECT))
    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = criterion_rows(results)
    assert set(rows) == {(result.pk, key) for result in results for key in ("quality", "spirit")}


def test_bars_of_points_are_named_by_their_points_and_grade_best_first() -> None:
    round = make_published_round({("甲", "all"): papers(5)})
    bars = distribution(round.frozen_scheme, round.frozen_scheme.criteria[0], [[0, 1, 2], [3, 3, 4]])
    assert [bar.count for bar in bars] == [4, 2]
    assert bars[0].label.startswith("90–100 ")
    assert " to " in bars[1].label


def test_bars_of_grades_are_named_by_the_grade_alone() -> None:
    cells = {("甲", "all"): [{"quality": 1 + at % 3, "spirit": 2} for at in range(6)]}
    round = make_published_round(cells, scale="grades")
    [bar] = distribution(round.frozen_scheme, round.frozen_scheme.criteria[0], [[1, 1, 5]])
    assert bar.count == 5
    assert not any(letter.isdigit() for letter in bar.label)


def test_bars_of_anchors_are_named_by_the_anchors_words() -> None:
    cells = {("甲", "all"): [{"quality": 3, "spirit": 3} for _at in range(5)]}
    round = make_published_round(cells, scale="anchors")
    bars = distribution(round.frozen_scheme, round.frozen_scheme.criteria[0], [[0, 0, 2], [1, 4, 6]])
    assert bars == [Bar("2 to 5", 6), Bar("1 Words 1", 2)]


def test_no_bars_make_no_distribution() -> None:
    round = make_published_round({("甲", "all"): papers(5)})
    assert distribution(round.frozen_scheme, round.frozen_scheme.criteria[0], []) == []


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, "84.3"),
        ({"code": "at_least", "least": 95.0, "most": 95.0}, "95 or more"),
        ({"code": "at_most", "least": 20.0, "most": 20.0}, "20 or less"),
        ({"code": "between", "least": 88.0, "most": 89.9}, "88–89.9"),
    ],
)
def test_a_figure_is_written_as_it_is_shown(shown: ShownJson | None, words: str) -> None:
    assert shown_in_words(84.3, shown) == words


def test_a_grade_that_is_left_open_is_named_by_those_it_may_be() -> None:
    round = make_published_round({("甲", "all"): papers(5)})
    shown: ShownJson = {"code": "at_least", "least": 78.0, "most": 78.0, "grade": ""}
    mark = make_mark(round.frozen_scheme, 78.0, 70.0, 85.0, shown=shown)
    assert (mark.grade, mark.grade_label) == ("", "Competent or Excellent")
    assert (mark.code, mark.least, mark.most, mark.text) == ("at_least", 78.0, 78.0, "78 or more")
