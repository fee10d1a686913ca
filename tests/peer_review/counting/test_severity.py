"""Scores with severity taken out: right where severity is known, refused where it may not be told, and never telling
one sheet from the others."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting import severity as module
from peer_review.counting.guarantee import _columns, _lumps
from peer_review.counting.mixed import reml
from peer_review.counting.release import Ballots, Plan, Release, release
from peer_review.counting.scales import SPREAD_FLOOR
from peer_review.counting.severity import Severity
from tests.peer_review.counting.test_disclosure import K, exposed, flatten, givers, probe, sheets

FLOOR = 5


def make_round(
    *,
    sheets: int = 20,
    subjects: int = 6,
    criteria: int = 2,
    classes: int = 1,
    scale: str = "points",
    silent: Iterable[tuple[Any, ...]] = (),
    strict: dict[int, float] | None = None,
    seed: int = 1,
    **plan: Any,
) -> tuple[Ballots, Plan]:
    """Return whole sheets about all subjects: `silent` are (sheet, subject) or (sheet, subject, criterion) left blank,
    `strict` says how many points lower than others some sheets mark."""
    rng = np.random.default_rng(seed)
    sheet, subject = np.indices((sheets, subjects)).reshape(2, -1)
    marks = 75 + np.linspace(-9, 9, subjects)[subject][:, None] + rng.normal(0, 4, (len(sheet), criteria))
    marks -= np.array([(strict or {}).get(at, 0.0) for at in range(sheets)])[sheet][:, None]
    answers = np.clip(marks.round(), 0, 100)
    if scale == "grades":
        answers = np.digitize(answers, [60, 70, 85]) + 1.0
    if scale == "anchors":
        answers = np.digitize(answers, [60, 70, 78, 86]) + 1.0
    for one in silent:
        rows = (sheet == one[0]) & (subject == one[1])
        answers[rows, one[2] if len(one) > 2 else slice(None)] = np.nan
    made = Plan(
        scale=scale,
        floor=FLOOR,
        trim=False,
        class_weights=np.array([60.0, 40.0])[:classes],
        criterion_weights=np.array([70.0, 30.0, 50.0])[:criteria],
        sections=np.zeros(subjects, dtype=np.int64),
    )
    return Ballots(subject, sheet * classes // sheets, answers, sheet=sheet), replace(made, **plan)


def values(made: Release) -> list[float | None]:
    return [sheet.adjusted and sheet.adjusted.value for sheet in made.subjects]


def scores(made: Release) -> list[float]:
    return [sheet.score.value for sheet in made.subjects]


# What it is for


@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
def test_subject_that_only_the_strict_marked_gets_back_what_severity_took(scale: str) -> None:
    """Ten sheets mark 15 points lower than the others, and only they know the last subject but one."""
    strict = dict.fromkeys(range(10), 15.0)
    ballots, plan = make_round(scale=scale, strict=strict, silent=[(at, 4) for at in range(10, 20)], decimals=None)
    everybody, _plan = make_round(scale=scale, strict=strict, decimals=None)
    made, wanted = release(ballots, plan), scores(release(everybody, plan))

    assert scores(made)[4] < wanted[4] - 4
    assert values(made)[4] == pytest.approx(wanted[4], abs=2.5)
    assert made.subjects[4].adjusted.low < wanted[4] < made.subjects[4].adjusted.high
    assert scores(made)[:4] == pytest.approx(wanted[:4])


@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
def test_where_all_marked_all_severity_takes_nothing_and_gives_nothing(scale: str) -> None:
    ballots, plan = make_round(scale=scale, strict={0: 12.0, 7: -8.0}, decimals=None)
    made = release(ballots, plan)
    assert values(made) == pytest.approx(scores(made), abs=1.5 if scale == "points" else 2.5)
    assert np.argsort(values(made)).tolist() == np.argsort(scores(made)).tolist()


def test_score_itself_is_never_changed_by_it() -> None:
    ballots, plan = make_round(strict={0: 20.0})
    linked, unlinked = release(ballots, plan), release(replace(ballots, sheet=None), plan)
    assert all(values(linked))
    assert values(unlinked) == [None] * 6
    assert [replace(sheet, adjusted=None) for sheet in linked.subjects] == list(unlinked.subjects)


def test_one_criterion_is_the_mean_plus_the_best_prediction_of_the_subject() -> None:
    ballots, plan = make_round(criteria=1, strict={0: 9.0}, decimals=None)
    fit = reml(ballots.answers[:, 0], {"subject": ballots.subject, "sheet": ballots.sheet})
    effects = fit.effects["subject"]
    assert values(release(ballots, plan)) == pytest.approx((fit.fixed["intercept"][0] + effects.value).tolist())


def test_classes_are_adjusted_apart_and_weigh_as_in_the_score() -> None:
    ballots, plan = make_round(classes=2, strict={0: 9.0, 15: 12.0}, decimals=None)
    apart = []
    for one in (0, 1):
        rows = ballots.voter_class == one
        alone = Ballots(ballots.subject[rows], 0 * ballots.subject[rows], ballots.answers[rows], ballots.sheet[rows])
        apart.append(np.array(values(release(alone, replace(plan, class_weights=np.ones(1))))))
    together = release(ballots, plan)
    assert values(together) == pytest.approx((0.6 * apart[0] + 0.4 * apart[1]).tolist())
    assert [group.voter_class for group in together.severity.groups] == [0, 1]


def test_criteria_weigh_as_in_the_score() -> None:
    ballots, plan = make_round(sheets=40, decimals=None)
    ballots.answers[:, 1] -= 20.0
    for weights in ([70.0, 30.0], [10.0, 90.0]):
        made = release(ballots, replace(plan, criterion_weights=np.array(weights)))
        assert values(made) == pytest.approx(scores(made), abs=0.6)


def test_graded_scores_keep_their_place_on_the_ruler() -> None:
    made = release(*make_round(scale="grades", exact=True))
    measures = [sheet.adjusted.measure for sheet in made.subjects]
    assert made.severity.method == "rasch"
    assert measures == sorted(measures)
    assert all(0 < sheet.adjusted.sd < 2 for sheet in made.subjects)
    assert set(made.severity.groups[0].deviations) == {"subject", "sheet"}


def test_summary_tells_how_marks_differ() -> None:
    made = release(*make_round(sheets=40, subjects=12, criteria=3, strict=dict.fromkeys(range(0, 40, 2), 12.0)))
    [group] = made.severity.groups
    assert (made.severity.reason, made.severity.method, made.severity.adjusted) == ("", "reml", 12)
    assert (group.subjects, group.sheets, made.severity.islands) == (12, 40, 1)
    assert group.deviations["sheet"] == pytest.approx(6.1, abs=0.5)
    assert group.deviations["residual"] == pytest.approx(4.0, abs=0.5)


def test_subjects_that_no_sheet_links_are_measured_apart() -> None:
    """Two committees with five candidates each; every sheet of the second is 20 points stricter."""
    ballots, plan = make_round(sheets=20, subjects=10, strict=dict.fromkeys(range(10, 20), 20.0), decimals=None)
    kept = (ballots.sheet < 10) == (ballots.subject < 5)
    made = release(
        Ballots(ballots.subject[kept], ballots.voter_class[kept], ballots.answers[kept], ballots.sheet[kept]), plan
    )
    assert made.severity.islands == 2
    assert [(group.subjects, group.sheets) for group in made.severity.groups] == [(5, 10), (5, 10)]
    # Nothing tells weak candidates from a strict committee: each is drawn to the mean of its own.
    assert values(made) == pytest.approx(scores(made), abs=1.5)


# Where there is none


def test_papers_of_one_subject_each_are_not_linked() -> None:
    ballots, plan = make_round()
    for sheet in (None, np.arange(len(ballots.subject))):
        made = release(replace(ballots, sheet=sheet), plan)
        assert made.severity.reason == "papers"
        assert made.severity.reasons == ("papers",) * 6


def test_trimmed_means_and_adjusted_scores_are_never_shown_together() -> None:
    ballots, plan = make_round()
    assert release(ballots, replace(plan, trim=True)).severity.reason == "trimmed"
    few = ballots.sheet < 5
    small = Ballots(ballots.subject[few], ballots.voter_class[few], ballots.answers[few], ballots.sheet[few])
    small_plan = replace(plan, trim=True, decimals=None)
    assert release(small, small_plan).severity.reason == ""  # five marks are not trimmed


def test_adjusted_score_stands_beside_twelve_answers_and_a_score_that_is_shown_as_it_is() -> None:
    few, many = (release(*make_round(sheets=sheets, exact=True)).severity for sheets in (11, 12))
    assert (few.reason, set(few.reasons), few.groups) == ("few_ballots", {"few_ballots"}, ())
    assert values_of(few) == [None] * 6
    assert (many.reason, many.adjusted) == ("", 6)
    # Grades of twelve often are ranges; an adjusted score comes near to the exact one, which they keep back.
    made = release(*make_round(sheets=12, scale="grades"))
    coded = [bool(sheet.score.shown.code) for sheet in made.subjects]
    assert any(coded)
    assert [sheet.adjusted is None for sheet in made.subjects] == coded


def values_of(severity: Severity) -> list[float | None]:
    return [adjusted and adjusted.value for adjusted in severity.subjects]


def test_subject_with_one_gap_is_left_out_and_the_others_are_not() -> None:
    made = release(*make_round(silent=[(3, 2)]))
    assert made.severity.reasons == ("", "", "few_abstained", "", "", "")
    assert made.subjects[2].score is not None
    assert made.severity.adjusted == 5


def test_gap_in_one_criterion_is_a_gap() -> None:
    assert release(*make_round(silent=[(3, 2, 1)])).severity.reasons[2] == "few_abstained"


def test_class_of_four_stands_in_the_way() -> None:
    ballots, plan = make_round(classes=2)
    thin = replace(ballots, voter_class=(ballots.sheet < 4).astype(np.int64))
    made = release(thin, plan)
    assert made.severity.reason == "few_abstained"
    assert all(sheet.score for sheet in made.subjects)


def test_two_subjects_are_too_few() -> None:
    made = release(*make_round(subjects=2))
    assert (made.severity.reason, made.severity.reasons) == ("few_subjects", ("few_subjects",) * 2)


def test_subject_without_a_score_has_no_adjusted_one() -> None:
    made = release(*make_round(silent=[(at, 2) for at in range(16)]))
    assert made.subjects[2].score is None
    assert made.severity.reasons == ("", "", "not_shown", "", "", "")


def test_round_of_four_sheets_shows_nothing() -> None:
    made = release(*make_round(sheets=4))
    assert (made.severity.reason, values(made)) == ("not_shown", [None] * 6)


def test_more_subjects_than_equations_hold_are_a_reason_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peer_review.counting.henderson.LARGEST", 10)
    assert release(*make_round()).severity.reason == "too_large"


@pytest.mark.parametrize(("scale", "mark"), [("points", 80), ("anchors", 4), ("grades", 3)])
def test_unanimous_sheets_have_intervals_as_wide_as_any(scale: str, mark: int) -> None:
    ballots, plan = make_round(scale=scale, decimals=None)
    made = release(replace(ballots, answers=np.full(ballots.answers.shape, float(mark))), plan)
    least = 1.95 * SPREAD_FLOOR[scale] / np.sqrt(20)
    for sheet in made.subjects:
        assert sheet.adjusted.value == pytest.approx(80.0)
        assert sheet.adjusted.high - sheet.adjusted.value >= least
    assert made.severity.groups[0].deviations.get("residual", SPREAD_FLOOR[scale]) >= SPREAD_FLOOR[scale]


# What must not matter


@given(st.integers(0, 1000), st.sampled_from(["points", "grades"]))
@settings(max_examples=8, deadline=None)
def test_names_and_order_change_nothing(seed: int, scale: str) -> None:
    ballots, plan = make_round(
        sheets=16,
        subjects=5,
        scale=scale,
        classes=2,
        seed=seed,
        strict={0: 9.0, 12: -6.0},
        silent=[*((at, 1) for at in range(8, 13)), (2, 3)],
        decimals=None,
    )
    rng = np.random.default_rng(seed)
    rows, people, subjects = (rng.permutation(n) for n in (len(ballots.subject), 16, 5))
    criteria, classes = rng.permutation(2), rng.permutation(2)
    other = Ballots(
        subjects[ballots.subject][rows],
        classes[ballots.voter_class][rows],
        ballots.answers[rows][:, criteria],
        sheet=people[ballots.sheet][rows],
    )
    moved = replace(
        plan,
        class_weights=plan.class_weights[np.argsort(classes)],
        criterion_weights=plan.criterion_weights[criteria],
    )
    before, after = release(ballots, plan), release(other, moved)
    assert [after.severity.reasons[at] for at in subjects] == list(before.severity.reasons)
    for at, sheet in enumerate(before.subjects):
        theirs = after.subjects[subjects[at]].adjusted
        assert (theirs is None) is (sheet.adjusted is None)
        if theirs is not None:
            assert theirs.value == pytest.approx(sheet.adjusted.value, abs=1e-3)
            assert theirs.low == pytest.approx(sheet.adjusted.low, abs=1e-2)


# What it must not tell


def with_adjusted(made: Release) -> dict[tuple[object, ...], float]:
    """Return every published value by a name, the adjusted scores among them."""
    found = flatten(made)
    found |= {("adjusted", at): sheet.adjusted.value for at, sheet in enumerate(made.subjects) if sheet.adjusted}
    return found


def hold_variances(monkeypatch: pytest.MonkeyPatch) -> None:
    """At given variances an adjusted score is a sum of answers, so ranks tell what can be taken apart."""
    held = {"subject": 30.0, "sheet": 20.0, "pair": 5.0, "profile": 4.0, "residual": 16.0}
    monkeypatch.setattr(module, "reml", partial(reml, held=held))


def everybody(answered: Any, voter_class: Any, *, floor: int) -> tuple[int, ...]:
    """The choice of subjects switched off."""
    return tuple(at for at, one in enumerate(answered) if one.any())


@given(sheets())
@settings(max_examples=40, deadline=None)
def test_no_sum_of_figures_and_adjusted_scores_lays_bare_fewer_than_k_sheets(round: tuple[Ballots, Plan]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        hold_variances(patch)
        ballots, plan = round
        assert not exposed(probe(ballots, plan, figures=with_adjusted), K, givers(ballots))


LONE_GAP = {"sheets": 7, "subjects": 3, "criteria": 1, "silent": [(0, 0)], "floor": K, "decimals": None}


def test_same_search_finds_the_lone_sheet_when_the_choice_of_subjects_is_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Create the leak, then look for it: one sheet alone left the first subject blank."""
    hold_variances(monkeypatch)
    ballots, plan = make_round(**LONE_GAP)
    assert not exposed(probe(ballots, plan, figures=with_adjusted), K, givers(ballots))

    monkeypatch.setattr(module, "safe_subjects", everybody)

    assert exposed(probe(ballots, plan, figures=with_adjusted), K, givers(ballots))


@pytest.mark.parametrize("scale", ["points", "anchors"])
def test_lumps_that_figures_cannot_take_apart_hold_as_many_answers_as_the_floor(
    scale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search of guarantee.py, with variances and severities estimated anew after every change.

    Three strict sheets leave the second subject blank, four do not; all three mark alike and all four do, so that what
    moves figures is a matter of who answered. One of the four alone leaves the third subject blank as well.
    """
    floor, silent = 3, [(0, 1), (1, 1), (2, 1), (6, 2)]
    ballots, plan = make_round(scale=scale, sheets=7, subjects=4, criteria=1, floor=floor, decimals=None, seed=3)
    table = np.clip(ballots.answers.reshape(7, 4), 2, 90 if scale == "points" else 4)
    table[:3], table[3:] = table[0] - (12 if scale == "points" else 1), table[3]
    for sheet, subject in silent:
        table[sheet, subject] = np.nan
    ballots = replace(ballots, answers=table.reshape(-1, 1))
    assert release(ballots, plan).severity.reasons == ("", "", "few_abstained", "")

    assert min(_lumps(np.round(_columns(ballots, plan, release), 4))) >= floor

    monkeypatch.setattr(module, "safe_subjects", everybody)
    assert release(ballots, plan).severity.reasons == ("",) * 4
    assert min(_lumps(np.round(_columns(ballots, plan, release), 4))) == 1


def test_a_gap_that_only_sheets_others_may_know_could_hide_is_left_out() -> None:
    """As many sheets as the floor share a gap; with an envelope among them, one fewer hides the others."""
    silent = [(at, 4) for at in range(FLOOR)]
    ballots, plan = make_round(silent=silent)
    known = np.zeros((len(plan.sections), len(plan.class_weights)), dtype=np.int64)
    known[0, 0] = 1
    without, beside = release(ballots, plan).severity, release(ballots, replace(plan, known=known)).severity
    assert without is not None
    assert beside is not None
    assert "few_abstained" not in without.reasons
    assert beside.reasons[4] == "few_abstained"
