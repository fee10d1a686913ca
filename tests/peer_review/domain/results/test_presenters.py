"""What a reader finds: the stored figures to the last digit, and only what is theirs."""

import dataclasses
from typing import Any

import pytest

from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.presenters import read_round, read_section, read_subject, read_summary
from peer_review.domain.results.score_explanation import Term
from peer_review.domain.results.shown_classes import shown_classes
from peer_review.enums import Channel
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import CriterionResult, DisclosureEntry, Result, Round
from peer_review.protocol.frozen_scheme import FrozenScheme
from tests.factories.peer_review.counted_rounds import make_published_round, papers, spread
from tests.factories.peer_review.decided_rounds import make_scored_round
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]
NAMES = "甲乙丙丁戊己庚"


@pytest.fixture
def head() -> Any:
    return make_user("科室负责人", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    """Seven subjects in section a, scores apart; a thin one in b, whose 31 and 37 must be nowhere."""
    cells = {(name, "all"): papers(6, 61 + 4 * at, 63 + 4 * at) for at, name in enumerate(NAMES)}
    cells["辛", "all"] = papers(3, 31, 37)
    return make_published_round(cells, sections={"辛": "b"}, heads={"a": head})


@pytest.fixture
def two(head: Any) -> Round:
    """Seven subjects in each of two sections."""
    cells = {
        (name, "all"): papers(6, 61 + 2 * at, 63 + 2 * at) for at, name in enumerate("甲乙丙丁戊己庚子丑寅卯辰巳午")
    }
    return make_published_round(cells, sections=dict.fromkeys("子丑寅卯辰巳午", "b"), heads={"a": head})


def result_of(round: Round, name: str) -> Result:
    return Result.objects.select_related("round").get(round=round, subject__label=name)


def person(round: Round, name: str) -> Any:
    return round.subjects.get(label=name).member.user


def leader() -> Any:
    return make_user("", "leadership")


def values(reading: Any) -> set[float]:
    """Return every number that a reading holds, however deep."""
    if dataclasses.is_dataclass(reading):
        reading = [getattr(reading, one.name) for one in dataclasses.fields(reading)]
    if isinstance(reading, dict):
        reading = list(reading.values())
    if isinstance(reading, (list, tuple)):
        return set().union(*(values(one) for one in reading)) if reading else set()
    return {float(reading)} if isinstance(reading, (int, float)) and not isinstance(reading, bool) else set()


def test_subject_finds_the_stored_figures_to_the_last_digit(round: Round) -> None:
    result = result_of(round, "丙")
    reading = read_subject(result, reader=Reader(person(round, "丙")))
    assert (reading.score.value, reading.score.low, reading.score.high) == (result.score, result.low, result.high)
    stored = CriterionResult.objects.filter(result=result).order_by("pk")
    assert [
        (line.key, line.own.value, line.own.low, line.own.high, line.own.n, line.own.abstentions)
        for line in reading.criteria
    ] == [(row.criterion, row.value, row.low, row.high, row.n, None) for row in stored]
    assert all(row.abstentions < reading.head.floor for row in stored)
    assert (reading.score.value, reading.score.grade, reading.score.grade_label) == (
        69.8,
        "basic",
        "Basically competent",
    )
    assert (reading.own, reading.ballots, reading.scope) == (True, 6, f"subject:{result.subject.key}")


def test_subject_is_compared_with_the_section_and_all_but_with_nobody(two: Round) -> None:
    reading = read_subject(result_of(two, "丙"), reader=Reader(person(two, "丙")))
    section, *_ranks, unit = reading.comparisons
    assert (section.scope, section.label, section.score.value, section.members) == (
        "section",
        "Mean of Section a",
        67.8,
        7,
    )
    assert (unit.scope, unit.label, unit.score.value, unit.members) == ("unit", "Mean of all subjects", 74.8, 14)
    assert (section.distinct, unit.distinct) == (False, True)
    at = reading.comparisons.index(section)
    assert [line.others[at].value for line in reading.criteria] == [67.0, 69.0]
    others = {one.score for one in Result.objects.filter(round=two, scope="subject").exclude(label__in="丙丁")}
    assert len(others) == 12  # 丁 has the section's mean
    assert not others & values(reading)


def test_all_in_one_section_are_compared_with_one_mean() -> None:
    round = make_published_round({(name, "all"): papers(6, 61 + at, 63 + at) for at, name in enumerate(NAMES)})
    reading = read_subject(result_of(round, "丙"), reader=Reader(person(round, "丙")))
    assert "unit" not in [one.scope for one in reading.comparisons]
    assert reading.comparisons[0].scope == "section"


def test_a_mean_that_a_figure_could_be_taken_out_of_is_compared_with_for_nobody() -> None:
    """Leadership sees the mean of two on its own page; on the sheet, which is handed to the person, it is not."""
    round = make_published_round({(name, "all"): papers(5, at, at) for name, at in (("甲", 53), ("乙", 97))})
    for reader in (person(round, "甲"), leader()):
        reading = read_subject(result_of(round, "甲"), reader=Reader(reader))
        assert reading.comparisons == ()
        assert not {97.0, 75.0} & values(reading)
    assert 75.0 in values(read_round(round, reader=Reader(leader())))


def test_thin_subject_holds_no_figure_at_all(round: Round) -> None:
    reading = read_subject(result_of(round, "辛"), reader=Reader(person(round, "辛")))
    certainty = reading.certainty
    assert (reading.score, reading.ballots) == (None, None)
    assert (certainty.unknown.figure, certainty.adjusted.note) == (None, "")
    assert [(line.own, line.bars, line.share, line.made_of) for line in reading.criteria] == [
        (None, (), None, None)
    ] * 2
    assert not {31.0, 37.0, 33.4} & values(reading)


def test_score_is_made_of_shares_and_released_figures() -> None:
    round = make_published_round(
        {("甲", "leaders"): spread(7, 80), ("甲", "staff"): spread(9, 70)}, criteria=[("quality", 75), ("spirit", 25)]
    )
    result = result_of(round, "甲")
    reading = read_subject(result, reader=Reader(leader()))
    rows = {one.criterion: one for one in CriterionResult.objects.filter(result=result)}
    quality = reading.criteria[0]
    assert quality.made_of.terms == (
        Term("Leaders", 60.0, (mark := rows["quality"].classes["leaders"][0]), f"{mark:.1f}"),
        Term("Staff", 40.0, (mark := rows["quality"].classes["staff"][0]), f"{mark:.1f}"),
    )
    [by_class] = [step for step in reading.steps if step.key == "classes"]
    assert by_class.sums == (reading.criteria[0].made_of, reading.criteria[1].made_of)
    [last] = [step for step in reading.steps if step.key == "score"]
    [total] = last.sums
    assert [(term.share, term.value) for term in total.terms] == [
        (75.0, rows["quality"].value),
        (25.0, rows["spirit"].value),
    ]
    assert total.total == result.score
    for made in (*by_class.sums, total):
        assert sum(term.share * term.value / 100 for term in made.terms) == pytest.approx(made.total, abs=0.1)


def test_classes_that_are_held_back_are_in_no_step() -> None:
    round = make_published_round({("甲", "leaders"): papers(2, 13, 17), ("甲", "staff"): papers(9, 83, 87)})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    [line] = reading.classes
    assert (line.label, line.weight, line.share) == ("Leaders and Staff", 100.0, 100.0)
    assert line.score == reading.score
    assert [step.sums for step in reading.steps if step.key == "classes"] == [()]
    assert not {13.0, 17.0, 83.0, 87.0} & values(reading)


def test_a_class_that_is_declared_not_anonymous_says_so() -> None:
    round = make_published_round({("甲", "leaders"): papers(5), ("甲", "staff"): papers(9)})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert [(line.key, line.alone) for line in reading.classes] == [("leaders", False), ("staff", False)]
    classes = [{**voters, "anonymous": voters["key"] != "leaders"} for voters in round.form["classes"]]
    scheme = FrozenScheme.from_json({**round.form, "classes": classes})
    assert [line.anonymous for line in shown_classes(scheme, {})] == [False, True]


def test_absentees_and_abstentions_are_never_zero() -> None:
    known = [{"quality": 80, "spirit": 80}] * 6
    round = make_published_round({("甲", "all"): [*known, *[{"quality": "dk", "spirit": "dk"}] * 6]}, eligible=40)
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert reading.score.value == 80.0
    assert [(line.own.n, line.own.abstentions, line.own.unknown) for line in reading.criteria] == [(6, 6, 50.0)] * 2
    assert (reading.certainty.unknown.figure, reading.certainty.unknown_is_high) == (50.0, True)
    assert reading.certainty.unknown.note.startswith("12 of 24 answers are “do not know enough” (50 %).")


def test_few_who_do_not_know_are_no_warning() -> None:
    known = [{"quality": 80, "spirit": 80}] * 9
    round = make_published_round({("甲", "all"): [*known, {"quality": "dk", "spirit": "dk"}]})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert (reading.certainty.unknown.figure, reading.certainty.unknown_is_high) == (None, False)
    assert reading.certainty.unknown.note.startswith("At most a third")
    assert {line.own.abstentions_text for line in reading.criteria} == {"fewer than 5"}


def test_one_criterion_with_few_who_do_not_know_keeps_the_share_over_all_back() -> None:
    some = [{"quality": "dk", "spirit": 80}] * 6
    round = make_published_round({("甲", "all"): [*[{"quality": 80, "spirit": 80}] * 9, *some]})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert [(line.own.n, line.own.abstentions_text) for line in reading.criteria] == [(9, "6"), (15, "fewer than 5")]
    assert reading.certainty.unknown.figure is None
    assert "6 of" not in reading.certainty.unknown.note


@pytest.mark.parametrize(
    ("stored", "words"),
    [(True, "would propose another grade"), (False, "proposes the same grade"), (None, "at least 12 answered")],
)
def test_whether_one_ballot_decides_is_said_in_a_sentence(stored: bool | None, words: str) -> None:
    round = make_published_round({("甲", "all"): spread(9)})
    Result.objects.filter(subject__isnull=False).update(one_ballot=stored)
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert reading.certainty.one_ballot.figure is stored
    assert words in reading.certainty.one_ballot.note
    assert bool(reading.certainty.one_ballot.note) == bool(words)


def test_adjusted_score_stands_beside_the_score_and_is_explained() -> None:
    round = make_published_round({("甲", "all"): spread(9)})
    result = result_of(round, "甲")
    Result.objects.filter(pk=result.pk).update(adjusted={"value": 91.2, "low": 88.0, "high": 94.4, "method": "reml"})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert reading.score.value == result.score
    adjusted = reading.certainty.adjusted.figure
    assert (adjusted.value, adjusted.low, adjusted.high) == (91.2, 88.0, 94.4)
    assert reading.certainty.adjusted.figure.grade_label == "Excellent"
    assert "changes nothing" in reading.certainty.adjusted.note


def test_no_adjusted_score_says_why() -> None:
    round = make_published_round({("甲", "all"): spread(9)})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert reading.certainty.adjusted.figure is None
    assert "the price of their anonymity" in reading.certainty.adjusted.note


def test_section_head_finds_the_section_only(round: Round, head: Any) -> None:
    reading = read_section(round, "a", reader=Reader(head))
    assert [row.label for row in reading.rows] == list(reversed(NAMES))
    assert (reading.section.score.value, reading.section.members, reading.section.label) == (73.8, 7, "Section a")
    assert [column.key for column in reading.criteria] == ["quality", "spirit"]
    other = read_section(round, "b", reader=Reader(head))
    assert (other.section, other.rows) == (None, ())


def test_leadership_finds_all_and_who_is_thin_stands_last_without_a_place(round: Round) -> None:
    reading = read_round(round, reader=Reader(leader()))
    assert [row.label for row in reading.rows] == [*reversed(NAMES), "辛"]
    assert [group.label for group in reading.sections] == ["Section a", "Section b"]
    last = reading.rows[-1]
    assert (last.score, last.ballots, last.marks, last.place) == (None, None, (None, None), None)
    assert reading.rows[0].place.total == 7
    assert not {31.0, 37.0, 33.4} & values(reading)


def test_rows_of_a_page_keep_their_places_among_all(round: Round) -> None:
    whole = {row.subject: row for row in read_round(round, reader=Reader(leader())).rows}
    some = list(Result.objects.filter(label__in="乙戊").select_related("subject__member").order_by("label"))
    part = read_round(round, reader=Reader(leader()), subjects=some)
    assert [row.label for row in part.rows] == sorted("乙戊")
    assert [whole[row.subject] for row in part.rows] == list(part.rows)


def test_stranger_finds_no_rows_even_if_asked_by_mistake(round: Round) -> None:
    stranger = make_user()
    assert (
        read_round(round, reader=Reader(stranger)).rows,
        read_section(round, "a", reader=Reader(stranger)).rows,
    ) == ((), ())


def test_summary_names_nobody_and_is_the_same_for_everybody(round: Round) -> None:
    told = read_summary(round, reader=Reader(make_user("", "staff")))
    assert told == read_summary(round, reader=Reader(leader()))
    assert (told.unit.score.value, [group.label for group in told.sections]) == (73.8, ["Section a"])
    means = [mark.value for group in (told.unit, *told.sections, *told.ranks) for mark in (group.score, *group.marks)]
    assert not {result_of(round, name).score for name in NAMES if name != "丁"} & set(means)


def test_head_holds_what_proves_the_count(round: Round) -> None:
    head = read_summary(round, reader=Reader(leader())).head
    assert (head.root, head.ballots, head.fingerprint) == (round.bulletin.root, 42, "0" * 64)
    assert (head.eligible, head.counted, head.floor, head.bands) == (45, 42, 5, (90.0, 70.0, 60.0))


def test_nothing_is_read_once_the_terms_were_altered(round: Round) -> None:
    round.form = {**round.form, "floor": 1}
    result = result_of(round, "甲")
    result.round = round
    for read in (
        lambda: read_subject(result, reader=Reader(leader())),
        lambda: read_section(round, "a", reader=Reader(leader())),
        lambda: read_round(round, reader=Reader(leader())),
        lambda: read_summary(round, reader=Reader(leader())),
    ):
        with pytest.raises(TermsAltered):
            read()


def test_readings_cost_the_same_for_one_and_for_three(django_assert_max_num_queries: Any) -> None:
    one = make_published_round({("甲", "all"): spread(9)}, comments={"甲": []})
    criteria = [("quality", 40), ("spirit", 30), ("speed", 30)]
    answers = [{**paper, "speed": 70} for paper in spread(9)]
    three = make_published_round(
        {(name, "all"): answers for name in ("张", "王", "李")},
        sections={"张": "a", "王": "b", "李": "c"},
        criteria=criteria,
        comments={"张": ["好", "很好", "认真", "踏实", "耐心"]},
    )
    reader = leader()
    for made in (one, three):  # the reader's roles are asked once, and an entry of the ledger is written once
        read_round(made, reader=Reader(reader))
    costs = []
    for made, name in ((one, "甲"), (three, "张")):
        round = Round.objects.select_related("organiser").get(pk=made.pk)  # as every page has it
        result = result_of(round, name)
        with django_assert_max_num_queries(14) as subject:
            read_subject(result, reader=Reader(reader))
        with django_assert_max_num_queries(14) as section:
            read_section(round, "a", reader=Reader(reader))
        with django_assert_max_num_queries(14) as whole:
            read_round(round, reader=Reader(reader))
        with django_assert_max_num_queries(14) as summary:
            read_summary(round, reader=Reader(reader))
        costs.append([len(subject), len(section), len(whole), len(summary)])
    assert costs[0] == costs[1]


def test_readings_set_earlier_rounds_beside_and_say_how_many_are_held_back() -> None:
    first = make_published_round({(name, "all"): papers(8, 70) for name in NAMES})
    second = make_published_round({(name, "all"): papers(8, 71) for name in NAMES}, earlier=first, strangers=0)
    third = make_published_round({(name, "all"): papers(8, 72) for name in NAMES}, earlier=second, strangers=1)
    reader = leader()

    of_two = read_subject(result_of(second, "甲"), reader=Reader(reader)).trend
    assert [(one.public_id, one.score.value) for one in of_two.points] == [
        (first.public_id, 70.0),
        (second.public_id, 70.6),
    ]
    of_three = read_subject(result_of(third, "甲"), reader=Reader(reader)).trend
    assert (len(of_three.points), of_three.held_back) == (1, 2)
    for read in (read_round(second, reader=Reader(reader)), read_section(second, "a", reader=Reader(reader))):
        assert [one.public_id for one in read.trend.points] == [first.public_id, second.public_id]


def test_a_reading_and_its_trend_are_recorded_by_role_and_channel() -> None:
    first = make_published_round({(name, "all"): papers(8, 70) for name in NAMES})
    second = make_published_round({(name, "all"): papers(8, 71) for name in NAMES}, earlier=first, strangers=0)
    result = result_of(second, "甲")
    read_subject(result, reader=Reader(leader(), Channel.PDF))
    noted = DisclosureEntry.objects.filter(round=second)
    assert list(noted.values_list("scope", "channel", "audience")) == [
        (f"trend:subject:{result.subject.key}:{first.public_id}", "pdf", "leadership"),
        (f"subject:{result.subject.key}", "pdf", "leadership"),
    ]


def test_rows_of_a_round_know_the_quota_line_and_who_is_tied_at_it() -> None:
    scores: dict[str, int | None] = {"甲": 97, "乙": 93, "丙": 93, "丁": 92, "戊": 70, "己": None}
    round = make_scored_round(scores | dict.fromkeys("子丑寅卯", 65), quota=20)  # two places of ten
    reading = read_round(round, reader=Reader(leader()))
    assert (reading.proposal.places, reading.proposal.left, reading.proposal.line[0]) == (2, 1, 93.0)
    assert [(row.label, row.line) for row in reading.rows if row.label in scores] == [
        ("甲", "above"),
        ("乙", "tied"),
        ("丙", "tied"),
        ("丁", "below"),
        ("戊", "below"),
        ("己", "none"),
    ]
    # 5 ballots of one mind have the narrowest interval there is, ± 3.1: 97 and 93 overlap, 93 and 92 too.
    assert [row.label for row in reading.rows if row.near_line] == ["甲", "丁"]


def test_head_of_a_section_finds_no_quota_line_for_it_is_somebody_elses_score(head: Any) -> None:
    round = make_scored_round({"甲": 97, "乙": 93}, sections={"乙": "b"}, heads={"b": head})
    reading = read_section(round, "b", reader=Reader(head))
    assert [(row.label, row.line, row.near_line) for row in reading.rows] == [("乙", "", False)]
    assert 97.0 not in values(reading)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("trimmed", "highest and the lowest mark"), ("few_abstained", "same blanks"), ("few_subjects", "too few")],
)
def test_sheets_say_why_no_score_is_without_severity(reason: str, words: str) -> None:
    round = make_published_round({("甲", "all"): spread(9)}, paper="sheet")
    Result.objects.filter(pk=result_of(round, "甲").pk).update(adjusted={"reason": reason})
    reading = read_subject(result_of(round, "甲"), reader=Reader(leader()))
    assert reading.certainty.adjusted.figure is None
    assert words in reading.certainty.adjusted.note


def test_half_steps_are_explained_and_no_sum_is_shown_that_would_not_add_up() -> None:
    cells = {(name, group): papers(6, 74, 83) for name in "甲乙" for group in ("leaders", "staff")}
    round = make_published_round(cells, coarse=["甲"])

    coarse, exact = (read_subject(result_of(round, name), reader=Reader(leader())) for name in "甲乙")

    assert "half-steps" in coarse.half_steps
    assert exact.half_steps == ""
    # 0.6 x 74 + 0.4 x 83 = 77.6
    assert [reading.score and reading.score.value for reading in (coarse, exact)] == [75.0, 77.6]
    assert [line.own and line.own.value for line in coarse.criteria] == [75.0, 85.0]
    assert all(line.made_of is None for line in coarse.criteria)
    assert any(line.made_of is not None for line in exact.criteria)
    assert [step.sums for step in coarse.steps if step.key == "score"] == [()]
    assert all(len(step.sums) == 1 for step in exact.steps if step.key == "score")
