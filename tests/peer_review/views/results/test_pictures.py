"""Readings as pictures: each number in a picture is one of the reading, and too few are said in words."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.read_models import SubjectReading, SummaryReading
from peer_review.domain.results.trends import Point, Trend, TrendPoint
from peer_review.models import Round
from peer_review.views.results import pictures
from peer_review.views.results.pictures import Line
from tests.factories.peer_review.counted_rounds import make_published_round, papers, spread
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.views.results.pages import address, make_thin_round, subject

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]
HIGH = Mark(value=88.0, low=80.5, high=95.5, n=9, abstentions=0, grade="competent", grade_label="Competent")
LOW = Mark(value=61.0, low=55.0, high=67.0, n=9, abstentions=1, grade="basic", grade_label="Basic")


def reading_of(round: Round, name: str) -> SubjectReading:
    client = Client(headers={"accept-language": "en"})
    client.force_login(subject(round, name).member.user)
    reading: SubjectReading = client.get(address(round, "own-result")).context["reading"]
    return reading


def summary_of(round: Round) -> SummaryReading:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user("", "staff"))
    reading: SummaryReading = client.get(address(round, "summary")).context["reading"]
    return reading


@pytest.fixture
def round() -> Round:
    return make_thin_round(make_user("", "section_head"))


class TestLines:
    def test_of_a_subject_are_the_score_and_each_criterion_beside_its_comparisons(self, round: Round) -> None:
        reading = reading_of(round, "丙")

        lines = pictures.subject_lines(reading)

        assert [(line.label, line.total) for line in lines] == [("Score", True), ("Quality", False), ("Spirit", False)]
        assert lines[0].own == reading.score
        assert [line.own for line in lines[1:]] == [one.own for one in reading.criteria]
        assert {len(line.others) for line in lines} == {len(reading.comparisons)}

    def test_of_a_thin_subject_have_no_figure(self, round: Round) -> None:
        assert [line.own for line in pictures.subject_lines(reading_of(round, "辛"))] == [None] * 3

    def test_of_the_mean_of_all_are_the_score_and_the_criteria(self, round: Round) -> None:
        reading = summary_of(round)
        assert reading.unit is not None

        lines = pictures.summary_lines(reading)

        assert [line.own for line in lines] == [reading.unit.score, *reading.unit.marks]
        assert [line.total for line in lines] == [True, False, False]

    def test_of_too_few_subjects_there_are_none(self) -> None:
        few = make_published_round({(name, "all"): papers(5, 64, 64) for name in "甲乙丙"})

        assert pictures.summary_lines(summary_of(few)) == []


class TestWords:
    def test_say_each_value_with_its_interval_and_those_beside_by_name(self) -> None:
        lines = [Line("Score", HIGH, (LOW, None), total=True), Line("Care", None, (LOW, HIGH))]

        said = pictures.in_words(lines, ["Section", "All"])

        assert said == (
            "Score: 88.0 (80.5–95.5), Section 61.0 (55.0–67.0), All too few; "
            "Care: too few, Section 61.0 (55.0–67.0), All 88.0 (80.5–95.5)"
        )

    def test_of_no_lines_are_none_and_names_must_fit(self) -> None:
        assert pictures.in_words([], []) == ""
        with pytest.raises(ValueError, match="argument 2"):
            pictures.in_words([Line("Score", HIGH, (LOW,))], [])


class TestPictures:
    def test_hold_no_number_that_the_reading_has_not(self, round: Round) -> None:
        reading = reading_of(round, "丙")
        lines = pictures.subject_lines(reading)
        names = [one.label for one in reading.comparisons]

        drawn = str(pictures.dots(lines, reading.head, own="丙", others=names, personal=True))

        told = re.search(r'<desc id="dots-desc">(.*?)</desc>', drawn)
        assert told is not None
        assert told[1] == pictures.in_words(lines, names)
        marks = [mark for line in lines for mark in (line.own, *line.others) if mark is not None]
        known = {f"{number:.1f}" for mark in marks for number in (mark.value, mark.low, mark.high)}
        assert set(re.findall(r"\d+\.\d", told[1])) == known
        assert "style=" not in drawn

    def test_names_are_words_and_no_markup(self, round: Round) -> None:
        reading = reading_of(round, "丙")

        drawn = str(pictures.dots([Line("<script>", HIGH)], reading.head, own="<b>", personal=True))

        assert "<script>" not in drawn
        assert "<b>" not in drawn

    def test_a_profile_wants_three_criteria(self) -> None:
        lines = [Line("Score", HIGH, total=True), Line("A", HIGH), Line("B", LOW)]
        assert pictures.profile(lines, own="x", others=[]) == ""

        drawn = str(pictures.profile([*lines, Line("C", None)], own="x", others=[]))
        assert '<desc id="radar-desc">A: 88.0 (80.5–95.5); B: 61.0 (55.0–67.0); C: too few</desc>' in drawn

    def test_distributions_are_drawn_where_they_may_be_shown(self) -> None:
        round = make_published_round({("甲", "all"): papers(9, 88, 88), ("乙", "all"): spread(24, 88)})

        hidden = pictures.tiles(reading_of(round, "甲").criteria)
        shown = pictures.tiles(reading_of(round, "乙").criteria)

        assert [tile.picture for tile in hidden] == ["", ""]
        for tile in shown:
            counts = "; ".join(f"{bar.label}: {bar.count}" for bar in tile.line.bars)
            assert f'<desc id="bars-{tile.line.key}-desc">{counts}</desc>' in tile.picture

    def test_edges_are_where_grades_meet_lowest_first(self, round: Round) -> None:
        assert pictures.edges(reading_of(round, "丙").head) == [60, 70, 90]


class TestStrips:
    def test_share_the_scale_of_the_table_without_what_is_not_shown(self) -> None:
        assert pictures.strips_start([LOW, None, HIGH]) == pictures.strips_start([LOW]) <= 55
        assert pictures.strips_start([None]) == pictures.strips_start([])

    def test_of_no_figure_draw_none(self, round: Round) -> None:
        head = reading_of(round, "丙").head

        assert "<svg" in pictures.strip(HIGH, head, start=50)
        assert "<svg" not in pictures.strip(None, head, start=50)
        assert "ch-quota" in pictures.strip(HIGH, head, start=50, line=85.0)
        assert "ch-quota" not in pictures.strip(HIGH, head, start=50)


class TestOverRounds:
    def trend(self, *scores: float | None) -> Trend:
        points = [
            TrendPoint(
                public_id=f"{at:032x}",
                title=f"Round {at}",
                published_at=datetime(2030, 1 + at, 1, tzinfo=UTC),
                score=None if score is None else Point(score, score - 2, score + 2),
                criteria={},
            )
            for at, score in enumerate(scores)
        ]
        return Trend(points=tuple(points), held_back=0)

    def drawn(self, found: Trend | None, head: Any) -> str:
        return str(pictures.over_rounds(found, head, name="trend", personal=True))

    def test_a_line_wants_two_rounds(self, round: Round) -> None:
        head = reading_of(round, "丙").head

        assert self.drawn(None, head) == ""
        assert self.drawn(self.trend(), head) == ""
        assert self.drawn(self.trend(70.0), head) == ""
        assert self.drawn(self.trend(70.0, None), head) == ""
        assert "<svg" in self.drawn(self.trend(70.0, 72.0), head)

    def test_a_round_without_a_figure_is_said_and_not_drawn(self, round: Round) -> None:
        drawn = self.drawn(self.trend(70.0, None, 74.0), reading_of(round, "丙").head)

        assert "Round 0: 70.0 (68.0–72.0); Round 1: too few; Round 2: 74.0 (72.0–76.0)" in drawn
        assert drawn.count("2030") == 2
