"""The quota of 优秀: an upper bound, whole groups of equal scores, and nobody put before another by chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.quota import Proposal, places_of, propose
from peer_review.counting.scales import GRADES

NAN = float("nan")


def proposal(scores: list[float], quota: int = 20, *, half: float = 0.4, **kwargs: int) -> Proposal:
    """Propose for scores whose intervals reach `half` to both sides."""
    values = np.array(scores, dtype=np.float64)
    return propose(values, values - half, values + half, quota=quota, **kwargs)


@pytest.mark.parametrize(
    ("group", "quota", "places"),
    [
        (4, 20, 0),
        (5, 20, 1),
        (9, 20, 1),
        (10, 20, 2),
        (35, 20, 7),
        (10, 25, 2),
        (12, 25, 3),
        (500, 20, 100),
        (8, 0, None),
    ],
)
def test_a_fraction_of_a_place_is_no_place(group: int, quota: int, places: int | None) -> None:
    assert places_of(group, quota) == places


def test_the_best_in_the_band_are_proposed_up_to_the_quota() -> None:
    made = proposal([95, 93, 91, 88, 85, 75, 65, 50, 80, 70], 20)

    assert made == Proposal(
        grades=(
            "excellent",
            "excellent",
            "competent",  # in the band, and no place left
            "competent",
            "competent",
            "competent",
            "basic",
            "incompetent",
            "competent",
            "competent",
        ),
        places=2,
        line=(93.0, 92.6, 93.4),
        tied=frozenset(),
        indistinct=frozenset(),
        left=0,
    )


def test_equal_scores_at_the_line_are_left_to_a_person() -> None:
    made = proposal([95, 93, 93, 93, 85, 75, 65, 50, 80, 70, 60, 60, 60, 60, 60], 20)

    assert made.grades[:4] == ("excellent", "", "", "")
    assert (made.places, made.tied, made.left, made.line) == (3, frozenset({1, 2, 3}), 2, (93.0, 92.6, 93.4))


def test_equal_scores_that_all_find_a_place_are_not_tied() -> None:
    made = proposal([95, 93, 93, 85, *[70] * 11], 20)

    assert made.grades[:4] == ("excellent", "excellent", "excellent", "competent")
    assert (made.tied, made.left) == (frozenset(), 0)


def test_overlapping_intervals_are_named_not_distinguishable_on_both_sides_of_the_line() -> None:
    made = proposal([97, 94, 93, 92.5, 91, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80], 20, half=0.5)

    assert made.line == (93.0, 92.5, 93.5)
    assert made.indistinct == frozenset({1, 3})
    assert made.grades[:4] == ("excellent", "excellent", "excellent", "competent")


def test_the_line_of_a_tie_is_as_wide_as_all_their_intervals() -> None:
    scores = np.array([93.0, 93.0, 91.0, 70.0, 70.0])
    made = propose(scores, np.array([92.0, 90.5, 90.0, 60, 60]), np.array([94.0, 95.0, 92.0, 75, 75]), quota=20)

    assert made.line == (93.0, 90.5, 95.0)
    assert (made.tied, made.indistinct) == (frozenset({0, 1}), frozenset({2}))


def test_where_fewer_reach_the_band_than_there_are_places_the_band_is_the_line() -> None:
    made = proposal([92, 89.8, 70, 70, 70, 70, 70, 70, 70, 70], 20)

    assert (made.line, made.left, made.tied) == ((90.0, 90.0, 90.0), 1, frozenset())
    assert made.grades[:2] == ("excellent", "competent")
    assert made.indistinct == frozenset({1})  # 89.8 ± 0.4 reaches 90


def test_without_a_quota_everybody_in_the_band_is_proposed() -> None:
    made = proposal([95, 94, 93, 60], 0)

    assert made.grades == ("excellent", "excellent", "excellent", "basic")
    assert (made.places, made.left) == (None, None)


def test_a_group_too_small_for_a_place_has_none() -> None:
    made = proposal([99, 98, 97, 96], 20)

    assert set(made.grades) == {"competent"}
    assert (made.places, made.line, made.left) == (0, None, 0)


def test_who_has_no_score_is_proposed_nothing_but_counts_in_the_group() -> None:
    made = proposal([95, NAN, NAN, NAN, NAN], 20)

    assert made.grades == ("excellent", "", "", "", "")
    assert made.places == 1
    assert made.indistinct == frozenset()
    assert proposal([95], 20, group=5).places == 1


def test_nobody_at_all() -> None:
    assert proposal([], 20) == Proposal((), 0, (90.0, 90.0, 90.0), frozenset(), frozenset(), 0)


def test_a_quota_beyond_all_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        proposal([90], 101)


#: Published figures have one decimal; few different ones, so that ties are common.
figures = st.lists(st.integers(min_value=860, max_value=960).map(lambda n: n / 10) | st.just(NAN), max_size=40)
quotas = st.integers(min_value=0, max_value=60)


@given(scores=figures, quota=quotas, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_list_never_decides(scores: list[float], quota: int, seed: object) -> None:
    order = list(range(len(scores)))
    seed.shuffle(order)  # type: ignore[attr-defined]
    before, after = proposal(scores, quota), proposal([scores[at] for at in order], quota)

    assert [before.grades[at] for at in order] == list(after.grades)
    assert {order[at] for at in after.tied} == before.tied
    assert {order[at] for at in after.indistinct} == before.indistinct
    assert (before.line, before.left) == (after.line, after.left)


@given(scores=figures, quota=quotas)
def test_equal_scores_are_always_proposed_the_same(scores: list[float], quota: int) -> None:
    made = proposal(scores, quota)

    for value in {score for score in scores if score == score}:
        assert len({made.grades[at] for at, score in enumerate(scores) if score == value}) == 1


@given(scores=figures, quota=quotas)
def test_the_quota_is_never_exceeded_and_a_tie_always_wants_more_than_is_left(scores: list[float], quota: int) -> None:
    made = proposal(scores, quota)
    proposed = made.grades.count(GRADES[0])

    if made.places is None:
        assert not made.tied
        return
    assert proposed <= made.places
    if made.tied:
        assert made.left is not None
        assert 0 < made.left < len(made.tied)
        assert proposed + made.left == made.places


@given(scores=figures, quota=quotas)
def test_a_higher_score_is_never_proposed_a_lower_grade(scores: list[float], quota: int) -> None:
    made = proposal(scores, quota)
    ranked = sorted((score, GRADES.index(grade)) for score, grade in zip(scores, made.grades, strict=True) if grade)

    assert [place for _score, place in ranked] == sorted((place for _score, place in ranked), reverse=True)


@given(scores=figures, quota=quotas)
def test_somebody_further_down_takes_nobodys_place(scores: list[float], quota: int) -> None:
    before, after = proposal(scores, quota), proposal([*scores, 50.0], quota)

    for at, grade in enumerate(before.grades):
        assert grade != GRADES[0] or after.grades[at] == GRADES[0]


def test_exact_scores_order_what_published_ones_show_alike() -> None:
    """Three are shown as 95 (the grade alone); the exact places, kept beside, say which two find a place."""
    scores = np.array([95.0, 95.0, 95.0, 80.0])
    made = propose(
        scores,
        scores - 5,
        scores + 5,
        quota=50,
        grades=["excellent", "excellent", "excellent", "competent"],
        standings=np.array([2, 1, 3, 4]),
    )
    assert made.grades == ("excellent", "excellent", "competent", "competent")
    assert (made.tied, made.places, made.line) == (frozenset(), 2, (95.0, 90.0, 100.0))
    tied = propose(
        scores,
        scores - 5,
        scores + 5,
        quota=25,
        grades=["excellent"] * 3 + ["competent"],
        standings=np.array([1, 1, 2, 3]),
    )
    assert tied.tied == {0, 1}


def test_grade_that_is_left_open_finds_no_place_by_itself() -> None:
    scores = np.array([76.0, 92.0])
    made = propose(scores, scores - 5, scores + 5, quota=50, grades=["", "excellent"], standings=np.array([1, 2]))
    assert made.grades == ("", "excellent")
    assert made.tied == frozenset()


#: Scores as they are shown of small groups: in steps of two points, or as the middle of their grade alone.
shown_alike = st.lists(st.tuples(st.integers(min_value=780, max_value=1000), st.booleans()), max_size=40)


def shown(exact: float, *, grade_alone: bool) -> tuple[float, float, float]:
    """Return what is shown of a score, and where it may lie."""
    low, high = next((low, high) for low, high in ((90, 100), (80, 90), (60, 80)) if low <= exact)
    if grade_alone:
        return (low + high) / 2, low, high
    step = min(2 * int(exact // 2), 98)
    return step + 1, step, step + 2


@given(people=shown_alike, quota=quotas)
def test_ranges_propose_what_the_exact_scores_do_and_no_tie_is_broken_or_made_by_them(
    people: list[tuple[int, bool]], quota: int
) -> None:
    exact = np.array([tenths / 10 for tenths, _alone in people])
    ranges = [shown(float(score), grade_alone=alone) for score, (_tenths, alone) in zip(exact, people, strict=True)]
    values, lows, highs = np.array(ranges).reshape(-1, 3).T
    places = {score: place for place, score in enumerate(sorted(set(exact), reverse=True), start=1)}
    known = propose(exact, exact, exact, quota=quota)

    made = propose(
        values,
        lows,
        highs,
        quota=quota,
        grades=propose(exact, exact, exact, quota=0).grades,
        standings=np.array([places[score] for score in exact], dtype=np.int64),
    )

    assert (made.grades, made.tied, made.places, made.left) == (known.grades, known.tied, known.places, known.left)
    assert (made.line is None) == (known.line is None)
    if made.line is None or known.line is None:
        return
    # The line may be drawn where the exact one is, and is drawn by nothing but what is shown.
    assert made.line[1] <= known.line[0] <= made.line[2]
    if known.places is not None and known.places < (exact >= 90).sum():
        assert made.line[0] in {value for value, score in zip(values, exact, strict=True) if score == known.line[0]}


@given(people=shown_alike, quota=quotas, seed=st.randoms(use_true_random=False))
def test_line_says_nothing_of_the_order_among_those_who_are_shown_alike(
    people: list[tuple[int, bool]], quota: int, seed: object
) -> None:
    exact = [tenths / 10 for tenths, _alone in people]
    values, lows, highs = np.array([shown(score, grade_alone=False) for score in exact]).reshape(-1, 3).T
    grades = ["excellent" if score >= 90 else "competent" for score in exact]

    def line_of(order: list[int]) -> tuple[float, float, float] | None:
        return propose(values, lows, highs, quota=quota, grades=grades, standings=np.array(order, dtype=np.int64)).line

    by_range = sorted(range(len(exact)), key=lambda at: -values[at])
    tossed = list(range(len(exact)))
    seed.shuffle(tossed)  # type: ignore[attr-defined]
    tossed.sort(key=lambda at: -values[at])
    orders = [[order.index(at) + 1 for at in range(len(exact))] for order in (by_range, tossed)]

    assert line_of(orders[0]) == line_of(orders[1])
