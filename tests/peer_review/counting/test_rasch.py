"""The many-facet Rasch model: published estimates, the bare likelihood, and marks that say too little."""

import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting import rasch as module
from peer_review.counting.rasch import RaschFit, Steps, rasch

DATA = Path(__file__).parent / "data"


def read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / f"sirt_data_ratings1_{name}.csv").open(encoding="utf-8")))


def fit_ratings1(steps: Steps) -> RaschFit:
    rows = read("long")
    labels = [np.array([row[name] for row in rows]) for name in ("student", "rater", "item")]
    return rasch(np.array([float(row["score"]) for row in rows]), *labels, steps=steps)


def draw(
    seed: int, *, sizes: tuple[int, int, int] = (30, 6, 3), categories: int = 4, share: float = 0.7, spread: float = 1.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return marks drawn from the model, some missing, and the true severities' labels."""
    rng = np.random.default_rng(seed)
    subject, rater, item = np.indices(sizes).reshape(3, -1)[:, rng.random(int(np.prod(sizes))) < share]
    measure, severity = rng.normal(0, spread, sizes[0]), np.linspace(-1, 1, sizes[1])
    steps = np.linspace(-1.5, 1.5, categories - 1)
    logits = np.cumsum((measure[subject] - severity[rater])[:, None] - steps, axis=1)
    odds = np.exp(np.column_stack([np.zeros(len(subject)), logits]))
    odds /= odds.sum(axis=1, keepdims=True)
    scores = (rng.random(len(subject))[:, None] > odds.cumsum(axis=1)).sum(axis=1).astype(float)
    return scores, subject, rater, item


# Published numbers


@pytest.mark.parametrize(("steps", "name"), [("common", "TAM_mfr"), ("item", "TAM_mfr_pcm")])
def test_estimates_are_those_of_tam(steps: Steps, name: str) -> None:
    published = {row["parameter"]: float(row["xsi"]) for row in read(name)}
    fit = fit_ratings1(steps)
    assert fit.converged
    assert not fit.weighted
    severities = {f"rater{label}": value for label, value in zip(fit.raters.labels, fit.raters.value, strict=True)}
    assert severities == pytest.approx({key: published[key] for key in severities}, abs=5e-4)
    difficulties = dict(zip(fit.items.labels.tolist(), fit.items.value, strict=True))
    assert difficulties == pytest.approx({key: published[key] for key in difficulties}, abs=5e-4)
    for item, own in zip(fit.items.labels, fit.steps, strict=True):
        prefix = "" if steps == "common" else f"{item}:"
        assert own == pytest.approx([published[f"{prefix}step{at}"] for at in (1, 2, 3)], abs=5e-4)
    assert fit.variance == pytest.approx(published["latent_variance"], abs=2e-3)
    assert fit.deviance == pytest.approx(published["deviance"], abs=2e-3)


def test_severities_agree_with_two_programs() -> None:
    fit = fit_ratings1("item")
    for row in read("rater_severity_two_programs"):
        ours = fit.raters.value[fit.raters.labels == row["rater"]]
        assert ours == pytest.approx(float(row["sirt_b_cent"]), abs=5e-4)
        assert ours == pytest.approx(float(row["TAM_pcm"]), abs=5e-4)


def test_measures_are_those_of_tam() -> None:
    published = read("TAM_EAP")
    fit = fit_ratings1("common")
    assert fit.subjects.labels.tolist() == [row["student"] for row in published]
    assert fit.subjects.value == pytest.approx([float(row["EAP"]) for row in published], abs=1e-3)
    assert fit.subjects.sd == pytest.approx([float(row["SD"]) for row in published], abs=2e-3)


# The bare likelihood: the integral on one fine grid, mark by mark


def bare(fit: RaschFit, parameters: np.ndarray, marks: Any) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the log likelihood, measures and their deviations at these difficulties, severities (all but the last),
    steps (all but the last) and standard deviation."""
    scores, subject, rater, item = marks
    items, raters, steps = len(fit.items.labels), len(fit.raters.labels), len(fit.steps[0])
    difficulty, severity, step, spread = np.split(parameters, np.cumsum([items, raters - 1, steps - 1]))
    severity, step = np.append(severity, -severity.sum()), np.append(step, -step.sum())
    theta = np.linspace(-15, 15, 151)
    weight = 0.2 * np.exp(-0.5 * (theta / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
    thresholds = (difficulty[item] + severity[rater])[:, None] + step
    logits = np.cumsum(theta[None, :, None] - thresholds[:, None, :], axis=2)
    logits = np.concatenate([np.zeros((*logits.shape[:2], 1)), logits], axis=2)
    chances = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    given = np.take_along_axis(chances, scores.astype(int)[:, None, None], axis=2)[:, :, 0]
    likelihood = np.exp(np.array([given[subject == one].sum(axis=0) for one in np.unique(subject)])) * weight
    sums = likelihood.sum(axis=1)
    mean = likelihood @ theta / sums
    deviation = np.sqrt(likelihood @ theta**2 / sums - mean**2)
    return float(np.log(sums).sum()), mean, deviation


def test_estimates_maximise_the_bare_likelihood_and_errors_are_its_curvature() -> None:
    marks = draw(1)
    fit = rasch(*marks)
    spread = [fit.variance**0.5]
    at = np.concatenate([fit.items.value, fit.raters.value[:-1], fit.steps[0][:-1], spread])
    top, mean, deviation = bare(fit, at, marks)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-6)
    assert fit.subjects.value == pytest.approx(mean, abs=1e-6)
    assert fit.subjects.sd == pytest.approx(deviation, abs=1e-6)

    size, h = len(at), 1e-3
    unit = np.eye(size) * h
    for one in unit:
        assert bare(fit, at + one, marks)[0] < top
        assert bare(fit, at - one, marks)[0] < top
    curve = np.array(
        [
            [
                sum(a * b * bare(fit, at + a * one + b * other, marks)[0] for a in (1, -1) for b in (1, -1))
                for other in unit
            ]
            for one in unit
        ]
    ) / (4 * h * h)
    errors = np.sqrt(np.diagonal(np.linalg.inv(-curve)))
    assert fit.items.se == pytest.approx(errors[:3], rel=1e-3)
    assert fit.raters.se[:-1] == pytest.approx(errors[3:8], rel=1e-3)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = draw(2)
    whole = rasch(*marks)
    monkeypatch.setattr(module, "CHUNK", 40)
    parts = rasch(*marks)
    assert parts.raters.value == pytest.approx(whole.raters.value, abs=1e-6)
    assert parts.raters.se == pytest.approx(whole.raters.se, abs=1e-6)
    assert parts.subjects.value == pytest.approx(whole.subjects.value, abs=1e-6)


def test_expected_scores_climb_from_the_lowest_to_the_highest_category() -> None:
    scores, *labels = draw(3)
    fit = rasch(2 * scores + 1, *labels)
    far = fit.expected(np.array([-40.0, -1.0, 0.0, 1.0, 40.0]))
    assert far.shape == (5, 3)
    assert far[0] == pytest.approx([1, 1, 1])
    assert far[-1] == pytest.approx([7, 7, 7])
    assert (np.diff(far, axis=0) > 0).all()


# Where marks say too little


def flat(many: int) -> np.ndarray:
    return np.zeros(many, dtype=np.int64)


@pytest.mark.parametrize("steps", ["common", "item"])
@pytest.mark.parametrize("scores", [[], [3.0], [2.0] * 6, [np.nan] * 4], ids=["empty", "one", "all equal", "all nan"])
def test_marks_without_a_difference_measure_nothing(scores: list[float], steps: Steps) -> None:
    many = len(scores)
    fit = rasch(np.array(scores), np.arange(many), np.arange(many) % 2, flat(many), steps=steps)
    left = "no_variation" if many and not np.isnan(scores).all() else "no_ratings"
    assert fit.left_out == left
    assert fit.variance == 0.0
    assert not fit.subjects.value.any()
    assert not fit.raters.value.any()


@pytest.mark.parametrize("steps", ["common", "item"])
def test_one_rater_has_no_severity(steps: Steps) -> None:
    scores, subject, _rater, item = draw(4, sizes=(20, 1, 4), share=1.0)
    fit = rasch(scores, subject, flat(len(scores)), item, steps=steps)
    assert fit.raters.value.tolist() == [0.0]
    assert fit.raters.se.tolist() == [0.0]
    assert np.isfinite(fit.subjects.value).all()
    assert fit.converged


def test_one_subject_differs_from_nobody() -> None:
    scores, _subject, rater, item = draw(5, sizes=(1, 8, 4), share=1.0)
    fit = rasch(scores, flat(len(scores)), rater, item)
    assert fit.subjects.value == pytest.approx([0.0], abs=1e-9)
    assert fit.variance == 0.0
    assert np.isfinite(fit.raters.value).all()


def test_subject_with_nothing_but_the_best_mark_has_a_finite_measure() -> None:
    scores, subject, rater, item = draw(6)
    scores[subject == 0], scores[subject == 1] = 3.0, 0.0
    fit = rasch(scores, subject, rater, item)
    assert fit.subjects.value.argmax() == 0
    assert fit.subjects.value.argmin() == 1
    assert np.abs(fit.subjects.value).max() < 10
    assert not fit.weighted


def test_rater_with_nothing_but_one_mark_is_the_mildest_or_strictest_and_finite() -> None:
    scores, subject, rater, item = draw(7)
    scores[rater == 0], scores[rater == 5] = 0.0, 3.0
    fit = rasch(scores, subject, rater, item)
    assert fit.raters.extreme.tolist() == [-1, 0, 0, 0, 0, 1]
    assert fit.raters.value.argmax() == 0
    assert fit.raters.value.argmin() == 5
    assert np.abs(fit.raters.value).max() < 15
    assert fit.raters.value.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("steps", ["common", "item"])
def test_scores_that_nobody_gives_are_no_category(steps: Steps) -> None:
    scores, subject, rater, item = draw(8, categories=3)
    wider = np.choose(scores.astype(int), [1.0, 4.0, 5.0])
    fit, close = (rasch(one, subject, rater, item, steps=steps) for one in (wider, scores))
    assert [one.tolist() for one in fit.categories] == [[1.0, 4.0, 5.0]] * 3
    assert fit.raters.value == pytest.approx(close.raters.value, abs=1e-9)


def test_item_with_one_mark_only_has_no_steps_of_its_own() -> None:
    scores, subject, rater, item = draw(9)
    scores[item == 1] = 2.0
    fit = rasch(scores, subject, rater, item, steps="item")
    assert [len(one) for one in fit.steps] == [3, 0, 3]
    assert fit.items.value[1] == 0.0
    assert fit.expected(np.array([-1.0, 1.0]))[:, 1].tolist() == [2.0, 2.0]


def test_marks_that_split_perfectly_get_a_weak_prior_and_say_so() -> None:
    """Two subjects, the one always best, the other always worst: any larger distance is likelier still."""
    subject, rater, item = np.indices((2, 3, 2)).reshape(3, -1)
    fit = rasch(subject.astype(float), subject, rater, item)
    assert fit.weighted
    assert np.isfinite(fit.subjects.value).all()
    assert fit.subjects.value[1] > 0 > fit.subjects.value[0]
    assert fit.variance < 100


def test_design_in_two_parts_is_reported() -> None:
    scores, subject, rater, item = draw(10)
    apart = (subject < 15) == (rater < 3)
    assert rasch(scores, subject, rater, item).islands == 1
    assert rasch(scores[apart], subject[apart], rater[apart], item[apart]).islands == 2


@given(
    st.integers(0, 10_000),
    st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3)),
    st.integers(2, 5),
    st.sampled_from(["common", "item"]),
)
@settings(max_examples=25, deadline=None)
def test_whatever_the_marks_everything_is_finite(
    seed: int, sizes: tuple[int, int, int], categories: int, steps: Steps
) -> None:
    fit = rasch(*draw(seed, sizes=sizes, categories=categories, share=0.6, spread=4.0), steps=steps)
    for one in (fit.subjects.value, fit.subjects.sd, fit.raters.value, fit.raters.se, fit.items.value, *fit.steps):
        assert np.isfinite(one).all()
    assert 0 <= fit.variance < 1000


@given(st.integers(0, 1000), st.sampled_from(["common", "item"]))
@settings(max_examples=6, deadline=None)
def test_neither_names_nor_order_change_an_estimate(seed: int, steps: Steps) -> None:
    scores, *labels = draw(seed, sizes=(15, 4, 2))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(scores))
    names = [rng.permutation(int(one.max()) + 1) for one in labels]
    fit = rasch(scores, *labels, steps=steps)
    new = rasch(scores[order], *(name[one][order] for name, one in zip(names, labels, strict=True)), steps=steps)
    present = [np.unique(one) for one in labels]
    for old, other, name, values in (
        (fit.subjects, new.subjects, names[0], present[0]),
        (fit.raters, new.raters, names[1], present[1]),
    ):
        at = np.searchsorted(other.labels, name[values])
        assert other.value[at] == pytest.approx(old.value, abs=1e-4)


def test_ten_thousand_marks_take_seconds() -> None:
    """About 1.5 s of one core; the bound is for busy machines."""
    marks = draw(11, sizes=(125, 40, 4), share=0.5, categories=5)
    start = time.process_time()
    fit = rasch(*marks)
    assert time.process_time() - start < 30
    assert fit.converged
    assert fit.raters.value == pytest.approx(np.linspace(-1, 1, 40), abs=0.35)
