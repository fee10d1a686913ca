"""Before a round opens: whatever the turnout, nothing published lays bare fewer ballots than the floor.

The guarantee is checked against an attacker who knows nothing of how it is made (test_disclosure.probe and exposed: the
rank of the published figures), over turnouts that hypothesis chooses; and attacker and guarantee are both shown to bite
where the control is switched off or the floor lowered.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting import release as releasing
from peer_review.counting.disclosure import Bases, part
from peer_review.counting.exposure import Fate, Setting, outcome
from peer_review.counting.guarantee import certificate, certify
from peer_review.counting.release import Ballots, Plan, release
from peer_review.counting.small_groups import Shown
from tests.peer_review.counting.test_disclosure import exposed, probe

K = 3
WEIGHTS = np.array([50.0, 30.0, 20.0])


def make_setting(
    eligible: list[list[int]],
    sections: list[int] | None = None,
    *,
    floor: int = K,
    asked: list[list[bool]] | None = None,
    people: int = 0,
    two_stage: bool = False,
) -> Setting:
    """Return a setting in which every paper is another person's, or `people` share them in turn."""
    table = np.array(eligible, dtype=np.int64)
    subject, voter_class = (np.repeat(index.ravel(), table.ravel()) for index in np.indices(table.shape))
    person = np.arange(len(subject)) % (people or max(1, len(subject)))
    return Setting(
        eligible=table,
        sections=np.array(sections or [0] * len(table), dtype=np.int64),
        asked=np.array(asked if asked is not None else [[True] * table.shape[1]] * 2, dtype=bool),
        floor=floor,
        class_weights=WEIGHTS[: table.shape[1]],
        subject=subject,
        voter_class=voter_class,
        person=person,
        two_stage=two_stage,
    )


def all_classes(counted: np.ndarray, n: np.ndarray, **kwargs: Any) -> Bases:
    """Rules with the control switched off: a class is shown as soon as it has a ballot, a subject with it."""
    any_at_all = n.sum(axis=1) > 0
    return Bases(any_at_all, any_at_all)


def thin_subjects_in_company(counted: np.ndarray, n: np.ndarray, **kwargs: Any) -> Bases:
    """Rules that are right for each subject alone, but show thin ones where several of them come to the floor."""
    bases = part(counted, n, **kwargs)
    thin = ~bases.subject_shown & (n.sum(axis=1) > 0)
    several = thin.sum() in (2, 3) and n[thin].sum() >= kwargs["floor"]
    return replace(bases, subject_shown=bases.subject_shown | (thin & several))


@st.composite
def rounds_and_turnouts(draw: st.DrawFn) -> tuple[Setting, np.ndarray, np.ndarray]:
    """A small round, the ballots that come back, and how many of each ballot's two answers are 不了解."""
    subjects, classes = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    cells = st.lists(
        st.lists(st.integers(0, 5), min_size=classes, max_size=classes), min_size=subjects, max_size=subjects
    )
    eligible = draw(cells)
    sections = draw(st.lists(st.integers(0, 1), min_size=subjects, max_size=subjects))
    asked = [[True] * classes, [draw(st.booleans()) for _one in range(classes - 1)] + [True]]
    turnout = np.minimum(np.array(eligible), np.array(draw(cells)))
    answers = 2 * int(turnout.sum())
    silent = np.array(draw(st.lists(st.booleans(), min_size=answers, max_size=answers)), dtype=bool)
    setting = make_setting(eligible, sections, asked=asked, people=draw(st.integers(2, 12)))
    return setting, turnout, silent.reshape(-1, 2) & (np.arange(answers // 2) % 4 == 0)[:, None]


def cast(setting: Setting, turnout: np.ndarray, silent: np.ndarray, *, floor: int) -> tuple[Ballots, Plan]:
    """Return what such a turnout would hand to the count."""
    subject, voter_class = (np.repeat(index.ravel(), turnout.ravel()) for index in np.indices(turnout.shape))
    answers = np.random.default_rng(len(subject)).integers(20, 80, size=(len(subject), 2)).astype(float)
    answers[silent | ~setting.asked[:, voter_class].T] = np.nan
    plan = Plan(
        scale="points",
        floor=floor,
        trim=False,
        class_weights=setting.class_weights,
        criterion_weights=np.array([60.0, 40.0]),
        sections=setting.sections,
        decimals=None,
        asked=setting.asked,
    )
    return Ballots(subject, voter_class, answers), plan


@given(rounds_and_turnouts())
@settings(max_examples=30, deadline=None)
def test_what_is_certified_no_attacker_takes_apart_at_any_turnout(
    drawn: tuple[Setting, np.ndarray, np.ndarray],
) -> None:
    setting, turnout, silent = drawn

    made = certify(setting)

    assert made.breach is None
    assert made.smallest == 0 or made.smallest >= K
    assert not exposed(probe(*cast(setting, turnout, silent, floor=K)), K)


def test_attacker_and_guarantee_both_find_a_lowered_floor() -> None:
    """Create the leak, then look for it: figures are shown from 2 ballots up where 3 were promised."""
    setting = make_setting([[2, 4]], floor=2)
    everybody = cast(setting, setting.most, np.zeros((6, 2), dtype=bool), floor=2)

    made = certify(setting, floor=K)

    assert exposed(probe(*everybody), K)
    assert (made.breach.where, made.breach.group) == ("class", 2)


def test_attacker_and_guarantee_both_find_a_control_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = make_setting([[1, 4]])
    everybody = cast(setting, setting.most, np.zeros((5, 2), dtype=bool), floor=K)
    assert certify(setting).breach is None
    assert not exposed(probe(*everybody), K)

    made = certify(setting, rules=all_classes)
    monkeypatch.setattr(releasing, "part", all_classes)

    assert exposed(probe(*everybody), K)
    assert (made.breach.where, made.breach.group, made.breach.subject) == ("class", 1, 0)


def test_thin_subjects_that_help_each_other_over_the_floor_are_found() -> None:
    made = certify(make_setting([[2], [2], [2]]), rules=thin_subjects_in_company)

    assert made.breach is not None
    assert (made.breach.where, made.breach.group < K) == ("subject", True)


def test_a_class_declared_not_anonymous_is_no_cover() -> None:
    """Two voters and three who are known to be somebody's: two, not five, so nothing may be shown."""
    setting = replace(make_setting([[2, 3]]), anonymous=np.array([True, False]))
    turnout = outcome(setting, setting.most)

    assert certify(setting).smallest == 0
    assert turnout.subjects.tolist() == [Fate.WITHHELD]
    assert turnout.classes.tolist() == [[Fate.DESTROYED, Fate.WITHHELD]]
    assert certificate(setting).inputs != certificate(replace(setting, anonymous=None)).inputs


def test_figures_that_tell_a_ballot_from_its_group_are_found() -> None:
    """A release that gives one ballot away in the mean of all."""

    def tells(ballots: Ballots, plan: Plan) -> Any:
        made = release(ballots, plan)
        if made.unit.score is None:
            return made
        answered = ballots.answers[~np.isnan(ballots.answers[:, 0]), 0]
        told = Shown(float(answered[0]), float(answered[0]))
        return replace(made, unit=replace(made.unit, score=replace(made.unit.score, shown=told)))

    made = certify(make_setting([[4, 4]]), releases=tells)

    assert made.breach is not None
    assert (made.breach.where, made.breach.group) == ("figures", 1)


@pytest.mark.parametrize(
    ("eligible", "complete"), [([[3, 4, 5], [0, 1, 2]], True), ([[9] * 8 for _one in range(3)], False)]
)
def test_certificate_says_whether_every_combination_was_tried(eligible: list[list[int]], complete: bool) -> None:
    setting = replace(make_setting(eligible), class_weights=np.full(len(eligible[0]), 1.0))
    made = certify(setting)

    assert made.complete is complete
    assert made.breach is None
    assert made.smallest == K
    assert (made.subjects > 0, made.rounds > 0, made.answers > 0) == (True, True, True)


def test_the_same_roll_has_the_same_certificate_whoever_the_people_are() -> None:
    setting = make_setting([[3, 4]])
    others = replace(setting, person=setting.person + 1000)

    assert certificate(others) is certificate(setting)
    assert certificate(make_setting([[3, 5]])).inputs != certificate(setting).inputs


def test_a_round_without_subjects_shows_nothing() -> None:
    made = certify(make_setting([[0]]))
    assert (made.smallest, made.breach) == (0, None)
    empty = replace(
        make_setting([[1]]), eligible=np.zeros((0, 1), dtype=np.int64), sections=np.zeros(0, dtype=np.int64)
    )
    assert (
        certify(
            replace(empty, subject=np.zeros(0, int), voter_class=np.zeros(0, int), person=np.zeros(0, int))
        ).smallest
        == 0
    )
