"""No sum or difference of published figures may lay bare fewer than k ballots.

The checker here knows nothing of how the figures are made. It changes one ballot after another and watches which
published figures move, which gives each figure as a row of coefficients over ballots. A group can be laid bare if
some combination of rows is zero everywhere but in the group; whether one is, is a question of rank.
"""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.disclosure import BAR_FLOOR, bars, comparable, part
from peer_review.counting.release import Ballots, Figure, Plan, Release, release

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


def probe(ballots: Ballots, plan: Plan) -> np.ndarray:
    """Return the published figures' coefficients, (figures, answers given)."""
    before = flatten(release(ballots, plan))
    columns = []
    for ballot, criterion in np.argwhere(~np.isnan(ballots.answers)):
        changed = ballots.answers.copy()
        changed[ballot, criterion] += 1.0
        after = flatten(release(Ballots(ballots.subject, ballots.voter_class, changed), plan))
        assert after.keys() == before.keys(), "what is published must not depend on what was answered"
        columns.append([after[name] - before[name] for name in before])
    return np.array(columns).reshape(len(columns), len(before)).T


def exposed(rows: np.ndarray, floor: int) -> bool:
    """Return whether some combination of the rows is non-zero on fewer than `floor` answers only.

    Answers that every row treats alike (the same column) form one atom: they can only be exposed together.
    """
    if not rows.size:
        return False
    columns, sizes = np.unique(np.round(rows.T, 9), axis=0, return_counts=True)
    atoms = [at for at in range(len(columns)) if np.abs(columns[at]).max() > 0]
    full = np.linalg.matrix_rank(columns[atoms].T, tol=1e-7)
    for many in range(1, floor):
        for group in combinations(atoms, many):
            if sizes[list(group)].sum() >= floor:
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


@given(turnouts())
@settings(max_examples=60, deadline=None)
def test_no_combination_of_published_figures_lays_bare_fewer_than_k_ballots(round: tuple[Ballots, Plan]) -> None:
    ballots, plan = round
    assert not exposed(probe(ballots, plan), K)


@given(turnouts())
@settings(max_examples=60, deadline=None)
def test_no_published_figure_of_a_subject_rests_on_fewer_than_k_ballots(round: tuple[Ballots, Plan]) -> None:
    ballots, plan = round
    for sheet in release(ballots, plan).subjects:
        shown = [*sheet.criteria, *(figure for figures, _score in sheet.classes.values() for figure in figures)]
        assert all(figure.n >= K for figure in shown if figure)


def test_the_checker_itself_finds_a_total_beside_all_parts_but_one() -> None:
    """Create the leak, then look for it: total of 7 published with a part of 5 lays bare the other 2."""
    total, part_of_it = [1.0] * 7, [1.0] * 5 + [0.0] * 2
    assert exposed(np.array([total, part_of_it]), 3)
    assert not exposed(np.array([total]), 3)
    # Three overlapping groups, no two of which differ by one ballot, all three do.
    assert exposed(np.array([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1], [1, 1, 0, 0, 1, 0.5]], dtype=float), 3)


def sizes(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


def parted(counted: np.ndarray, sections: list[int], n: np.ndarray | None = None) -> object:
    return part(counted, counted if n is None else n, np.array(sections, dtype=np.int64), floor=5)


def test_thin_class_hides_all_classes_because_the_total_is_shown() -> None:
    bases = parted(sizes([2, 7, 9]), [0])
    assert bases.subject_shown.tolist() == [True]
    assert bases.classes_shown.tolist() == [False]


def test_empty_class_hides_nothing() -> None:
    assert parted(sizes([0, 7, 9]), [0]).classes_shown.tolist() == [True]


def test_class_whose_ballots_all_abstained_is_not_an_empty_class() -> None:
    bases = parted(sizes([3, 7, 9]), [0], n=sizes([0, 7, 9]))
    assert bases.classes_shown.tolist() == [False]


def test_one_thin_subject_is_in_no_figure_of_its_section() -> None:
    bases = parted(sizes([4], [9], [9]), [0, 0, 0])
    assert bases.subject_shown.tolist() == [False, True, True]
    assert not bases.section_rest.any()
    assert not bases.unit_rest.any()


def test_thin_subjects_come_into_their_section_together() -> None:
    bases = parted(sizes([4], [3], [9]), [0, 0, 0])
    assert bases.section_rest.tolist() == [True, True, False]


def test_thin_subjects_of_different_sections_come_into_the_unit_only() -> None:
    bases = parted(sizes([4], [9], [3], [9]), [0, 0, 1, 1])
    assert not bases.section_rest.any()
    assert bases.unit_rest.tolist() == [True, False, True, False]


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
