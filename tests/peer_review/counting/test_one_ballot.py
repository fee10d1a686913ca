"""Leaving out each ballot at once must say what leaving out one after another says."""

from collections import Counter
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.aggregate import aggregate
from peer_review.counting.combine import combine
from peer_review.counting.disclosure import part
from peer_review.counting.one_ballot import Part, one_ballot_decides
from peer_review.counting.possible_answers import ANSWERS, ENOUGH
from peer_review.counting.release import Ballots, Plan, read_criterion, release
from peer_review.counting.scales import bin_edges, grade_of, round_half_up, to_points


def plan_of(subjects: int, *, classes: int = 1, criteria: int = 1, **plan: Any) -> Plan:
    rules: dict[str, Any] = {
        "scale": "points",
        "floor": 5,
        "trim": True,
        "class_weights": np.array([50.0, 30.0, 20.0])[:classes],
        "criterion_weights": np.array([60.0, 30.0, 10.0])[:criteria],
        "sections": np.zeros(subjects, dtype=np.int64),
    }
    return Plan(**(rules | plan))


def ballots_of(rows: list[tuple[int, int, list[float]]]) -> Ballots:
    return Ballots(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=float),
    )


def simple(answers: list[float], **plan: Any) -> bool | None:
    """Return the answer for one subject, one class, one criterion."""
    return flags(ballots_of([(0, 0, [one]) for one in answers]), plan_of(1, **plan))[0]


def flags(ballots: Ballots, plan: Plan) -> list[bool | None]:
    """Return the answer for each subject, None without a score, however few its ballots."""
    makers = [read_criterion(ballots, plan, at) for at in range(ballots.answers.shape[1])]
    parts = [Part(maker.points, maker.stats, maker.bases.subject_shown) for maker in makers]
    decides = one_ballot_decides(ballots.subject, ballots.voter_class, parts, plan).tolist()
    scored = [any(part.shown[at] for part in parts) for at in range(len(plan.sections))]
    return [found if known else None for found, known in zip(decides, scored, strict=True)]


def by_hand(ballots: Ballots, plan: Plan) -> list[bool | None]:
    """Return what leaving out one ballot after another says, scoring everything anew each time."""
    subjects, classes = len(plan.sections), len(plan.class_weights)
    points = to_points(ballots.answers, plan.scale)
    asked = np.ones((points.shape[1], classes), dtype=bool) if plan.asked is None else plan.asked

    def figures(keep: np.ndarray) -> list[np.ndarray]:
        made = []
        for at in range(points.shape[1]):
            cell = np.where(asked[at][ballots.voter_class] & keep, ballots.subject * classes + ballots.voter_class, -1)
            edges = bin_edges(plan.scale, plan.bands)
            stats = aggregate(cell, points[:, at], groups=subjects * classes, edges=edges)
            value = combine(stats, plan.class_weights, floor=plan.floor, trim=plan.trim)
            counted, n = (one.reshape(subjects, classes) for one in (stats.counted, stats.n))
            bases = part(counted, n, floor=plan.floor)
            made.append((value.value, bases.subject_shown))
        return made

    everything = figures(np.ones(len(ballots.subject), dtype=bool))
    shown = [bases for _value, bases in everything]

    def grade(made: list[np.ndarray], subject: int) -> str | None:
        known = [
            (weight, value[subject])
            for weight, (value, _bases), told in zip(plan.criterion_weights, made, shown, strict=True)
            if told[subject]
        ]
        total = sum(weight for weight, _value in known)
        if not total:
            return None
        return grade_of(round_half_up(sum(weight * value for weight, value in known) / total), plan.bands)

    answers: list[bool | None] = []
    for subject in range(subjects):
        now = grade(everything, subject)
        if now is None:
            answers.append(None)
            continue
        found = False
        for row in np.flatnonzero(ballots.subject == subject):
            keep = np.ones(len(ballots.subject), dtype=bool)
            keep[row] = False
            found |= grade(figures(keep), subject) != now
        answers.append(found)
    return answers


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Ballots, Plan]:
    subjects, classes, criteria = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    middle = draw(st.sampled_from([60, 70, 90]))
    # Near a band's edge, with ties, far ones and 不了解 among them.
    answer = st.one_of(st.integers(middle - 4, middle + 4), st.sampled_from([0, 100, None]), st.just(middle))
    scale = draw(st.sampled_from(["points", "points", "grades", "anchors"]))
    if scale != "points":
        answer = st.one_of(st.integers(1, 4 if scale == "grades" else 5), st.just(4), st.none())
    row = st.tuples(
        st.integers(0, subjects - 1),
        st.integers(0, classes - 1),
        st.lists(answer, min_size=criteria, max_size=criteria),
    )
    rows = draw(st.lists(row, min_size=1, max_size=26))
    asked = np.array(draw(st.lists(st.lists(st.booleans(), min_size=classes, max_size=classes), min_size=criteria,
                                   max_size=criteria)))  # fmt: skip
    ballots = ballots_of([(s, c, [np.nan if one is None else one for one in given]) for s, c, given in rows])
    plan = plan_of(
        subjects,
        classes=classes,
        criteria=criteria,
        trim=draw(st.booleans()),
        floor=draw(st.integers(3, 6)),
        scale=scale,
        asked=draw(st.sampled_from([None, asked])),
    )
    return ballots, plan


@settings(max_examples=300)
@given(rounds())
def test_one_pass_equals_leaving_out_one_after_another(drawn: tuple[Ballots, Plan]) -> None:
    ballots, plan = drawn
    assert flags(ballots, plan) == by_hand(ballots, plan)


def test_drawn_rounds_hold_every_answer() -> None:
    """The comparison above is worth something: among rounds like those drawn there is a yes and a no in plenty."""
    chance = np.random.default_rng(3)
    found = []
    for _round in range(40):
        rows = [(0, 0, [float(one)]) for one in chance.integers(86, 95, size=9)]
        ballots, plan = ballots_of(rows), plan_of(1)
        found += by_hand(ballots, plan)
        assert flags(ballots, plan) == found[-1:]
    assert 5 < sum(found) < 35


def test_one_ballot_that_tips_the_mean_is_found() -> None:
    assert simple([90, 90, 90, 90, 89], trim=False) is True
    assert simple([90, 90, 90, 90, 90], trim=False) is False


def test_hostile_ballot_that_is_trimmed_changes_nothing() -> None:
    """Nine at 92 and one at 0: the 0 is dropped as the lowest, and without it a 92 is."""
    assert simple([*[92.0] * 9, 0.0]) is False
    assert simple([*[92.0] * 9, 0.0], trim=False) is True


def test_trimming_ends_where_six_ballots_become_five() -> None:
    """Six are trimmed to 92, 92, 92, 92; without a 92 the 0 counts, and the mean of five is 73.6."""
    assert simple([92, 92, 92, 92, 92, 0]) is True


def test_rounding_comes_before_the_grade_as_in_what_is_published() -> None:
    """89.967 reads 90.0 and is excellent, as it is without any one of them; unrounded it would only become so."""
    assert simple([90.0] * 29 + [89.0], trim=False) is False
    assert simple([90.0] * 29 + [89.0], trim=False, decimals=None) is True


def test_bands_of_the_scheme_count() -> None:
    assert simple([85, 85, 85, 85, 84], trim=False, bands=(84.9, 60.0, 50.0)) is True
    assert simple([85, 85, 85, 85, 84], trim=False) is False


def test_a_ballot_goes_with_all_its_criteria() -> None:
    """Either mark alone would not tip it: 0.6 × and 0.3 × of one ballot do together."""
    rows = [(0, 0, [90.0, 90.0])] * 9 + [(0, 0, [89.6, 89.2])]
    plan = plan_of(1, criteria=2, trim=False)
    assert release(ballots_of(rows), replace(plan, exact=True)).subjects[0].score.value == 89.9
    assert flags(ballots_of(rows), plan)[0] is True
    apart = [(0, 0, [90.0, 90.0])] * 8 + [(0, 0, [89.6, np.nan]), (0, 0, [np.nan, 89.2])]
    assert flags(ballots_of(apart), plan)[0] is True


def test_abstaining_ballot_decides_nothing() -> None:
    rows = [(0, 0, [90.0])] * 5 + [(0, 0, [np.nan])]
    assert flags(ballots_of(rows), plan_of(1))[0] is False


def test_subject_without_a_score_has_no_answer() -> None:
    rows = [(0, 0, [90.0])] * 4 + [(1, 0, [90.0])] * 5
    made = release(ballots_of(rows), plan_of(2))
    assert flags(ballots_of(rows), plan_of(2)) == [None, False]
    assert made.unit.one_ballot is None
    assert [sheet.one_ballot for sheet in made.sections] == [None]


def test_answers_to_a_criterion_that_is_not_shown_change_nothing() -> None:
    """The second criterion has four answers only; whatever they are, the answer stays."""
    answers = [(0, 0, [90.0, mark]) for mark in (0.0, 0.0, 0.0, 0.0)] + [(0, 0, [90.0, np.nan])]
    assert flags(ballots_of(answers), plan_of(1, criteria=2))[0] is False


def test_order_of_ballots_and_names_of_subjects_do_not_matter() -> None:
    chance = np.random.default_rng(11)
    ballots = Ballots(
        chance.integers(0, 30, 600), chance.integers(0, 2, 600), chance.integers(84, 96, (600, 2)).astype(float)
    )
    plan = plan_of(30, classes=2, criteria=2)
    found = np.array(flags(ballots, plan))
    order, names = chance.permutation(600), chance.permutation(30)
    shuffled = replace(
        ballots,
        subject=names[ballots.subject[order]],
        voter_class=ballots.voter_class[order],
        answers=ballots.answers[order],
    )
    again = np.array(flags(shuffled, plan))
    assert again[names].tolist() == found.tolist()
    assert {True, False} <= set(found.tolist())


@pytest.mark.parametrize("subjects", [0, 2])
def test_nothing_counted_has_no_answer(subjects: int) -> None:
    empty = Ballots(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 1)))
    assert [sheet.one_ballot for sheet in release(empty, plan_of(subjects)).subjects] == [None] * subjects


def test_the_flag_is_published_from_twelve_answers_and_on_a_line_is_always_yes() -> None:
    """Twelve times 90: no ballot decides, but a no would tell that all say the same."""

    def published(mark: float, many: int) -> bool | None:
        rows = [(0, 0, [mark, mark])] * many
        return release(ballots_of(rows), plan_of(1, criteria=2)).subjects[0].one_ballot

    assert [published(90.0, many) for many in (11, 12)] == [None, True]
    assert published(88.0, 12) is False


def test_the_flag_stands_beside_no_single_criterion() -> None:
    """Of twelve answers from 1 to 5 with a mean of 4.4 (88.3 points is 4.4167 × 20) a no tells that nobody gave a 1: M
    would be one for some readers."""
    rows = [(0, 0, [88.0])] * 12
    assert release(ballots_of(rows), plan_of(1)).subjects[0].one_ballot is None
    nearly = plan_of(1, criteria=2, criterion_weights=np.array([80.0, 20.0]))
    assert release(ballots_of([(0, 0, [88.0, 88.0])] * 12), nearly).subjects[0].one_ballot is None


@pytest.mark.parametrize("scale", ["anchors", "grades"])
def test_flag_beside_a_single_criterion_would_leave_fewer_than_three_sets(scale: str) -> None:
    """Why it is not shown there: every set of twelve answers, with its mean and its flag."""
    values = {answer: at for at, answer in enumerate(ANSWERS[scale], 1)}
    sets = list(combinations_with_replacement(ANSWERS[scale], 12))
    rows = [(at, 0, [float(values[answer])]) for at, answers in enumerate(sets) for answer in answers]
    plan = plan_of(len(sets), scale=scale, trim=False)
    made = release(ballots_of(rows), plan).subjects
    beside: Counter[tuple[object, ...]] = Counter()
    alone: Counter[tuple[object, ...]] = Counter()
    for answers, sheet, flag in zip(sets, made, flags(ballots_of(rows), plan), strict=True):
        for own in set(answers):
            alone[sheet.score.shown, sheet.score.grade(), own] += 1
            beside[sheet.score.shown, sheet.score.grade(), flag, own] += 1
    assert min(beside.values()) < ENOUGH <= min(alone.values())
