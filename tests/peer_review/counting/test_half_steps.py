"""Half-steps: what one voter more or less still tells, and that means over several subjects tell nothing finer."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.half_steps import STEP, half_step, in_half_steps
from peer_review.counting.release import Ballots, Figure, Plan, Release, release
from peer_review.counting.scales import BANDS, grade_of
from peer_review.counting.small_groups import Shown

SECTIONS = np.array([0, 0, 1])


def plan(**fields: Any) -> Plan:
    values: dict[str, Any] = {
        "scale": "points",
        "floor": 3,
        "trim": False,
        "class_weights": np.array([60.0, 40.0]),
        "criterion_weights": np.array([60.0, 40.0]),
        "sections": SECTIONS,
        "ranks": np.array([0, 1, 0]),
        "exact": True,
    }
    return Plan(**{**values, **fields})


def released(rule: Plan, voters: int = 6) -> Release:
    """Return figures of subjects with as many voters, half of them in each class."""
    many = len(rule.sections)
    subject = np.repeat(np.arange(many), voters)
    answers = np.array([[60 + (at * 7) % 35, 70 + (at * 5) % 23] for at in range(many * voters)], dtype=np.float64)
    return release(Ballots(subject, np.tile(np.arange(voters) % 2, many), answers), rule)


@pytest.mark.parametrize(
    ("points", "stretch"),
    [
        (0, (0, 10)),
        (59.9, (50, 60)),
        (60, (60, 70)),
        (69.9, (60, 70)),
        (70, (70, 80)),
        (85.2, (80, 90)),
        (100, (90, 100)),
    ],
)
def test_half_steps_of_the_usual_grades_are_the_tens(points: float, stretch: tuple[float, float]) -> None:
    assert half_step(points) == stretch


def test_a_grade_that_does_not_divide_has_a_wider_last_stretch() -> None:
    bands = (88.0, 75.0, 62.0)
    assert [half_step(points, bands) for points in (61, 62, 74, 75, 87, 88, 99)] == [
        (50, 62),
        (62, 75),
        (62, 75),
        (75, 88),
        (75, 88),
        (88, 100),
        (88, 100),
    ]
    assert half_step(97, (95.0, 70.0, 60.0)) == (95, 100)


@given(st.floats(0, 100), st.sampled_from([BANDS, (88.0, 75.0, 62.0), (85.0, 70.0, 55.0)]))
def test_a_half_step_proposes_the_grade_of_the_exact_figure_and_is_no_narrower(
    points: float, bands: tuple[float, ...]
) -> None:
    begin, end = half_step(points, bands)
    assert begin <= points <= end
    assert end - begin >= STEP
    assert grade_of((begin + end) / 2, bands) == grade_of(points, bands)


@given(st.lists(st.integers(40, 100), min_size=5, max_size=5), st.integers(40, 100))
def test_whoever_knows_the_five_learns_of_the_sixth_no_more_than_sixty_points(known: list[int], mark: int) -> None:
    begin, end = half_step((sum(known) + mark) / 6)
    possible = [guess for guess in range(-200, 300) if begin <= (sum(known) + guess) / 6 < end]
    assert mark in possible or end == 100
    assert len(possible) >= 60


def test_a_coarse_subject_is_shown_in_half_steps_and_the_others_as_before() -> None:
    rule = plan()
    exact = released(rule)

    shown = in_half_steps(exact, {0}, rule)

    assert shown.subjects[1:] == exact.subjects[1:]
    sheet, before = shown.subjects[0], exact.subjects[0]
    figures = [
        sheet.score,
        *sheet.criteria,
        *(figure for values, score in sheet.classes.values() for figure in (*values, score)),
    ]
    assert sheet.classes.keys() == before.classes.keys() == {0, 1}
    for figure in figures:
        assert figure is not None
        assert (figure.value % 10, figure.low % 10, figure.high % 10) == (5, 0, 0)
        assert figure.bars is None
    for figure, known in zip(sheet.criteria, before.criteria, strict=True):
        assert figure is not None
        assert known is not None
        assert (figure.n, figure.abstentions) == (known.n, known.abstentions)
        assert figure.low <= known.low
        assert known.high <= figure.high
    assert (sheet.one_ballot, sheet.adjusted) == (None, None)


def test_means_are_made_of_what_is_shown() -> None:
    """Section 0 and rank 0 hold the coarse subject, and so does the unit; section 1 and rank 1 do not."""
    rule = plan()
    exact = released(rule)

    shown = in_half_steps(exact, {0}, rule)

    assert (shown.sections[1], shown.ranks[1]) == (exact.sections[1], exact.ranks[1])
    for group, members in ((shown.sections[0], (0, 1)), (shown.ranks[0], (0, 2)), (shown.unit, (0, 1, 2))):
        assert group.members == len(members)
        means = []
        for number in range(2):
            values = [value_of(shown.subjects[at].criteria[number]) for at in members]
            means.append(round(sum(values) / len(values) + 1e-9, 1))
            assert value_of(group.criteria[number]) == pytest.approx(means[-1], abs=0.051)
        assert value_of(group.score) == pytest.approx(0.6 * means[0] + 0.4 * means[1], abs=0.11)


def value_of(figure: Figure | None) -> float:
    assert figure is not None
    return figure.value


def exactly(value: float) -> Shown:
    return Shown(value, value)


def test_no_mean_moves_within_a_half_step() -> None:
    """Two exact releases that differ by one mark, too little to leave the stretch, look alike altogether."""
    rule = plan()
    first = released(rule)
    second = replace(
        first,
        subjects=(
            replace(
                first.subjects[0],
                criteria=tuple(
                    figure and replace(figure, shown=exactly(half_step(figure.value)[0]))
                    for figure in first.subjects[0].criteria
                ),
            ),
            *first.subjects[1:],
        ),
    )
    assert first.subjects[0].criteria != second.subjects[0].criteria
    one, other = in_half_steps(first, {0}, rule), in_half_steps(second, {0}, rule)
    assert [one.sections, one.ranks, one.unit] == [other.sections, other.ranks, other.unit]
    assert one.subjects[0].criteria == other.subjects[0].criteria


def test_a_mean_is_of_those_who_are_shown_criterion_by_criterion() -> None:
    """The third subject has two voters; of the second, two of four say too little about the second criterion."""
    rule = plan(sections=np.array([0, 0, 0]), ranks=None)
    subject = np.repeat([0, 1, 2], [6, 4, 2])
    answers = np.array([[60.0 + at * 3, 70.0 + at] for at in range(12)])
    answers[6:8, 1] = np.nan
    exact = release(Ballots(subject, np.zeros(12, dtype=np.int64), answers), rule)
    assert (exact.sections[0].members, exact.subjects[2].score) == (2, None)

    shown = in_half_steps(exact, {0}, rule)

    # 60 to 75, 67.5 on average, is shown as 65; 78 to 87 as 82.5. Of 70 to 75, 72.5, is shown 75.
    assert [value_of(figure) for figure in shown.sections[0].criteria] == [73.8, 75.0]
    assert [value_of(figure) for figure in shown.unit.criteria] == [73.8, 75.0]


def test_without_coarse_subjects_nothing_changes() -> None:
    rule = plan()
    exact = released(rule)
    assert in_half_steps(exact, (), rule) is exact
