"""The measured share: what the table says is what measuring says, and no scheme goes beyond one in a hundred."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement, product

import pytest

from peer_review.counting import joint_share, small_groups
from peer_review.counting.joint_share import (
    ANSWERS,
    BANDS,
    EXACT,
    WEIGHTINGS,
    WITH_CLASSES,
    WITH_SCORE,
    Share,
    measure,
    measure_classes,
    share_with_score,
    weightings,
)
from peer_review.counting.scales import round_half_up
from peer_review.counting.small_groups import STEPS, Shown, ranges_of, shown_score, step_width, together


@pytest.mark.long
@pytest.mark.parametrize("number", WEIGHTINGS)
@pytest.mark.parametrize("scale", ["anchors", "grades", "points"])
def test_table_is_what_was_measured(scale: str, number: int) -> None:
    shares = [measure(scale, weights).percent for weights in weightings(scale, number)]
    assert max(shares) == WITH_SCORE[scale][number]


@pytest.mark.parametrize("scale", ["anchors", "grades", "points"])
def test_table_of_exact_figures_is_what_was_measured(scale: str) -> None:
    exact = [measure(scale, weights[0], exact=True, voters=(5,)).percent for weights in WEIGHTINGS.values()]
    assert max(exact) == EXACT[scale]


def test_at_most_one_case_in_a_hundred_leaves_fewer_than_three_sets() -> None:
    for table in (WITH_SCORE, WITH_CLASSES):
        assert max(percent for shares in table.values() for percent in shares.values()) <= 1.0


@pytest.mark.long
def test_of_five_voters_alone_it_is_up_to_four_in_a_hundred() -> None:
    shares = {
        scale: max(
            measure(scale, weights, voters=(5,)).percent
            for number in WEIGHTINGS
            for weights in weightings(scale, number)
        )
        for scale in ("anchors", "grades", "points")
    }
    assert shares == {"anchors": 2.6, "grades": 3.7, "points": 0.0}


def test_weightings_come_close_to_every_line_from_above_and_from_below() -> None:
    """What is measured holds the cases in which most is shown of the fewest criteria."""
    for scale in ("anchors", "grades"):
        seen = [
            (step_width(scale, tuple(map(float, weights))), sum(weights) ** 2 / sum(weight**2 for weight in weights))
            for many in WEIGHTINGS.values()
            for weights in many
        ]
        for above, width in STEPS[scale]:
            assert min(breadth for shown, breadth in seen if shown == width) < above + 0.1
            assert max(breadth for shown, breadth in seen if shown != width and breadth < above) > above - 0.4
    assert max(max(weights) / sum(weights) for weights in WEIGHTINGS[2]) == 0.75


def two_points_from_three_criteria(scale: str, weights: tuple[float, ...]) -> int | None:
    """The rule before there was a breadth: whatever the scale, and whatever the third criterion weighs."""
    return 2 if len(weights) >= 3 and max(weights) <= 0.5 * sum(weights) else None


@pytest.mark.long
@pytest.mark.parametrize("weights", [(1, 1, 1), (9, 9, 2)])
def test_steps_of_two_points_for_three_criteria_in_grades_went_beyond_one_in_a_hundred(
    weights: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = measure_classes("grades", weights)
    monkeypatch.setattr(small_groups, "step_width", two_points_from_three_criteria)
    before = measure_classes("grades", weights)
    assert now.percent <= 0.8 < 1.0 < before.percent


def test_number_that_was_not_measured_has_the_share_of_the_next_fewer() -> None:
    assert share_with_score("grades", 5) == WITH_SCORE["grades"][4]
    assert share_with_score("grades", 20) == WITH_SCORE["grades"][6]


def test_share_is_never_rounded_down() -> None:
    share = Share(cases=1001, below=1, known=0)
    assert (share.percent, share.percent_known) == (0.1, 0.0)


def test_the_measure_bites_on_a_score_that_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken variant: the exact score beside criteria that are ranges excludes what these keep back."""
    monkeypatch.setattr(
        joint_share, "shown_score", lambda value, parts, **_rule: (Shown(value, value), "whatever it is")
    )
    assert measure("anchors", (1, 1)).percent > 10 * WITH_SCORE["anchors"][2]
    assert measure("grades", (1,)).percent > 10


@pytest.mark.long
@pytest.mark.parametrize("number", WEIGHTINGS)
@pytest.mark.parametrize("scale", ["anchors", "grades"])
def test_table_of_classes_is_what_was_measured(scale: str, number: int) -> None:
    shares = [measure_classes(scale, weights).percent for weights in weightings(scale, number)]
    assert max(shares) == WITH_CLASSES[scale][number]


def test_scheme_with_classes_has_the_larger_share_for_joined_classes_show_one_alone() -> None:
    assert WITH_SCORE["grades"][2] > WITH_CLASSES["grades"][2]
    assert share_with_score("grades", 2, classes=2) == WITH_SCORE["grades"][2]
    assert WITH_SCORE["grades"][4] < WITH_CLASSES["grades"][4]
    assert share_with_score("grades", 5, classes=4) == WITH_CLASSES["grades"][4]


Sheets = Sequence[Sequence[int]]


def what_is_shown(scale: str, one: Sheets, two: Sheets, weights: Sequence[int]) -> object:
    """Return all that a reader sees of a subject with two classes, untrimmed, from the rules that the release uses."""
    shown, scores, whole = [], [], sum(weights)

    def mean_of(sheets: Sheets) -> float:
        weighed = (weight * sum(answers) for weight, answers in zip(weights, sheets, strict=True))
        return sum(weighed) / len(sheets[0]) / whole

    for sheets in (one, two):
        voters = len(sheets[0])
        ranges = ranges_of(scale, (voters,), (1.0,), floor=5, trim=False)
        figures = [ranges.show(sum(answers) / voters) for answers in sheets]
        parts = [(float(weight), figure) for weight, figure in zip(weights, figures, strict=True)]
        scores.append(shown_score(round_half_up(mean_of(sheets)), parts, scale=scale, fewest=voters, bands=BANDS))
        shown.append(figures)
    both = [
        (float(weight), together([(0.5, a), (0.5, b)], scale)) for weight, a, b in zip(weights, *shown, strict=True)
    ]
    value, fewest = round_half_up((mean_of(one) + mean_of(two)) / 2), len(one[0]) + len(two[0])
    return shown, scores, shown_score(value, both, scale=scale, fewest=fewest, bands=BANDS)


@pytest.mark.parametrize("seed", range(12))
def test_sets_left_of_a_class_are_those_of_a_reader_who_tries_everything(seed: int) -> None:
    scale, chance, weights = "grades", random.Random(seed), ((1, 1), (3, 1))[seed % 2]
    profile = joint_share.PROFILES[scale][seed // 2 % 4]
    one, two = ([chance.choices(ANSWERS[scale], profile, k=5) for _criterion in range(2)] for _class in range(2))
    seen = what_is_shown(scale, one, two, weights)
    ranges = ranges_of(scale, (5,), (1.0,), floor=5, trim=False)
    others = list(combinations_with_replacement(ANSWERS[scale], 4))

    def shown_alike(answers: Sequence[int], sets: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
        return [entry for entry in sets if ranges.show(sum(entry) / 5) == ranges.show(sum(answers) / 5)]

    candidates = [shown_alike(answers, ((answers[0], *rest) for rest in others)) for answers in one]
    # Of the other class only the sums matter: one set stands for all of a sum.
    by_sum = {sum(rest): rest for rest in combinations_with_replacement(ANSWERS[scale], 5)}
    beyond = [shown_alike(answers, by_sum.values()) for answers in two]

    left: list[Counter[tuple[int, ...]]] = [Counter(), Counter()]
    for first, second in product(*candidates):
        if any(what_is_shown(scale, [first, second], pair, weights) == seen for pair in product(*beyond)):
            left[0][first] += 1
            left[1][second] += 1

    assert joint_share._sets_left_of_class(scale, one, two, weights, trim=False) == [len(sets) for sets in left]
