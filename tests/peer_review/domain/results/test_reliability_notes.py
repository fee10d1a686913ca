"""What a round's figures say of their own certainty: stored once, and said with what it does not mean."""

from dataclasses import asdict

import pytest

from peer_review.counting.coverage import Coverage
from peer_review.counting.release import release
from peer_review.domain.results.reliability_notes import (
    coverage_in_words,
    coverage_of,
    is_coverage_told,
    one_ballot_in_words,
    reliability_in_words,
)
from peer_review.domain.tally.ballot_arrays import make_plan, read_ballots
from peer_review.enums import ResultScope
from peer_review.models import Result, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers, spread

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

NAMES = "甲乙丙丁戊己庚辛壬癸"


def unit_of(round: Round) -> Result:
    return Result.objects.get(round=round, scope=ResultScope.UNIT)


def make_graded_round(subjects: int = 10) -> Round:
    """Return a published round whose subjects differ."""
    return make_published_round({(name, "all"): spread(21, 50 + 4 * at) for at, name in enumerate(NAMES[:subjects])})


def test_reliability_is_kept_with_the_unit_only() -> None:
    round = make_graded_round()
    kept = unit_of(round).reliability
    assert (kept["design"], kept["subjects"], kept["ballots"], kept["k"]) == ("nested", 10, 210, 21.0)
    assert 0.5 < kept["single"] < kept["mean"] < 1
    assert not Result.objects.exclude(scope=ResultScope.UNIT).filter(reliability__isnull=False).exists()


def test_whole_sheets_are_a_crossed_design() -> None:
    sheets = [
        {
            f"{at}.{key}": 30 + 4 * at + 2 * paper + (3 * paper + at) % 7
            for at in range(1, 11)
            for key in ("quality", "spirit")
        }
        for paper in range(8)
    ]
    kept = unit_of(make_published_round({(tuple(NAMES), "all"): sheets})).reliability
    assert (kept["design"], kept["subjects"], kept["ballots"], kept["k"]) == ("crossed", 10, 80, 8.0)
    assert kept["agreement"] < kept["consistency"]


def test_too_few_subjects_have_no_reliability() -> None:
    unit = unit_of(make_graded_round(subjects=9))
    assert unit.reliability is None
    assert len(reliability_in_words(unit)) == 1


def test_subject_under_the_floor_is_not_in_the_reliability() -> None:
    """Of eleven subjects one is too thin to be shown; whatever its ballots say, the figure stays."""
    cells = {(name, "all"): spread(21, 50 + 4 * at) for at, name in enumerate(NAMES)}
    rounds = [make_published_round(cells | {("子", "all"): papers(4, mark, mark)}) for mark in (0, 100)]
    kept = [unit_of(round).reliability for round in rounds]
    assert kept[0] == kept[1]
    assert kept[0]["subjects"] == 10


def test_one_ballot_is_kept_with_every_subject_that_has_a_score() -> None:
    round = make_published_round(
        {
            ("甲", "all"): [*papers(12, 90, 90), *papers(1, 89, 87)],
            ("乙", "all"): papers(12, 80, 80),
            ("丙", "all"): papers(11, 90, 90),
        }
    )
    found = dict(Result.objects.filter(round=round, scope=ResultScope.SUBJECT).values_list("label", "one_ballot"))
    assert found == {"甲": True, "乙": False, "丙": None}
    assert not Result.objects.exclude(scope=ResultScope.SUBJECT).filter(one_ballot__isnull=False).exists()


def test_what_is_kept_is_what_counting_releases() -> None:
    round = make_graded_round()
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    made = release(read_ballots(round, subjects), make_plan(round, subjects))
    assert unit_of(round).reliability == asdict(made.reliability)
    kept = Result.objects.filter(round=round, scope=ResultScope.SUBJECT).order_by("sort_order")
    assert [result.one_ballot for result in kept] == [sheet.one_ballot for sheet in made.subjects]


@pytest.mark.parametrize(
    ("mean", "band", "warns"),
    [(0.31, "poor", True), (0.6, "moderate", True), (0.8, "good", False), (0.95, "excellent", False)],
)
def test_reliability_says_what_it_means_and_what_not(mean: float, band: str, warns: bool) -> None:
    kept = {"mean": mean, "low": 0.2, "high": 0.97, "single": 0.2, "subjects": 6, "ballots": 126, "k": 21.0}
    words = reliability_in_words(Result(reliability=kept))
    assert words[0] == f"Reliability of the scores: {mean:.2f}, {band} (95 % interval 0.20 to 0.97)."
    assert "126 ballots about 6 subjects, about 21 each" in words[2]
    assert "not whether they are right" in words[3]
    assert (len(words) == 5) is warns


def test_ballots_that_do_not_differ_are_not_reliable() -> None:
    """Nobody stands apart from anybody, so there is no order to rely on."""
    unit = unit_of(make_published_round({(name, "all"): papers(6) for name in NAMES}))
    assert (unit.reliability["single"], unit.reliability["mean"]) == (0.0, 0.0)
    assert "halves" not in unit.reliability
    assert reliability_in_words(unit)[0].startswith("Reliability of the scores: 0.00, poor")


@pytest.mark.parametrize(("kept", "part"), [(True, "another grade"), (False, "the same grade"), (None, "")])
def test_one_ballot_is_said(kept: bool | None, part: str) -> None:
    assert part in one_ballot_in_words(Result(one_ballot=kept))
    assert bool(one_ballot_in_words(Result(one_ballot=kept))) is (kept is not None)


def test_coverage_is_said_by_criterion_and_for_all() -> None:
    round = make_published_round({("甲", "all"): [*papers(6), *papers(6, "dk", 70)]})
    rows = list(Result.objects.get(round=round, scope=ResultScope.SUBJECT).criteria.order_by("pk"))
    told = [is_coverage_told(some, 5) for some in (rows, rows[:1], rows[1:])]
    assert told == [False, True, False]
    words = [coverage_in_words(coverage_of(some), told=True, floor=5) for some in (rows, rows[:1], [])]
    assert words == [
        "6 of 24 answers are “do not know enough” (25 %).",
        "6 of 12 answers are “do not know enough” (50 %). The figure speaks for those who do know.",
        "",
    ]


def test_coverage_that_is_not_told_says_only_whether_many_do_not_know() -> None:
    few, many = (coverage_in_words(Coverage(12, unknown), told=False, floor=5) for unknown in (4, 5))
    assert few.startswith("At most a third of the answers")
    assert many.startswith("More than a third of the answers")
    assert "4" not in few
    assert not any(figure.isdigit() for figure in many)
