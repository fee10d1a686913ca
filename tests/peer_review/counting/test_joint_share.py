"""The measured share: what the table says is what measuring says, and which scheme goes beyond one in a hundred."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement, product

import pytest

from peer_review.counting import joint_share
from peer_review.counting.joint_share import (
    ANSWERS,
    BANDS,
    CRITERIA,
    EXACT,
    WITH_CLASSES,
    WITH_SCORE,
    Share,
    measure,
    measure_classes,
    share_with_score,
)
from peer_review.counting.scales import round_half_up
from peer_review.counting.small_groups import Shown, ranges_of, shown_score, together


@pytest.mark.parametrize("scale", ["anchors", "grades", "points"])
def test_table_is_what_was_measured(scale: str) -> None:
    assert {number: measure(scale, number).percent for number in CRITERIA} == WITH_SCORE[scale]
    exact = [measure(scale, number, exact=True, voters=(5,)).percent for number in CRITERIA]
    assert max(exact) == EXACT[scale]


def test_at_most_one_case_in_a_hundred_leaves_fewer_than_three_sets() -> None:
    assert max(percent for shares in WITH_SCORE.values() for percent in shares.values()) <= 1.0


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
    assert measure("anchors", 2).percent > 10 * WITH_SCORE["anchors"][2]
    assert measure("grades", 1).percent > 10


@pytest.mark.parametrize("scale", ["anchors", "grades"])
def test_table_of_classes_is_what_was_measured(scale: str) -> None:
    assert {number: measure_classes(scale, number).percent for number in CRITERIA} == WITH_CLASSES[scale]


def test_classes_go_beyond_one_in_a_hundred_for_three_criteria_in_grades_alone() -> None:
    beyond = {
        (scale, number) for scale, shares in WITH_CLASSES.items() for number, percent in shares.items() if percent > 1
    }
    assert beyond == {("grades", 3)}
    assert share_with_score("grades", 3, classes=2) == WITH_CLASSES["grades"][3] <= 1.1
    assert share_with_score("grades", 5, classes=4) == WITH_CLASSES["grades"][4]


Sheets = Sequence[Sequence[int]]


def what_is_shown(scale: str, one: Sheets, two: Sheets) -> object:
    """Return all that a reader sees of a subject with two classes, untrimmed, from the rules that the release uses."""
    shown, scores = [], []
    for sheets in (one, two):
        voters = len(sheets[0])
        ranges = ranges_of(scale, (voters,), (1.0,), floor=5, trim=False)
        figures = [ranges.show(sum(answers) / voters) for answers in sheets]
        value = round_half_up(sum(map(sum, sheets)) / voters / len(sheets))
        parts = [(1.0, figure) for figure in figures]
        scores.append(shown_score(value, parts, scale=scale, fewest=voters, bands=BANDS))
        shown.append(figures)
    both = [(1.0, together([(0.5, a), (0.5, b)], scale)) for a, b in zip(*shown, strict=True)]
    means = [sum(map(sum, sheets)) / len(sheets[0]) / len(sheets) for sheets in (one, two)]
    fewest = len(one[0]) + len(two[0])
    return shown, scores, shown_score(round_half_up(sum(means) / 2), both, scale=scale, fewest=fewest, bands=BANDS)


@pytest.mark.parametrize("seed", range(12))
def test_sets_left_of_a_class_are_those_of_a_reader_who_tries_everything(seed: int) -> None:
    scale, chance = "grades", random.Random(seed)
    profile = joint_share.PROFILES[scale][seed % 4]
    one, two = ([chance.choices(ANSWERS[scale], profile, k=5) for _criterion in range(2)] for _class in range(2))
    seen = what_is_shown(scale, one, two)
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
        if any(what_is_shown(scale, [first, second], pair) == seen for pair in product(*beyond)):
            left[0][first] += 1
            left[1][second] += 1

    assert joint_share._sets_left_of_class(scale, one, two, trim=False) == [len(sets) for sets in left]
