"""Each pattern is found where it was made, and hardly ever where there is nothing but chance."""

from typing import Any

import numpy as np
import pytest

from peer_review.counting.anomalies import (
    LEVEL,
    Answers,
    Scoring,
    Search,
    Unanimous,
    camps,
    changes,
    ends,
    returns,
    unanimous,
)
from peer_review.counting.permutation import false_discovery

SEED = [20_260_101]


def rule_of(**rules: Any) -> Scoring:
    made = {"scale": "points", "floor": 5, "trim": True, "class_weights": np.array([100.0])}
    return Scoring(**(made | rules))


def answers_of(groups: list[Any], voter_class: int = 0) -> Answers:
    subject = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    points = np.concatenate([np.asarray(group, dtype=float) for group in groups])
    return Answers(subject, np.full(len(subject), voter_class), points)


def ordinary(subjects: int, n: int = 12, *, seed: int = 1, middle: float = 82.0) -> list[np.ndarray]:
    """Return groups of answers in which there is nothing but chance and differences between subjects."""
    chance = np.random.default_rng(seed)
    return [np.clip(np.round(chance.normal(middle + chance.normal(0, 3), 6, n)), 0, 99) for _subject in range(subjects)]


def figures_of(groups: list[Any], trim: bool = True) -> np.ndarray:
    """Return what would be published of each group."""
    made = []
    for group in groups:
        values = np.sort(np.asarray(group, dtype=float))
        if len(values) < 5:
            made.append(np.nan)
            continue
        made.append(np.round((values[1:-1] if trim and len(values) > 5 else values).mean(), 1))
    return np.array(made)


def searched(search: Any, groups: list[Any], rule: Scoring | None = None, **kwargs: Any) -> Search:
    return search(answers_of(groups), figures_of(groups), rule or rule_of(), seed=SEED, **kwargs)


# At the end of the scale


def test_lone_subject_at_the_top_is_found() -> None:
    found = searched(ends, [*ordinary(11), [100] * 12])
    assert [(one.at, one.high) for one in found.patterns] == [(11, True)]
    assert found.patterns[0].p == 0.0001
    assert found.tested == 24


def test_lone_subject_at_the_bottom_is_found() -> None:
    found = searched(ends, [*ordinary(11), [0] * 12])
    assert [(one.at, one.high) for one in found.patterns] == [(11, False)]


def test_where_nearly_everybody_gives_full_marks_it_is_no_pattern() -> None:
    groups = [[100] * 12 for _subject in range(10)] + [[100] * 11 + [60], [90] * 12]
    assert searched(ends, groups).patterns == ()


def test_unanimous_figure_elsewhere_names_nobody() -> None:
    """Twelve times 85 is unanimous as well, but the figure of 85.0 does not say so: neither may this."""
    assert searched(ends, [*ordinary(11), [85] * 12]).patterns == ()


def test_end_of_the_scale_tells_no_more_than_the_published_figure() -> None:
    """A trimmed 100.0 may hide one other mark, so with and without it the answer is the same to the last digit."""
    others = ordinary(11)
    whole = searched(ends, [*others, [100] * 12])
    hidden = searched(ends, [*others, [100] * 11 + [99]])
    assert [(one.at, one.high) for one in hidden.patterns] == [(one.at, one.high) for one in whole.patterns]
    assert hidden.patterns[0].p == whole.patterns[0].p


def test_subject_that_is_not_shown_is_not_looked_at() -> None:
    found = searched(ends, [*ordinary(11), [100] * 4])
    assert (found.tested, found.patterns) == (22, ())


@pytest.mark.parametrize(("scale", "top"), [("anchors", 100.0), ("grades", 95.0)])
def test_every_scale_has_its_end(scale: str, top: float) -> None:
    groups = [[60.0, 80, 60, 80, 60, 80, 65, 60] for _subject in range(12)] + [[top] * 8]
    found = searched(ends, groups, rule_of(scale=scale))
    assert [(one.at, one.high) for one in found.patterns] == [(12, True)]


def test_classes_are_dealt_their_own_answers() -> None:
    """Staff give 100 to everybody, leaders to one subject only: that is what makes it striking."""
    staff = answers_of([[100] * 8 for _subject in range(12)])
    leaders = answers_of([*([70.0, 75, 80, 85, 90, 95] for _subject in range(11)), [100] * 6], voter_class=1)
    both = Answers(
        *(np.r_[getattr(staff, name), getattr(leaders, name)] for name in ("subject", "voter_class", "points"))
    )
    published = np.array([91.0] * 11 + [100.0])
    found = ends(both, published, rule_of(class_weights=np.array([50.0, 50.0])), seed=SEED)
    assert [one.at for one in found.patterns] == [11]


# Unanimous bases: a count or nothing


def test_unanimous_bases_are_counted_where_as_many_look_alike() -> None:
    groups = [[80 + at] * 8 for at in range(6)] + [[80 + at, 81 + at] * 4 for at in range(7)] + ordinary(6)
    found = searched(unanimous, groups, hands=199)
    assert found == Unanimous(cells=6, alike=13, p=pytest.approx(1 / 200))


@pytest.mark.parametrize(("same", "near"), [(4, 9), (6, 4), (9, 0)], ids=["few", "few others", "all of them"])
def test_unanimous_bases_are_not_counted_where_the_count_would_name_them(same: int, near: int) -> None:
    """Nine whose intervals are as narrow as can be, and nine unanimous: then each of these is."""
    groups = [[80 + at] * 8 for at in range(same)] + [[80, 81] * 4 for _at in range(near)] + ordinary(6)
    assert searched(unanimous, groups, hands=99) is None


# Two camps


def test_two_camps_are_found() -> None:
    groups = [*ordinary(20, 14), [55, 56, 57, 58, 59, 60, 61, 92, 93, 94, 95, 96, 97, 98]]
    found = searched(camps, groups)
    assert [(one.at, one.high) for one in found.patterns] == [(20, None)]
    assert found.tested == 21


@pytest.mark.parametrize("few", [1, 4])
def test_camp_under_the_floor_is_no_camp(few: int) -> None:
    """Four harsh ballots among ten are nobody's business: telling of them would be telling of four."""
    groups = [*ordinary(20, 14), [10] * few + [95] * (14 - few)]
    assert searched(camps, groups).patterns == ()


def test_what_little_differs_is_no_camp() -> None:
    """Cut as clearly as can be, and four points apart."""
    groups = [*ordinary(20, 14), [80] * 7 + [84] * 7]
    assert searched(camps, groups).patterns == ()


@pytest.mark.parametrize("scale", ["anchors", "grades"])
def test_neighbouring_steps_of_a_coarse_scale_are_no_camps(scale: str) -> None:
    low, high = {"anchors": (80, 100), "grades": (80, 95)}[scale]
    groups = [*([60, 80, 80, 80, 95, 60, 80, 65, 80, 80, 80, 60] for _subject in range(12)), [low] * 6 + [high] * 6]
    assert searched(camps, groups, rule_of(scale=scale)).patterns == ()


def test_subject_too_small_for_two_camps_is_not_looked_at() -> None:
    assert searched(camps, ordinary(12, 9)) == Search(0)


# Sections in return


def matrix_of(sections: int, *, seed: int = 2, noise: float = 0.8) -> np.ndarray:
    """Return how sections rate each other: some generous, some well rated, and chance."""
    chance = np.random.default_rng(seed)
    effects = chance.normal(0, 4, (2, sections))
    made = 80 + effects[0][:, None] + effects[1] + chance.normal(0, noise, (sections, sections))
    np.fill_diagonal(made, np.nan)
    return made


def test_sections_that_favour_each_other_are_found() -> None:
    matrix = matrix_of(8)
    matrix[2, 5] += 14
    matrix[5, 2] += 13
    found = returns(matrix, seed=SEED)
    assert [(one.at, one.other, one.high) for one in found.patterns] == [(2, 5, True)]
    assert found.tested == 2 * 28


def test_sections_that_mark_each_other_down_are_found() -> None:
    matrix = matrix_of(8)
    matrix[2, 5] -= 14
    matrix[5, 2] -= 13
    found = returns(matrix, seed=SEED)
    assert [(one.at, one.other, one.high) for one in found.patterns] == [(2, 5, False)]


def test_favour_that_is_not_returned_is_no_pattern() -> None:
    matrix = matrix_of(8)
    matrix[2, 5] += 14
    assert returns(matrix, seed=SEED).patterns == ()


def test_generous_section_and_good_section_are_no_pattern() -> None:
    """Who rates all high, and who is rated high by all, favour nobody."""
    matrix = matrix_of(8)
    matrix[2, :] += 15
    matrix[:, 2] += 15
    assert returns(matrix, seed=SEED).patterns == ()


@pytest.mark.parametrize("sections", [0, 1, 3])
def test_few_sections_leave_nothing_to_judge_by(sections: int) -> None:
    assert returns(matrix_of(sections), seed=SEED) == Search(0)


def test_gaps_in_the_matrix_are_no_zeros() -> None:
    matrix = matrix_of(8)
    matrix[2, 5] += 14
    matrix[5, 2] += 13
    matrix[0, 1:4] = np.nan
    matrix[6, 7] = np.nan
    assert [(one.at, one.other) for one in returns(matrix, seed=SEED).patterns] == [(2, 5)]


# Changes


def changed(now: list[Any], before: list[Any], **rules: Any) -> Search:
    published = (figures_of(now), figures_of(before))
    return changes(answers_of(now), answers_of(before), published, rule_of(**rules), seed=SEED)


def test_fall_beyond_chance_is_found() -> None:
    before = ordinary(6)
    now = [np.clip(group + 1, 0, 100) for group in before]
    before[3], now[3] = np.array([85.0] * 6 + [88.0] * 6), np.array([66.0] * 6 + [69.0] * 6)
    found = changed(now, before)
    assert [(one.at, one.high) for one in found.patterns] == [(3, False)]
    assert found.tested == 6


def test_rise_is_told_from_fall() -> None:
    found = changed([[90.0, 91] * 6], [[70.0, 71] * 6])
    assert [one.high for one in found.patterns] == [True]


def test_small_change_is_no_pattern_however_sure() -> None:
    assert changed([[90.0] * 20], [[85.0] * 20]).patterns == ()


def test_large_change_among_wide_answers_is_no_pattern() -> None:
    """Ten points up, but half of each round's ballots would do that by chance."""
    found = changed([[40.0, 100, 45, 100, 90, 95]], [[20.0, 100, 30, 98, 60, 95]], trim=False)
    assert (found.tested, found.patterns) == (1, ())


def test_subject_without_a_score_in_either_round_is_not_compared() -> None:
    assert changed([[90.0] * 12, [90.0] * 4], [[60.0] * 4, [60.0] * 12]) == Search(0)


def test_new_class_mix_is_no_change_of_mind() -> None:
    """Each class marks as before; what changed is that few of the strict class voted."""
    lenient, strict = [90.0, 91, 92, 93, 94, 95], [60.0, 61, 62, 63, 64, 65]
    weights = np.array([50.0, 50.0])
    now = Answers(np.zeros(12, dtype=int), np.repeat([0, 1], [6, 6]), np.array(lenient + strict))
    before = Answers(np.zeros(12, dtype=int), np.repeat([0, 1], [6, 6]), np.array(strict + lenient))
    both = (np.array([90.0]), np.array([70.0]))
    # Swapped between the classes the score stays, and so it does in most deals: nothing to be found.
    assert changes(now, before, both, rule_of(class_weights=weights), seed=SEED).patterns == ()


# By chance alone


def test_chance_alone_makes_about_as_many_patterns_as_is_told() -> None:
    """600 groups cut from one pool and dealt at will: the camps found beyond the level are a handful at most."""
    chance = np.random.default_rng(17)
    groups = [chance.choice([50.0, 55, 60, 85, 90, 95], 12) for _subject in range(600)]
    found = searched(camps, groups, hands=999)
    assert found.tested == 600
    assert found.by_chance == pytest.approx(600 * LEVEL)
    assert len(found.patterns) <= 2 * found.by_chance + 4


def test_probabilities_are_the_same_each_time_and_do_not_depend_on_order() -> None:
    groups = [*ordinary(11), [100] * 12, [55] * 6 + [95] * 6]
    order = np.random.default_rng(1).permutation(len(groups))
    for search in (ends, camps):
        first, again = searched(search, groups), searched(search, groups)
        turned = searched(search, [groups[at] for at in order])
        assert first == again
        assert first.patterns
        assert [one.p for one in turned.patterns] == [one.p for one in first.patterns]
        assert sorted(int(order[one.at]) for one in turned.patterns) == sorted(one.at for one in first.patterns)


def test_q_grows_with_the_number_of_places() -> None:
    few, many = searched(ends, [*ordinary(5), [100] * 12]), searched(ends, [*ordinary(60), [100] * 12])
    for search, places in ((few, 12), (many, 122)):
        [first, *_others] = false_discovery([one.p for one in search.patterns], tested=search.tested)
        assert first == pytest.approx(search.patterns[0].p * places)


def test_nothing_counted_has_no_patterns() -> None:
    empty = Answers(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    none = np.full(3, np.nan)
    assert ends(empty, none, rule_of(), seed=SEED) == Search(0)
    assert camps(empty, none, rule_of(), seed=SEED) == Search(0)
    assert unanimous(empty, none, rule_of(), seed=SEED) is None
    assert changes(empty, empty, (none, none), rule_of(), seed=SEED) == Search(0)


def test_camp_that_others_may_know_is_no_camp() -> None:
    """Seven against seven, of whom three may be known: each camp needs three more than the floor."""
    groups = [*ordinary(20, 14), [55, 56, 57, 58, 59, 60, 61, 92, 93, 94, 95, 96, 97, 98]]
    assert searched(camps, groups, rule_of(crowd=7)).patterns != ()
    assert searched(camps, groups, rule_of(crowd=8)).patterns == ()


def test_camp_that_holds_answers_of_a_declared_class_needs_as_many_more() -> None:
    """Eight against eight of the staff, and ten against two; three superiors are in each upper camp."""
    low, high = [55.0, 56.0, 57.0, 58.0] * 2, [93.0, 94.0, 95.0, 96.0] * 2
    staff = [*ordinary(20, 12), [*low, *high], [*low, *low[:2], *high[:2]]]
    superiors = [*([82.0, 83.0, 84.0] for _subject in range(20)), [94.0, 95.0, 96.0], [94.0, 95.0, 96.0]]
    parts = answers_of(staff), answers_of(superiors, 1)
    names = ("subject", "voter_class", "points")
    both = Answers(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    figures = figures_of([[*first, *second] for first, second in zip(staff, superiors, strict=True)])

    def camps_with(anonymous: np.ndarray | None) -> list[int]:
        rule = rule_of(class_weights=np.array([50.0, 50.0]), anonymous=anonymous, trim=False)
        return sorted(pattern.at for pattern in camps(both, figures, rule, seed=SEED).patterns)

    assert camps_with(None) == [20, 21]
    assert camps_with(np.array([True, False])) == [20]
