"""Ranges of small groups: an attacker who tries everything finds three sets or more, whatever is shown."""

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from peer_review.counting.combine import exact_shares
from peer_review.counting.possible_answers import ANSWERS, ENOUGH, fewest, possible_sets
from peer_review.counting.scales import GRADES, grade_of
from peer_review.counting.small_groups import (
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    ENDS,
    Ranges,
    Shown,
    band_of_grade,
    ranges_of,
    rests_on_one,
    shown_score,
    step_of,
    step_width,
    together,
)

VOTERS = range(5, 13)
BANDS = (90.0, 70.0, 60.0)


def alone(scale: str, voters: int, *, trim: bool = False) -> Ranges:
    return ranges_of(scale, (voters,), (1.0,), floor=5, trim=trim)


@pytest.mark.parametrize("trim", [False, True])
@pytest.mark.parametrize("scale", ["anchors", "grades"])
@pytest.mark.parametrize("voters", VOTERS)
def test_every_figure_leaves_every_reader_three_sets(scale: str, voters: int, trim: bool) -> None:
    possible = possible_sets(scale, (voters,), [Fraction(1)], trim=trim)
    ranges = alone(scale, voters, trim=trim)
    shown: dict[Shown, list[int]] = {}
    for value in possible:
        shown.setdefault(ranges.show(value / 10), []).append(value)
    assert len(shown) > 5
    assert {fewest(possible, values) >= ENOUGH for values in shown.values()} == {True}


@pytest.mark.parametrize("trim", [False, True])
@pytest.mark.parametrize("scale", ["anchors", "grades"])
@pytest.mark.parametrize(
    ("sizes", "weights"),
    [((1, 4), (30.0, 70.0)), ((1, 6, 4), (30.0, 40.0, 30.0)), ((2, 0, 5), (60.0, 20.0, 20.0)), ((1, 7), (50.0, 50.0))],
)
def test_classes_in_one_figure_leave_every_reader_three_sets(
    scale: str, sizes: tuple[int, ...], weights: tuple[float, ...], trim: bool
) -> None:
    shares = [share for share in exact_shares(sizes, weights, 5) if share]
    possible = possible_sets(scale, [size for size in sizes if size], shares, trim=trim)
    ranges = ranges_of(scale, sizes, weights, floor=5, trim=trim)
    shown: dict[Shown, list[int]] = {}
    for value in possible:
        shown.setdefault(ranges.show(value / 10), []).append(value)
    assert len(shown) > 5
    assert {fewest(possible, values) >= ENOUGH for values in shown.values()} == {True}


@pytest.mark.parametrize(("voters", "high", "low"), [(5, 76.0, 44.0), (8, 85.0, 35.0), (12, 90.0, 30.0)])
def test_one_to_five_is_shown_as_it_is_between_the_bounds(voters: int, high: float, low: float) -> None:
    """5 − 6/n and 1 + 6/n: 3.8 and 2.2 of five, 4.25 and 1.75 of eight, 4.5 and 1.5 of twelve; times 20."""
    ranges = alone("anchors", voters)
    assert (ranges.low, ranges.high, ranges.bins) == (low, high, ())
    step = 20 / voters
    assert ranges.show(high) == ranges.show(100.0) == Shown(high, high, AT_LEAST)
    assert ranges.show(high - step) == Shown(round(high - step, 1), round(high - step, 1))
    assert ranges.show(low) == ranges.show(20.0) == Shown(low, low, AT_MOST)


def test_a_bound_one_step_nearer_to_the_end_leaves_too_few_sets() -> None:
    for voters in VOTERS:
        possible = possible_sets("anchors", (voters,), [Fraction(1)], trim=False)
        nearest = max(value for value in possible if value < alone("anchors", voters).high * 10)
        beyond = min(value for value in possible if value > nearest)
        assert fewest(possible, [nearest]) >= ENOUGH > fewest(possible, [beyond])


# Points


def others_possible(own: int, voters: int, shown: Shown, ranges: Ranges) -> tuple[int, int] | None:
    """Return the least and the greatest mark that any one other may have given, of all that goes with the figure."""
    least, most = None, None
    for mark in range(101):
        rest = voters - 2
        sums = range(own + mark, own + mark + 100 * rest + 1)
        if any(ranges.show(total / voters) == shown for total in sums):
            least = mark if least is None else least
            most = mark
    return None if least is None else (least, most)


@pytest.mark.parametrize("voters", [5, 7, 12])
def test_every_other_mark_may_differ_by_ten(voters: int) -> None:
    ranges = alone("points", voters)
    figures = {ranges.show(total / voters) for total in range(0, 100 * voters + 1)}
    edges = sorted(figures, key=lambda shown: shown.value)
    for shown in [*edges[:4], edges[len(edges) // 2], *edges[-4:]]:
        for own in (0, 1, 37, 58, 99, 100):
            span = others_possible(own, voters, shown, ranges)
            assert span is None or span[1] - span[0] >= 10, (shown, own, span)


def test_ninety_five_alone_would_tell_that_all_others_gave_a_hundred() -> None:
    """Of five: 58 and four hundreds make 91.6. In whole points with "95 or more" alone that is 92."""
    whole = Ranges(20.0, 95.0, decimals=0)
    told = whole.show((58 + 400) / 5)
    assert told == Shown(92.0, 92.0)
    assert others_possible(58, 5, told, whole) == (100, 100)
    ranges = alone("points", 5)
    assert ranges.show((58 + 400) / 5) == Shown(78.0, 78.0, AT_LEAST)
    least, most = others_possible(58, 5, Shown(78.0, 78.0, AT_LEAST), ranges)
    assert most - least >= 10


@pytest.mark.parametrize(
    ("voters", "high", "low"), [(5, 78.0, 22.0), (12, 91.0, 20.0), (20, 95.0, 20.0), (60, 95.0, 20.0)]
)
def test_points_are_whole_and_end_in_ranges(voters: int, high: float, low: float) -> None:
    """100.5 − 110/n: 78.5 of five, 91.3 of twelve, 95 of twenty; and 110/n − 0.5: 21.5 of five, under 20 from six."""
    ranges = alone("points", voters)
    assert (ranges.low, ranges.high) == (low, high)
    assert ranges.show(64.5) == Shown(65.0, 65.0)
    assert ranges.show(high - 0.5) == Shown(high, high, AT_LEAST)
    assert ranges.show(low + 0.4) == Shown(low, low, AT_MOST)


def trimmed_others(own: int, voters: int, shown: Shown, ranges: Ranges) -> int:
    """Return by how much one other mark may differ, as far as chance finds it: a least, never too much."""
    luck = random.Random(own * 1000 + voters)
    marks = set()
    for _try in range(4000):
        answers = [own, *(luck.randint(0, 100) for _other in range(voters - 1))]
        mean = (sum(answers) - min(answers) - max(answers)) / (voters - 2)
        if ranges.show(mean) == shown:
            marks.update(answers[1:])
    return max(marks) - min(marks) if marks else 100


def test_trimmed_points_leave_other_marks_open() -> None:
    ranges = alone("points", 8, trim=True)
    assert ranges.high == 95.0
    for own, mean in itertools.product((0, 50, 100), (40.0, 55.0, 60.0)):
        assert trimmed_others(own, 8, ranges.show(mean), ranges) >= 10


# Scores


def exact(value: float) -> tuple[float, Shown]:
    return 1.0, Shown(value, value)


def score(value: float, parts: list[tuple[float, Shown]], fewest: int = 5, scale: str = "anchors") -> tuple[Shown, str]:
    return shown_score(value, parts, scale=scale, fewest=fewest, bands=BANDS)


def test_three_criteria_of_few_answers_give_steps_of_two_points() -> None:
    three = [exact(72.0), exact(64.0), exact(56.0)]
    assert score(64.0, three) == (Shown(64.0, 65.9, BETWEEN), "basic")
    assert score(65.9, three)[0] == Shown(64.0, 65.9, BETWEEN)
    assert score(89.9, three) == (Shown(88.0, 89.9, BETWEEN), "competent")
    assert score(100.0, three)[0] == Shown(98.0, 100.0, BETWEEN)


def grades(*weights: float) -> list[tuple[float, Shown]]:
    """Criteria in grades with these weights."""
    return [(weight, Shown(74.5, 74.5)) for weight in weights]


def test_grades_of_few_criteria_give_wider_steps() -> None:
    """Of three criteria in grades a step of two points, with the figures, would leave too little open."""
    assert score(74.5, grades(25, 25, 25, 25), scale="grades") == (Shown(74.0, 75.9, BETWEEN), "competent")
    assert score(74.5, grades(34, 33, 33), scale="grades") == (Shown(73.0, 75.9, BETWEEN), "competent")
    assert score(89.9, grades(34, 33, 33), scale="grades") == (Shown(85.0, 89.9, BETWEEN), "competent")
    assert score(74.5, grades(50, 25, 25), scale="grades") == (Shown(70.0, 89.9, BETWEEN), "competent")
    assert score(74.5, grades(34, 33, 33), scale="points")[0] == Shown(74.0, 75.9, BETWEEN)


@pytest.mark.parametrize(
    ("weights", "points", "anchors", "grades"),
    [
        ((50.0, 50.0), None, None, None),
        ((49.0, 49.0, 2.0), 2, None, None),  # breadth 2.08
        ((50.0, 30.0, 20.0), 2, 2, None),  # 2.63
        ((45.0, 30.0, 25.0), 2, 2, 3),  # 2.82
        ((33.0, 33.0, 33.0, 1.0), 2, 2, 3),  # 3.06
        ((30.0, 30.0, 30.0, 10.0), 2, 2, 2),  # 3.57
        ((51.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0), None, None, None),  # 3.32, but one has more than half
    ],
)
def test_a_criterion_that_weighs_little_is_little_of_a_criterion(
    weights: tuple[float, ...], points: int | None, anchors: int | None, grades: int | None
) -> None:
    assert (step_width("points", weights), step_width("anchors", weights), step_width("grades", weights)) == (
        points,
        anchors,
        grades,
    )


def test_half_and_three_quarters_do_not_turn_on_the_last_bit_of_a_sum() -> None:
    """0.1 + 0.1 + 0.1 is more than 0.3 in binary: three quarters of that sum, and half of it, would lie elsewhere."""
    assert step_width("points", (0.3, 0.1, 0.1, 0.1)) == 2
    assert not rests_on_one((30.3, 10.1))


def test_two_criteria_of_few_answers_give_the_grade_alone() -> None:
    assert score(64.0, [exact(72.0), exact(56.0)]) == (Shown(60.0, 69.9, BETWEEN), "basic")
    assert score(92.0, [exact(92.0), exact(92.0)]) == (Shown(90.0, 100.0, BETWEEN), "excellent")


def test_from_twelve_answers_a_score_is_shown_as_it_is_unless_a_criterion_is_not() -> None:
    assert score(64.3, [exact(72.0), exact(56.0)], 12) == (Shown(64.3, 64.3), "basic")
    coded = [exact(72.0), exact(56.0), (1.0, Shown(90.0, 90.0, AT_LEAST))]
    assert score(74.3, coded, 12)[0] == Shown(74.0, 75.9, BETWEEN)


def test_one_criterion_is_the_score_and_may_leave_the_grade_open() -> None:
    """ "76 or more" lies on both sides of 90: whether it is 优秀 would tell the others' answers to who gave a three."""
    assert score(92.0, [(1.0, Shown(76.0, 76.0, AT_LEAST))]) == (Shown(76.0, 76.0, AT_LEAST), "")
    assert score(64.0, [exact(64.0)]) == (Shown(64.0, 64.0), "basic")
    assert score(30.0, [(1.0, Shown(44.0, 44.0, AT_MOST))]) == (Shown(44.0, 44.0, AT_MOST), "incompetent")


def test_one_criterion_that_weighs_nearly_all_is_taken_for_the_only_one() -> None:
    parts = [(9.0, Shown(76.0, 76.0, AT_LEAST)), (1.0, Shown(60.0, 60.0))]
    assert score(90.0, parts) == (Shown(74.4, 74.4, AT_LEAST), "")


@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize("bands", [(90.0, 70.0, 60.0), (85.0, 75.0, 50.0), (91.0, 90.0, 89.0)])
def test_steps_fill_each_band_and_none_is_narrower_than_its_width_where_there_is_room(
    bands: tuple[float, ...], width: int
) -> None:
    for tenth in range(1001):
        step, band = step_of(tenth / 10, bands, width), band_of_grade(tenth / 10, bands)
        assert step.least <= tenth / 10 <= step.most
        assert grade_of(step.least, bands) == grade_of(step.most, bands) == grade_of(tenth / 10, bands)
        assert step.most - step.least >= min(width - 0.1, band.most - band.least) - 1e-9


def test_bands_reach_from_grade_to_grade() -> None:
    assert [band_of_grade(value, BANDS).least for value in (95, 80, 65, 30)] == [90.0, 70.0, 60.0, 0.0]
    assert [band_of_grade(value, BANDS).most for value in (95, 80, 65, 30)] == [100.0, 89.9, 69.9, 59.9]
    assert len(GRADES) == 4


def test_figures_together_tell_what_could_be_reckoned_and_no_more() -> None:
    high, low = Shown(76.0, 76.0, AT_LEAST), Shown(44.0, 44.0, AT_MOST)
    assert together([(1.0, Shown(60.0, 60.0)), (1.0, high)], "anchors") == Shown(68.0, 68.0, AT_LEAST)
    assert together([(3.0, Shown(60.0, 60.0)), (1.0, low)], "anchors") == Shown(56.0, 56.0, AT_MOST)
    assert together([(1.0, high), (1.0, low)], "anchors") == Shown(48.0, 72.0, BETWEEN)
    assert together([(1.0, Shown(65.0, 67.0, BETWEEN)), (1.0, Shown(60.0, 60.0))], "grades") == Shown(
        62.5, 63.5, BETWEEN
    )
    assert together([exact(60.0), exact(70.0)], "anchors") == Shown(65.0, 65.0)


def test_a_range_stands_at_its_bound_or_its_middle() -> None:
    assert (Shown(76.0, 76.0, AT_LEAST).value, Shown(20.0, 20.0, AT_MOST).value) == (76.0, 20.0)
    assert Shown(65.0, 67.5, BETWEEN).value == 66.3


# The attacker of today's pages, and what is left to them


def readings(scale: str, voters: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every set of answers with every own ballot in it."""
    for answers in itertools.combinations_with_replacement(ANSWERS[scale], voters):
        for own in set(answers):
            yield answers, own


def reconstructed(voters: int, told: object) -> tuple[int, int, int]:
    """Return of how many sets with an own ballot the others are known, of how many under three remain, and all."""
    others: dict[object, set[tuple[int, ...]]] = {}
    seen = []
    for answers, own in readings("anchors", voters):
        key = told(answers), own
        others.setdefault(key, set()).add(answers)
        seen.append(key)
    left = [len(others[key]) for key in seen]
    return sum(many == 1 for many in left), sum(many < ENOUGH for many in left), len(left)


def old_figure(answers: tuple[int, ...]) -> tuple[float, float]:
    """Mean and interval as they were published until now: the interval of the answers' own spread."""
    mean = sum(answers) / len(answers)
    squares = sum((answer - mean) ** 2 for answer in answers) / (len(answers) - 1)
    return round(mean, 1), round(max(squares**0.5, 10.0) / len(answers) ** 0.5, 1)


@pytest.mark.parametrize(("voters", "least_known"), [(5, 0.75), (8, 0.30)])
def test_mean_and_own_interval_give_the_others_away_and_ranges_do_not(voters: int, least_known: float) -> None:
    known, few, all_cases = reconstructed(voters, old_figure)
    assert known / all_cases > least_known
    assert few > known
    ranges = alone("anchors", voters)
    assert reconstructed(voters, lambda answers: ranges.show(sum(answers) / voters))[:2] == (0, 0)


# Answers that others may know


@pytest.mark.parametrize("trim", [False, True])
@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
@pytest.mark.parametrize(
    ("sizes", "unknown", "weights"),
    [((9,), (5,), (1.0,)), ((30,), (8,), (1.0,)), ((5, 7), (5, 3), (50.0, 50.0)), ((9, 30), (0, 20), (30.0, 70.0))],
)
def test_known_answers_make_no_range_finer(
    scale: str, sizes: tuple[int, ...], unknown: tuple[int, ...], weights: tuple[float, ...], trim: bool
) -> None:
    """Whatever is shown as one without them is shown as one with them: readers of one ballot lose nothing."""
    before = ranges_of(scale, sizes, weights, floor=5, trim=trim)
    after = ranges_of(scale, sizes, weights, floor=5, trim=trim, unknown=unknown)
    shown: dict[Shown, set[Shown]] = {}
    lowest, highest = ENDS[scale]
    for tenth in range(int(10 * lowest), int(10 * highest) + 1):
        shown.setdefault(before.show(tenth / 10), set()).add(after.show(tenth / 10))
    inside = {key: values for key, values in shown.items() if key.code == BETWEEN and 20 < key.least < key.most < 95}
    assert all(len(values) == 1 for values in inside.values())
    assert len({value for values in shown.values() for value in values}) <= len(shown)
    assert ranges_of(scale, sizes, weights, floor=5, trim=trim, unknown=sizes) == before


@pytest.mark.parametrize("scale", ["points", "anchors"])
def test_nine_of_whom_four_may_be_known_are_shown_as_five(scale: str) -> None:
    assert ranges_of(scale, (9,), (1.0,), floor=5, trim=False, unknown=(5,)) == alone(scale, 5)


def test_where_hardly_anybody_is_unknown_nothing_of_the_mean_is_told() -> None:
    assert ranges_of("points", (9,), (1.0,), floor=5, trim=False, unknown=(2,)).bins == ((0.0, 100.0),)
