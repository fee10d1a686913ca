"""No sum or difference of published figures may lay bare fewer than k ballots.

The checker here knows nothing of how the figures are made. It changes one ballot after another and watches which
published figures move, which gives each figure as a row of coefficients over ballots. A group can be laid bare if
some combination of rows is zero everywhere but in the group; whether one is, is a question of rank.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.disclosure import BAR_FLOOR, Bases, bars, comparable, hides_each, part, unknown_answers
from peer_review.counting.release import Ballots, Figure, Plan, Release, read_criterion, release

K = 4
WEIGHTS = np.array([50.0, 30.0, 20.0])


def flatten(made: Release) -> dict[tuple[object, ...], float]:
    """Return every published value under a name; figures that are not published are not there."""
    values: dict[tuple[object, ...], float] = {}

    def note(name: tuple[object, ...], figure: Figure | None) -> None:
        if figure is not None:
            values[name] = figure.value

    sheets = [("subject", at, sheet) for at, sheet in enumerate(made.subjects)]
    sheets += [("section", at, sheet) for at, sheet in enumerate(made.sections)]
    for kind, at, sheet in [*sheets, ("unit", 0, made.unit)]:
        note((kind, at, "score"), sheet.score)
        for c, figure in enumerate(sheet.criteria):
            note((kind, at, c), figure)
        for v, (figures, score) in sheet.classes.items():
            note((kind, at, "class", v, "score"), score)
            for c, figure in enumerate(figures):
                note((kind, at, "class", v, c), figure)
    return values


def probe(
    ballots: Ballots, plan: Plan, *, figures: Callable[[Release], dict[tuple[object, ...], float]] = flatten
) -> np.ndarray:
    """Return the published figures' coefficients, (figures, answers given)."""
    before = figures(release(ballots, plan))
    columns = []
    for ballot, criterion in np.argwhere(~np.isnan(ballots.answers)):
        changed = ballots.answers.copy()
        changed[ballot, criterion] += 1.0
        after = figures(release(replace(ballots, answers=changed), plan))
        assert after.keys() == before.keys(), "what is published must not depend on what was answered"
        columns.append([after[name] - before[name] for name in before])
    return np.array(columns).reshape(len(columns), len(before)).T


def givers(ballots: Ballots) -> np.ndarray:
    """Return which paper each answer given stands on, in the order of probe's columns."""
    paper = np.arange(len(ballots.subject)) if ballots.sheet is None else ballots.sheet
    return paper[np.argwhere(~np.isnan(ballots.answers))[:, 0]]


def exposed(rows: np.ndarray, floor: int, papers: np.ndarray | None = None) -> bool:
    """Return whether some combination of the rows is non-zero on answers of fewer than `floor` papers only.

    Answers that every row treats alike (the same column) form one atom: they can only be exposed together. Without
    `papers` each answer is one of its own.
    """
    if not rows.size:
        return False
    papers = np.arange(rows.shape[1]) if papers is None else papers
    columns, alike = np.unique(np.round(rows.T, 9), axis=0, return_inverse=True)
    behind = [set(papers[alike.ravel() == at].tolist()) for at in range(len(columns))]
    atoms = [at for at in range(len(columns)) if np.abs(columns[at]).max() > 0]
    full = np.linalg.matrix_rank(columns[atoms].T, tol=1e-7)
    for many in range(1, floor):
        for group in combinations(atoms, many):
            if len(set().union(*(behind[at] for at in group))) >= floor:
                continue
            others = [at for at in atoms if at not in group]
            rest = np.linalg.matrix_rank(columns[others].T, tol=1e-7) if others else 0
            if rest < full:
                return True
    return False


@st.composite
def turnouts(draw: st.DrawFn) -> tuple[Ballots, Plan]:
    """Any small round: some cells empty, some thin, some answers abstained."""
    subjects, classes, criteria = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    counts = draw(st.lists(st.integers(0, 6), min_size=subjects * classes, max_size=subjects * classes))
    sections = draw(st.lists(st.integers(0, 2), min_size=subjects, max_size=subjects))
    cells = [(s, c) for s in range(subjects) for c in range(classes) for _one in range(counts[s * classes + c])]
    silent = draw(st.sets(st.integers(0, max(0, len(cells) * criteria - 1)), max_size=8))
    seed = draw(st.integers(0, 9))
    answers = np.random.default_rng(seed).integers(20, 80, size=(len(cells), criteria)).astype(float)
    for at in silent:
        if at < answers.size:
            answers.flat[at] = np.nan
    ballots = Ballots(
        np.array([s for s, _c in cells], dtype=np.int64), np.array([c for _s, c in cells], dtype=np.int64), answers
    )
    plan = Plan(
        scale="points",
        floor=K,
        trim=False,
        class_weights=WEIGHTS[:classes],
        criterion_weights=np.array([60.0, 40.0])[:criteria],
        sections=np.array(sections, dtype=np.int64),
        decimals=None,
    )
    return ballots, plan


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Ballots, Plan]:
    """Any small round of whole sheets: one for each voter class, all subjects on each, some answers abstained."""
    subjects, classes, criteria = draw(st.integers(1, 4)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    turnout = draw(st.lists(st.integers(0, 6), min_size=classes, max_size=classes))
    sections = draw(st.lists(st.integers(0, 1), min_size=subjects, max_size=subjects))
    who = [(paper, c) for paper, c in enumerate(c for c in range(classes) for _one in range(turnout[c]))]
    rows = [(s, c, paper) for paper, c in who for s in range(subjects)]
    answers = np.random.default_rng(draw(st.integers(0, 9))).integers(20, 80, size=(len(rows), criteria)).astype(float)
    for at in draw(st.sets(st.integers(0, max(0, len(rows) * criteria - 1)), max_size=8)):
        if at < answers.size:
            answers.flat[at] = np.nan
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    plan = Plan(
        scale="points",
        floor=K,
        trim=False,
        class_weights=WEIGHTS[:classes],
        criterion_weights=np.array([60.0, 40.0])[:criteria],
        sections=np.array(sections, dtype=np.int64),
        decimals=None,
    )
    return Ballots(columns[:, 0], columns[:, 1], answers, sheet=columns[:, 2]), plan


@st.composite
def with_criteria_off(draw: st.DrawFn) -> tuple[Ballots, Plan]:
    """Any small round in which some criteria are not asked of some classes."""
    ballots, plan = draw(turnouts())
    shape = (len(plan.criterion_weights), len(plan.class_weights))
    asked = np.array(draw(st.lists(st.booleans(), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])))
    plan = replace(plan, asked=asked.reshape(shape))
    return replace(ballots, answers=np.where(plan.asked.T[ballots.voter_class], ballots.answers, np.nan)), plan


rounds = st.one_of(turnouts(), sheets(), with_criteria_off())


@given(rounds)
@settings(max_examples=90, deadline=None)
def test_no_combination_of_published_figures_lays_bare_fewer_than_k_ballots(round: tuple[Ballots, Plan]) -> None:
    ballots, plan = round
    assert not exposed(probe(ballots, plan), K, givers(ballots))


@given(rounds)
@settings(max_examples=60, deadline=None)
def test_no_published_figure_of_a_subject_rests_on_fewer_than_k_ballots(round: tuple[Ballots, Plan]) -> None:
    ballots, plan = round
    for sheet in release(ballots, plan).subjects:
        shown = [*sheet.criteria, *(figure for figures, _score in sheet.classes.values() for figure in figures)]
        assert all(figure.n >= K for figure in shown if figure)


@given(with_criteria_off())
@settings(max_examples=60, deadline=None)
def test_ballots_not_asked_are_as_good_as_not_cast_for_that_criterion(round: tuple[Ballots, Plan]) -> None:
    """Neither counted nor abstaining: taking them away changes nothing of the criterion, wherever it is published."""
    ballots, plan = round
    made = release(ballots, plan)
    for at in range(len(plan.criterion_weights)):
        inside = plan.asked[at][ballots.voter_class]
        alone = release(
            Ballots(ballots.subject[inside], ballots.voter_class[inside], ballots.answers[inside]),
            replace(plan, asked=None),
        )
        for ours, theirs in [(made.unit, alone.unit), *zip(made.subjects, alone.subjects, strict=True)]:
            assert ours.criteria[at] == theirs.criteria[at]
            of_class = {one: figures[at] for one, (figures, _score) in ours.classes.items() if figures[at]}
            wanted = {one: figures[at] for one, (figures, _score) in theirs.classes.items() if figures[at]}
            assert of_class == wanted


def test_the_checker_itself_finds_a_total_beside_all_parts_but_one() -> None:
    """Create the leak, then look for it: total of 7 published with a part of 5 lays bare the other 2."""
    total, part_of_it = [1.0] * 7, [1.0] * 5 + [0.0] * 2
    assert exposed(np.array([total, part_of_it]), 3)
    assert not exposed(np.array([total]), 3)
    # Three overlapping groups, no two of which differ by one ballot, all three do.
    assert exposed(np.array([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1], [1, 1, 0, 0, 1, 0.5]], dtype=float), 3)


def sizes(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


def parted(counted: np.ndarray, n: np.ndarray | None = None) -> Bases:
    return part(counted, counted if n is None else n, floor=5)


def test_thin_class_hides_all_classes_because_the_total_is_shown() -> None:
    bases = parted(sizes([2, 7, 9]))
    assert bases.subject_shown.tolist() == [True]
    assert bases.classes_shown.tolist() == [False]


def test_empty_class_hides_nothing() -> None:
    assert parted(sizes([0, 7, 9])).classes_shown.tolist() == [True]


def test_class_whose_ballots_all_abstained_is_not_an_empty_class() -> None:
    assert parted(sizes([3, 7, 9]), n=sizes([0, 7, 9])).classes_shown.tolist() == [False]


def test_a_thin_subject_is_shown_nowhere_whoever_stands_beside_it() -> None:
    assert parted(sizes([4], [4], [9], [4])).subject_shown.tolist() == [False, False, True, False]


def test_unanimous_ballots_have_no_distribution() -> None:
    assert bars(np.array([0, 0, 12, 0])) is None


def test_one_harsh_ballot_shows_in_no_bar() -> None:
    assert bars(np.array([1, 0, 0, 9])) is None
    assert bars(np.array([1, 0, 4, 9])) == ((0, 2, 5), (3, 3, 9))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_bars_keep_every_ballot_and_never_show_fewer_than_three(counts: list[int]) -> None:
    shown = bars(np.array(counts, dtype=np.int64))
    if shown is None:
        return
    assert sum(n for _first, _last, n in shown) == sum(counts)
    assert all(n == 0 or n >= BAR_FLOOR for _first, _last, n in shown)
    assert [at for first, last, _n in shown for at in range(first, last + 1)] == list(range(len(counts)))
    assert sum(1 for _first, _last, n in shown if n) >= 2


def test_section_of_few_is_not_compared_with() -> None:
    # Beside a shown 9, the head of the 6 would find the 5: so no section is shown, but all together are.
    assert comparable(sizes([6, 9, 5]), floor=5) == (frozenset(), True)
    assert comparable(sizes([6, 5]), floor=5) == (frozenset(), False)
    assert comparable(sizes([6, 9, 0]), floor=5) == ({0, 1}, True)
    assert comparable(sizes([6, 9, 20, 5]), floor=5) == ({2}, True)
    assert comparable(sizes([9]), floor=5) == ({0}, True)
    assert comparable(sizes([4, 4, 4]), floor=5) == (frozenset(), True)


@given(st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), min_size=1, max_size=3), st.integers(3, 6))
def test_what_is_left_beside_shown_sections_is_nobody_or_a_crowd(rows: list[list[int]], floor: int) -> None:
    counts = sizes(*rows)
    shown, unit = comparable(counts, floor=floor)
    for row in counts:
        assert all(row[at] > floor for at in shown)
        others = [at for at in range(len(row)) if at not in shown]
        rest = sum(int(row[at]) for at in others)
        for known in [None, *others]:
            left = rest - (int(row[known]) if known is not None else 0)
            assert not unit or left == 0 or left > floor


def test_joined_bars_of_single_answers_are_shown_only_where_the_mean_does_not_divide_them() -> None:
    """With the sum everybody can reckon how the ballots of a joined bar divide, unless there are three ways or more."""
    answers = (20, 40, 60, 80, 100)
    apart = np.array([0, 0, 4, 10, 6])
    assert bars(apart, answers) == ((0, 0, 0), (1, 1, 0), (2, 2, 4), (3, 3, 10), (4, 4, 6))
    # One 1 and four 2, joined: five ballots with a sum of 9 can be nothing else.
    assert bars(np.array([1, 4, 0, 9, 6])) is not None
    assert bars(np.array([1, 4, 0, 9, 6]), answers) is None
    # One 1 and five 3 with a sum of 16: or two 2 and four 3. Two ways.
    assert bars(np.array([1, 0, 5, 9, 6]), answers) is None
    # Two 1 and five 3 with a sum of 17: or 1, 2, 2, 3, 3, 3, 3, or four 2 and three 3.
    assert bars(np.array([2, 0, 5, 9, 6]), answers) == ((0, 2, 7), (3, 3, 9), (4, 4, 6))


# Answers that others may know


def test_of_a_class_no_more_answers_are_known_than_there_are() -> None:
    n, known = np.array([[5, 2], [9, 0]]), np.array([[4, 4], [0, 1]])
    assert unknown_answers(n, known).tolist() == [[1, 0], [9, 0]]
    assert unknown_answers(n, None).tolist() == n.tolist()
    # Those of a class declared not anonymous hide nobody, whoever else may know them.
    assert unknown_answers(n, known, np.array([True, False])).tolist() == [[1, 0], [9, 0]]
    assert unknown_answers(n, None, np.array([False, True])).tolist() == [[0, 2], [0, 0]]


def test_one_answer_that_outweighs_the_others_left_is_not_hidden_by_them() -> None:
    """Of a heavy class all but one are known: 0.18 of the figure is that one's, 0.1 the four others' together."""
    shares = [Fraction(9, 10), Fraction(1, 10)]
    assert not hides_each([5, 4], [1, 4], shares, floor=5)
    assert hides_each([5, 4], [5, 4], shares, floor=5)
    # Nothing of the heavy class is left to hide, and the five others carry the same each.
    assert hides_each([5, 5], [0, 5], shares, floor=5)
    # Nor does the weight of a class declared not anonymous hide anybody: of the three classes the last two are left,
    # and one of six answers carries a quarter of what is left.
    three = [Fraction(8, 10), Fraction(1, 10), Fraction(1, 10)]
    assert not hides_each([1, 2, 4], [0, 2, 4], three, floor=5)
    assert hides_each([1, 3, 4], [0, 3, 4], three, floor=5)


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 99), st.sampled_from([True, True, False])),
        min_size=1,
        max_size=3,
    ),
    st.integers(2, 5),
)
def test_whoever_knows_envelopes_and_declared_answers_subtracts_down_to_no_fewer_than_the_floor(
    classes: list[tuple[int, int, int, bool]], floor: int
) -> None:
    """Derived from the figure's coefficients: what an answer that is left carries of all that is left."""
    n = [many for many, _known, _weight, _anonymous in classes]
    known = [envelopes for _many, envelopes, _weight, _anonymous in classes]
    anonymous = [counts for *_rest, counts in classes]
    ballots = Ballots(
        np.zeros(sum(n), dtype=np.int64),
        np.repeat(np.arange(len(n)), n),
        np.full((sum(n), 1), 70.0),
    )
    plan = Plan(
        scale="points",
        floor=floor,
        trim=False,
        exact=True,
        class_weights=np.array([float(weight) for *_rest, weight, _anonymous in classes]),
        criterion_weights=np.array([1.0]),
        sections=np.array([0]),
        known=np.array([known]),
        anonymous=np.array(anonymous),
    )
    sheet = release(ballots, plan).subjects[0]
    left = [max(0, many - envelopes) * counts for many, envelopes, counts in zip(n, known, anonymous, strict=True)]
    for number, (figures, _score) in sheet.classes.items():
        assert figures[0] is not None
        assert figures[0].n == n[number]
        assert left[number] >= floor or not anonymous[number]
    if sheet.criteria[0] is not None:
        shares = read_criterion(ballots, plan, 0).subjects.shares[0]
        carried = [share / many for share, many, some in zip(shares, n, left, strict=True) if many for _ in range(some)]
        assert len(carried) >= floor
        assert max(carried) <= sum(carried) / floor + 1e-9
    elif any(anonymous) and all(some >= floor for some, counts in zip(left, anonymous, strict=True) if counts):
        raise AssertionError("enough are left of every class, and nothing is shown")


def test_a_bar_holds_as_many_more_as_others_may_know() -> None:
    """Four known ballots may all lie in one bar: of its six, two would be left."""
    assert bars(np.array([6, 0, 9, 9])) == ((0, 0, 6), (1, 1, 0), (2, 2, 9), (3, 3, 9))
    assert bars(np.array([6, 0, 9, 9]), known=4) == ((0, 2, 15), (3, 3, 9))
    assert bars(np.array([7, 7, 7]), known=4) == ((0, 0, 7), (1, 1, 7), (2, 2, 7))
    assert bars(np.array([9, 0, 2]), known=4) is None


def test_bars_of_joined_answers_are_not_shown_beside_known_ballots() -> None:
    answers, counts = (20, 40, 60, 80, 100), np.array([0, 4, 5, 9, 9])
    assert bars(counts, answers) is not None
    assert bars(counts, answers, known=2) is None
    assert bars(np.array([0, 0, 5, 9, 9]), answers, known=2) is not None
