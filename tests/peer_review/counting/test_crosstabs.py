"""Means asked for after publication: the rule of sections, over any subjects, for all voters or one class."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.combine import class_shares, exact_shares
from peer_review.counting.crosstabs import CriterionAtoms
from peer_review.counting.ledger import Verdict
from peer_review.counting.release import Ballots, Plan, Roll, release

FLOOR = 5


def make(cells: dict[tuple[int, int], list[float]], sections: list[int], **plan: Any) -> tuple[Ballots, Plan]:
    """Return ballots {(subject, class): answers} to one criterion."""
    rows = [(subject, one, answer) for (subject, one), answers in cells.items() for answer in answers]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    terms: dict[str, Any] = {
        "scale": "points",
        "floor": FLOOR,
        "trim": False,
        "class_weights": np.array([60.0, 40.0]),
        "criterion_weights": np.array([1.0]),
        "sections": np.array(sections),
    }
    ballots = Ballots(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2:])
    return ballots, Plan(**(terms | plan))


def among(*subjects: int, of: int) -> np.ndarray:
    inside = np.zeros(of, dtype=bool)
    inside[list(subjects)] = True
    return inside


def mixed(trim: bool = False) -> tuple[Ballots, Plan]:
    """Four subjects in two sections: classes apart, classes together, and two that are too small to be shown."""
    return make(
        {
            (0, 0): [90.0] * 5,
            (0, 1): [70.0] * 5,
            (1, 0): [80.0, 60.0],
            (1, 1): [50.0, 40.0, 70.0, 60.0, 30.0, 20.0],
            (2, 0): [10.0, 20.0],
            (2, 1): [30.0],
            (3, 1): [40.0, 50.0],
        },
        [0, 0, 1, 1],
        trim=trim,
        ranks=np.array([0, 1, 0, 0]),
    )


@pytest.mark.parametrize("trim", [False, True])
def test_without_a_voter_class_a_mean_is_the_published_one_to_the_last_digit(trim: bool) -> None:
    ballots, plan = mixed(trim)
    made, atoms = release(ballots, plan), CriterionAtoms(ballots, plan, 0)
    for at, sheet in enumerate(made.sections):
        published = sheet.criteria[0]
        assert atoms.value(plan.sections == at) == (published and published.value)
    for at, sheet in enumerate(made.ranks):
        assert atoms.value(plan.ranks == at) == sheet.criteria[0].value
    assert atoms.value(np.ones(4, dtype=bool)) == made.unit.criteria[0].value
    shown = atoms.shown_statements()
    assert shown.judge(atoms.statement(np.ones(4, dtype=bool))) is Verdict.NOTHING_NEW


def test_a_class_is_the_mean_of_the_members_means_each_weighing_the_same() -> None:
    atoms = CriterionAtoms(*mixed(), 0)
    # 90 is shown as "78 or more"; 70 of two; each subject weighs the same.
    assert atoms.value(np.ones(4, dtype=bool), 0) == (78 + 70) / 2
    assert atoms.value(among(0, 1, of=4), 1) == (70 + 45) / 2
    trimmed = CriterionAtoms(*mixed(trim=True), 0)
    # Of six the highest and the lowest are left out: 30, 40, 50, 60.
    assert trimmed.value(among(0, 1, of=4), 1) == (70 + 45) / 2


def test_subjects_under_the_floor_take_no_part_however_many() -> None:
    atoms = CriterionAtoms(*mixed(), 0)
    assert atoms.hides_some
    for hidden in (among(2, of=4), among(2, 3, of=4)):
        assert (atoms.value(hidden), atoms.value(hidden, 0), atoms.statement(hidden)) == (None, None, {})
    assert atoms.value(among(0, 2, of=4), 0) == 78.0  # as it is shown: "78 or more"
    assert atoms.statement(among(0, 2, 3, of=4)) == atoms.statement(among(0, of=4))
    shown = {(subject, voters): answers for subject in range(2) for voters, answers in ((0, [90.0] * 5),)}
    assert not CriterionAtoms(*make(shown, [0, 0]), 0).hides_some


def test_one_class_of_one_member_is_as_publication_shows_it_or_not_at_all() -> None:
    atoms = CriterionAtoms(*mixed(), 0)
    shown = atoms.shown_statements()
    assert shown.judge(atoms.statement(among(0, of=4), 0)) is Verdict.NOTHING_NEW
    assert atoms.statement(among(1, of=4), 1) == {}
    assert atoms.statement(among(2, 3, of=4), 0) == {}


def test_the_marks_of_one_superior_for_all_are_one_persons_however_many() -> None:
    """Six subjects, one leader's ballot each: six ballots, one person. Without the roll it would be six."""
    cells = {(at, one): [80.0] * n for at in range(6) for one, n in ((0, 1), (1, 8))}
    people = [(at, 0, 0) for at in range(6)] + [(at, 1, 1 + one) for at in range(6) for one in range(9)]
    table = np.array(people)
    everybody = np.ones(6, dtype=bool)
    ballots, plan = make(cells, [0] * 6)

    unknown = CriterionAtoms(ballots, plan, 0)
    known = CriterionAtoms(ballots, replace(plan, roll=Roll(table[:, 0], table[:, 1], table[:, 2])), 0)

    assert unknown.shown_statements().judge(unknown.statement(everybody, 0)) is Verdict.SAFE
    assert known.shown_statements().judge(known.statement(everybody, 0)) is Verdict.ISOLATES
    # The other class is shown by nine, but less it, what is published is the leader's alone.
    assert known.shown_statements().judge(known.statement(everybody, 1)) is Verdict.ISOLATES


def test_sheets_are_counted_once_however_many_subjects_they_list() -> None:
    """Four leaders' sheets of three subjects are twelve answers."""
    cells = {(at, one): [80.0] * n for at in range(3) for one, n in ((0, 4), (1, 8))}
    ballots, plan = make(cells, [0] * 3)
    everybody = np.ones(3, dtype=bool)
    single = CriterionAtoms(ballots, plan, 0)
    sheet = np.concatenate([np.arange(4) if one == 0 else 4 + np.arange(8) for _at, one in cells])
    whole = CriterionAtoms(replace(ballots, sheet=sheet), plan, 0)
    assert single.shown_statements().judge(single.statement(everybody, 0)) is Verdict.SAFE
    assert whole.shown_statements().judge(whole.statement(everybody, 0)) is Verdict.ISOLATES


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.lists(st.sampled_from([0.0, 5.0, 20.0, 33.33, 50.0]), min_size=4, max_size=4),
    st.integers(3, 6),
)
def test_shares_as_fractions_are_those_of_the_count(n: list[int], weights: list[float], floor: int) -> None:
    used = weights[: len(n)]
    counted = class_shares(np.array([n]), np.array(used), floor=floor)[0]
    assert [float(one) for one in exact_shares(tuple(n), tuple(used), floor)] == pytest.approx(counted.tolist())


@pytest.mark.parametrize("seed", range(3))
def test_order_of_the_ballots_changes_no_mean_and_no_verdict(seed: int) -> None:
    ballots, plan = mixed()
    order = np.random.default_rng(seed).permutation(len(ballots.subject))
    shuffled = Ballots(ballots.subject[order], ballots.voter_class[order], ballots.answers[order])
    before, after = CriterionAtoms(ballots, plan, 0), CriterionAtoms(shuffled, plan, 0)
    for inside in (among(0, 1, of=4), among(2, 3, of=4), np.ones(4, dtype=bool)):
        for one in (None, 0, 1):
            assert after.value(inside, one) == before.value(inside, one)
            asked = before.statement(inside, one)
            assert after.statement(inside, one) == asked
            assert after.shown_statements().judge(asked) is before.shown_statements().judge(asked)


@given(st.permutations(range(4)), st.permutations(range(2)), st.permutations(range(2)))
def test_names_of_subjects_classes_and_sections_change_no_figure(
    subjects: list[int], classes: list[int], sections: list[int]
) -> None:
    """Renumbered: subject s is now subjects[s], and so on."""
    ballots, plan = mixed()
    to_subject, to_class, to_section = np.array(subjects), np.array(classes), np.array(sections)
    renamed = Ballots(to_subject[ballots.subject], to_class[ballots.voter_class], ballots.answers)
    moved = replace(
        plan,
        class_weights=plan.class_weights[np.argsort(to_class)],
        sections=to_section[plan.sections][np.argsort(to_subject)],
        ranks=plan.ranks[np.argsort(to_subject)],
    )
    before, after = release(ballots, plan), release(renamed, moved)
    for at in range(4):
        ours, theirs = before.subjects[at], after.subjects[subjects[at]]
        assert (ours.score, ours.criteria) == (theirs.score, theirs.criteria)
        assert {classes[one]: shown for one, shown in ours.classes.items()} == theirs.classes
    for at in range(2):
        assert before.sections[at] == after.sections[sections[at]]
    assert (before.unit, before.ranks) == (after.unit, after.ranks)
    first, second = CriterionAtoms(ballots, plan, 0), CriterionAtoms(renamed, moved, 0)
    for inside in (among(0, 1, of=4), np.ones(4, dtype=bool)):
        for one in range(2):
            there = inside[np.argsort(to_subject)]
            assert first.value(inside, one) == pytest.approx(second.value(there, classes[one]))
            verdicts = [
                atoms.shown_statements().judge(atoms.statement(group, which))
                for atoms, group, which in ((first, inside, one), (second, there, classes[one]))
            ]
            assert verdicts[0] is verdicts[1]


def test_what_is_hidden_is_said_only_where_somebody_answered() -> None:
    assert CriterionAtoms(*mixed(), 0).hides_some
    shown = {(0, 0): [90.0] * 5, (1, 0): [70.0] * 5}
    assert not CriterionAtoms(*make(shown, [0, 0]), 0).hides_some


# Answers that others may know


def test_answers_and_sheets_that_others_may_know_stand_behind_no_mean() -> None:
    """Five leaders' answers of three subjects on six sheets, of which some came out of envelopes."""
    cells = {(at, one): [80.0] * n for at in range(3) for one, n in ((0, 4), (1, 12))}
    everybody = np.ones(3, dtype=bool)
    first = np.array([[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]])
    sheet = np.concatenate([part for leaders in first for part in (leaders, 6 + np.arange(12))])

    def verdict(known: int, *, sheets: bool) -> Verdict:
        ballots, plan = make(cells, [0] * 3, known=np.array([[known, 0]] * 3), class_weights=np.array([20.0, 80.0]))
        atoms = CriterionAtoms(replace(ballots, sheet=sheet) if sheets else ballots, plan, 0)
        return atoms.shown_statements().judge(atoms.statement(everybody, 0))

    # Twelve answers, nine and six without those known, three of the last.
    assert [verdict(known, sheets=False) for known in (0, 1, 2, 3)] == [Verdict.SAFE] * 3 + [Verdict.ISOLATES]
    # Six different sheets, five without one, four without two.
    assert [verdict(known, sheets=True) for known in (0, 1, 2)] == [Verdict.SAFE] * 2 + [Verdict.ISOLATES]


def test_answers_of_a_declared_class_are_no_cover_in_a_table() -> None:
    """Three people, each with four answers of one class and one of another, and four of a class declared not anonymous.
    Beside their figures the first class's mean over them leaves the three single answers and the declared ones, which
    can be known."""
    cells = {
        (subject, number): [50.0 + 7 * at for at in range(many)]
        for subject in range(3)
        for number, many in enumerate([4, 4, 1])
    }
    terms = {"class_weights": np.array([50.0, 40.0, 10.0]), "exact": True}
    everybody = among(0, 1, 2, of=3)

    def verdict(anonymous: np.ndarray | None) -> Verdict:
        ballots, plan = make(cells, [0, 0, 0], anonymous=anonymous, **terms)
        atoms = CriterionAtoms(ballots, plan, 0)
        assert release(ballots, plan).subjects[0].classes == {}
        assert release(ballots, plan).subjects[0].criteria[0] is not None
        return atoms.shown_statements().judge(atoms.statement(everybody, 1))

    assert verdict(None) is Verdict.SAFE
    assert verdict(np.array([False, True, True])) is Verdict.ISOLATES


def test_a_mean_of_a_declared_class_is_of_what_its_figures_would_be_shown_as() -> None:
    cells = {(subject, 0): [90.0, 71.0 + subject] for subject in range(2)}
    cells |= {(subject, number): [60.0] * many for subject in range(2) for number, many in ((1, 4), (2, 2))}
    ballots, plan = make(
        cells, [0, 0], anonymous=np.array([False, True, True]), class_weights=np.array([50.0, 40.0, 10.0])
    )
    atoms = CriterionAtoms(ballots, plan, 0)
    made = [atoms._made.class_shown(subject, 0) for subject in range(2)]
    assert [shown.code for shown in made] == ["between", "between"]
    assert atoms.value(among(0, 1, of=2), 0) == sum(shown.value for shown in made) / 2
    # The exact ones are 80.5 and 81.
    assert atoms.value(among(0, 1, of=2), 0) != 80.8
