from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest

from peer_review.counting.release import Ballots, Plan, Release, Roll, release


def count(
    cells: dict[tuple[int, int], list[list[float | None]]],
    *,
    sections: list[int],
    classes: int = 1,
    criteria: int = 1,
    trim: bool = False,
    scale: str = "points",
    asked: list[list[bool]] | None = None,
    exact: bool = True,
    class_weights: np.ndarray | None = None,
    **plan: Any,
) -> Release:
    """Return the release of ballots given as {(subject, class): [answers of one ballot, …]}.

    With exact scores unless a test says otherwise: what is in which figure shows best where nothing is a range.
    """
    rows = [(s, c, ballot) for (s, c), ballots in cells.items() for ballot in ballots]
    answers = np.array([[np.nan if one is None else one for one in row[2]] for row in rows], dtype=float)
    return release(
        Ballots(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            answers.reshape(len(rows), criteria),
        ),
        Plan(
            scale=scale,
            floor=5,
            trim=trim,
            class_weights=np.array([50.0, 30.0, 20.0])[:classes] if class_weights is None else class_weights,
            criterion_weights=np.array([70.0, 30.0])[:criteria],
            sections=np.array(sections, dtype=np.int64),
            asked=np.array(asked) if asked is not None else None,
            exact=exact,
            **plan,
        ),
    )


def test_round_without_a_ballot_publishes_nothing() -> None:
    made = count({}, sections=[0, 0])
    assert [sheet.score for sheet in made.subjects] == [None, None]
    assert made.sections[0].score is None
    assert made.unit.score is None
    assert made.open_sections == frozenset()


def test_round_without_a_subject_publishes_nothing() -> None:
    made = count({}, sections=[])
    assert (made.subjects, made.sections, made.unit.score) == ((), (), None)


def test_one_ballot_is_shown_nowhere() -> None:
    made = count({(0, 0): [[90]]}, sections=[0])
    assert made.subjects[0].criteria == (None,)
    assert made.sections[0].score is None
    assert made.unit.score is None


def test_score_weighs_classes_and_criteria() -> None:
    made = count(
        {(0, 0): [[90, 80]] * 5, (0, 1): [[70, 60]] * 5, (0, 2): [[50, 40]] * 5}, sections=[0], classes=3, criteria=2
    )
    sheet = made.subjects[0]
    assert [figure.value for figure in sheet.criteria] == [76.0, 66.0]
    assert sheet.score.value == 73.0
    assert sheet.score.grade() == "competent"
    assert sheet.classes[0][1].value == 87.0
    assert (sheet.criteria[0].n, sheet.criteria[0].abstentions) == (15, 0)


def test_absent_class_lowers_nothing() -> None:
    made = count({(0, 0): [[80]] * 5, (0, 1): [[80]] * 5}, sections=[0], classes=3)
    assert made.subjects[0].score.value == 80.0
    assert sorted(made.subjects[0].classes) == [0, 1]


def test_criterion_most_abstained_from_is_not_shown_and_not_in_the_score() -> None:
    made = count({(0, 0): [[80, None]] * 6 + [[80, 0]]}, sections=[0], criteria=2)
    sheet = made.subjects[0]
    assert sheet.criteria[1] is None
    assert sheet.score.value == 80.0


def test_unanimous_subject_has_mean_and_interval_but_no_bars() -> None:
    figure = count({(0, 0): [[88]] * 29}, sections=[0]).subjects[0].criteria[0]
    assert figure.value == 88.0
    assert figure.bars is None
    assert figure.high > figure.low


def test_nearly_unanimous_subject_looks_the_same() -> None:
    figure = count({(0, 0): [[88]] * 28 + [[20]]}, sections=[0]).subjects[0].criteria[0]
    assert figure.bars is None


def test_divided_subject_has_bars() -> None:
    figure = count({(0, 0): [[95]] * 9 + [[75]] * 11}, sections=[0]).subjects[0].criteria[0]
    assert figure.bars == ((0, 0, 0), (1, 1, 0), (2, 2, 11), (3, 3, 9))


def test_fewer_than_twenty_answers_have_no_bars() -> None:
    figure = count({(0, 0): [[95]] * 9 + [[75]] * 10}, sections=[0]).subjects[0].criteria[0]
    assert figure.bars is None


def test_section_mean_is_the_mean_of_its_subjects() -> None:
    made = count({(0, 0): [[90]] * 5, (1, 0): [[80]] * 20}, sections=[0, 0])
    assert made.sections[0].criteria[0].value == 85.0
    assert made.unit.criteria[0].value == 85.0
    assert made.sections[0].members == 2


def test_thin_subject_does_not_move_its_section() -> None:
    made = count({(0, 0): [[90]] * 5, (1, 0): [[0]] * 4}, sections=[0, 0])
    assert made.sections[0].criteria[0].value == 90.0
    assert made.unit.criteria[0].value == 90.0


def test_thin_subjects_move_no_mean_however_many_they_are() -> None:
    thin = {(at, 0): [[60]] * 4 for at in range(1, 9)}
    made = count({(0, 0): [[90]] * 5, **thin}, sections=[0, 0, 0, 0, 0, 1, 1, 1, 1], ranks=np.array([0] * 9))
    assert [sheet.score is None for sheet in made.subjects] == [False] + [True] * 8
    assert [made.sections[0].criteria[0].value, made.unit.criteria[0].value] == [90.0, 90.0]
    assert (made.sections[0].members, made.unit.members, made.ranks[0].members) == (1, 1, 1)
    assert made.sections[1].score is None
    assert made.sections[1].members == 0


def test_a_criterion_under_the_floor_is_in_no_mean_of_it() -> None:
    """Both subjects have five ballots; on one of them two do not know the second criterion."""
    made = count({(0, 0): [[90, 80]] * 5, (1, 0): [[70, 60]] * 3 + [[70, None]] * 2}, sections=[0, 0], criteria=2)
    assert [figure and figure.value for figure in made.subjects[1].criteria] == [70.0, None]
    assert [figure.value for figure in made.unit.criteria if figure] == [80.0, 80.0]


def test_bounds_stay_on_the_scale() -> None:
    figure = count({(0, 0): [[100]] * 4 + [[80]]}, sections=[0]).subjects[0].criteria[0]
    assert figure.high == 100.0
    assert figure.low >= 0.0


def test_trimming_takes_a_hostile_ballot_out() -> None:
    made = count({(0, 0): [[90], [88], [92], [91], [89], [0]]}, sections=[0], trim=True)
    assert made.subjects[0].score.value == 89.5


def test_anchors_are_shown_as_points() -> None:
    made = count({(0, 0): [[4]] * 5}, sections=[0], scale="anchors")
    assert made.subjects[0].score.value == 80.0


@pytest.mark.parametrize("members", [5, 6])
def test_section_is_open_for_comparison_only_above_the_floor(members: int) -> None:
    made = count({(at, 0): [[80]] * 5 for at in range(members)}, sections=[0] * members)
    assert made.open_sections == (frozenset({0}) if members > 5 else frozenset())
    assert made.unit_open is (members > 5)


def test_class_not_asked_a_criterion_is_neither_counted_nor_abstaining() -> None:
    """The first class answers the first criterion only; the second both, one of them 不了解."""
    cells = {(0, 0): [[90, None]] * 5, (0, 1): [[70, 60]] * 5 + [[70, None]]}
    made = count(cells, sections=[0], classes=2, criteria=2, asked=[[True, True], [False, True]])
    first, second = made.subjects[0].criteria
    assert (first.value, first.n, first.abstentions) == (82.5, 11, 0)
    assert (second.value, second.n, second.abstentions) == (60.0, 5, 1)
    # Taken for 不了解 the same ballots would be five abstentions more, and hide the classes.
    taken = count(cells, sections=[0], classes=2, criteria=2).subjects[0].criteria[1]
    assert (taken.n, taken.abstentions) == (5, 6)


def test_class_not_asked_a_criterion_hides_no_other_class_of_it() -> None:
    cells = {(0, 0): [[90, None]] * 5, (0, 1): [[70, 60]] * 5, (0, 2): [[50, 40]] * 6}
    asked = [[True, True, True], [False, True, True]]
    classes = count(cells, sections=[0], classes=3, criteria=2, asked=asked).subjects[0].classes
    assert [classes[one][0][1] and classes[one][0][1].value for one in range(3)] == [None, 60.0, 40.0]
    # A class's score is made of the criteria it was asked: 0.7 × 70 + 0.3 × 60, and 90 alone.
    assert [classes[one][1].value for one in range(3)] == [90.0, 67.0, 47.0]


def test_thin_class_not_asked_a_criterion_still_hides_the_classes_of_the_other() -> None:
    cells = {(0, 0): [[90, None]] * 2, (0, 1): [[70, 60]] * 5, (0, 2): [[50, 40]] * 6}
    asked = [[True, True, True], [False, True, True]]
    classes = count(cells, sections=[0], classes=3, criteria=2, asked=asked).subjects[0].classes
    assert sorted(classes) == [1, 2]
    assert [classes[one][0][0] for one in (1, 2)] == [None, None]


def test_criterion_that_few_are_asked_takes_no_comparison_away() -> None:
    """The second criterion is asked of one leader: it is published nowhere, the first as ever."""
    cells = {(at, 0): [[None, 80]] for at in range(6)} | {(at, 1): [[80, None]] * 5 for at in range(6)}
    roll = Roll(*(np.array(one, dtype=np.int64) for one in (range(6), [0] * 6, [0] * 6)))
    asked = [[False, True], [True, False]]
    made = count(cells, sections=[0] * 6, classes=2, criteria=2, asked=asked, roll=roll)
    assert made.unit.criteria[1] is None
    assert made.unit.score.value == 80.0
    assert (made.open_sections, made.unit_open) == (frozenset({0}), True)


def test_bars_and_grades_follow_the_bands() -> None:
    figure = count({(0, 0): [[86]] * 11 + [[78]] * 10}, sections=[0], bands=(85.0, 75.0, 50.0)).subjects[0].criteria[0]
    assert figure.bars == ((0, 0, 0), (1, 1, 0), (2, 2, 10), (3, 3, 11))
    assert figure.value == 82.2  # (11 × 86 + 10 × 78) / 21
    assert figure.grade((80.0, 75.0, 50.0)) == "excellent"
    assert figure.grade() == "competent"


# What is kept back of small groups


def test_a_mean_near_the_end_is_a_range_and_its_group_is_made_of_the_range() -> None:
    """Five ballots of 90 are "78 or more"; the section's mean is made of 78, so that nobody can take it out again."""
    made = count({(0, 0): [[90]] * 5, (1, 0): [[60]] * 5}, sections=[0, 0], exact=False)
    high, plain = (sheet.criteria[0] for sheet in made.subjects)
    assert (high.shown.code, high.value, plain.shown.code, plain.value) == ("at_least", 78.0, "", 60.0)
    assert made.sections[0].criteria[0].value == made.unit.score.value == 69.0


def test_intervals_of_few_tell_nothing_of_their_answers() -> None:
    """The same mean from answers that agree and that differ: the same interval, 7.5 points × 1.96 / √5."""
    made = count({(0, 0): [[60]] * 5, (1, 0): [[40], [50], [60], [70], [80]]}, sections=[0, 0], exact=False)
    one, other = (sheet.criteria[0] for sheet in made.subjects)
    assert (one.low, one.high) == (other.low, other.high) == (53.4, 66.6)


def test_from_ten_subjects_and_sixty_answers_a_round_has_a_spread_of_its_own() -> None:
    """Each subject has 45, 55, 65 twice: squares 400 over 5 degrees a subject. √80 = 8.9; t(50) = 2.0086."""
    cells = {(at, 0): [[45], [55], [65]] * 2 for at in range(10)}
    figure = count(cells, sections=[0] * 10, exact=False).subjects[0].criteria[0]
    assert (figure.low, figure.high) == (55 - round(2.0086 * 8.9 / 6**0.5, 1), 55 + round(2.0086 * 8.9 / 6**0.5, 1))
    nine = count({(at, 0): [[45], [55], [65]] * 3 for at in range(9)}, sections=[0] * 9, exact=False)
    assert nine.subjects[0].criteria[0].high == 55 + round(1.96 * 7.5 / 3, 1)


def test_score_of_few_is_the_grade_alone_and_the_exact_one_orders() -> None:
    cells = {(0, 0): [[64, 60]] * 5, (1, 0): [[66, 60]] * 5, (2, 0): [[64, 60]] * 5}
    made = count(cells, sections=[0] * 3, criteria=2, exact=False)
    assert {(sheet.score.shown.least, sheet.score.shown.most) for sheet in made.subjects} == {(60.0, 69.9)}
    assert [sheet.score.grade() for sheet in made.subjects] == ["basic"] * 3
    assert [sheet.standing for sheet in made.subjects] == [2, 1, 2]


def test_score_of_twelve_is_shown_as_it_is_with_its_flag() -> None:
    few, many = ({(0, 0): [[64, 60]] * ballots} for ballots in (11, 12))
    assert count(few, sections=[0], criteria=2, exact=False).subjects[0].one_ballot is None
    sheet = count(many, sections=[0], criteria=2, exact=False).subjects[0]
    assert (sheet.score.value, sheet.score.shown.code, sheet.one_ballot) == (62.8, "", False)


def test_class_that_is_a_range_makes_the_whole_one() -> None:
    """Exact, the whole less the other class would tell what the range keeps back: (50 × 90 + 30 × 60) / 80."""
    made = count({(0, 0): [[90]] * 5, (0, 1): [[60]] * 5}, sections=[0], classes=2, exact=False)
    sheet = made.subjects[0]
    assert [sheet.classes[at][0][0].shown.code for at in (0, 1)] == ["at_least", ""]
    assert (sheet.criteria[0].shown.code, sheet.criteria[0].value) == ("at_least", 71.3)  # (50 × 78 + 30 × 60) / 80


def test_classes_under_the_floor_in_one_figure_are_coded_together() -> None:
    """One leader and six others, 1 to 5: the leader carries a fifth. All of the best mark is "… or more"."""
    made = count({(0, 0): [[5]], (0, 1): [[5]] * 6}, sections=[0], classes=2, scale="anchors", exact=False)
    figure = made.subjects[0].criteria[0]
    assert figure.shown.code == "at_least"
    assert figure.value < 90


def test_order_of_rows_and_numbers_of_subjects_change_no_range() -> None:
    cells = {(at, 0): [[40 + at]] * (5 + at) for at in range(6)}
    made = count(cells, sections=[0] * 6, exact=False)
    turned = count({(5 - at, 0): own for (at, _class), own in cells.items()}, sections=[0] * 6, exact=False)
    assert [sheet.criteria[0] for sheet in made.subjects] == [sheet.criteria[0] for sheet in turned.subjects][::-1]


def test_whole_points_of_one_class_are_whole_in_the_subjects_figure() -> None:
    """74, 71, 71, 71, 71 make 71.6. The class of all says 72, and so does the subject's figure, which is the same."""
    sheet = count({(0, 0): [[74]] + [[71]] * 4}, sections=[0], exact=False).subjects[0]
    assert (sheet.criteria[0].value, sheet.classes[0][0][0].value) == (72.0, 72.0)


# Answers that others may know


def test_answers_that_others_may_know_count_towards_no_floor_and_stay_in_the_figure() -> None:
    cells = {(0, 0): [[80]] * 4 + [[37]] * 5, (1, 0): [[80]] * 4 + [[37]] + [[None]] * 4}
    made = count(cells, sections=[0, 0], known=np.array([[4], [4]]))
    assert [sheet.criteria[0] is not None for sheet in made.subjects] == [True, False]
    assert (made.subjects[0].criteria[0].n, made.subjects[0].criteria[0].value) == (9, 56.1)
    assert count(cells, sections=[0, 0]).subjects[1].criteria[0] is not None


def test_a_class_of_which_too_many_may_be_known_is_not_shown_apart() -> None:
    cells = {(0, 0): [[90]] * 6, (0, 1): [[60]] * 6}
    apart = count(cells, sections=[0], classes=2, known=np.array([[1, 0]]))
    together = count(cells, sections=[0], classes=2, known=np.array([[2, 0]]))
    assert (set(apart.subjects[0].classes), set(together.subjects[0].classes)) == ({0, 1}, set())


def test_scores_and_bars_wait_for_as_many_answers_that_nobody_else_knows() -> None:
    """Of 23 answers four may be known: 19 are too few for bars, and 12 of 15 are enough for the score as it is."""
    twenty = {(0, 0): [[55]] * 12 + [[75]] * 11}
    assert count(twenty, sections=[0]).subjects[0].criteria[0].bars is not None
    assert count(twenty, sections=[0], known=np.array([[4]])).subjects[0].criteria[0].bars is None
    score = {(0, 0): [[61, 64]] * 8 + [[73, 72]] * 7}
    shown = [
        count(score, sections=[0], criteria=2, exact=False, known=np.array([[known]])).subjects[0].score.shown.code
        for known in (3, 4)
    ]
    assert shown == ["", "between"]


# Answers of a class declared not anonymous

DECLARED = np.array([False, True])


def test_bars_wait_for_twenty_anonymous_answers_and_hold_three_of_them() -> None:
    staff = {(0, 1): [[55]] * 10 + [[75]] * 9}
    superior = {(0, 0): [[95]]}
    assert count(staff | superior, sections=[0], classes=2).subjects[0].criteria[0].bars is not None
    assert count(staff | superior, sections=[0], classes=2, anonymous=DECLARED).subjects[0].criteria[0].bars is None
    # Of the highest bar's three one is the superior's, so it is joined until it holds three others.
    staff = {(0, 1): [[55]] * 9 + [[75]] * 9 + [[95]] * 2}
    alike, apart = (
        count(staff | superior, sections=[0], classes=2, anonymous=anonymous).subjects[0].criteria[0].bars
        for anonymous in (None, DECLARED)
    )
    assert (3, 3, 3) in alike
    assert min(ballots for _first, _last, ballots in apart if ballots) >= 4
    assert sum(ballots for _first, _last, ballots in apart) == 21


def test_exact_score_one_ballot_and_adjusted_wait_for_twelve_anonymous_answers() -> None:
    """Eleven of the staff and four superiors; then one more of the staff."""
    superiors = {(0, 0): [[80, 70], [60, 60], [70, 80], [90, 60]]}
    staff = [[70, 60], [60, 70], [80, 70]] * 4
    terms = {"sections": [0], "classes": 2, "criteria": 2, "exact": False}
    for many, known in ((11, False), (12, True)):
        cells = superiors | {(0, 1): staff[:many]}
        assert count(cells, **terms).subjects[0].one_ballot is not None
        assert (count(cells, anonymous=DECLARED, **terms).subjects[0].one_ballot is not None) is known
    fifteen = {(0, 0): [[60, 60], [80, 80], [70, 70]] * 5, (0, 1): [[70, 70], [60, 70], [70, 60], [60, 60], [80, 80]]}
    assert count(fifteen, sections=[0], classes=2, criteria=2, exact=True).subjects[0].one_ballot is not None
    assert (
        count(fifteen, sections=[0], classes=2, criteria=2, exact=True, anonymous=DECLARED).subjects[0].one_ballot
        is None
    )


def test_a_declared_class_keeps_its_weight_and_its_own_figure() -> None:
    """The superior's mark is half of the figure; beside five others it is shown as it would be by itself."""
    cells = {(0, 0): [[90]], (0, 1): [[50]] * 5}
    sheet = count(cells, sections=[0], classes=2, anonymous=DECLARED, class_weights=np.array([50.0, 50.0])).subjects[0]
    assert sheet.criteria[0].value == 70.0
    assert {number: figures[0].n for number, (figures, _score) in sheet.classes.items()} == {0: 1, 1: 5}


@pytest.mark.parametrize("scale", ["anchors", "grades"])
@pytest.mark.parametrize("weights", [(50.0, 20.0, 30.0), (10.0, 36.0, 54.0), (80.0, 8.0, 12.0)])
def test_who_knows_declared_answers_and_one_other_is_left_three_sets(scale: str, weights: tuple[float, ...]) -> None:
    """Every case of one superior, two and three others whose classes are not shown: whoever knows the superior's answer
    and one of the others' holds three sets or more of the rest possible."""
    answers = range(1, 6) if scale == "anchors" else range(1, 5)
    cases = [
        (superior, first, second)
        for superior in answers
        for first in combinations_with_replacement(answers, 2)
        for second in combinations_with_replacement(answers, 3)
    ]
    cells = {
        (at, number): [[answer] for answer in of_class]
        for at, (superior, first, second) in enumerate(cases)
        for number, of_class in enumerate([(superior,), first, second])
    }
    made = count(
        cells,
        sections=[0] * len(cases),
        classes=3,
        scale=scale,
        exact=False,
        anonymous=np.array([False, True, True]),
        class_weights=np.array(weights),
    )
    assert all(sheet.classes == {} for sheet in made.subjects)
    rest: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    for (superior, first, second), sheet in zip(cases, made.subjects, strict=True):
        figure = sheet.criteria[0]
        assert figure is not None
        for number, of_class in enumerate([first, second]):
            for own in set(of_class):
                others = [list(first), list(second)]
                others[number].remove(own)
                rest.setdefault((figure.shown, superior, number, own), set()).add(tuple(map(tuple, others)))
    assert min(len(sets) for sets in rest.values()) >= 3
    assert len({sheet.criteria[0] for sheet in made.subjects}) > 1
